"""What a profile makes of a universe: counts, value, tiers, breakdowns, and what each gate costs.

`Market` is the answer, whatever engine computed it. `evaluate` computes it on any engine that
narwhals drives lazily; `scoreboard.Scoreboard` computes the same in memory, incrementally.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import reduce
from math import ceil
from operator import add
from typing import Any, Final, Protocol

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.accounts.population import Population
from icp_core.evaluation.expressions import (
    FAIL,
    MATCH,
    NAMES,
    POSSIBLE,
    Columns,
    dimension,
    evaluated,
)
from icp_core.evaluation.tiers import UNRANKED, Cutoff, boundaries, tier_of
from icp_core.profiles.model import Criterion, Profile

DIMENSIONS: Final = ("region", "municipality", "industry", "size")
Frame = nw.LazyFrame[Any]
Keep = Callable[[Any], AbstractContextManager[Any]]
BINS: Final = 100  # of the histogram of scores: one a point
LARGEST: Final = 0.2  # share of the matches, for "the largest 20 % hold …" (Pareto)


@dataclass(frozen=True)
class Bounds:
    """A number that is known to lie between two values, both included."""

    low: float
    high: float


@dataclass(frozen=True)
class GateCost:
    """What one must-have or knock-out does to the whole universe.

    `gained_if_dropped` counts the accounts that would match if this gate alone were dropped and that
    do not match now.
    """

    criterion: Criterion
    passes: int
    fails: int
    unknown: int
    gained_if_dropped: int


@dataclass(frozen=True)
class TierTotal:
    """Matches of one tier; `potential` sums what is known, in the profile's currency."""

    name: str
    accounts: int
    potential: float
    customers: int


@dataclass(frozen=True, eq=False)
class Breakdown:
    """Matches by one dimension and tier.

    Attributes
    ----------
    by
        The dimension, as `expressions.dimension` names it.
    keys
        Its values that occur among the matches, rising, unknown (None) last.
    tiers
        Names of the tiers, best first, with `UNRANKED` last.
    accounts, potential
        Arrays of shape (keys, tiers).

    Examples
    --------
    >>> accounts, potential = np.array([[2, 1], [0, 3]]), np.array([[9e3, 2e3], [0, 5e3]])
    >>> found = Breakdown.of("country", ["SE", "NO"], ["A", UNRANKED], accounts, potential)
    >>> found.table().rows()[:2]
    [('NO', 'A', 0, 0.0), ('NO', 'unranked', 3, 5000.0)]
    """

    by: str
    keys: tuple[str | None, ...]
    tiers: tuple[str, ...]
    accounts: npt.NDArray[np.int64]
    potential: npt.NDArray[np.float64]

    @classmethod
    def of(
        cls,
        by: str,
        keys: Sequence[str | None],
        tiers: Sequence[str],
        accounts: npt.NDArray[np.int64],
        potential: npt.NDArray[np.float64],
    ) -> "Breakdown":
        """Keep the keys that occur, in order."""
        present = np.flatnonzero(accounts.sum(axis=1)).tolist()
        order = sorted(present, key=lambda i: (keys[i] is None, keys[i] or ""))
        return cls(
            by, tuple(keys[i] for i in order), tuple(tiers), accounts[order], potential[order]
        )

    def table(self) -> pl.DataFrame:
        """Long form for charts and downloads: key, tier, accounts, potential."""
        width = len(self.tiers)
        return pl.DataFrame(
            {
                "key": [key for key in self.keys for _ in range(width)],
                "tier": list(self.tiers) * len(self.keys),
                "accounts": self.accounts.ravel(),
                "potential": self.potential.ravel(),
            },
            schema_overrides={"key": pl.String, "tier": pl.String},
        )


