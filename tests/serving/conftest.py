"""A real PostgreSQL for the tests of the backend, where its programs are installed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from postgres import Postgres, programs


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL that can be stopped and started again."""
    pytest.importorskip("psycopg", reason="the extra [postgres] is not installed")
    folder = programs()
    if folder is None:
        pytest.skip("no `initdb` is found here")
    server = Postgres(folder)
    yield server
    server.remove()
