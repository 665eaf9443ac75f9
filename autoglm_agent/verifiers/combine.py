"""Several verifiers as one: all must pass, or one of them is enough."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from autoglm_agent.chain import Chain, Status, Step, Verdict
from autoglm_agent.errors import InputError
from autoglm_agent.verifiers.protocol import Verifier, ask_one, expected_cost, in_order


class _Combined:
    """What both combinations share: the parts in order of cost, and one verdict of theirs."""

    title = ""

    def __init__(self, verifiers: Sequence[Verifier], check: str) -> None:
        if not verifiers:
            raise InputError("There is nothing to combine.", "Give at least one verifier.")
        self.check = check
        self.cost = sum(map(expected_cost, verifiers))
        self._verifiers = in_order(verifiers)

    def _verdict(self, status: Status, parts: list[Verdict], **told: Any) -> Verdict:
        """Return one verdict; its cost and its evidence are those of the parts."""
        deciding = next((v for v in parts if v.status == status), None)
        where = {"field": deciding.field, "span": deciding.span} if deciding else {}
        return Verdict.model_validate(
            {
                "check": self.check,
                "title": self.title,
                "status": status,
                "fact": deciding.fact if deciding else "",
                "state": next((v.state for v in parts if v.state is not None), None),
                "conflicts": tuple(sorted({i for v in parts for i in v.conflicts})),
                "evidence": {"parts": [[v.check, v.status] for v in parts]},
                "calls": sum(v.calls for v in parts),
                "tokens": sum(v.tokens for v in parts),
                "seconds": sum(v.seconds for v in parts),
                **where,
                **told,
            }
        )


class AllOf(_Combined):
    """Pass where every verifier that applies passes; fail at the first sound refutation.

    Args:
        verifiers: The parts; the cheapest is asked first.
        check: Stable id of the combination.

    Raises:
        InputError: If there is no verifier.
    """

    title = "All of its parts hold"

    def __init__(self, verifiers: Sequence[Verifier], check: str = "all") -> None:
        super().__init__(verifiers, check)

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Ask the parts; an unsound refutation goes on, in search of a sound one."""
        parts: list[Verdict] = []
        for verifier in self._verifiers:
            parts += ask_one(verifier, step, chain)
            if any(v.status == "fail" and v.sound for v in parts):
                break
        counted = [v for v in parts if v.status != "na"]
        if not counted:
            return []
        failed = sorted((v for v in counted if v.status == "fail"), key=lambda v: not v.sound)
        if failed:
            rest = [v for v in counted if v not in failed]
            return [self._verdict("fail", failed + rest, sound=failed[0].sound)]
        if any(v.status == "unknown" for v in counted):
            return [self._verdict("unknown", counted)]
        proven = all(v.sound_pass for v in counted)
        sound = all(v.sound for v in counted)
        return [self._verdict("pass", counted, sound=sound, sound_pass=proven)]


class AnyOf(_Combined):
    """Pass where one verifier passes; fail where all that apply refute.

    Args:
        verifiers: The parts; the cheapest is asked first, and the first pass ends the asking.
        check: Stable id of the combination.

    Raises:
        InputError: If there is no verifier.
    """

    title = "One of its parts holds"

    def __init__(self, verifiers: Sequence[Verifier], check: str = "any") -> None:
        super().__init__(verifiers, check)

    def __call__(self, step: Step, chain: Chain) -> list[Verdict]:
        """Ask the parts; a part passes where none of its verdicts refutes and one passes."""
        parts: list[Verdict] = []
        undecided = False
        for verifier in self._verifiers:
            found = [v for v in ask_one(verifier, step, chain) if v.status != "na"]
            parts += found
            statuses = {v.status for v in found}
            if "fail" in statuses or not found:
                continue
            if "unknown" not in statuses:
                proven = any(v.sound_pass for v in found)
                sound = all(v.sound for v in found)
                return [self._verdict("pass", parts, sound=sound, sound_pass=proven, fact="")]
            undecided = True
        if not parts:
            return []
        if undecided:
            return [self._verdict("unknown", parts)]
        sound = all(v.sound for v in parts if v.status == "fail")
        return [self._verdict("fail", parts, sound=sound)]


def all_of(*verifiers: Verifier, check: str = "all") -> AllOf:
    """Return a verifier that passes where all of these pass; see `AllOf`."""
    return AllOf(verifiers, check)


def any_of(*verifiers: Verifier, check: str = "any") -> AnyOf:
    """Return a verifier that passes where one of these passes; see `AnyOf`."""
    return AnyOf(verifiers, check)
