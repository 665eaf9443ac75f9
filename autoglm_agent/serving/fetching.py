"""Tables at URLs of an allow-list: nothing else is reached, whatever a name resolves to.

A prefix names scheme, host and port, and only what lies under it is asked for. Redirects are not
followed. A host name must resolve to public addresses alone, and the connection is made to the
address that was looked at, so a name that changes its mind reaches nothing. A host in one's own
network is allowed by its address: `--allow-url http://10.0.0.5/tables/`.
"""

from __future__ import annotations

import contextlib
import http.client
import ipaddress
import socket
import urllib.error
import urllib.request
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from autoglm_agent.errors import InputError
from autoglm_agent.serving.refusals import Refusal, TooLarge
from autoglm_agent.serving.uploads import MAX_BYTES, check_table, discard, new_place

_TIMEOUT_S = 30.0
_LOCAL = "localhost"


class UrlList:
    """URLs from which tables may be fetched.

    Args:
        prefixes: `https://host/path/`; scheme, host and port must be the same, and the path
            must begin so.

    Raises:
        InputError: If a prefix names no host or is no address of the web.
    """

    def __init__(self, prefixes: Iterable[str] = ()) -> None:
        self.prefixes = tuple(prefixes)
        for prefix in self.prefixes:
            parts = urlsplit(prefix)
            if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
                raise InputError(
                    f"{prefix!r} is no place to fetch tables from.",
                    "Name scheme, host and folder: --allow-url https://data.example/tables/",
                )

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
        """Fetch a table into a folder.

        Raises:
            Refusal: If the URL is not allowed, or what is there cannot be had or is no table.
        """
        if not self.allows(url):
            raise Refusal(
                f"{url[:200]!r} is not among the URLs that may be fetched.",
                "Upload the file, or allow the place with --allow-url.",
            )
        path = new_place(folder, urlsplit(url).path)
        try:
            _copy(url, path)
            check_table(path, path.name)
        except BaseException:
            discard(path)
            raise
        return path


def _copy(url: str, path: Path) -> None:
    try:
        with _OPENER.open(url, timeout=_TIMEOUT_S) as answer, open(path, "wb") as out:
            size = 0
            while block := answer.read(1 << 20):
                size += len(block)
                if size > MAX_BYTES:
                    raise TooLarge(f"{url[:200]!r} is too large.", "Give a part of it.")
                out.write(block)
    except urllib.error.HTTPError as error:
        moved = " (redirects are not followed)" if 300 <= error.code < 400 else ""
        raise Refusal(
            f"{url[:200]!r} cannot be fetched: the server answered {error.code}{moved}.",
            "Check it.",
        ) from error
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        if isinstance(reason, InputError):
            raise reason from None
        raise Refusal(f"{url[:200]!r} cannot be fetched: {reason}.", "Check it.") from error


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host that may be connected to.

    Args:
        host: A name, or an address as the allow-list has it, which is taken as it is.
        port: The port.

    Raises:
        Refusal: If a name resolves to an address that is not public.
        OSError: If it does not resolve.
    """
    with contextlib.suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(place[0]) for *_, place in found))
    for address in addresses if host != _LOCAL else ():
        told = ipaddress.ip_address(address.partition("%")[0])
        within = getattr(told, "ipv4_mapped", None) or told
        if not within.is_global or within.is_multicast:
            raise Refusal(
                f"{host[:200]!r} resolves to {address}, which is not public.",
                "A host of your own network is allowed by its address: --allow-url http://ADDRESS/",
            )
    return addresses


def _connected(
    place: tuple[str, int], timeout: Any = _TIMEOUT_S, source: tuple[str, int] | None = None
) -> socket.socket:
    host, port = place
    trouble: OSError = OSError(f"{host} has no address")
    for address in addresses_of(host, port):
        try:
            return socket.create_connection((address, port), timeout, source)
        except OSError as error:
            trouble = error
    raise trouble


class _Plain(http.client.HTTPConnection):
    _create_connection = staticmethod(_connected)

    def connect(self) -> None:
        self._create_connection = _connected  # the base class sets its own in its constructor
        super().connect()


class _Encrypted(http.client.HTTPSConnection):
    def connect(self) -> None:
        self._create_connection = _connected
        super().connect()  # the certificate is still asked for by the host's name


class _PlainHandler(urllib.request.HTTPHandler):
    def http_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Plain, req)


class _EncryptedHandler(urllib.request.HTTPSHandler):
    def https_open(self, req: urllib.request.Request) -> http.client.HTTPResponse:
        return self.do_open(_Encrypted, req)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        del args, kwargs


# No proxy of the environment: it would resolve names on its own.
_OPENER = urllib.request.build_opener(
    _NoRedirect, _PlainHandler, _EncryptedHandler, urllib.request.ProxyHandler({})
)
