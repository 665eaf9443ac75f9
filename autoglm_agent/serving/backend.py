"""The chat backend without its wire: a message becomes a run, a run's end becomes an answer."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoglm_agent.errors import AutoGLMError, InputError, RunActiveError, StoreError
from autoglm_agent.planner.consent import meaning
from autoglm_agent.planner.paths import find_path
from autoglm_agent.serving.answers import (
    CANCELLED,
    answer_of,
    failure_of,
    help_for,
    without_places,
)
from autoglm_agent.serving.asking import Asked, Begun, Limits
from autoglm_agent.serving.commands import document_of
from autoglm_agent.serving.connection import Row
from autoglm_agent.serving.database import ACTIVE, ASKED, Database
from autoglm_agent.serving.fetching import UrlList
from autoglm_agent.serving.places import Places
from autoglm_agent.serving.queue import RunQueue
from autoglm_agent.serving.runs import RunFolder
from autoglm_graphs.settings import Settings

_LOG = logging.getLogger(__name__)

_PAUSES_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds between tries to keep what a run ended with; the last one again and again."""
_TROUBLE = "The server failed in a way that it does not know. Its log tells more; try again."


class Backend:
    """Threads, their runs, and the queue in which they wait.

    Args:
        runs: Where runs are kept and how they are driven.
        database: Threads, messages, files, runs.
        places: Folders from which tables may be read.
        urls: URLs from which tables may be fetched.
        limits: What one run may use.
        width: Runs driven at once.
        room: Runs that may wait.
    """

    def __init__(
        self,
        runs: RunFolder,
        database: Database,
        places: Places,
        urls: UrlList,
        *,
        limits: Limits,
        width: int,
        room: int,
    ) -> None:
        self.runs = runs
        self.database = database
        self.places = places
        self.urls = urls
        self.limits = limits
        self.queue = RunQueue(self._drive, width=width, room=room)
        self._taking = asyncio.Lock()

    @property
    def uploads(self) -> Path:
        """Folder of what was uploaded or fetched."""
        return self.runs.home / "uploads"

    async def resume(self) -> None:
        """Go on with every run that a stopped or killed server left."""
        await self.runs.workers.start()
        for run in await asyncio.to_thread(self.database.active):
            self.queue.submit(run, always=True)

    async def stop(self) -> None:
        """Stop all work; what has not ended goes on when the server starts again."""
        await self.queue.stop()
        await self.runs.workers.stop()

    async def ask(self, asked: Asked) -> Begun:
        """Begin what is asked, or go on with a run whose question it answers.

        Raises:
            QueueFull: If no further run can wait; nothing is kept then.
            InputError: If thread, file or URL are not there, or may not be read.
            RunActiveError: If the thread's last run has not ended.
        """
        if not asked.words.strip():
            raise InputError("The message is empty.", "Say what you want.")
        fetched = ""
        if asked.url:
            self.queue.check_room()
            fetched = str(await asyncio.to_thread(self.urls.fetch, asked.url, self.uploads))
        async with self._taking:  # the room that was checked is the room that is taken
            return await self._begin(asked, fetched)

    async def _begin(self, asked: Asked, fetched: str) -> Begun:
        found = await asyncio.to_thread(self._thread, asked)
        waiting = await asyncio.to_thread(self.database.asking, found["id"]) if found else None
        if found and waiting:
            if not (fetched or asked.file or asked.reason or find_path(asked.words)):
                return await self._go_on(found, waiting, asked.words)
            self.queue.check_room()  # something new: nobody answers the old question any more
            await asyncio.to_thread(self.database.end, waiting, "cancelled", CANCELLED)
        if asked.reason:
            return await self._question(asked, found)
        data = fetched or await asyncio.to_thread(self._data, asked, found)
        if data:
            self.queue.check_room()  # before anything is kept
        thread = found
        if thread is None:
            thread = await asyncio.to_thread(
                self.database.open_thread, asked.owner, None, asked.words
            )
        if not data:
            await asyncio.to_thread(self.database.say, thread["id"], "user", asked.words)
            told = help_for(asked.words)
            await asyncio.to_thread(self.database.say, thread["id"], "assistant", told)
            return Begun(thread, None)
        said = await asyncio.to_thread(self._said, thread["id"])
        settings = Settings(
            data=data,
            instruction="\n".join([*(said or asked.before), asked.words]),
            time_budget=self.limits.time_budget,
            trials=self.limits.trials,
            ask=True,
            approve=tuple(sorted({*self.limits.approve, *asked.approve})),
        )
        run = await asyncio.to_thread(self.runs.make, settings)
        await asyncio.to_thread(self.database.begin, thread, asked.words, data, run)
        self.queue.submit(run)
        return Begun(thread, run)

    async def _question(self, asked: Asked, thread: Row | None) -> Begun:
        """Begin answering a question; what was asked before in the thread belongs to it."""
        self.queue.check_room()
        said = await asyncio.to_thread(self._said, thread["id"]) if thread else []
        words = "\n".join([*(said or asked.before), asked.words])
        run = await asyncio.to_thread(self.runs.make_question, words)
        if thread is None:
            thread = await asyncio.to_thread(
                self.database.open_thread, asked.owner, None, asked.words
            )
        await asyncio.to_thread(self.database.begin, thread, asked.words, thread["data"], run)
        self.queue.submit(run)
        return Begun(thread, run)

    async def _go_on(self, thread: Row, run: str, words: str) -> Begun:
        """Hand a person's answer to the run that waits for it.

        The run is queued first: if the server dies in between, it is driven and asks again.
        """
        self.queue.check_room()
        offset = await asyncio.to_thread(self.runs.length, run)
        await asyncio.to_thread(self.database.go_on, thread, words, run)
        await asyncio.to_thread(self.runs.answer, run, words)
        self.queue.submit(run)
        return Begun(thread, run, offset)

    async def cancel(self, run: str, owner: str) -> str:
        """Stop a run and return its status."""
        row = await asyncio.to_thread(self.database.run, run, owner)
        if row["status"] not in (*ACTIVE, ASKED):
            return str(row["status"])
        await asyncio.to_thread(self.database.end, run, "cancelled", CANCELLED)
        await self.queue.cancel(run)
        return "cancelled"

    async def answer(self, run: str) -> str:
        """Wait until a run has ended and return its answer; who waits may leave."""
        await self.queue.wait(run)
        return await asyncio.to_thread(self._answer, run)

    def usage(self, run: str) -> dict[str, Any]:
        """Return what a run has spent, as far as it has told."""
        return dict(self.runs.result(run).get("usage") or {})

    def _answer(self, run: str) -> str:
        rows = self.database.answers(run)
        return str(rows[-1]["content"]) if rows else CANCELLED

    def _thread(self, asked: Asked) -> Row | None:
        """Return the thread that goes on, if one does."""
        name = asked.thread
        if name is None and asked.named:
            name = self.database.thread_of(asked.named, asked.owner)
        if name is None:
            return None
        thread = self.database.open_thread(asked.owner, name, "")
        if self.database.active(thread["id"]):
            raise RunActiveError("This thread's last run has not ended.", "Wait, or cancel it.")
        return thread

    def _data(self, asked: Asked, thread: Row | None) -> str:
        """Return the table that is meant: given now, named now, named before, or the thread's."""
        if asked.file:
            return str(self.database.file(asked.file, asked.owner)["path"])
        if named := find_path(asked.words):
            return str(self.places.readable(named))
        if thread and thread["data"]:
            return str(thread["data"])
        earlier = [path for words in asked.before if (path := find_path(words))]
        return str(self.places.readable(earlier[-1])) if earlier else ""

    def _said(self, thread: str) -> list[str]:
        """Return what was said in a thread before, but a yes or a no: later words add to it."""
        rows = self.database.messages(thread)
        said = [row["content"] for row in rows if row["role"] == "user" and row["run"]]
        return [words for words in said if meaning(words) is None]

    def public(self, text: str) -> str:
        """Return a text without the folders of this machine."""
        return without_places(text, self.runs.home, self.places.folders)

    async def _drive(self, run: str) -> None:
        await _kept(self.database.mark_running, run)
        try:
            told = document_of(await self.runs.drive(run))
            status = told["status"]
            events = self.runs.open(run).lines("events.jsonl")
            text = await asyncio.to_thread(answer_of, run, told, events)
        except AutoGLMError as error:
            status, text = "failed", failure_of(error)
        except Exception:  # noqa: BLE001 - a thread whose run never ends takes no further word
            _LOG.exception("run %s", run)
            status, text = "failed", _TROUBLE
        await _kept(self.database.end, run, status, self.public(text))


async def _kept(change: Callable[..., None], *values: str) -> None:
    """Change the database, as soon as it can be reached."""
    pauses = itertools.chain(_PAUSES_S, itertools.repeat(_PAUSES_S[-1]))
    while True:
        try:
            await asyncio.to_thread(change, *values)
        except StoreError as error:
            pause = next(pauses)
            _LOG.warning("%s Again in %s s.", error, pause)
            await asyncio.sleep(pause)
        else:
            return
