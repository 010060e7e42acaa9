"""All accounts of a population as gates see them: each in memory, or only counted in an engine."""

from collections.abc import Callable, Hashable, Iterable
from typing import Protocol, TypeVar

from icp_core.profiles.model import Criterion
from icp_core.reference.arrays import Codes, Flags

Value = TypeVar("Value")


class Everyone(Protocol):
    """All accounts; one item is an account in memory, or accounts that are alike in all that is asked.

    Flags and codes have one value an item.
    """

    def __len__(self) -> int:
        """Number of items."""

    def asked(self, gates: Iterable[Criterion]) -> "Everyone":
        """The same accounts, told apart by these gates too: say at once all that will be asked about."""

    def gate(self, criterion: Criterion) -> tuple[Flags, Flags]:
        """Which items fail a gate, and for which it is unknown; one that was `asked` about."""

    def codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        """Each item's place in the values of a dimension, and those values."""

    def count(self, chosen: Flags) -> int:
        """How many accounts the chosen items stand for."""

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept under the key, else what `compute` returns."""
