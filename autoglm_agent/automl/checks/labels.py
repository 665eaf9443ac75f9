"""V34: labels that the model contradicts where it is surest.

Where classes overlap errors are honest, and the surer the model is the rarer they become. Wrong
labels do not care how sure the model is: among the rows that it is surest of, errors stay as
frequent as among the next ones. That floor is the share of wrong labels. The rows listed are
those whose own label the model thinks least probable (confident learning, Northcutt et al. 2021,
https://doi.org/10.1613/jair.1.12125). Of numbers, residuals beyond four robust standard
deviations are listed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np

from autoglm_agent.automl.checks.context import CheckContext, NotApplicableError
from autoglm_agent.automl.checks.judged import Judged, judged
from autoglm_agent.automl.checks.registry import Check
from autoglm_agent.automl.preparation.grouping import hash_rows
from autoglm_agent.chain import Remedy, Status, Verdict

LEAST_ROWS = 150
MOST_TOLD = 2_000


def check_labels(context: CheckContext) -> Verdict:
    """V34: few labels are contradicted where the model is sure."""
    found = judged(context)
    if len(found.y) < LEAST_ROWS:
        raise NotApplicableError(f"{len(found.y)} rows are too few to doubt their labels.")
    if not found.problem.is_classification:
        return _residuals(context, found)
    limits = context.thresholds
    skill = found.reach / found.prior_loss if found.prior_loss else 0.0
    if skill < limits.noise_skill:
        known = f"The model explains {skill:.1%} of what there is to explain"
        raise NotApplicableError(f"{known}: too little to doubt labels.")
    sure, errors, band = surest(found, limits.noise_sure, limits.noise_band)
    certain = float(found.prediction[sure].max(axis=1).mean())
    if certain < limits.noise_confidence:
        known = f"The model is sure of no row, of the surest only to {certain:.0%}"
        raise NotApplicableError(f"{known}: too little to doubt labels.")
    share = float(errors.mean())
    low = _wilson_low(share, len(errors))
    flat = share >= limits.noise_flat * float(band.mean()) if len(band) else False
    # A floor of errors is the share of all labels that are wrong.
    rows = suspects(found)[: max(1, round(share * len(found.y)))]
    evidence: dict[str, Any] = {
        "errors_among_the_surest": round(share, 4),
        "errors_among_the_next": round(float(band.mean()), 4) if len(band) else None,
        "surest": len(sure),
        "off_diagonal": round(off_diagonal(found), 4),
        "same_features_other_label": round(contradictions(found), 4),
        "rows": [int(r) for r in found.rows[rows][:MOST_TOLD]],
    }
    status: Status = "pass"
    fact = f"Of the {len(sure)} rows that the model is surest of {share:.1%} contradict it."
    if flat and low > limits.noise_warn and len(rows):
        status = "fail" if low > limits.noise_fail else "warn"
        fact += " It is no better where it is less sure, so these are hardly honest doubts: about "
        fact += f"{len(rows)} labels look wrong, first in row {int(found.rows[rows[0]])}."
    ask = Remedy(
        kind="ask",
        step="prepare_data",
        reason="Look through the rows listed and mend their labels, then come back.",
    )
    return Verdict(
        check="V34",
        status=status,
        fact=fact,
        statistic=round(low, 4),
        threshold=limits.noise_fail,
        n=len(found.y),
        evidence=evidence,
        remedies=(ask,) if status == "fail" else (),
        blame="prepare_data" if status != "pass" else None,
    )


def check_spellings(context: CheckContext) -> Verdict:
    """V34: no class is written in several ways."""
    prepared = context.need_target()
    if not prepared.problem.is_classification:
        raise NotApplicableError("The target is a number, so there are no labels to compare.")
    groups = spellings([str(label) for label in prepared.problem.classes])
    counts = np.bincount(prepared.y.astype(np.int64), minlength=prepared.problem.width)
    texts = [str(label) for label in prepared.problem.classes]
    told = "; ".join(" = ".join(repr(label[:25]) for label in group[:3]) for group in groups[:3])
    fact = f"The {len(texts)} classes of {context.task.target!r} are written in one way each."
    if groups:
        fact = f"Classes of {context.task.target!r} differ only in case or blanks and are learned "
        fact += f"as {len(texts)} different ones: {told}. "
        fact += "If they mean the same, write each in one way in the table and run again."
    merge = Remedy(
        kind="ask",
        step="prepare_data",
        reason=f"Write each class in one way in the table ({told}) and run again.",
    )
    return Verdict(
        check="V34",
        status="warn" if groups else "pass",
        fact=fact,
        statistic=float(sum(len(group) - 1 for group in groups)),
        threshold=0.0,
        n=len(prepared.X),
        columns=(str(context.task.target),) if groups else (),
        evidence={"merge": {group[0]: list(group[1:]) for group in groups},
                  "rows": dict(zip(texts, counts.tolist(), strict=True))} if groups else {},
        remedies=(merge,) if groups else (),
    )  # fmt: skip


def spellings(labels: Sequence[str]) -> list[list[str]]:
    """Return the groups of labels that are one label but for case, width and blanks."""
    groups: dict[str, list[str]] = {}
    for label in labels:
        plain = " ".join(unicodedata.normalize("NFKC", label).casefold().split())
        groups.setdefault(plain, []).append(label)
    return [group for group in groups.values() if len(group) > 1]


def surest(found: Judged, share: float, band: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the rows that the model is surest of, their errors, and those of the next ones.

    Within each told class the same share is taken, so that one frequent class, of which it is
    easy to be sure, does not speak for all.
    """
    told = found.prediction.argmax(axis=1)
    confidence = found.prediction.max(axis=1)
    first, second = [], []
    for label in range(found.problem.width):
        mine = np.flatnonzero(told == label)
        order = mine[np.argsort(-confidence[mine], kind="stable")]
        cut, end = int(np.ceil(share * len(mine))), int(np.ceil((share + band) * len(mine)))
        first.append(order[:cut])
        second.append(order[cut:end])
    rows, rest = np.concatenate(first), np.concatenate(second)
    return rows, found.y[rows] != told[rows], found.y[rest] != told[rest]


