"""Evaluating profiles on accounts that stay in an engine."""

import os
from collections.abc import Callable, Hashable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from math import ceil, log10
from operator import add, or_
from threading import Lock, RLock, Timer
from time import monotonic
from typing import Any, Final, TypeVar
from weakref import WeakValueDictionary

import narwhals as nw
import numpy as np
import polars as pl
from cachetools import TTLCache

from icp_core.accounts.columns import BY_NAME, PREFIX, Column, is_blank, typed, unfit_ids
from icp_core.accounts.on_disk import scratch, writing
from icp_core.accounts.universe import Universe, with_reasons
from icp_core.errors import SourceError, UniverseError
from icp_core.evaluation.account_arrays import test_key
from icp_core.evaluation.engines.base import Engine
from icp_core.evaluation.engines.cells import Cells
from icp_core.evaluation.engines.lifted import LiftedEvaluation, LiftedScoreboard, Whole
from icp_core.evaluation.expressions import FAILS, MATCH, POSSIBLE, dimension, standing
from icp_core.evaluation.market import Breakdown, GateCost, Market, TierTotal
from icp_core.evaluation.names import INNER, NAMES, indicator, inner, told
from icp_core.evaluation.on_engines import best_scored, evaluate, in_state, ranked
from icp_core.evaluation.tiers import boundaries, tier_labels, tier_of, too_little_known
from icp_core.paths import private_file
from icp_core.profiles.first_draft import Spread
from icp_core.profiles.model import Criterion, Profile, Role

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

SECONDS: Final = 120.0
"""Limit on one question: longer than any reader waits for an answer."""

BATCH: Final = 50_000
"""Rows that leave an engine together: some 20 MB, little beside what an engine takes itself."""

SAMPLE: Final = 20_000
"""Accounts to suggest criteria from: quantiles are then sure to about half a percent."""

LIFTED: Final = 2_000_000
"""Accounts up to which matches and possible ones are usually lifted: some seconds, and little memory."""

_MOST_SETS: Final = 4
"""Times `lift_up_to` that all lifted accounts together may be: some four gigabytes of disk.

Beyond that those asked about the longest ago go: whoever tries out must-haves leaves many behind.
"""

_LEAST_SAMPLE: Final = 1_000
"""Accounts below which a sample says too little of who is rare."""

_MOST_KEPT: Final = 64
"""Answers and counts kept by profile: more than people work on one engine at a time."""

_ANSWER_AGE: Final = 3_600.0
"""Seconds after which an engine is asked again, because its accounts may have changed."""

_IDLE: Final = 900.0
"""Seconds without a question after which lifted accounts are dropped."""


_COUNTRY: Final = inner("country")
_CODE: Final = inner("code")
_ACCOUNTS: Final = inner("accounts")

LIFT_VARIABLE: Final = "ICP_LIFT_ACCOUNTS"


def lift_limit() -> int:
    """`ICP_LIFT_ACCOUNTS` if set, else `LIFTED`; 0 leaves all accounts in their engine.

    Raises
    ------
    SourceError
        If it is no whole number.
    """
    text = os.environ.get(LIFT_VARIABLE, "").strip()
    if text and not (text.isascii() and text.isdigit()):
        raise SourceError(
            f"{LIFT_VARIABLE} is {text!r}; set it to a whole number of accounts, such as {LIFTED}, or "
            "to 0 to leave them all in their engine."
        )
    return int(text) if text else LIFTED


@dataclass(frozen=True)
class Narrowing:
    """A criterion that could be required (or ruled out), and how many accounts that would leave.

    Attributes
    ----------
    index
        Its place in the profile.
    criterion
        As the gate that it would be.
    left
        Matches and possible accounts then.
    """

    index: int
    criterion: Criterion
    left: int


