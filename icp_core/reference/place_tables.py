"""The tables of places that ship: regions, municipalities and postcodes of the Nordic countries.

Codes of regions and municipalities carry their country: `SE-01`, `SE-0180`. Names are in the local
language.
"""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

import polars as pl

from icp_core.paths import DATA

Level = Literal["region", "municipality"]

BOUNDARY_FILES: Final[Mapping[Level, Path]] = MappingProxyType(
    {
        "region": DATA / "geo" / "regions.geojson",
        "municipality": DATA / "geo" / "municipalities.geojson",
    }
)


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
def place_groups(level: Level) -> Mapping[str, tuple[str, ...]]:
    """Codes of the regions or municipalities of areas that people speak of, by their names."""
    rows = pl.read_csv(DATA / "geo" / "region_groups.csv").filter(pl.col("level") == level)
    return MappingProxyType(
        {
            f"{name} ({local})" if local else name: tuple(codes.split("|"))
            for name, local, codes in rows.select("name", "local", "codes").iter_rows()
        }
    )


# Small words inside a town's name, which the source writes large: `Mo I Rana`, `Nes På Hedmarken`.
_SMALL: Final = ("i", "på", "og", "och", "ved", "vid", "under", "av", "af")


@cache
def postcode_table() -> pl.DataFrame:
    """One row per postcode: `country, postcode, place, municipality, latitude, longitude`."""
    return (
        pl.read_csv(
            DATA / "geo" / "postcodes.csv",
            schema_overrides={"postcode": pl.String, "municipality_code": pl.String},
        )
        .with_columns(
            pl.col("place").str.replace_many(
                [f" {word.capitalize()} " for word in _SMALL], [f" {word} " for word in _SMALL]
            ),
            municipality=_prefixed("municipality_code"),
        )
        .select("country", "postcode", "place", "municipality", "latitude", "longitude")
        .sort("country", "postcode")
    )


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


def _prefixed(code: str) -> pl.Expr:
    return pl.format("{}-{}", "country", code)
