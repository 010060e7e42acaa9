"""Hours on the way: how often one goes to an account, from where, and how far that is by road.

A rep's load is the work of the accounts by tier and these hours, on every page: `coverage.Matched`
counts them of today's owners, `problem.Planning` of any rep. One journey a visit, from home and back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

import numpy as np
import polars as pl

from icp_core.analysis.team import MEAN_RADIUS_KM, Team
from icp_core.reference import geography
from icp_core.reference.arrays import Floats, Ints

ASSUMED_VISITS: Final = (4.0, 2.0, 1.0)
"""Journeys to an account a year by the place of its tier, best first; tiers further down take the last.
A guess to begin with: a quarter, half a year, a year."""

SPEED: Final = 60.0
"""Kilometres an hour on the way."""

LEAST_KM: Final = 5.0
"""Of every journey: also in the town where one lives."""

FACTORS: Final[Mapping[str, float]] = MappingProxyType(
    {"SE": 1.25, "NO": 1.5, "DK": 1.3, "FI": 1.3, "IS": 1.5}
)
"""Kilometres by road for one as the crow flies. About 1.2 to 1.3 in most countries (Ballou, Rahardja and
Sakai 2002 report 1.2 to 1.5 for European ones); more where fjords and sea are in the way."""

OTHER_FACTOR: Final = 1.3


@dataclass(frozen=True, kw_only=True)
class Journeys:
    """How often and how fast reps travel.

    Attributes
    ----------
    speed
        Kilometres an hour on the way.
    visits
        Journeys to an account a year by its tier; a tier that is missing takes `ASSUMED_VISITS`.
    factors
        Kilometres by road for one as the crow flies, by country.
    """

    speed: float = SPEED
    visits: Mapping[str, float] = field(default_factory=dict)
    factors: Mapping[str, float] = field(default_factory=lambda: FACTORS)

    def visits_of(self, tiers: Sequence[str]) -> tuple[float, ...]:
        """Journeys to an account of each tier a year, best tier first.

        Examples
        --------
        >>> Journeys(visits={"B": 3.0}).visits_of(("A", "B", "C", "D"))
        (4.0, 3.0, 1.0, 1.0)
        """
        last = len(ASSUMED_VISITS) - 1
        return tuple(
            self.visits.get(tier, ASSUMED_VISITS[min(place, last)])
            for place, tier in enumerate(tiers)
        )

    def factor(self, countries: pl.Series) -> Floats:
        """Kilometres by road for one as the crow flies, of accounts in these countries."""
        codes = pl.Series(list(self.factors), dtype=pl.String)
        values = pl.Series(list(self.factors.values()), dtype=pl.Float64)
        found = countries.cast(pl.String).replace_strict(
            codes, values, default=OTHER_FACTOR, return_dtype=pl.Float64
        )
        return found.fill_null(OTHER_FACTOR).to_numpy()

    def km(self, crow: Floats, factor: Floats) -> Floats:
        """Kilometres by road of one way; 0 where the distance is unknown."""
        return np.where(np.isnan(crow), 0.0, np.maximum(crow * factor, LEAST_KM))

    def hours(self, visits: Floats, km: Floats) -> Floats:
        """Hours of so many visits so many kilometres away, there and back."""
        found: Floats = visits * 2 * km / self.speed
        return found


def crow_km(north: Floats, east: Floats, latitude: Floats, longitude: Floats) -> Floats:
    """Great-circle kilometres between places in degrees, which broadcast (haversine); NaN if unknown."""
    north, east = np.radians(north), np.radians(east)
    latitude, longitude = np.radians(latitude), np.radians(longitude)
    half = (
        np.sin((latitude - north) / 2) ** 2
        + np.cos(north) * np.cos(latitude) * np.sin((longitude - east) / 2) ** 2
    )
    found: Floats = 2 * MEAN_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return found


def positions(accounts: pl.DataFrame) -> tuple[Floats, Floats]:
    """Latitude and longitude of accounts: their own, else of their municipality; NaN where unknown.

    Parameters
    ----------
    accounts
        With any of `latitude`, `longitude` and `municipality`.
    """
    table = geography.municipality_table().select(
        "municipality", at_north="latitude", at_east="longitude"
    )
    wanted = {"latitude": pl.Float64, "longitude": pl.Float64, "municipality": pl.String}
    missing = [pl.lit(None, wanted[name]).alias(name) for name in wanted.keys() - accounts.columns]
    own = pl.col("latitude").is_not_null() & pl.col("longitude").is_not_null()
    found = (
        accounts.with_columns(missing)
        .select(pl.col(name).cast(dtype) for name, dtype in wanted.items())
        .join(table, on="municipality", how="left", maintain_order="left")
        .select(
            latitude=pl.when(own).then("latitude").otherwise("at_north"),
            longitude=pl.when(own).then("longitude").otherwise("at_east"),
        )
        .fill_null(float("nan"))
    )
    return found["latitude"].to_numpy(), found["longitude"].to_numpy()


def beginnings(
    team: Team, owner: Ints, latitude: Floats, longitude: Floats, visits: Floats
) -> tuple[Floats, Floats]:
    """Where the journeys of each rep begin: home, else the middle of what the rep has today.

    Who has neither begins in the middle of all accounts.

    Parameters
    ----------
    team
        The reps.
    owner
        Place in the team of the rep of each account, negative for nobody of it.
    latitude, longitude, visits
        Of each account; those that are visited more weigh more.

    Returns
    -------
    tuple of ndarray
        Latitude and longitude of each rep; NaN where no account has a place either.
    """
    north, east = np.full(len(team), np.nan), np.full(len(team), np.nan)
    weight, placed = visits + 1e-9, ~np.isnan(latitude)
    for place, rep in enumerate(team.reps):
        if rep.place is not None:
            north[place], east[place] = rep.place
            continue
        mine = placed & (owner == place)
        mine = mine if mine.any() else placed
        if mine.any():
            north[place] = np.average(latitude[mine], weights=weight[mine])
            east[place] = np.average(longitude[mine], weights=weight[mine])
    return north, east