def suspects(found: Judged) -> np.ndarray:
    """Return rows whose own label is improbable, least probable first.

    Confident learning: another class is at least as probable as it is on average among the rows
    that bear its label.
    """
    p, y = found.prediction, found.y
    own = p[np.arange(len(y)), y]
    bar = np.array([p[y == c, c].mean() if (y == c).any() else 1.0 for c in range(p.shape[1])])
    over = p >= bar
    over[np.arange(len(y)), y] = False
    doubtful = over.any(axis=1) & (p.argmax(axis=1) != y)
    rows = np.flatnonzero(doubtful)
    return rows[np.argsort(own[rows], kind="stable")]


def off_diagonal(found: Judged) -> float:
    """Return the share of rows that confident learning counts for another class than labelled."""
    return float(len(suspects(found)) / len(found.y))


def contradictions(found: Judged) -> float:
    """Return the share of rows that have a twin in all features with another label."""
    hashes = hash_rows(found.X)
    groups = np.unique(hashes, return_inverse=True)[1]
    table = np.zeros((int(groups.max()) + 1, found.problem.width))
    np.add.at(table, (groups, found.y), 1)
    return float((table.sum(axis=1) - table.max(axis=1)).sum() / len(found.y))


def _residuals(context: CheckContext, found: Judged) -> Verdict:
    residual = found.prediction - found.y
    middle = float(np.median(residual))
    spread = 1.4826 * float(np.median(np.abs(residual - middle)))
    limit = context.thresholds.noise_mad * spread
    far = np.flatnonzero(np.abs(residual - middle) > limit) if spread > 0 else np.empty(0, int)
    far = far[np.argsort(-np.abs(residual[far]))]
    share = len(far) / len(found.y)
    fact = f"{share:.1%} of the rows lie more than four robust standard deviations away from "
    fact += "what the model says of them."
    return Verdict(
        check="V34",
        status="warn" if share > 0.1 else "pass",
        fact=fact,
        statistic=round(share, 4),
        threshold=0.1,
        n=len(found.y),
        evidence={"rows": [int(r) for r in found.rows[far][:MOST_TOLD]]},
    )


def _wilson_low(share: float, n: int, z: float = 1.645) -> float:
    """One-sided 95 % lower bound of a share (Wilson 1927)."""
    if n == 0:
        return 0.0
    centre = share + z**2 / (2 * n)
    reach = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, float((centre - reach) / (1 + z**2 / n)))


CHECKS = (
    Check("V34", "One spelling a class", "data", check_spellings, 0.001, worth=2),
    Check("V34", "Wrong labels", "search", check_labels, 0.1, worth=2),
)
