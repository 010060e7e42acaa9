"""What a profile makes of a universe: counts, value, tiers, breakdowns, and what each gate costs.

`Market` is the answer, whatever computed it: an engine that narwhals drives (`on_engines`), or the
scoreboard in memory.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.intervals import alike
from icp_core.profiles.model import Criterion, Profile

DIMENSIONS: Final = ("region", "municipality", "industry", "size")
BINS: Final = 100  # of the histogram of scores: one a point
LARGEST: Final = 0.2  # share of the matches, for "the largest 20 % hold …" (Pareto)


@dataclass(frozen=True)
class Bounds:
    """A number that is known to lie between two values, both included."""

    low: float
    high: float


def high_end(
    most: float, *, unlimited: int, least: float, limit: float | None
) -> tuple[float, int]:
    """The most that accounts could be worth together, and how many nothing limits even then.

    What nothing limits counts as the least it can be.

    Parameters
    ----------
    most
        Sum of the most that each could be worth, of those of which it is known.
    unlimited, least
        How many the others are, and the sum of the least that they could be worth.
    limit
        What each of those could be worth at most (`expressions.most_potential`).
    """
    return (most + least, unlimited) if limit is None else (most + limit * unlimited, 0)


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

    @property
    def is_told(self) -> bool:
        """Whether the accounts tell what it asks for, as far as unknowns are not passed or failed."""
        return self.passes + self.fails > 0

    def to_dict(self) -> dict[str, Any]:
        """The cost as plain JSON values."""
        return {
            "column": self.criterion.column,
            "role": self.criterion.role.value,
            "passes": self.passes,
            "fails": self.fails,
            "unknown": self.unknown,
            "gained_if_dropped": self.gained_if_dropped,
        }


@dataclass(frozen=True)
class TierTotal:
    """Matches of one tier; `potential` sums what is known, in the profile's currency."""

    name: str
    accounts: int
    potential: float
    customers: int
    customers_unknown: int = 0

    @property
    def white_space(self) -> int:
        """Those that are known not to be customers."""
        return self.accounts - self.customers - self.customers_unknown


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
        Names of the tiers, best first, and the others of `tiers.groups`.
    accounts, potential
        Arrays of shape (keys, tiers).

    Examples
    --------
    >>> from icp_core.evaluation.tiers import UNRANKED
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

    def totals(self) -> pl.DataFrame:
        """One row per key: key, accounts, potential, and the accounts of each tier by its name."""
        return pl.DataFrame(
            {
                "key": pl.Series(self.keys, dtype=pl.String),
                "accounts": self.accounts.sum(axis=1),
                "potential": self.potential.sum(axis=1),
                **{name: self.accounts[:, index] for index, name in enumerate(self.tiers)},
            }
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
    potential_least, potential_high
        Sum over matches of the least, and over matches and possible accounts of the most, that each
        could be worth: a band of headcount and the cap tell that where the potential is unknown. An
        account that nothing limits counts as the least that it can be.
    unlimited
        How many of them nothing limits.
    customers, customers_unknown
        Matches that are customers, and those of which it is unknown; the rest is white space.
    tiers
        Best first, then the unranked, and the too little known where the policy asks for a coverage:
        they add up to the matches.
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
    potential_least: float
    potential_high: float
    unlimited: int
    customers: int
    customers_unknown: int
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
        """Total addressable market in potential; what nothing limits counts as the least it can be."""
        low, high = self.potential_least, self.potential_high
        # Sums of the same amounts in another order are no range.
        return Bounds(low, low if high < low or alike(low, high) else high)

    @property
    def is_value_open(self) -> bool:
        """Whether the value is a least one: nothing limits that of most accounts."""
        return 2 * self.unlimited > self.matching + self.possible

    @property
    def histogram(self) -> npt.NDArray[np.int64]:
        """Matches per whole point of score, all tiers together."""
        points: npt.NDArray[np.int64] = self.scores.sum(axis=0)
        return points

    @property
    def ranked(self) -> tuple[TierTotal, ...]:
        """Totals of the tiers alone, best first."""
        return self.tiers[: len(self.profile.tiers.tiers)]

    @property
    def in_a_tier(self) -> int:
        """Matches in a tier."""
        return sum(tier.accounts for tier in self.ranked)

    @property
    def unranked(self) -> int:
        """Matches in no tier of which enough is known."""
        return self.tiers[len(self.ranked)].accounts

    @property
    def too_little_known(self) -> int:
        """Matches of which less than the tier policy asks for is known: in no tier."""
        return self.matching - self.in_a_tier - self.unranked

    @property
    def white_space(self) -> int:
        """Matches that are known not to be customers."""
        return self.matching - self.customers - self.customers_unknown

    @property
    def penetration(self) -> float | None:
        """Share that are customers of the matches of which it is known; None without one."""
        known = self.matching - self.customers_unknown
        return self.customers / known if known else None

    @property
    def value_unknown(self) -> int:
        """Matches and possible accounts that the value leaves out, their potential being unknown."""
        return self.potential_unknown + self.potential_unknown_possible

    @property
    def tells_value(self) -> bool:
        """Whether the potential of any of them is known, or what it is at least or at most."""
        return self.unlimited < self.matching + self.possible or self.potential_high > 0

    @property
    def least_known(self) -> GateCost | None:
        """The gate that is unknown of the most accounts."""
        return max(self.gates, key=lambda gate: gate.unknown, default=None)

    @property
    def by_gain(self) -> tuple[GateCost, ...]:
        """The gates, first the one that keeps out the most accounts by itself."""
        return tuple(sorted(self.gates, key=lambda gate: -gate.gained_if_dropped))

    def scores_by(self, points: int) -> dict[str, npt.NDArray[np.int64]]:
        """Matches of each of `tiers`, per so many points of score."""
        names = [tier.name for tier in self.tiers]
        counts = self.scores.reshape(len(names), -1, points).sum(axis=2)
        return dict(zip(names, counts, strict=True))

    def potential_in(self, tier: TierTotal) -> float | None:
        """The known potential of a tier; None where nothing is known of it and some is unknown."""
        is_known = tier.potential or not tier.accounts or not self.potential_unknown
        return tier.potential if is_known else None

    def tier_table(self) -> pl.DataFrame:
        """One row per tier, best first: accounts, customers, white space, `potential_in` it."""
        return pl.DataFrame(
            {
                "tier": [tier.name for tier in self.tiers],
                "accounts": [tier.accounts for tier in self.tiers],
                "customers": [tier.customers for tier in self.tiers],
                "customers_unknown": [tier.customers_unknown for tier in self.tiers],
                "white_space": [tier.white_space for tier in self.tiers],
                "potential": [self.potential_in(tier) for tier in self.tiers],
            },
            schema_overrides={"potential": pl.Float64},
        )

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
            "tam_value": {
                "low": self.tam_value.low,
                "high": None if self.is_value_open else self.tam_value.high,
            },
            "potential_unknown": self.potential_unknown,
            "customers": self.customers,
            "customers_unknown": self.customers_unknown,
            "white_space": self.white_space,
            "tiers": [vars(tier) for tier in self.tiers],
            "gates": [gate.to_dict() for gate in self.gates],
            "breakdowns": {
                name: self.breakdowns[name].table().to_dicts()
                for name in self.breakdowns
                if name != "municipality"
            },
            "histogram": self.histogram.tolist(),
            "unscored": self.unscored,
            "least_coverage": self.profile.tiers.least_coverage,
            "too_little_known": self.too_little_known,
            "largest_share": self.largest_share,
            "coverage": self.coverage,
        }
