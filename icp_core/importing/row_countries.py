"""The country of companies whose row names none: by what else of the row is of one country only.

The register that the national number is in, then the legal forms that one country alone has and the
prefix of a postcode; then the ending of the web address, other legal forms, and a county, municipality
or town that is in one country only.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import polars as pl
from stdnum.eu.vat import MEMBER_STATES

from icp_core.accounts.web_hosts import is_shared_host
from icp_core.importing.cell_counts import CellCounts, remark
from icp_core.importing.national import clean_number, is_sound, vat_country
from icp_core.reference import countries, geography
from icp_core.reference.states import countries_of_codes, country_of_state
from icp_core.reference.text import fold_expr

_REGISTERS: Final = ("NO", "SE", "DK", "FI", "IS")
# What a mistyped number of one register may be in the other by chance: digits of the same length.
_ALIKE: Final = ({"DK", "FI"}, {"SE", "IS"})
# Endings that companies of a country have and hardly others; `.io`, `.nu` or `.eu` tell nothing.
_ENDINGS: Final[Mapping[str, str]] = MappingProxyType(
    {code.lower(): code for code in
     ("SE", "NO", "DK", "FI", "IS", "FO", "GL", "DE", "NL", "FR", "ES", "IT", "PL", "AT", "CH", "EE",
      "LV", "LT", "IE")}
    | {"ax": "FI", "uk": "GB"}
)  # fmt: skip
_HOST: Final = r"^\s*(?:https?:/+)?(?:[^/@\s]*@)?([^/:?#\s@]*\.[a-z]{2,})\.?(?:[/:?#\s].*)?$"
# Forms that one country alone has, at the end of a name, before a filial, or alone in a column of forms.
_OWN_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DK": r"(?i:aps|ivs|anpartsselskab(?:et)?|aktieselskab(?:et)?|p/s|a\.?m\.?b\.?a\.?)",
        "FI": r"(?i:oyj?|abp|osakeyhtiö|kommandiittiyhtiö|osuuskunta)",
        "NO": r"(?:ASA|NUF|(?i:aksjeselskap(?:et)?|allmennaksjeselskap))",
        "SE": r"(?i:aktiebolag(?:et)?|handelsbolag(?:et)?|kommanditbolag(?:et)?|ab \(publ\))",
        "IS": r"(?i:e\.?hf\.?|o\.?hf\.?|slhf\.?|einkahlutafélag|hlutafélag)",
    }
)
# Forms that another country has too, or an older name may: `Ab` is Finland's as `AB` is Sweden's.
_FORMS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "DK": r"(?i:a/s|i/s|k/s)",
        "NO": r"(?:AS|As|ANS|as)",
        "SE": r"(?:AB|HB|KB)",
        "FI": r"(?:Ky|KY|Tmi|TMI)",
        "IS": r"(?i:h\.?f\.?|slf\.?)",
    }
)
_BEHIND: Final = (
    r"(?:\s*\(.*\)|\s*,.*|\s+(?:filial|avd|sivuliike|branch|i likvidation|konkursbo).*)?\s*$"
)
_PREFIX: Final = r"^\s*(SE|NO|DK|FIN?|IS|[SN])[- ]\d{3}"
_IN_ADDRESS: Final = r"\b(SE|NO|DK|FI|IS)-\d{3}"
_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {c: c for c in _REGISTERS} | {"S": "SE", "N": "NO", "FIN": "FI"}
)
# Letters of a country before a VAT number; Nordic ones are known by their own check.
_VAT: Final = r"^\s*(?:[A-Z]{2}|CHE)[\s.-]?[A-Z]?\d"
_NORDIC: Final = ("SE", "NO", "DK", "FI")

BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "number": "by the national number",
        "vat": "by the VAT number",
        "own": "by the legal form or the postcode's prefix",
        "address": "by the ending of the web address",
        "state": "by the codes of its states",
        "form": "by the legal form",
        "place": "by the county, municipality or town",
        "list": "as the list is",
    }
)
"""What told a row's country, in words."""

# Share of the rows that tell a country from which they tell the list's, and of all rows that have to.
_UNIFORM: Final = 0.9
_ENOUGH: Final = 1 / 3
_LETTERS: Final = 2
_MOSTLY: Final = 0.5


