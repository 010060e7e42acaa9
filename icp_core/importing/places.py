"""Where companies are: the file's places as today's codes, namesakes by what else the file says.

Nothing of the file is put aside without a word: old codes, divided regions, names that several places
have, and counties that are not those of the municipality are counted for the report.
"""

import re
from collections.abc import Callable, Collection, Iterable
from typing import Final

import polars as pl

from icp_core.importing.cell_counts import CellCounts, remark, tally
from icp_core.importing.looks import POST_TOWN, TOWN_POST
from icp_core.importing.mapping import BESIDE
from icp_core.reference import geography
from icp_core.reference.states import country_of_state, state_name
from icp_core.reference.text import fold, fold_expr

GIVEN: Final = ("postcode", "city", "municipality", "region")
"""Columns of a file that say where a company is."""

# Letters that two forms of one name begin with: `Göteborgs stad`, `Uppsala län`.
_STEM: Final = 4
_LETTERS: Final = 2
_PLURALS: Final = {"municipality": "municipalities", "region": "regions"}
# A town, its region and its country.
_WITH_REGION: Final = 3
_CANDIDATES: Final = "#candidates"
_REGIONS: Final = "#regions"
_CONFLICT: Final = (
    "the county in the file is not that of the municipality or postcode, which is used"
)
_ELSEWHERE: Final = (
    "no place of this name is known in the county that the file gives: its municipality is unknown"
)


# The end of an address: 0155 Oslo; 211 22 Malmö, Sweden; SE-211 22 Malmö.
_TOWN: Final = (
    r"(?:^|[\s,])(?:[A-Z]{1,2}-)?(\d{3} ?\d{2}|\d{4})\s+(\pL[\pL .'-]*?)\s*(?:,\s*[\pL ]+)?$"
)


def addressed(text: pl.DataFrame) -> pl.DataFrame:
    """Postcode and town out of addresses or one column of both, where the file has no columns for them.

    A town with its country behind it (`Malmö, Skåne, Sweden`) is taken apart.

    Parameters
    ----------
    text
        The file's cells under canonical names.
    """
    if "post_town" in text.columns:
        cell = pl.col("post_town")
        told = {
            "postcode": pl.coalesce(cell.str.extract(POST_TOWN, 1), cell.str.extract(TOWN_POST, 2)),
            "city": pl.coalesce(
                cell.str.extract(POST_TOWN, 2),
                cell.str.extract(TOWN_POST, 1),
                pl.when(~cell.str.contains(r"\d")).then(cell),
            ),
        }
        text = text.with_columns(
            (pl.coalesce(column, part) if column in text.columns else part).alias(column)
            for column, part in told.items()
        )
    if "address" in text.columns:
        text = text.with_columns(
            pl.col("address").str.extract(_TOWN, group).alias(column)
            for group, column in enumerate(("postcode", "city"), start=1)
            if column not in text.columns
        )
    return _taken_apart(text) if "city" in text.columns else text


def _taken_apart(text: pl.DataFrame) -> pl.DataFrame:
    """Towns with what stands behind them: `Malmö, Skåne, Sweden`, `Austin, TX`."""
    parts = text["city"].str.split(",")
    last = parts.list.last().str.strip_chars().set(parts.list.len() < 2, None)
    distinct = last.drop_nulls().unique().to_list()
    states = [place for place in distinct if _is_state(place, distinct)]
    if "country" not in text.columns:
        named = [
            country_of_state(place, spelt_out=False)
            if place in states
            else geography.country_code(place)
            for place in distinct
        ]
        country = last.replace_strict(distinct, named, default=None, return_dtype=pl.String)
        text = text.with_columns(country=country) if country.count() else text
    if "region" not in text.columns:
        middle = parts.list.get(1, null_on_oob=True).str.strip_chars()
        region = pl.select(
            pl.when(last.is_in(states))
            .then(last)
            .when(parts.list.len() == _WITH_REGION)
            .then(middle)
        ).to_series()
        text = text.with_columns(region=region) if region.count() else text
    return text.with_columns(city=parts.list.first().str.strip_chars())


def _is_state(place: str, beside: Collection[str]) -> bool:
    """Whether what stands behind a town is a state, though a country may be called so: `CA`, `Georgia`.

    Others of the column tell: states that are no countries, or nothing but states, and several.
    """
    if country_of_state(place, spelt_out=False) is None:
        return False
    if geography.country_code(place) is None:
        return True
    others = [one for one in beside if len(one) == len(place)] if len(place) == _LETTERS else beside
    if not all(country_of_state(one, spelt_out=False) for one in others):
        return False
    return len(others) > _LETTERS or any(geography.country_code(one) is None for one in others)


