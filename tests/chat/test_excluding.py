"""Replies that were refused are out of the draw, and the others stay as likely as they are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from autoglm_agent.chat.excluding import Excluding, weighed
from autoglm_agent.chat.local import local_chat_model

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

END = 4
PROMPT = (0, 1)
DRAWS = 4000


@pytest.fixture(scope="module")
def model():
    """A model of four tokens and an end, whose replies can all be listed."""
    torch.manual_seed(3)
    config = transformers.LlamaConfig(
        vocab_size=5, hidden_size=8, intermediate_size=8, num_hidden_layers=1,
        num_attention_heads=1, eos_token_id=END, pad_token_id=END, bos_token_id=0,
        initializer_range=1.0,
    )  # fmt: skip
    return transformers.LlamaForCausalLM(config).eval()


def draw(model, processors, temperature=1.0) -> Counter[tuple[int, ...]]:
    """Sample many replies of at most three tokens."""
    torch.manual_seed(0)
    rows = model.generate(
        torch.tensor([PROMPT] * DRAWS), attention_mask=torch.ones(DRAWS, 2, dtype=torch.long),
        do_sample=True, top_k=0, temperature=temperature, max_new_tokens=3,
        logits_processor=processors,
    )  # fmt: skip
    counted: Counter[tuple[int, ...]] = Counter()
    for row in rows[:, 2:].tolist():
        until = row.index(END) + 1 if END in row else len(row)
        counted[tuple(row[:until])] += 1
    return counted


@pytest.mark.parametrize("temperature", [1.0, 1.6])
def test_the_others_keep_their_odds(model, temperature: float) -> None:
    free = draw(model, [], temperature)
    likely = [reply for reply, _ in free.most_common(3)]
    refused = weighed(model, PROMPT, likely, temperature)
    for one in refused:
        assert one.rest[0] == pytest.approx(free[one.tokens] / DRAWS, abs=0.03)
    kept = draw(model, [Excluding(refused, len(PROMPT), temperature)], temperature)
    assert not set(likely) & set(kept)
    left = DRAWS - sum(free[reply] for reply in likely)
    assert left < 0.8 * DRAWS
    for reply, count in free.most_common(8)[3:]:
        assert kept[reply] / DRAWS == pytest.approx(count / left, abs=0.035)


def test_where_everything_is_refused_something_is_said_all_the_same(model) -> None:
    every = [(a,) for a in range(5)]
    refused = weighed(model, PROMPT, every, 1.0)
    assert sum(draw(model, [Excluding(refused, len(PROMPT), 1.0)]).values()) == DRAWS


def test_a_chat_model_says_all_that_it_can_before_it_repeats_itself(three_letters: Path) -> None:
    model = local_chat_model(f"hf:{three_letters}", temperature=1.0, max_tokens=12)
    seen: list[str] = []
    while len(seen) < 10:
        reply = model.invoke("a", stop=["b", "c"], exclude=tuple(seen), seed=len(seen)).text
        assert reply not in seen
        seen.append(reply)
    assert "" in seen
    assert "a" in seen


def test_nothing_changes_where_nothing_is_excluded(tiny: Path) -> None:
    model = local_chat_model(f"hf:{tiny}", temperature=1.0, max_tokens=8, seed=5)
    assert model.invoke("hi", exclude=()).text == model.invoke("hi").text
