"""All accounts of an engine as its gates see them, counted there and never fetched."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Final, TypeVar

import narwhals as nw
import numpy as np
import polars as pl

from icp_core.evaluation.account_arrays import test_key
from icp_core.evaluation.arrays import smallest
from icp_core.evaluation.expressions import FAILS, UNKNOWN, dimension, standing
from icp_core.evaluation.fits import Columns
from icp_core.evaluation.names import inner
from icp_core.profiles.model import Criterion
from icp_core.reference.arrays import Codes, Flags, Ints

Value = TypeVar("Value")

_REGION: Final = inner("region")
_COUNT: Final = inner("accounts")


class Cells:
    """Accounts that stand alike with every gate and lie in one region are one cell, with their number.

    So few rows leave the engine that whatever follows from gates (what each costs, what is left after
    each, what dropping or loosening one would bring) is arithmetic here, exact to the account. Never
    changed: further gates make further cells, so that any thread may read on.

    Parameters
    ----------
    gates
        What the accounts were counted by.
    found
        One row a cell, as `question` asks for them.
    count
        Gives the cells by other gates, counted in the engine if nobody has asked yet.
    """

    def __init__(
        self,
        gates: Sequence[Criterion],
        found: pl.DataFrame,
        count: "Callable[[tuple[Criterion, ...]], Cells]",
    ) -> None:
        self._gates = tuple(gates)
        self._standing: dict[Hashable, Ints] = {
            test_key(gate): found[_gate(place)].cast(pl.Int64).to_numpy()
            for place, gate in enumerate(gates)
        }
        self._counts: Ints = found[_COUNT].cast(pl.Int64).to_numpy()
        self._regions = found[_REGION].cast(pl.String)
        self._count = count
        self._kept: dict[Hashable, Any] = {}

    @staticmethod
    def question(
        accounts: Any, gates: Sequence[Criterion], *, columns: Columns
    ) -> nw.LazyFrame[Any]:
        """The cells of accounts, to be asked of their engine.

        Parameters
        ----------
        accounts
            The engine's own lazy frame.
        gates
            What to count by.
        columns
            What each column of the accounts is.
        """
        names = [_gate(place) for place in range(len(gates))]
        cells: nw.LazyFrame[Any] = (
            nw.from_native(accounts)
            .select(
                dimension("region", columns=columns).alias(_REGION),
                *(
                    standing(gate, columns=columns).alias(name)
                    for name, gate in zip(names, gates, strict=True)
                ),
            )
            .group_by(_REGION, *names)
            .agg(nw.len().alias(_COUNT))
        )
        return cells

    def __len__(self) -> int:
        return len(self._counts)

    def asked(self, gates: Iterable[Criterion]) -> "Cells":
        """Cells that tell of these gates and of those here; these where they do already.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        new = {test_key(gate): gate for gate in gates if test_key(gate) not in self._standing}
        return self._count((*self._gates, *new.values())) if new else self

    @property
    def total(self) -> int:
        """How many accounts there are."""
        return int(self._counts.sum())

    def none(self) -> Flags:
        """No cell chosen."""
        return np.zeros(len(self), dtype=bool)

    def gate(self, criterion: Criterion) -> tuple[Flags, Flags]:
        """Which cells fail a gate that was asked about, and for which it is unknown."""
        found = self._standing[test_key(criterion)]
        return found == FAILS, found == UNKNOWN

    def codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        """Each cell's region, and the regions."""
        if name != "region":
            raise KeyError(name)
        values = (*self._regions.drop_nulls().unique().sort().to_list(), None)
        place = {value: i for i, value in enumerate(values)}
        dtype = smallest(len(values))
        return np.array([place[value] for value in self._regions], dtype=dtype), values

    def count(self, chosen: Flags) -> int:
        """How many accounts the chosen cells hold."""
        return int(self._counts[chosen].sum())

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept under the key since the cells were counted, else what `compute` returns."""
        if key not in self._kept:
            self._kept[key] = compute()
        found: Value = self._kept[key]
        return found


def _gate(place: int) -> str:
    return inner(f"gate_{place}")
