"""What becomes of the headings of a file: a mapping to the columns of accounts, shown and corrected."""

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from icp_core.accounts.columns import BY_NAME, Kind
from icp_core.errors import ImportRefused
from icp_core.importing import dates, values
from icp_core.importing.headings import parse
from icp_core.reference import industry, json_text

INPUTS: Final = frozenset({"industry_text", "currency", "email"})
"""Columns a heading can be mapped to besides the canonical ones."""

AMOUNTS: Final = ("revenue", "operating_profit", "net_profit")
"""Canonical columns in money, which need a currency."""

NUMBERS: Final = (*AMOUNTS, "employees", "margin", "revenue_growth", "current_ratio")
"""Canonical columns whose headings are read as numbers."""

DATES: Final = ("as_of", "founded")
"""Canonical columns whose headings are read as dates."""

YEARLY: Final = (*NUMBERS, "fiscal_year")
"""Columns of which a list can hold several years, one a heading."""


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
    date_order
        Order of day, month and year in the column's dates; None where nothing tells: days come first.
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
    date_order: dates.Order | None = None
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
            name = own_name(heading) if kind else None
            return self.changing(
                heading, column=name, kind=kind.value if kind else None, currency=None, year=None
            )
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
            content = json_text.parsed(text)
        except ValueError as error:
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


def own_name(heading: str) -> str:
    """What a heading is called as an extra column."""
    return f"{heading} (own)" if heading in BY_NAME or heading in INPUTS else heading
