"""A first mapping of a file's headings: by their words, and by what the values look like."""

from collections import Counter
from typing import Final, Literal

import polars as pl

from icp_core.accounts.columns import BY_NAME
from icp_core.importing import dates, values
from icp_core.importing.headings import CONTACT, Heading, parse
from icp_core.importing.mapping import (
    AMOUNTS,
    DATES,
    INPUTS,
    NUMBERS,
    YEARLY,
    Assignment,
    Mapping,
    fingerprint,
    own_name,
)
from icp_core.importing.national import country_of
from icp_core.importing.tables import Table
from icp_core.reference import industry

_SAMPLE: Final = 2_000
# Headings that Allabolag uses; its figures are in thousands without saying so.
_ALLABOLAG: Final = frozenset(
    {"nettoomsättning", "årets resultat", "kommunsäte", "antal anställda"}
)
_TLD: Final = {"se": "SE", "no": "NO", "dk": "DK", "fi": "FI", "is": "IS"}
# Parts of words that headings have in one language only.
_ONLY_IN: Final = {
    "SE": ("företag", "bolag", "anställda", "omsättning", "hemsida", "kommunsäte", "postort"),
    "NO": ("ansatte", "driftsinnt", "selskap", "fylke", "poststed", "omsetning", "hjemmeside"),
    "DK": ("cvr", "virksomhed", "omsætning", "branche", "selskabsform"),
    "FI": ("tunnus", "liikevaihto", "toimiala", "henkilöst", "kunta", "kotipaikka", "yritys"),
}


def guess(table: Table) -> Mapping:
    """Map a table's headings by their words and by what its first rows look like.

    Parameters
    ----------
    table
        As read; its first 2,000 rows are looked at, and whole columns of numbers for their decimal
        mark.
    """
    sample = table.head(_SAMPLE)
    parsed = {heading: parse(heading) for heading in table.headings}
    guesses = {
        heading: _guess(parsed[heading], sample[heading].drop_nulls()) for heading in table.headings
    }
    _settle_rivals(guesses, parsed)
    _settle_units(guesses, sample)
    numeric = [h for h, a in guesses.items() if a.column in NUMBERS or a.kind == "number"]
    if numeric:
        marks = table.lazy.select(
            values.decimal_mark(pl.col(heading)).alias(heading) for heading in numeric
        ).collect()
        for heading in numeric:
            guesses[heading] = guesses[heading].model_copy(update={"decimal": marks[heading][0]})
    dated = [h for h, a in guesses.items() if a.column in DATES]
    if dated:
        orders = table.lazy.select(dates.order(pl.col(h)).alias(h) for h in dated).collect()
        for heading in dated:
            order = orders[heading][0]
            guesses[heading] = guesses[heading].model_copy(update={"date_order": order})
    mapping = Mapping(
        fingerprint=fingerprint(table.headings),
        assignments=tuple(guesses.values()),
        country=_country(guesses, sample),
        industry_revision=_revision(guesses, sample),
    )
    if not mapping.of("country") and mapping.country is None:
        country = _country_by_words(guesses)
        mapping = mapping.model_copy(update={"country": country})
    return mapping


def _guess(heading: Heading, cells: pl.Series) -> Assignment:
    """One heading on its own."""
    name = heading.text
    meaning, confidence = heading.meaning, heading.confidence
    if meaning == CONTACT:
        return Assignment(
            heading=name, column=None, confidence=confidence, reason="contact details are left out"
        )
    looks = _looks(cells)
    reason = "known heading" if confidence >= 0.9 else "similar to a known heading"
    if meaning in ("industry", "industry_text"):
        code = looks.get("industry", 0.0) > 0.7
        meaning = "industry" if code else "industry_text"
        return Assignment(
            heading=name,
            column=meaning,
            confidence=confidence,
            reason="codes of industries" if code else "names of industries",
        )
    if meaning in NUMBERS and len(cells) and looks["number"] < 0.5:
        if not (meaning == "employees" and looks["band"] >= 0.5):
            meaning, confidence = None, 0.0
    elif meaning == "org_number" and len(cells):
        confidence *= 0.5 + 0.5 * looks["org_number"]
        if looks["org_number"] < 1:
            reason = "some are no valid national numbers"
    elif meaning == "is_customer" and len(cells) and looks["flag"] < 0.9:
        meaning = None
    if meaning in BY_NAME or meaning in INPUTS:
        return Assignment(
            heading=name,
            column=meaning,
            confidence=round(confidence, 2),
            unit=heading.unit or 1.0,
            currency=heading.currency if meaning in AMOUNTS else None,
            year=heading.year if meaning in YEARLY else None,
            reason=reason,
        )
    if meaning is None and len(cells) >= 3:
        for column in ("linkedin_url", "email", "org_number", "website"):
            if looks[column] >= 0.9:
                return Assignment(
                    heading=name,
                    column=column,
                    confidence=0.6,
                    reason="the values look like it",
                )
    return _extra(name, cells, looks)


def _extra(name: str, cells: pl.Series, looks: dict[str, float]) -> Assignment:
    kind: Literal["number", "choice", "tags", "flag"] = "choice"
    if len(cells):
        if looks["flag"] >= 0.95 and cells.n_unique() <= 4:
            kind = "flag"
        elif looks["number"] >= 0.9 and not (looks["identifier"] and parse(name).year is None):
            kind = "number"
        elif looks["tags"] >= 0.3:
            kind = "tags"
    return Assignment(
        heading=name,
        column=own_name(name),
        kind=kind,
        confidence=0.5,
        unit=0.01 if "%" in name and kind == "number" else 1.0,
        reason="kept as an extra column",
    )


