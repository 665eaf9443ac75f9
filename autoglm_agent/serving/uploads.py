"""Files that come from outside: uploads, and tables at URLs of an allow-list."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from autoglm_agent.errors import InputError

MAX_BYTES = 512 * 1024 * 1024
"""Bytes of one file that are taken."""
_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_TIMEOUT_S = 30.0


def safe_name(name: str) -> str:
    """Return the last part of a file's name, in letters that every file system takes."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return _NAME.sub("_", last).lstrip(".")[-80:] or "table.csv"


def new_place(folder: Path, name: str) -> Path:
    """Return where an upload is put: a folder of its own, so that names may repeat."""
    place = folder / uuid.uuid4().hex
    place.mkdir(parents=True, mode=0o700)
    return place / safe_name(name)


class UrlList:
    """URLs from which tables may be fetched.

    Args:
        prefixes: `https://host/path/`; scheme, host and port must be the same, and the path
            must begin so.
    """

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self.prefixes = tuple(prefixes)

    def allows(self, url: str) -> bool:
        """Whether a URL lies under one of the prefixes."""
        try:
            asked = urlsplit(url)
            path = unquote(asked.path)
        except ValueError:
            return False
        if asked.scheme not in ("http", "https") or "@" in asked.netloc or ".." in path.split("/"):
            return False
        for prefix in map(urlsplit, self.prefixes):
            same = (asked.scheme, asked.netloc) == (prefix.scheme, prefix.netloc)
            folder = prefix.path.rstrip("/") + "/"
            if same and (path.startswith(folder) or path == prefix.path):
                return True
        return False

    def fetch(self, url: str, folder: Path) -> Path:
        """Fetch a table into a folder; redirects are refused, they could lead anywhere.

        Raises:
            InputError: If the URL is not allowed, or what is there cannot be had.
        """
        if not self.allows(url):
            raise InputError(
                f"{url[:200]!r} is not among the URLs that may be fetched.",
                "Upload the file, or allow the place with --allow-url.",
            )
        path = new_place(folder, urlsplit(url).path)
        try:
            with _OPENER.open(url, timeout=_TIMEOUT_S) as answer, open(path, "wb") as out:
                size = 0
                while block := answer.read(1 << 20):
                    size += len(block)
                    if size > MAX_BYTES:
                        raise InputError(f"{url[:200]!r} is too large.", "Give a part of it.")
                    out.write(block)
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise InputError(f"{url[:200]!r} cannot be fetched: {error}.", "Check it.") from error
        return path


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs


_OPENER = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
