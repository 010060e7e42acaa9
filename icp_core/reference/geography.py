"""Countries, regions, municipalities and postcodes of the Nordic countries.

Codes of regions and municipalities carry their country: `SE-01`, `SE-0180`. Names are in the local
language. Iceland has a country only. `locate` fills places for whole lists; the tables it joins are
public for other lookups.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final

import polars as pl

from icp_core.reference import countries
from icp_core.reference.countries import country_code
from icp_core.reference.place_names import (
    Key,
    find,
    former,
    former_called,
    key_expr,
    municipalities_called,
    other_names,
    place_table,
    places_named,
    regions_called,
)
from icp_core.reference.place_tables import (
    BOUNDARY_FILES,
    Level,
    boundaries,
    municipality_table,
    place_groups,
    postcode_table,
    region_table,
)

__all__ = [
    "BOUNDARY_FILES",
    "COUNTRIES",
    "Level",
    "Municipality",
    "Region",
    "boundaries",
    "clean_postcode",
    "clean_postcodes",
    "coordinates",
    "country_code",
    "find",
    "former",
    "former_called",
    "locate",
    "municipalities",
    "municipalities_called",
    "municipality_table",
    "name_of",
    "names",
    "other_names",
    "place_groups",
    "places_named",
    "postcode_table",
    "region_of",
    "region_table",
    "regions",
    "regions_called",
    "spell_towns",
]

COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {"SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "IS": "Iceland"}
)

_POSTCODE_DIGITS: Final = {"SE": 5, "NO": 4, "DK": 4, "FI": 5, "IS": 3}


@dataclass(frozen=True)
class Region:
    """A län, fylke, region or maakunta.

    Attributes
    ----------
    code
        `SE-01`.
    name
        In the local language.
    country
        ISO 3166-1 alpha-2.
    """

    code: str
    name: str
    country: str


@dataclass(frozen=True)
class Municipality:
    """A kommun, kommune or kunta.

    Attributes
    ----------
    code
        `SE-0180`.
    name
        In the local language.
    region
        Code of its region.
    country
        ISO 3166-1 alpha-2.
    latitude, longitude
        A point inside, degrees WGS 84.
    """

    code: str
    name: str
    region: str
    country: str
    latitude: float
    longitude: float


@cache
def regions(country: str | None = None) -> tuple[Region, ...]:
    """Regions by code, of one country or of all."""
    return tuple(
        Region(row["region"], row["name"], row["country"])
        for row in region_table().iter_rows(named=True)
        if country in (None, row["country"])
    )


@cache
def municipalities(region: str | None = None) -> tuple[Municipality, ...]:
    """Municipalities by code, of one region or of all."""
    return tuple(
        Municipality(
            row["municipality"],
            row["name"],
            row["region"],
            row["country"],
            row["latitude"],
            row["longitude"],
        )
        for row in municipality_table().iter_rows(named=True)
        if region in (None, row["region"])
    )


@cache
def names() -> Mapping[str, str]:
    """Names by code: of countries, regions and municipalities together."""
    return MappingProxyType(
        dict(countries.names())
        | dict(COUNTRIES)
        | {region.code: region.name for region in regions()}
        | {municipality.code: municipality.name for municipality in municipalities()}
    )


def name_of(code: str) -> str:
    """Name of a country, region or municipality; an unknown code stands for itself."""
    return names().get(code, code)


@cache
def _municipalities_by_code() -> Mapping[str, Municipality]:
    return MappingProxyType({entry.code: entry for entry in municipalities()})


def region_of(municipality: str) -> str | None:
    """Code of the region that a municipality lies in, or None if the municipality is unknown."""
    entry = _municipalities_by_code().get(municipality)
    return entry.region if entry else None


@cache
def _postcodes() -> Mapping[tuple[str, str], tuple[float, float]]:
    return MappingProxyType(
        {
            (country, postcode): (latitude, longitude)
            for country, postcode, latitude, longitude in postcode_table()
            .drop("place", "municipality")
            .iter_rows()
        }
    )


def clean_postcode(country: str, postcode: str) -> str | None:
    """Clean a postcode: no spaces or country prefix, lost leading zeros back; None if it is none.

    `SE-114 55` gives `11455`, and Finland's `180` gives `00180`. Other countries' stay as they are.
    """
    length = _POSTCODE_DIGITS.get(country)
    if length is None:
        return postcode.strip() or None
    digits = re.sub(r"\D", "", postcode)
    return digits.zfill(length) if 1 <= len(digits) <= length else None


def coordinates(
    country: str, *, postcode: str | None = None, municipality: str | None = None
) -> tuple[float, float] | None:
    """Degrees of latitude and longitude of the postcode, else of the municipality, else None."""
    found = _postcodes().get((country, clean_postcode(country, postcode or "") or ""))
    if found:
        return found
    entry = _municipalities_by_code().get(municipality or "")
    return (entry.latitude, entry.longitude) if entry else None


def clean_postcodes(postcode: pl.Expr, country: pl.Expr) -> pl.Expr:
    """`clean_postcode` as an expression over text columns."""
    digits = postcode.str.replace_all(r"\D", "")
    length = country.replace_strict(_POSTCODE_DIGITS, default=None, return_dtype=pl.Int64)
    padded = pl.lit("0").repeat_by((length - digits.str.len_chars()).clip(0)).list.join("") + digits
    return (
        pl.when(length.is_null())
        .then(postcode.str.strip_chars().replace("", None))
        .when(digits.str.len_chars().is_between(1, length))
        .then(padded)
    )


def locate(accounts: pl.DataFrame) -> pl.DataFrame:
    """Fill postcode, municipality, region and coordinates of accounts from what is known of each.

    A known municipality is kept (an abolished one is today's, if that is one); else it is that of the
    postcode, else that of the city by name, inside the region if that is known. A name that several
    municipalities have is none's. A municipality code that is not in the reference (Svalbard) becomes
    unknown. The region follows the municipality; coordinates are of the postcode, else of the
    municipality.

    Parameters
    ----------
    accounts
        With `country` (ISO 3166-1 alpha-2) and any of `postcode`, `city`, `municipality`, `region`,
        `latitude`, `longitude`, all canonical.

    Returns
    -------
    polars.DataFrame
        The same rows in the same order, with all six columns.
    """
    texts = ("postcode", "city", "municipality", "region")
    absent = [pl.lit(None, pl.String).alias(c) for c in texts if c not in accounts.columns]
    absent += [
        pl.lit(None, pl.Float64).alias(c)
        for c in ("latitude", "longitude")
        if c not in accounts.columns
    ]
    known = municipality_table()
    today = {c: p.today[0] for c, p in former("municipality").items() if len(p.today) == 1}
    by_postcode = postcode_table().select(
        "country",
        "postcode",
        municipality_of_postcode="municipality",
        latitude_of_postcode="latitude",
        longitude_of_postcode="longitude",
    )
    by_municipality = known.select(
        "municipality",
        region_of_municipality="region",
        latitude_of_municipality="latitude",
        longitude_of_municipality="longitude",
    )
    filled = (
        accounts.with_columns(absent)
        .with_columns(
            postcode=clean_postcodes(pl.col("postcode"), pl.col("country")),
            municipality=pl.col("municipality").replace(today),
        )
        .join(by_postcode, on=["country", "postcode"], how="left", maintain_order="left")
        .pipe(_with_place)
        .with_columns(
            municipality=pl.coalesce(
                pl.when(pl.col("municipality").is_in(known["municipality"].implode())).then(
                    pl.col("municipality")
                ),
                "municipality_of_postcode",
                "municipality_of_place",
            )
        )
        .join(by_municipality, on="municipality", how="left", maintain_order="left")
        .with_columns(
            region=pl.coalesce("region_of_municipality", "region"),
            latitude=pl.coalesce("latitude", "latitude_of_postcode", "latitude_of_municipality"),
            longitude=pl.coalesce(
                "longitude", "longitude_of_postcode", "longitude_of_municipality"
            ),
        )
    )
    return filled.select(*accounts.columns, *(e.meta.output_name() for e in absent))


def _with_place(accounts: pl.DataFrame) -> pl.DataFrame:
    """Add `municipality_of_place`: by the city's letters, else by its base letters, in the region."""
    anywhere, found = pl.col("region").is_null(), []
    for key in ("spelled", "folded"):
        accounts = accounts.with_columns(place_key=key_expr(pl.col("city"), key))
        for keys in (["country", "place_key", "region"], ["country", "place_key"]):
            name = f"{key}.{len(keys)}"
            table = place_table(key, within_region=len(keys) == 3).rename({"municipality": name})
            accounts = accounts.join(table, on=keys, how="left", maintain_order="left")
            found.append(pl.when(anywhere | (len(keys) == 3)).then(pl.col(name)))
    return accounts.with_columns(municipality_of_place=pl.coalesce(found))


def spell_towns(accounts: pl.DataFrame) -> pl.DataFrame:
    """Write towns as their country does: `VASTERAS` as `Västerås`, `Copenhagen` as `København`.

    Towns that the reference lacks stay as they are, as do names that differ by an accent only (Habo).

    Parameters
    ----------
    accounts
        With `country` and `city`.
    """
    places = []
    for key in ("spelled", "folded"):
        accounts = accounts.with_columns(place_key=key_expr(pl.col("city"), key)).join(
            _spellings(key).rename({"spelling": key}),
            on=["country", "place_key"],
            how="left",
            maintain_order="left",
        )
        places.append(key)
    return accounts.with_columns(city=pl.coalesce(*places, "city")).drop("place_key", *places)


@cache
def _spellings(key: Key) -> pl.DataFrame:
    """`country, place_key, spelling`: the commonest spelling of each town and municipality."""
    towns = postcode_table().select("country", spelling="place", name="place")
    communes = municipality_table().select("country", spelling="name", name="name")
    official = dict(municipality_table().select("municipality", "name").iter_rows())
    others = pl.DataFrame(
        [(code[:2], official[code], name) for name, code in other_names("municipality")],
        schema=communes.schema,
        orient="row",
    )
    counted = (
        pl.concat([towns, communes, others])
        .with_columns(place_key=key_expr(pl.col("name"), key))
        .group_by("country", "place_key", "spelling")
        .len()
        .sort("len", "spelling", descending=[True, False])
    )
    # Base letters alone do not say which of Habo and Håbo is meant.
    alike = key_expr(pl.col("spelling"), "spelled").n_unique().over("country", "place_key") == 1
    once = counted.filter(alike | (pl.col("place_key") != key_expr(pl.col("spelling"), key)))
    return once.unique(["country", "place_key"], keep="first", maintain_order=True).select(
        "country", "place_key", "spelling"
    )
