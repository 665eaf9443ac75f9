"""LangGraph's own conformance suite on the checkpoints that runs are kept in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from autoglm_graphs.checkpoints import open_saver, strict_serializer

conformance = pytest.importorskip(
    "langgraph.checkpoint.conformance", reason="langgraph-checkpoint-conformance is not installed"
)
BASE = ("put", "put_writes", "get_tuple", "list", "delete_thread")


class Asked(SqliteSaver):
    """The saver as the suite asks it: it only knows the async names of the same methods."""

    async def aput(self, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(self.put, *args, **kwargs)

    async def aput_writes(self, *args: Any, **kwargs: Any) -> None:
        await asyncio.to_thread(self.put_writes, *args, **kwargs)

    async def aget_tuple(self, *args: Any, **kwargs: Any) -> Any:
        return await asyncio.to_thread(self.get_tuple, *args, **kwargs)

    async def alist(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for found in await asyncio.to_thread(lambda: list(self.list(*args, **kwargs))):
            yield found

    async def adelete_thread(self, *args: Any, **kwargs: Any) -> None:
        await asyncio.to_thread(self.delete_thread, *args, **kwargs)


async def test_the_checkpoints_of_a_run_conform(tmp_path: Path) -> None:
    count = 0

    @conformance.checkpointer_test(name="runs")
    async def opened() -> AsyncIterator[Asked]:
        nonlocal count
        count += 1
        with open_saver(tmp_path / f"{count}.sqlite") as saver:
            yield Asked(saver.conn, serde=strict_serializer())

    report = await conformance.validate(opened)
    for name in BASE:
        result = report.results[name]
        assert result.passed, (name, result.failures)
        assert result.tests_passed > 0
