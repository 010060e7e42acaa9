"""How many cells of a column were filled, could not be read, or were written differently."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import polars as pl

_EXAMPLES: Final = 3
# Different texts that are counted one by one; a column of notes has as many as rows.
_COUNTED: Final = 1_000


@dataclass
class CellCounts:
    """Per column of the result: cells filled in the file, that could not be read, that changed.

    Attributes
    ----------
    filled, invalid, changed
        Numbers of cells.
    examples
        The first few that could not be read.
    misread
        How often each text stood that could not be read.
    remarks
        What was decided about cells of the column, by how many: `old code, today's is used`.
    """

    filled: int = 0
    invalid: int = 0
    changed: int = 0
    examples: list[str] = field(default_factory=list)
    misread: Counter[str] = field(default_factory=Counter)
    remarks: Counter[str] = field(default_factory=Counter)

    def add(self, *, before: pl.Series, after: pl.Series) -> None:
        """Count one batch: text before, value after."""
        self.filled += before.count()
        lost = before.filter(before.is_not_null() & after.is_null())
        self.invalid += len(lost)
        room = _EXAMPLES - len(self.examples)
        self.examples += [text[:60] for text in lost.unique(maintain_order=True).head(room)]
        for text, count in lost.value_counts(sort=True).head(_COUNTED).iter_rows():
            if len(self.misread) < _COUNTED or text[:60] in self.misread:
                self.misread[text[:60]] += count
        if after.dtype == pl.String:
            self.changed += int((before != after).sum())

    def remark(self, text: str, count: int) -> None:
        """Say that something was decided about some cells; nothing is said of none."""
        if count:
            self.remarks[text] += count


def tally(tallies: dict[str, CellCounts], column: str, before: pl.Series, after: pl.Series) -> None:
    """Count one batch of a column."""
    tallies.setdefault(column, CellCounts()).add(before=before, after=after)


def remark(tallies: dict[str, CellCounts], column: str, text: str, count: int) -> None:
    """Say what was decided about some cells of a column."""
    if count:
        tallies.setdefault(column, CellCounts()).remark(text, count)
