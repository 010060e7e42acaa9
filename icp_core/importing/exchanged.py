"""Columns that stand under each other's headings: two that changed places, or several that moved on."""

from collections.abc import Iterable, Mapping
from itertools import permutations
from typing import Final

import polars as pl

from icp_core.importing import values
from icp_core.importing.headings import parse
from icp_core.importing.looks import fit_of
from icp_core.importing.mapping import Assignment

SWAPPED: Final = "the headings look swapped: the cells are what the other one names"
MOVED: Final = "the headings look exchanged: the cells are what another one names"
YEARS: Final = "the cells look like years, no headcounts"
_SIZES: Final = "the headings look swapped: those are the sizes of headcounts and of revenues"

_LEAST_FIT: Final = 0.5
_GOOD_FIT: Final = 0.8
_FEWEST: Final = 3
# Columns that are looked at in all orders.
_MOST: Final = 6
# No list's middle company has so many people, and a revenue so far below; the unit is not known.
_CROWD: Final = 1_000.0
_SPREAD: Final = 100.0
_TOWNS: Final = ("city", "municipality", "region")


def exchange(
    guesses: dict[str, Assignment],
    cells: Mapping[str, pl.Series],
    looks: Mapping[str, Mapping[str, float]],
) -> None:
    """Give columns each other's meaning where their cells fit only that way, as a question.

    Parameters
    ----------
    guesses
        By heading, changed.
    cells
        Filled ones by heading.
    looks
        See `looks.looks_of`.
    """
    fits = _Fits(guesses, looks)
    misfits = [
        heading
        for heading, a in guesses.items()
        if a.column and not a.is_extra and len(cells[heading]) and sum(looks[heading].values())
        and fits.of(a.column, heading) < _LEAST_FIT
    ][:_MOST]  # fmt: skip
    size = 2
    while size <= len(misfits):
        moved = _moved(misfits, size, guesses, fits)
        for heading, column in moved.items():
            guesses[heading] = _asked(heading, column, SWAPPED if size == 2 else MOVED)
        # Several pairs may have changed places in one list.
        misfits = [heading for heading in misfits if heading not in moved]
        size += not moved
    _years_alone(guesses, cells, looks)
    _sizes(guesses, cells)


def _moved(
    misfits: list[str], size: int, guesses: Mapping[str, Assignment], fits: "_Fits"
) -> dict[str, str]:
    """The first headings of that number whose cells fit each other's columns."""
    columns = {heading: str(guesses[heading].column) for heading in misfits}
    for order in permutations(misfits, size):
        # Each takes the column of the one behind it: a ring, told once by its first heading.
        ring = dict(zip(order, (*order[1:], order[0]), strict=True))
        if order[0] == min(order, key=misfits.index) and all(
            columns[one] != columns[other] and fits.of(columns[other], one) >= _GOOD_FIT
            for one, other in ring.items()
        ):
            return {one: columns[other] for one, other in ring.items()}
    return {}


class _Fits:
    """How well the cells of headings fit columns, told more sharply where another column fits better."""

    def __init__(
        self, guesses: Mapping[str, Assignment], looks: Mapping[str, Mapping[str, float]]
    ) -> None:
        mapped = [h for h, a in guesses.items() if a.column and not a.is_extra]
        self._looks = looks
        self._towns = _any(looks, mapped, "town")
        self._years = any(
            looks[h]["full_year"] >= _GOOD_FIT and guesses[h].column != "fiscal_year"
            for h in mapped
        )

    def of(self, column: str, heading: str) -> float:
        """How well, 0…1."""
        looks = self._looks[heading]
        fit = fit_of(column, looks)
        if column == "name":
            # A few companies are called as towns are.
            return min(fit, 1.0 - looks["website"], max(1.0 - looks["town"], looks["company"]))
        if column in _TOWNS:
            wordy = min(fit, 1.0 - looks["website"], 1.0 - looks["company"])
            return min(wordy, looks["town"]) if column == "city" and self._towns else wordy
        if column in ("employees", "revenue") and looks["full_year"] >= _GOOD_FIT:
            return 1.0 - looks["full_year"]
        if column == "founded" and self._years:
            return min(fit, looks["full_year"])
        if column == "postcode":
            return min(fit, 1.0 - looks["website"])
        return fit


def _any(looks: Mapping[str, Mapping[str, float]], headings: Iterable[str], look: str) -> bool:
    return any(looks[heading][look] >= _GOOD_FIT for heading in headings)


def _asked(heading: str, column: str, reason: str) -> Assignment:
    return Assignment(
        heading=heading, column=column, confidence=0.6, reason=reason, doubts=("meaning",)
    )


def _years_alone(
    guesses: dict[str, Assignment],
    cells: Mapping[str, pl.Series],
    looks: Mapping[str, Mapping[str, float]],
) -> None:
    """Years under a heading of headcounts, where no other column has them."""
    for heading, assignment in guesses.items():
        if (
            assignment.column == "employees"
            and len(cells[heading]) >= _FEWEST
            and looks[heading]["full_year"] >= _GOOD_FIT
            and not any(a.column == "founded" for a in guesses.values())
        ):
            guesses[heading] = _asked(heading, "founded", YEARS)


def _sizes(guesses: dict[str, Assignment], cells: Mapping[str, pl.Series]) -> None:
    """Headcounts and revenues that changed places: nobody has a thousand people and ten crowns each."""
    found = {c: [h for h, a in guesses.items() if a.column == c] for c in ("employees", "revenue")}
    if any(len(headings) != 1 for headings in found.values()):
        return
    (staff,), (money,) = found.values()
    unit = parse(money).unit or 1.0
    if unit >= 1e6 or any(guesses[h].doubts for h in (staff, money)):
        return
    heads, sums = (_middle(cells[heading]) for heading in (staff, money))
    if heads is None or sums is None or sums <= 0:
        return
    if heads >= _CROWD and heads >= _SPREAD * sums:
        guesses[staff] = _asked(staff, "revenue", _SIZES)
        guesses[money] = _asked(money, "employees", _SIZES)


def _middle(cells: pl.Series) -> float | None:
    told = pl.select(values.names_unit(pl.lit(cells))).to_series()
    figures = values.numbers(cells.filter(~told)).drop_nulls()
    middle = figures.median() if len(figures) >= _FEWEST else None
    return middle if isinstance(middle, float) else None
