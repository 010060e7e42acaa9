"""The market in memory, recomputed only where a profile changed.

What is expensive is kept: the fit of every account on every test that was asked for (32 bits each),
the set of matches of every combination of gates, and the fits of those matches as one matrix. A new
weight is then one matrix-vector product over the matches; a changed test is one new column; gates are
masks of one bit an account, so "were it dropped" is one count. Texts and tags are read once and kept as
their distinct values and a small number an account; what depends on them is computed once a value.
`expressions` stays the only definition: fits and potential are computed by it, and the rest is the
same arithmetic, exact whatever its order.

A scoreboard is shared by all users of a universe and safe to use from many threads: what it keeps is
never changed, only dropped when the memory set aside for it is full.
"""

import os
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any, Final, TypeVar

import narwhals as nw
import numpy as np
import numpy.typing as npt
import polars as pl
from cachetools import LRUCache

from icp_core.accounts.columns import Column, Kind, describe_all
from icp_core.accounts.universe import Universe
from icp_core.errors import AccountError
from icp_core.evaluation.arrays import (
    BLOCK,
    Codes,
    Floats,
    Known,
    Potentials,
    Scored,
    largest,
    score,
    smallest,
)
from icp_core.evaluation.expressions import dimension, evaluated, fit, potential, when_missing
from icp_core.evaluation.market import (
    BINS,
    DIMENSIONS,
    Breakdown,
    GateCost,
    Market,
    TierTotal,
)
from icp_core.evaluation.tiers import UNRANKED
from icp_core.profiles.first_draft import Spread
from icp_core.profiles.model import Criterion, Fit, Profile, Role

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.uint8]
Value = TypeVar("Value")

CACHE_BYTES: Final = 768 * 2**20  # bytes of columns and answers, as docs/performance.md measures
_CORES: Final = os.cpu_count() or 1
_FEW: Final = 1_024  # distinct values that are worked out once each, however few the accounts
_SECTORS: Final = frozenset({"section", "industry", "group", "class"})


