// The page of the chat backend: no framework, no build, no request to anywhere else.

import { Tree } from "./tree.js";

const at = (id) => document.getElementById(id);
const tree = new Tree(at("chain"), at("trials"), at("bar"), at("state"));
const now = { thread: null, run: null, following: null };
const MAX_PLOTS = 12;
const MAX_CHOICES = 8;

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
      const when = document.createElement("small");
      when.textContent = new Date(thread.created * 1000).toLocaleString();
      button.append(when);
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
  at("progress").hidden = at("outcome").hidden = at("reply").hidden = true;
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
  at("reply").hidden = true;
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
  if (told.question) return question(told.question);
  at("state").textContent = `Ended: ${told.status}`;
  if (!told.plots) return; // an answer without a table has no report
  at("report").srcdoc = await (await call(`v1/runs/${run}/report`)).text();
  at("outcome").hidden = false;
  await plots(run, told.plots);
}

// A run that waits: what is asked, a button for each likely answer, and room for words.
function question(asked) {
  at("state").textContent = "Waiting for your answer";
  at("question").textContent = asked.question;
  at("choices").replaceChildren(
    ...asked.candidates.slice(0, MAX_CHOICES).map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.addEventListener("click", () => guarded(() => say(name, null)));
      return button;
    }),
  );
  at("answer").value = "";
  at("reply").hidden = false;
}

async function plots(run, told) {
  at("plots").replaceChildren();
  for (const [index, plot] of told.slice(0, MAX_PLOTS).entries()) {
    const answer = await call(`v1/runs/${run}/plots/${index + 1}`);
    if (run !== now.run) return; // another thread was opened meanwhile
    const figure = document.createElement("figure");
    const image = new Image();
    image.alt = plot.text || plot.title;
    image.src = URL.createObjectURL(await answer.blob());
    const caption = document.createElement("figcaption");
    const title = document.createElement("strong");
    title.textContent = plot.title;
    const note = document.createElement("small");
    note.textContent = plot.note;
    caption.append(title, note);
    figure.append(caption, image);
    at("plots").append(figure);
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
  if (at("approve").checked) metadata.approve = "plan,remedies";
  if (now.thread) metadata.thread_id = now.thread;
  if (file) metadata.file_id = file;
  const messages = [{ role: "user", content: words }];
  const body = JSON.stringify({ model: at("model").value, messages, metadata, stream: true });
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
  const { data } = await (await call("v1/models")).json();
  at("models").hidden = data.length < 2;
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
onSubmit("reply", () => say(at("answer").value, null));
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
