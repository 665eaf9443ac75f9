"""The methods that the policy is compared with, each a function from a world to a result.

They get the same draws and votes. A result is True or False for an answer that is right or
wrong, None for no answer. `step_backtracking` knows the regime's rates, as our policy does.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import partial

from world import Text, World

Method = Callable[[World], bool | None]
DISTRACTORS = ((0.4, 0.3, 0.2, 0.1), ("w1", "w2", "w3", "w4"))
"""How wrong answers are spread, for methods that count equal answers."""


def whole_chain(world: World) -> Text:
    """Draw a chain without looking."""
    text = world.draw(True, 0)
    for position in range(1, world.regime.n):
        text = world.draw(text.right, position)
    return text


def naive(world: World) -> bool | None:
    """Draw whole chains until the final check passes."""
    while world.draws + world.regime.n <= world.limit:
        text = whole_chain(world)
        if world.final(text):
            return text.right
    return None


def best_of(world: World, n: int = 8) -> bool | None:
    """Draw `n` chains and take one that the final check passes."""
    chains = [whole_chain(world) for _ in range(n)]
    passed = [text for text in chains if world.final(text)]
    return world.random.choice(passed or chains).right


def self_consistency(world: World, n: int = 8) -> bool | None:
    """Draw `n` chains and take the most frequent answer."""
    weights, names = DISTRACTORS
    answers = Counter(
        "right" if whole_chain(world).right else world.random.choices(names, weights)[0]
        for _ in range(n)
    )
    most = max(answers.values())
    return world.random.choice([a for a, count in answers.items() if count == most]) == "right"


def step_retry(world: World) -> bool | None:
    """Redraw each step until its check passes; never look back."""
    right = True
    for position in range(world.regime.n):
        while True:
            if world.draws >= world.limit:
                return None
            text = world.draw(right, position)
            if world.vote(text):
                break
        right = text.right
    return right


def beam(world: World, width: int = 4, children: int = 2) -> bool | None:
    """Keep the `width` candidates with the best votes at each position."""
    front: list[Text | None] = [None]
    for position in range(world.regime.n):
        ranked = []
        for parent in front:
            for _ in range(children):
                text = world.draw(parent is None or parent.right, position)
                ranked.append((not world.vote(text), world.random.random(), text))
        ranked.sort(key=lambda item: item[:2])
        front = [text for _, _, text in ranked[:width]]
    chosen = [text for text in front if text is not None]
    return next((text for text in chosen if world.final(text)), chosen[0]).right


def abort(world: World) -> bool | None:
    """Restart at the first refused step."""
    while world.draws < world.limit:
        right = True
        for position in range(world.regime.n):
            if world.draws >= world.limit:
                return None
            text = world.draw(right, position)
            right = text.right
            if not world.vote(text):
                break
        else:
            if world.final(text):
                return text.right
    return None


class _Node:
    def __init__(self, text: Text | None, depth: int, value: float, parent: _Node | None) -> None:
        self.text, self.depth, self.value, self.parent = text, depth, value, parent
        self.children: list[_Node] = []
        self.visits = 1


def tree_search(world: World, children: int = 3, explore: float = 1.0) -> bool | None:
    """Upper-confidence tree search over steps with roll-outs to the end."""
    root = _Node(None, 0, 1.0, None)
    while world.draws < world.limit:
        node = root
        while node.children:
            visits = node.visits
            node = max(
                node.children, key=lambda c: c.value / c.visits + explore * _bonus(visits, c)
            )
        right = node.text is None or node.text.right
        if node.depth < world.regime.n:
            for _ in range(children):
                text = world.draw(right, node.depth)
                node.children.append(_Node(text, node.depth + 1, float(world.vote(text)), node))
            node = max(node.children, key=lambda c: c.value)
        text = node.text or world.draw(True, 0)
        for position in range(node.depth, world.regime.n):
            text = world.draw(text.right, position)
        if world.final(text):
            return text.right
        above: _Node | None = node
        while above:
            above.visits += 1
            above = above.parent
    return None


def _bonus(visits: int, child: _Node) -> float:
    return math.sqrt(math.log(visits + 1) / child.visits)


def step_backtracking(world: World, jump: str) -> bool | None:
    """Check steps, pop after three refusals in a row, and after a final reject jump by a rule.

    Args:
        world: The world.
        jump: `root`, `last`, `double` (1, 2, 4, ... steps back) or `index` (posterior).
    """
    regime = world.regime
    accept = regime.p * (1 - regime.false_reject) + (1 - regime.p) * regime.false_accept
    trust = regime.p * (1 - regime.false_reject) / accept
    chain: list[Text] = []
    right = [1.0]
    refused, failures = 0, 0
    while world.draws < world.limit:
        if len(chain) == regime.n:
            if world.final(chain[-1]):
                return chain[-1].right
            failures += 1
            right = _after_reject(right, regime.final_false_accept, regime.final_false_reject)
            to, failures = _target(jump, right, trust, failures)
            chain, right, refused = chain[:to], right[: to + 1], 0
            continue
        text = world.draw(not chain or chain[-1].right, len(chain))
        if world.vote(text):
            chain.append(text)
            right.append(right[-1] * trust)
            refused = 0
        else:
            refused += 1
            if chain and refused >= 3:
                chain.pop()
                right.pop()
                refused = 1
    return None


def _after_reject(right: list[float], false_accept: float, false_reject: float) -> list[float]:
    whole = right[-1]
    total = whole * false_reject + (1 - whole) * (1 - false_accept)
    if total <= 0:
        return right
    return [(whole * false_reject + (r - whole) * (1 - false_accept)) / total for r in right]


def _target(jump: str, right: list[float], trust: float, failures: int) -> tuple[int, int]:
    n = len(right) - 1
    if jump == "root":
        return 0, 0
    if jump == "last":
        return n - 1, failures
    if jump == "double":
        to = max(0, n - 2 ** (failures - 1))
        return to, failures if to else 0
    return max(range(n), key=lambda k: right[k] * trust ** (n - k) / (n - k)), failures


METHODS: dict[str, Method] = {
    "naive loop": naive,
    "best of 8": best_of,
    "self-consistency 8": self_consistency,
    "beam 4x2": beam,
    "tree search k=3": tree_search,
    "abort at first reject": abort,
    "step retry, no look back": step_retry,
    "backtrack, jump last": partial(step_backtracking, jump="last"),
    "backtrack, jump double": partial(step_backtracking, jump="double"),
    "backtrack, jump root": partial(step_backtracking, jump="root"),
    "backtrack, jump index": partial(step_backtracking, jump="index"),
}
