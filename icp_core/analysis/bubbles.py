"""Which matches to draw as bubbles: all of the best of every tier, and a sample of the rest."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from icp_core.evaluation.arrays import largest
from icp_core.evaluation.in_memory import Evaluation

MOST: Final = 3_000  # bubbles; beyond that a browser draws slowly and they hide each other
BEST: Final = 100  # accounts of each tier that are drawn for certain: those a reader looks for


@dataclass(frozen=True)
class TierBubbles:
    """How the bubbles of one tier were chosen.

    Attributes
    ----------
    tier
        Its name, or one of the others of `tiers.groups`.
    accounts
        Matches in it that have a score and a potential, and so a place in the chart.
    best
        The highest scores among them (ties by potential, then id), all drawn.
    sampled
        Bubbles drawn at random from the others.
    """

    tier: str
    accounts: int
    best: int
    sampled: int

    @property
    def is_complete(self) -> bool:
        """Whether every account of the tier is drawn."""
        return self.best + self.sampled == self.accounts


@dataclass(frozen=True, eq=False)
class Bubbles:
    """Matches to draw.

    Attributes
    ----------
    rows
        account_id, name, score, coverage, potential, tier, is_customer, is_best; the best tier first,
        and within it the best account.
    tiers
        How they were chosen.
    without_place
        Matches that cannot be drawn, because their score or potential is unknown.
    """

    rows: pl.DataFrame
    tiers: tuple[TierBubbles, ...]
    without_place: int


def bubbles(
    evaluation: Evaluation, *, most: int = MOST, best: int = BEST, seed: int = 0
) -> Bubbles:
    """Choose the matches to draw.

    The best of every tier are always among them. The room that is left is shared evenly between the
    tiers; what a small tier does not need goes to the others.

    Parameters
    ----------
    evaluation
        The market.
    most
        Bubbles at most.
    best
        How many of each tier are drawn for certain; fewer where `most` has no room for so many.
    seed
        Of the sample, so that the same market is drawn alike.
    """
    score, amount = evaluation.score, evaluation.potential.amount
    placed = ~(np.isnan(score) | np.isnan(amount))
    totals = evaluation.tiers
    best = min(best, most // len(totals))
    random = np.random.default_rng(seed)
    members = [np.flatnonzero(placed & (evaluation.tier == t)) for t in range(len(totals))]
    chosen_best = [own[np.sort(largest(best, score[own], amount[own]))] for own in members]
    rest = [
        np.setdiff1d(own, top, assume_unique=True)
        for own, top in zip(members, chosen_best, strict=True)
    ]
    room = _shared([len(others) for others in rest], most - sum(map(len, chosen_best)))
    sampled = [
        random.choice(others, size=size, replace=False, shuffle=False)
        for others, size in zip(rest, room, strict=True)
    ]
    places = np.concatenate([*chosen_best, *sampled])
    is_best = np.arange(len(places)) < sum(map(len, chosen_best))
    order = np.lexsort((places, -amount[places], -score[places], evaluation.tier[places]))
    places, is_best = places[order], is_best[order]
    names = np.array([total.name for total in totals])
    rows = evaluation.named(places).with_columns(
        score=pl.Series(score[places]),
        coverage=pl.Series(evaluation.coverage_of(places)),
        potential=pl.Series(amount[places]),
        tier=pl.Series(names[evaluation.tier[places]], dtype=pl.String),
        is_customer=pl.Series(evaluation.matches.customers[places]),
        is_best=pl.Series(is_best),
    )
    return Bubbles(
        rows,
        tuple(
            TierBubbles(total.name, len(own), len(top), len(drawn))
            for total, own, top, drawn in zip(totals, members, chosen_best, sampled, strict=True)
        ),
        len(score) - int(np.count_nonzero(placed)),
    )


def _shared(wanted: list[int], room: int) -> list[int]:
    """Share room evenly; nobody gets more than wanted, and nothing is left while somebody wants."""
    given = [0] * len(wanted)
    for place, index in enumerate(sorted(range(len(wanted)), key=lambda i: wanted[i])):
        given[index] = min(wanted[index], room // (len(wanted) - place))
        room -= given[index]
    return given
