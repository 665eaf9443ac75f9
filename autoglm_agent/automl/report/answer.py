"""The answer: one sentence, the honest score beside the flattering one, and what to do."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from autoglm_agent.automl.report import numbers as num
from autoglm_agent.automl.report.collect import Json, RunRecord, Told
from autoglm_agent.automl.report.grounding import Grounding
from autoglm_agent.automl.report.wording import Wording
from autoglm_agent.automl.report.words import remedy_words
from autoglm_agent.chain import SUPERVISED

NOT_RUN = "Not run: time."
"""Fact of a check that was left out because the time was over."""


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


def answer(record: RunRecord, say: Wording, status: str, message: str = "") -> Answer:
    """Return the answer of a run from its files."""
    found = scores(record)
    return Answer(
        sentence=_sentence(record, found, say),
        status=status,
        reason=_reason(record, status, message, say),
        instruction=str(record.run.get("instruction") or ""),
        scores=found,
        advice=_advice(record, found, say) if status != "verified" else (),
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
    naive = best_of_search(record.search, assessment)
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
        tried=_trained(record.search),
        baseline=baseline.get("value"),
        baseline_name=str(baseline.get("name", "")),
        gain=_triple(gain),
        reading=int(assessment.get("reading") or 1),
        other=_other(assessment, metric),
    )


def best_of_search(search: Json | None, assessment: Json) -> float | None:
    """Return the best cross-validation score, be it a candidate's or that of their blend."""
    told = [s for s in (assessment.get("naive"), assessment.get("cv")) if s is not None]
    if not told:
        return None
    return float(max(told) if (search or {}).get("greater_is_better", True) else min(told))


def finished(search: Json | None) -> list[Json]:
    """Return the candidates of a search that have a score on all folds."""
    candidates = (search or {}).get("candidates") or []
    return [c for c in candidates if c.get("score") is not None and c.get("status") == "done"]


def _trained(search: Json | None) -> int:
    """Return how many candidates besides the baseline were trained to their end."""
    return sum(c.get("family") != "baseline" for c in finished(search))


def unresolved(record: RunRecord) -> list[Told]:
    """Return the refutations that stand against the final chain."""
    return [told for told in record.checks if told.current and told.verdict.status == "fail"]


def standing(record: RunRecord) -> list[Told]:
    """Return the verdicts of the final chain."""
    return [told for told in record.checks if told.current]


def not_run(told: Told) -> bool:
    """Whether a check was left out because the time was over."""
    return told.verdict.status == "unknown" and told.verdict.fact == NOT_RUN


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


def _sentence(record: RunRecord, found: Scores | None, say: Wording) -> str:
    task = record.task
    data = named_data(record, say)
    if found:
        return say(
            "answer.sentence",
            rows=say.counted("count.forecast" if record.forecasts else "count.row", found.n),
            target=say("answer.target", name=task.target)
            if task and task.target
            else say("answer.the_target"),
            metric=say.metric(found.metric),
            value=found.write(found.value),
            low=found.write(found.low),
            high=found.write(found.high),
        )
    without_target = record.search or record.unsupervised or {}
    if without_target.get("text") and task and task.kind not in SUPERVISED:
        return say.fact(str(without_target["text"]).strip().split("\n")[0])
    if task and task.kind == "profile" and record.profile:
        return _description(record.profile, data, say)
    cross = _triple((record.search or {}).get("honest") or {})
    if cross:
        metric = str((record.search or {}).get("metric", ""))
        value, low, high = (num.fixed(v, num.digits(metric, cross)) for v in cross)
        named = say.metric(metric)
        return say("answer.unread", data=data, metric=named, value=value, low=low, high=high)
    if task:
        return say("answer.none_of_kind", data=data, kind=say.name("kind", task.kind))
    return say("answer.none", data=data)


def _description(profile: Json, data: str, say: Wording) -> str:
    kinds = Counter(str(c.get("kind")) for c in profile.get("columns") or ())
    told = [f"{number} {say.name('column', kind)}" for kind, number in kinds.most_common()]
    rows = say.counted("count.row", int(profile.get("rows") or 0))
    columns = say.counted("count.column", kinds.total())
    if not told:
        return say("answer.profile", data=data, rows=rows, columns=columns)
    return say(
        "answer.profile_kinds", data=data, rows=rows, columns=columns, kinds=say.listed(told)
    )


def leading_columns(record: RunRecord) -> list[str]:
    """Return the columns that the predictions rest on, most first; empty without an explanation."""
    explained = (record.explain or {}).get("importance") or ()
    items = [i for i in explained if (i.get("mean") or 0) > 0]
    return [str(i.get("column")) for i in sorted(items, key=lambda i: -i["mean"])]


def named_data(record: RunRecord, say: Wording) -> str:
    """Return the table's name, or a word for it."""
    return record.data_name or say("data.unnamed")


def _reason(record: RunRecord, status: str, message: str, say: Wording) -> str:
    if message:
        return message
    failing = unresolved(record)
    if failing:
        ids = list(dict.fromkeys(t.verdict.check for t in failing))
        checks = say.counted("count.check", len(failing))
        return say("reason.failed", checks=checks, ids=say.listed(ids))
    decided = [t for t in standing(record) if t.verdict.status in ("pass", "warn")]
    if status == "verified" and decided:
        return say("reason.all_passed", n=len(decided))
    if status == "verified" and record.task and record.task.kind == "profile":
        return say("reason.description")
    if status == "verified":
        return say("reason.no_verdict")
    last: Any = next((e.get("text") for e in reversed(record.events) if e.get("text")), "")
    last = Grounding.of_run(record).ground(str(last)).text
    return say("reason.early_after", step=last) if last else say("reason.early")


def unread_lines(record: RunRecord, say: Wording) -> list[str]:
    """Say which conditions of the instruction were not kept, if there are any."""
    words = record.task.unread if record.task else ()
    listed = say.listed([say("answer.target", name=told) for told in words])
    return [say("advice.unread", words=listed)] if words else []


def _advice(record: RunRecord, found: Scores | None, say: Wording) -> tuple[str, ...]:
    out = unread_lines(record, say)
    failing = unresolved(record)
    late = bool(finished(record.search)) and not _trained(record.search)
    if late:
        out.append(say("advice.only_baseline"))
    for told in failing:
        verdict = told.verdict
        ways = [remedy_words(r, say) for r in verdict.remedies if r.kind != "stop"]
        way = say("advice.ways", ways=say("or").join(ways)) if ways else ""
        title = say.title(verdict.title)
        named = f"{verdict.check} {title}{say('colon')}{say.fact(verdict.fact)}"
        out.append(f"{named}{way}".strip())
    if found and found.beats_baseline is False and not late:
        out.append(say("advice.baseline"))
    skipped = sum(not_run(told) for told in standing(record))
    if skipped:
        out.append(say.counted("advice.time", skipped))
    if not found and record.search is None:
        out.append(say("advice.resume", run=record.id))
    if failing and found:
        out.append(say("advice.until"))
    return tuple(out)
