"""The answer: one sentence, the honest score beside the flattering one, and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord, Told
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.report.words import KINDS, remedy_words
from autoglm_agent.chain import SUPERVISED


@dataclass(frozen=True)
class Scores:
    """The figures of the answer, in the metric's own orientation.

    Attributes:
        decimals: With how many decimals all of them are written.
        naive: Best cross-validation score of the candidates tried.
        corrected: The cross-validation score corrected for choosing, with its 95 % interval.
        tried: How many candidates finished.
        gain: Advantage over the baseline, positive is better; None if it was not measured.
        reading: Which reading of the held-out rows this was.
    """

    metric: str
    value: float
    low: float
    high: float
    n: int
    decimals: int
    naive: float | None = None
    corrected: tuple[float, float, float] | None = None
    tried: int = 0
    baseline: float | None = None
    baseline_name: str = ""
    gain: tuple[float, float, float] | None = None
    reading: int = 1
    other: tuple[tuple[str, float, float, float], ...] = ()

    @property
    def greater_is_better(self) -> bool:
        """Whether a larger score is a better one."""
        return num.greater_is_better(self.metric)

    @property
    def beats_baseline(self) -> bool | None:
        """Whether even the low end of the gain's interval is above zero; None if unmeasured."""
        return self.gain[1] > 0 if self.gain else None

    def write(self, value: float | None) -> str:
        """Write a score with the digits of this comparison."""
        return num.fixed(value, self.decimals)


@dataclass(frozen=True)
class Answer:
    """What the first screen says.

    Attributes:
        sentence: The answer in one sentence.
        status: `verified`, `unverified`, `failed` or another word of the caller's.
        reason: Why the status is what it is.
        advice: What a person should do; empty for a verified run.
    """

    sentence: str
    status: str
    reason: str
    instruction: str = ""
    scores: Scores | None = None
    advice: tuple[str, ...] = field(default=())


def answer(record: RunRecord, status: str, message: str = "") -> Answer:
    """Return the answer of a run from its files."""
    found = scores(record)
    return Answer(
        sentence=_sentence(record, found),
        status=status,
        reason=_reason(record, status, message),
        instruction=str(record.run.get("instruction") or ""),
        scores=found,
        advice=_advice(record, found) if status != "verified" else (),
    )


def scores(record: RunRecord) -> Scores | None:
    """Return the figures of the final assessment, from the ledger where it has them."""
    assessment = record.assessment
    if not assessment or not isinstance(assessment.get("score"), dict):
        return None
    metric = str(assessment.get("metric", ""))
    measured = {**assessment["score"], **_of_ledger(record, f"holdout.{metric}")}
    value = measured.get("value")
    if value is None:
        return None
    baseline = assessment.get("baseline") or {}
    naive = assessment.get("naive")
    gain = assessment.get("gain") or {}
    low, high = measured.get("low", value), measured.get("high", value)
    return Scores(
        metric=metric,
        value=value,
        low=value if low is None else low,
        high=value if high is None else high,
        n=int(assessment.get("n") or 0),
        decimals=num.digits(metric, [value, low, high, naive, baseline.get("value")]),
        naive=naive,
        corrected=_triple((record.search or {}).get("honest") or {}),
        tried=len(finished(record.search)),
        baseline=baseline.get("value"),
        baseline_name=str(baseline.get("name", "")),
        gain=_triple(gain),
        reading=int(assessment.get("reading") or 1),
        other=_other(assessment, metric),
    )


def finished(search: Json | None) -> list[Json]:
    """Return the candidates of a search that have a score on all folds."""
    candidates = (search or {}).get("candidates") or []
    return [c for c in candidates if c.get("score") is not None and c.get("status") == "done"]


def unresolved(record: RunRecord) -> list[Told]:
    """Return the refutations that stand against the final chain."""
    return [told for told in record.checks if told.current and told.verdict.status == "fail"]


