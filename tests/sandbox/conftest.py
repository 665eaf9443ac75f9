"""Every sandbox of this machine, and a process to attack."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from autoglm_agent.sandbox import BubblewrapSandbox, LandlockSandbox
from autoglm_agent.sandbox.local import LocalSandbox

SANDBOXES: dict[str, type[LocalSandbox]] = {
    "bubblewrap": BubblewrapSandbox,
    "landlock": LandlockSandbox,
}


@pytest.fixture(scope="session", params=SANDBOXES)
def sandbox(request: pytest.FixtureRequest) -> LocalSandbox:
    """One sandbox after the other; one that cannot begin here is skipped with its reason."""
    found = SANDBOXES[request.param]()
    capabilities = found.probe()
    if not capabilities.isolation:
        pytest.skip(f"{found.name}: {capabilities.reason}")
    # One that begins and does not hold is broken, and no reason to skip.
    assert capabilities.usable, capabilities.reason
    return found


@pytest.fixture
def victim(monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the same user, which holds a secret in its environment."""
    monkeypatch.setenv("SECRET", "canary-of-the-sandbox")
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()
