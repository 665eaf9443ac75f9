"""One row's explanation in words."""

from __future__ import annotations

from typing import Any

SHOWN = 8
"""Columns of a row's explanation that are told."""


def row_text(found: dict[str, Any]) -> str:
    """Return one row's explanation in words."""
    of, decided = "prediction", ""
    if "class" in found:
        of, decided = f"probability of {found['class']}", f" (decision: {found['label']})"
    lines = [
        f"row {found['row']}: {of} {found['prediction']:.4g}{decided}; "
        f"an average row has {found['base']:.4g}"
    ]
    lines += [
        f"  {part['share']:+.4g} ± {part['se']:.2g}  {part['column']} = {part['value']}"
        for part in found["parts"][:SHOWN]
    ]
    rest = sum(part["share"] for part in found["parts"][SHOWN:])
    if found["parts"][SHOWN:]:
        lines.append(f"  {rest:+.4g}  {len(found['parts']) - SHOWN} other columns together")
    other = found.get("counterfactuals")
    if other is not None:
        lines += _other_text(other)
    return "\n".join(lines)


def _other_text(other: dict[str, Any]) -> list[str]:
    if not other["found"]:
        return [f"no change of up to three of {len(other['changeable'])} columns flips it"]
    lines = []
    for found in other["found"]:
        steps = ", ".join(f"{c['column']} from {c['from']} to {c['to']}" for c in found["changes"])
        lines.append(f"it would be {found.get('label', found.get('prediction'))} with {steps}")
    return [*lines, "this tells what the model would say, not what would happen"]
