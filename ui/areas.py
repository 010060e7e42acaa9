"""The market by area: numbers per region or municipality, classes to shade them by, and points.

Everything is added up here, so that the reader's browser gets areas and a limited number of points,
never all accounts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.scoreboard import Evaluation, Scoreboard
from icp_core.evaluation.tiers import UNRANKED
from icp_core.reference import geography
from icp_core.reference.geography import Level
from ui.format import money, number, percent
from ui.texts import _

CLASSES: Final = 5  # shades that can be told apart on a map
MOST_POINTS: Final = 2_000  # accounts drawn as dots; more hide each other and the areas

_DECIMALS: Final = 3  # about a hundred metres
_NAMED: Final = 3  # companies named for a dot of several; a tip has room for no more


def tier_label(name: str) -> str:
    """`Tier A`, or `Unranked`."""
    return _("Unranked") if name == UNRANKED else _("Tier {name}").format(name=name)


class Measure(StrEnum):
    """What areas are shaded by; the values are columns of `Areas.table`."""

    MATCHES = "accounts"
    POTENTIAL = "potential"
    BEST_TIER = "best_tier"
    MATCH_RATE = "match_rate"
    WHITE_SPACE = "white_space"
    CUSTOMERS = "customers"

    def label(self, best_tier: str) -> str:
        """As shown in menus and headings."""
        return {
            Measure.MATCHES: _("Matches"),
            Measure.POTENTIAL: _("Potential"),
            Measure.BEST_TIER: tier_label(best_tier),
            Measure.MATCH_RATE: _("Match rate"),
            Measure.WHITE_SPACE: _("White space"),
            Measure.CUSTOMERS: _("Customers"),
        }[self]

    def text(self, value: float | None, currency: str) -> str:
        """One value with its unit; unknown is a dash."""
        match self:
            case Measure.POTENTIAL:
                return money(value, currency)
            case Measure.MATCH_RATE:
                return percent(value, digits=1 if value else 0)
            case _:
                return number(value)


@dataclass(frozen=True, eq=False)
class Areas:
    """Matches per region or municipality.

    Attributes
    ----------
    level
        What the areas are.
    countries
        Countries whose areas are in view and have boundaries.
    table
        One row per area that has boundaries in view or accounts: `code, name, within` (its country,
        or region), `country` (None without boundaries), `universe` (accounts
        listed), `accounts` (matches), `possible`, `potential`, `best_tier`, `customers`,
        `white_space`, `match_rate`. Unknown is null: the potential where no match has one, the
        match rate where no account is listed, customers where the accounts do not tell.
    unplaced, total
        The same numbers for accounts without a known area, and for all in view together.
    """

    level: Level
    countries: tuple[str, ...]
    table: pl.DataFrame
    unplaced: Mapping[str, Any]
    total: Mapping[str, Any]

    @property
    def is_placed(self) -> bool:
        """Whether any account in view lies in an area that has boundaries."""
        bounded = self.table.filter(pl.col("country").is_not_null())
        return bool((bounded["universe"] > 0).any())

    def numbers(self, code: str | None) -> Mapping[str, Any]:
        """The numbers of one area, or of all together."""
        return self.total if code is None else self.table.row(self._place(code), named=True)

    def names(self) -> dict[str, str]:
        """Names by code of the areas that have accounts, each with what it lies in, in order."""
        listed = self.table.filter(pl.col("universe") > 0).sort("name", "within")
        name = pl.concat_str("name", "within", separator=", ", ignore_nulls=True)
        return dict(listed.select("code", name).iter_rows())

    def ranked(self, measure: Measure) -> pl.DataFrame:
        """Areas that have accounts, most first; unknown last."""
        return self.table.filter(pl.col("universe") > 0).sort(
            measure.value, "name", descending=[True, False], nulls_last=True
        )

    def _place(self, code: str) -> int:
        return self.table["code"].to_list().index(code)


@dataclass(frozen=True)
class Class:
    """Areas shaded alike: the least and the largest value among them, and how many they are."""

    low: float
    high: float
    areas: int


@dataclass(frozen=True, eq=False)
class Shading:
    """Values sorted into classes.

    Attributes
    ----------
    classes
        From little to much, all above zero.
    place
        Class of each value: 0 for a value of zero, n for the n-th class, -1 for unknown.
    """

    classes: tuple[Class, ...]
    place: npt.NDArray[np.int64]

    @property
    def zeros(self) -> int:
        """How many values are zero."""
        return int(np.count_nonzero(self.place == 0))

    @property
    def unknown(self) -> int:
        """How many values are unknown."""
        return int(np.count_nonzero(self.place < 0))


@dataclass(frozen=True, eq=False)
class Points:
    """The best matches, those at the same place as one point.

    Attributes
    ----------
    places
        Best first: `longitude, latitude, best_tier` (its index), `accounts`, and lists of the best
        few accounts' `name, tier, score, potential`.
    tiers
        How many accounts of each tier the points stand for, the unranked last.
    without_position
        Matches in view whose position is unknown.
    """

    places: pl.DataFrame
    tiers: tuple[int, ...]
    without_position: int

    @property
    def accounts(self) -> int:
        """How many accounts the points stand for."""
        return sum(self.tiers)


def countries_of(scoreboard: Scoreboard) -> tuple[str, ...]:
    """Countries that the accounts lie in, Nordic ones first in their usual order."""
    found = {code for code in scoreboard.codes("country")[1] if code is not None}
    usual = [code for code in geography.COUNTRIES if code in found]
    return (*usual, *sorted(found.difference(usual)))


def areas_data(evaluation: Evaluation, level: Level, countries: Sequence[str] = ()) -> Areas:
    """Add up the matches per area.

    Parameters
    ----------
    evaluation
        The profile on the accounts.
    level
        Regions or municipalities.
    countries
        Only accounts in these countries; none means all.
    """
    scoreboard, matches = evaluation.scoreboard, evaluation.matches.rows
    places, codes = scoreboard.codes(level)
    chosen = _in_countries(scoreboard, countries)
    among = chosen[matches]
    at = places[matches][among]
    possible = evaluation.possible.rows

    def count(where: npt.NDArray[Any], weights: npt.NDArray[Any] | None = None) -> Any:
        return np.bincount(where, weights, minlength=len(codes))

    known = ~np.isnan(evaluation.potential.amount[among])
    counted = pl.DataFrame(
        {
            "code": pl.Series(codes, dtype=pl.String),
            "universe": count(places[chosen]),
            "accounts": count(at),
            "possible": count(places[possible][chosen[possible]]),
            "potential": count(at, evaluation.potential.known[among]),
            "potential_known": count(at[known]),
            "best_tier": count(at[evaluation.tier[among] == 0]),
            "customers": count(at[evaluation.matches.customers[among]]),
        }
    ).filter(pl.col("universe") > 0)
    tells_customers = scoreboard.universe.tells_customers
    placed = counted.filter(pl.col("code").is_not_null())
    known_areas = _named(level)["code"]
    # No account in an area is zero, unless no account tells its area.
    otherwise = 0 if placed["code"].is_in(known_areas.implode()).any() else None
    in_view = _countries_in_view(scoreboard, placed["code"].to_list(), countries)
    numbers = pl.exclude("code")
    table = (
        _named(level)
        .filter(pl.col("country").is_in(in_view))
        .join(placed, on="code", how="full", coalesce=True)
        .with_columns(
            pl.coalesce("name", "code"),
            pl.col(counted.columns[1:]).fill_null(pl.lit(otherwise)),
        )
        .pipe(_derived, tells_customers)
        .sort("code")
    )
    totals = {
        "unplaced": counted.filter(pl.col("code").is_null()).select(numbers.sum()),
        "total": counted.select(numbers.sum()),
    }
    summed = {
        name: _derived(sums, tells_customers).row(0, named=True) for name, sums in totals.items()
    }
    return Areas(level, in_view, table, summed["unplaced"], summed["total"])


def shading_data(values: pl.Series, *, classes: int = CLASSES) -> Shading:
    """Sort values into classes of about as many areas each; zero and unknown stand apart.

    Quantiles, except that equal values share a class and the classes after it share what is left
    evenly; where most areas have one account, the few above are still told apart.
    """
    numbers = values.cast(pl.Float64).to_numpy()
    positive = numbers > 0
    place = np.where(np.isnan(numbers), -1, 0)
    rest = np.sort(numbers[positive])
    ends: list[float] = []
    while len(rest):
        share = ceil(len(rest) / (classes - len(ends)))
        ends.append(rest[share - 1])
        rest = rest[rest > ends[-1]]
    place[positive] = np.searchsorted(ends, numbers[positive]) + 1
    members = (numbers[place == index + 1] for index in range(len(ends)))
    return Shading(
        tuple(Class(float(one.min()), float(one.max()), len(one)) for one in members), place
    )


def points_data(evaluation: Evaluation, *, limit: int, countries: Sequence[str] = ()) -> Points:
    """The best matches that have a position, those within about a hundred metres as one point.

    Parameters
    ----------
    evaluation
        The profile on the accounts.
    limit
        How many accounts at most, best first; never more than `MOST_POINTS`.
    countries
        Only accounts in these countries; none means all.
    """
    scoreboard, matches = evaluation.scoreboard, evaluation.matches.rows
    frame = scoreboard.universe.frame
    chosen = _in_countries(scoreboard, countries)[matches]
    located = np.zeros(len(matches), dtype=bool)
    if scoreboard.universe.has_coordinates:
        on_earth = pl.col("latitude").is_between(-90, 90) & pl.col("longitude").is_between(
            -180, 180
        )
        located = chosen & frame.select(on_earth.fill_null(False)).to_series().to_numpy()[matches]
    best = _best(evaluation, located, min(limit, MOST_POINTS))
    position = ("longitude", "latitude")
    places = (
        frame[matches[best]]
        .select(
            "name",
            *(
                pl.col(name).round(_DECIMALS)
                if name in frame.columns
                else pl.lit(None, pl.Float64).alias(name)
                for name in position
            ),
            tier=pl.Series(evaluation.tier[best]),
            score=pl.Series(evaluation.score[best], nan_to_null=True),
            potential=pl.Series(evaluation.potential.amount[best], nan_to_null=True),
        )
        .group_by(position, maintain_order=True)
        .agg(
            pl.col("tier").min().alias("best_tier"),
            pl.len().alias("accounts"),
            pl.col("name", "tier", "score", "potential").head(_NAMED),
        )
    )
    tiers = np.bincount(evaluation.tier[best], minlength=len(evaluation.profile.tiers.names) + 1)
    return Points(places, tuple(tiers.tolist()), int(np.count_nonzero(chosen & ~located)))


def best_rows(
    evaluation: Evaluation,
    level: Level,
    *,
    area: str | None = None,
    countries: Sequence[str] = (),
    limit: int,
) -> pl.DataFrame:
    """The best matches in an area, or in all of the countries, as `Evaluation.rows` gives them."""
    scoreboard, matches = evaluation.scoreboard, evaluation.matches.rows
    inside = _in_countries(scoreboard, countries)[matches]
    if area is not None:
        places, codes = scoreboard.codes(level)
        inside &= places[matches] == codes.index(area)
    return evaluation.rows(_best(evaluation, inside, limit))


@cache
def _named(level: Level) -> pl.DataFrame:
    """Every area that has boundaries: `code, name, within, country`."""
    if level == "region":
        table = geography.region_table()
        within = pl.col("country").replace(dict(geography.COUNTRIES))
    else:
        table = geography.municipality_table()
        within = pl.col("region").replace(dict(geography.names()))
    return table.select(pl.col(level).alias("code"), "name", within.alias("within"), "country")


def _derived(counts: pl.DataFrame, tells_customers: bool) -> pl.DataFrame:
    """With what follows from the counts; null where it is not known."""
    nothing_known = (pl.col("accounts") > 0) & (pl.col("potential_known") == 0)
    return counts.with_columns(
        pl.when(~nothing_known).then("potential").alias("potential"),
        pl.when(pl.col("universe") > 0)
        .then(pl.col("accounts") / pl.col("universe"))
        .alias("match_rate"),
        pl.when(tells_customers).then("customers").alias("customers"),
        pl.when(tells_customers)
        .then(pl.col("accounts") - pl.col("customers"))
        .alias("white_space"),
    )


def _in_countries(scoreboard: Scoreboard, countries: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of all accounts lie in these countries."""
    if not countries:
        return np.ones(len(scoreboard.universe), dtype=bool)
    places, codes = scoreboard.codes("country")
    return np.isin(places, [place for place, code in enumerate(codes) if code in countries])


def _countries_in_view(
    scoreboard: Scoreboard, codes: Sequence[str], countries: Sequence[str]
) -> tuple[str, ...]:
    """Those with boundaries among the chosen ones, else of the areas, else of the accounts."""
    of_areas = {code.partition("-")[0] for code in codes}.intersection(geography.COUNTRIES)
    wanted = set(countries) or of_areas or set(countries_of(scoreboard)) or set(geography.COUNTRIES)
    bounded = geography.region_table()["country"].unique()
    return tuple(code for code in geography.COUNTRIES if code in bounded and code in wanted)


def _best(evaluation: Evaluation, kept: npt.NDArray[np.bool_], limit: int) -> npt.NDArray[np.intp]:
    """Places of the best of some matches, best first."""
    order = evaluation.best(len(kept))
    return order[kept[order]][:limit]