def placed(frame: pl.DataFrame, text: pl.DataFrame, tallies: dict[str, CellCounts]) -> pl.DataFrame:
    """Add postcode, city, municipality, region and coordinates.

    Parameters
    ----------
    frame
        With `country`.
    text
        The file's cells under canonical names, any of `GIVEN`.
    tallies
        Counters by column, added to.
    """
    given = [column for column in GIVEN if column in text.columns]
    if not given:
        return frame
    frame = frame.with_columns(text[c] for c in given if c in ("postcode", "city"))
    for column, called, name in (
        ("municipality", geography.municipalities_called, _CANDIDATES),
        ("region", geography.regions_called, _REGIONS),
    ):
        codes = _codes(frame, text, column, called)
        if BESIDE[column] in text.columns:
            beside = _codes(frame, text, BESIDE[column], called)
            codes, text = _beside(codes, beside, text, column, tallies)
        first = pl.when(codes.list.len() == 1).then(codes.list.first())
        frame = frame.with_columns(codes.alias(name), pl.select(first).to_series().alias(column))
    if "region" in given:
        frame = frame.with_columns(region=_region_elsewhere(frame, text["region"]))
    if "municipality" in given:
        frame = _told_apart(frame, text["municipality"], tallies)
    located = geography.locate(frame.drop(_CANDIDATES, _REGIONS))
    if "city" in given:
        own = located["city"]
        located = geography.spell_towns(located)
        _other_names(own, located["city"], tallies)
    for column in given:
        tally(tallies, column, text[column], located[column])
    _remarks(frame, text, located, tallies)
    return located


def _beside(
    codes: pl.Series,
    beside: pl.Series,
    text: pl.DataFrame,
    column: str,
    tallies: dict[str, CellCounts],
) -> tuple[pl.Series, pl.DataFrame]:
    """What two columns of one place mean together, and the file's cells as they were used.

    The first goes before the second, which tells where the first has nothing or several.
    """
    second = text[BESIDE[column]]
    table = pl.DataFrame({"first": codes, "second": beside})
    both = pl.col("first").list.set_intersection("second")
    found = table.select(
        pl.when(pl.col("first").is_null()).then("second")
        .when(both.list.len() > 0).then(both).otherwise("first")
    ).to_series()  # fmt: skip
    filled = codes.is_null() & beside.is_not_null()
    unread = filled & text[column].is_not_null()
    told = table.select(both.list.len() == 0).to_series().fill_null(value=False)
    for mask, words in (
        (unread, f"the code or name is of no {column}: the one beside it is used"),
        (told, f"code and name are of two {_PLURALS[column]}: the first column is used"),
    ):
        for first, other in text.filter(mask).select(column, second.name).head(1).iter_rows():
            remark(tallies, column, f"{words} (“{first}” beside “{other}”)", int(mask.sum()))
    used = pl.select(pl.when(filled).then(second).otherwise(text[column])).to_series()
    return found, text.with_columns(used.alias(column))


def _region_elsewhere(frame: pl.DataFrame, text: pl.Series) -> pl.Series:
    """Regions as found, and in countries whose regions are not known here as they stand in the file.

    States have their name, whether they came as `TX` or as `Texas`.
    """
    pairs = pl.DataFrame({"country": frame["country"], "text": text})
    elsewhere = pairs.filter(~pl.col("country").is_in(list(geography.COUNTRIES)))
    named = elsewhere.unique().drop_nulls()
    names = [state_name(place, country) or place for country, place in named.iter_rows()]
    found = pairs.join(
        named.with_columns(pl.Series("name", names, dtype=pl.String)),
        on=["country", "text"], how="left", maintain_order="left",
    )["name"]  # fmt: skip
    return pl.select(pl.coalesce(frame["region"], found)).to_series()


def _other_names(own: pl.Series, shown: pl.Series, tallies: dict[str, CellCounts]) -> None:
    """Say which towns are shown under another name than the file's, other than by an accent."""
    pairs = pl.DataFrame({"own": own, "shown": shown})
    changed = pairs.filter(fold_expr(pl.col("own")) != fold_expr(pl.col("shown")))
    for before, after, count in changed.group_by("own", "shown").len().iter_rows():
        remark(tallies, "city", f"“{before}” is shown as {after}", count)


