"""From a file's headings to the vocabulary of accounts: guessed, shown, corrected, remembered."""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from icp_core.accounts.columns import BY_NAME, Kind
from icp_core.errors import ImportRefused
from icp_core.importing import values
from icp_core.importing.headings import CONTACT, Heading, parse
from icp_core.importing.national import country_of
from icp_core.importing.tables import Table
from icp_core.reference import industry

INPUTS: Final = frozenset({"industry_text", "currency", "email"})
"""Columns a heading can be mapped to besides the canonical ones."""

AMOUNTS: Final = ("revenue", "operating_profit", "net_profit")
"""Canonical columns in money, which need a currency."""

_NUMBERS: Final = (*AMOUNTS, "employees", "margin", "revenue_growth", "current_ratio")
_YEARLY: Final = (*_NUMBERS, "fiscal_year")
_SAMPLE: Final = 2_000
# Headings that Allabolag uses; its figures are in thousands without saying so.
_ALLABOLAG: Final = frozenset(
    {"nettoomsättning", "årets resultat", "kommunsäte", "antal anställda"}
)
_TLD: Final = {"se": "SE", "no": "NO", "dk": "DK", "fi": "FI", "is": "IS"}


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Assignment(_Model):
    """What becomes of one heading.

    Attributes
    ----------
    heading
        As in the file.
    column
        A canonical column, one of `INPUTS`, or the name of an extra column; None leaves it out.
    kind
        Of an extra column; None for canonical ones.
    confidence
        0…1, how sure the guess is; 1 where a person decided.
    unit
        Factor to multiply numbers with: 1000 for thousands, 0.01 for per cent.
    currency
        ISO 4217 code of an amount; None takes the row's currency column, else that of its country.
    year
        That the values are of, if the heading says so.
    decimal
        Decimal mark of the column's numbers.
    reason
        Why, for the person who checks.
    """

    heading: str
    column: str | None
    kind: Literal["number", "choice", "tags", "flag"] | None = None
    confidence: float = Field(default=1.0, ge=0, le=1)
    unit: float = Field(default=1.0, gt=0)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    year: int | None = Field(default=None, ge=1900, le=2100)
    decimal: values.DecimalMark = "."
    reason: str = ""

    @property
    def is_extra(self) -> bool:
        """Whether the column is the file's own."""
        return self.kind is not None


