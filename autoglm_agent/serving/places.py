"""Which files a server may read: an allow-list of folders, against which real paths count."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from autoglm_agent.errors import InputError


class Places:
    """Folders from which data may be read.

    Args:
        folders: The allowed folders; none allows nothing.
        told: Whether an error may name the folders; not to people on other machines.
    """

    def __init__(self, folders: Iterable[str | os.PathLike[str]], *, told: bool = True) -> None:
        self.told = told
        self.folders = tuple(Path(folder).expanduser().resolve() for folder in folders)

    def readable(self, source: str) -> Path:
        """Return the real path of a data file.

        Args:
            source: An absolute path, or one relative to an allowed folder.

        Raises:
            InputError: If it leads out of the allowed folders, by `..`, by a link or otherwise,
                or there is no such file.
        """
        for folder in self.folders:
            try:
                path = (folder / source).resolve()
            except (OSError, ValueError, RuntimeError) as error:
                raise InputError(f"{source[:80]!r} is no path: {error}.", "Check it.") from error
            if any(path.is_relative_to(f) for f in self.folders) and path.is_file():
                return path
        if self.told:
            allowed = ", ".join(map(str, self.folders)) or "none"
            remedy = f"Allowed folders: {allowed}. Others are allowed with --root."
        else:
            remedy = "Upload the file, or start the server with --root FOLDER."
        raise InputError(
            f"There is no file {source[:200]!r} in the folders that this server may read.", remedy
        )