def told(text: pl.DataFrame, *, home: str | None = None) -> pl.DataFrame:
    """`country` of each row and `by` what it was told (a key of `BY`); null where nothing tells.

    Parameters
    ----------
    text
        The file's cells under canonical names.
    home
        The list's country, which a row has unless it tells another and not that one.
    """
    rows = pl.DataFrame(
        {
            "number": _by_number(text, home),
            "vat": _by_vat(text),
            "own": _own(text),
            "address": by_address(text),
            "state": _by_state(text),
            "form": _by_form(text, _FORMS),
            "place": _by_place(text),
        }
    )
    if home is None:
        # A town goes before a form that two countries have.
        order = ["number", "vat", "own", "address", "state", "place", "form"]
        swedish = (pl.col("form") == "SE").fill_null(value=False)
        rows = rows.with_columns(place=pl.when(swedish | pl.col("form").is_null()).then("place"))
        found = rows.with_columns(list=pl.lit(None, pl.String))
    else:
        order = ["number", "vat", "own", "address", "state", "form", "place", "list"]
        # Danish companies write AS and Norwegian ones A/S; Finland has AB too.
        rival = {"DK": "NO", "NO": "DK", "FI": "SE"}.get(home)
        if rival:
            rows = rows.with_columns(form=pl.when(pl.col("form") != rival).then("form"))
        weak = ("address", "state", "form", "place")
        is_home = pl.any_horizontal(pl.col(c) == home for c in ("number", *weak)).fill_null(
            value=False
        )
        found = rows.with_columns(
            pl.when(~is_home).then(c).otherwise(None).alias(c) for c in weak
        ).with_columns(list=pl.when(~_is_of_another(text, home)).then(pl.lit(home)))
    country = pl.coalesce(order)
    by = pl.coalesce(pl.when(pl.col(c).is_not_null()).then(pl.lit(c)) for c in order)
    is_home = country.eq(pl.lit(home, pl.String)).fill_null(value=False)
    return found.select(country=country, by=pl.when(is_home).then(pl.lit("list")).otherwise(by))


def of_list(text: pl.DataFrame, *, by_words: str | None) -> tuple[str | None, frozenset[str]]:
    """The country that a list without a column for it is of, and those that its rows tell.

    None for a list of several countries, whose rows then have each their own or none.

    Parameters
    ----------
    text
        Its first rows, under canonical names.
    by_words
        The country in whose language the headings are, if they tell.
    """
    counts = Counter(told(text)["country"].drop_nulls())
    if not counts:
        return by_words, frozenset()
    country, times = counts.most_common(1)[0]
    is_uniform = times >= _UNIFORM * counts.total()
    is_enough = times >= _ENOUGH * text.height or country == by_words
    return (country if is_uniform and is_enough else None), frozenset(counts)


def named_or_told(
    named: pl.Series,
    given: pl.Series,
    text: pl.DataFrame,
    *,
    home: str | None,
    tallies: dict[str, CellCounts],
) -> pl.Series:
    """The countries of rows: as named, and where no cell names any, as the row or the list tells.

    Parameters
    ----------
    named
        Codes of what the cells name.
    given
        Whether a cell names anything: what is not known is no reason to believe in the list's country.
    text
        The file's cells under canonical names.
    home
        The list's own country.
    tallies
        Counters by column, added to.
    """  # fmt: skip
    if bool(given.all()):
        return named.alias("country")
    rows = told(text, home=home).with_columns(given=given, named=named)
    blank = rows.filter(~pl.col("given"))
    ways = blank.group_by("country").agg(pl.col("by").drop_nulls().unique(), count=pl.len())
    for country, by, count in ways.iter_rows():
        if country is None:
            remark(tallies, "country", "named in no cell, and nothing tells it: unknown", count)
        else:
            name = countries.names().get(country, country)
            how = " or ".join(words for way, words in BY.items() if way in by)
            remark(tallies, "country", f"named in no cell, taken for {name} {how}", count)
    return rows.select(country=pl.when("given").then("named").otherwise("country")).to_series()


def _none(text: pl.DataFrame) -> pl.Series:
    return pl.Series([None] * text.height, dtype=pl.String)


def _by_number(text: pl.DataFrame, home: str | None) -> pl.Series:
    """The country whose register alone could have given out the number."""
    if "org_number" not in text.columns:
        return _none(text)
    cells = text["org_number"].str.replace_all(r"[\s\u00a0]", "")
    plain = cells.str.replace(r"^(\d{6})-(\d{4})$", "${1}${2}")
    sound = pl.select(
        pl.coalesce(
            pl.when(is_sound(pl.Series([c] * len(plain), dtype=pl.String), plain)).then(pl.lit(c))
            for c in _NORDIC
        )
    ).to_series()
    if home not in (None, *_NORDIC):
        return sound
    other = sound.is_null() if home is None else (sound != home).fill_null(value=True)
    doubtful = cells.filter(other & cells.is_not_null()).unique()
    one_by_one = cells.replace_strict(
        doubtful,
        [_register_of(number, home) for number in doubtful],
        default=None,
        return_dtype=pl.String,
    )
    settled = cells.is_in(doubtful.implode()).fill_null(value=False)
    return pl.select(pl.when(settled).then(one_by_one).otherwise(sound)).to_series()


