"""Verbs and the nouns made of them: who *applies* files an *application*, who *renews* a *renewal*.

Wishes are asked with verbs, columns are called by nouns. English makes one of the other by a few
endings (those of people who do it, as *driver*, do not count); where it changes the word itself
(*choose*, *choice*), a table tells it.
"""

from __future__ import annotations

from functools import cache, lru_cache

from autoglm_agent.planner.text import stem

_ENDINGS = (
    "ment", "al", "ance", "anc", "ence", "enc", "ur", "ion", "ation", "ition", "y", "age", "ag",
    "ancy", "ency", "ness", "th", "at",
)  # fmt: skip
_CHANGES = (("y", "ic"), ("y", "i"), ("d", "s"), ("t", "ss"), ("b", "pt"), ("v", "pt"),
            ("id", "is"), ("od", "os"), ("ud", "us"), ("end", "ens"), ("ond", "ons"), ("rt", "rs"),
            ("uc", "uct"), ("ct", "ct"))  # fmt: skip
"""How the end of a verb's stem changes before such an ending."""
_IRREGULAR = (
    "choose choice", "sell sale", "lose loss", "die death", "bear birth", "born birth",
    "speak speech", "think thought", "know knowledge", "believe belief", "prove proof",
    "grow growth", "weigh weight", "see sight", "fly flight", "give gift", "live life",
    "enter entry", "succeed success", "proceed process", "behave behaviour", "behave behavior",
    "advise advice", "lend loan", "buy purchase", "hate hatred", "strike stroke", "feed food",
    "marry marriage", "tie tie", "draw draw", "rise raise", "fall fall", "graduate degree",
    "suspect suspicion", "describe description", "subscribe subscription", "prescribe prescription",
    "receive receipt", "receive reception", "absorb absorption", "qualify qualification",
    "apply application", "apply applicant", "identify identity", "notify notice", "try trial",
    "retire retirement", "enroll enrolment", "enrol enrollment", "inherit heritage",
    "complain complaint", "pursue pursuit", "respond response", "expend expense", "defend defense",
    "extend extension", "persuade persuasion", "conclude conclusion", "explode explosion",
    "admit admission", "permit permission", "omit omission", "transmit transmission",
    "produce production", "reduce reduction", "introduce introduction", "destroy destruction",
    "renew renewal", "refer referral", "refuse refusal", "deny denial", "arrive arrival",
    "bankrupt bankruptcy", "accurate accuracy", "pregnant pregnancy", "frequent frequency",
    "vacant vacancy", "urgent urgency", "absent absence", "present presence", "distant distance",
    "heal health", "steal theft", "rob robbery", "discover discovery", "recover recovery",
)  # fmt: skip
_LEAST = 4


@cache
def _pairs() -> frozenset[tuple[str, str]]:
    told = [tuple(map(stem, pair.split())) for pair in _IRREGULAR]
    return frozenset((a, b) for a, b in told) | frozenset((b, a) for a, b in told)


@lru_cache(maxsize=65536)
def same_word(one: str, other: str) -> bool:
    """Tell whether one of two stems is a noun made of the other, a verb.

    Args:
        one: A stem.
        other: Another stem.
    """
    if (one, other) in _pairs():
        return True
    short, long = sorted((one, other), key=len)
    if len(short) < _LEAST or short[:3] != long[:3] or not long.isascii():
        return False
    roots = {short, *(short[: -len(a)] + b for a, b in _CHANGES if short.endswith(a))}
    return any(long == root + ending for root in roots for ending in _ENDINGS) or (
        long in roots and long != short
    )
