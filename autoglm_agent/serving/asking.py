"""One request as the backend sees it, and what one run of it may use."""

from __future__ import annotations

from dataclasses import dataclass

from autoglm_agent.serving.connection import Row


@dataclass(frozen=True)
class Limits:
    """What a run of the backend may use.

    Attributes:
        time_budget: Seconds of one run.
        trials: Train exactly this many candidates; None lets the clock decide.
        approve: What a person approves before it is done, whoever asks: `plan`, `remedies`.
    """

    time_budget: float = 60.0
    trials: int | None = None
    approve: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inline:
    """A file that came within a message.

    Attributes:
        name: Its name.
        data: Its bytes in base64, or a data URL.
    """

    name: str
    data: str


@dataclass(frozen=True)
class Asked:
    """One request of a person.

    Attributes:
        owner: Who asks.
        words: What they say now.
        before: What they said earlier, where the client keeps the conversation.
        thread: The thread that goes on, if one does.
        file: Id of an uploaded file, if one is given.
        inline: A file within the last message, if one is.
        url: URL of a table, if one is given.
        named: The run that the assistant's last message names; a client that keeps the
            conversation itself goes on with that run's thread.
        reason: Whether it is a question to be answered in verified steps, without a table.
        approve: What the person wants to approve, besides what the server says.
    """

    owner: str
    words: str
    before: tuple[str, ...] = ()
    thread: str | None = None
    file: str | None = None
    inline: Inline | None = None
    url: str | None = None
    named: str | None = None
    reason: bool = False
    approve: tuple[str, ...] = ()


@dataclass(frozen=True)
class Begun:
    """What was begun, or goes on.

    Attributes:
        thread: The thread.
        run: Its run; None for words without a table.
        offset: Byte of the run's event log at which what is new begins.
    """

    thread: Row
    run: str | None
    offset: int = 0