def _looks(cells: pl.Series) -> dict[str, float]:
    """Share of filled cells that look like each thing."""
    if not len(cells):
        return dict.fromkeys(
            ("email", "linkedin_url", "website", "number", "band", "flag", "tags", "identifier",
             "org_number", "industry"), 0.0,
        )  # fmt: skip
    text = pl.col("cell")
    low, _ = values.band(text)
    measured = (
        cells.alias("cell")
        .to_frame()
        .select(
            email=text.str.contains(r"^[^@\s]+@[^@\s]+\.[^@\s]+$").mean(),
            linkedin_url=text.str.contains(r"(?i)linkedin\.com/(?:company|school)").mean(),
            website=text.str.contains(
                r"(?i)^(?:https?://\S+|(?:[\w-]+\.)+[a-z]{2,}(?:/\S*)?)$"
            ).mean(),
            number=values.number(text).is_not_null().mean(),
            band=(low.is_not_null() | dates.was_band(text)).mean(),
            flag=values.flag(text).is_not_null().mean(),
            tags=text.str.contains(r"[^;|]+[;|]\s*[^;|]+").mean(),
            # A key or a code, no amount: long and nearly all different, or with leading zeros.
            identifier=(
                (
                    (pl.len() >= 10)
                    & (text.str.contains(r"^\d{6,}$").mean() > 0.9)
                    & (text.n_unique() > 0.95 * pl.len())
                    & (text.str.len_chars().n_unique() <= 2)
                )
                | (text.str.contains(r"^0\d+$").mean() > 0.01)
            ).cast(pl.Float64),
        )
        .row(0, named=True)
    )
    some = cells.head(300)
    _, measured["org_number"] = country_of(some)
    codes = pl.select(values.leading_code(pl.lit(some))).to_series()
    measured["industry"] = 1 - industry.read(codes)["industry"].null_count() / len(codes)
    return {name: float(value or 0.0) for name, value in measured.items()}


def _settle_rivals(guesses: dict[str, Assignment], parsed: dict[str, Heading]) -> None:
    """Of several headings for one column keep the best; the years of one series stay together."""
    for column in {a.column for a in guesses.values() if a.column and not a.is_extra}:
        rivals = [h for h, a in guesses.items() if a.column == column]
        if len(rivals) == 1:
            continue
        rivals.sort(key=lambda h: (-round(guesses[h].confidence, 1), parsed[h].rank))
        best, taken = rivals[0], set()
        for heading in rivals:
            year = guesses[heading].year
            same_series = parsed[heading].rank == parsed[best].rank and year is not None
            if heading != best and (not same_series or year in taken):
                guesses[heading] = Assignment(
                    heading=heading,
                    column=own_name(heading),
                    kind="number" if column in NUMBERS else "choice",
                    confidence=0.5,
                    unit=guesses[heading].unit if column in NUMBERS else 1.0,
                    reason=f"{best} is taken for {column}",
                )
                if column == "email":
                    guesses[heading] = Assignment(
                        heading=heading, column=None, reason="contact details are left out"
                    )
            taken.add(year)


def _settle_units(guesses: dict[str, Assignment], sample: pl.DataFrame) -> None:
    lowered = {heading.casefold() for heading in guesses}
    in_thousands = len(_ALLABOLAG & lowered) >= 3
    for heading, assignment in guesses.items():
        if in_thousands and assignment.column in AMOUNTS and parse(heading).unit is None:
            guesses[heading] = assignment.model_copy(
                update={
                    "unit": 1000.0,
                    "confidence": 0.8,
                    "reason": "Allabolag gives thousands (tkr)",
                }
            )
        if assignment.column in ("margin", "revenue_growth") and assignment.unit == 1.0:
            cells = sample[heading].drop_nulls()
            if len(cells) and cells.str.contains("%").sum() > 0.5 * len(cells):
                guesses[heading] = assignment.model_copy(
                    update={"unit": 0.01, "reason": "per cent"}
                )


def _country(guesses: dict[str, Assignment], sample: pl.DataFrame) -> str | None:
    """The country of rows that name none: by their national numbers, else by their websites."""
    for heading, assignment in guesses.items():
        if assignment.column == "org_number":
            country, _ = country_of(sample[heading].head(300))
            if country:
                return country
    for heading, assignment in guesses.items():
        if assignment.column in ("website", "domain", "email"):
            ends = sample[heading].drop_nulls().str.extract(r"(?i)[a-z0-9-]\.([a-z]{2,})(?:/|$)")
            counts = Counter(ends.drop_nulls().str.to_lowercase())
            if counts:
                end, times = counts.most_common(1)[0]
                if end in _TLD and times > 0.6 * sum(counts.values()):
                    return _TLD[end]
    return None


def _country_by_words(guesses: dict[str, Assignment]) -> str | None:
    text = " ".join(guesses).casefold()
    counts = {country: sum(word in text for word in words) for country, words in _ONLY_IN.items()}
    best = max(counts, key=lambda country: counts[country])
    rivals = sorted(counts.values(), reverse=True)
    return best if rivals[0] >= 2 and rivals[0] > rivals[1] else None


def _revision(guesses: dict[str, Assignment], sample: pl.DataFrame) -> industry.Revision:
    """The revision of NACE that has more of the codes; Rev. 2 where both have all."""
    for heading, assignment in guesses.items():
        if assignment.column == "industry":
            return industry_revision(sample[heading])
    return "2"


def industry_revision(codes: pl.Series) -> industry.Revision:
    """The revision of NACE that has more of the codes; Rev. 2 where both have as many."""
    distinct = pl.select(values.leading_code(pl.lit(codes.drop_nulls()))).to_series().drop_nulls()
    old = industry.normalised(distinct, "2").count()
    new = industry.normalised(distinct, "2.1").count()
    return "2.1" if new > old else "2"
