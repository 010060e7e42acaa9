"""The market by area: numbers per region or municipality, and the best accounts as points.

Everything is added up here, so that a reader's browser gets areas and a limited number of points, never
all accounts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import polars as pl

from icp_core.analysis.segments import segments
from icp_core.evaluation.in_memory import Evaluation
from icp_core.reference import geography
from icp_core.reference.arrays import Flags, Places
from icp_core.reference.geography import Level

MOST_POINTS: Final = 2_000
"""Points at most: more make a browser stutter."""

_DECIMALS: Final = 3
"""Of a degree: about a hundred metres."""

_NAMED: Final = 3
"""Accounts of one place that are named."""


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

    def ranked(self, measure: str) -> pl.DataFrame:
        """Areas that have matches, by a column of `table`, most first; unknown last."""
        return self.table.filter(pl.col("accounts") > 0).sort(
            measure, "name", descending=[True, False], nulls_last=True
        )

    def _place(self, code: str) -> int:
        return self.table["code"].to_list().index(code)


@dataclass(frozen=True, eq=False)
class Points:
    """The best matches, those at the same place as one point.

    Attributes
    ----------
    places
        Best first: `longitude, latitude, best_tier` (its index), `accounts`, and lists of the best
        few accounts' `name, tier, score, coverage, potential`.
    tiers
        How many accounts of each tier the points stand for, and of the others of `tiers.groups`.
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


def countries_of(evaluation: Evaluation) -> tuple[str, ...]:
    """Countries that the accounts lie in, Nordic ones first in their usual order."""
    found = {code for code in evaluation.listed("region")["country"] if code is not None}
    usual = [code for code in geography.COUNTRIES if code in found]
    return (*usual, *sorted(found.difference(usual)))


def areas(evaluation: Evaluation, level: Level, countries: Sequence[str] = ()) -> Areas:
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
    counted = (
        _listed(evaluation, level, countries)
        .join(_possible(evaluation, level, countries), on="code", how="left", nulls_equal=True)
        .join(_matching(evaluation, level, countries), on="code", how="left", nulls_equal=True)
        .with_columns(pl.exclude("code", "universe").fill_null(0))
    )
    tells_customers = evaluation.population.tells_customers
    placed = counted.filter(pl.col("code").is_not_null())
    known_areas = _named(level)["code"]
    # No account in an area is zero, unless no account tells its area.
    otherwise = 0 if placed["code"].is_in(known_areas.implode()).any() else None
    in_view = _countries_in_view(evaluation, placed["code"].to_list(), countries)
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


def points(evaluation: Evaluation, *, limit: int, countries: Sequence[str] = ()) -> Points:
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
    matches = evaluation.matches.rows
    frame = evaluation.universe.frame
    chosen = _in_countries(evaluation, countries)[matches]
    located = np.zeros(len(matches), dtype=bool)
    if evaluation.universe.has_coordinates:
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
            coverage=pl.Series(evaluation.coverage_of(best)),
            potential=pl.Series(evaluation.potential.amount[best], nan_to_null=True),
        )
        .group_by(position, maintain_order=True)
        .agg(
            pl.col("tier").min().alias("best_tier"),
            pl.len().alias("accounts"),
            pl.col("name", "tier", "score", "coverage", "potential").head(_NAMED),
        )
    )
    tiers = np.bincount(evaluation.tier[best], minlength=len(evaluation.tiers))
    return Points(places, tuple(tiers.tolist()), int(np.count_nonzero(chosen & ~located)))


def best_in(
    evaluation: Evaluation,
    level: Level,
    *,
    area: str | None = None,
    countries: Sequence[str] = (),
    limit: int,
) -> pl.DataFrame:
    """The best matches in an area, or in all of the countries, as `Evaluation.rows` gives them."""
    matches = evaluation.matches.rows
    inside = _in_countries(evaluation, countries)[matches]
    if area is not None:
        places, codes = evaluation.codes(level)
        # An area of which nobody was lifted from an engine is not among the codes.
        inside &= places[matches] == (codes.index(area) if area in codes else -1)
    return evaluation.rows(_best(evaluation, inside, limit))


def _listed(evaluation: Evaluation, level: Level, countries: Sequence[str]) -> pl.DataFrame:
    """All accounts of the population by area, in some countries: code, universe."""
    listed = evaluation.listed(level)
    if countries:
        listed = listed.filter(pl.col("country").is_in(list(countries)))
    return listed.group_by("code").agg(pl.col("accounts").sum().alias("universe"))


def _possible(evaluation: Evaluation, level: Level, countries: Sequence[str]) -> pl.DataFrame:
    """Possible accounts by area: code, possible."""
    places, codes = evaluation.codes(level)
    possible = evaluation.possible.rows
    chosen = places[possible[_in_countries(evaluation, countries)[possible]]]
    return pl.DataFrame(
        {
            "code": pl.Series(codes, dtype=pl.String),
            "possible": np.bincount(chosen, minlength=len(codes)),
        }
    )


def _matching(evaluation: Evaluation, level: Level, countries: Sequence[str]) -> pl.DataFrame:
    """The matches by area, as `segments` adds them up; where no potential is known it is 0 here."""
    return segments(evaluation, level, countries=countries).select(
        "accounts",
        "customers",
        "customers_unknown",
        code="key",
        potential=pl.col("potential").fill_null(0.0),
        potential_known=pl.col("accounts") - pl.col("potential_unknown"),
        best_tier="tier_0",
    )


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
        .then(pl.col("accounts") - pl.col("customers") - pl.col("customers_unknown"))
        .alias("white_space"),
    )


def _in_countries(evaluation: Evaluation, countries: Sequence[str]) -> Flags:
    """Which of all accounts lie in these countries."""
    if not countries:
        return np.ones(len(evaluation.universe), dtype=bool)
    places, codes = evaluation.codes("country")
    return np.isin(places, [place for place, code in enumerate(codes) if code in countries])


def _countries_in_view(
    evaluation: Evaluation, codes: Sequence[str], countries: Sequence[str]
) -> tuple[str, ...]:
    """Those with boundaries among the chosen ones, else of the areas, else of the accounts."""
    of_areas = {code.partition("-")[0] for code in codes}.intersection(geography.COUNTRIES)
    wanted = set(countries) or of_areas or set(countries_of(evaluation)) or set(geography.COUNTRIES)
    bounded = geography.region_table()["country"].unique()
    return tuple(code for code in geography.COUNTRIES if code in bounded and code in wanted)


def _best(evaluation: Evaluation, kept: Flags, limit: int) -> Places:
    """Places of the best of some matches, best first; only as many are ranked as are asked for."""
    among = np.flatnonzero(kept)
    return evaluation.best_of(among, limit)
