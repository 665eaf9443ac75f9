"""V23, V40, V41: what a person may want to know; nothing here refutes a result.

Columns of noise as canaries (Kursa & Rudnicki 2010, https://doi.org/10.18637/jss.v036.i11), whether
more rows would help (Riley et al. 2020), and whether the ranking of the columns holds from fold to
fold. All on the cheap twin.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.checks.twin import Twin, twin_of
from autoglm_agent.chain import Verdict

LEAST_ROWS = 200
FEW_COLUMNS = 4
AGREEMENT = 0.6


def check_canaries(context: CheckContext) -> Verdict:
    """V23: columns of noise do not rank among the best columns."""
    twin, limits = _twin(context), context.thresholds
    columns = len(set(twin.sources))
    if columns < 2 * FEW_COLUMNS:
        raise NotApplicableError(f"{columns} columns are too few to rank canaries among.")
    rng = np.random.default_rng([context.seed, 23])
    copied = rng.choice(twin.matrix.shape[1], limits.canaries)
    noise = rng.permutation(twin.matrix[:, copied])
    gains = _gains(twin, np.hstack([twin.matrix, noise]), [*twin.sources, *_names(limits.canaries)])
    beaten: dict[str, int] = {}
    ranks = []
    for gain in gains:
        best = max(gain[name] for name in _names(limits.canaries))
        own = [value for name, value in gain.items() if not name.startswith("\0")]
        ranks.append(sum(value > best for value in own) / len(own))
        for name, value in gain.items():
            if not name.startswith("\0") and value <= best:
                beaten[name] = beaten.get(name, 0) + 1
    rank = float(np.median(ranks))
    weak = [name for name, times in beaten.items() if times >= 0.8 * len(gains)]
    high = rank <= limits.canary_top
    fact = f"{len(weak)} of {columns} columns tell no more than noise does."
    if high:
        fact = f"A column of noise ranks above {1 - rank:.0%} of the columns: with so many columns "
        fact += "and so few rows the model learns by heart."
    return Verdict(
        check="V23",
        status="warn" if high else "pass",
        fact=fact,
        statistic=round(rank, 4),
        threshold=limits.canary_top,
        n=len(twin.y),
        columns=(),
        evidence={"no_better_than_noise": weak[:50]},
    )


def check_adequacy(context: CheckContext) -> Verdict:
    """V40: whether more rows would make the model better."""
    twin, limits = _twin(context), context.thresholds
    losses = []
    rng = np.random.default_rng([context.seed, 40])
    for share in (0.5, 1.0):
        parts = []
        for train, valid in twin.pairs:
            kept = np.sort(rng.permutation(train)[: max(20, int(share * len(train)))])
            told = twin.predict(twin.matrix, twin.y, kept, valid)
            parts.append(twin.losses(twin.y[valid], told))
        losses.append(np.concatenate(parts))
    gain = losses[0] - losses[1]
    error = float(gain.std(ddof=1) / np.sqrt(len(gain)))
    z = float(gain.mean() / error) if error > 0 else 0.0
    events = len(twin.y)
    if twin.problem.is_classification:
        events = int(np.bincount(twin.y, minlength=twin.problem.width).min())
    # Events of the whole training table, not of the sample.
    ratio = events / len(twin.y) * len(context.need_target().y) / max(1, len(set(twin.sources)))
    few = ratio < limits.events_per_column
    fact = "Twice the rows would hardly make the model better."
    if z > limits.learning_z:
        share = float(gain.mean() / losses[0].mean())
        fact = f"More rows would help: the last doubling took {share:.1%} off the loss."
    if few:
        fact += f" There are only {ratio:.1f} rows of the rarest outcome for each column."
    return Verdict(
        check="V40",
        status="warn" if few else "pass",
        fact=fact,
        statistic=round(ratio, 3),
        threshold=limits.events_per_column,
        n=len(twin.y),
        evidence={"z_of_last_doubling": round(z, 3), "events_per_column": round(ratio, 3)},
    )


def check_ranking(context: CheckContext) -> Verdict:
    """V41: the columns that matter are the same in every fold."""
    twin = _twin(context)
    gains = _gains(twin, twin.matrix, list(twin.sources))
    names = sorted({name for gain in gains for name, value in gain.items() if value > 0})
    # The tail of the ranking is noise by nature; the best half is what people read.
    total = {name: sum(gain[name] for gain in gains) for name in names}
    top = sorted(names, key=lambda name: -total[name])[: max(FEW_COLUMNS, len(names) // 2)]
    if len(gains) < 2 or len(top) < FEW_COLUMNS:
        raise NotApplicableError("Too few columns or folds to compare rankings.")
    from scipy.stats import spearmanr

    table = np.array([[gain[name] for name in top] for gain in gains])
    pairs = [(i, j) for i in range(len(gains)) for j in range(i)]
    agreement = float(np.mean([spearmanr(table[i], table[j]).statistic for i, j in pairs]))
    shaky = not agreement >= AGREEMENT
    fact = (
        f"The ranking of the columns agrees from fold to fold (rank correlation {agreement:.2f})."
    )
    if shaky:
        fact = "The ranking of the columns changes from fold to fold (rank correlation "
        fact += f"{agreement:.2f}): do not read a meaning into it."
    return Verdict(
        check="V41",
        status="warn" if shaky else "pass",
        fact=fact,
        statistic=round(agreement, 4),
        threshold=AGREEMENT,
        n=len(twin.y),
    )


def _twin(context: CheckContext) -> Twin:
    twin = replace(twin_of(context), boosted=True)
    if len(twin.y) < LEAST_ROWS or len(twin.pairs) < 2:
        raise NotApplicableError("Too few rows or folds for advice.")
    return twin


def _names(count: int) -> list[str]:
    # No column of a table can have such a name.
    return [f"\0canary{i}" for i in range(count)]


def _gains(twin: Twin, matrix: np.ndarray, sources: list[str]) -> list[dict[str, float]]:
    """Return, for each fold, what each raw column took off the loss."""
    found = []
    for train, _ in twin.pairs:
        predict = twin.fitted(matrix, twin.y, train)
        model = getattr(predict, "model", None)
        if model is None:
            continue
        gain: dict[str, float] = dict.fromkeys(sources, 0.0)
        values = model.booster_.feature_importance("gain")
        for source, value in zip(sources, values, strict=True):
            gain[source] += float(value)
        found.append(gain)
    return found


CHECKS = (
    Check("V40", "Enough rows", "data", check_adequacy, 0.6, worth=3),
    Check("V23", "Columns against noise", "data", check_canaries, 0.6, worth=3),
    Check("V41", "A steady ranking of columns", "data", check_ranking, 0.4, worth=3),
)
