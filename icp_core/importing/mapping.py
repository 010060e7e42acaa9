"""What becomes of the headings of a file: a mapping to the columns of accounts, shown and corrected."""

import re
from collections import Counter
from collections.abc import Mapping as Named
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, Self, get_args

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from icp_core.accounts.columns import BY_NAME, Kind
from icp_core.errors import ImportRefused
from icp_core.importing import dates, values
from icp_core.importing.headings import parse
from icp_core.reference import faults, industry, json_text
from icp_core.reference.text import fold

BESIDE: Final = {"municipality": "municipality_beside", "region": "region_beside"}
"""Where a list has codes and names of a place, the column of those that the first lacks."""

INPUTS: Final = frozenset(
    {"industry_text", "currency", "email", "address", "post_town", *BESIDE.values()}
)
"""Columns a heading can be mapped to besides the canonical ones; `post_town` is postcode with town."""

AMOUNTS: Final = ("revenue", "operating_profit", "net_profit")
"""Canonical columns in money, which need a currency."""

NUMBERS: Final = (*AMOUNTS, "employees", "margin", "revenue_growth", "current_ratio")
"""Canonical columns whose headings are read as numbers."""

FRACTIONS: Final = ("margin", "revenue_growth", "current_ratio")
"""Canonical columns that are fractions here and per cent in most files."""
DATES: Final = ("as_of", "founded", "last_touch")
"""Canonical columns whose headings are read as dates."""

YEARLY: Final = (*NUMBERS, "fiscal_year")
"""Columns of which a list can hold several years, one a heading."""

SURE: Final = 0.9
"""Confidence from which a guess need not be checked."""

Doubt = Literal[
    "meaning", "currency", "no currency", "unit", "no unit", "per cent", "date order", "customers"
]  # fmt: skip
"""What of a guess was assumed. Amounts without a currency or unit are unknown until one is chosen."""

NO_CURRENCY: Final = "XXX"
"""ISO 4217's code for none: of amounts that a person decided to leave unknown."""

UNKNOWN: Final = "unknown"
"""What a person says of a value that tells nothing about whether a company is a customer."""

Meaning = Literal["won", "lost", "churned", "active", "open", "unknown"]
"""What a value of a column of customers means."""

# What a person's change of a field settles.
_SETTLES: Final[dict[str, tuple[Doubt, ...]]] = {
    "column": (
        "meaning", "currency", "no currency", "unit", "no unit", "per cent", "date order", "customers",
    ),
    "currency": ("currency", "no currency"),
    "unit": ("unit", "no unit", "per cent"),
    "date_order": ("date order",),
    "means": ("customers",),
}  # fmt: skip
# What is asked of all amounts of a list at once.
_OF_ALL_AMOUNTS: Final = ("currency", "no currency", "unit", "no unit")
# Between the reasons of a heading of which several things were assumed, in the order of its doubts.
_AND: Final = "; "
_CHOSEN: Final = "chosen"
_AGREED: Final = "as assumed"


UNITS: Final = {"as written": 1.0, "thousands": 1e3, "millions": 1e6, "per cent": 0.01}
"""Factors by the words that people choose them by."""

