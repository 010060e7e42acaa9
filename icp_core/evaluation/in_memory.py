"""One profile on accounts in memory: each part of the market is computed when it is first asked for."""

import os
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Final, TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.accounts.columns import describe_all
from icp_core.accounts.population import Population
from icp_core.accounts.universe import Universe
from icp_core.evaluation.account_arrays import AccountArrays, test_key
from icp_core.evaluation.arrays import Potentials, Scored
from icp_core.evaluation.everyone import Everyone
from icp_core.evaluation.expressions import evaluated, most_potential, potential_bounds
from icp_core.evaluation.market import (
    BINS,
    DIMENSIONS,
    Bounds,
    Breakdown,
    GateCost,
    Market,
    TierTotal,
    high_end,
)
from icp_core.evaluation.names import NAMES, told
from icp_core.evaluation.score import coverage, score
from icp_core.evaluation.tiers import are_too_little_known, best_of, groups, tier_labels, tiers_of
from icp_core.profiles.first_draft import Spread
from icp_core.profiles.model import Criterion, Profile
from icp_core.reference.arrays import Codes, Flags, Floats, Ints, Places

Value = TypeVar("Value")

_CORES: Final = os.cpu_count() or 1
_PLANS: Final = 128
"""How many are kept: of the profiles that pages show, and of the kinds of lists."""


@dataclass(frozen=True, eq=False)
class Split:
    """Matches and possible accounts of a set of gates, and what each gate costs."""

    matches: "Accounts"
    possible: "Accounts"
    gates: tuple[GateCost, ...]

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self.matches.rows.nbytes + self.possible.rows.nbytes


@dataclass(frozen=True, eq=False)
class Accounts:
    """Some accounts of a universe: the matches, or the possible ones, of a set of gates.

    Attributes
    ----------
    arrays
        Over all accounts.
    key
        What is derived from them is kept under.
    rows
        Their rows in the universe, rising.
    """

    arrays: AccountArrays
    key: Hashable
    rows: Places

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def customers(self) -> Flags:
        """Which of them are customers."""
        return self.arrays.customers()[self.rows]

    @cached_property
    def customers_unknown(self) -> Flags:
        """Of which of them that is unknown."""
        return self.arrays.customers_unknown()[self.rows]

    def value_ends(self, profile: Profile) -> tuple[Floats, Floats]:
        """The least and the most that each could be worth, NaN where not even a band tells."""
        ends = self.arrays.value_ends(profile)
        if ends is None:
            amount = self.potential(profile).amount
            return amount, amount
        return ends[0][self.rows], ends[1][self.rows]

    def scored(self, criteria: tuple[Criterion, ...]) -> Scored:
        """Their fits on the scored criteria."""
        arrays = self.arrays

        def compute() -> Scored:
            fits = np.empty((len(criteria), len(self)), dtype=np.float32)
            fits_of = [arrays.fit_of(criterion) for criterion in criteria]

            def gather(place: int) -> None:
                fits_of[place].take(self.rows, out=fits[place], mode="clip")

            # numpy lets go of the interpreter, and memory waits less for two.
            with ThreadPoolExecutor(_CORES) as pool:
                for _ in pool.map(gather, range(len(criteria))):
                    pass
            return Scored.of(fits)

        return arrays.keep(("scored", self.key, *map(test_key, criteria)), compute)

    def potential(self, profile: Profile) -> Potentials:
        """Their potential."""
        arrays = self.arrays
        return arrays.keep(
            ("potential", self.key, profile.potential, profile.currency),
            lambda: Potentials.of(arrays.potential(profile)[self.rows]),
        )

    def codes(self, name: str) -> Codes:
        """Their place in a dimension."""
        arrays = self.arrays
        return arrays.keep(("group", self.key, name), lambda: arrays.codes(name)[0][self.rows])