@dataclass(frozen=True, eq=False)
class Market:
    """A universe seen through a profile. Potential is in the profile's currency, a year.

    Attributes
    ----------
    universe, matching, possible, failing
        Accounts; the last three add up to the first.
    potential, potential_possible
        Sum over matches and over possible accounts, of what is known.
    potential_unknown, potential_unknown_possible
        Matches, and possible accounts, whose potential is unknown.
    customers
        Matches that are customers; the rest is white space.
    tiers
        Best first, with the unranked last.
    breakdowns
        By dimension.
    scores
        Matches per tier and whole point of score, shape (tiers, 100): bin i holds i ≤ score < i + 1,
        the last one 100 too.
    unscored
        Matches without any known nice-to-have, which have no score.
    gates
        One per must-have and knock-out, in the profile's order.
    largest_share
        Share of the known potential that the largest 20 % of the matches hold; None if there is none.
    coverage
        Mean share of the weight that is known, over the matches; None if there are none.
    """

    profile: Profile
    universe: int
    matching: int
    possible: int
    failing: int
    potential: float
    potential_possible: float
    potential_unknown: int
    potential_unknown_possible: int
    customers: int
    tiers: tuple[TierTotal, ...]
    breakdowns: dict[str, Breakdown]
    scores: npt.NDArray[np.int64]
    unscored: int
    gates: tuple[GateCost, ...]
    largest_share: float | None
    coverage: float | None

    @property
    def tam(self) -> Bounds:
        """Total addressable market in accounts: from the matches to matches and possible ones."""
        return Bounds(self.matching, self.matching + self.possible)

    @property
    def tam_value(self) -> Bounds:
        """Total addressable market in potential, of what is known."""
        return Bounds(self.potential, self.potential + self.potential_possible)

    @property
    def histogram(self) -> npt.NDArray[np.int64]:
        """Matches per whole point of score, all tiers together."""
        points: npt.NDArray[np.int64] = self.scores.sum(axis=0)
        return points

    @property
    def white_space(self) -> int:
        """Matches that are not customers."""
        return self.matching - self.customers

    def to_dict(self) -> dict[str, Any]:
        """The market as plain JSON values, without the municipality breakdown."""
        return {
            "profile": self.profile.name,
            "currency": self.profile.currency,
            "universe": self.universe,
            "matching": self.matching,
            "possible": self.possible,
            "failing": self.failing,
            "tam": {"low": self.tam.low, "high": self.tam.high},
            "tam_value": {"low": self.tam_value.low, "high": self.tam_value.high},
            "potential_unknown": self.potential_unknown,
            "customers": self.customers,
            "white_space": self.white_space,
            "tiers": [vars(tier) for tier in self.tiers],
            "gates": [
                {
                    "column": gate.criterion.column,
                    "role": gate.criterion.role.value,
                    "passes": gate.passes,
                    "fails": gate.fails,
                    "unknown": gate.unknown,
                    "gained_if_dropped": gate.gained_if_dropped,
                }
                for gate in self.gates
            ],
            "breakdowns": {
                name: self.breakdowns[name].table().to_dicts()
                for name in self.breakdowns
                if name != "municipality"
            },
            "histogram": self.histogram.tolist(),
            "unscored": self.unscored,
            "largest_share": self.largest_share,
            "coverage": self.coverage,
        }


class Evaluated(Protocol):
    """One profile on one population: what can be asked for without every account in memory."""

    @property
    def profile(self) -> Profile:
        """The profile."""

    @property
    def population(self) -> Population:
        """The accounts it is evaluated on."""

    @property
    def market(self) -> Market:
        """All totals."""

    def page(self, *, offset: int = 0, limit: int = 50) -> pl.DataFrame:
        """Matches from that place of the ranking on, with `tier` and all of `NAMES`."""

    def to_verify(self, count: int) -> pl.DataFrame:
        """The possible accounts with the highest scores, in the shape of `page` without a tier."""

    def least_scores(self) -> tuple[float | None, ...]:
        """The score that each tier of a capacity policy begins at; None for one that takes nobody."""

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""


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
    customer = (
        nw.when(nw.col("is_customer")).then(nw.lit(1)).otherwise(nw.lit(0))
        if "is_customer" in columns
        else nw.lit(0)
    )
    frame = frame.with_columns(customer.alias("_customer"))
    counts = _one(frame, _counts(profile))
    narrow = frame.filter(nw.col(NAMES.state) == MATCH).select(
        "account_id",
        NAMES.score,
        NAMES.potential,
        "_customer",
        *(dimension(name, columns=columns).alias(f"_by_{name}") for name in dimensions),
    )
    with keep(narrow.to_native()) as kept:
        return _market(nw.from_native(kept), profile, counts, dimensions)