DATE_ORDERS: Final[dict[str, dates.Order]] = {
    "day first": "dmy",
    "month first": "mdy",
    "year first": "ymd",
}
"""Orders of day, month and year by the words that people choose them by."""


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
        ISO 4217 code of an amount; None takes the row's currency column, else that of its country;
        `NO_CURRENCY` leaves the amounts unknown.
    year
        That the values are of, if the heading says so.
    decimal
        Decimal mark of the column's numbers.
    date_order
        Order of day, month and year in the column's dates; None where nothing tells: days come first.
    reason
        Why, for the person who checks.
    doubts
        What was assumed and waits for an answer.
    own_units
        Whether only amounts that name a unit or currency of their own are known: nobody knows what a
        bare number beside them is.
    means
        Of a column of customers, what its values mean; None where that is asked. Empty where they are
        plain yes and no.
    """

    heading: str
    column: str | None
    kind: Literal["number", "choice", "tags", "flag"] | None = None
    confidence: float = Field(default=1.0, ge=0, le=1)
    unit: float = Field(default=1.0, gt=0)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    year: int | None = Field(default=None, ge=1900, le=2100)
    decimal: values.DecimalMark = "."
    date_order: dates.Order | None = None
    reason: str = ""
    doubts: tuple[Doubt, ...] = ()
    own_units: bool = False
    means: dict[str, Meaning | None] = Field(default_factory=dict)

    @property
    def is_extra(self) -> bool:
        """Whether the column is the file's own."""
        return self.kind is not None

    @property
    def is_assumed(self) -> bool:
        """Whether somebody should look at it before anything is computed from it."""
        return self.column is not None and not self.is_extra and self.confidence < SURE

    @property
    def is_asked(self) -> bool:
        """Whether something of it was assumed, and nobody has said yet that it is so."""
        return self.column is not None and not self.is_extra and bool(self.doubts)

    def reason_of(self, doubt: Doubt) -> str:
        """Why that was assumed."""
        parts = self.reason.split(_AND)
        told = doubt in self.doubts and len(parts) == len(self.doubts)
        return parts[self.doubts.index(doubt)] if told else self.reason

    @property
    def is_decided(self) -> bool:
        """Whether a person said what it is, or agreed to what was assumed."""
        return self.reason in (_CHOSEN, _AGREED)

    def doubting(self, doubt: Doubt, confidence: float, reason: str, **changes: Any) -> Self:
        """A copy that says what was assumed, and why."""
        reasons = [self.reason, reason] if self.doubts else [reason]
        return self.model_copy(
            update={
                "doubts": (*self.doubts, doubt),
                "confidence": min(self.confidence, confidence),
                "reason": _AND.join(reasons),
                **changes,
            }
        )


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

    def texts(self) -> list[pl.Expr]:
        """A file's columns under their canonical names, the newest year where there are several."""
        columns = dict.fromkeys(a.column for a in self.assignments if a.column and not a.is_extra)
        return [
            pl.coalesce(pl.col(a.heading) for a in self.of(str(column))).alias(str(column))
            for column in columns
        ]

    def changing(self, heading: str, **changes: Any) -> "Mapping":
        """A copy in which a person decided about one heading.

        The answer to a question is that of the column's other years too, of which the same is asked, and
        a unit that of the other amounts.

        Raises
        ------
        ImportRefused
            If the file has no such heading, or the change does not fit the others.
        """
        said = next((a for a in self.assignments if a.heading == heading), None)
        if said is None:
            raise ImportRefused(f"The file has no heading {heading}.")
        settled = {doubt for field in changes for doubt in _SETTLES.get(field, ())}
        return self._settling(said, settled, changes, of_others="column" not in changes)

    def agreeing(self, heading: str, doubt: Doubt) -> "Mapping":
        """A copy in which a person agreed to one thing that was assumed of a heading.

        Raises
        ------
        ImportRefused
            If the file has no such heading.
        """
        said = next((a for a in self.assignments if a.heading == heading), None)
        if said is None:
            raise ImportRefused(f"The file has no heading {heading}.")
        return self._settling(said, {doubt}, _agreed(said, {doubt}), reason=_AGREED)

    def _settling(
        self,
        said: Assignment,
        settled: set[Doubt],
        changes: dict[str, Any],
        *,
        of_others: bool = True,
        reason: str = _CHOSEN,
    ) -> "Mapping":
        """A copy with what a person said of a heading, and of the others of which the same is asked."""
        asked = [doubt for doubt in said.doubts if doubt in settled] if of_others else []
        assignments = tuple(
            a.model_dump() | _decided(a, changes, settled, reason=reason)
            if a.heading == said.heading or any(_asks_the_same(said, a, doubt) for doubt in asked)
            else a.model_dump()
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
            name = own_name(heading) if kind else None
            return self.changing(
                heading, column=name, kind=kind.value if kind else None, currency=None, year=None,
                means={},
            )  # fmt: skip
        words = parse(heading)
        year = words.year if column in YEARLY else None
        without = self
        for rival in self.of(column):
            if rival.heading != heading and rival.year == year:
                own = "number" if column in NUMBERS else "choice"
                without = without.changing(
                    rival.heading,
                    column=own_name(rival.heading),
                    kind=own,
                    currency=None,
                    year=None,
                    means={},
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
            means={},
        )

    def setting(self, heading: str, answer: str) -> "Mapping":
        """A copy in which a person said of a heading what it is, in a word.

        Parameters
        ----------
        heading
            As in the file; case and spaces around it do not count.
        answer
            A column (`name`, `revenue`, `industry_text`), a currency (`USD`, or `by country`), a unit
            (`as written`, `thousands`, `millions`, `per cent`), an order of dates (`day first`,
            `month first`, `year first`), `unknown` for amounts, `own column` or `leave out`.

        Raises
        ------
        ImportRefused
            If the file has no such heading, or the answer is none of these.
        """
        named = self.heading(heading)
        if named is None:
            raise ImportRefused(
                f"The file has no heading {heading}; it has "
                f"{', '.join(a.heading for a in self.assignments)}."
            )
        heading = named
        word = " ".join(answer.split())
        lower = word.casefold().replace("_", " ")
        if lower == "leave out":
            return self.choosing(heading, None)
        if lower == "own column":
            number = any(a.column in NUMBERS for a in self.assignments if a.heading == heading)
            return self.choosing(heading, None, kind=Kind.NUMBER if number else Kind.CHOICE)
        amounts = any(one.heading == heading for column in AMOUNTS for one in self.of(column))
        if lower == "unknown" and amounts:
            return self.unknowing(heading)
        if (changes := _changes(word)) is not None:
            return self.changing(heading, **changes)
        column = lower.replace(" ", "_")
        if column in BY_NAME or column in INPUTS:
            return self.choosing(heading, column)
        raise ImportRefused(
            f"{heading}={answer}: that is no column, currency or unit. Say for example name, revenue, "
            f"USD, by country, {', '.join(UNITS)}, {', '.join(DATE_ORDERS)}, unknown, own column or "
            "leave out."
        )

    def heading(self, text: str) -> str | None:
        """The heading that a person means, whatever its case and spaces; None if there is none."""
        wanted = " ".join(text.split()).casefold()
        return next(
            (
                a.heading
                for a in self.assignments
                if " ".join(a.heading.split()).casefold() == wanted
            ),
            None,
        )

    def saying(self, means: Named[str, str]) -> "Mapping":
        """A copy in which a person said what values of the columns of customers mean.

        Parameters
        ----------
        means
            By value, whatever its case; those that no column has are kept for files that have them.

        Raises
        ------
        ImportRefused
            If an answer is none of `Meaning`.
        """
        for value, meaning in means.items():
            if meaning not in get_args(Meaning):
                raise ImportRefused(
                    f"{value}={meaning}: a value means one of {', '.join(get_args(Meaning))}."
                )
        said = {fold(value): meaning for value, meaning in means.items()}
        mapping = self
        for one in self.of("is_customer"):
            theirs = {v: said.get(fold(v), meaning) for v, meaning in one.means.items()}
            more = {v: m for v, m in means.items() if fold(v) not in map(fold, one.means)}
            whole = theirs | more
            if None in whole.values():
                kept = [
                    a.model_dump() | ({"means": whole} if a.heading == one.heading else {})
                    for a in mapping.assignments
                ]
                mapping = mapping.replace(assignments=tuple(kept), corrected=True)
            else:
                mapping = mapping.changing(one.heading, means=whole)
        return mapping

    def asked(self) -> tuple[tuple[Assignment, Doubt], ...]:
        """What was assumed of which heading, to be answered before anything is computed from it.

        What a heading means comes before all else of it. The same of several years, or of several
        amounts for the same reason, is asked once.
        """
        found: list[tuple[Assignment, Doubt]] = []
        for one in self.assignments:
            doubts = one.doubts if one.is_asked else ()
            for doubt in ("meaning",) if "meaning" in doubts else doubts:
                years = [other for other in self.of(str(one.column)) if doubt in other.doubts]
                known = any(_asks_the_same(other, one, doubt) for other, _ in found)
                if doubt == "meaning" or (years[0] is one and not known):
                    found.append((one, doubt))
        return tuple(found)

    def questions(self) -> tuple[Assignment, ...]:
        """The headings of which something was assumed that is asked."""
        return tuple({one.heading: one for one, _ in self.asked()}.values())

    def unknowing(self, heading: str) -> "Mapping":
        """A copy in which a person left the amounts of a heading unknown.

        Raises
        ------
        ImportRefused
            If the file has no such heading.
        """
        left: dict[str, Any] = {"currency": NO_CURRENCY, "unit": 1.0, "doubts": ()}
        if any(a.heading == heading and a.own_units for a in self.assignments):
            del left["currency"]
        return self.changing(heading, **left, confidence=1.0, reason=_CHOSEN)

    def confirmed(self) -> "Mapping":
        """A copy in which a person agreed to all that was assumed.

        Where nothing could be assumed, amounts without a currency or unit, they stay unknown.
        """
        assignments = tuple(
            one.model_dump()
            | (
                _decided(one, _agreed(one, set(one.doubts)), set(one.doubts), reason=_AGREED)
                if one.is_asked
                else {}
            )
            for one in self.assignments
        )
        return self.replace(assignments=assignments, corrected=True)

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
            content = json_text.parsed(text)
        except ValueError as error:
            raise ImportRefused(f"This is not a mapping file ({error}).") from error
        return _validated(content)


def _changes(word: str) -> dict[str, Any] | None:
    """The field that an answer in a word changes; None if it is none of them."""
    lower = word.casefold()
    if lower in UNITS:
        return {"unit": UNITS[lower]}
    if lower in DATE_ORDERS:
        return {"date_order": DATE_ORDERS[lower]}
    if lower == "by country":
        return {"currency": None}
    return {"currency": word} if re.fullmatch("[A-Z]{3}", word) else None


def _asks_the_same(one: Assignment, other: Assignment, doubt: Doubt) -> bool:
    """Whether the same is asked of two headings: of years of a column, or of amounts for one reason."""
    if doubt not in one.doubts or doubt not in other.doubts or one.heading == other.heading:
        return False
    if one.column == other.column and one.year is not None and doubt != "meaning":
        return True
    return (
        one.column in AMOUNTS
        and other.column in AMOUNTS
        and doubt in _OF_ALL_AMOUNTS
        and one.reason_of(doubt) == other.reason_of(doubt)
        and (one.unit, one.currency, one.own_units) == (other.unit, other.currency, other.own_units)
    )


def _agreed(one: Assignment, doubts: set[Doubt]) -> dict[str, Any]:
    """What changes of a heading with agreeing to what was assumed of it."""
    agreed: dict[str, Any] = {}
    if "no currency" in doubts or ("no unit" in doubts and not one.own_units):
        agreed |= {"currency": NO_CURRENCY}
    if "date order" in doubts:
        agreed |= {"date_order": one.date_order or "dmy"}
    if "customers" in doubts:
        agreed |= {"means": {v: m or UNKNOWN for v, m in one.means.items()}}
    return agreed


def _decided(
    before: Assignment, changes: dict[str, Any], settled: set[Doubt], *, reason: str
) -> dict[str, Any]:
    """What changes with a person's decision: sure, unless something else was assumed too."""
    left = tuple(doubt for doubt in before.doubts if doubt not in settled)
    if before.own_units and "unit" in changes and changes.get("reason") != _CHOSEN:
        changes = changes | {"own_units": False}
    if left:
        reasons = dict.fromkeys(before.reason_of(doubt) for doubt in left)
        return {"doubts": left, "reason": _AND.join(reasons), **changes}
    return {"confidence": 1.0, "reason": reason, "doubts": (), **changes}


def _validated(content: Any) -> Mapping:
    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"])
        reason = faults.said(first)
        raise ImportRefused(
            f"The mapping is not valid{f' at {where}' if where else ''}: {reason}."
        ) from error


def fingerprint(headings: Sequence[str]) -> str:
    """What files with the same headings share, whatever the order of their columns."""
    text = "\n".join(sorted(headings))
    return blake2b(text.encode(), digest_size=16).hexdigest()


def own_name(heading: str) -> str:
    """What a heading is called as an extra column."""
    return f"{heading} (own)" if heading in BY_NAME or heading in INPUTS else heading
