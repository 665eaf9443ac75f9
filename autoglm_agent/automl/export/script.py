"""The script: imports, constants of the run, copied definitions, and a short command."""

from __future__ import annotations

import sys
import textwrap
from typing import Any

from autoglm_agent.automl.data.profile import stored_profile, typed_frame
from autoglm_agent.automl.data.table import load_snapshot
from autoglm_agent.automl.export.amalgamate import Amalgam
from autoglm_agent.automl.export.literals import literal
from autoglm_agent.automl.export.members import described_members
from autoglm_agent.automl.export.rows import described_rows
from autoglm_agent.automl.export.source import described_source
from autoglm_agent.automl.features.encoder import TableEncoder
from autoglm_agent.automl.forecasting.laying import refuse_forecast
from autoglm_agent.automl.models.fitted import FittedModel, versions
from autoglm_agent.automl.preparation.prepare import Prepared, load_prepared
from autoglm_agent.automl.run.workspace import Workspace
from autoglm_agent.errors import InputError

ENGINE = "autoglm_agent.automl."
PIECES = ENGINE + "export.pieces."
_STANDARD = sys.stdlib_module_names


def export_code(workspace: Workspace) -> str:
    """Return the text of a standalone script that trains a run's model from its raw file.

    It needs NumPy, pandas, scikit-learn and what the model's members need (LightGBM, SciPy); it
    imports nothing of this package. With the same versions of these it gives the same
    predictions.

    Args:
        workspace: Folder of a finished run with a supervised model.

    Raises:
        InputError: If the run has no such model, or its table cannot be read by a plain script.
    """
    result = workspace.read_record("result.json") if workspace.has("result.json") else {}
    model_id = (result.get("model") or {}).get("id")
    if not model_id or not workspace.has("models", model_id, "manifest.json"):
        raise InputError(
            f"Run {workspace.path.name} has no model to write as code.",
            "Only supervised runs have one; finish it with `autoglm resume` first.",
        )
    search = workspace.read_json("searches", model_id, "search.json")
    prepared = load_prepared(workspace, search["prepared"])
    if not prepared.task.target:
        raise InputError(
            f"A {prepared.task.kind} task has no target to train on.",
            "Code is written for models that predict a column.",
        )
    refuse_forecast(workspace, prepared.data_id)
    model = FittedModel.load(workspace, model_id)
    made = getattr(model.encoder, "expressions", ())
    if made:
        raise InputError(
            f"The model reads {len(made)} semantic features, which a script "
            "of its own cannot compute yet.",
            "Use the model itself (`autoglm predict`), or run again without semantic features.",
        )
    return _compose(workspace, prepared, model, search, result)


def _compose(
    workspace: Workspace,
    prepared: Prepared,
    model: FittedModel,
    search: dict[str, Any],
    result: dict[str, Any],
) -> str:
    profile = stored_profile(workspace, prepared.data_id)
    table = load_snapshot(workspace, prepared.data_id)
    frame = typed_frame(table, profile)
    amalgam = Amalgam()
    target = str(prepared.task.target)
    asked = workspace.read_record("run.json", keys=("data",))
    formats = {name: profile.column(name).format for name in [*model.features, target]}
    source = described_source(asked, table, frame, formats)
    rows = described_rows(workspace, prepared, model.problem, frame[target])
    members = described_members(model, search)
    amalgam.add_all((PIECES + "reading", name) for name in source.uses)
    amalgam.add_all((PIECES + "rows", name) for name in rows.uses)
    amalgam.add_all(members.uses)
    encoder, kinds = _encoder(model.encoder)
    amalgam.add_all(kinds)
    amalgam.add_all((PIECES + "model", name) for name in ("Member", "Model"))
    amalgam.add_all((PIECES + "fits", name) for name in ("Fit", "Problem"))
    amalgam.imports |= {
        "import argparse", "import sys", "import hashlib", "from pathlib import Path",
        "import numpy as np", "import pandas as pd",
        "from sklearn.compose import ColumnTransformer",
    }  # fmt: skip
    scaler = "None"
    if model.linear is not None and any(m.view == "linear" for m in model.members):
        amalgam.add(ENGINE + "features.linear", "LinearView")
        scaler = f"LinearView({literal(tuple(model.linear.coded), start=20)})"
    parts = [
        _docstring(asked, prepared, model, result),
        "from __future__ import annotations\n\n" + _imports(amalgam.imports),
        *amalgam.parts,
        _constants(prepared, model, source.columns, encoder, scaler, members.text),
        source.code + "\n\n\n" + rows.code,
        _command(),
    ]
    return _spaced(parts)


def _spaced(parts: list[str]) -> str:
    """Join parts: two blank lines around functions and classes, one between constants."""
    text = parts[0] + "\n\n" + parts[1]
    before = False
    for part in parts[2:]:
        block = part.startswith(("def ", "class ", "@"))
        text += ("\n\n\n" if block or before else "\n\n") + part
        before = block
    return text + "\n"


