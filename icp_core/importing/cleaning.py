"""From mapped text to accounts: numbers checked, places and industries coded, amounts in euros.

A cell that cannot be read becomes unknown and is counted; a row is only ever rejected for a reason
that is named.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Final

import polars as pl

from icp_core.accounts.columns import BY_NAME, Kind
from icp_core.accounts.identity import own_domains, registered_domains
from icp_core.accounts.linkedin import company_page, is_person_page
from icp_core.importing import dates, values
from icp_core.importing.cell_counts import CellCounts, remark, tally
from icp_core.importing.figures import WERE_BANDS, with_figures
from icp_core.importing.footers import no_companies
from icp_core.importing.mapping import Assignment, own_name
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.national import clean_numbers, is_placeholder
from icp_core.importing.persons import (
    PERSON,
    form_reason,
    has_masked_number,
    name_reason,
    says_person,
    without_addressee,
    without_care_of,
)
from icp_core.importing.places import addressed, placed
from icp_core.importing.registers import LEFT_OUT
from icp_core.importing.relations import flags, meanings
from icp_core.importing.row_countries import named_or_told
from icp_core.importing.statuses import (
    goes_on,
    is_record_flag,
    keeps_records,
    status_in_name,
    statuses_of,
    statuses_under,
)
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
_TEXTS: Final = (
    "website", "stock_symbol", "city", "sector", "owner",
    "territory", "industry_text", "address", "source",
)  # fmt: skip
# Digits of Nordic codes of industries.
_NATIONAL: Final = 5
_DEGREES: Final = ("latitude", "longitude")
NUMBER_COUNTRY: Final = "#number_country"
"""Column with the country whose register a national number is in, while loading."""
NOT_ACTIVE: Final = ", not active"
"""How the reason ends of a company that is bankrupt, dissolving or deregistered."""
A_PERSONS_PAGE: Final = "(a person's page)"
"""What the report shows for a LinkedIn address of a person, which is not kept."""
_SHORT_MONTHS: Final = (
    "a month with two digits (nov-50) may be of any century, or Excel's for 11-50: unknown"
)
_LOST_ZERO: Final = "a zero in front was lost"
_PAGES_OF_PERSONS: Final = "persons' pages are left out"
# Least share of bands among the cells of a column that dates were made of.
_BANDS: Final = 0.3
# Least share of e-mail addresses in a column of sites from which their hosts are the companies' own.
_MAILS: Final = 0.5
_A_MAIL: Final = "an e-mail address is no website, and is not kept"
_NO_NAME: Final = "no company name"
_PLACEHOLDERS: Final = "placeholders (000000000, 123456789 and the like) are no numbers: unknown"
_INVALID: Final = "cells are no valid national numbers: unknown"
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
    text = addressed(raw.select(ROW, *mapping.texts()))
    known = set(text.columns)
    frame = text.select(ROW)
    frame = _identity(frame, text, mapping, rules, tallies)
    frame = _places(frame, text, tallies)
    frame = _industry(frame, text, mapping, tallies)
    frame = _words(frame, text, mapping, tallies)
    frame = _ended(frame, raw, mapping, tallies)
    frame, rates = with_figures(frame, raw, text, mapping, tallies)
    frame = _extras(frame, raw, mapping, tallies)
    if source and "source" not in known:
        frame = frame.with_columns(source=pl.lit(source))
    return _left(frame, raw, mapping, rules, rates)


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
    named = pl.Series([None] * text.height, dtype=pl.String)
    given = pl.repeat(value=False, n=text.height, dtype=pl.Boolean, eager=True)
    if "country" in text.columns:
        named, given = _map(text["country"], geography.country_code), text["country"].is_not_null()
        tally(tallies, "country", text["country"], named)
    if rules.strict_numbers:
        country = country.zip_with(~given, named)
    else:
        country = named_or_told(named, given, text, home=mapping.country, tallies=tallies)
    frame = frame.with_columns(country.alias("country"))
    if "org_number" in text.columns:
        numbers = clean_numbers(
            country, text["org_number"], home=mapping.country, strict=rules.strict_numbers
        )
        tally(tallies, "org_number", text["org_number"], numbers["org_number"])
        if not rules.strict_numbers:
            lost = text["org_number"].filter(numbers["org_number"].is_null()).drop_nulls()
            fillers = sum(map(is_placeholder, lost))
            remark(tallies, "org_number", _PLACEHOLDERS, fillers)
            remark(tallies, "org_number", _INVALID, len(lost) - fillers)
        frame = frame.hstack(numbers)
    addresses = [c for c in ("domain", "website", "email") if c in text.columns]
    if addresses:
        names = text["name"] if "name" in text.columns else None
        domains = []
        for column in addresses:
            cells = text[column]
            mails = cells.str.contains("@", literal=True).fill_null(value=False)
            if column != "email" and mails.any() and mails.sum() < _MAILS * cells.count():
                # One mail among sites may be anybody's; a column of them is the companies' own.
                remark(tallies, column, _A_MAIL, int(mails.sum()))
                cells = cells.set(mails, None)
            registered = registered_domains(cells)
            # Many write from their provider's mail, nobody has its home page.
            of_mails = own_domains(registered)
            own = own_domains(registered, names=None if column == "email" else names)
            own = own.zip_with(~mails, of_mails)
            domains.append(own)
            if column != "email":
                tally(tallies, "domain", text[column], own)
            if column == "website":
                # `Ingen hjemmeside` is no address.
                persons = pl.select(is_person_page(pl.lit(text[column]))).to_series()
                remark(tallies, column, _PAGES_OF_PERSONS, int(persons.sum()))
                address = pl.when(registered.is_not_null() & ~persons & ~mails).then(
                    _plain(text[column])
                )
                frame = frame.with_columns(address.alias("website"))
                tally(
                    tallies,
                    "website",
                    _without_pages_of_persons(column, text[column]),
                    frame["website"],
                )
        frame = frame.with_columns(pl.select(pl.coalesce(domains)).to_series().alias("domain"))
    return frame


def _places(
    frame: pl.DataFrame, text: pl.DataFrame, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    for column in _DEGREES:
        if column in text.columns:
            degrees = values.numbers(text[column])
            tally(tallies, column, text[column], degrees)
            frame = frame.with_columns(degrees.alias(column))
    return placed(frame, text, tallies)


def _industry(
    frame: pl.DataFrame, text: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    if "industry" not in text.columns:
        return frame
    codes = text.select(values.leading_code(pl.col("industry"))).to_series()
    read, renewed = _with_zeros(codes, mapping.industry_revision)
    for (code, told), count in renewed.items():
        remark(tallies, "industry", f"“{code}” is read as {told}: {_LOST_ZERO}", count)
    tally(tallies, "industry", text["industry"], read["industry"])
    others = read["industry_revision"].drop_nulls()
    others = others.filter(others != mapping.industry_revision)
    if len(others):
        remark(
            tallies, "industry",
            f"codes of NACE Rev. {others[0]} beside Rev. {mapping.industry_revision}, kept as such",
            len(others),
        )  # fmt: skip
    dated = text.select(dates.was_band(pl.col("industry")).sum()).item()
    remark(
        tallies, "industry", "Excel made dates of codes (10.11 became 10-nov): unknown", dated or 0
    )
    return frame.hstack(read)


def _with_zeros(
    codes: pl.Series, revision: industry.Revision
) -> tuple[pl.DataFrame, Counter[tuple[str, str]]]:
    """Codes read, and those with the zero in front that a spreadsheet took: `1110` is 01.11(0).

    That is a code that is none without it, and one of four digits among national ones of five of which
    none begins with a zero.
    """
    plain = codes.str.contains(r"^\d{3,4}$").fill_null(value=False)
    read = industry.read(codes, revision)
    if not plain.any():
        return read, Counter()
    bare = codes.str.replace_all(r"\D", "")
    five, zeros = (bare.str.len_chars() >= _NATIONAL).sum(), bare.str.starts_with("0").any()
    short = plain & (bare.str.len_chars() == _NATIONAL - 1)
    is_national = not zeros and five > short.sum()
    longer = industry.read(pl.select(pl.format("0{}", codes)).to_series(), revision)
    lost = plain & longer["industry"].is_not_null() & read["industry"].is_null()
    if is_national:
        lost |= short & longer["industry"].is_not_null()
    renewed = pl.DataFrame({"code": codes, "told": longer["industry"]}).filter(lost)
    whole = pl.select(
        pl.when(lost).then(longer[column]).otherwise(read[column]).alias(column)
        for column in read.columns
    )
    return whole, Counter(renewed.iter_rows())


def _words(
    frame: pl.DataFrame, text: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    """Names, forms, states, flags, tags, years and dates."""
    readers: dict[str, Callable[[pl.Series], pl.Series]] = {
        column: _plain for column in _TEXTS if column not in frame.columns
    }
    readers |= {
        "name": lambda s: _read(_plain(s), without_care_of),
        "address": lambda s: _read(_plain(s), without_addressee),
        "linkedin_url": lambda s: _read(s, company_page),
        "legal_form": lambda s: _map(s, lambda v: _LEGAL_FORMS.get(fold(v), v.strip())),
        "status": statuses_of,
        "funding_stage": lambda s: _read(s, values.funding_stage),
        "technologies": lambda s: _read(s, values.tags),
        "marketing_opt_out": lambda s: _read(s, values.flag),
        "is_customer": lambda s: _read(s, values.flag),
        "open_deals": lambda s: _read(s, values.count),
    }
    found = {}
    days = {"founded": dates.founded, "as_of": dates.date, "last_touch": dates.date}
    for column, read in days.items():
        if column in text.columns:
            dated = mapping.of(column)[0]
            order = dated.date_order
            cells = text[column].alias("text").to_frame()
            told = cells.select(read(pl.col("text"), order or "dmy").alias(column))[column]
            if column == "founded":
                short = cells.select(dates.is_short_month(pl.col("text")).sum()).item()
                remark(tallies, column, _SHORT_MONTHS, int(short or 0))
            found[column] = told
            tally(tallies, column, text[column], found[column])
            doubtful = int(cells.select(dates.is_ambiguous(pl.col("text")).sum()).item())
            if column != "founded" and doubtful:
                said = dates.described(
                    order,
                    is_chosen=dated.is_decided,
                    by_others=dated.reason == dates.BY_OTHERS,
                )
                remark(tallies, column, said, doubtful)
    if "linkedin_url" in text.columns:
        pages = _read(text["linkedin_url"], is_person_page)
        remark(tallies, "linkedin_url", _PAGES_OF_PERSONS, int(pages.sum()))
    for customers in mapping.of("is_customer"):
        if customers.means:
            readers["is_customer"] = partial(flags, means=customers.means)
            # What it is to us stays beside whether it is a customer.
            found[customers.heading] = _plain(text["is_customer"]).alias(
                own_name(customers.heading)
            )
            for said, count in meanings(text["is_customer"], customers.means).items():
                remark(tallies, "is_customer", said, count)
    for column, reader in readers.items():
        if column in text.columns:
            found[column] = reader(text[column]).alias(column)
            tally(tallies, column, _without_pages_of_persons(column, text[column]), found[column])
    return frame.with_columns(found.values())


def _ended(
    frame: pl.DataFrame, raw: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    """Statuses that the name tells, or a column of yes and no or of days (`Konkurs`, `Slettedato`).

    A register calls bankrupt companies active until they are struck off, so these go before `active`. A
    procedure that was lifted is none, whatever day another column has for it.
    """
    told: list[pl.Series] = []
    records = keeps_records(a.heading for a in mapping.assignments)
    for assignment in mapping.assignments:
        if assignment.is_extra and not (records and is_record_flag(assignment.heading)):
            under = statuses_under(assignment.heading, raw[assignment.heading])
            if under is None:
                continue
            told.append(under)
            for status, count in under.drop_nulls().value_counts().iter_rows():
                said = f"“{assignment.heading}” says that companies are {status}"
                remark(tallies, "status", said, count)
    if "name" in frame.columns:
        told.insert(0, frame.select(status_in_name(pl.col("name"))).to_series())
    if not any(one.count() for one in told):
        return frame
    told += [goes_on(raw[a.heading]) for a in mapping.of("status")[:1]]
    known = pl.lit(frame["status"] if "status" in frame.columns else None, pl.String)

    def says(status: str) -> pl.Expr:
        holds = pl.any_horizontal(*(pl.lit(one) == status for one in told)).fill_null(value=False)
        return pl.when(holds).then(pl.lit(status))

    found = pl.coalesce(
        pl.when(known != "active").then(known),
        says("deregistered"), says("active"), says("bankrupt"), says("dissolving"), known,
    )  # fmt: skip
    return frame.with_columns(pl.select(found.alias("status")).to_series())


def _without_pages_of_persons(column: str, texts: pl.Series) -> pl.Series:
    """The cells as the report may show them: a person's page is no example."""
    if column not in ("linkedin_url", "website"):
        return texts
    return _read(
        texts, lambda t: pl.when(is_person_page(t)).then(pl.lit(A_PERSONS_PAGE)).otherwise(t)
    )