class Evaluation:
    """One profile on one universe; each part is computed when it is first asked for.

    Arrays run over the matches, in the order of their `account_id`.

    Parameters
    ----------
    arrays
        Over all accounts.
    profile
        The profile.
    split
        Who matches its gates, and who may.
    under
        Evaluates another profile on the same accounts.
    """

    def __init__(
        self,
        arrays: AccountArrays,
        profile: Profile,
        split: Split,
        *,
        under: "Callable[[Profile], Evaluation]",
    ) -> None:
        self._arrays = arrays
        self.profile = profile
        self.matches = split.matches
        self.possible = split.possible
        self.gates = split.gates
        self.under = under

    @property
    def universe(self) -> Universe:
        """The accounts in memory."""
        return self._arrays.universe

    @property
    def population(self) -> Population:
        """The accounts it is evaluated on, wherever they are."""
        return self.universe

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that somebody excluded, as `Universe.left_out`."""
        return self.universe.left_out

    def flagged(self, flags: Sequence[str], names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of all accounts that one of these flags is set for, batch by batch.

        Inactive ones are among them.
        """
        known = [flag for flag in flags if flag in self.universe.columns]
        for frame in (self.universe.frame, self.universe.inactive) if known else ():
            if frame.height:
                yield frame.lazy().filter(pl.any_horizontal(known)).select(names).collect()

    def keep_for_all(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept of all accounts of the population, else what `compute` returns."""
        return self.keep(key, compute)

    @property
    def everyone(self) -> Everyone:
        """All accounts of the population, as gates see them."""
        return self._arrays

    @property
    def contenders(self) -> Everyone:
        """Those in memory, among them all who fail no gate: enough for what stricter gates leave."""
        return self._arrays

    @property
    def can_list_failing(self) -> bool:
        """Whether the accounts that fail a gate are at hand too."""
        return True

    @cached_property
    def customers_listed(self) -> int:
        """Customers among all accounts of the population."""
        return int(self._arrays.customers().sum())

    def listed(self, level: str) -> pl.DataFrame:
        """All accounts of the population by area: country, code (both may be null), accounts."""

        def compute() -> pl.DataFrame:
            countries, names = self.codes("country")
            codes, keys = self.codes(level)
            cells = countries.astype(np.int64) * len(keys) + codes
            counts = np.bincount(cells, minlength=len(names) * len(keys))
            found = np.flatnonzero(counts)
            return pl.DataFrame(
                {
                    "country": pl.Series([names[i // len(keys)] for i in found], dtype=pl.String),
                    "code": pl.Series([keys[i % len(keys)] for i in found], dtype=pl.String),
                    "accounts": counts[found],
                }
            )

        return self.keep(("listed", level), compute)

    def codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        """Place of every account in memory in the values of a dimension, and those values."""
        return self._arrays.codes(name)

    def gate(self, criterion: Criterion) -> tuple[Flags, Flags]:
        """Which accounts in memory fail a gate, and for which it is unknown."""
        return self._arrays.gate(criterion)

    def fits(self, criterion: Criterion, rows: Places) -> npt.NDArray[np.float32]:
        """Fit of some accounts in memory after the criterion's missing rule, NaN where unknown."""
        return self._arrays.fit_of(criterion)[rows]

    def spread(self, column: str) -> Spread:
        """Where the known values of a number column lie; at least one must be known."""
        return self._arrays.spread(column)

    def is_known(self, column: str) -> bool:
        """Whether a number column has any value."""
        values = self.universe.frame[column]
        return values.null_count() < len(values)

    def customers(self) -> Flags:
        """Whether each account in memory is a customer; unknown counts as no."""
        return self._arrays.customers()

    def row(self, account_id: str) -> int:
        """Row of an account in memory.

        Raises
        ------
        AccountError
            If it is not there.
        """
        return self._arrays.row(account_id)

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept with the accounts under the key, else what `compute` returns."""
        return self._arrays.keep(key, compute)

    def of_accounts(
        self, key: Hashable, rows: Places, compute: Callable[[Places], pl.DataFrame]
    ) -> pl.DataFrame:
        """What follows from each account alone, as `AccountArrays.of_accounts` keeps it."""
        return self._arrays.of_accounts(key, rows, compute)

    def names(self, account_ids: Sequence[str]) -> pl.DataFrame:
        """`account_id` and `name` of those of some accounts that are there."""
        everybody = self.universe.frame.lazy().select("account_id", "name")
        return everybody.filter(pl.col("account_id").is_in(list(account_ids))).collect()

    def everybody(self) -> Universe:
        """All accounts, to learn from."""
        return self.universe

    def named(self, places: Places) -> pl.DataFrame:
        """`account_id` and `name` of matches."""
        return self.universe.frame.select("account_id", "name")[self.matches.rows[places]]

    @cached_property
    def potential(self) -> Potentials:
        """Potential of the matches."""
        return self.matches.potential(self.profile)

    @cached_property
    def _scored(self) -> Scored:
        return self.matches.scored(self.profile.scored)

    @cached_property
    def score(self) -> Floats:
        """Score of each match, NaN where no nice-to-have is known."""
        return score(self._scored, self.profile.scored)

    @cached_property
    def possible_score(self) -> Floats:
        """Score of each possible account, NaN where no nice-to-have is known."""
        return score(self._possible_scored, self.profile.scored)

    @cached_property
    def possible_coverages(self) -> Floats:
        """Share of the weight that is known of each possible account."""
        scored = self._possible_scored
        return coverage(scored, self.profile.scored)[scored.pattern]

    @cached_property
    def _possible_scored(self) -> Scored:
        return self.possible.scored(self.profile.scored)

    @property
    def failing_count(self) -> int:
        """Accounts of the population that fail a gate."""
        return len(self.universe) - len(self.matches) - len(self.possible)

    @cached_property
    def failing(self) -> Accounts:
        """The accounts that fail a gate."""
        fails = np.ones(len(self._arrays.universe), dtype=bool)
        fails[self.matches.rows] = False
        fails[self.possible.rows] = False
        return Accounts(self._arrays, ("failing", self.matches.key), np.flatnonzero(fails))

    @cached_property
    def all_in_memory(self) -> Accounts:
        """All of the accounts in memory, whether they match or not."""
        return Accounts(self._arrays, ("all",), np.arange(len(self._arrays.universe)))

    @cached_property
    def too_little_known(self) -> Flags | None:
        """Which matches are too little known for a tier; None where the policy asks for nothing."""
        return are_too_little_known(self.profile, self._scored)

    @cached_property
    def tier(self) -> Ints:
        """Place of each match's tier in `tiers.groups`, best 0."""
        return tiers_of(self.profile.tiers, self.score, self.tier_potential, self.too_little_known)

    @property
    def tier_potential(self) -> Floats:
        """Potential that tiers go by, NaN where unknown: those by value by the least of a band."""
        if self.profile.tiers.kind != "value":
            return self.potential.amount
        return self.matches.value_ends(self.profile)[0]

    @cached_property
    def possible_too_little_known(self) -> Flags | None:
        """`too_little_known` of the possible accounts."""
        return are_too_little_known(self.profile, self._possible_scored)

    def best(self, count: int) -> Places:
        """Places of the best matches, best first: score, then potential, then `account_id`.

        Those of which too little is known come behind all others.
        """
        return best_of(count, self.score, self.potential.amount, self.too_little_known)

    def best_of(self, among: Places, count: int) -> Places:
        """The best of some places among the matches, as `best`; only as many are ranked."""
        unknown = self.too_little_known
        best = best_of(
            count,
            self.score[among],
            self.potential.amount[among],
            None if unknown is None else unknown[among],
        )
        return among[best]

    @cached_property
    def tiers(self) -> tuple[TierTotal, ...]:
        """Totals per tier, best first, then the others of `tiers.groups`."""
        names = groups(self.profile.tiers)
        accounts = np.bincount(self.tier, minlength=len(names))
        potential = np.bincount(self.tier, self.potential.known, len(names))
        customers = np.bincount(self.tier[self.matches.customers], minlength=len(names))
        unknown = np.bincount(self.tier[self.matches.customers_unknown], minlength=len(names))
        return tuple(
            TierTotal(
                name, int(accounts[i]), float(potential[i]), int(customers[i]), int(unknown[i])
            )
            for i, name in enumerate(names)
        )

    def breakdown(self, name: str, *, within: tuple[str, str | None] | None = None) -> Breakdown:
        """Matches by a dimension (`expressions.dimension`) and tier.

        Parameters
        ----------
        name
            The dimension.
        within
            Another dimension and one of its keys, to count only the matches there: divisions within
            `("section", "J")`.
        """
        names = groups(self.profile.tiers)
        keys = self._arrays.codes(name)[1]
        cell = np.multiply(self.matches.codes(name), len(names), dtype=np.int64)
        cell += self.tier
        potential = self.potential.known
        if within is not None:
            codes, values = self._arrays.codes(within[0])
            place = values.index(within[1]) if within[1] in values else -1
            inside = codes[self.matches.rows] == place
            cell, potential = cell[inside], potential[inside]
        shape = len(keys), len(names)
        size = len(keys) * len(names)
        return Breakdown.of(
            name,
            keys,
            names,
            np.bincount(cell, minlength=size).reshape(shape),
            np.bincount(cell, potential, size).reshape(shape).astype(np.float64, copy=False),
        )

    @cached_property
    def scores(self) -> Ints:
        """Matches per tier and whole point of score, shape (tiers, 100)."""
        tiers, score = self.tier, self.score
        if self.unscored:
            known = ~np.isnan(score)
            tiers, score = tiers[known], score[known]
        cells = tiers * BINS + np.minimum(score, BINS - 1).astype(np.int64)
        height = len(groups(self.profile.tiers))
        return np.bincount(cells, minlength=height * BINS).reshape(height, BINS)

    def least_scores(self) -> tuple[float | None, ...]:
        """The score that each tier of a capacity policy begins at; None for one that takes nobody."""
        scored = ~np.isnan(self.score)
        tiers = (
            self.score[scored & (self.tier == index)]
            for index in range(len(self.profile.tiers.tiers))
        )
        return tuple(float(scores.min()) if len(scores) else None for scores in tiers)

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""
        ranked = self.matches.rows[self.tier < len(self.profile.tiers.tiers)]
        frame = self._arrays.universe.frame
        if "marketing_opt_out" not in frame.columns:
            return len(ranked)
        return len(ranked) - int(frame["marketing_opt_out"][ranked].fill_null(False).sum())

    @cached_property
    def unscored(self) -> int:
        """Matches without a score."""
        return int(np.count_nonzero(np.isnan(self.score)))

    @cached_property
    def coverages(self) -> Floats:
        """Share of the weight that is known of each match."""
        return self.coverage_of(slice(None))

    def coverage_of(self, places: Places | slice) -> Floats:
        """Share of the weight that is known of some matches."""
        return coverage(self._scored, self.profile.scored)[self._scored.pattern[places]]

    @cached_property
    def coverage(self) -> float | None:
        """Mean share of the weight that is known, over the matches."""
        if not len(self.matches):
            return None
        share = coverage(self._scored, self.profile.scored)
        return float(np.bincount(self._scored.pattern, minlength=len(share)) @ share) / len(
            self.matches
        )

    @cached_property
    def _value(self) -> tuple[float, float, int]:
        """As `Market.potential_least`, `potential_high` and `unlimited`."""
        if potential_bounds(self.profile, columns=self.universe.columns) is None:
            possible = self.possible.potential(self.profile)
            least, most = self.potential.total, self.potential.total + possible.total
            unlimited, least_of_those = self.potential.unknown + possible.unknown, 0.0
        else:
            low, high = self.matches.value_ends(self.profile)
            low_possible, high_possible = self.possible.value_ends(self.profile)
            least = float(np.nansum(low))
            most = float(np.nansum(high) + np.nansum(high_possible))
            is_open, is_open_possible = np.isnan(high), np.isnan(high_possible)
            unlimited = int(is_open.sum() + is_open_possible.sum())
            least_of_those = float(
                np.nansum(low[is_open]) + np.nansum(low_possible[is_open_possible])
            )
        limit = most_potential(self.profile, columns=self.universe.columns)
        return least, *high_end(most, unlimited=unlimited, least=least_of_those, limit=limit)

    @property
    def tam_value(self) -> Bounds:
        """As `Market.tam_value`."""
        least, high, _unlimited = self._value
        return Bounds(least, max(least, high))

    @cached_property
    def market(self) -> Market:
        """Everything at once."""
        n_match, n_possible = len(self.matches), len(self.possible)
        return Market(
            profile=self.profile,
            universe=n_match + n_possible + self.failing_count,
            matching=n_match,
            possible=n_possible,
            failing=self.failing_count,
            potential=self.potential.total,
            potential_possible=self.possible.potential(self.profile).total,
            potential_unknown=self.potential.unknown,
            potential_unknown_possible=self.possible.potential(self.profile).unknown,
            potential_least=self._value[0],
            potential_high=self._value[1],
            unlimited=self._value[2],
            customers=int(np.count_nonzero(self.matches.customers)),
            customers_unknown=int(np.count_nonzero(self.matches.customers_unknown)),
            tiers=self.tiers,
            breakdowns={name: self.breakdown(name) for name in DIMENSIONS},
            scores=self.scores,
            unscored=self.unscored,
            gates=self.gates,
            largest_share=self.potential.largest_share,
            coverage=self.coverage,
        )

    def rows(self, places: Places) -> pl.DataFrame:
        """Matches at those places as accounts, with `tier` (`tier_labels`) and all of `NAMES`.

        Parameters
        ----------
        places
            Places among the matches, as `best` returns them.
        """
        names = tier_labels(self.profile.tiers)
        accounts = self._arrays.universe.frame[self.matches.rows[places]]
        return evaluated_rows(accounts, self.profile).with_columns(names.gather(self.tier[places]))

    def best_rows(self, count: int) -> pl.DataFrame:
        """The best matches with what `explain` reads: id, name, tier, score, coverage, potential, fits.

        Taken from what is kept: evaluating even a few accounts by expressions takes longer than
        everything else that an edit redraws.
        """
        places = self.best(count)
        rows = self.matches.rows[places]
        tiers = tier_labels(self.profile.tiers)
        numbers = {
            NAMES.score: self.score[places],
            NAMES.coverage: self.coverage_of(places),
            NAMES.potential: self.potential.amount[places],
        } | {
            NAMES.fit(index): self.fits(criterion, rows)
            for index, criterion in enumerate(self.profile.criteria)
            if not criterion.role.is_gate
        }
        return self.named(places).with_columns(
            *(pl.Series(name, values, nan_to_null=True) for name, values in numbers.items()),
            tiers.gather(self.tier[places]),
        )

    def account_row(self, account_id: str) -> pl.DataFrame:
        """One account with everything that `expressions.evaluated` adds.

        Raises
        ------
        AccountError
            If it is not among those in memory.
        """
        row = self.row(account_id)
        return evaluated_rows(self.universe.frame[row : row + 1], self.profile)

    def page(self, *, offset: int = 0, limit: int = 50) -> pl.DataFrame:
        """Matches from that place of the ranking on, as `rows` gives them."""
        return self.rows(self.best(offset + limit)[offset:])

    def best_possible(self, count: int) -> Places:
        """Places of the best possible accounts, best first, as `best` of the matches."""
        return best_of(
            count,
            self.possible_score,
            self.possible.potential(self.profile).amount,
            self.possible_too_little_known,
        )

    def possible_rows(self, places: Places) -> pl.DataFrame:
        """Possible accounts at those places, in the shape of `rows` without a tier."""
        return evaluated_rows(self._arrays.universe.frame[self.possible.rows[places]], self.profile)

    def to_verify(self, count: int) -> pl.DataFrame:
        """The possible accounts with the highest scores, as `possible_rows` gives them."""
        return self.possible_rows(self.best_possible(count))


def evaluated_rows(accounts: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """A few accounts with everything that `expressions.evaluated` adds, as `told`."""
    return told(_plan(profile, tuple(accounts.schema.items())).of(accounts))


@lru_cache(maxsize=_PLANS)
def _plan(profile: Profile, schema: tuple[tuple[str, pl.DataType], ...]) -> "_Plan":
    return _Plan(profile, pl.Schema(schema))


class _Plan:
    """What `expressions.evaluated` does with accounts of a schema; making it takes longest."""

    def __init__(self, profile: Profile, schema: pl.Schema) -> None:
        self._lock = Lock()
        self._accounts = pl.DataFrame(schema=schema)
        taken = self._accounts.lazy().map_batches(
            lambda _: self._accounts,
            schema=schema,
            # All of them are taken, not those that would be left of the ones that the plan has.
            predicate_pushdown=False,
            projection_pushdown=False,
            slice_pushdown=False,
        )
        columns = describe_all(schema)
        self._lazy: pl.LazyFrame = evaluated(
            nw.from_native(taken), profile, columns=columns
        ).to_native()

    def of(self, accounts: pl.DataFrame) -> pl.DataFrame:
        with self._lock:
            empty, self._accounts = self._accounts, accounts
            try:
                return self._lazy.collect()
            finally:
                self._accounts = empty
