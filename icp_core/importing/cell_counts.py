"""How many cells of a column were filled, could not be read, or were written differently."""

from dataclasses import dataclass, field
from typing import Final

import polars as pl

_EXAMPLES: Final = 3


@dataclass
class CellCounts:
    """Per column of the result: cells filled in the file, that could not be read, that changed."""

    filled: int = 0
    invalid: int = 0
    changed: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, *, before: pl.Series, after: pl.Series) -> None:
        """Count one batch: text before, value after."""
        self.filled += before.count()
        lost = before.filter(before.is_not_null() & after.is_null())
        self.invalid += len(lost)
        room = _EXAMPLES - len(self.examples)
        self.examples += [text[:60] for text in lost.unique(maintain_order=True).head(room)]
        if after.dtype == pl.String:
            self.changed += int((before != after).sum())


def tally(tallies: dict[str, CellCounts], column: str, before: pl.Series, after: pl.Series) -> None:
    """Count one batch of a column."""
    tallies.setdefault(column, CellCounts()).add(before=before, after=after)
