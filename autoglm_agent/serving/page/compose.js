// The box in which a person writes: examples, the table, Enter, and files that are dropped.

import { call } from "./api.js";
import { at, button, listed } from "./dom.js";

const EXAMPLES = [
  "Predict churn; do not use the customer's id.",
  "预测用户流失，召回率最重要",
  "Find groups of similar customers.",
];
const MAX_BYTES = 512 * 1024 * 1024;

// Sends the table that was picked and returns its id, or null.
export async function upload() {
  const file = at("file").files[0];
  if (!file) return null;
  if (file.size > MAX_BYTES) throw new Error(`${file.name} has more than 512 MB.`);
  const form = new FormData();
  form.append("purpose", "user_data");
  form.append("file", file);
  at("named").textContent = `Uploading ${file.name}`;
  try {
    return (await (await call("v1/files", { method: "POST", body: form })).json()).id;
  } finally {
    named();
  }
}

// The box is empty again once what was in it has been taken, and not before.
export function emptyCompose() {
  at("words").value = at("file").value = "";
  named();
}

function named() {
  at("named").textContent = at("file").files[0]?.name || "";
}

// Enter sends, unless it chooses among an input method's characters; Shift+Enter is a new line.
function sendOnEnter(box) {
  at(box).addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    event.target.form.requestSubmit();
  });
}

function takeDrops() {
  const dropping = (on) => document.body.classList.toggle("dropping", on);
  addEventListener("dragover", (event) => {
    event.preventDefault();
    dropping(!at("ask").hidden);
  });
  addEventListener("dragleave", (event) => event.relatedTarget || dropping(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    dropping(false);
    if (!event.dataTransfer.files.length || at("ask").hidden) return;
    at("file").files = event.dataTransfer.files;
    named();
  });
}

export function setUpCompose() {
  at("examples").append(
    ...EXAMPLES.map((words) =>
      listed(
        button(words, () => {
          at("words").value = words;
          at("words").focus();
        }),
      ),
    ),
  );
  at("file").addEventListener("change", named);
  sendOnEnter("words");
  sendOnEnter("opinion");
  takeDrops();
}
