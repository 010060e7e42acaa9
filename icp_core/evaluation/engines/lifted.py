"""The accounts of an engine that match or may match, lifted into memory: weights are instant there."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, Final, TypeVar

import polars as pl

from icp_core.accounts.universe import Universe
from icp_core.errors import AccountError, ProfileError
from icp_core.evaluation.account_arrays import CACHE_BYTES, AccountArrays, test_key
from icp_core.evaluation.engines.base import Engine
from icp_core.evaluation.engines.cells import Cells
from icp_core.evaluation.everyone import Everyone
from icp_core.evaluation.in_memory import Evaluation, Split, evaluated_rows
from icp_core.evaluation.market import GateCost
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.first_draft import Spread
from icp_core.profiles.model import Criterion, Profile

Value = TypeVar("Value")

_CACHE_PER_ACCOUNT: Final = 160
"""Bytes for what is kept: as a list of five million has; several sets may be lifted at a time."""

_LEAST_CACHE: Final = 64 * 2**20
"""Bytes for what is kept of few accounts: the answers to many questions."""


class Whole:
    """What the engine tells of all its accounts, beside those that were lifted.

    Parameters
    ----------
    engine
        Where they are.
    cells
        All accounts as gates see them.
    spread
        Where the known values of a column lie, among a sample; None where none is known.
    listed
        All accounts by area, as `Evaluation.listed`.
    customers
        How many customers there are.
    fetch
        The accounts of those ids, whether they were lifted or not.
    everybody
        All accounts, lifted; None where they are too many.
    left_out, flagged, keep
        As `EngineAccounts` has them.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        cells: Callable[[Profile], Cells],
        spread: Callable[[str], Spread | None],
        listed: Callable[[str], pl.DataFrame],
        customers: Callable[[], int],
        fetch: Callable[[Sequence[str]], pl.DataFrame],
        everybody: Callable[[], Universe | None],
        left_out: Callable[[], pl.DataFrame],
        flagged: Callable[[Sequence[str], Sequence[str]], Iterator[pl.DataFrame]],
        keep: Callable[[Hashable, Callable[[], Any]], Any],
    ) -> None:
        self.engine = engine
        self.cells = cells
        self.spread = spread
        self.listed = listed
        self.customers = customers
        self.fetch = fetch
        self.everybody = everybody
        self.left_out = left_out
        self.flagged = flagged
        self.keep = keep


class LiftedScoreboard(Scoreboard):
    """Evaluates profiles whose matches and possible accounts were all lifted.

    Parameters
    ----------
    universe
        The accounts lifted.
    whole
        What their engine tells of all accounts.
    gates
        The sets of gates that they were lifted for.
    """

    def __init__(
        self, universe: Universe, whole: Whole, gates: frozenset[tuple[Criterion, ...]]
    ) -> None:
        cache_bytes = max(_LEAST_CACHE, min(CACHE_BYTES, _CACHE_PER_ACCOUNT * len(universe)))
        super().__init__(universe, cache_bytes=cache_bytes)
        self.whole = whole
        self._gates = [frozenset(map(test_key, one)) for one in gates]

    def evaluate(self, profile: Profile) -> "LiftedEvaluation":
        """The market of a profile whose gates leave none but accounts that were lifted.

        Raises
        ------
        ProfileError
            If the profile does not fit the columns, or its gates leave others too.
        """
        profile.check(self.universe.columns)
        asked = frozenset(map(test_key, profile.gates))
        if not any(lifted <= asked for lifted in self._gates):
            raise ProfileError(
                f"The must-haves of {profile.name} leave accounts of {self.universe.label} that were "
                "not brought into memory. Open the page again."
            )
        split = self.split(profile.gates)
        return LiftedEvaluation(self, profile, split, self.whole, under=self.evaluate)

    def row(self, account_id: str) -> int:
        """Row of an account among those lifted.

        Raises
        ------
        AccountError
            If it neither matches nor may match, or is not in the engine at all.
        """
        try:
            return super().row(account_id)
        except AccountError as error:
            raise AccountError(
                f"The account {account_id} is not among those of {self.universe.label} that match or "
                "may match. Loosen the must-haves, or choose another account."
            ) from error