def _docstring(
    asked: dict[str, Any], prepared: Prepared, model: FittedModel, result: dict[str, Any]
) -> str:
    honest = result.get("honest") or {}
    name = _plain(asked.get("data_name") or "the table")
    lines = [f"Train the model of {_plain(prepared.task.target or '')} from {name} and use it.", ""]
    if honest:
        told = (
            f"Holdout {honest['metric']} {honest['value']:.4f} (95 % interval {honest['low']:.4f} "
            f"to {honest['high']:.4f}, {honest['n']} rows that were read once)."
        )
        lines += textwrap.wrap(told, 96)
    used = ", ".join(f"{name} {told}" for name, told in versions(model.families()).items())
    lines += textwrap.wrap(
        f"The same predictions follow with {used}; other versions may differ a little.", 96
    )
    lines += ["What the model is stands near the end: COLUMNS, ENCODER, MEMBERS."]
    lines += ["", "    python model.py TABLE --predict NEW.csv --out PREDICTIONS.csv"]
    return '"""' + "\n".join(lines) + '\n"""'


def _plain(text: Any) -> str:
    """Return text that cannot end a docstring or begin a line of its own."""
    return "".join(c for c in str(text) if c.isprintable() and c not in '"\\')[:80]


def _encoder(encoder: TableEncoder | None) -> tuple[str, list[tuple[str, str]]]:
    """Return the code of the column transformer, and the classes that it uses."""
    if encoder is None:
        return 'ColumnTransformer([("none", "drop", [])])', []
    uses: list[tuple[str, str]] = []
    rows = []
    for part in encoder.parts_:
        if not part.names_:
            continue
        kind = type(part).__name__
        uses.append((type(part).__module__, kind))
        given = ""
        if kind == "NumberEncoder" and part.truth:
            given = literal(tuple(part.truth))
        if kind == "TextEncoder":
            given = str(part.components) + (f", seed={part.seed}" if part.seed else "")
        label = part.names_[0] if kind == "TextEncoder" else kind.removesuffix("Encoder").lower()
        columns = literal(list(part.names_), indent=8, start=20 + len(f"{label}{kind}{given}"))
        rows.append(f"        ({literal(str(label))}, {kind}({given}), {columns}),")
    return "ColumnTransformer(\n    [\n" + "\n".join(rows) + "\n    ]\n)", uses


def _constants(
    prepared: Prepared, model: FittedModel, columns: str, encoder: str, scaler: str, members: str
) -> str:
    problem = model.problem
    coded = tuple(model.encoder.coded_) if model.encoder else ()
    levels = tuple(model.encoder.levels_) if model.encoder else ()
    return "\n".join(
        [
            f"TARGET = {literal(str(prepared.task.target))}",
            f"COLUMNS = {columns}",
            f"PROBLEM = Problem(\n    {literal(problem.kind)}, {literal(problem.metric)}, "
            f"{problem.width},\n    coded={literal(coded, indent=4)},\n"
            f"    levels={literal(levels, indent=4)},\n)",
            f"CLASSES = {literal(list(problem.classes))}",
            f"ENCODER = {encoder}",
            f"MEMBERS = {members}",
            f"SCALER = {scaler}",
            f"MODEL = Model(\n    PROBLEM, CLASSES, {problem.positive_index}, "
            f"{model.threshold!r}, ENCODER, SCALER, MEMBERS\n)",
            f"DATA_DIGEST = {literal(prepared.data_id)}",
        ]
    )


def _command() -> str:
    return textwrap.dedent(
        '''
        def train(path: str) -> Model:
            """Train the model on the training rows of the table."""
            digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()[:16]
            if digest != DATA_DIGEST:
                print("note: this is not the table that the model was found on", file=sys.stderr)
            frame = read(path, COLUMNS)
            y = MODEL.codes(frame[TARGET])
            rows = deal(y)
            chosen = rows >= -1
            X = frame[chosen].drop(columns=[TARGET]).reset_index(drop=True)
            known, folds = y[chosen], rows[chosen]
            return MODEL.fit(X, known, folds, lambda number: repeat(known, folds, number))


        def main() -> None:
            """Train, then predict the rows of a table."""
            parser = argparse.ArgumentParser(description=__doc__)
            parser.add_argument("table", help="the table to train on")
            parser.add_argument("--predict", help="the table to predict; default: the same")
            parser.add_argument("--out", help="CSV file to write; default: standard output")
            given = parser.parse_args()
            model = train(given.table)
            wanted = {name: kind for name, kind in COLUMNS.items() if name != TARGET}
            frame = read(given.predict or given.table, wanted)
            model.table(frame).to_csv(given.out or sys.stdout, index=False)


        if __name__ == "__main__":
            main()
        '''
    ).strip()


def _imports(statements: set[str]) -> str:
    """Merge and sort import statements: the standard library, then the others."""
    plain = sorted(s for s in statements if s.startswith("import "))
    merged: dict[str, set[str]] = {}
    for statement in statements - set(plain):
        module, name = statement.removeprefix("from ").split(" import ")
        merged.setdefault(module, set()).add(name)
    wide = [(f"from {m} import ", sorted(n, key=_rank)) for m, n in sorted(merged.items())]
    froms = [
        head + ", ".join(names)
        if len(head + ", ".join(names)) <= 100
        else f"{head}(\n    " + ",\n    ".join(names) + ",\n)"
        for head, names in wide
    ]
    groups: list[list[str]] = [[], []]
    for statement in [*plain, *froms]:
        standard = statement.split()[1].split(".")[0] in _STANDARD
        groups[0 if standard else 1].append(statement)
    return "\n\n".join("\n".join(group) for group in groups if group)


def _rank(name: str) -> tuple[int, str]:
    """Sort constants first, then classes, then functions."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)