def _without_page(texts: pl.Series) -> pl.Series:
    """The cells but for persons' pages."""
    return _read(texts, lambda t: pl.when(~is_person_page(t)).then(t))


def _plain(texts: pl.Series) -> pl.Series:
    return texts.str.replace_all(r"[\s\u00a0]+", " ").str.strip_chars()


def _read(texts: pl.Series, reader: Callable[[pl.Expr], pl.Expr]) -> pl.Series:
    return texts.alias("text").to_frame().select(reader(pl.col("text"))).to_series()


def _extras(
    frame: pl.DataFrame, raw: pl.DataFrame, mapping: HeadingMapping, tallies: dict[str, CellCounts]
) -> pl.DataFrame:
    readers: Mapping[str, Callable[[pl.Series, Assignment], pl.Series]] = {
        Kind.NUMBER: lambda s, a: values.amounts(s, a.decimal, a.unit),
        Kind.FLAG: lambda s, _: _read(s, values.flag),
        Kind.TAGS: lambda s, _: _read(s, values.tags),
        Kind.CHOICE: lambda s, _: _read(_without_page(s), without_care_of),
    }
    for assignment in mapping.assignments:
        if assignment.column and assignment.kind and assignment.column not in frame.columns:
            text = raw[assignment.heading]
            if assignment.kind == "choice":
                text = _without_dated_bands(text, assignment.column, tallies)
            value = readers[assignment.kind](text, assignment)
            tally(tallies, assignment.column, text, value)
            frame = frame.with_columns(value.alias(assignment.column))
    return frame


