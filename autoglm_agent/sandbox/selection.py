"""Which sandbox to use here: the first that held what is required, or none at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from autoglm_agent.errors import SandboxUnavailable
from autoglm_agent.sandbox.bubblewrap import BubblewrapSandbox
from autoglm_agent.sandbox.landlock import LandlockSandbox
from autoglm_agent.sandbox.protocol import MINIMUM, Guard, Sandbox

REMEDY = (
    "On Linux install bubblewrap 0.8 or later (apt install bubblewrap) and allow user namespaces,"
    " or use a kernel from 6.2 on with Landlock; otherwise do without checks that run code."
)


def local_sandboxes() -> list[Sandbox]:
    """Return the sandboxes of this machine, the strongest first, whether they work or not."""
    return [BubblewrapSandbox(), LandlockSandbox()]


def select(
    required: Iterable[Guard] = MINIMUM, *, sandboxes: Sequence[Sandbox] | None = None
) -> Sandbox:
    """Return the first sandbox that held everything required when it was attacked.

    Args:
        required: Guards beyond the minimum; the minimum always counts.
        sandboxes: Candidates, best first; this machine's own by default.

    Raises:
        SandboxUnavailable: If none does. There is no plain process to fall back to.
    """
    wanted = MINIMUM | frozenset(required)
    reasons = []
    for sandbox in local_sandboxes() if sandboxes is None else sandboxes:
        found = sandbox.probe()
        if found.isolation >= wanted:
            return sandbox
        lacking = ", ".join(sorted(wanted - found.isolation))
        reasons.append(f"{found.backend} ({found.reason or f'does not hold {lacking}'})")
    raise SandboxUnavailable(
        f"No sandbox works here: {'; '.join(reasons) or 'none was given'}.", REMEDY
    )
