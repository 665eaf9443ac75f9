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

    # A numeric target is arithmetic of other columns where at most this many values of the rest
    # cover this share of the rows; a sum with a fee that takes a few values still counts.
    formula_values: int = 10
    formula_cover: float = 0.9
    formula_variance: float = 0.97
    formula_parts: int = 12
    # A flag is a giveaway if it is set for one class only: so many of its rows, and so unlikely by
    # chance (a part in a million leaves room for hundreds of columns).
    flag_pure: float = 0.98
    flag_p: float = 1e-6
    # A column filled for one class only, without exception, at least in so many rows.
    filled_rows: int = 20
    # A category that leaves this little of a numeric target's variance fixes it.
    fixed_by_level: float = 0.9
    # A column of level means is closer to the sampled means than fresh data could be: the mean
    # squared distance is one sampling variance for honest columns, the held-out share for leaks.
    means_ratio: float = 0.5
    means_p: float = 1e-4
    means_levels: int = 15

    # V11: catalogue (drop-column importance).
    collapse_share: float = 0.5
    # V12: what a name has to tell by itself before it is worth a sentence.
    named_skill: float = 0.3

    # V13: catalogue. A flag beyond `missing_certain` is refuted on sight, a weaker one only where
    # what is left without the column explains clearly less.
    missing_skill: float = 0.5
    missing_certain: float = 0.8
    missing_share: float = 0.01

    # V14: catalogue; 200 permutations resolve p = .01 (Phipson & Smyth 2010).
    order_skill: float = 0.05
    order_p: float = 0.01
    permutations: int = 200

    # V15: catalogue; deepchecks' TrainTestSamplesMix.
    duplicates_warn: float = 0.0
    duplicates_fail: float = 0.01
    # Chance explains the duplicates if shuffled columns give at least this share of them.
    duplicates_natural: float = 0.5

    # V16: catalogue's 5 %; a neighbour counts as near when it is ten times closer than the fifth
    # one, which in three and more dimensions chance gives to one row in two hundred at most.
    near_ratio: float = 0.1
    near_warn: float = 0.01
    near_fail: float = 0.05
    near_rows: int = 3_000

    # V17, V18: catalogue; five windows, one-sided 95 % by the t distribution over windows.
    windows: int = 5
    # The catalogue refutes from .02 of the gain on. A tree that meets later dates than it has
    # seen loses up to .04 without any drift: below .05 nothing is told, below .1 only told.
    split_matters: float = 0.05
    split_refuted: float = 0.1

    # V19: catalogue; deepchecks' 2 AUC - 1 of .25 lies between the two.
    adversarial_warn: float = 0.60
    adversarial_fail: float = 0.75
    # V20: industry practice for the population stability index (Siddiqi 2006); BH at 5 %.
    psi_warn: float = 0.1
    psi_fail: float = 0.2
    drift_q: float = 0.05
    unseen_levels: float = 0.01

    # V21: catalogue (Ojala & Garriga 2010); three standard errors over chance.
    scrambles: int = 20
    scramble_p: float = 0.05
    scramble_z: float = 3.0
    # Skill over chance that a leak through preprocessing must have; scaling on all rows, which
    # is harmless, stays within .005.
    scramble_gain: float = 0.02

    # V23: catalogue (Kursa & Rudnicki 2010).
    canaries: int = 3
    canary_top: float = 0.1

    # V30: catalogue; one-sided 95 % by a paired bootstrap (Efron & Tibshirani 1993).
    bootstraps: int = 2_000
    confidence: float = 0.95
    gain_warn: float = 0.1

    # V32: catalogue; two and three standard errors, and a gap that matters.
    gap_warn_z: float = 2.0
    gap_fail_z: float = 3.0
    gap_share: float = 0.05

    # V05: one standard error of optimism is worth a sentence; Tsamardinos et al. (2018).
    optimism_warn: float = 1.0
    # V31: one-sided 5 % of the corrected resampled t-test (Nadeau & Bengio 2003).
    improvement_level: float = 0.05
    improvement_probability: float = 0.75

    # V33: catalogue, told from .5 on: ensembles of trees know their training rows by nature.
    fit_gap_warn: float = 0.5
    fit_gap_fail: float = 0.7

    # V34: errors among the surest rows cannot be honest doubt. Lower bounds (Wilson 1927) of
    # their share; 3 % and 10 % of wrong labels (catalogue) less the width of the bound.
    noise_sure: float = 0.2
    noise_band: float = 0.3
    # Errors among the surest rows over those among the next: honest doubt falls by half or more.
    noise_flat: float = 0.6
    # Least share of the quadratic loss that a model must explain before it may doubt labels: with
    # less, a target without any signal looks like one whose labels are wrong.
    noise_skill: float = 0.1
    # Mean probability of the class told among the surest rows: where the model itself says that
    # every third of them may be of another class, as among neighbouring grades, it doubts no label.
    noise_confidence: float = 0.75
    noise_warn: float = 0.02
    noise_fail: float = 0.08
    noise_mad: float = 4.0

    # V35: catalogue; Saito & Rehmsmeier (2015) for the share.
    minority_share: float = 0.10
    minority_rows: int = 50
    rank_agreement: float = 0.6

    # V36: catalogue; Spiegelhalter (1986), Van Calster et al. (2019).
    calibration_bins: int = 15
    calibration_z: float = 1.96
    calibration_error: float = 0.05
    slope_low: float = 0.8
    slope_high: float = 1.25

    # V37: catalogue (Chung et al. 2019; deepchecks' weak segments); BH at 10 %.
    slice_share: float = 0.05
    slice_rows: int = 30
    slice_q: float = 0.1
    slice_effect: float = 0.2

    # V38: catalogue (Hendrycks & Dietterich 2019).
    robust_warn: float = 0.75
    # Shares of a column's rows that lie a power of ten away from the others.
    unit_least: float = 0.005
    unit_most: float = 0.3

    # V40: catalogue; Riley et al. (2020).
    learning_z: float = 2.0
    events_per_column: float = 10.0

    # V43: catalogue; Hyndman & Koehler (2006), Ljung & Box (1978), conformal 90 +- 3 %.
    autocorrelation_p: float = 0.01
    coverage_miss: float = 0.03

    # V07: catalogue.
    parity: float = 1e-5
    parity_rows: int = 200

    # V39: catalogue; deepchecks' integrity suite, skrub's DropUninformative and DropSimilar.
    constant: float = 0.999
    id_like: float = 0.95
    many_levels: int = 50
    mostly_missing: float = 0.6
    collinear: float = 0.999
    collinear_columns: int = 200