def _register_of(number: str, home: str | None) -> str | None:
    if home is not None and clean_number(home, number):
        return home
    dashed = re.fullmatch(r"\d{7}-\d", number) is not None
    prefix = re.match(r"(SE|NO|DK|FI|IS)\d", number.upper())
    asked = (prefix[1],) if prefix else ("FI",) if dashed else _REGISTERS
    taken = {country for country in asked if clean_number(country, number)}
    if home is not None and not prefix and not dashed:
        taken = {c for c in taken if not any({c, home} <= pair for pair in _ALIKE)}
    return taken.pop() if len(taken) == 1 else None


def _is_of_another(text: pl.DataFrame, home: str) -> pl.Series:
    """Whether a number begins as the VAT numbers of another country than the list's do."""
    if "org_number" not in text.columns:
        return pl.Series([False] * text.height, dtype=pl.Boolean)
    prefix = (
        text["org_number"].str.to_uppercase().str.extract(r"^\s*([A-Z]{2})[\s.-]?[A-Z]?\d{6}", 1)
    )
    others = [code.upper() for code in MEMBER_STATES if code.upper() != home]
    return prefix.is_in(others).fill_null(value=False)


def _by_vat(text: pl.DataFrame) -> pl.Series:
    """The country in front of a VAT number that passes that country's check."""
    if "org_number" not in text.columns:
        return _none(text)
    cells = text["org_number"].str.to_uppercase()
    written = cells.filter(cells.str.contains(_VAT)).unique()
    return cells.replace_strict(
        written, [vat_country(number) for number in written], default=None, return_dtype=pl.String
    )


def _own(text: pl.DataFrame) -> pl.Series:
    """By a legal form that is one country's own, or the prefix of a postcode."""
    found = [_by_form(text, _OWN_FORMS)]
    for column, pattern in (("postcode", _PREFIX), ("address", _IN_ADDRESS)):
        if column in text.columns:
            prefix = text[column].str.extract(pattern, 1)
            found.append(prefix.replace_strict(_PREFIXES, default=None, return_dtype=pl.String))
    return pl.select(pl.coalesce(found)).to_series()


def _by_form(text: pl.DataFrame, forms: Mapping[str, str]) -> pl.Series:
    found = []
    if "legal_form" in text.columns:
        form = text["legal_form"].str.strip_chars()
        found += [
            pl.when(form.str.contains(rf"^{pattern}(?:\s*[-–:(].*)?$")).then(pl.lit(country))
            for country, pattern in forms.items()
        ]
    if "name" in text.columns:
        names = text["name"]
        found += [
            pl.when(
                names.str.contains(rf"[\s,.]{pattern}{_BEHIND}")
                | (names.str.contains(rf"^{pattern} \pL") if country in ("FI", "DK") else False)
            ).then(pl.lit(country))
            for country, pattern in forms.items()
        ]
    return pl.select(pl.coalesce(found)).to_series() if found else _none(text)


def by_address(text: pl.DataFrame) -> pl.Series:
    """The country by the ending of a host of the company's own: a mail provider's tells nothing.

    Parameters
    ----------
    text
        The file's cells under canonical names.
    """
    found = []
    for column in ("website", "domain", "email"):
        if column in text.columns:
            host = text[column].str.to_lowercase().str.extract(_HOST, 1)
            ending = host.str.extract(r"\.([a-z]{2,})$", 1)
            country = ending.replace_strict(_ENDINGS, default=None, return_dtype=pl.String)
            own = ~is_shared_host(pl.lit(host))
            found.append(pl.select(pl.when(own).then(pl.lit(country))).to_series())
    return pl.select(pl.coalesce(found)).to_series() if found else _none(text)


def _by_state(text: pl.DataFrame) -> pl.Series:
    """The country of codes of states (`TX`), where those of the whole column leave no doubt."""
    if "region" not in text.columns:
        return _none(text)
    known = countries_of_codes(text["region"].drop_nulls().unique().to_list())
    return text["region"].replace_strict(known, default=None, return_dtype=pl.String)


