"""All accounts of an engine as its gates see them, counted there and never fetched."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Final, TypeVar

import narwhals as nw
import numpy as np
import polars as pl

from icp_core.evaluation.account_arrays import test_key
from icp_core.evaluation.arrays import smallest
from icp_core.evaluation.expressions import FAILS, UNKNOWN, dimension, standing
from icp_core.evaluation.fits import Columns
from icp_core.profiles.model import Criterion
from icp_core.reference.arrays import Codes, Flags, Ints

Value = TypeVar("Value")

_REGION: Final = "_cell_region"
_COUNT: Final = "_cell_accounts"


class Cells:
    """Accounts that stand alike with every gate and lie in one region are one cell, with their number.

    So few rows leave the engine that whatever follows from gates (what each costs, what is left after
    each, what dropping or loosening one would bring) is arithmetic here, exact to the account.

    Parameters
    ----------
    accounts
        Gives the accounts as the engine's own lazy frame.
    columns
        What each column of the accounts is.
    ask
        Runs a question to the engine and gives its rows.
    """

    def __init__(
        self,
        accounts: Callable[[], Any],
        columns: Columns,
        ask: Callable[[nw.LazyFrame[Any]], pl.DataFrame],
    ) -> None:
        self._accounts = accounts
        self._columns = columns
        self._ask = ask
        self._gates: dict[Hashable, Criterion] = {}
        self._standing: dict[Hashable, Ints] = {}
        self._kept: dict[Hashable, Any] = {}
        self._counts: Ints = np.zeros(0, dtype=np.int64)
        self._regions = pl.Series(dtype=pl.String)

    def __len__(self) -> int:
        return len(self._counts)

    def ask(self, gates: Iterable[Criterion]) -> None:
        """Count by these gates and by those asked about before, in one question.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        wanted = self._gates | {test_key(gate): gate for gate in gates}
        if len(self) and wanted.keys() == self._gates.keys():
            return
        names = [f"_cell_gate_{place}" for place in range(len(wanted))]
        cells = (
            nw.from_native(self._accounts())
            .select(
                dimension("region", columns=self._columns).alias(_REGION),
                *(
                    standing(gate, columns=self._columns).alias(name)
                    for name, gate in zip(names, wanted.values(), strict=True)
                ),
            )
            .group_by(_REGION, *names)
            .agg(nw.len().alias(_COUNT))
        )
        found = self._ask(cells)
        self._counts = found[_COUNT].cast(pl.Int64).to_numpy()
        self._regions = found[_REGION].cast(pl.String)
        self._standing = {
            key: found[name].cast(pl.Int64).to_numpy()
            for key, name in zip(wanted, names, strict=True)
        }
        self._gates, self._kept = wanted, {}

    @property
    def total(self) -> int:
        """How many accounts there are."""
        return int(self._counts.sum())

    def none(self) -> Flags:
        """No cell chosen."""
        return np.zeros(len(self), dtype=bool)

    def gate(self, criterion: Criterion) -> tuple[Flags, Flags]:
        """Which cells fail a gate, and for which it is unknown."""
        if test_key(criterion) not in self._gates:
            self.ask((criterion,))
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
