"""Which companies of a list are customers, by a column of the CRM's: a yes, a type, a stage of life.

Told by what stands in the column rather than by its heading, since every CRM calls it otherwise. What a
value means is understood by its words (`stages.of_company`) or asked for; nobody guesses.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import polars as pl

from icp_core.importing import values
from icp_core.importing.footers import without_footers
from icp_core.importing.headings import parse, words
from icp_core.importing.mapping import UNKNOWN, Assignment, own_name
from icp_core.importing.mapping import Mapping as HeadingMapping
from icp_core.importing.stages import CUSTOMERS, is_about_customers, of_company, speaks_of_customers
from icp_core.importing.tables import Table
from icp_core.reference.text import fold

MOST_VALUES: Final = 40
"""Different values that a column can have to be asked about."""

_SAMPLE: Final = 2_000
_LONGEST: Final = 80
# Share of the cells that have to be understood before a column is taken for one of customers.
_UNDERSTOOD: Final = 0.5
# Under a heading that a CRM asks what a company is by, where the rest is asked.
_SOME_UNDERSTOOD: Final = 0.1
_OF_WHAT_KIND: Final = frozenset(
    ["type", "typ", "tyyppi", "kategori", "category", "kategoria", "relation", "relasjon"]
)
# Values that say themselves that a company is a customer, or was.
_SAYS: Final = ("active", "churned")
_COLUMN: Final = "is_customer"
# Columns that a CRM's word for its relation to a company is taken for at first.
_INSTEAD_OF: Final = (_COLUMN, "status", "legal_form", "sector", "territory")

ASKED: Final = "which of these mean a customer?"
"""Reason of a column some of whose values nobody understands."""

Choices = Mapping[str, Mapping[str, int]]
"""How many companies have each value, by heading."""


def choices_of(table: Table) -> dict[str, dict[str, int]]:
    """The values of each column that has few, with how many cells have them, most first.

    Of columns about customers those of the whole file, of others of its first rows.

    Parameters
    ----------
    table
        As read.
    """
    sample = without_footers(table.head(_SAMPLE))
    few = [
        heading
        for heading in table.headings
        if 0 < sample[heading].drop_nulls().n_unique() <= MOST_VALUES
        and sample[heading].drop_nulls().str.contains(r"\d{4}").sum()
        < _UNDERSTOOD * sample[heading].count()
    ]
    found = _counted(sample.lazy(), few)
    if table.rows > _SAMPLE:
        told = [
            heading
            for heading, counts in found.items()
            if is_about_customers(heading) or tells_customers(heading, counts)
        ]
        found = {h: counts for h, counts in found.items() if h not in told}
        found |= _counted(table.lazy, told)
    return found


def _counted(rows: pl.LazyFrame, headings: Sequence[str]) -> dict[str, dict[str, int]]:
    """How often each value stands in columns, of those that have few and short ones; in one pass."""
    if not headings:
        return {}
    counts = rows.select(
        pl.col(heading).str.strip_chars().drop_nulls().value_counts().implode().alias(str(place))
        for place, heading in enumerate(headings)
    ).collect()
    found: dict[str, dict[str, int]] = {}
    for heading, column in zip(headings, counts.iter_columns(), strict=True):
        pairs = [(value, int(n)) for value, n in column.explode().struct.unnest().iter_rows()]
        pairs = [(value, n) for value, n in pairs if value]
        if 0 < len(pairs) <= MOST_VALUES and max(len(value) for value, _ in pairs) <= _LONGEST:
            found[heading] = dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0])))
    return found


def tells_customers(heading: str, counts: Mapping[str, int]) -> bool:
    """Whether a column says which companies are customers.

    Parameters
    ----------
    heading
        As in the file.
    counts
        Its values.

    Examples
    --------
    >>> tells_customers("Type", {"Customer - Direct": 9, "Prospect": 40, "Other": 3})
    True
    >>> tells_customers("Segment", {"Retail": 9, "Public": 40})
    False
    """
    meanings = {value: of_company(value, heading=heading) for value in counts}
    understood = sum(counts[value] for value, said in meanings.items() if said is not None)
    named = any(word in _OF_WHAT_KIND for word in words(heading))
    least = _SOME_UNDERSTOOD if named else _UNDERSTOOD
    if understood < least * sum(counts.values()):
        return False
    if parse(heading).meaning == _COLUMN:
        return True
    # A yes or an "active" is of anything; a value has to speak of customers itself.
    spoken = [v for v, said in meanings.items() if said in _SAYS and speaks_of_customers(v)]
    kinds = {said in CUSTOMERS for said in meanings.values() if said is not None}
    return bool(spoken) and (
        named or len(kinds) > 1 or any(parse(v).meaning == _COLUMN for v in spoken)
    )


def best(headings: Iterable[str], choices: Choices, *, asking: bool = False) -> str | None:
    """Of some headings the one whose values tell best which companies are customers; None if none does.

    Parameters
    ----------
    headings
        To choose from.
    choices
        Their values, of those that have few.
    asking
        Whether the heading alone is enough (`Kundstatus`, `Lifecycle stage`), whatever its values.
    """
    few = [heading for heading in headings if heading in choices]
    told = [heading for heading in few if tells_customers(heading, choices[heading])]
    if asking and not told:
        told = [heading for heading in few if is_about_customers(heading)]

    def worth(heading: str) -> tuple[bool, float]:
        counts = choices[heading]
        known = sum(n for v, n in counts.items() if of_company(v, heading=heading) is not None)
        return parse(heading).meaning == _COLUMN, known / sum(counts.values())

    return max(told, key=worth, default=None)


def find_customers(
    guesses: dict[str, Assignment], choices: Choices, *, others: Collection[str] = _INSTEAD_OF
) -> None:
    """Give the column that tells which companies are customers its place among the guesses.

    Parameters
    ----------
    guesses
        By heading, changed.
    choices
        Values of the columns that have few.
    others
        Columns whose cells may turn out to be of customers (a `Type` or `Status` of a CRM).
    """
    heading = best(
        (
            heading
            for heading, a in guesses.items()
            if a.column is not None and (a.kind in ("choice", "tags", "flag") or a.column in others)
        ),
        choices,
    )
    if heading is None:
        return
    sure = parse(heading).meaning == _COLUMN
    for rival, a in guesses.items():
        if a.column == _COLUMN and rival != heading:
            guesses[rival] = Assignment(
                heading=rival, column=own_name(rival), kind="choice", confidence=0.5,
                reason=f"{heading} is taken for {_COLUMN}",
            )  # fmt: skip
    guesses[heading] = Assignment(
        heading=heading,
        column=_COLUMN,
        confidence=0.98 if sure else 0.9,
        reason="known heading" if sure else "its values say which are customers",
    )


def asking(mapping: HeadingMapping, choices: Choices) -> HeadingMapping:
    """The mapping with what each value of a column of customers means, and a question where none knows.

    What a person has said of a value stays.

    Parameters
    ----------
    mapping
        Guessed, remembered or corrected.
    choices
        Values of the file's columns that have few.
    """
    assignments = []
    for one in mapping.assignments:
        counts = choices.get(one.heading)
        if one.column != _COLUMN or counts is None:
            assignments.append(one)
            continue
        said = {fold(value): meaning for value, meaning in one.means.items()}
        means = {
            value: said.get(fold(value)) or of_company(value, heading=one.heading)
            for value in counts
        }
        if all(value.lower() in values.YES_OR_NO for value in means) and not said:
            assignments.append(one)
            continue
        before = {v: m for v, m in one.means.items() if fold(v) not in {fold(v) for v in means}}
        assignments.append(_asked(one.model_copy(update={"means": before | means})))
    if tuple(assignments) == mapping.assignments:
        return mapping
    return mapping.replace(assignments=tuple(a.model_dump() for a in assignments))


def _asked(one: Assignment) -> Assignment:
    left = [value for value, meaning in one.means.items() if meaning is None]
    doubts = tuple(doubt for doubt in one.doubts if doubt != "customers")
    if not left:
        return one.model_copy(update={"doubts": doubts})
    if "customers" in one.doubts:
        return one
    bare = one.model_copy(update={"doubts": doubts})
    return bare.doubting("customers", 0.8, ASKED)


def flags(texts: pl.Series, means: Mapping[str, str | None]) -> pl.Series:
    """Whether each company is a customer; null where nobody knows what its value means."""
    told = {fold(value): meaning for value, meaning in means.items()}
    distinct = texts.drop_nulls().unique()
    found: list[bool | None] = []
    for text in distinct:
        meaning = told.get(fold(text))
        plain = values.YES_OR_NO.get(text.strip().lower()) if meaning is None else None
        found.append(plain if meaning in (None, UNKNOWN) else meaning in CUSTOMERS)
    return texts.replace_strict(distinct, found, default=None, return_dtype=pl.Boolean)


def meanings(texts: pl.Series, means: Mapping[str, str | None]) -> dict[str, int]:
    """What each value was taken for, in words for the report, and how many cells have it."""
    found = flags(texts, means)
    counts = pl.DataFrame({"value": texts.str.strip_chars(), "customer": found}).drop_nulls("value")
    words = {True: "a customer", False: "no customer", None: "nobody has said: unknown"}
    return {
        f"“{value}” means {words[customer]}"
        if customer is not None
        else f"“{value}”: {words[None]}": n
        for value, customer, n in counts.group_by("value", "customer", maintain_order=True)
        .len()
        .iter_rows()
    }
