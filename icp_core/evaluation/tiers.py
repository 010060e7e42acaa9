"""Ranking matches into tiers by cut-off, capacity or value.

A tier takes every match at or above its boundary in the order of the ranking. For capacity the
boundary is a whole key (score, potential, account_id), so that ties are broken the same everywhere.

A match of which less than the policy's `least_coverage` is known is in no tier, whatever its score: it
is `TOO_LITTLE_KNOWN`, ranks behind all others, and takes no room in a capacity.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import ceil
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl

from icp_core.evaluation.arrays import Scored, largest
from icp_core.evaluation.names import INNER, NAMES
from icp_core.evaluation.score import coverage
from icp_core.profiles.model import NO_TIER, Profile, TierPolicy
from icp_core.reference.arrays import Flags, Floats, Ints, Places

UNRANKED: Final = NO_TIER[0]
TOO_LITTLE_KNOWN: Final = NO_TIER[1]

_BEHIND: Final = 1_000.0  # points, more than any score has


def groups(policy: TierPolicy) -> tuple[str, ...]:
    """What matches are counted under: the tiers, best first, the unranked, and the too little known.

    The last only where the policy asks for a coverage. The index of a match's tier is a place in it.

    Examples
    --------
    >>> groups(TierPolicy(least_coverage=0.5))
    ('A', 'B', 'C', 'unranked', 'too little known')
    >>> groups(TierPolicy())
    ('A', 'B', 'C', 'unranked')
    """
    asks = (TOO_LITTLE_KNOWN,) if policy.least_coverage else ()
    return (*policy.names, UNRANKED, *asks)


def tier_labels(policy: TierPolicy) -> pl.Series:
    """The `tier` of rows, by index: a name of `groups`, null where unranked."""
    labels = [None if name == UNRANKED else name for name in groups(policy)]
    return pl.Series("tier", labels, dtype=pl.String)


def least_known(profile: Profile) -> float | None:
    """The coverage that an account must exceed for a tier; None where nothing is asked for.

    Half a weight below the least that is enough, where no account's coverage lies: what an engine makes
    of the last digit decides nothing.

    Examples
    --------
    >>> from icp_core.profiles.model import Criterion, Flag
    >>> two = tuple(Criterion(column=c, role="nice_to_have", fit=Flag(), weight=5) for c in "ab")
    >>> least_known(Profile(name="P", criteria=two, tiers=TierPolicy(least_coverage=0.5)))
    0.45
    """
    weight = sum(criterion.weight for criterion in profile.scored)
    if not weight or not profile.tiers.least_coverage:
        return None
    # Written as decimals, shares of a weight must not ask for one more: 0.07 × 100 is above 7.
    enough = ceil(profile.tiers.least_coverage * weight - 1e-9)
    return (enough - 0.5) / weight


def is_too_little(profile: Profile, share: float) -> bool:
    """Whether an account of which that share of the weight is known is too little known for a tier."""
    least = least_known(profile)
    return least is not None and share <= least


def too_little_known(profile: Profile) -> nw.Expr | None:
    """Whether less than the policy asks for is known of an account; None where nothing is asked for."""
    least = least_known(profile)
    return None if least is None else nw.col(INNER.coverage) <= least


def are_too_little_known(profile: Profile, scored: Scored) -> Flags | None:
    """`too_little_known` over arrays."""
    least = least_known(profile)
    if least is None:
        return None
    return (coverage(scored, profile.scored) <= least)[scored.pattern]


@dataclass(frozen=True)
class Cutoff:
    """What an account must reach to belong to a tier; parts that are None are not asked for.

    A potential alone is reached by the least that an account is worth for certain. With `account_id` the
    three parts are one key: the last account, in ranking order, that the tier
    has room for. A cut-off with no part at all takes nobody.
    """

    score: float | None = None
    potential: float | None = None
    account_id: str | None = None

    def reached(self) -> nw.Expr:
        """Whether an account reaches it; null counts as no."""
        score, potential = nw.col(INNER.score), nw.col(INNER.potential)
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
            return nw.col(NAMES.least_potential) >= self.potential
        return nw.lit(False)


def boundaries(policy: TierPolicy, best: pl.DataFrame | None) -> tuple[Cutoff, ...]:
    """The cut-off of each tier, best first.

    Parameters
    ----------
    policy
        The policy.
    best
        For capacity: as many of the best scored matches as the tiers have room for together, in
        ranking order and none too little known, with score, potential and account_id. Others do not
        read it.
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
        cutoffs.append(Cutoff(last[INNER.score], last[INNER.potential], last["account_id"]))
    return tuple(cutoffs)


def tier_of(cutoffs: tuple[Cutoff, ...], unknown: nw.Expr | None = None) -> nw.Expr:
    """Index in `groups` of the best tier that an account reaches.

    Parameters
    ----------
    cutoffs
        As `boundaries` gives them.
    unknown
        Whether too little is known of it, as `too_little_known` says.

    Examples
    --------
    >>> accounts = nw.from_native(pl.DataFrame({INNER.score: [91.0, 70.0, 12.0], INNER.potential: 1.0}))
    >>> accounts.select(tier=tier_of((Cutoff(score=80), Cutoff(score=60))))["tier"].to_list()
    [0, 1, 2]
    """
    cases = [(cutoff.reached(), index) for index, cutoff in enumerate(cutoffs)]
    if unknown is not None:
        cases.insert(0, (unknown, len(cutoffs) + 1))
    (condition, place), *rest = cases
    chain = nw.when(condition).then(nw.lit(place))
    for condition, place in rest:
        chain = chain.when(condition).then(nw.lit(place))
    return chain.otherwise(nw.lit(len(cutoffs)))


def tiers_of(
    policy: TierPolicy, score: Floats, potential: Floats, unknown: Flags | None = None
) -> Ints:
    """`tier_of` over arrays: index in `groups` of the tier of each match.

    Parameters
    ----------
    policy
        The policy.
    score, potential
        Of the matches in the order of their `account_id`, NaN where unknown. Of tiers by value the least
        potential.
    unknown
        Of whom too little is known, as `are_too_little_known` says.
    """
    none = len(policy.tiers)
    tier = np.full(len(score), none, dtype=np.int64)
    if policy.kind == "capacity":
        room = int(sum(one.threshold for one in policy.tiers))
        best = best_of(room, score, potential, unknown)
        best = best[~np.isnan(score[best])]
        if unknown is not None:
            best = best[~unknown[best]]
        start = 0
        for index, one in enumerate(policy.tiers):
            tier[best[start : start + int(one.threshold)]] = index
            start += int(one.threshold)
    else:
        ranked_by = score if policy.kind == "cut_off" else potential
        for one in policy.tiers:
            tier -= ranked_by >= one.threshold
    if unknown is not None:
        tier[unknown] = none + 1
    return tier


def best_of(count: int, score: Floats, potential: Floats, unknown: Flags | None = None) -> Places:
    """Places of the best accounts: score, then potential, then `account_id`; unknown last.

    Those of whom too little is known come behind all others, in the same order.
    """
    first, second = score_key(score, unknown), np.nan_to_num(potential, nan=-1.0)
    chosen = largest(count, first, second)
    return chosen[np.lexsort((chosen, -second[chosen], -first[chosen]))]


def score_key(score: Floats, unknown: Flags | None = None) -> Floats:
    """What accounts are ranked by first: unknown scores last, the too little known behind them."""
    key: Floats = np.nan_to_num(score, nan=-1.0)
    if unknown is not None:
        key[unknown] -= _BEHIND
    return key


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