class EngineAccounts:
    """Evaluates profiles on one engine.

    Where the gates leave few enough accounts, those are lifted into memory, shared by everybody with the
    same gates, and dropped when nobody has asked about them for a quarter of an hour. Weights are then
    answered without the engine, also while it works for others; a further must-have takes its accounts
    from those.

    Parameters
    ----------
    engine
        Where the accounts are.
    seconds
        How long one question may take; None for no limit.
    include_inactive
        Keep bankrupt, dissolving and deregistered accounts too.
    lift_up_to
        Matches and possible accounts together, up to which they are lifted; 0 lifts none.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        seconds: float | None = SECONDS,
        include_inactive: bool = False,
        lift_up_to: int = 0,
    ) -> None:
        self.engine = engine
        self.seconds = seconds
        self.lift_up_to = lift_up_to
        self._include_inactive = include_inactive
        self._excluded: Mapping[str, str] = {}
        self._owners: Mapping[str, str | None] = {}
        self._territories: Mapping[str, str] = {}
        self._with_everybody = self
        self._is_dropping = False
        # Held while something is looked up or put down, never while the engine works.
        self._lock = RLock()
        self._making: WeakValueDictionary[Hashable, Any] = WeakValueDictionary()
        self._answers: TTLCache[str, EngineEvaluation] = TTLCache(_MOST_KEPT, _ANSWER_AGE)
        self._cells: TTLCache[tuple[Criterion, ...], Cells] = TTLCache(_MOST_KEPT, _ANSWER_AGE)
        self._facts: TTLCache[Hashable, Any] = TTLCache(_MOST_KEPT, _ANSWER_AGE)
        self._lifted: dict[frozenset[tuple[Criterion, ...]], tuple[LiftedScoreboard, float]] = {}

    @property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name."""
        return self.engine.columns

    def without(self, excluded: Mapping[str, str]) -> "EngineAccounts":
        """The same accounts without those that somebody excluded; itself where nobody was.

        What is lifted is lifted once for all, and what does not depend on it is asked once.

        Parameters
        ----------
        excluded
            Reason by `account_id`; others than those here may be among them.
        """
        if not excluded:
            return self
        whole = self._with_everybody
        found = EngineAccounts(
            self.engine,
            seconds=self.seconds,
            include_inactive=self._include_inactive,
            lift_up_to=self.lift_up_to,
        )
        found._excluded = {**self._excluded, **excluded}
        found._owners, found._territories = self._owners, self._territories
        found._with_everybody = whole
        return found

    def assigned(
        self, owners: Mapping[str, str | None], territories: Mapping[str, str] | None = None
    ) -> "EngineAccounts":
        """The same accounts with the owners and territories that somebody gave; itself without any.

        They hold of accounts that are lifted: what stays in the engine, and what its gates count, goes
        by the table. So a profile with a gate on either leaves both as the table has them.

        Parameters
        ----------
        owners, territories
            As for `Universe.assigned`.
        """
        if not owners and not territories:
            return self
        found = EngineAccounts(
            self.engine,
            seconds=self.seconds,
            include_inactive=self._include_inactive,
            lift_up_to=self.lift_up_to,
        )
        found._excluded = self._excluded
        found._owners = {**self._owners, **owners}
        found._territories = {**self._territories, **(territories or {})}
        found._with_everybody = self._with_everybody
        return found

    def with_unknown(self, types: Mapping[str, pl.DataType]) -> "EngineAccounts":
        """The same accounts with more columns, of which nothing is known, as `Engine.with_unknown`."""
        if not types:
            return self
        found = EngineAccounts(
            self.engine.with_unknown(types),
            seconds=self.seconds,
            include_inactive=self._include_inactive,
            lift_up_to=self.lift_up_to,
        )
        return found.without(self._excluded).assigned(self._owners, self._territories)

    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that are excluded, as `Universe.left_out`.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        if not self._excluded:
            return pl.DataFrame()

        def ask() -> pl.DataFrame:
            with self.engine.asking(seconds=self.seconds):
                # Inactive ones too: their companies are covered as well.
                found = (
                    nw.from_native(self.engine.table())
                    .join(
                        nw.from_native(self.engine.ids([*self._excluded])),
                        on="account_id",
                        how="semi",
                    )
                    .collect("polars")
                    .to_native()
                )
            return with_reasons(tidy(found), self._excluded)

        left_out: pl.DataFrame = self._fact("left out", ask)
        return left_out

    def evaluate(self, profile: Profile) -> "EngineEvaluation | LiftedEvaluation":
        """The market of a profile: on lifted accounts where they are few enough, else in the engine.

        Raises
        ------
        ProfileError
            If the profile does not fit the columns.
        SourceError
            If the engine fails or takes too long.
        """
        profile.check(self.columns)
        whole = self._with_everybody
        whole._fact("sound", whole._refuse_unsound)
        refusal = ""
        if self.lift_up_to and self.left(profile) <= self.lift_up_to:
            try:
                return self._lifted_evaluation(profile)
            except UniverseError as error:
                # As a table they can be counted, but they make no list: an id stands twice, say.
                refusal = str(error)
        return self._once(
            self._answers,
            profile.model_dump_json(),
            lambda: EngineEvaluation(self, self._market(profile), refusal=refusal),
        )

    def _refuse_unsound(self) -> bool:
        """Raise where the table is no list: an account that stands twice would be ranked twice."""
        times = nw.col(_ACCOUNTS)
        blank = is_blank(nw.col("account_id").cast(nw.String))
        found = self.ask(
            lambda accounts: (
                accounts.select("account_id")
                .group_by("account_id")
                .agg(nw.len().alias(_ACCOUNTS))
                .select(
                    times.sum().alias(inner("rows")),
                    nw.when(blank).then(times).sum().alias(inner("blank")),
                    nw.when(~blank).then(nw.lit(1)).sum().alias(inner("distinct")),
                )
            )
        )
        rows, without, distinct = (int(value or 0) for value in found.row(0))
        refusal = unfit_ids(rows, without, distinct)
        if not rows:
            refusal = "it holds no accounts, or none that is active. Include inactive ones."
        if refusal:
            raise SourceError(f"{self.engine.name} makes no list: {refusal}")
        return True

    def _lifted_evaluation(self, profile: Profile) -> LiftedEvaluation:
        for _attempt in range(2):
            found = self.lifted(profile).evaluate(profile)
            if len(found.matches) + len(found.possible) == self.left(profile):
                return found
            # The table changed between the two questions: whatever is kept of it is of yesterday.
            self.forget()
        raise SourceError(
            f"The table of {self.engine.name} changes while it is asked. Try again when it is written."
        )

    def forget(self) -> None:
        """Ask and lift everything again from now on."""
        with self._lock:
            for kept in (self._answers, self._cells, self._facts, self._lifted):
                kept.clear()
        if self._with_everybody is not self:
            self._with_everybody.forget()

    def _market(self, profile: Profile) -> Market:
        with self.engine.asking(seconds=self.seconds):
            return evaluate(self.accounts(), profile, columns=self.columns, keep=self.engine.keep)

    def lifted(self, profile: Profile, *others: Profile) -> LiftedScoreboard:
        """The matches and possible accounts of some profiles in memory, lifted if they are not yet.

        Raises
        ------
        ProfileError
            If a profile does not fit the columns.
        SourceError
            If the engine fails or takes too long, or the disk refuses them.
        """
        for one in (profile, *others):
            one.check(self.columns)
        return self._lifted_by(frozenset(one.gates for one in (profile, *others)))

    def _lifted_by(self, gates: frozenset[tuple[Criterion, ...]]) -> LiftedScoreboard:
        with self._alone("lifted", gates):
            with self._lock:
                known = self._lifted.get(gates)
            scoreboard = (
                known[0] if known else LiftedScoreboard(self._lift(gates), self._whole(), gates)
            )
            with self._lock:
                self._lifted[gates] = scoreboard, monotonic()
                if not known:
                    self._make_room()
                    self._drop_later()
        return scoreboard

    @property
    def bytes_lifted(self) -> int:
        """Memory, or room on disk, that the lifted accounts take."""
        with self._lock:
            return sum(
                int(scoreboard.universe.frame.estimated_size()) + scoreboard.bytes_kept
                for scoreboard, _used in self._lifted.values()
            )

    def left(self, *profiles: Profile) -> int:
        """Accounts that match or may match at least one of the profiles, counted in the engine."""
        first, *others = profiles
        cells = self.cells(first)
        for profile in others:
            cells = cells.asked(profile.gates)
        fails_all = ~cells.none()
        for profile in profiles:
            fails_all &= reduce(or_, (cells.gate(gate)[0] for gate in profile.gates), cells.none())
        return cells.count(~fails_all)

    def cells(self, profile: Profile) -> Cells:
        """All accounts as the gates of a profile see them."""
        return self._count(profile.gates)

    def _count(self, gates: tuple[Criterion, ...]) -> Cells:
        def counted() -> Cells:
            found = self.ask(lambda accounts: Cells.question(accounts, gates, columns=self.columns))
            return Cells(gates, found, self._count)

        return self._once(self._cells, gates, counted)

    def narrowing(self, profile: Profile) -> tuple[Narrowing, ...]:
        """What requiring each scored criterion would leave, the fewest accounts first.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        required = [
            (index, one.replace(role=Role.MUST_HAVE if one.role.favours else Role.KNOCK_OUT))
            for index, one in enumerate(profile.criteria)
            if not one.role.is_gate
        ]
        cells = self.cells(profile).asked(gate for _index, gate in required)
        failing = reduce(add, (cells.gate(gate)[0] for gate in profile.gates), cells.none())
        found = [
            Narrowing(index, gate, cells.count(~(failing | cells.gate(gate)[0])))
            for index, gate in required
        ]
        return tuple(sorted(found, key=lambda one: one.left))

    def ask(self, question: Callable[[nw.LazyFrame[Any]], nw.LazyFrame[Any]]) -> pl.DataFrame:
        """The rows of a question about the accounts, within the time limit.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        with self.engine.asking(seconds=self.seconds):
            asked = question(nw.from_native(self.accounts()))
            found: pl.DataFrame = asked.collect("polars").to_native()
        return found

    def sampled(self) -> Universe:
        """A sample as a universe: to suggest criteria from, and to know where a column's values lie.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        whole = self._with_everybody
        found: Universe = whole._fact(
            "sample",
            lambda: Universe.of(
                whole.sample(),
                name=self.engine.name,
                label=self.engine.label,
                fictional=self.engine.fictional,
            ),
        )
        return found

    def _whole(self) -> Whole:
        return Whole(
            self.engine,
            cells=self.cells,
            spread=self._spread,
            listed=self._listed,
            customers=lambda: self._fact("customers", self._customers),
            fetch=self._fetch,
            everybody=self._everybody,
            left_out=self.left_out,
            flagged=self.flagged,
            keep=self.keep,
        )

    def flagged(self, flags: Sequence[str], names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of all accounts that one of these flags is set for, batch by batch.

        Inactive and excluded ones are among them.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        known = [nw.col(flag) for flag in flags if flag in self.columns]
        if not known:
            return
        with self.engine.asking(seconds=self.seconds):
            found = nw.from_native(self.engine.table()).filter(reduce(or_, known)).select(names)
            for batch in self.engine.batches(found.to_native(), rows=BATCH):
                yield tidy(batch)

    def keep(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept of all accounts under the key, else what `compute` returns."""
        found: Value = self._fact(key, compute)
        return found

    def _fact(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        return self._once(self._facts, key, ask)

    def _once(self, kept: MutableMapping[Key, Value], key: Key, make: Callable[[], Value]) -> Value:
        """What is kept under a key, else made, while only those who ask for the same wait."""
        with self._alone(id(kept), key):
            with self._lock:
                found = kept.get(key)
            if found is None:
                found = make()
                with self._lock:
                    kept[key] = found
        return found

    @contextmanager
    def _alone(self, *what: Hashable) -> Iterator[None]:
        """Make something that nobody else is making meanwhile."""
        with self._lock:
            lock = self._making.setdefault(what, Lock())
        with lock:
            yield

    def _spread(self, column: str) -> Spread | None:
        sample = self.sampled().frame
        if self._excluded:
            excluded = pl.Series([*self._excluded], dtype=pl.String).implode()
            sample = sample.filter(~sample["account_id"].is_in(excluded))
        values = sample[column]
        if values.null_count() == len(values):
            return None
        found: Spread = self._fact(f"spread of {column}", lambda: Spread.of(values))
        return found

    def _listed(self, level: str) -> pl.DataFrame:
        def ask() -> pl.DataFrame:
            counts = self.ask(
                lambda accounts: (
                    accounts.select(
                        dimension("country", columns=self.columns).alias(_COUNTRY),
                        dimension(level, columns=self.columns).alias(_CODE),
                    )
                    .group_by(_COUNTRY, _CODE)
                    .agg(nw.len().alias(_ACCOUNTS))
                )
            )
            return counts.select(
                country=pl.col(_COUNTRY).cast(pl.String),
                code=pl.col(_CODE).cast(pl.String),
                accounts=pl.col(_ACCOUNTS).cast(pl.Int64),
            )

        found: pl.DataFrame = self._fact(f"listed by {level}", ask)
        return found

    def countries(self) -> tuple[str, ...]:
        """Countries that the accounts lie in, rising.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        return tuple(sorted(self._listed("region")["country"].drop_nulls().unique()))

    def _fetch(self, account_ids: Sequence[str]) -> pl.DataFrame:
        wanted = nw.col("account_id").is_in(list(account_ids))
        return tidy(self.ask(lambda accounts: accounts.filter(wanted)))

    def _everybody(self) -> Universe | None:
        whole = Profile(name="Everybody")
        if self.left(whole) > self.lift_up_to:
            return None
        return self.lifted(whole).universe

    def _customers(self) -> int:
        if "is_customer" not in self.columns:
            return 0
        count = indicator(nw.col("is_customer")).sum().alias(inner("customers"))
        return int(self.ask(lambda accounts: accounts.select(count)).item() or 0)

    def _lift(self, gates: frozenset[tuple[Criterion, ...]]) -> Universe:
        wider = self._wider(gates)
        if wider is not None:
            return _narrowed(wider, gates)
        whole = self._with_everybody
        if whole is not self:
            # Others may know them already, and the next edition of the decisions will need them.
            found = whole._lifted_by(gates).universe.without(self._excluded)
            read = {gate.column for of_one in gates for gate in of_one}
            if read & {"owner", "territory"}:
                return found
            return found.assigned(self._owners, self._territories)
        return self._fetched(gates)

    def _wider(self, gates: frozenset[tuple[Criterion, ...]]) -> LiftedScoreboard | None:
        """The fewest accounts lifted so far, of those that hold all that these gates leave."""

        def holds(lifted: frozenset[tuple[Criterion, ...]]) -> bool:
            return all(any(_tests(few) <= _tests(more) for few in lifted) for more in gates)

        with self._lock:
            found = [
                scoreboard for lifted, (scoreboard, _) in self._lifted.items() if holds(lifted)
            ]
        return min(found, key=len, default=None)

    def _fetched(self, gates: frozenset[tuple[Criterion, ...]]) -> Universe:
        with scratch() as folder:
            with self.engine.asking(seconds=self.seconds):
                left = nw.from_native(self.accounts())
                # Without a gate everybody is left.
                if all(gates):
                    left = left.filter(
                        reduce(lambda one, other: one | other, map(self._fails_none, gates))
                    )
                for place, batch in enumerate(self.engine.batches(left.to_native(), rows=BATCH)):
                    with writing(folder.parent):
                        tidy(batch).write_ipc(
                            private_file(folder / f"{place:06}.arrow"), compression="lz4"
                        )
            if not any(folder.iterdir()):
                empty = tidy(self.ask(lambda accounts: accounts.head(0)))
                return Universe(self.engine.name, self.engine.label, empty, self.engine.fictional)
            return Universe.of(
                pl.scan_ipc(sorted(folder.iterdir()), glob=False),
                name=self.engine.name,
                label=self.engine.label,
                fictional=self.engine.fictional,
            )

    def _fails_none(self, gates: tuple[Criterion, ...]) -> nw.Expr:
        fails = (indicator(standing(gate, columns=self.columns) == FAILS) for gate in gates)
        return reduce(add, fails) == 0

    def _make_room(self) -> None:
        room = _MOST_SETS * self.lift_up_to
        latest = sorted(self._lifted.items(), key=lambda item: item[1][1], reverse=True)
        kept = 0
        for gates, (scoreboard, _used) in latest:
            kept += len(scoreboard)
            if kept > max(room, len(latest[0][1][0])):
                del self._lifted[gates]

    def _drop_later(self) -> None:
        if self._is_dropping:
            return
        self._is_dropping = True
        timer = Timer(_IDLE, self._drop_idle)
        timer.daemon = True
        timer.start()

    def _drop_idle(self) -> None:
        with self._lock:
            self._is_dropping = False
            since = monotonic() - _IDLE
            self._lifted = {
                gates: (scoreboard, used)
                for gates, (scoreboard, used) in self._lifted.items()
                if used > since
            }
            if self._lifted:
                self._drop_later()

    def accounts(self) -> Any:
        """The accounts as the engine's own lazy frame."""
        accounts = nw.from_native(self.engine.table())
        if not self._include_inactive and "status" in self.columns:
            status = nw.col("status")
            accounts = accounts.filter(status.is_null() | (status == "active"))
        if self._excluded:
            ids = nw.from_native(self.engine.ids([*self._excluded]))
            accounts = accounts.join(ids, on="account_id", how="anti")
        return accounts.to_native()

    def sample(self, rows: int = SAMPLE) -> pl.DataFrame:
        """At most so many accounts from all over the table, the same ones every time.

        They are those whose `account_id` has certain characters just before its last three, because
        the first accounts of a sorted table are all of one kind; before, since a national number may
        end in a check digit after a dash, and a domain in that of its country. A table whose ids are
        made otherwise gives its first accounts.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        with self.engine.asking(seconds=self.seconds):
            accounts = nw.from_native(self.accounts())
            total = int(accounts.select(nw.len()).collect("polars").item())
            tenths = max(0, ceil(log10(total / rows))) if total > rows else 0
            drawn = nw.col("account_id").str.contains(f"[7e]{{{tenths}}}.{{3}}$")
            found = (accounts.filter(drawn) if tenths else accounts).head(rows).collect("polars")
            if tenths and len(found) < _LEAST_SAMPLE:
                found = accounts.head(rows).collect("polars")
        return tidy(found.to_native())


class EngineEvaluation:
    """One profile on one engine: totals that are here, and rows that are fetched when asked for."""

    def __init__(self, accounts: EngineAccounts, market: Market, *, refusal: str = "") -> None:
        self.accounts = accounts
        self.refusal = refusal
        self.market = market
        self.profile = market.profile

    @property
    def population(self) -> Engine:
        """The accounts it is evaluated on."""
        return self.accounts.engine

    @property
    def tiers(self) -> tuple[TierTotal, ...]:
        """Totals per tier, best first, then the others of `tiers.groups`."""
        return self.market.tiers

    @property
    def gates(self) -> tuple[GateCost, ...]:
        """What each must-have and knock-out costs."""
        return self.market.gates

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that somebody excluded, as `Universe.left_out`.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        return self.accounts.left_out()

    def flagged(self, flags: Sequence[str], names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of all accounts that one of these flags is set for, batch by batch."""
        return self.accounts.flagged(flags, names)

    def keep_for_all(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept of all accounts under the key, else what `compute` returns."""
        return self.accounts.keep(key, compute)

    def breakdown(self, name: str) -> Breakdown:
        """Matches by one of `market.DIMENSIONS` and tier."""
        return self.market.breakdowns[name]

    def page(self, *, offset: int = 0, limit: int = 50) -> pl.DataFrame:
        """Matches from that place of the ranking on, with `tier` and all of `NAMES`.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        return self._fetch(MATCH, tiered=True, offset=offset, limit=limit)

    def to_verify(self, count: int) -> pl.DataFrame:
        """The possible accounts with the highest scores, in the shape of `page` without a tier."""
        return self._fetch(POSSIBLE, tiered=False, offset=0, limit=count)

    def too_little_known(self, count: int) -> pl.DataFrame:
        """The best matches of which too little is known for a tier, in the shape of `page`."""
        unknown = too_little_known(self.profile)
        with self.accounts.engine.asking(seconds=self.accounts.seconds):
            frame = self._ranked(MATCH, tiered=True)
            frame = frame.head(0) if unknown is None else frame.filter(unknown).head(count)
            return self._named(frame.collect("polars").to_native())

    def stream(self, *, rows: int = BATCH, limit: int | None = None) -> Iterator[pl.DataFrame]:
        """All matches, best first, batch by batch, in the shape of `page`; never all at once.

        Raises
        ------
        SourceError
            If the engine fails; there is no time limit, since batches come as fast as they are used.
        """
        engine = self.accounts.engine
        with engine.asking(seconds=None):
            frame = self._ranked(MATCH, tiered=True)
            if limit is not None:
                frame = frame.head(limit)
            for batch in engine.batches(frame.to_native(), rows=rows):
                yield self._named(batch)

    def least_scores(self) -> tuple[float | None, ...]:
        """The score that each tier of a capacity policy begins at; None for one that takes nobody."""
        return tuple(
            cutoff.score if self.tiers[index].accounts else None
            for index, cutoff in enumerate(self._cutoffs)
        )

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        if "marketing_opt_out" not in self.accounts.columns:
            return self.market.in_a_tier
        return self._reachable

    @cached_property
    def _reachable(self) -> int:
        in_tier = nw.col(INNER.tier) < len(self.profile.tiers.tiers)
        opted_out = nw.col("marketing_opt_out")
        with self.accounts.engine.asking(seconds=self.accounts.seconds):
            frame = self._ranked(MATCH, tiered=True).filter(
                in_tier, opted_out.is_null() | ~opted_out
            )
            return int(frame.select(nw.len()).collect("polars").item())

    @cached_property
    def _cutoffs(self) -> Any:
        policy = self.profile.tiers
        if policy.kind != "capacity":
            return boundaries(policy, None)
        with self.accounts.engine.asking(seconds=self.accounts.seconds):
            accounts, columns = self.accounts.accounts(), self.accounts.columns
            matches = in_state(accounts, self.profile, columns=columns, state=MATCH)
            return boundaries(policy, best_scored(matches, self.profile))

    def _ranked(self, state: int, *, tiered: bool) -> nw.LazyFrame[Any]:
        frame = ranked(
            self.accounts.accounts(), self.profile, columns=self.accounts.columns, state=state
        )
        if not tiered:
            return frame
        tier = tier_of(self._cutoffs, too_little_known(self.profile))
        return frame.with_columns(tier.alias(INNER.tier))

    def _fetch(self, state: int, *, tiered: bool, offset: int, limit: int) -> pl.DataFrame:
        with self.accounts.engine.asking(seconds=self.accounts.seconds):
            frame = self._ranked(state, tiered=tiered)
            rows = frame.head(offset + limit).collect("polars").to_native()
        return self._named(rows.slice(offset))

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        is_tiered = INNER.tier in rows.columns
        rows = told(tidy(rows))
        if not is_tiered:
            return rows
        names = dict(enumerate(tier_labels(self.profile.tiers)))
        return rows.with_columns(
            pl.col(NAMES.tier)
            .cast(pl.Int64)
            .replace_strict(names, default=None, return_dtype=pl.String)
        )


def _tests(gates: tuple[Criterion, ...]) -> frozenset[Hashable]:
    return frozenset(map(test_key, gates))


def _narrowed(wider: LiftedScoreboard, gates: frozenset[tuple[Criterion, ...]]) -> Universe:
    """What stricter gates leave of accounts that were lifted already."""
    splits = map(wider.split, gates)
    rows = [accounts.rows for split in splits for accounts in (split.matches, split.possible)]
    universe = wider.universe
    left = universe.frame.lazy().select(pl.all().gather(np.unique(np.concatenate(rows))))
    if not any(map(len, rows)):
        return replace(universe, frame=universe.frame.head(0))
    return Universe.of(left, name=universe.name, label=universe.label, fictional=universe.fictional)


def tidy(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the types that accounts in memory have, whatever the engine calls them.

    Raises
    ------
    UniverseError
        If a column cannot be read as its type.
    """
    own: dict[Any, pl.DataType] = {
        name: pl.String() if dtype == pl.Null else pl.Float64()
        for name, dtype in rows.schema.items()
        if name not in BY_NAME and (dtype == pl.Null or dtype.is_decimal())
    }
    rows = rows.cast(own)
    added = rows.select(name for name in rows.columns if name.startswith(PREFIX))
    return typed(rows.drop(added.columns)).hstack(added)
