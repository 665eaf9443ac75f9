// The page of the chat backend: no framework, no build, no request to anywhere else.

import { call, events, Lost, pause, read, SignedOut } from "./api.js";
import { emptyCompose, setUpCompose, upload } from "./compose.js";
import { at, button, listed } from "./dom.js";
import { Tree } from "./tree.js";

const tree = new Tree({
  chain: at("chain"),
  candidates: at("candidates"),
  trials: at("trials"),
  bar: at("bar"),
  state: at("state"),
  card: at("progress"),
});
const now = { thread: null, run: null, following: null };
const MAX_PLOTS = 12;
const MAX_CHOICES = 8;
const SHORT = { dateStyle: "short", timeStyle: "short" };
const AGAIN_MS = 2000;
const LINK = /\/v1\/runs\/\S+$/; // of use to other clients; here the run itself is shown

async function listThreads() {
  const { data } = await read("v1/threads");
  at("threads").replaceChildren(
    ...data.map((thread) => {
      const open = button(thread.title || "untitled", () => guarded(() => openThread(thread.id)));
      const when = document.createElement("small");
      const time = new Date(thread.created * 1000).toLocaleString([], SHORT);
      when.textContent = thread.table ? `${thread.table} · ${time}` : time;
      open.append(when);
      if (thread.id === now.thread) open.setAttribute("aria-current", "true");
      return listed(open);
    }),
  );
}

function talk(messages) {
  at("talk").replaceChildren(
    ...messages.map(({ role, content }) => {
      const item = document.createElement("li");
      item.dataset.who = role === "user" ? "You" : "AutoGLM";
      item.textContent = content.split("\n").filter((line) => !LINK.test(line)).join("\n");
      return item;
    }),
  );
}

function forget() {
  now.following?.abort();
  Object.assign(now, { thread: null, run: null, following: null });
  history.replaceState(null, "", location.pathname);
  at("talk").replaceChildren();
  at("welcome").hidden = at("ask").hidden = false;
  at("conversation").hidden = at("progress").hidden = at("outcome").hidden = true;
}

// What a thread shows is on the server: a page that is loaded again finds all of it.
async function openThread(id) {
  forget();
  const thread = await read(`v1/threads/${encodeURIComponent(id)}`);
  now.thread = id;
  history.replaceState(null, "", `#${id}`);
  at("welcome").hidden = true;
  at("conversation").hidden = false;
  if (isPhone()) at("drawer").open = false;
  talk(thread.messages);
  await listThreads();
  const last = thread.messages.filter((m) => m.run).at(-1);
  const run = thread.active || (last && last.run);
  if (run) guarded(() => follow(run)); // not waited for: the page stays usable meanwhile
}

async function follow(run) {
  const following = new AbortController();
  const { signal } = following;
  Object.assign(now, { run, following });
  at("progress").hidden = at("cancel").hidden = false;
  at("reply").hidden = at("outcome").hidden = true;
  at("ask").hidden = false;
  for (;;) {
    tree.clear();
    try {
      place(run, signal).catch(() => {}); // the events tell the same trouble
      for await (const event of events(`v1/runs/${run}/events`, signal)) tree.take(event);
      break;
    } catch (error) {
      if (!(error instanceof Lost) || signal.aborted) throw error;
      tree.say("failed", "The server does not answer. Trying again");
      await pause(AGAIN_MS);
      if (signal.aborted) return;
    }
  }
  if (!signal.aborted) await outcome(run);
}

// Tells the place in the queue, as long as the run waits.
async function place(run, signal) {
  for (;;) {
    const { position } = await read(`v1/runs/${run}`);
    if (!position || signal.aborted) return;
    tree.say("queued", `Waiting, place ${position} in the queue`);
    await pause(AGAIN_MS);
  }
}

async function outcome(run) {
  const [thread, told] = [await read(`v1/threads/${now.thread}`), await read(`v1/runs/${run}`)];
  if (run !== now.run) return; // another thread was opened meanwhile
  if (told.question) {
    talk(thread.messages.slice(0, -1)); // the last one is the question
    question(told.question);
    return;
  }
  talk(thread.messages);
  tree.end(told.status);
  at("cancel").hidden = true;
  if (!told.plots) return; // an answer without a table has no report
  const page = await (await call(`v1/runs/${run}/report`)).text();
  if (run !== now.run) return;
  at("report").srcdoc = page;
  URL.revokeObjectURL(at("whole").href);
  const kept = URL.createObjectURL(new Blob([page], { type: "text/html" }));
  at("whole").href = at("saved").href = kept;
  at("outcome").hidden = false;
  await plots(run, told.plots);
}

// A run that waits: what is asked, a button for each likely answer, and room for words.
function question(asked) {
  tree.rest();
  tree.say("asked", "Waiting for your answer");
  at("question").textContent = asked.question;
  at("choices").replaceChildren(
    ...asked.candidates
      .slice(0, MAX_CHOICES)
      .map((name) => button(name, () => guarded(() => say(name, null)))),
  );
  if (asked.consent) at("choices").firstElementChild?.classList.add("main");
  at("answer").value = "";
  at("reply").hidden = false;
  at("ask").hidden = true; // one box at a time
  at("reply").scrollIntoView({ block: "nearest" });
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
  at("trouble").textContent = at("refused").textContent = "";
  try {
    await work();
  } catch (error) {
    if (error.name === "AbortError") return;
    if (error instanceof SignedOut) signIn(sessionStorage.getItem("token") ? error.message : "");
    else at("trouble").textContent = error.message;
  }
}

function signIn(words) {
  at("login").hidden = false;
  at("columns").hidden = at("new").hidden = true;
  at("refused").textContent = words;
  at("token").focus();
}

function onSubmit(form, work) {
  at(form).addEventListener("submit", (event) => {
    event.preventDefault();
    const buttons = [...event.target.querySelectorAll("button")];
    for (const one of buttons) one.disabled = true;
    guarded(work).finally(() => {
      for (const one of buttons) one.disabled = false;
    });
  });
}

const isPhone = () => matchMedia("(max-width: 45rem)").matches;

async function start() {
  await listThreads();
  at("login").hidden = true;
  at("columns").hidden = at("new").hidden = false;
  const { data } = await read("v1/models");
  at("models").hidden = data.length < 2;
  const place = location.hash.slice(1);
  if (/^[0-9a-f]{32}$/.test(place)) await openThread(place);
  else if (place) await openThread((await read(`v1/runs/${encodeURIComponent(place)}`)).thread_id);
}

onSubmit("login", async () => {
  sessionStorage.setItem("token", at("token").value);
  await start();
});
onSubmit("ask", async () => {
  const words = at("words").value;
  const file = await upload();
  await say(words, file);
  emptyCompose();
});
onSubmit("reply", () => say(at("answer").value, null));
onSubmit("feedback", async () => {
  const words = at("opinion").value;
  await say(words, null);
  at("opinion").value = "";
});
at("new").addEventListener("click", () => {
  forget();
  guarded(listThreads);
  at("words").focus();
});
at("cancel").addEventListener("click", () =>
  guarded(() => call(`v1/runs/${now.run}/cancel`, { method: "POST" })),
);
at("drawer").open = !isPhone();
setUpCompose();
guarded(start);
