// The live tree of a run, built from its events. Text is only ever set as text, never as HTML:
// a table can hold anything.

const STEPS = 9;
const ENDED = {
  verified: "Verified",
  unverified: "Not verified",
  abstained: "No answer",
  failed: "Failed",
  cancelled: "Cancelled",
};
const SHOWN_LINES = 3;

function part(tag, kind, text) {
  const element = document.createElement(tag);
  if (kind) element.className = kind;
  element.textContent = text;
  return element;
}

// One entry: a round mark, a word for who cannot see it, the step, what is told of it.
function entry(kind, mark, tag, step, lines, facts = []) {
  const item = part("li", kind, "");
  const sign = part("span", "mark", mark);
  sign.setAttribute("aria-hidden", "true");
  item.append(sign, part("span", "tag", tag), part("strong", "", step));
  for (const line of lines.filter(Boolean)) item.append(part("p", "", line));
  for (const fact of facts.filter(Boolean)) item.append(part("small", "", fact));
  return item;
}

export const wordsOf = (status) => ENDED[status] || status;

export class Tree {
  constructor(page) {
    this.page = page; // chain, candidates, trials, bar, state, card
    this.clear();
  }

  clear() {
    this.page.chain.replaceChildren();
    this.page.trials.replaceChildren();
    this.page.candidates.hidden = true;
    this.standing = [];
    this.refuted = [];
    this.going = null;
    this.page.bar.value = 0;
    this.say("", "");
  }

  // How the run stands: a word for its colour, and the words.
  say(status, words) {
    this.page.card.dataset.status = status;
    this.page.state.textContent = words;
  }

  end(status) {
    this.rest();
    this.say(status, wordsOf(status));
    this.page.bar.value = 1;
  }

  take(event) {
    const what = event.tool || "answer";
    if (event.event === "tool.started") this.begin(what);
    if (event.event === "trial.started") this.say("running", event.text);
    if (event.event === "trial.done") this.trial(event);
    if (event.event === "step.accepted") this.accept(event, what);
    if (event.event === "step.refuted") this.refute(event, what);
    if (event.event === "backtrack") this.jump(event);
    if (event.event === "run.asked") this.say("asked", "Waiting for your answer");
    if (event.event === "run.concluded") this.end(event.status);
    else this.page.bar.value = Math.min(this.standing.length / STEPS, 0.99);
  }

  begin(what) {
    this.rest();
    this.say("running", `Working on ${what}`);
    this.going = entry("going", "…", "working on", what, []);
    this.page.chain.append(this.going);
  }

  // Nothing is worked on any more: the step has been told, or the run has stopped.
  rest() {
    this.going?.remove();
    this.going = null;
  }

  accept(event, what) {
    this.rest();
    const passed = (event.verdicts || []).filter((v) => v.status === "pass").length;
    const checks = passed ? `${passed} ${passed === 1 ? "check" : "checks"} passed` : "";
    const [words] = (event.text || "").split("\n"); // the answer stands in the conversation
    const [told] = event.tool ? (event.outcome || "").split("\n") : [""];
    const item = entry("accepted", "✓", "accepted", what, [words], [told, checks]);
    this.standing.push(item);
    this.page.chain.append(item);
  }

  refute(event, what) {
    this.rest();
    const failed = (event.verdicts || []).filter((v) => v.status === "fail");
    const facts = failed.flatMap((v) => `${v.check}: ${v.fact}`.split("\n").slice(0, SHOWN_LINES));
    const item = entry("refuted", "✗", "refuted", what, facts);
    this.refuted.push(item);
    this.page.chain.append(item);
  }

  // What is given up becomes a branch beside the chain that goes on.
  jump(event) {
    const cut = this.standing.splice(event.cut_to);
    for (const item of cut) {
      item.classList.add("cut");
      item.querySelector(".tag").textContent = "undone";
    }
    for (const item of [...cut, ...this.refuted.splice(0)]) item.classList.add("branch");
    const { kind, args = {}, step } = event.remedy || {};
    const plain = Object.values(args).flat().filter((v) => typeof v !== "object");
    const named = plain.map((v) => String(v).split("\n").at(-1)).join(", "); // what was said last
    const words = kind ? `Remedy: ${kind.replaceAll("_", " ")}${named ? `: ${named}` : ""}` : "";
    this.page.chain.append(entry("jump", "↩", "back to", event.blame || step || "", [words]));
  }

  trial(event) {
    const scored = typeof event.score === "number";
    this.page.candidates.hidden = false;
    const row = this.page.trials.insertRow();
    row.insertCell().textContent = event.name;
    row.insertCell().textContent = scored ? event.score.toFixed(4) : "not finished";
    row.insertCell().textContent = scored ? (event.seconds || 0).toFixed(1) : "";
    if (scored && event.score === event.best) {
      this.page.trials.querySelector(".best")?.classList.remove("best");
      row.classList.add("best");
    }
  }
}