class Scoreboard:
    """Evaluates profiles on one universe.

    Parameters
    ----------
    universe
        The accounts; sorted by `account_id`, as `Universe.of` leaves them.
    cache_bytes
        Memory for what is kept between evaluations; texts and tags as small numbers come on top.
    """

    def __init__(self, universe: Universe, *, cache_bytes: int = CACHE_BYTES) -> None:
        self.universe = universe
        self._kept: LRUCache[Hashable, Any] = LRUCache(cache_bytes, getsizeof=_bytes)
        self._values: dict[str, tuple[Codes, pl.DataFrame] | tuple[()]] = {}
        self._lock = RLock()

    def evaluate(self, profile: Profile) -> "Evaluation":
        """The market that a profile makes, ready to be asked for its parts.

        Raises
        ------
        ProfileError
            If the profile does not fit the universe.
        """
        profile.check(self.universe.columns)
        gates = profile.gates
        split = self.keep(("split", *map(_test_key, gates)), lambda: self._split(gates))
        return Evaluation(self, profile, split)

    def fit(self, test: Fit, column: str) -> npt.NDArray[np.float32]:
        """Fit of every account, NaN where unknown."""
        return self.keep(("fit", column, test), lambda: self._fit(test, column))

    def codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        """Every account's place in the values of a dimension, and those values."""
        return self.keep(("codes", name), lambda: self._codes(name))

    def row(self, account_id: str) -> int:
        """Row of an account in the universe.

        Raises
        ------
        AccountError
            If the universe does not hold it.
        """
        ids = self.universe.frame["account_id"]
        row = int(ids.search_sorted(account_id))
        if row == len(ids) or ids[row] != account_id:
            raise AccountError(
                f"The account {account_id} is not in {self.universe.label}. "
                "Choose the dataset it belongs to, or another account."
            )
        return row

    def spread(self, column: str) -> Spread:
        """Where the known values of a number column lie; at least one must be known."""
        return self.keep(("spread", column), lambda: Spread.of(self.universe.frame[column]))

    def potential(self, profile: Profile) -> Floats:
        """Potential of every account in the profile's currency, NaN where unknown."""
        return self.keep(
            ("potential", profile.potential, profile.currency), lambda: self._potential(profile)
        )

    @property
    def bytes_kept(self) -> int:
        """Memory that the kept arrays take."""
        return int(self._kept.currsize) + sum(map(_bytes, self._values.values()))

    def bytes_of(self, column: str) -> int:
        """What a column takes while criteria are computed from it.

        Numbers and flags as they lie in memory, or mapped on disk; texts and tags as small numbers and
        their distinct values, where there are few.
        """
        found = self._by_value(column)
        if found:
            return _bytes(found)
        column_of_all = self.universe.frame[column]
        # Not `estimated_size`, which leaves out the 16 bytes that Arrow has for every text.
        return int(column_of_all.to_arrow(compat_level=pl.CompatLevel.newest()).nbytes)

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept under the key, else what `compute` returns, kept from now on."""
        with self._lock:
            value = self._kept.get(key)
        if value is None:
            value = compute()
            self._put(key, value)
        return value

    def of_accounts(
        self,
        key: Hashable,
        rows: npt.NDArray[np.intp],
        compute: Callable[[npt.NDArray[np.intp]], pl.DataFrame],
    ) -> pl.DataFrame:
        """What follows from each account alone: computed once for every account that is asked for.

        Parameters
        ----------
        key
            Under which it is kept.
        rows
            Rows of the accounts in the universe.
        compute
            Gives a frame with one row for each of the accounts that are not known yet.
        """
        with self._lock:
            known = self._kept.get(key) or Known.nothing(len(self.universe))
        new = rows[known.place[rows] < 0]
        if len(new) or not known.frame.width:
            known = known.with_accounts(new, compute(new))
            self._put(key, known)
        return known.frame[known.place[rows]]

    def _put(self, key: Hashable, value: object) -> None:
        with self._lock:
            if _bytes(value) <= self._kept.maxsize:
                self._kept[key] = value

    def _fit(self, test: Fit, column: str) -> npt.NDArray[np.float32]:
        columns = self.universe.columns
        fits = fit(test, columns[column], columns=columns).fill_null(float("nan"))
        found = self._by_value(column)
        if not found:
            return _values(self.universe.frame, fits).to_numpy()
        codes, values = found
        return _values(values, fits).to_numpy()[codes]

    def _potential(self, profile: Profile) -> Floats:
        expression = potential(profile, columns=self.universe.columns)
        found = _values(self.universe.frame, expression).cast(pl.Float64)
        return found.fill_null(float("nan")).to_numpy()

    def _codes(self, name: str) -> tuple[Codes, tuple[str | None, ...]]:
        expression = dimension(name, columns=self.universe.columns)
        found = self._by_value("industry" if name in _SECTORS else name)
        key = _values(found[1] if found else self.universe.frame, expression)
        values = [*key.drop_nulls().unique().sort().to_list(), None]
        dtype = smallest(len(values))
        places = pl.Series(np.arange(len(values), dtype=dtype))
        codes = key.replace_strict(pl.Series(values, dtype=pl.String), places).to_numpy()
        return (codes[found[0]] if found else codes), tuple(values)

    def _by_value(self, column: str) -> tuple[Codes, pl.DataFrame] | tuple[()]:
        """Each account's place among the distinct values of a text or tags column, and those.

        Of an industry with its revision, since a code means what its revision says. Empty for other
        columns, and where most values are distinct.
        """
        described = self.universe.columns.get(column)
        if described is None or described.kind not in (Kind.CHOICE, Kind.INDUSTRY, Kind.TAGS):
            return ()
        found = self._values.get(column)
        if found is None:
            found = self._values.setdefault(column, self._distinct(described))
        return found

    def _distinct(self, column: Column) -> tuple[Codes, pl.DataFrame] | tuple[()]:
        frame = self.universe.frame
        names = [column.name]
        if column.kind is Kind.INDUSTRY and "industry_revision" in frame.columns:
            names.append("industry_revision")
        if frame[column.name].n_unique() > max(_FEW, len(frame) // 8):
            return ()
        rows = frame.select(names).with_row_index(_ROW).lazy().group_by(names).agg(_ROW).collect()
        codes = np.empty(len(frame), dtype=smallest(len(rows)))
        places = np.arange(len(rows), dtype=codes.dtype)
        codes[rows[_ROW].explode().to_numpy()] = np.repeat(places, rows[_ROW].list.len().to_numpy())
        return codes, rows.drop(_ROW)

    def customers(self) -> npt.NDArray[np.bool_]:
        """Whether each account is a customer; unknown counts as no."""
        if "is_customer" not in self.universe.columns:
            return np.zeros(len(self.universe), dtype=bool)
        return self.keep(
            ("customers",), lambda: self.universe.frame["is_customer"].fill_null(False).to_numpy()
        )

    def fit_of(self, criterion: Criterion) -> npt.NDArray[np.float32]:
        """Fit of every account after the criterion's missing rule, NaN where unknown."""
        return _graded(criterion, self.fit(criterion.fit, criterion.column))

    def gate(self, criterion: Criterion) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        """Which accounts fail a gate, and for which it is unknown."""
        fails, unknown = self._masks(criterion)
        return self._unpacked(fails), self._unpacked(unknown)

    def _masks(self, criterion: Criterion) -> tuple[Mask, Mask]:
        """What `gate` says, one bit an account; the fits themselves are not kept."""

        def compute() -> tuple[Mask, Mask]:
            fits = _graded(criterion, self._fit(criterion.fit, criterion.column))
            fails, unknown = (np.empty(-(-len(fits) // 8), dtype=np.uint8) for _ in range(2))
            for start in range(0, len(fits), BLOCK):
                part, bits = fits[start : start + BLOCK], slice(start // 8, (start + BLOCK) // 8)
                # A comparison with NaN is false: who is unknown neither passes nor fails.
                failing = part <= 0 if criterion.role is Role.MUST_HAVE else part > 0
                fails[bits] = np.packbits(failing)
                unknown[bits] = np.packbits(np.isnan(part))
            return fails, unknown

        return self.keep(("gate", _test_key(criterion)), compute)

    def _unpacked(self, mask: Mask) -> npt.NDArray[np.bool_]:
        return np.unpackbits(mask, count=len(self.universe)).view(np.bool_)

    def _split(self, gates: tuple[Criterion, ...]) -> "Split":
        size = len(self.universe)
        masks = [self._masks(gate) for gate in gates]
        # Who fails a gate, and of whom one gate, or more than one, is failed or unknown.
        fails, once, twice = (np.zeros(-(-size // 8), dtype=np.uint8) for _ in range(3))
        for failing, not_known in masks:
            missed = failing | not_known
            fails |= failing
            twice |= once & missed
            once |= missed
        costs = []
        for gate, (failing, not_known) in zip(gates, masks, strict=True):
            n_fails, n_unknown = _count(failing), _count(not_known)
            alone = _count((failing | not_known) & ~twice)
            costs.append(GateCost(gate, size - n_fails - n_unknown, n_fails, n_unknown, alone))
        key = tuple(map(_test_key, gates))
        matches = Accounts(self, ("match", key), np.flatnonzero(self._unpacked(~once)))
        possible = Accounts(self, ("possible", key), np.flatnonzero(self._unpacked(once & ~fails)))
        return Split(matches, possible, tuple(costs))


_ROW: Final = "row of the universe"


def _graded(criterion: Criterion, fits: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    stand_in = when_missing(criterion)
    return fits if stand_in is None else np.where(np.isnan(fits), np.float32(stand_in), fits)


def _values(frame: pl.DataFrame, expression: nw.Expr) -> pl.Series:
    found = nw.from_native(frame.lazy()).with_columns(value=expression).select("value")
    return found.collect().to_native()["value"]  # type: ignore[no-any-return]


def _count(mask: Mask) -> int:
    return int(np.bitwise_count(mask).sum(dtype=np.int64))


def _test_key(criterion: Criterion) -> Hashable:
    """All of a criterion but its weight."""
    return criterion.column, criterion.role, criterion.fit, criterion.missing


def _bytes(value: Any) -> int:
    if isinstance(value, np.ndarray | Known | Scored | Split | Potentials):
        return value.nbytes
    if isinstance(value, pl.Series | pl.DataFrame):
        return int(value.estimated_size())
    if isinstance(value, tuple):
        return sum(map(_bytes, value))
    return 64


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
    scoreboard
        The scoreboard they belong to.
    key
        What the scoreboard keeps their derived arrays under.
    rows
        Their rows in the universe, rising.
    """

    scoreboard: Scoreboard
    key: Hashable
    rows: npt.NDArray[np.intp]

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def customers(self) -> npt.NDArray[np.bool_]:
        """Which of them are customers."""
        return self.scoreboard.customers()[self.rows]

    def scored(self, criteria: tuple[Criterion, ...]) -> Scored:
        """Their fits on the scored criteria."""
        scoreboard = self.scoreboard

        def compute() -> Scored:
            fits = np.empty((len(criteria), len(self)), dtype=np.float32)
            graded = [scoreboard.fit_of(criterion) for criterion in criteria]

            def gather(place: int) -> None:
                graded[place].take(self.rows, out=fits[place], mode="clip")

            # numpy lets go of the interpreter, and memory waits less for two.
            with ThreadPoolExecutor(_CORES) as pool:
                for _ in pool.map(gather, range(len(criteria))):
                    pass
            return Scored.of(fits)

        return scoreboard.keep(("scored", self.key, *map(_test_key, criteria)), compute)

    def potential(self, profile: Profile) -> Potentials:
        """Their potential."""
        scoreboard = self.scoreboard
        return scoreboard.keep(
            ("worth", self.key, profile.potential, profile.currency),
            lambda: Potentials.of(scoreboard.potential(profile)[self.rows]),
        )

    def codes(self, name: str) -> Codes:
        """Their place in a dimension."""
        scoreboard = self.scoreboard
        return scoreboard.keep(
            ("group", self.key, name), lambda: scoreboard.codes(name)[0][self.rows]
        )


class Evaluation:
    """One profile on one universe; each part is computed when it is first asked for.

    Arrays run over the matches in `matches.rows`.
    """

    def __init__(self, scoreboard: Scoreboard, profile: Profile, split: "Split") -> None:
        self.scoreboard = scoreboard
        self.profile = profile
        self.matches = split.matches
        self.possible = split.possible
        self.gates = split.gates

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
        return score(self.possible.scored(self.profile.scored), self.profile.scored)

    @cached_property
    def failing(self) -> Accounts:
        """The accounts that fail a gate."""
        fails = np.ones(len(self.scoreboard.universe), dtype=bool)
        fails[self.matches.rows] = False
        fails[self.possible.rows] = False
        return Accounts(self.scoreboard, ("failing", self.matches.key), np.flatnonzero(fails))

    @cached_property
    def tier(self) -> Ints:
        """Index of each match's tier, best 0; the number of tiers where it is unranked."""
        policy = self.profile.tiers
        none = len(policy.tiers)
        if policy.kind == "capacity":
            tier = np.full(len(self.matches), none, dtype=np.int64)
            best = self.best(int(sum(t.threshold for t in policy.tiers)))
            best = best[~np.isnan(self.score[best])]
            start = 0
            for index, one in enumerate(policy.tiers):
                tier[best[start : start + int(one.threshold)]] = index
                start += int(one.threshold)
            return tier
        ranked_by = self.score if policy.kind == "cut_off" else self.potential.amount
        tier = np.full(len(self.matches), none, dtype=np.int64)
        for one in policy.tiers:
            tier -= ranked_by >= one.threshold
        return tier

    def best(self, count: int) -> npt.NDArray[np.intp]:
        """Places of the best matches, best first: score, then potential, then `account_id`."""
        score, worth = (
            np.nan_to_num(self.score, nan=-1.0),
            np.nan_to_num(self.potential.amount, nan=-1),
        )
        chosen = largest(count, score, worth)
        return chosen[np.lexsort((chosen, -worth[chosen], -score[chosen]))]

    @cached_property
    def tiers(self) -> tuple[TierTotal, ...]:
        """Totals per tier, best first, the unranked last."""
        names = (*self.profile.tiers.names, UNRANKED)
        accounts = np.bincount(self.tier, minlength=len(names))
        potential = np.bincount(self.tier, self.potential.known, len(names))
        customers = np.bincount(self.tier[self.matches.customers], minlength=len(names))
        return tuple(
            TierTotal(name, int(accounts[i]), float(potential[i]), int(customers[i]))
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
        names = (*self.profile.tiers.names, UNRANKED)
        keys = self.scoreboard.codes(name)[1]
        cell = np.multiply(self.matches.codes(name), len(names), dtype=np.int64)
        cell += self.tier
        worth = self.potential.known
        if within is not None:
            codes, values = self.scoreboard.codes(within[0])
            place = values.index(within[1]) if within[1] in values else -1
            inside = codes[self.matches.rows] == place
            cell, worth = cell[inside], worth[inside]
        shape = len(keys), len(names)
        size = len(keys) * len(names)
        return Breakdown.of(
            name,
            keys,
            names,
            np.bincount(cell, minlength=size).reshape(shape),
            np.bincount(cell, worth, size).reshape(shape).astype(np.float64, copy=False),
        )

    @property
    def population(self) -> Universe:
        """The accounts it is evaluated on."""
        return self.scoreboard.universe

    @cached_property
    def scores(self) -> Ints:
        """Matches per tier and whole point of score, shape (tiers, 100)."""
        tiers, score = self.tier, self.score
        if self.unscored:
            known = ~np.isnan(score)
            tiers, score = tiers[known], score[known]
        cells = tiers * BINS + np.minimum(score, BINS - 1).astype(np.int64)
        height = len(self.profile.tiers.tiers) + 1
        return np.bincount(cells, minlength=height * BINS).reshape(height, BINS)

    def least_scores(self) -> tuple[float | None, ...]:
        """The score that each tier of a capacity policy begins at; None for one that takes nobody."""
        tiers = (self.score[self.tier == index] for index in range(len(self.profile.tiers.tiers)))
        return tuple(float(scores.min()) if len(scores) else None for scores in tiers)

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""
        ranked = self.matches.rows[self.tier < len(self.profile.tiers.tiers)]
        frame = self.scoreboard.universe.frame
        if "marketing_opt_out" not in frame.columns:
            return len(ranked)
        return len(ranked) - int(frame["marketing_opt_out"][ranked].fill_null(False).sum())

    @cached_property
    def unscored(self) -> int:
        """Matches without a score."""
        return int(np.count_nonzero(np.isnan(self.score)))

    @cached_property
    def coverage(self) -> float | None:
        """Mean share of the weight that is known, over the matches."""
        if not len(self.matches):
            return None
        weights = np.array([c.weight for c in self.profile.scored], dtype=np.float64)
        if not len(weights):
            return 1.0
        share = self._scored.known @ weights / weights.sum()
        return float(np.bincount(self._scored.pattern, minlength=len(share)) @ share) / len(
            self.matches
        )

    @cached_property
    def market(self) -> Market:
        """Everything at once."""
        n_match, n_possible = len(self.matches), len(self.possible)
        return Market(
            profile=self.profile,
            universe=len(self.scoreboard.universe),
            matching=n_match,
            possible=n_possible,
            failing=len(self.scoreboard.universe) - n_match - n_possible,
            potential=self.potential.total,
            potential_possible=self.possible.potential(self.profile).total,
            potential_unknown=self.potential.unknown,
            potential_unknown_possible=self.possible.potential(self.profile).unknown,
            customers=int(np.count_nonzero(self.matches.customers)),
            tiers=self.tiers,
            breakdowns={name: self.breakdown(name) for name in DIMENSIONS},
            scores=self.scores,
            unscored=self.unscored,
            gates=self.gates,
            largest_share=self.potential.largest_share,
            coverage=self.coverage,
        )

    def rows(self, places: npt.NDArray[np.intp]) -> pl.DataFrame:
        """Matches at those places as accounts, with `tier` (null where unranked) and all of `NAMES`.

        Parameters
        ----------
        places
            Places among the matches, as `best` returns them.
        """
        names = pl.Series("tier", (*self.profile.tiers.names, None), dtype=pl.String)
        accounts = self.scoreboard.universe.frame[self.matches.rows[places]]
        return evaluated_rows(accounts, self.profile).with_columns(names.gather(self.tier[places]))

    def page(self, *, offset: int = 0, limit: int = 50) -> pl.DataFrame:
        """Matches from that place of the ranking on, as `rows` gives them."""
        return self.rows(self.best(offset + limit)[offset:])

    def best_possible(self, count: int) -> npt.NDArray[np.intp]:
        """Places of the best possible accounts, best first, as `best` of the matches."""
        worth = np.nan_to_num(self.possible.potential(self.profile).amount, nan=-1.0)
        order = np.nan_to_num(self.possible_score, nan=-1.0)
        chosen = largest(count, order, worth)
        return chosen[np.lexsort((chosen, -worth[chosen], -order[chosen]))]

    def possible_rows(self, places: npt.NDArray[np.intp]) -> pl.DataFrame:
        """Possible accounts at those places, in the shape of `rows` without a tier."""
        return evaluated_rows(
            self.scoreboard.universe.frame[self.possible.rows[places]], self.profile
        )

    def to_verify(self, count: int) -> pl.DataFrame:
        """The possible accounts with the highest scores, as `possible_rows` gives them."""
        return self.possible_rows(self.best_possible(count))


def evaluated_rows(accounts: pl.DataFrame, profile: Profile) -> pl.DataFrame:
    """A few accounts with everything that `expressions.evaluated` adds."""
    columns = describe_all(accounts.schema)
    frame = evaluated(nw.from_native(accounts.lazy()), profile, columns=columns)
    return frame.collect().to_native()  # type: ignore[no-any-return]
