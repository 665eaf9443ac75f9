// The page of the chat backend: no framework, no build, no request to anywhere else.

import { Tree } from "./tree.js";

const at = (id) => document.getElementById(id);
const tree = new Tree(at("chain"), at("trials"), at("bar"), at("state"));
const now = { thread: null, run: null, following: null };
const MAX_PLOTS = 12;

async function call(path, options = {}) {
  const headers = { ...options.headers };
  const token = sessionStorage.getItem("token");
  if (token) headers.Authorization = `Bearer ${token}`;
  const answer = await fetch(path, { ...options, headers });
  if (answer.status === 401) {
    at("login").hidden = false;
    at("token").focus();
  }
  if (!answer.ok) {
    const told = await answer.json().catch(() => ({}));
    throw new Error(told.error ? told.error.message : `The server answered ${answer.status}.`);
  }
  return answer;
}

async function listThreads() {
  const { data } = await (await call("v1/threads")).json();
  at("threads").replaceChildren(
    ...data.map((thread) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = thread.title || "untitled";
      if (thread.id === now.thread) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => guarded(() => openThread(thread.id)));
      item.append(button);
      return item;
    }),
  );
}

function show(role, text) {
  const item = document.createElement("li");
  item.dataset.who = role === "user" ? "You" : "AutoGLM";
  item.textContent = text;
  at("talk").append(item);
}

function forget() {
  now.following?.abort();
  Object.assign(now, { thread: null, run: null, following: null });
  history.replaceState(null, "", location.pathname);
  at("talk").replaceChildren();
  at("progress").hidden = at("outcome").hidden = true;
}

// What a thread shows is on the server: a page that is loaded again finds all of it.
async function openThread(id) {
  forget();
  const thread = await (await call(`v1/threads/${encodeURIComponent(id)}`)).json();
  now.thread = id;
  history.replaceState(null, "", `#${id}`);
  for (const message of thread.messages) show(message.role, message.content);
  await listThreads();
  const last = thread.messages.filter((m) => m.run).at(-1);
  const run = thread.active || (last && last.run);
  if (run) guarded(() => follow(run)); // not waited for: the page stays usable meanwhile
}

async function follow(run) {
  now.run = run;
  now.following = new AbortController();
  const { signal } = now.following;
  tree.clear();
  at("progress").hidden = false;
  at("outcome").hidden = true;
  at("cancel").hidden = false;
  const started = await (await call(`v1/runs/${run}`)).json();
  if (started.position) at("state").textContent = `Waiting, place ${started.position}`;
  const answer = await call(`v1/runs/${run}/events`, { signal });
  for await (const event of events(answer.body)) tree.take(event);
  at("cancel").hidden = true;
  await outcome(run);
}

async function* events(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      if (part.startsWith("event: end")) return;
      if (part.startsWith("data: ")) yield JSON.parse(part.slice(6));
    }
  }
}

async function outcome(run) {
  const thread = await (await call(`v1/threads/${now.thread}`)).json();
  at("talk").replaceChildren();
  for (const message of thread.messages) show(message.role, message.content);
  const told = await (await call(`v1/runs/${run}`)).json();
  at("state").textContent = `Ended: ${told.status}`;
  if (!["verified", "unverified"].includes(told.status)) return;
  at("report").srcdoc = await (await call(`v1/runs/${run}/report`)).text();
  at("outcome").hidden = false;
  await plots(run);
}

async function plots(run) {
  at("plots").replaceChildren();
  const { plots: count } = await (await call(`v1/runs/${run}`)).json();
  for (let number = 1; number <= Math.min(count, MAX_PLOTS); number += 1) {
    const answer = await call(`v1/runs/${run}/plots/${number}`);
    const image = new Image();
    image.alt = `Plot ${number} of the report`;
    image.src = URL.createObjectURL(await answer.blob());
    at("plots").append(image);
  }
}

async function upload() {
  const file = at("file").files[0];
  if (!file) return null;
  const form = new FormData();
  form.append("purpose", "user_data");
  form.append("file", file);
  const told = await (await call("v1/files", { method: "POST", body: form })).json();
  at("file").value = "";
  return told.id;
}

async function say(words, file) {
  const metadata = {};
  if (now.thread) metadata.thread_id = now.thread;
  if (file) metadata.file_id = file;
  const messages = [{ role: "user", content: words }];
  const body = JSON.stringify({ model: "autoglm", messages, metadata, stream: true });
  const headers = { "Content-Type": "application/json" };
  const hangUp = new AbortController();
  const { signal } = hangUp;
  const answer = await call("v1/chat/completions", { method: "POST", body, headers, signal });
  const thread = answer.headers.get("X-AutoGLM-Thread");
  hangUp.abort(); // the run goes on; its events are followed instead of its words
  await openThread(thread);
}

async function guarded(work) {
  at("trouble").textContent = "";
  try {
    await work();
  } catch (error) {
    if (error.name !== "AbortError") at("trouble").textContent = error.message;
  }
}

function onSubmit(form, work) {
  at(form).addEventListener("submit", (event) => {
    event.preventDefault();
    const buttons = [...event.target.querySelectorAll("button")];
    for (const button of buttons) button.disabled = true;
    guarded(work).finally(() => {
      for (const button of buttons) button.disabled = false;
    });
  });
}

async function start() {
  await listThreads();
  at("login").hidden = true;
  const thread = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(thread)) await openThread(thread);
}

onSubmit("login", async () => {
  sessionStorage.setItem("token", at("token").value);
  await start();
});
onSubmit("ask", async () => {
  const words = at("words").value;
  const file = await upload();
  await say(words, file);
  at("words").value = "";
});
onSubmit("feedback", async () => {
  const words = at("opinion").value;
  await say(words, null);
  at("opinion").value = "";
});
at("new").addEventListener("click", () => {
  forget();
  at("words").focus();
});
at("cancel").addEventListener("click", () =>
  guarded(() => call(`v1/runs/${now.run}/cancel`, { method: "POST" })),
);
guarded(start);
