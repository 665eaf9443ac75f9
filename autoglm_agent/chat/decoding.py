"""From token ids to sampled replies: one forward pass a token for all samples of a prompt."""

from __future__ import annotations

import contextlib
import copy
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Event
from typing import TYPE_CHECKING, Any, Literal

from langchain_core.exceptions import ContextOverflowError

from autoglm_agent.chat.excluding import Excluding, spelled, weighed
from autoglm_agent.chat.loading import LocalModel
from autoglm_agent.errors import InputError

if TYPE_CHECKING:
    import torch

Finish = Literal["stop", "length"]
"""`stop`: the model ended its reply or wrote a stop string; `length`: it was cut by a limit."""


class PromptTooLongError(InputError, ContextOverflowError):
    """The prompt leaves no room for a reply in the model's context."""


@dataclass(frozen=True)
class Sampling:
    """How to sample.

    Attributes:
        temperature: 0 takes the likeliest token; None leaves it to the model's own settings.
        top_p: Share of the probability mass to sample from; None as above.
        max_new_tokens: Most tokens of one reply.
        n: Samples of the same prompt.
        stop: Strings that end a reply; they are not part of it.
        seed: Of the draws; None draws anew each time.
        seconds: Most seconds for all samples together; None is no limit.
        exclude: Replies that must not come again.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_new_tokens: int = 512
    n: int = 1
    stop: tuple[str, ...] = ()
    seed: int | None = None
    seconds: float | None = None
    exclude: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, value, low, high in (
            ("temperature", self.temperature, 0, 100),
            ("top_p", self.top_p, 1e-9, 1),
            ("max_tokens", self.max_new_tokens, 1, 10**9),
            ("n", self.n, 1, 10**6),
            ("timeout", self.seconds, 1e-9, 10**9),
        ):
            fits = value is None or (isinstance(value, int | float) and low <= value <= high)
            if not fits:
                raise InputError(f"{name}={value!r} cannot be.", f"Give {low:g} to {high:g}.")


@dataclass(frozen=True)
class Sample:
    """One reply: its text, the tokens that were generated for it, and why it ended."""

    text: str
    tokens: int
    finish: Finish


def sample(
    local: LocalModel,
    ids: Sequence[int],
    sampling: Sampling,
    *,
    halt: Event | None = None,
    on_text: Callable[[str], None] | None = None,
) -> list[Sample]:
    """Sample replies to one prompt.

    Args:
        local: Weights and tokenizer.
        ids: The prompt's tokens.
        sampling: How to sample.
        halt: Ends the generation when set.
        on_text: Called after each token with the whole text of the first sample so far.

    Raises:
        PromptTooLongError: If the prompt fills the context.
        TimeoutError: If `sampling.seconds` went by.
    """
    import torch

    room = sampling.max_new_tokens
    if local.context is not None:
        room = min(room, local.context - len(ids))
        if room < 1:
            raise PromptTooLongError(
                f"The prompt has {len(ids)} tokens; the model's context holds {local.context}.",
                "Shorten the prompt, or name a model with a longer context.",
            )
    prompt = torch.tensor([list(ids)] * sampling.n, device=local.model.device)
    with local.lock:
        settings = _settings(local, sampling, room)
        ends = _Ends(local.tokenizer, len(ids), sampling, settings.eos_token_id, halt, on_text)
        with torch.inference_mode(), _seeded(sampling.seed, local.model.device):
            rows = local.model.generate(
                prompt,
                attention_mask=torch.ones_like(prompt),
                generation_config=settings,
                stopping_criteria=[ends],
                logits_processor=_without(local, ids, sampling, settings),
            )
    if ends.late:
        raise TimeoutError(f"The model did not answer within {sampling.seconds:g} s.")
    return [ends.sample_of(row, rows[row, len(ids) :].tolist()) for row in range(sampling.n)]


def _settings(local: LocalModel, sampling: Sampling, room: int) -> Any:
    """Return the model's own generation settings with what was asked for merged in."""
    settings = copy.deepcopy(local.model.generation_config)
    settings.max_new_tokens, settings.max_length = room, None
    settings.return_dict_in_generate = False
    settings.num_beams = 1
    if settings.eos_token_id is None:
        settings.eos_token_id = local.tokenizer.eos_token_id
    if settings.pad_token_id is None:
        ends = settings.eos_token_id
        first = ends[0] if isinstance(ends, list) else ends
        settings.pad_token_id = first if first is not None else 0
    if sampling.temperature == 0:
        settings.do_sample = False
        settings.temperature = settings.top_p = settings.top_k = None
        return settings
    if sampling.temperature is not None or sampling.top_p is not None:
        # What was asked for is the whole distribution: no leftover top-k of the library's default.
        settings.do_sample, settings.top_k = True, 0
        settings.temperature = 1.0 if sampling.temperature is None else sampling.temperature
        settings.top_p = 1.0 if sampling.top_p is None else sampling.top_p
    return settings


