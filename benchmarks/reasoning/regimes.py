"""The worlds that are simulated, and what is known of them in closed form."""

from __future__ import annotations

from world import Regime

JUDGE = {"false_accept": 0.3, "false_reject": 0.1}

REGIMES = (
    Regime("A", "perfect step verifier", visibility=1, sure=True),
    Regime("B", "judge on steps, hidden errors, sound final", **JUDGE),
    Regime(
        "C", "good step verifier, hidden errors, sound final", false_accept=0.05, false_reject=0.05
    ),
    Regime(
        "D",
        "judge everywhere, hidden errors",
        **JUDGE,
        final_false_accept=0.3,
        final_false_reject=0.1,
        rho=0.7,
    ),
    Regime(
        "D'",
        "the same, final votes correlated too",
        **JUDGE,
        final_false_accept=0.3,
        final_false_reject=0.1,
        rho=0.7,
        final_rho=0.7,
    ),
    Regime(
        "E",
        "judge on steps, half-visible errors",
        **JUDGE,
        final_false_accept=0.05,
        final_false_reject=0.05,
        rho=0.7,
        visibility=0.5,
    ),
    Regime("F", "20 steps, hidden errors, sound final", n=20, false_accept=0.1, false_reject=0.1),
    Regime("G", "over-strict step verifier, sound final", false_accept=0.05, false_reject=0.4),
    Regime("H", "near-blind step verifier, sound final", false_accept=0.9, false_reject=0.02),
    Regime(
        "I",
        "a tenth of the steps hard",
        p=0.85,
        false_accept=0.2,
        false_reject=0.1,
        final_false_accept=0.02,
        final_false_reject=0.02,
        rho=0.5,
        hard=0.1,
        visibility=0.3,
    ),
    Regime(
        "a",
        "PRM on steps, strict judge at the end",
        n=8,
        p=0.88,
        false_accept=0.446,
        false_reject=0.096,
        final_false_accept=0.036,
        final_false_reject=0.474,
        rho=0.7,
    ),
    Regime(
        "b",
        "one lenient judge for both",
        n=8,
        p=0.88,
        false_accept=0.48,
        false_reject=0.087,
        final_false_accept=0.48,
        final_false_reject=0.087,
        rho=0.7,
    ),
    Regime("c", "program on steps, sound final", n=8, p=0.88, false_accept=0.05, false_reject=0.01),
    Regime(
        "d",
        "program on steps, lenient judge at the end",
        n=8,
        p=0.88,
        false_accept=0.05,
        false_reject=0.01,
        final_false_accept=0.48,
        final_false_reject=0.087,
        rho=0.7,
    ),
    Regime(
        "e",
        "prose arithmetic on steps, sound final",
        n=8,
        p=0.88,
        false_accept=0.94,
        false_reject=0.006,
    ),
)