def _market(
    matches: Frame, profile: Profile, counts: dict[str, Any], dimensions: Sequence[str]
) -> Market:
    cutoffs = _cutoffs(matches, profile)
    matches = matches.with_columns(tier_of(cutoffs).alias("_tier"))
    names = (*profile.tiers.names, UNRANKED)
    by_tier = {row["_tier"]: row for row in _grouped(matches, "_tier")}
    scores, unscored = _scores(matches, len(names))
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
        customers=int(counts["customers"]),
        tiers=tuple(
            TierTotal(
                name,
                int(by_tier[i]["accounts"]) if i in by_tier else 0,
                float(by_tier[i]["potential"] or 0) if i in by_tier else 0.0,
                int(by_tier[i]["customers"]) if i in by_tier else 0,
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


def ranked(accounts: Any, profile: Profile, *, columns: Columns, state: int = MATCH) -> Frame:
    """The accounts in a state, best first, with everything that `expressions.evaluated` adds.

    Order: score falling, potential falling, `account_id` rising; unknown scores and potentials last.

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
    profile.check(columns)
    frame = evaluated(nw.from_native(accounts), profile, columns=columns)
    return _in_order(frame.filter(nw.col(NAMES.state) == state))


def _in_order(frame: Frame) -> Frame:
    return frame.sort(
        NAMES.score,
        NAMES.potential,
        "account_id",
        descending=[True, True, False],
        nulls_last=True,
    )


def _collect(frame: Frame) -> pl.DataFrame:
    return frame.collect(backend="polars").to_native()  # type: ignore[no-any-return]


def _one(frame: Frame, aggregates: dict[str, nw.Expr]) -> dict[str, Any]:
    return _collect(
        frame.select(expression.alias(name) for name, expression in aggregates.items())
    ).row(0, named=True)


def _count(condition: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(nw.lit(1)).otherwise(nw.lit(0)).sum()


def _counts(profile: Profile) -> dict[str, nw.Expr]:
    state = nw.col(NAMES.state)
    value = nw.col(NAMES.potential)
    match = state == MATCH
    counts = {
        "universe": nw.len(),
        "matching": _count(match),
        "possible": _count(state == POSSIBLE),
        "failing": _count(state == FAIL),
        "potential": nw.when(match).then(value).sum(),
        "potential_possible": nw.when(state == POSSIBLE).then(value).sum(),
        "potential_unknown": _count(match & value.is_null()),
        "potential_unknown_possible": _count((state == POSSIBLE) & value.is_null()),
        "customers": nw.when(match).then(nw.col("_customer")).otherwise(nw.lit(0)).sum(),
        "coverage": nw.when(match).then(nw.col(NAMES.coverage)).mean(),
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
    room = int(sum(tier.threshold for tier in policy.tiers))
    scored = matches.filter(~nw.col(NAMES.score).is_null())
    best = _in_order(scored).head(room).select(NAMES.score, NAMES.potential, "account_id")
    return boundaries(policy, _collect(best))


def _grouped(matches: Frame, *keys: str) -> list[dict[str, Any]]:
    return _collect(
        matches.group_by(*keys).agg(
            nw.len().alias("accounts"),
            nw.col(NAMES.potential).sum().alias("potential"),
            nw.col("_customer").sum().alias("customers"),
        )
    ).to_dicts()


def _breakdown(matches: Frame, name: str, tiers: Sequence[str]) -> Breakdown:
    rows = _grouped(matches, f"_by_{name}", "_tier")
    keys = list(dict.fromkeys(row[f"_by_{name}"] for row in rows))
    place = {key: i for i, key in enumerate(keys)}
    accounts = np.zeros((len(keys), len(tiers)), dtype=np.int64)
    potential = np.zeros((len(keys), len(tiers)))
    for row in rows:
        at = place[row[f"_by_{name}"]], row["_tier"]
        accounts[at] = row["accounts"]
        potential[at] = row["potential"] or 0
    return Breakdown.of(name, keys, tiers, accounts, potential)


def _scores(matches: Frame, tiers: int) -> tuple[npt.NDArray[np.int64], int]:
    score = nw.col(NAMES.score)
    binned = matches.with_columns(
        nw.when(score >= BINS).then(nw.lit(BINS - 1.0)).otherwise(score.floor()).alias("_bin")
    )
    scores = np.zeros((tiers, BINS), dtype=np.int64)
    unscored = 0
    for row in _grouped(binned, "_tier", "_bin"):
        if row["_bin"] is None:
            unscored += int(row["accounts"])
        else:
            scores[row["_tier"], int(row["_bin"])] = row["accounts"]
    return scores, unscored


def _largest_share(matches: Frame, counts: dict[str, Any]) -> float | None:
    known = int(counts["matching"]) - int(counts["potential_unknown"])
    if not known or not counts["potential"]:
        return None
    largest = (
        matches.filter(~nw.col(NAMES.potential).is_null())
        .sort(NAMES.potential, descending=True, nulls_last=True)
        .head(ceil(LARGEST * known))
        .select(nw.col(NAMES.potential).sum())
    )
    return float(_collect(largest).item()) / float(counts["potential"])
