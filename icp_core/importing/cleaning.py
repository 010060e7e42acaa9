"""From mapped text to accounts: numbers checked, places and industries coded, amounts in euros.

A cell that cannot be read becomes unknown and is counted; a row is only ever rejected for a reason
that is named.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from icp_core.accounts.columns import BY_NAME, Kind
from icp_core.accounts.identity import registrable_domains
from icp_core.importing import values
from icp_core.importing.cell_counts import CellCounts, tally
from icp_core.importing.figures import with_figures
from icp_core.importing.mapping import Assignment
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.national import clean_numbers
from icp_core.importing.registers import LEFT_OUT, PERSON
from icp_core.importing.tables import ROW
from icp_core.reference import geography, industry
from icp_core.reference.text import fold

_LEGAL_FORMS: Final = {
    "aktiebolag": "AB", "publikt aktiebolag": "AB", "privat aktiebolag": "AB", "handelsbolag": "HB",
    "kommanditbolag": "KB", "ekonomisk forening": "EK", "enskild firma": "EF",
    "enskild naringsidkare": "EF", "enskild naringsverksamhet": "EF",
    "aksjeselskap": "AS", "allmennaksjeselskap": "ASA", "enkeltpersonforetak": "ENK",
    "norskregistrert utenlandsk foretak": "NUF", "ansvarlig selskap": "ANS",
    "anpartsselskab": "APS", "aktieselskab": "A/S", "enkeltmandsvirksomhed": "ENK",
    "interessentskab": "I/S", "kommanditselskab": "K/S", "ivaerksaetterselskab": "IVS",
    "osakeyhtio": "OY", "julkinen osakeyhtio": "OYJ", "kommandiittiyhtio": "KY",
    "avoin yhtio": "AY", "osuuskunta": "OSK", "toiminimi": "TMI",
    "yksityinen elinkeinonharjoittaja": "TMI",
}  # fmt: skip
_PERSON_FORMS: Final = ("EF", "ENK", "TMI")
# The first that is found in a status decides: "inactive" holds "active".
_STATUSES: Final = (
    ("bankrupt", "konkurs|bankrupt"),
    ("dissolving", r"likvid|avvikling|avveckl|oplosning|selvitys|rekonstruk|winding|saneeraus"),
    ("deregistered", r"inakt|inact|avregistr|slettet|ophort|opplost|lakannut|poistet|deregist|"
     r"dissolved|closed|ceased|upphort|sammenlagt"),
    ("active", "aktiv|active|normal|registr|toimi|voimassa|rekister"),
)  # fmt: skip
_TEXTS: Final = (
    "name", "website", "linkedin_url", "stock_symbol", "city", "sector", "funding_stage", "owner",
    "territory", "industry_text", "address", "source",
)  # fmt: skip
_DEGREES: Final = ("latitude", "longitude")
NUMBER_COUNTRY: Final = "#number_country"
"""Column with the country whose register a national number is in, while loading."""
_NO_NAME: Final = "no company name"
_NO_NUMBER: Final = "the national number is not valid"


@dataclass(frozen=True)
class Rules:
    """What is left out of a load, and what is merged.

    Attributes
    ----------
    keep_persons
        Keep sole proprietors and other persons (personal data).
    keep_inactive
        Keep bankrupt, dissolving and deregistered companies.
    need_name
        Reject rows without a name; off for files of figures that join others.
    strict_numbers
        Reject rows whose national number is wrong: in a register's file the cells have shifted.
    merge_shared
        Merge companies of one country that share a web domain, although their names or national numbers
        differ.
    """

    keep_persons: bool = False
    keep_inactive: bool = False
    need_name: bool = True
    strict_numbers: bool = False
    merge_shared: bool = False


@dataclass(frozen=True)
class Cleaned:
    """One batch of rows.

    Attributes
    ----------
    accounts
        Typed rows that stay, with `ROW`.
    rejected
        `ROW` and `reason` of the others.
    rates
        Currency and the day of the rate, for the report.
    """

    accounts: pl.DataFrame
    rejected: pl.DataFrame
    rates: frozenset[tuple[str, date]] = frozenset()


def clean(
    raw: pl.DataFrame,
    mapping: HeadingMapping,
    *,
    rules: Rules,
    tallies: dict[str, CellCounts],
    source: str | None = None,
) -> Cleaned:
    """Accounts out of a batch of text.

    Parameters
    ----------
    raw
        Text under the file's headings, with `ROW` and maybe `LEFT_OUT`.
    mapping
        What becomes of each heading.
    rules
        What is left out.
    tallies
        Counters by column, added to.
    source
        Filled into `source` where the file has none.
    """
    text = _addressed(raw.select(ROW, *_texts(mapping)))
    known = set(text.columns)
    frame = text.select(ROW)
    frame = _identity(frame, text, mapping, rules, tallies)
    frame = _places(frame, text, tallies)
    frame = _industry(frame, text, mapping, tallies)
    frame = _words(frame, text, tallies)
    frame, rates = with_figures(frame, raw, text, mapping, tallies)
    frame = _extras(frame, raw, mapping, tallies)
    if source and "source" not in known:
        frame = frame.with_columns(source=pl.lit(source))
    return _left(frame, raw, rules, rates)


def _texts(mapping: HeadingMapping) -> list[pl.Expr]:
    """Columns under their canonical names, the newest year where there are several."""
    columns = dict.fromkeys(a.column for a in mapping.assignments if a.column and not a.is_extra)
    return [
        pl.coalesce(pl.col(a.heading) for a in mapping.of(str(column))).alias(str(column))
        for column in columns
    ]


# The end of an address: 0155 Oslo; 211 22 Malmö, Sweden; SE-211 22 Malmö.
_TOWN: Final = (
    r"(?:^|[\s,])(?:[A-Z]{1,2}-)?(\d{3} ?\d{2}|\d{4})\s+(\pL[\pL .'-]*?)\s*(?:,\s*[\pL ]+)?$"
)


def _addressed(text: pl.DataFrame) -> pl.DataFrame:
    """Postcode and town out of addresses, where the file has no columns for them.

    A town with its country behind it (`Malmö, Skåne, Sweden`) is taken apart.
    """
    if "address" in text.columns:
        text = text.with_columns(
            pl.col("address").str.extract(_TOWN, group).alias(column)
            for group, column in enumerate(("postcode", "city"), start=1)
            if column not in text.columns
        )
    if "city" in text.columns:
        parts = text["city"].str.split(",")
        if "country" not in text.columns:
            last = parts.list.last().str.strip_chars().set(parts.list.len() < 2, None)
            named = _map(last, geography.country_code)
            text = text.with_columns(country=named) if named.count() else text
        text = text.with_columns(city=parts.list.first().str.strip_chars())
    return text


def _map(texts: pl.Series, function: Callable[[str], str | None]) -> pl.Series:
    """A function of text over a column, called once per distinct value."""
    distinct = texts.drop_nulls().unique()
    return texts.replace_strict(
        distinct, [function(value) for value in distinct], default=None, return_dtype=pl.String
    )


def _identity(
    frame: pl.DataFrame,
    text: pl.DataFrame,
    mapping: HeadingMapping,
    rules: Rules,
    tallies: dict[str, CellCounts],
) -> pl.DataFrame:
    """Name, country, national number, website and domain."""
    country = pl.Series("country", [mapping.country] * text.height, dtype=pl.String)
    if "country" in text.columns:
        named = _map(text["country"], _country).alias("country")
        tally(tallies, "country", text["country"], named)
        # A name that is not known is no reason to believe in the list's own country.
        country = pl.select(
            pl.when(text["country"].is_null()).then(country).otherwise(named)
        ).to_series()
        country = country.alias("country")
    frame = frame.with_columns(country)
    if "org_number" in text.columns:
        numbers = clean_numbers(
            country, text["org_number"], home=mapping.country, strict=rules.strict_numbers
        )
        tally(tallies, "org_number", text["org_number"], numbers["org_number"])
        frame = frame.hstack(numbers)
    addresses = [c for c in ("domain", "website", "email") if c in text.columns]
    if addresses:
        domains = [registrable_domains(text[column]) for column in addresses]
        for column, domain in zip(addresses, domains, strict=True):
            if column != "email":
                tally(tallies, "domain", text[column], domain)
        frame = frame.with_columns(pl.select(pl.coalesce(domains)).to_series().alias("domain"))
    return frame


def _country(text: str) -> str | None:
    known = geography.country_code(text)
    if known:
        return known
    return text.upper() if len(text) == 2 and text.isascii() and text.isalpha() else None


def _places(
    frame: pl.DataFrame, text: pl.DataFrame, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    given = [c for c in ("postcode", "city", "municipality", "region") if c in text.columns]
    if "city" in given or "postcode" in given:
        frame = frame.with_columns(text[c] for c in given if c in ("postcode", "city"))
    for column, find in (("municipality", _municipality), ("region", _region)):
        if column in given:
            pairs = pl.DataFrame({"country": frame["country"], "text": text[column]})
            distinct = pairs.unique().drop_nulls("text")
            codes = [find(place, country) for country, place in distinct.iter_rows()]
            found = pairs.join(
                distinct.with_columns(pl.Series("code", codes, dtype=pl.String)),
                on=["country", "text"],
                how="left",
                nulls_equal=True,
                maintain_order="left",
            )["code"]
            frame = frame.with_columns(found.alias(column))
    for column in _DEGREES:
        if column in text.columns:
            degrees = values.numbers(text[column])
            tally(tallies, column, text[column], degrees)
            frame = frame.with_columns(degrees.alias(column))
    if not given:
        return frame
    placed = geography.locate(frame)
    if "city" in given:
        placed = geography.spell_towns(placed)
    for column in given:
        tally(tallies, column, text[column], placed[column])
    return placed


def _municipality(text: str, country: str | None) -> str | None:
    """Code of a municipality by code (`180`, `0180`, `SE-0180`) or name (`Malmö kommun`)."""
    digits = text.rsplit("-", maxsplit=1)[-1].strip()
    if digits.isdigit() and country:
        code = f"{country}-{digits.zfill(3 if country == 'FI' else 4)}"
        return code if geography.region_of(code) else None
    bare = fold(text)
    for word in (" kommun", " kommune", " stad", " kunta", " kaupunki"):
        bare = bare.removesuffix(word)
    for name in (text, bare, bare.removesuffix("s")):
        for code in geography.find(name, country):
            if geography.region_of(code):
                return code
    return None


def _region(text: str, country: str | None) -> str | None:
    """Code of a region by code (`01`, `SE-01`) or name (`Stockholms län`, `Uusimaa`)."""
    codes = {region.code for region in geography.regions(country)}
    digits = text.rsplit("-", maxsplit=1)[-1].strip()
    if digits.isdigit() and country:
        return next(
            (c for c in (f"{country}-{digits.zfill(2)}", f"{country}-{digits}") if c in codes), None
        )
    bare = fold(text).removeprefix("region ").removesuffix(" county").removesuffix(" region")
    for name in (text, bare):
        for code in geography.find(name, country):
            if code in codes:
                return code
    return None


def _industry(
    frame: pl.DataFrame, text: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    if "industry" not in text.columns:
        return frame
    codes = text.select(values.leading_code(pl.col("industry"))).to_series()
    revision = mapping.industry_revision
    classes = industry.normalised(codes, revision).alias("industry")
    tally(tallies, "industry", text["industry"], classes)
    return frame.with_columns(
        classes,
        pl.when(classes.is_not_null()).then(pl.lit(revision)).alias("industry_revision"),
    )


def _words(frame: pl.DataFrame, text: pl.DataFrame, tallies: dict[str, CellCounts]) -> pl.DataFrame:
    """Names, forms, states, flags, tags, years and dates."""
    readers: dict[str, Callable[[pl.Series], pl.Series]] = {
        column: _plain for column in _TEXTS if column not in frame.columns
    }
    readers |= {
        "legal_form": lambda s: _map(s, lambda v: _LEGAL_FORMS.get(fold(v), v.strip())),
        "status": lambda s: _map(s, _status),
        "founded": lambda s: _read(s, values.year),
        "as_of": lambda s: _read(s, values.date),
        "technologies": lambda s: _read(s, values.tags),
        "marketing_opt_out": lambda s: _read(s, values.flag),
        "is_customer": lambda s: _read(s, values.flag),
    }
    found = {}
    for column, reader in readers.items():
        if column in text.columns:
            found[column] = reader(text[column]).alias(column)
            tally(tallies, column, text[column], found[column])
    return frame.with_columns(found.values())


def _plain(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()


def _read(texts: pl.Series, reader: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    return texts.alias("text").to_frame().select(reader(pl.col("text"))).to_series()


def _status(text: str) -> str | None:
    folded = fold(text)
    if folded in (status for status, _ in _STATUSES):
        return folded
    for status, words in _STATUSES:
        if any(word in folded for word in words.split("|")):
            return status
    return None


def _extras(
    frame: pl.DataFrame, raw: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    readers: Mapping[str, Callable[[pl.Series, Assignment], pl.Series]] = {
        Kind.NUMBER: lambda s, a: values.numbers(s, a.decimal) * a.unit,
        Kind.FLAG: lambda s, _: _read(s, values.flag),
        Kind.TAGS: lambda s, _: _read(s, values.tags),
        Kind.CHOICE: lambda s, _: s,
    }
    for assignment in mapping.assignments:
        if assignment.column and assignment.kind and assignment.column not in frame.columns:
            text = raw[assignment.heading]
            value = readers[assignment.kind](text, assignment)
            tally(tallies, assignment.column, text, value)
            frame = frame.with_columns(value.alias(assignment.column))
    return frame


def _left(
    frame: pl.DataFrame,
    raw: pl.DataFrame,
    rules: Rules,
    rates: frozenset[tuple[str, date]],
) -> Cleaned:
    """Split the rows that stay from those that go, each with the first reason that applies."""
    reasons: list[pl.Expr] = []
    if not rules.keep_persons:
        if LEFT_OUT in raw.columns:
            reasons.append(pl.lit(raw[LEFT_OUT]))
        person = pl.lit(value=False)
        if "is_person" in frame.columns:
            person = person | pl.col("is_person").fill_null(value=False)
        if "legal_form" in frame.columns:
            person = person | pl.col("legal_form").str.to_uppercase().is_in(_PERSON_FORMS)
        reasons.append(pl.when(person).then(pl.lit(PERSON)))
    if rules.need_name:
        reasons.append(pl.when(_blank("name", frame)).then(pl.lit(_NO_NAME)))
    if rules.strict_numbers:
        reasons.append(pl.when(_blank("org_number", frame)).then(pl.lit(_NO_NUMBER)))
    if not rules.keep_inactive and "status" in frame.columns:
        status = pl.col("status")
        reasons.append(
            pl.when(status != "active").then(pl.format("left out: {}, not active", status))
        )
    reason = frame.select(
        pl.coalesce([*reasons, pl.lit(None, pl.String)]).alias("reason")
    ).to_series()
    frame = frame.drop("is_person", strict=False).rename(
        {"number_country": NUMBER_COUNTRY}, strict=False
    )
    return Cleaned(
        _ordered(frame.filter(reason.is_null())),
        pl.DataFrame({ROW: frame[ROW], "reason": reason}).drop_nulls("reason"),
        rates,
    )


def _blank(column: str, frame: pl.DataFrame) -> pl.Expr:
    return pl.col(column).is_null() if column in frame.columns else pl.lit(value=True)


def _ordered(frame: pl.DataFrame) -> pl.DataFrame:
    """Canonical columns first and in their types."""
    casts = []
    for name in BY_NAME:
        dtype = BY_NAME[name].dtype
        if name in frame.columns and dtype is not None:
            casts.append(pl.col(name).cast(dtype))
    rest = [name for name in frame.columns if name not in BY_NAME]
    return frame.select(*casts, *rest)
