// The live tree of a run, built from its events. Text is only ever set as text, never as HTML:
// a table can hold anything.

const STEPS = 9;

function entry(kind, mark, title, detail) {
  const item = document.createElement("li");
  item.className = kind;
  const head = document.createElement("strong");
  head.textContent = `${mark} ${title}`;
  item.append(head);
  if (detail) item.append(` ${detail}`);
  return item;
}

export class Tree {
  constructor(chain, trials, bar, state) {
    Object.assign(this, { chain, trials, bar, state });
    this.clear();
  }

  clear() {
    this.chain.replaceChildren();
    this.trials.replaceChildren();
    this.standing = [];
    this.bar.value = 0;
    this.state.textContent = "";
  }

  take(event) {
    const what = event.tool || "answer";
    if (event.event === "tool.started") this.state.textContent = `Working on ${what}`;
    if (event.event === "trial.started") this.state.textContent = event.text;
    if (event.event === "step.accepted") {
      const [words] = (event.text || "").split("\n"); // the answer stands in the conversation
      const item = entry("accepted", "✓ accepted:", what, words);
      this.standing.push(item);
      this.chain.append(item);
    }
    if (event.event === "step.refuted") {
      const failed = (event.verdicts || []).filter((v) => v.status === "fail");
      const facts = failed.map((v) => `${v.check}: ${v.fact}`).join("; ");
      this.chain.append(entry("refuted", "✗ refuted:", what, facts));
    }
    if (event.event === "backtrack") this.jump(event);
    if (event.event === "trial.done") this.trial(event);
    if (event.event === "run.asked") this.state.textContent = "Waiting for your answer";
    if (event.event === "run.concluded") this.state.textContent = `Ended: ${event.status}`;
    this.bar.value = event.event === "run.concluded" ? 1 : Math.min(this.standing.length / STEPS, 0.99);
  }

  jump(event) {
    for (const item of this.standing.splice(event.cut_to)) item.classList.add("cut");
    const remedy = event.remedy ? `remedy: ${event.remedy.kind}` : "";
    this.chain.append(entry("jump", "↩ back to", event.blame, remedy));
  }

  trial(event) {
    const row = this.trials.insertRow();
    row.insertCell().textContent = event.name;
    row.insertCell().textContent = typeof event.score === "number" ? event.score.toFixed(4) : "failed";
  }
}
