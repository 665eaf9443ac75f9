"""What to do next: the usual order of work, bent by remedies, errors and missing tools.

A pure function of the conversation and the names of the tools at hand. The order is
profile_data, plan_task, prepare_data, train_models, evaluate_model, verify_result, explain_model,
report. A failed check sends the work back to the step that its remedy names, with the remedy's
arguments merged into those of before; what was refused is never proposed again unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from autoglm_agent.chain import SUPERVISED, digest
from autoglm_agent.planner.conversation import Call, Talk

ORDER = (
    "profile_data", "plan_task", "prepare_data", "make_features", "train_models",
    "evaluate_model", "verify_result", "explain_model", "report",
)  # fmt: skip
"""The tools in the order of work."""

_NEEDS = {
    "plan_task": "data_id", "prepare_data": "task_id", "make_features": "prepared_id",
    "train_models": "prepared_id",
    "evaluate_model": "model_id", "verify_result": "model_id", "explain_model": "model_id",
}  # fmt: skip
_TASK_ERRORS = ("TargetError", "InputError")
_SIDE_STEPS = ("evaluate_model", "verify_result", "explain_model")
"""Steps whose failure leaves something worth a report, which then says what is missing."""
_WHOLE = ("series",)
"""Lists that are told whole each time: of which series is no matter of adding to what was said."""
_DEAD_ENDS = ("ask", "stop")


@dataclass(frozen=True)
class Proposal:
    """The next tool call, or, with `tool` None, the reason to answer in words."""

    tool: str | None
    args: dict[str, Any] = field(default_factory=dict)
    reason: str = ""
    """start, next, remedy, done, question, error, refused, no_data, no_task or no_tools."""
    detail: dict[str, Any] = field(default_factory=dict)


def propose(talk: Talk, tools: Collection[str]) -> Proposal:
    """Return the next step for a conversation.

    Args:
        talk: The task and the calls made for it.
        tools: Names of the tools that may be called.

    Returns:
        One tool call whose arguments come from the tools' own ids, or the reason to stop.
    """
    if not talk.data and not talk.calls:
        return Proposal(None, reason="no_data" if _about_data(talk.instruction) else "no_task")
    if not any(name in tools for name in ORDER):
        return Proposal(None, reason="no_tools")
    last = talk.calls[-1] if talk.calls else None
    if last is not None and not last.ok:
        return _after_error(talk, last, tools)
    if last is not None and last.refuted:
        return _after_refutation(talk, last, tools)
    return _next(talk, tools)


def _next(talk: Talk, tools: Collection[str]) -> Proposal:
    """Return the first tool in the order of work that is still to be called."""
    state = _Progress(talk)
    for name in ORDER[state.position :]:
        if name not in tools or not _applies(name, state, talk):
            continue
        args = _arguments(name, state, talk)
        if args is None:
            break
        if _refused(talk, name, args):
            return Proposal(None, reason="refused", detail={"tool": name})
        return Proposal(name, args, "next" if talk.calls else "start")
    return Proposal(None, reason="done")


class _Progress:
    """Which ids are valid and how far the work has come, reading the calls in order."""

    def __init__(self, talk: Talk) -> None:
        self.ids: dict[str, Any] = {}
        self.position = 0
        for call in talk.calls:
            if call.name not in ORDER or not call.ok:
                continue
            place = ORDER.index(call.name)
            if place < self.position:
                after = ("features_id", "model_id")
                made = {"prepare_data": after, "plan_task": ("prepared_id", *after),
                        "make_features": ("model_id",)}  # fmt: skip
                for key in made.get(call.name, ()):
                    self.ids.pop(key, None)
            self.ids.update(call.ids)
            self.position = place + 1
        self.kind = self.ids.get("kind")


def _applies(name: str, state: _Progress, talk: Talk) -> bool:
    """Tell whether a tool belongs to a task of this kind."""
    kind = state.kind
    if kind == "profile":
        return name in ("profile_data", "plan_task", "report")
    if name == "make_features":
        before = talk.last(name)  # if it failed, the rest does without
        return (kind is None or kind in SUPERVISED) and (before is None or before.ok)
    if name in ("evaluate_model", "explain_model") and kind is not None and kind not in SUPERVISED:
        return bool(talk.calls) and f"call {name}" in talk.calls[-1].text
    return True


def _arguments(name: str, state: _Progress, talk: Talk) -> dict[str, Any] | None:
    """Return a tool's arguments, or None when the id that it needs is missing."""
    if name == "profile_data":
        if not talk.data:
            return None
        query = {"query": talk.query} if talk.query else {}
        return _merged({"data": talk.data, **query}, _remedies_for(name, talk))
    args: dict[str, Any] = {}
    if key := _NEEDS.get(name):
        if key not in state.ids:
            return None
        args[key] = state.ids[key]
    if name == "plan_task":
        args["instruction"] = talk.instruction
    if name == "train_models" and "features_id" in state.ids:
        args["features_id"] = state.ids["features_id"]
    if name == "report" and "model_id" in state.ids:
        args["model_id"] = state.ids["model_id"]
    kept = {} if name in ("plan_task", "report") else _kept_arguments(name, talk, args)
    return _merged({**kept, **args}, _remedies_for(name, talk))


