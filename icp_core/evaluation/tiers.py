"""Ranking matches into tiers by cut-off, capacity or value.

A tier takes every match at or above its boundary in the order of the ranking. For capacity the
boundary is a whole key (score, potential, account_id), so that ties are broken the same everywhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl

from icp_core.evaluation.arrays import largest
from icp_core.evaluation.names import NAMES
from icp_core.profiles.model import TierPolicy
from icp_core.reference.arrays import Floats, Ints, Places

UNRANKED: Final = "unranked"


@dataclass(frozen=True)
class Cutoff:
    """What an account must reach to belong to a tier; parts that are None are not asked for.

    With `account_id` the three parts are one key: the last account, in ranking order, that the tier
    has room for. A cut-off with no part at all takes nobody.
    """

    score: float | None = None
    potential: float | None = None
    account_id: str | None = None

    def reached(self) -> nw.Expr:
        """Whether an account reaches it; null counts as no."""
        score, potential = nw.col(NAMES.score), nw.col(NAMES.potential)
        if self.account_id is not None:
            earlier_id = nw.col("account_id") <= self.account_id
            if self.potential is None:
                in_tie = (~potential.is_null()) | earlier_id
            else:
                in_tie = (potential > self.potential) | ((potential == self.potential) & earlier_id)
            return (score > self.score) | ((score == self.score) & in_tie)
        if self.score is not None:
            return score >= self.score
        if self.potential is not None:
            return potential >= self.potential
        return nw.lit(False)


def boundaries(policy: TierPolicy, best: pl.DataFrame | None) -> tuple[Cutoff, ...]:
    """The cut-off of each tier, best first.

    Parameters
    ----------
    policy
        The policy.
    best
        For capacity: as many of the best scored matches as the tiers have room for together, in
        ranking order, with score, potential and account_id. Others do not read it.
    """
    if policy.kind == "cut_off":
        return tuple(Cutoff(score=tier.threshold) for tier in policy.tiers)
    if policy.kind == "value":
        return tuple(Cutoff(potential=tier.threshold) for tier in policy.tiers)
    if best is None or best.is_empty():
        return tuple(Cutoff() for _ in policy.tiers)
    cutoffs, taken = [], 0
    for tier in policy.tiers:
        taken += int(tier.threshold)
        last = best.row(min(taken, best.height) - 1, named=True)
        cutoffs.append(Cutoff(last[NAMES.score], last[NAMES.potential], last["account_id"]))
    return tuple(cutoffs)


def tier_of(cutoffs: tuple[Cutoff, ...]) -> nw.Expr:
    """Index of the best tier that an account reaches; the number of tiers where it reaches none.

    Examples
    --------
    >>> accounts = nw.from_native(pl.DataFrame({NAMES.score: [91.0, 70.0, 12.0], NAMES.potential: 1.0}))
    >>> accounts.select(tier=tier_of((Cutoff(score=80), Cutoff(score=60))))["tier"].to_list()
    [0, 1, 2]
    """
    first, *rest = cutoffs
    chain = nw.when(first.reached()).then(nw.lit(0))
    for index, cutoff in enumerate(rest, start=1):
        chain = chain.when(cutoff.reached()).then(nw.lit(index))
    return chain.otherwise(nw.lit(len(cutoffs)))


def tiers_of(policy: TierPolicy, score: Floats, potential: Floats) -> Ints:
    """`tier_of` over arrays: index of the tier of each match, the number of tiers where it is in none.

    Parameters
    ----------
    policy
        The policy.
    score, potential
        Of the matches in the order of their `account_id`, NaN where unknown.
    """
    none = len(policy.tiers)
    tier = np.full(len(score), none, dtype=np.int64)
    if policy.kind == "capacity":
        best = best_of(int(sum(one.threshold for one in policy.tiers)), score, potential)
        best = best[~np.isnan(score[best])]
        start = 0
        for index, one in enumerate(policy.tiers):
            tier[best[start : start + int(one.threshold)]] = index
            start += int(one.threshold)
        return tier
    ranked_by = score if policy.kind == "cut_off" else potential
    for one in policy.tiers:
        tier -= ranked_by >= one.threshold
    return tier


def best_of(count: int, score: Floats, potential: Floats) -> Places:
    """Places of the best accounts: score, then potential, then `account_id`; unknown last."""
    first, second = np.nan_to_num(score, nan=-1.0), np.nan_to_num(potential, nan=-1.0)
    chosen = largest(count, first, second)
    return chosen[np.lexsort((chosen, -second[chosen], -first[chosen]))]


def cut_offs(
    policy: TierPolicy, least_scores: Callable[[], Iterable[float | None]]
) -> dict[str, float]:
    """The score that each tier begins at, best first; none where tiers go by potential.

    Parameters
    ----------
    policy
        The policy.
    least_scores
        Tells the least score in each tier, None for one that takes nobody; asked of capacities only.
    """
    if policy.kind == "cut_off":
        return {tier.name: tier.threshold for tier in policy.tiers}
    if policy.kind == "value":
        return {}
    least = zip(policy.names, least_scores(), strict=True)
    return {name: score for name, score in least if score is not None}
