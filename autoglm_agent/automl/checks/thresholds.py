"""Every number that a check compares with, in one place, each with its origin.

They are defaults of the catalogue, not results of tuning on a table. A caller that knows
better makes a changed copy with `dataclasses.replace`.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thresholds:
    """Thresholds of the checks; shares and skills lie between 0 and 1."""

    # V01: the same numbers through the same code differ only by the order of summation.
    recomputation: float = 1e-9

    # V04: float64 probabilities that a softmax or an average of softmaxes gives sum to one
    # far closer than this; the fence is Tukey's outer fence (1977), 3 interquartile ranges.
    probability_sum: float = 1e-6
    fence: float = 3.0

    # V08: five per cent for the last fold that had begun; half as much again is a broken promise,
    # unless it is only a few seconds of fixed costs.
    wall_warn: float = 1.05
    wall_fail: float = 1.5
    wall_slack_s: float = 10.0

    # V10: .95 and .8 are the catalogue's and deepchecks' predictive power scores; a depth-4 tree
    # is theirs too. `leak_share`: the column alone does what all columns do together.
    leak_depth: int = 4
    leak_certain: float = 0.95
    leak_strong: float = 0.8
    leak_share: float = 0.9
    # A continuous measure has to be stronger than a flag before it is refuted as inflating: honest
    # ones reach .86 (card balance for default, the other columns telling nothing).
    leak_strong_number: float = 0.9
    leak_named: float = 0.5
    # The column alone leaves at most this share of what all the others together leave unexplained.
    leak_residue: float = 0.6
    # Agreement (Cohen's kappa) of levels and classes beyond which a column *is* the target under
    # other names: a copy with three per cent of wrong labels in two even classes has .94. From
    # `leak_alike` on it looks like it; Landis & Koch (1977) call > .8 almost perfect.
    leak_same: float = 0.92
    # Variance of a number that the classes explain; the petals of iris, the strongest honest
    # columns of the classical tables, reach .94.
    leak_same_number: float = 0.96
    leak_alike: float = 0.8
    # Removing a look-alike multiplies what is left unexplained by at least two (V11: half the
    # skill gone, told on the error side so that easy tables count too).
    leak_collapse: float = 0.5
    # |rank correlation| with a numeric target beyond which a column is a copy of it (V39's .999).
    leak_copy: float = 0.999
    # One-sided 1 % point of the normal, because several columns are asked at once.
    leak_z: float = 2.326
    leak_rows: int = 5_000
    leak_trees: int = 50
    leak_least_rows: int = 30

    # V13: catalogue.
    missing_skill: float = 0.5
    missing_share: float = 0.01

    # V15: catalogue; deepchecks' TrainTestSamplesMix.
    duplicates_warn: float = 0.0
    duplicates_fail: float = 0.01
    # Chance explains the duplicates if shuffled columns give at least this share of them.
    duplicates_natural: float = 0.5

    # V30: catalogue; one-sided 95 % by a paired bootstrap (Efron & Tibshirani 1993).
    bootstraps: int = 2_000
    confidence: float = 0.95
    gain_warn: float = 0.1

    # V32: catalogue; two and three standard errors, and a gap that matters.
    gap_warn_z: float = 2.0
    gap_fail_z: float = 3.0
    gap_share: float = 0.05

    # V39: catalogue; deepchecks' integrity suite, skrub's DropUninformative and DropSimilar.
    constant: float = 0.999
    id_like: float = 0.95
    many_levels: int = 50
    mostly_missing: float = 0.6
    collinear: float = 0.999
    collinear_columns: int = 200