def _by_place(text: pl.DataFrame) -> pl.Series:
    readers: tuple[tuple[str, Callable[[str], str | None]], ...] = (
        ("region", _of_region),
        ("municipality", lambda t: _only(t, geography.municipalities_called)),
        ("region_beside", lambda t: _only(t, geography.regions_called)),
        ("municipality_beside", lambda t: _only(t, geography.municipalities_called)),
    )
    found = []
    for column, reader in readers:
        if column in text.columns:
            distinct = text[column].drop_nulls().unique()
            told = text[column].replace_strict(
                distinct, [reader(t) for t in distinct], default=None, return_dtype=pl.String
            )
            found.append(_without_states(text[column], told) if column == "region" else told)
    if "city" in text.columns:
        town = text.select(fold_expr(pl.col("city").str.split(",").list.first())).to_series()
        if "region" in text.columns:
            # There is an Alta in Utah too.
            town = town.set(text["region"].is_not_null() & found[0].is_null(), None)
        found.append(town.replace_strict(_towns(), default=None, return_dtype=pl.String))
        if "postcode" in text.columns:
            digits = text["postcode"].str.replace_all(r"\D", "")
            both = pl.select(pl.format("{} {}", digits, town)).to_series()
            found.append(both.replace_strict(_addresses(), default=None, return_dtype=pl.String))
    return pl.select(pl.coalesce(found)).to_series() if found else _none(text)


def _of_region(text: str) -> str | None:
    return _only(text, geography.regions_called) or country_of_state(text)


def _without_states(texts: pl.Series, told: pl.Series) -> pl.Series:
    """Without what two letters tell in a column where most are no län: `AB` is Alberta then."""
    short = (texts.str.strip_chars().str.len_chars() <= _LETTERS).fill_null(value=False)
    if int((short & told.is_not_null()).sum()) >= _MOSTLY * int(short.sum()):
        return told
    return told.set(short, None)


def _only(text: str, called: Callable[[str, str | None], tuple[str, ...]]) -> str | None:
    """The one country with a place of this name; codes are of none without their country."""
    prefix = re.match(r"(SE|NO|DK|FI)-\d", text)
    if prefix:
        return prefix[1]
    if not any(map(str.isalpha, text)):
        return None
    countries = [country for country in _NORDIC if called(text, country)]
    return countries[0] if len(countries) == 1 else None


def towns_among(cells: pl.Series) -> float:
    """Share of cells with a postcode and the town that it is of."""
    bare = cells.str.extract(r"(\d{3} ?\d{2}|\d{4})", 1).str.replace_all(" ", "", literal=True)
    town = cells.str.extract(r"(\pL[\pL .'’-]*\pL)\s*(?:,.*)?(?:[A-Z]{0,3}[- ]?\d.*)?$", 1)
    keys = pl.select(pl.format("{} {}", pl.lit(bare), fold_expr(pl.lit(town)))).to_series()
    known = keys.is_in(list(_addresses()))
    return float(known.fill_null(value=False).mean() or 0.0)  # type: ignore[arg-type]


@cache
def towns() -> frozenset[str]:
    """Folded names of the Nordic towns and municipalities."""
    return frozenset(_every_town()["name"].drop_nulls())


@cache
def _towns() -> Mapping[str, str]:
    """Folded names of towns and municipalities that are in one country only."""
    alone = _every_town().unique().filter(pl.len().over("name") == 1)
    return MappingProxyType(dict(alone.select("name", "country").iter_rows()))


def _every_town() -> pl.DataFrame:
    """Country and folded name of towns and municipalities, in any of their languages."""
    named = geography.postcode_table().select("country", name="place")
    communes = geography.municipality_table().select(
        pl.col("municipality").str.head(2).alias("country"), "name"
    )
    others = pl.DataFrame(
        [(code[:2], name) for name, code in geography.other_names("municipality")],
        schema=named.schema, orient="row",
    )  # fmt: skip
    every = pl.concat([named, communes, others])
    return every.select("country", name=fold_expr(pl.col("name")))


@cache
def _addresses() -> Mapping[str, str]:
    """Postcodes with their folded towns that are in one country only: `22222 lund`."""
    table = geography.postcode_table().select(
        "country", key=pl.format("{} {}", "postcode", fold_expr(pl.col("place")))
    )
    alone = table.unique().filter(pl.len().over("key") == 1)
    return MappingProxyType(dict(alone.select("key", "country").iter_rows()))