def _without(
    local: LocalModel, ids: Sequence[int], sampling: Sampling, settings: Any
) -> list[Excluding]:
    """Return what keeps the excluded replies out; nothing if there are none."""
    ends = settings.eos_token_id
    known = ends if isinstance(ends, list) else [] if ends is None else [ends]
    sequences = spelled(local.tokenizer, sampling.exclude, sampling.stop, known)
    if local.context is not None:
        sequences = [s for s in sequences if len(ids) + len(s) <= local.context]
    if not sequences:
        return []
    temperature = float(settings.temperature or 1.0)
    refused = weighed(local.model, ids, sequences, temperature)
    return [Excluding(refused, len(ids), temperature)]


@contextlib.contextmanager
def _seeded(seed: int | None, device: torch.device) -> Iterator[None]:
    """Draw from the seed, and leave the process's own random state as it was."""
    import torch

    if seed is None:
        yield
        return
    cards = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards):
        torch.manual_seed(seed)
        yield


class _Ends:
    """Knows, after each token, which samples have ended, why, and how long they are."""

    def __init__(
        self,
        tokenizer: Any,
        prompt: int,
        sampling: Sampling,
        end_tokens: int | list[int] | None,
        halt: Event | None,
        on_text: Callable[[str], None] | None,
    ) -> None:
        self._tokenizer = tokenizer
        self._prompt = prompt
        self._end_tokens = {end_tokens} if isinstance(end_tokens, int) else set(end_tokens or ())
        self._stop = tuple(s for s in sampling.stop if s)
        self._halt = halt
        self._on_text = on_text
        self._lengths: list[int | None] = [None] * sampling.n
        self._deadline = None if sampling.seconds is None else time.monotonic() + sampling.seconds
        # A token has at least one byte, so this many tokens hold any stop string.
        self._tail = max((len(s.encode()) for s in self._stop), default=0) + 1
        self.late = False

    def __call__(self, input_ids: torch.Tensor, scores: Any, **kwargs: Any) -> torch.Tensor:
        """Return which rows are done."""
        import torch

        del scores, kwargs
        length = input_ids.shape[1] - self._prompt
        for row, ended in enumerate(self._lengths):
            if ended is None:
                tail = input_ids[row, self._prompt :][-self._tail :].tolist()
                if tail[-1] in self._end_tokens or self._cut(self._text(tail)) is not None:
                    self._lengths[row] = length
        if self._on_text is not None:
            self._on_text(self._clean(self._text(input_ids[0, self._prompt :].tolist())))
        self.late = self._deadline is not None and time.monotonic() > self._deadline
        over = self.late or (self._halt is not None and self._halt.is_set())
        done = [over or ended is not None for ended in self._lengths]
        return torch.tensor(done, device=input_ids.device)

    def sample_of(self, row: int, ids: list[int]) -> Sample:
        """Return the sample of a finished row of new tokens, which may end in padding."""
        length = self._lengths[row]
        ids = ids[:length]
        finish: Finish = "length" if length is None else "stop"
        return Sample(self._clean(self._text(ids)), len(ids), finish)

    def _text(self, ids: list[int]) -> str:
        text = self._tokenizer.decode(
            ids, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        return str(text)

    def _cut(self, text: str) -> int | None:
        """Return where the first stop string begins, or None."""
        places = [text.find(s) for s in self._stop if s in text]
        return min(places) if places else None

    def _clean(self, text: str) -> str:
        return text[: self._cut(text)]
