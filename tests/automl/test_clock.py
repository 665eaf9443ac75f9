"""A deadline ends by its time, or when the work is called off."""

from __future__ import annotations

import threading

from autoglm_agent.automl.run.clock import Deadline, SentDeadline


def test_work_that_is_called_off_has_no_time_left_nor_have_its_parts():
    cancel = threading.Event()
    whole = Deadline(100.0, cancel=cancel)
    part = whole.share(0.5)
    assert 49.0 < part.left <= 50.0
    cancel.set()
    assert whole.over
    assert part.over
    assert Deadline(cancel=cancel).over


def test_a_shorter_time_within_a_longer_one_counts_and_a_longer_one_does_not():
    assert Deadline(10.0).within(3.0).left <= 3.0
    assert Deadline(3.0).within(10.0).left <= 3.0
    assert Deadline().within(None).seconds is None


def test_a_deadline_that_waited_on_its_way_has_not_grown():
    sent = SentDeadline.of(Deadline(10.0))
    assert sent.end is not None
    late = SentDeadline(sent.machine, sent.end - 8.0, sent.left)
    assert late.arrived().left <= 2.0
    assert SentDeadline("elsewhere", sent.end - 8.0, sent.left).arrived().left > 9.0