def _without_dated_bands(
    texts: pl.Series, column: str, tallies: dict[str, CellCounts]
) -> pl.Series:
    """The cells of a column of bands without those that a spreadsheet made dates of: `nov-25`."""
    low, _ = values.band(pl.lit(texts))
    told = pl.select(band=low, dated=dates.was_band(pl.lit(texts)).fill_null(value=False))
    dated = told["dated"]
    if not dated.any() or told["band"].drop_nulls().len() < _BANDS * texts.drop_nulls().len():
        return texts
    remark(tallies, column, WERE_BANDS, int(dated.sum()))
    return texts.set(dated, None)


def _left(
    frame: pl.DataFrame,
    raw: pl.DataFrame,
    mapping: HeadingMapping,
    rules: Rules,
    rates: frozenset[tuple[str, date]],
) -> Cleaned:
    """Split the rows that stay from those that go, each with the first reason that applies."""
    reasons: list[pl.Expr] = []
    if not rules.keep_persons:
        if LEFT_OUT in raw.columns:
            reasons.append(pl.lit(raw[LEFT_OUT]))
        reasons += _persons(frame, mapping)
    if rules.need_name:
        if not rules.strict_numbers:
            reasons.append(pl.lit(_footers(frame, raw)))
        reasons.append(pl.when(_blank("name", frame)).then(pl.lit(_NO_NAME)))
    if rules.strict_numbers:
        reasons.append(pl.when(_blank("org_number", frame)).then(pl.lit(_NO_NUMBER)))
    if not rules.keep_inactive and "status" in frame.columns:
        status = pl.col("status")
        reasons.append(
            pl.when(status != "active").then(pl.format(f"left out: {{}}{NOT_ACTIVE}", status))
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


def _persons(frame: pl.DataFrame, mapping: HeadingMapping) -> list[pl.Expr]:
    """Why rows are those of persons or estates, from the number, the legal form and the name."""
    reasons: list[pl.Expr] = []
    if "is_person" in frame.columns:
        reasons.append(pl.when("is_person").then(pl.lit(PERSON)))
    if "legal_form" in frame.columns:
        reasons.append(form_reason(pl.col("legal_form"), pl.col("country")))
    if "name" in frame.columns:
        reasons.append(name_reason(pl.col("name")))
    for assignment in mapping.assignments:
        column = own_name(assignment.heading) if assignment.means else assignment.column
        if (assignment.kind in ("choice", "flag") or assignment.means) and column in frame.columns:
            for said in (
                says_person(assignment.heading, frame[column]),
                has_masked_number(frame[column]),
            ):
                if said is not None:
                    reasons.append(pl.when(pl.lit(said)).then(pl.lit(PERSON)))
    return reasons


def _footers(frame: pl.DataFrame, raw: pl.DataFrame) -> pl.Series:
    """Why rows are totals or notes; a national number or a web domain makes a company of any name."""
    known = [pl.col(c).is_not_null() for c in ("org_number", "domain") if c in frame.columns]
    return no_companies(
        frame["name"]
        if "name" in frame.columns
        else pl.Series([None] * raw.height, dtype=pl.String),
        raw.drop(ROW, LEFT_OUT, strict=False),
        identified=frame.select(
            pl.any_horizontal(pl.repeat(value=False, n=pl.len(), dtype=pl.Boolean), *known)
        ).to_series(),
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
