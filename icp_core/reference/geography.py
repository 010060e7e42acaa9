"""Countries, regions, municipalities and postcodes of the Nordic countries.

Codes of regions and municipalities carry their country: `SE-01`, `SE-0180`. Names are in the local
language. Iceland has a country only. `locate` fills places for whole lists; the tables it joins are
public for other lookups.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import polars as pl

from icp_core.paths import DATA
from icp_core.reference import countries
from icp_core.reference.countries import country_code as country_code
from icp_core.reference.text import fold, fold_expr

Level = Literal["region", "municipality"]

COUNTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {"SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "IS": "Iceland"}
)

BOUNDARY_FILES: Final[Mapping[Level, Path]] = MappingProxyType(
    {
        "region": DATA / "geo" / "regions.geojson",
        "municipality": DATA / "geo" / "municipalities.geojson",
    }
)

_POSTCODE_DIGITS: Final = {"SE": 5, "NO": 4, "DK": 4, "FI": 5, "IS": 3}

# English and Swedish names of places whose official name differs, folded.
_EXONYMS: Final = {
    "gothenburg": "goteborg", "copenhagen": "kobenhavn", "elsinore": "helsingor",
    "helsingfors": "helsinki",
    "esbo": "espoo", "vanda": "vantaa", "abo": "turku", "tammerfors": "tampere", "uleaborg": "oulu",
    "bjorneborg": "pori", "jakobstad": "pietarsaari", "vasa": "vaasa", "karleby": "kokkola",
    "borga": "porvoo", "villmanstrand": "lappeenranta", "tavastehus": "hameenlinna",
    "lahtis": "lahti", "mariehamn": "maarianhamina", "nystad": "uusikaupunki", "raumo": "rauma",
}  # fmt: skip


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
def municipality_table() -> pl.DataFrame:
    """One row per municipality: `municipality, name, region, country, latitude, longitude`."""
    return (
        pl.read_csv(
            DATA / "geo" / "municipalities.csv",
            schema_overrides={"municipality_code": pl.String, "region_code": pl.String},
        )
        .select(
            municipality=_prefixed("municipality_code"),
            name="municipality",
            region=_prefixed("region_code"),
            country="country",
            latitude="latitude",
            longitude="longitude",
        )
        .sort("municipality")
    )


@cache
def region_table() -> pl.DataFrame:
    """One row per region: `region, name, country`."""
    properties = [f["properties"] for f in boundaries("region")["features"]]
    return pl.DataFrame(
        {
            "region": [p["code"] for p in properties],
            "name": [p["name"] for p in properties],
            "country": [p["country"] for p in properties],
        }
    ).sort("region")


@cache
def postcode_table() -> pl.DataFrame:
    """One row per postcode: `country, postcode, place, municipality, latitude, longitude`."""
    return (
        pl.read_csv(
            DATA / "geo" / "postcodes.csv",
            schema_overrides={"postcode": pl.String, "municipality_code": pl.String},
        )
        .with_columns(municipality=_prefixed("municipality_code"))
        .select("country", "postcode", "place", "municipality", "latitude", "longitude")
        .sort("country", "postcode")
    )


@cache
def place_table() -> pl.DataFrame:
    """One row per place name that stands for one municipality: `country, place_key, municipality`.

    A name is that of a municipality (either half of a bilingual one), else of a postal town if more
    than half of its postcodes lie in the same municipality. `place_key` makes the key to join on.
    """
    halves = (
        municipality_table()
        .with_columns(pl.col("name").str.split(" - "))
        .explode("name")
        .select("country", place_key(pl.col("name")).alias("place_key"), "municipality")
        # Norway has two municipalities called Herøy and two called Våler.
        .filter(pl.len().over("country", "place_key") == 1)
    )
    towns = (
        postcode_table()
        .with_columns(place_key=place_key(pl.col("place")))
        .group_by("country", "place_key", "municipality")
        .len()
        .filter(pl.col("len") * 2 > pl.col("len").sum().over("country", "place_key"))
        .select("country", "place_key", "municipality")
    )
    namesakes = (
        municipality_table()
        .select("country", place_key(pl.col("name")).alias("place_key"))
        .filter(pl.len().over("country", "place_key") > 1)
    )
    keys = ["country", "place_key"]
    return pl.concat(
        [halves, towns.join(halves, on=keys, how="anti").join(namesakes, on=keys, how="anti")]
    ).sort(keys)


def place_key(name: pl.Expr) -> pl.Expr:
    """Make place names joinable: folded, `aa` as `å`, English and Swedish names replaced."""
    words = fold_expr(name).str.split(" ")
    replaced = words.list.eval(pl.element().replace(_EXONYMS))
    return replaced.list.join(" ").str.replace_all("aa", "a")


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


@cache
def find(name: str, country: str | None = None) -> tuple[str, ...]:
    """Codes of the regions and municipalities with a name, regions first.

    Case and accents do not count, English and Swedish names are known (`Gothenburg`, `Åbo`), a town
    stands for its municipality, and `län`, `fylke`, `region` may be left out.

    Examples
    --------
    >>> find("Gothenburg")
    ('SE-1480',)
    >>> [name_of(code) for code in find("stockholm", "SE")]
    ['Stockholms län', 'Stockholm']
    """
    key = pl.select(place_key(pl.lit(name))).item()
    keyed = _named().filter(pl.col("place_key") == key)
    if country is not None:
        keyed = keyed.filter(pl.col("country") == country)
    return tuple(keyed["code"].unique(maintain_order=True))


@cache
def _named() -> pl.DataFrame:
    """`country, place_key, code` of regions, then municipalities by name, then by their towns."""
    own = pl.col("name")
    bare = own.str.replace(r"(?i)^region | län$", "")
    areas = region_table().rename({"region": "code"})
    full = areas.select("country", place_key(own).alias("place_key"), "code")
    short = areas.select("country", place_key(bare).alias("place_key"), "code")
    shorter = short.with_columns(pl.col("place_key").str.strip_suffix("s"))
    communes = municipality_table().select(
        "country", place_key(own).alias("place_key"), code="municipality"
    )
    towns = place_table().rename({"municipality": "code"})
    return pl.concat([full, short, shorter, communes, towns])


@cache
def boundaries(level: Level, country: str | None = None) -> dict[str, Any]:
    """Boundaries as a GeoJSON FeatureCollection, shared by all callers: do not change it.

    Each feature has its prefixed code as `id`, and `code, name, country, region` as properties.
    """
    collection = json.loads(BOUNDARY_FILES[level].read_text(encoding="utf-8"))
    features = []
    for feature in collection["features"]:
        own = feature["properties"]
        if country not in (None, own["country"]):
            continue
        code = f"{own['country']}-{own['code']}"
        region = f"{own['country']}-{own['region']}" if "region" in own else code
        properties = {
            "code": code,
            "name": own["name"],
            "country": own["country"],
            "region": region,
        }
        features.append({**feature, "id": code, "properties": properties})
    return {"type": "FeatureCollection", "features": features}


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

    A known municipality is kept; else it is that of the postcode, else that of the city by name.
    A municipality code that is not in the reference (Svalbard, abolished ones) becomes unknown. The
    region follows the municipality; coordinates are of the postcode, else of the municipality.

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
    by_postcode = postcode_table().select(
        "country",
        "postcode",
        municipality_of_postcode="municipality",
        latitude_of_postcode="latitude",
        longitude_of_postcode="longitude",
    )
    by_place = place_table().rename({"municipality": "municipality_of_place"})
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
            place_key=place_key(pl.col("city")),
        )
        .join(by_postcode, on=["country", "postcode"], how="left", maintain_order="left")
        .join(by_place, on=["country", "place_key"], how="left", maintain_order="left")
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


def spell_towns(accounts: pl.DataFrame) -> pl.DataFrame:
    """Write towns as their country does: `VASTERAS` as `Västerås`, `Copenhagen` as `København`.

    Towns that the reference lacks stay as they are.

    Parameters
    ----------
    accounts
        With `country` and `city`.
    """
    return (
        accounts.with_columns(place_key=place_key(pl.col("city")))
        .join(_spellings(), on=["country", "place_key"], how="left", maintain_order="left")
        .with_columns(city=pl.coalesce("spelling", "city"))
        .drop("place_key", "spelling")
    )


@cache
def _spellings() -> pl.DataFrame:
    """`country, place_key, spelling`: the commonest spelling of each town and municipality."""
    towns = postcode_table().select("country", spelling="place")
    communes = municipality_table().select("country", spelling="name")
    return (
        pl.concat([towns, communes])
        .with_columns(place_key=place_key(pl.col("spelling")))
        .group_by("country", "place_key", "spelling")
        .len()
        .sort("len", "spelling", descending=[True, False])
        .unique(["country", "place_key"], keep="first", maintain_order=True)
        .select("country", "place_key", "spelling")
    )


def _prefixed(code: str) -> pl.Expr:
    return pl.format("{}-{}", "country", code)
