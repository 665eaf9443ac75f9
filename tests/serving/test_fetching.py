"""Tables at URLs: the allow-list, redirects, and names that lead into the server's own network."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from autoglm_agent.errors import InputError
from autoglm_agent.serving import fetching
from autoglm_agent.serving.fetching import UrlList
from autoglm_agent.serving.refusals import NoTable, Refusal

PUBLIC = "93.184.216.34"


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://data.example/tables/a.csv", True),
        ("https://data.example/tables", True),
        ("https://data.example/tablesecret/a.csv", False),
        ("https://data.example/tables/../secret.csv", False),
        ("https://data.example/tables/%2e%2e/secret.csv", False),
        ("https://data.example.evil.example/tables/a.csv", False),
        ("https://data.example@evil.example/tables/a.csv", False),
        ("http://data.example/tables/a.csv", False),
        ("https://data.example:8443/tables/a.csv", False),
        ("file:///etc/passwd", False),
        ("https://[bad/tables/a.csv", False),
    ],
)
def test_only_urls_under_an_allowed_prefix_are_fetched(url: str, allowed: bool) -> None:
    assert UrlList(["https://data.example/tables"]).allows(url) is allowed


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        if self.path.startswith("/tables/away"):
            self.send_response(302)
            self.send_header("Location", "/tables/a.csv")
            self.end_headers()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"" if "empty" in self.path else b"a,b\n1,2\n")

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Any]:
    """A web server on loopback that notes what is asked of it."""
    server = HTTPServer(("127.0.0.1", 0), Answers)
    server.heard = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_a_table_is_fetched_and_a_redirect_is_not_followed(server: Any, tmp_path: Path) -> None:
    home = f"http://127.0.0.1:{server.server_port}"
    urls = UrlList([f"{home}/tables/"])
    assert urls.fetch(f"{home}/tables/a.csv", tmp_path).read_bytes() == b"a,b\n1,2\n"
    with pytest.raises(Refusal, match="302"):
        urls.fetch(f"{home}/tables/away.csv", tmp_path)
    with pytest.raises(Refusal, match="not among"):
        urls.fetch(f"{home}/other/a.csv", tmp_path)
    assert server.heard == ["/tables/a.csv", "/tables/away.csv"]


@pytest.mark.allow_hosts(["127.0.0.1"])
def test_what_is_refused_leaves_nothing_on_the_disk(server: Any, tmp_path: Path) -> None:
    home = f"http://127.0.0.1:{server.server_port}"
    with pytest.raises(NoTable, match="empty"):
        UrlList([home]).fetch(f"{home}/empty.csv", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "::1", "fd00::1", "fe80::1%eth0", "::ffff:127.0.0.1",
    ],
)  # fmt: skip
def test_a_name_that_resolves_into_the_own_network_is_not_connected_to(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", answering(PUBLIC, address))
    monkeypatch.setattr(socket, "create_connection", never)
    with pytest.raises(Refusal, match="not public"):
        UrlList(["http://data.example/"]).fetch("http://data.example/a.csv", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_connection_is_made_to_the_address_that_was_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that resolves otherwise the second time reaches nothing else."""
    made: list[tuple[str, int]] = []

    def connect(place: tuple[str, int], *rest: object) -> socket.socket:
        made.append(place)
        raise OSError("far away")

    monkeypatch.setattr(socket, "getaddrinfo", answering(PUBLIC))
    monkeypatch.setattr(socket, "create_connection", connect)
    urls = UrlList(["http://data.example/", "https://data.example/"])
    for url in ("http://data.example/a.csv", "https://data.example/a.csv"):
        with pytest.raises(Refusal, match="far away"):
            urls.fetch(url, tmp_path)
    assert made == [(PUBLIC, 80), (PUBLIC, 443)]


def test_a_certificate_is_asked_for_by_name_and_not_by_address() -> None:
    connection = fetching._Encrypted("data.example")
    assert isinstance(connection, http.client.HTTPSConnection)
    assert connection._context.check_hostname is True


@pytest.mark.parametrize(
    "prefix",
    ["data.example/tables", "ftp://data.example/", "https:///x", "https://a@data.example/"],
)
def test_a_prefix_that_names_no_place_is_refused_before_the_server_starts(prefix: str) -> None:
    with pytest.raises(InputError, match="no place"):
        UrlList([prefix])


def answering(*addresses: str) -> Any:
    """Return a resolver that finds these addresses for every name."""

    def resolve(host: str, port: int, **rest: object) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in addresses]

    return resolve


def never(*args: object, **rest: object) -> None:
    raise AssertionError("a connection was made")