def _kept_arguments(name: str, talk: Talk, fresh: dict[str, Any]) -> dict[str, Any]:
    """Return what an earlier call of the tool, since made invalid, was told beside its ids."""
    before = talk.last(name)
    if before is None or not before.ok:
        return {}
    bound = ("data", "query", "features_id", *_NEEDS.values())
    # Candidates to discard belong to the data they were trained on.
    stale = {"discard"} if any(before.args.get(k) != v for k, v in fresh.items()) else set()
    return {k: v for k, v in before.args.items() if k not in bound and k not in stale}


def _remedies_for(name: str, talk: Talk) -> list[dict[str, Any]]:
    """Return the remedies, in the order in which they came, whose step is the named tool."""
    told = [n.get("remedy") for n in talk.nogoods]
    told += [r for call in talk.calls for r in call.remedies]
    return [
        dict(r["args"])
        for r in told
        if isinstance(r, dict)
        and r.get("step") == name
        and r.get("kind") not in _DEAD_ENDS
        and isinstance(r.get("args"), dict)
    ]


def _merged(args: dict[str, Any], remedies: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Merge remedies into arguments: lists are united but for `_WHOLE`, scalars replaced."""
    result = dict(args)
    for remedy in remedies:
        for key, value in remedy.items():
            old = result.get(key)
            if isinstance(value, list) and key not in _WHOLE:
                start = old if isinstance(old, list) else []
                result[key] = [*start, *(v for v in value if v not in start)]
            else:
                result[key] = value
    return result


def _after_refutation(talk: Talk, last: Call, tools: Collection[str]) -> Proposal:
    """Go back to the step that the first usable remedy names, or answer honestly."""
    open_remedies = [r for r in last.remedies if r.get("kind") not in _DEAD_ENDS]
    for remedy in open_remedies:
        step = str(remedy.get("step", ""))
        if step not in tools or step not in ORDER:
            continue
        cut = Talk(talk.instruction, talk.data, talk.query, list(talk.calls), list(talk.nogoods))
        state = _Progress(cut)
        args = _arguments(step, state, cut)
        if args is None or _made(talk, step, args) or _refused(talk, step, args):
            continue
        return Proposal(
            step, args, "remedy", {k: remedy[k] for k in ("check", "reason") if remedy.get(k)}
        )
    if last.name == "report" or "report" not in tools or "model_id" not in _Progress(talk).ids:
        return Proposal(None, reason="refuted", detail={"facts": _facts(last)})
    after = _next(talk, tools)
    return after if after.tool else Proposal(None, reason="refuted", detail={"facts": _facts(last)})


def _after_error(talk: Talk, last: Call, tools: Collection[str]) -> Proposal:
    """Ask about a target, retry in another way what can be, else tell the error."""
    if "TargetError" in last.text.split(":", 1)[0]:
        return Proposal(
            None,
            reason="question",
            detail={"error": last.text, "candidates": candidates(last.text)},
        )
    if last.text.split(":", 1)[0] not in _TASK_ERRORS:
        proposal = _next(talk, tools)
        if proposal.tool and not _made(talk, proposal.tool, proposal.args):
            return proposal
        if last.name in _SIDE_STEPS and "report" in tools and "model_id" in last.args:
            args = {"model_id": last.args["model_id"]}
            if not _made(talk, "report", args):
                return Proposal("report", args, "next")
    return Proposal(None, reason="error", detail={"error": last.text})


def _made(talk: Talk, tool: str, args: dict[str, Any]) -> bool:
    return any(c.name == tool and digest(c.args) == digest(args) for c in talk.calls)


def _refused(talk: Talk, tool: str, args: dict[str, Any]) -> bool:
    """Tell whether exactly this call was refuted or failed before."""
    told = [n for n in talk.nogoods if n.get("tool") == tool and isinstance(n.get("args"), dict)]
    if any(digest(n["args"]) == digest(args) for n in told):
        return True
    if any(
        n.get("tool") == tool and not _changes(n.get("remedy")) and "args" not in n
        for n in talk.nogoods
    ):
        return True
    return any(
        c.name == tool and digest(c.args) == digest(args) and (not c.ok or c.refuted)
        for c in talk.calls
    )


def _changes(remedy: Any) -> bool:
    """Tell whether a remedy says what to do otherwise."""
    return isinstance(remedy, dict) and remedy.get("kind") not in _DEAD_ENDS


def candidates(error: str) -> list[str]:
    """Return the columns on the `candidates:` line of an error."""
    for line in error.splitlines():
        if line.startswith("candidates:"):
            try:
                found = json.loads(line.split(":", 1)[1])
            except ValueError:
                return []
            return [str(c) for c in found] if isinstance(found, list) else []
    return []


def _facts(call: Call) -> list[str]:
    return [line for line in call.text.splitlines() if " failed: " in line]


def _about_data(words: str) -> bool:
    """Tell whether a message without a file is about data at all."""
    low = words.lower()
    signs = (
        "predict", "classif", "regress", "cluster", "segment", "anomal", "outlier", "forecast",
        "dataset", "csv",
        "train a", "automl", "table", "column", "预测", "分类", "聚类", "异常", "数据", "建模",
        "回归", "表格",
    )  # fmt: skip
    return any(sign in low for sign in signs)
