"""How free reasoning ends: the answer from verified steps, or honestly without.

`verified` is said only of a chain in which every step has passed a verifier. Where a proof of
the answer itself stands (a sound pass, for example complete tests), steps that nothing could
check are left out of the chain and told as notes: the answer does not rest on them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from autoglm_agent.chain import Chain, Step
from autoglm_graphs.scene import Conclusion, Ending
from autoglm_graphs.state import State, search_of

Status = Literal["verified", "unverified", "abstained"]
Assemble = Callable[[Chain], str | None]
"""Makes the answer of the verified steps; None leaves it to the last step's claim."""


def conclude_reasoning(ending: Ending, assemble: Assemble | None = None) -> Conclusion:
    """Tell the answer, how far it was verified, and why it is not, if it is not."""
    state, chain, notes = ending.state, *_proved(ending.chain, ending.verified)
    if ending.verified and all(map(passed, chain.steps)):
        answer = _assembled(chain, assemble)
        return _told(state, ending, "verified", answer, chain, notes, _confidence(state))
    best = state.get("best")
    if not best:
        return _told(state, ending, "abstained", None, ending.chain, (), 0.0)
    answer = Step.from_json(best["step"]).claim
    return _told(state, ending, "unverified", answer, ending.chain, (), best["confidence"])


def passed(step: Step) -> bool:
    """Return whether a verifier has passed the step and none has refuted it."""
    return not step.refuted and any(v.status == "pass" for v in step.verdicts)


def _proved(chain: Chain, verified: bool) -> tuple[Chain, tuple[Step, ...]]:
    last = chain.steps[-1] if chain.steps else None
    if not verified or last is None or not any(v.sound_pass for v in last.verdicts):
        return chain, ()
    kept = tuple(s for s in chain.steps if passed(s))
    return chain.model_copy(update={"steps": kept}), tuple(s for s in chain.steps if not passed(s))


def _assembled(chain: Chain, assemble: Assemble | None) -> str:
    made = assemble(chain) if assemble else None
    return made if made is not None else chain.steps[-1].claim


def _confidence(state: State) -> float:
    best = state.get("best")
    return float(best["confidence"]) if best else 0.0


def _told(
    state: State,
    ending: Ending,
    status: Status,
    answer: str | None,
    chain: Chain,
    notes: tuple[Step, ...],
    confidence: float,
) -> Conclusion:
    reason = ending.reason or _unchecked(ending.chain) if status != "verified" else ""
    usage = ending.usage.to_json()
    search = search_of(state)
    response: dict[str, Any] = {
        "status": status,
        "answer": answer,
        "confidence": round(confidence, 4),
        "reason": reason,
        "steps": [_line(step) for step in chain.steps],
        "notes": [step.claim for step in notes],
        "refuted": len(state.get("nogoods") or ()),
        "jumps": search.jumps,
        "usage": usage,
    }
    text = {
        "verified": f"{answer}",
        "unverified": f"Not verified: {answer}\n\nWhy: {reason}",
        "abstained": f"No answer was found that stands. {reason}",
    }[status]
    changed = {"status": status, "answer": answer, "chain": chain.to_json(), "usage": usage}
    return Conclusion(text, response, changed)


def _unchecked(chain: Chain) -> str:
    """Name what nothing could check, which is why a finished chain is not verified."""
    bare = [number for number, step in enumerate(chain.steps, 1) if not passed(step)]
    if not bare:
        return "No answer was reached."
    listed = ", ".join(map(str, bare[:5])) + (", …" if len(bare) > 5 else "")
    return f"No verifier could check step {listed}."


def _line(step: Step) -> dict[str, Any]:
    line: dict[str, Any] = {"claim": step.claim} if not step.tool else {"tool": step.tool}
    if step.tool:
        line |= {"args": step.args, "result": step.outcome.text[:500] if step.outcome else ""}
    passed_by = [v.check for v in step.verdicts if v.status == "pass"]
    return line | {"checks": passed_by}
