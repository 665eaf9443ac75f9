"""One row's explanation in words."""

from __future__ import annotations

from typing import Any

from autoglm_agent.automl.explain.words import WORDS, Language
from autoglm_agent.automl.forecasting.naming import explained_in_chinese, in_chinese

SHOWN = 8
"""Columns of a row's explanation that are told."""


def row_text(found: dict[str, Any], *, language: Language = "en") -> str:
    """Return one row's explanation in words.

    Args:
        found: From `asked.explain_asked`.
        language: `en` or `zh`.
    """
    say = WORDS[language]
    if language == "zh" and "of" in found:
        found = explained_in_chinese(found)
    of, decided = say["of_number"], ""
    if "class" in found:
        of = say["of_class"].format(label=found["class"])
        decided = say["decided"].format(label=found["label"])
    figures = {name: f"{found[name]:.4g}" for name in ("prediction", "base")}
    if "of" in found:
        foretold = found["of"]
        series = f" ({foretold['series']})" if foretold["series"] else ""
        naive = foretold["naive"] if language == "en" else in_chinese(foretold["naive"])
        told = {
            **foretold,
            "naive": naive,
            "series": series,
            "simple": f"{foretold['simple']:.4g}",
            **figures,
        }
        lines = [say["forecast"].format(row=found["row"], **told)]
    else:
        lines = [say["row"].format(row=found["row"], of=of, decided=decided, **figures)]
    lines += [
        f"  {part['share']:+.4g} ± {part['se']:.2g}  {part['column']} = {_cell(part['value'], say)}"
        for part in found["parts"][:SHOWN]
    ]
    rest = found["parts"][SHOWN:]
    if rest:
        total = sum(part["share"] for part in rest)
        lines.append(f"  {total:+.4g}  {say['together'].format(n=len(rest))}")
    other = found.get("counterfactuals")
    if other is not None:
        lines += _other_text(other, say)
    return "\n".join(lines)


def _other_text(other: dict[str, Any], say: dict[str, str]) -> list[str]:
    if not other["changeable"]:
        return [say["unchangeable"].format(names=say["and"].join(other["fixed"]))]
    if not other["found"]:
        return [say["no_change"].format(n=len(other["changeable"]))]
    lines = []
    for found in other["found"]:
        steps = say["and"].join(
            say["change"].format(
                column=step["column"],
                before=_cell(step["from"], say),
                after=_cell(step["to"], say),
            )
            for step in found["changes"]
        )
        told = found.get("label", found.get("prediction"))
        lines.append(say["would"].format(label=told, steps=steps))
    return [*lines, say["would_not"]]


def _cell(value: Any, say: dict[str, str]) -> Any:
    return say["missing"] if value is None else value