class Mapping(_Model):
    """What becomes of each heading of a file; files with the same headings share it.

    Attributes
    ----------
    fingerprint
        Of the headings, see `fingerprint`.
    assignments
        One a heading, in the file's order.
    country
        ISO 3166-1 alpha-2 of rows that name none.
    industry_revision
        Revision of NACE that the codes are of.
    corrected
        Whether a person decided about any of it; only then it is worth remembering.
    """

    schema_version: Literal[1] = 1
    fingerprint: str
    assignments: tuple[Assignment, ...]
    country: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    industry_revision: industry.Revision = "2"
    corrected: bool = False

    @model_validator(mode="after")
    def _sound(self) -> Self:
        headings = [assignment.heading for assignment in self.assignments]
        if len(set(headings)) < len(headings):
            raise ValueError("a heading stands twice")
        for assignment in self.assignments:
            column = assignment.column
            if (
                column
                and not assignment.is_extra
                and column not in BY_NAME
                and column not in INPUTS
            ):
                raise ValueError(f"{assignment.heading}: there is no column {column}")
            if column and assignment.is_extra and (column in BY_NAME or column in INPUTS):
                raise ValueError(f"{assignment.heading}: {column} is a column of its own kind")
        used = Counter(
            (assignment.column, assignment.year)
            for assignment in self.assignments
            if assignment.column
        )
        for (column, year), times in used.items():
            if times > 1:
                when = f" of {year}" if year else ""
                raise ValueError(f"{times} headings are mapped to {column}{when}; keep one")
        return self

    def of(self, column: str) -> tuple[Assignment, ...]:
        """The assignments to a column, newest year first."""
        found = [a for a in self.assignments if a.column == column]
        return tuple(sorted(found, key=lambda a: a.year or 9999, reverse=True))

    def changing(self, heading: str, **changes: Any) -> "Mapping":
        """A copy in which a person decided about one heading.

        Raises
        ------
        ImportRefused
            If the file has no such heading, or the change does not fit the others.
        """
        if heading not in {a.heading for a in self.assignments}:
            raise ImportRefused(f"The file has no heading {heading}.")
        changes = {"confidence": 1.0, "reason": "chosen", **changes}
        assignments = tuple(
            a.model_dump() | changes if a.heading == heading else a.model_dump()
            for a in self.assignments
        )
        return self.replace(assignments=assignments, corrected=True)

    def choosing(self, heading: str, column: str | None, *, kind: Kind | None = None) -> "Mapping":
        """A copy in which a person decided what a heading becomes.

        A heading that had the column (of that year) before is kept as a column of the file's own.

        Parameters
        ----------
        heading
            As in the file.
        column
            A canonical column or one of `INPUTS`; None leaves the heading out, or with `kind` keeps it
            as an extra column.
        kind
            Of the extra column.

        Raises
        ------
        ImportRefused
            If the file has no such heading.
        """
        if column is None:
            name = _own_name(heading) if kind else None
            return self.changing(
                heading, column=name, kind=kind.value if kind else None, currency=None, year=None
            )
        words = parse(heading)
        year = words.year if column in _YEARLY else None
        without = self
        for rival in self.of(column):
            if rival.heading != heading and rival.year == year:
                own = "number" if column in _NUMBERS else "choice"
                without = without.changing(
                    rival.heading,
                    column=_own_name(rival.heading),
                    kind=own,
                    currency=None,
                    year=None,
                    confidence=0.5,
                    reason=f"{heading} is taken for {column}",
                )
        return without.changing(
            heading,
            column=column,
            kind=None,
            unit=words.unit or 1.0,
            currency=words.currency if column in AMOUNTS else None,
            year=year,
        )

    def replace(self, **changes: Any) -> "Mapping":
        """A validated copy with some fields changed.

        Raises
        ------
        ImportRefused
            If the changed mapping is not valid.
        """
        return _validated(self.model_dump() | changes)

    def fits(self, headings: Sequence[str]) -> bool:
        """Whether it was made for files with these headings."""
        return self.fingerprint == fingerprint(headings)

    def to_json(self) -> str:
        """The mapping as JSON text, indented, ending in a newline."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> "Mapping":
        """Read a mapping.

        Raises
        ------
        ImportRefused
            If it is not a valid mapping; the message names the first field that is wrong.
        """
        try:
            content = json.loads(text)
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ImportRefused(f"This is not a mapping file ({error}).") from error
        return _validated(content)


def _validated(content: Any) -> Mapping:
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        reason = str(first["msg"]).removeprefix("Value error, ")
        raise ImportRefused(
            f"The mapping is not valid{f' at {where}' if where else ''}: {reason}."
        ) from error


def fingerprint(headings: Sequence[str]) -> str:
    """What files with the same headings share, whatever the order of their columns."""
    text = "\n".join(sorted(headings))
    return blake2b(text.encode(), digest_size=16).hexdigest()


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
    numeric = [h for h, a in guesses.items() if a.column in _NUMBERS or a.kind == "number"]
    if numeric:
        marks = table.lazy.select(
            values.decimal_mark(pl.col(heading)).alias(heading) for heading in numeric
        ).collect()
        for heading in numeric:
            guesses[heading] = guesses[heading].model_copy(update={"decimal": marks[heading][0]})
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
    if meaning in _NUMBERS and len(cells) and looks["number"] < 0.5:
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
            year=heading.year if meaning in _YEARLY else None,
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
        column=_own_name(name),
        kind=kind,
        confidence=0.5,
        unit=0.01 if "%" in name and kind == "number" else 1.0,
        reason="kept as an extra column",
    )


def _own_name(heading: str) -> str:
    """What a heading is called as an extra column."""
    return f"{heading} (own)" if heading in BY_NAME or heading in INPUTS else heading


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
            band=low.is_not_null().mean(),
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
    codes = some.str.extract(_LEADING_CODE)
    share = max(
        1 - industry.normalised(codes, revision).null_count() / len(codes)
        for revision in ("2", "2.1")
    )
    measured["industry"] = share
    return {name: float(value or 0.0) for name, value in measured.items()}


_LEADING_CODE: Final = r"^\s*([A-U]?\d[\d. ]*\d|[A-U])(?:\s|$|[-–:,])"


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
                    column=heading if heading not in BY_NAME else f"{heading} (own)",
                    kind="number" if column in _NUMBERS else "choice",
                    confidence=0.5,
                    unit=guesses[heading].unit if column in _NUMBERS else 1.0,
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


_ONLY_IN: Final = {
    "SE": ("företag", "bolag", "anställda", "omsättning", "hemsida", "kommunsäte", "postort"),
    "NO": ("ansatte", "driftsinnt", "selskap", "fylke", "poststed", "omsetning", "hjemmeside"),
    "DK": ("cvr", "virksomhed", "omsætning", "branche", "selskabsform"),
    "FI": ("tunnus", "liikevaihto", "toimiala", "henkilöst", "kunta", "kotipaikka", "yritys"),
}


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
    distinct = codes.drop_nulls().str.extract(_LEADING_CODE).drop_nulls()
    old = industry.normalised(distinct, "2").count()
    new = industry.normalised(distinct, "2.1").count()
    return "2.1" if new > old else "2"


def leading_code(text: pl.Expr) -> pl.Expr:
    """The code at the start of a cell: `62010 Dataprogrammering` gives `62010`."""
    return text.str.extract(_LEADING_CODE)


def kinds(mapping: Mapping) -> dict[str, Kind]:
    """Kinds of the extra columns, by name."""
    return {a.column: Kind(a.kind) for a in mapping.assignments if a.column and a.kind}