def _codes(
    frame: pl.DataFrame,
    text: pl.DataFrame,
    column: str,
    called: Callable[[str, str | None], tuple[str, ...]],
) -> pl.Series:
    """What each cell of a column can mean; null where it is blank or means nothing."""
    dtype = pl.List(pl.String)
    if column not in text.columns:
        return pl.Series([None] * len(frame), dtype=dtype)
    pairs = pl.DataFrame({"country": frame["country"], "text": text[column]})
    distinct = pairs.unique().drop_nulls("text")
    codes = [list(called(place, country)) or None for country, place in distinct.iter_rows()]
    return pairs.join(
        distinct.with_columns(pl.Series("codes", codes, dtype=dtype)),
        on=["country", "text"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )["codes"]


def _told_apart(
    frame: pl.DataFrame, text: pl.Series, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    """Settle municipalities that share a name by the row's region, postcode or town."""
    several = frame[_CANDIDATES].list.len().fill_null(0) > 1
    if not several.any():
        return frame
    asked = [
        c for c in ("country", "postcode", "city", _CANDIDATES, _REGIONS) if c in frame.columns
    ]
    rows = frame.filter(several).select(asked).with_columns(text=text.filter(several))
    # The same rows without the name in question say where their postcode and town are.
    elsewhere = geography.locate(rows.drop(_CANDIDATES, _REGIONS, "text"))["municipality"]
    settled = []
    for row, other in zip(rows.iter_rows(named=True), elsewhere, strict=True):
        left = _narrowed(row[_CANDIDATES], row[_REGIONS], other)
        settled.append(left[0] if len(left) == 1 else None)
        if len(left) != 1:
            named = ", ".join(f"{geography.name_of(code)} {code}" for code in row[_CANDIDATES])
            remark(
                tallies, "municipality",
                f"“{row['text']}” can be {named}; a county or postcode would tell, so it is unknown", 1,
            )  # fmt: skip
    places = pl.Series(settled, dtype=pl.String)
    return frame.with_columns(
        frame["municipality"].scatter(several.arg_true(), places).alias("municipality")
    )


def _narrowed(candidates: list[str], regions: list[str] | None, elsewhere: str | None) -> list[str]:
    """Of places of one name those in the region that the file gives, or at its postcode or town."""
    left = candidates
    if regions:
        left = [code for code in left if geography.region_of(code) in regions]
    if len(left) > 1 and elsewhere:
        same = [code for code in left if code == elsewhere]
        near = [c for c in left if geography.region_of(c) == geography.region_of(elsewhere)]
        left = same or near or left
    return left


def _remarks(
    asked: pl.DataFrame, text: pl.DataFrame, located: pl.DataFrame, tallies: dict[str, CellCounts]
) -> None:
    for column in ("municipality", "region"):
        if column in text.columns:
            found = pl.DataFrame(
                {"country": asked["country"], "text": text[column], "today": located[column]}
            )
            for country, place, today, count in found.group_by(found.columns).len().iter_rows():
                if said := _renamed(column, place, country, today):
                    remark(tallies, column, said, count)
    if "region" in text.columns:
        regions = asked[_REGIONS]
        known = regions.is_not_null() & located["region"].is_not_null()
        outside = ~located["region"].is_in(regions).fill_null(value=True)
        remark(tallies, "region", _CONFLICT, int((known & outside).sum()))
        if "city" in text.columns:
            here = located.select("country", "postcode", "city")
            anywhere = geography.locate(here)["municipality"].is_not_null()
            lost = anywhere & located["municipality"].is_null() & asked["region"].is_not_null()
            remark(tallies, "city", _ELSEWHERE, int(lost.sum()))


def _renamed(column: str, place: str | None, country: str | None, today: str | None) -> str | None:
    """What to say of a code or name of before a reform."""
    if place is None:
        return None
    level: geography.Level = "municipality" if column == "municipality" else "region"
    gone = geography.former_called(level, place, country)
    if gone is None:
        return _called_otherwise(place, today)
    if today is not None:
        return f"“{place}”, an old code or name, is {geography.name_of(today)} ({today}) today"
    return f"“{place}” is divided today ({_listed(gone.today)}), so it is unknown without more"


def _called_otherwise(place: str, today: str | None) -> str | None:
    """What to say of a name in another language than that a place is shown by: `Åbo`."""
    if today is None or not any(map(str.isalpha, place)) or re.match(r"[A-Z]{2}-\d", place):
        return None
    own, shown = fold(place), fold(geography.name_of(today))
    stem = min(len(own), len(shown), _STEM)
    if shown[:stem] in own or own[:stem] in shown:
        return None
    return f"“{place}” is shown as {geography.name_of(today)}"


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(geography.name_of(code) for code in codes)