class LiftedEvaluation(Evaluation):
    """One profile on the accounts lifted, with what concerns all accounts told by their engine."""

    def __init__(
        self,
        arrays: AccountArrays,
        profile: Profile,
        split: Split,
        whole: Whole,
        *,
        under: Callable[[Profile], Evaluation],
    ) -> None:
        cells = whole.cells(profile)
        super().__init__(
            arrays,
            profile,
            Split(split.matches, split.possible, gate_costs(cells, profile)),
            under=under,
        )
        self._whole = whole
        self._cells = cells

    @property
    def population(self) -> Engine:
        """The table in the engine."""
        return self._whole.engine

    @property
    def everyone(self) -> Everyone:
        """All accounts of the engine, counted there."""
        return self._cells

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the engine that somebody excluded, as `Universe.left_out`."""
        return self._whole.left_out()

    def flagged(self, flags: Sequence[str], names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of all accounts of the engine that one of these flags is set for."""
        return self._whole.flagged(flags, names)

    def keep_for_all(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept of all accounts of the engine, else what `compute` returns."""
        found: Value = self._whole.keep(key, compute)
        return found

    @property
    def can_list_failing(self) -> bool:
        """No: who fails stayed in the engine."""
        return False

    @property
    def failing_count(self) -> int:
        """Accounts of the engine that fail a gate."""
        return self._cells.total - len(self.matches) - len(self.possible)

    @property
    def customers_listed(self) -> int:
        """Customers among all accounts of the engine."""
        return self._whole.customers()

    def account_row(self, account_id: str) -> pl.DataFrame:
        """One account of the engine with everything that `expressions.evaluated` adds.

        Raises
        ------
        AccountError
            If the engine does not hold it.
        SourceError
            If it was not lifted, and the engine fails or takes too long.
        """
        try:
            return super().account_row(account_id)
        except AccountError:
            found = self._whole.fetch([account_id])
            if found.is_empty():
                raise
            return evaluated_rows(found, self.profile)

    def names(self, account_ids: Sequence[str]) -> pl.DataFrame:
        """`account_id` and `name` of those of some accounts that are in the engine."""
        found = super().names(account_ids)
        others = sorted(set(account_ids).difference(found["account_id"]))
        if not others:
            return found
        return pl.concat([found, self._whole.fetch(others).select("account_id", "name")])

    def everybody(self) -> Universe:
        """All accounts of the engine where they are few enough, else those that were lifted."""
        return self._whole.everybody() or self.universe

    def listed(self, level: str) -> pl.DataFrame:
        """All accounts of the engine by area: country, code (both may be null), accounts."""
        return self._whole.listed(level)

    def is_known(self, column: str) -> bool:
        """Whether a number column has any value among a sample of all accounts."""
        return self._whole.spread(column) is not None

    def spread(self, column: str) -> Spread:
        """Where the known values of a number column lie, among a sample of all accounts."""
        return self._whole.spread(column) or super().spread(column)


def gate_costs(cells: Cells, profile: Profile) -> tuple[GateCost, ...]:
    """What each gate does to all accounts, counted from the cells."""
    gates = profile.gates
    cells = cells.asked(gates)
    standing = [cells.gate(gate) for gate in gates]
    missed = sum((fails | unknown).astype(int) for fails, unknown in standing)
    return tuple(
        GateCost(
            gate,
            cells.count(~(fails | unknown)),
            cells.count(fails),
            cells.count(unknown),
            cells.count((fails | unknown) & (missed == 1)),
        )
        for gate, (fails, unknown) in zip(gates, standing, strict=True)
    )
