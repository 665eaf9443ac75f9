"""The plainest policy that can be: for tests of the machine around it."""

from __future__ import annotations

from autoglm_agent.policy.beliefs import Beliefs
from autoglm_agent.policy.search import Judged, Left, Move, Search


class PlainPolicy:
    """Take what is not refused, ask again for what is; after `patience` refusals go back a step."""

    def __init__(self, patience: int = 3, distinct: int = 1) -> None:
        self.patience = patience
        self.distinct = distinct
        self.seen: list[Judged] = []

    def next(self, search: Search, judged: Judged, beliefs: Beliefs, left: Left) -> Move:
        del beliefs, left
        self.seen.append(judged)
        length = len(search.right)
        more = {"distinct": self.distinct}
        if judged.votes and all(v.accepts for v in judged.votes):
            grown = search.model_copy(update={"right": (*search.right, 0.9), "moves": 0})
            if judged.final:
                return Move(
                    action="conclude",
                    to=length + 1,
                    status="verified",
                    confidence=0.9,
                    search=grown,
                )
            return Move(action="extend", to=length + 1, search=grown, **more)
        if search.moves + 1 < self.patience or not length:
            waits = search.model_copy(update={"moves": search.moves + 1})
            return Move(action="resample", to=length, search=waits, **more)
        to = judged.blame if judged.blame is not None else length - 1
        cut = search.model_copy(update={"right": search.right[:to], "moves": 0})
        return Move(
            action="jump", to=to, search=cut.model_copy(update={"jumps": cut.jumps + 1}), **more
        )
