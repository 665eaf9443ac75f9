"""Ctrl-C ends a run, also where it comes while a library calls back into Python."""

from __future__ import annotations

import contextlib
import signal

import pytest

from autoglm_agent.cli.progress import Progress
from autoglm_agent.cli.running import interruptible


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_that_a_callback_swallowed_ends_the_run_at_its_next_event(
    number: signal.Signals,
) -> None:
    progress = Progress(None, live=False)
    with interruptible(progress):
        with contextlib.suppress(KeyboardInterrupt):  # what ctypes does to it
            signal.raise_signal(number)
        with pytest.raises(KeyboardInterrupt):
            progress.on_event({"event": "trial.done"})


def test_the_former_handler_is_back_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible(Progress(None, live=False)):
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
