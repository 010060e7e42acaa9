"""A market computed where the accounts are, by any engine that narwhals drives lazily."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import reduce
from math import ceil
from operator import add
from typing import Any, Final

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.expressions import (
    FAIL,
    MATCH,
    POSSIBLE,
    dimension,
    evaluated,
    most_potential,
    potential_bounds,
)
from icp_core.evaluation.fits import Columns
from icp_core.evaluation.market import (
    BINS,
    DIMENSIONS,
    LARGEST,
    Breakdown,
    GateCost,
    Market,
    TierTotal,
    high_end,
)
from icp_core.evaluation.names import INNER, NAMES, indicator, inner
from icp_core.evaluation.tiers import Cutoff, boundaries, groups, tier_of, too_little_known
from icp_core.profiles.model import Profile

Frame = nw.LazyFrame[Any]
Keep = Callable[[Any], AbstractContextManager[Any]]

_BEHIND: Final = inner("behind")
_CUSTOMER: Final = inner("customer")
_BIN: Final = inner("bin")
_LEAST: Final = inner("potential_least")
_MOST: Final = inner("potential_most")


def evaluate(
    accounts: Any,
    profile: Profile,
    *,
    columns: Columns,
    dimensions: Sequence[str] = DIMENSIONS,
    keep: Keep = nullcontext,
) -> Market:
    """Evaluate a profile inside the engine that holds the accounts; only totals leave it.

    Everything is asked in one pass over all accounts and a few over the matches.

    Parameters
    ----------
    accounts
        A lazy frame that narwhals understands: `polars.LazyFrame`, a DuckDB relation, and so on.
    profile
        The profile.
    columns
        What each column of the accounts is (`columns.describe_all`).
    dimensions
        Names for `expressions.dimension`.
    keep
        Makes the engine hold on to the matches (a native frame of a few narrow columns) while they
        are asked about; by default they are found again for every question.

    Raises
    ------
    ProfileError
        If the profile does not fit the columns.
    """
    profile.check(columns)
    frame = evaluated(nw.from_native(accounts), profile, columns=columns)
    customer = nw.lit(None, dtype=nw.Int32)
    if "is_customer" in columns:
        told = nw.col("is_customer")
        customer = nw.when(told).then(nw.lit(1)).when(~told).then(nw.lit(0)).otherwise(customer)
    frame = frame.with_columns(customer.alias(_CUSTOMER))
    bounds = potential_bounds(profile, columns=columns)
    if bounds is not None:
        low, high = bounds
        frame = frame.with_columns(low.alias(_LEAST), high.alias(_MOST))
    counts = _one(frame, _counts(profile, by_band=bounds is not None))
    counts["limit"] = most_potential(profile, columns=columns)
    narrow = frame.filter(nw.col(NAMES.state) == MATCH).select(
        "account_id",
        INNER.score,
        INNER.potential,
        INNER.coverage,
        *([NAMES.least_potential] if profile.tiers.kind == "value" else []),
        _CUSTOMER,
        *(dimension(name, columns=columns).alias(inner(f"by_{name}")) for name in dimensions),
    )
    with keep(narrow.to_native()) as kept:
        return _market(nw.from_native(kept), profile, counts, dimensions)


def _market(
    matches: Frame, profile: Profile, counts: dict[str, Any], dimensions: Sequence[str]
) -> Market:
    cutoffs = _cutoffs(matches, profile)
    tier = tier_of(cutoffs, too_little_known(profile))
    matches = matches.with_columns(tier.alias(INNER.tier))
    names = groups(profile.tiers)
    by_tier = {row[INNER.tier]: row for row in _grouped(matches, INNER.tier)}
    scores, unscored = _scores(matches, len(names))
    high, unlimited = high_end(
        float(counts["most"] or 0),
        unlimited=int(counts["unlimited"]),
        least=float(counts["least_of_unlimited"] or 0),
        limit=counts["limit"],
    )
    return Market(
        profile=profile,
        universe=int(counts["universe"]),
        matching=int(counts["matching"]),
        possible=int(counts["possible"]),
        failing=int(counts["failing"]),
        potential=float(counts["potential"] or 0),
        potential_possible=float(counts["potential_possible"] or 0),
        potential_unknown=int(counts["potential_unknown"]),
        potential_unknown_possible=int(counts["potential_unknown_possible"]),
        potential_least=float(counts["least"] or 0),
        potential_high=high,
        unlimited=unlimited,
        customers=int(counts["customers"] or 0),
        customers_unknown=int(counts["matching"]) - int(counts["customers_told"]),
        tiers=tuple(
            TierTotal(
                name,
                int(by_tier[i]["accounts"]) if i in by_tier else 0,
                float(by_tier[i]["potential"] or 0) if i in by_tier else 0.0,
                int(by_tier[i]["customers"] or 0) if i in by_tier else 0,
                int(by_tier[i]["accounts"] - by_tier[i]["told"]) if i in by_tier else 0,
            )
            for i, name in enumerate(names)
        ),
        breakdowns={name: _breakdown(matches, name, names) for name in dimensions},
        scores=scores,
        unscored=unscored,
        gates=tuple(
            GateCost(
                criterion,
                int(counts[f"passes_{i}"]),
                int(counts[f"fails_{i}"]),
                int(counts[f"unknown_{i}"]),
                int(counts[f"gained_{i}"]),
            )
            for i, criterion in enumerate(profile.criteria)
            if criterion.role.is_gate
        ),
        largest_share=_largest_share(matches, counts),
        coverage=counts["coverage"] if counts["matching"] else None,
    )


def in_state(accounts: Any, profile: Profile, *, columns: Columns, state: int) -> Frame:
    """What `ranked` gives, in no order."""
    profile.check(columns)
    frame = evaluated(nw.from_native(accounts), profile, columns=columns)
    return frame.filter(nw.col(NAMES.state) == state)


def ranked(accounts: Any, profile: Profile, *, columns: Columns, state: int = MATCH) -> Frame:
    """The accounts in a state, best first, with everything that `expressions.evaluated` adds.

    Order: score falling, potential falling, `account_id` rising; unknown scores and potentials last.
    Accounts of which too little is known come behind all others.

    Parameters
    ----------
    accounts, profile, columns
        As in `evaluate`.
    state
        `expressions.MATCH` or `POSSIBLE`.

    Returns
    -------
    narwhals.LazyFrame
        Not yet computed; a page of it is `head` and `collect`.
    """
    frame = in_state(accounts, profile, columns=columns, state=state)
    unknown = too_little_known(profile)
    if unknown is None:
        return _in_order(frame)
    return _in_order(frame.with_columns(indicator(unknown).alias(_BEHIND)), _BEHIND).drop(_BEHIND)


def _in_order(frame: Frame, *behind: str) -> Frame:
    return frame.sort(
        *behind,
        INNER.score,
        INNER.potential,
        "account_id",
        descending=[*(False for _ in behind), True, True, False],
        nulls_last=True,
    )


def best_scored(matches: Frame, profile: Profile) -> pl.DataFrame:
    """As many of the matches as capacities have room for: what `tiers.boundaries` asks for.

    Parameters
    ----------
    matches
        With score, coverage, potential and account_id.
    profile
        With tiers by capacity.
    """
    unknown = too_little_known(profile)
    eligible = ~nw.col(INNER.score).is_null()
    if unknown is not None:
        eligible &= ~unknown
    scored = matches.filter(eligible).select(INNER.score, INNER.potential, "account_id")
    room = int(sum(tier.threshold for tier in profile.tiers.tiers))
    return _collect(_in_order(scored).head(room))


def _collect(frame: Frame) -> pl.DataFrame:
    return frame.collect(backend="polars").to_native()  # type: ignore[no-any-return]


def _one(frame: Frame, aggregates: dict[str, nw.Expr]) -> dict[str, Any]:
    return _collect(
        frame.select(expression.alias(name) for name, expression in aggregates.items())
    ).row(0, named=True)


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _counts(profile: Profile, *, by_band: bool) -> dict[str, nw.Expr]:
    state = nw.col(NAMES.state)
    value = nw.col(INNER.potential)
    match, may = state == MATCH, state != FAIL
    least, most = (nw.col(_LEAST), nw.col(_MOST)) if by_band else (value, value)
    counts = {
        "universe": nw.len(),
        "matching": _count(match),
        "possible": _count(state == POSSIBLE),
        "failing": _count(state == FAIL),
        "potential": nw.when(match).then(value).sum(),
        "potential_possible": nw.when(state == POSSIBLE).then(value).sum(),
        "potential_unknown": _count(match & value.is_null()),
        "potential_unknown_possible": _count((state == POSSIBLE) & value.is_null()),
        "least": nw.when(match).then(least).sum(),
        "most": nw.when(may).then(most).sum(),
        "unlimited": _count(may & most.is_null()),
        "least_of_unlimited": nw.when(may & most.is_null()).then(least).sum(),
        "customers": nw.when(match).then(nw.col(_CUSTOMER)).sum(),
        "customers_told": nw.when(match).then(nw.col(_CUSTOMER)).count(),
        "coverage": nw.when(match).then(nw.col(INNER.coverage)).mean(),
    }
    gates = [i for i, criterion in enumerate(profile.criteria) if criterion.role.is_gate]
    not_passed = reduce(add, (_misses(i) for i in gates), nw.lit(0))
    for i in gates:
        gate = nw.col(NAMES.passes(i))
        counts[f"passes_{i}"] = _count(gate)
        counts[f"fails_{i}"] = _count(~gate)
        counts[f"unknown_{i}"] = _count(gate.is_null())
        counts[f"gained_{i}"] = _count((not_passed == 1) & (_misses(i) == 1))
    return counts


def _misses(index: int) -> nw.Expr:
    gate = nw.col(NAMES.passes(index))
    return nw.when(gate).then(nw.lit(0)).otherwise(nw.lit(1))


def _cutoffs(matches: Frame, profile: Profile) -> tuple[Cutoff, ...]:
    """The worst account that each tier still takes; asks the engine only for capacity tiers."""
    policy = profile.tiers
    if policy.kind != "capacity":
        return boundaries(policy, None)
    return boundaries(policy, best_scored(matches, profile))


def _grouped(matches: Frame, *keys: str) -> list[dict[str, Any]]:
    return _collect(
        matches.group_by(*keys).agg(
            nw.len().alias("accounts"),
            nw.col(INNER.potential).sum().alias("potential"),
            nw.col(_CUSTOMER).sum().alias("customers"),
            nw.col(_CUSTOMER).count().alias("told"),
        )
    ).to_dicts()


def _breakdown(matches: Frame, name: str, tiers: Sequence[str]) -> Breakdown:
    rows = _grouped(matches, inner(f"by_{name}"), INNER.tier)
    keys = list(dict.fromkeys(row[inner(f"by_{name}")] for row in rows))
    place = {key: i for i, key in enumerate(keys)}
    accounts = np.zeros((len(keys), len(tiers)), dtype=np.int64)
    potential = np.zeros((len(keys), len(tiers)))
    for row in rows:
        at = place[row[inner(f"by_{name}")]], row[INNER.tier]
        accounts[at] = row["accounts"]
        potential[at] = row["potential"] or 0
    return Breakdown.of(name, keys, tiers, accounts, potential)


def _scores(matches: Frame, tiers: int) -> tuple[npt.NDArray[np.int64], int]:
    score = nw.col(INNER.score)
    binned = matches.with_columns(
        nw.when(score >= BINS).then(nw.lit(BINS - 1.0)).otherwise(score.floor()).alias(_BIN)
    )
    scores = np.zeros((tiers, BINS), dtype=np.int64)
    unscored = 0
    for row in _grouped(binned, INNER.tier, _BIN):
        if row[_BIN] is None:
            unscored += int(row["accounts"])
        else:
            scores[row[INNER.tier], int(row[_BIN])] = row["accounts"]
    return scores, unscored


def _largest_share(matches: Frame, counts: dict[str, Any]) -> float | None:
    known = int(counts["matching"]) - int(counts["potential_unknown"])
    if not known or not counts["potential"]:
        return None
    largest = (
        matches.filter(~nw.col(INNER.potential).is_null())
        .sort(INNER.potential, descending=True, nulls_last=True)
        .head(ceil(LARGEST * known))
        .select(nw.col(INNER.potential).sum())
    )
    return float(_collect(largest).item()) / float(counts["potential"])
