"""A result in plain words, in the user's language; every figure is in the ledger."""

from __future__ import annotations

from typing import Any

from autoglm_agent.automl.explain.words import WORDS, Language
from autoglm_agent.automl.forecasting.naming import explained_in_chinese
from autoglm_agent.automl.run.ledger import Ledger
from autoglm_agent.automl.run.workspace import Workspace

MOST_DRIVERS = 3


def record_figures(workspace: Workspace, found: dict[str, Any]) -> None:
    """Write the figures of an explanation to the ledger, so that prose may tell them."""
    ledger = Ledger(workspace)
    known = set(ledger.latest())
    source = f"explanation of {found['model']}"
    prefix = f"explain.{found['model']}"
    figures = {f"{prefix}.rows": (float(found["n"]), "rows")}
    for item in found["importance"]:
        figures[f"{prefix}.importance.{item['column']}"] = (item["mean"], "score")
    for i, part in enumerate(found.get("slices") or []):
        figures[f"{prefix}.slice.{i}.loss"] = (part["loss"], "loss")
        figures[f"{prefix}.slice.{i}.others"] = (part["others"], "loss")
        figures[f"{prefix}.slice.{i}.rows"] = (float(part["rows"]), "rows")
    if found.get("stability") is not None:
        figures[f"{prefix}.stability"] = (found["stability"], "correlation")
    for fact in found.get("limits") or []:
        for key in ("low", "high"):
            if fact["kind"] == "range":
                figures[f"{prefix}.{key}.{fact['column']}"] = (fact[key], "value")
    for name, (value, unit) in figures.items():
        if name not in known:
            ledger.record(name, value, unit=unit, source=source)


def plain_summary(
    found: dict[str, Any], result: dict[str, Any], *, language: Language = "en"
) -> list[str]:
    """Return a few sentences: can it be trusted, how good, what drives it, where it fails.

    Args:
        found: Content of `explain.json`.
        result: Content of `result.json`.
        language: `en` or `zh`.
    """
    say = WORDS[language]
    if language == "zh" and result.get("forecasts"):
        found = explained_in_chinese(found)
    lines = [say["verified"] if result.get("status") == "verified" else say["unverified"]]
    honest = result.get("honest")
    if honest:
        lines.append(
            say["score"].format(
                metric=honest["metric"], value=f"{honest['value']:.4g}",
                low=f"{honest['low']:.4g}", high=f"{honest['high']:.4g}", n=honest["n"],
            )
        )  # fmt: skip
    helping = [i for i in found["importance"] if i["mean"] > 0]
    if helping:
        names = [i["column"] for i in helping[:MOST_DRIVERS]]
        lines.append(say["drivers"].format(names=say["and"].join(names)))
        lines.append(
            say["first"].format(
                column=names[0], drop=f"{helping[0]['mean']:.4g}", metric=found["metric"]
            )
        )
    lines += _moves(found, helping, say)
    if found.get("slices"):
        worst = found["slices"][0]
        lines.append(
            say["slice"].format(
                column=worst["column"], value=worst["value"], rows=worst["rows"],
                loss=f"{worst['loss']:.4g}", others=f"{worst['others']:.4g}",
                name=say.get(worst["loss_name"], worst["loss_name"]),
            )
        )  # fmt: skip
    return [*lines, *_unknown(found, helping, say)]


def _moves(found: dict[str, Any], helping: list[dict[str, Any]], say: dict[str, str]) -> list[str]:
    """Say which way the prediction moves with the first column, where it moves one way."""
    effects = {e["column"]: e for e in found.get("effects") or []}
    for item in helping[:MOST_DRIVERS]:
        effect = effects.get(item["column"])
        if effect is None or not all(
            isinstance(g, int | float) and not isinstance(g, bool) for g in effect["grid"]
        ):
            continue
        steps = [b - a for a, b in zip(effect["response"], effect["response"][1:], strict=False)]
        up, down = sum(s for s in steps if s > 0), -sum(s for s in steps if s < 0)
        if up + down > 0 and max(up, down) >= 0.8 * (up + down):
            key = "rises" if up > down else "falls"
            what = (
                say["probability"].format(label=effect["class"])
                if "class" in effect
                else (say["number"])
            )
            return [say[key].format(what=what, column=item["column"])]
    return []


def _unknown(
    found: dict[str, Any], helping: list[dict[str, Any]], say: dict[str, str]
) -> list[str]:
    """Say what the model cannot know, of its strongest columns only."""
    strong = [i["column"] for i in helping[:MOST_DRIVERS]]
    lines = []
    for fact in found.get("limits") or []:
        if fact["kind"] == "range" and fact["column"] == (strong or [None])[0]:
            lines.append(
                say["range"].format(
                    column=fact["column"], low=f"{fact['low']:.6g}", high=f"{fact['high']:.6g}"
                )
            )
        elif fact["kind"] == "period":
            lines.append(say["period"].format(**fact))
        elif fact["kind"] == "no_cause":
            lines.append(say["no_cause"])
    return lines
