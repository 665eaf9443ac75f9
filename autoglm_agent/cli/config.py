"""Defaults from `autoglm.toml`: one table a command, keys as the long options."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autoglm_agent.errors import InputError

FILE = "autoglm.toml"


def defaults(folder: Path | None = None) -> dict[str, Any]:
    """Return the file's values by command; an absent file has none.

    Raises:
        InputError: If the file is not TOML.
    """
    import tomllib

    path = (folder or Path.cwd()) / FILE
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}.", "Mend the file or remove it.") from error
    return {
        command: {key.replace("-", "_"): value for key, value in table.items()}
        for command, table in tables.items()
        if isinstance(table, dict)
    }