def standing(record: RunRecord) -> list[Told]:
    """Return the verdicts of the final chain."""
    return [told for told in record.checks if told.current]


def _of_ledger(record: RunRecord, name: str) -> Json:
    entry = record.ledger.get(name, {})
    model = (record.assessment or {}).get("model")
    if entry.get("source") not in (None, "", model) and str(model) not in str(entry.get("source")):
        return {}
    return {k: entry[k] for k in ("value", "low", "high") if entry.get(k) is not None}


def _triple(value: Json) -> tuple[float, float, float] | None:
    parts = [value.get(k) for k in ("value", "low", "high")]
    return None if any(p is None for p in parts) else tuple(map(float, parts))  # type: ignore[return-value,arg-type]


def _other(assessment: Json, metric: str) -> tuple[tuple[str, float, float, float], ...]:
    rows = []
    for name, figures in (assessment.get("metrics") or {}).items():
        triple = _triple(figures) if isinstance(figures, dict) else None
        if triple and name != metric:
            rows.append((str(name), *triple))
    return tuple(rows)


def _sentence(record: RunRecord, found: Scores | None) -> str:
    task, profile = record.task, record.profile
    if found:
        target = f"‘{task.target}’" if task and task.target else "the target"
        return (
            f"On {num.plural(found.n, 'row')} kept aside from the start, the predictions of "
            f"{target} score {num.metric_title(found.metric)} {found.write(found.value)} "
            f"(95 % interval {found.write(found.low)} to {found.write(found.high)})."
        )
    without_target = record.search or record.unsupervised or {}
    if without_target.get("text") and task and task.kind not in SUPERVISED:
        return str(without_target["text"]).strip().split("\n")[0]
    if task and task.kind == "profile" and profile:
        kinds = Counter(str(c.get("kind")) for c in profile.get("columns") or ())
        told = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
        return (
            f"{record.data_name} has {num.plural(int(profile.get('rows') or 0), 'row')} and "
            f"{num.plural(kinds.total(), 'column')}{f' ({told})' if told else ''}."
        )
    goal = f": {KINDS[task.kind]}" if task else ""
    return f"There is no score to report for {record.data_name}{goal}."


def _reason(record: RunRecord, status: str, message: str) -> str:
    if message:
        return message
    failing = unresolved(record)
    if failing:
        ids = ", ".join(dict.fromkeys(t.verdict.check for t in failing))
        return f"{num.plural(len(failing), 'check')} failed and could not be answered: {ids}."
    decided = [t for t in standing(record) if t.verdict.status in ("pass", "warn")]
    if status == "verified" and decided:
        return f"All {len(decided)} checks that apply found nothing that refutes the result."
    if status == "verified" and record.task and record.task.kind == "profile":
        return "A description claims nothing that a check could refute."
    if status == "verified":
        return "No verdict is on record for this result."
    last: Any = next((e.get("text") for e in reversed(record.events) if e.get("text")), "")
    last = Grounding.of_run(record).ground(str(last)).text
    return (
        f"The run ended before the result was checked. Last step: {last}"
        if last
        else ("The run ended before the result was checked.")
    )


def _advice(record: RunRecord, found: Scores | None) -> tuple[str, ...]:
    out = []
    for told in unresolved(record):
        verdict = told.verdict
        ways = [remedy_words(r) for r in verdict.remedies if r.kind != "stop"]
        way = f" Ways to answer it: {'; or '.join(ways)}." if ways else ""
        out.append(f"{verdict.check} {verdict.title}: {verdict.fact}{way}".strip())
    if found and found.beats_baseline is False:
        out.append(
            "The score is not clearly better than the baseline: do not use the model for "
            "decisions; look for columns that say more about the target, or for more rows."
        )
    if not found and record.search is None:
        out.append(f"Go on with the run: autoglm resume {record.id}")
    if unresolved(record):
        out.append("Until these are settled, do not rely on the score.")
    return tuple(out)
