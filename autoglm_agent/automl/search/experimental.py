"""Families that are tried only where a user names them: what they bring is not yet shown."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from autoglm_agent.automl.models import searched_network as searching
from autoglm_agent.automl.search import portfolio
from autoglm_agent.automl.search.schedule import Board, Offer
from autoglm_agent.automl.search.study import Study
from autoglm_agent.automl.search.train import Spec
from autoglm_agent.errors import InputError

SHARE = 0.4
"""Part of the time left that each of them may take."""


def searched_network(study: Study) -> Spec:
    """Return the network whose architecture is searched for; otherwise as the plain network."""
    plain = portfolio.network(study).params
    shared = {k: plain[k] for k in ("rounds", "patience", "rate", "batch", "decay", "pieces")}
    own = {"width": 128, "blocks": 3, "search_rounds": 15, "mixing_rate": 0.03}
    return Spec("searched_network", "searched_network", {**shared, **own}, view="linear")


EXPERIMENTAL: dict[str, tuple[Callable[[Study], Spec], Callable[[], None]]] = {
    "searched_network": (searched_network, searching.require),
}
"""By name: what is trained, and the check that its libraries are there."""


def check_experimental(names: Collection[str]) -> None:
    """Check that families can be trained here, before anything is.

    Raises:
        InputError: If one is unknown.
        MissingExtraError: If what it needs is not installed.
    """
    for name in names:
        if name not in EXPERIMENTAL:
            raise InputError(
                f"There is no experimental family {name[:60]!r}.",
                f"Choose among {', '.join(EXPERIMENTAL)}.",
            )
        EXPERIMENTAL[name][1]()


def with_experimental(
    board: Board, names: Collection[str], offers: Iterable[Offer]
) -> Iterator[Offer]:
    """Yield the named families behind the first of the offers, so that there is a model already.

    Args:
        board: What the portfolio looks at.
        names: From `EXPERIMENTAL`.
        offers: Of the portfolio.
    """
    left = [EXPERIMENTAL[name][0](board.study) for name in dict.fromkeys(names)]
    left = [spec for spec in left if portfolio.affordable(board.study, "network")]
    for spec, share in offers:
        yield spec, share
        while left:
            yield left.pop(0), share if share == float("inf") else SHARE * board.left
