"""What follows on a verified tool step.

Given the accepted chain, the step just tried with its verdicts, the nogoods so far and what
the budget still allows, `decide` answers with one of four actions. It knows no model, no graph
and no clock, so that every rule can be tested as a table:

    accept    the step enters the chain; conclude too if it is the answer
    jump      cut the chain at the blamed step, remember the refuted state, go on from there
    ask       only a person can decide (no target can be told, consent is needed)
    conclude  nothing is left to try, or the budget is spent: best so far, honestly unverified

Backjumping: the chain is cut at the *earliest* step that a chosen remedy names, so that one
round heals everything that is known to be wrong, and the refuted (prefix, step) pair becomes a
nogood with its reason. A nogood from a sound refutation is permanent. Each round spends one
remedy of the budget and never tries a (state, remedy) pair twice, hence the machine ends.
"""

from __future__ import annotations

from typing import Literal

from autoglm_agent.chain import (
    Budget,
    Chain,
    Datum,
    Nogood,
    Remedy,
    Step,
    Usage,
    Verdict,
    digest,
    refutations,
)

Action = Literal["accept", "jump", "ask", "conclude"]

REPEATS = 2
"""How often a model may propose a refuted step again before the machine gives up on it."""


class Decision(Datum):
    """What the machine does next.

    Attributes:
        action: See the module's table.
        to: For `jump`: length of the chain that is kept.
        nogoods: Refuted states to add.
        refuted: The verdicts that this decision answers.
        asked: For `ask`: the remedy that a person has to decide on.
        reason: One sentence for the log, the report and the user.
        done: For `accept`: whether the chain is complete with this step.
    """

    action: Action
    to: int = 0
    nogoods: tuple[Nogood, ...] = ()
    refuted: tuple[Verdict, ...] = ()
    asked: Remedy | None = None
    reason: str = ""
    done: bool = False


def exhausted(budget: Budget, usage: Usage, **about_to_spend: float) -> str | None:
    """Name the first cap that spending would break, or return None.

    Args:
        budget: The caps; one that is None never breaks.
        usage: What has been spent.
        about_to_spend: Amounts by name (`model_calls=1`); only the named caps are looked at.
    """
    for name, more in about_to_spend.items():
        cap, spent = getattr(budget, name), getattr(usage, name)
        if cap is not None and spent + more > cap:
            return f"{spent:.4g} of {cap:.4g} {name.replace('_', ' ')} were spent"
    return None


def repeated(chain: Chain, step: Step, nogoods: tuple[Nogood, ...]) -> Nogood | None:
    """Return the nogood that forbids this step after this chain, or None."""
    prefix = chain.prefix_key
    return next((n for n in nogoods if n.sound and n.prefix == prefix and n.step == step.key), None)


def decide(
    chain: Chain,
    step: Step,
    nogoods: tuple[Nogood, ...],
    usage: Usage,
    budget: Budget,
    *,
    consent: bool = False,
) -> Decision:
    """Choose what follows on a verified step.

    Args:
        chain: The accepted steps, without `step`.
        step: The step tried last, with its outcome and verdicts.
        nogoods: The states refuted so far.
        usage: What has been spent, this step included.
        budget: The caps of the run.
        consent: Whether the user has allowed a second reading of the vault.
    """
    failing = tuple(refutations(step.verdicts))
    if not failing:
        return Decision(action="accept", done=step.tool is None)
    given_up = _given_up(chain, step, nogoods)
    if given_up:
        return given_up
    chosen = [(verdict, _first_untried(verdict, nogoods)) for verdict in failing]
    for verdict, remedy in chosen:
        if remedy and (remedy.kind in ("ask", "stop") or (remedy.needs_consent and not consent)):
            return Decision(
                action="conclude" if remedy.kind == "stop" else "ask",
                refuted=(verdict,),
                asked=remedy,
                reason=f"{verdict.fact} {remedy.reason}".strip(),
            )
    return _jump(chain, step, chosen, nogoods, usage, budget)


def _given_up(chain: Chain, step: Step, nogoods: tuple[Nogood, ...]) -> Decision | None:
    """A model that answers in words right after a tool's error sees no way on: that is why."""
    last = nogoods[-1] if nogoods else None
    if step.tool or last is None or last.check != "tool" or last.prefix != chain.prefix_key:
        return None
    why = Verdict(check="tool", status="fail", fact=last.reason, blame=last.tool)
    return Decision(action="conclude", refuted=(why,), reason=last.reason)


def _jump(
    chain: Chain,
    step: Step,
    chosen: list[tuple[Verdict, Remedy | None]],
    nogoods: tuple[Nogood, ...],
    usage: Usage,
    budget: Budget,
) -> Decision:
    failing = tuple(verdict for verdict, _ in chosen)
    facts = " ".join(dict.fromkeys(verdict.fact for verdict in failing))
    spent = exhausted(budget, usage, remedies=1, seconds=0)
    if spent:
        return Decision(action="conclude", refuted=failing, reason=f"{facts} Budget: {spent}.")
    if any(verdict.remedies and remedy is None for verdict, remedy in chosen):
        return Decision(
            action="conclude", refuted=failing, reason=f"{facts} Every known remedy was tried."
        )
    if sum(n.step == step.key and n.prefix == chain.prefix_key for n in nogoods) >= REPEATS:
        return Decision(
            action="conclude", refuted=failing, reason=f"{facts} The same step came back refuted."
        )
    to = min(_target(chain, step, verdict, remedy) for verdict, remedy in chosen)
    kept = chain.cut(to)
    blamed = chain.steps[to] if to < len(chain.steps) else step
    fresh = tuple(
        Nogood(
            prefix=kept.prefix_key,
            step=blamed.key,
            tool=blamed.tool,
            args=blamed.args,
            reason=verdict.fact,
            check=verdict.check,
            sound=verdict.sound,
            remedy=remedy,
        )
        for verdict, remedy in chosen
    )
    return Decision(action="jump", to=to, nogoods=fresh, refuted=failing, reason=facts)


def _target(chain: Chain, step: Step, verdict: Verdict, remedy: Remedy | None) -> int:
    """Return the index of the step to do again; the tried step itself comes after the chain."""
    blamed = remedy.step if remedy else verdict.blame
    if blamed is None or blamed == step.tool:
        return len(chain.steps)
    index = chain.index_of(blamed)
    return len(chain.steps) if index is None else index


def _first_untried(verdict: Verdict, nogoods: tuple[Nogood, ...]) -> Remedy | None:
    """Return the first remedy of the verdict that no nogood of the same check has tried."""
    tried = {digest([n.check, n.remedy.to_json()]) for n in nogoods if n.remedy}
    for remedy in verdict.remedies:
        if digest([verdict.check, remedy.to_json()]) not in tried:
            return remedy
    return None
