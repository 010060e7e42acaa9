"""Evaluating profiles inside an engine, with the same questions as the scoreboard answers."""

from collections.abc import Iterator
from functools import cached_property
from math import ceil, log10
from typing import Any, Final

import narwhals as nw
import polars as pl

from icp_core.accounts.columns import BY_NAME, Column
from icp_core.evaluation.engines.base import Engine
from icp_core.evaluation.expressions import MATCH, NAMES, POSSIBLE
from icp_core.evaluation.market import Breakdown, GateCost, Market, TierTotal, evaluate, ranked
from icp_core.evaluation.tiers import boundaries, tier_of
from icp_core.profiles.model import Profile

SECONDS: Final = 120.0  # for a question; whoever asked does not wait longer
BATCH: Final = 50_000  # accounts in memory at a time while an export is written
SAMPLE: Final = 20_000  # accounts, enough for suggesting values and round limits
_LEAST_SAMPLE: Final = 1_000  # accounts; with fewer, the ids do not end in digits as expected


class EngineBoard:
    """Evaluates profiles on one engine.

    Parameters
    ----------
    engine
        Where the accounts are.
    seconds
        How long one question may take; None for no limit.
    include_inactive
        Keep bankrupt, dissolving and deregistered accounts too.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        seconds: float | None = SECONDS,
        include_inactive: bool = False,
    ) -> None:
        self.engine = engine
        self.seconds = seconds
        self._include_inactive = include_inactive

    @property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name."""
        return self.engine.columns

    def evaluate(self, profile: Profile) -> "EngineEvaluation":
        """Ask the engine for the market of a profile.

        Raises
        ------
        ProfileError
            If the profile does not fit the columns.
        SourceError
            If the engine fails or takes too long.
        """
        with self.engine.asking(seconds=self.seconds):
            market = evaluate(self.accounts(), profile, columns=self.columns, keep=self.engine.keep)
        return EngineEvaluation(self, market)

    def accounts(self) -> Any:
        """The accounts as the engine's own lazy frame."""
        accounts = self.engine.accounts()
        if self._include_inactive or "status" not in self.columns:
            return accounts
        status = nw.col("status")
        active = status.is_null() | (status == "active")
        return nw.from_native(accounts).filter(active).to_native()

    def sample(self, rows: int = SAMPLE) -> pl.DataFrame:
        """At most so many accounts from all over the table, the same ones every time.

        They are those whose `account_id` ends in certain digits, because the first accounts of a
        sorted table are all of one kind. A table whose ids end otherwise gives its first accounts.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        accounts = nw.from_native(self.accounts())
        with self.engine.asking(seconds=self.seconds):
            total = int(accounts.select(nw.len()).collect("polars").item())
            digits = max(0, ceil(log10(total / rows))) if total > rows else 0
            ends = nw.col("account_id").str.ends_with("7" * digits)
            found = (accounts.filter(ends) if digits else accounts).head(rows).collect("polars")
            if digits and len(found) < _LEAST_SAMPLE:
                found = accounts.head(rows).collect("polars")
        return tidy(found.to_native())


class EngineEvaluation:
    """One profile on one engine: totals that are here, and rows that are fetched when asked for."""

    def __init__(self, scoreboard: EngineBoard, market: Market) -> None:
        self.scoreboard = scoreboard
        self.market = market
        self.profile = market.profile

    @property
    def population(self) -> Engine:
        """The accounts it is evaluated on."""
        return self.scoreboard.engine

    @property
    def tiers(self) -> tuple[TierTotal, ...]:
        """Totals per tier, best first, the unranked last."""
        return self.market.tiers

    @property
    def gates(self) -> tuple[GateCost, ...]:
        """What each must-have and knock-out costs."""
        return self.market.gates

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
        return self._fetch(self._ranked(MATCH, tiered=True), offset=offset, limit=limit)

    def to_verify(self, count: int) -> pl.DataFrame:
        """The possible accounts with the highest scores, in the shape of `page` without a tier."""
        return self._fetch(self._ranked(POSSIBLE, tiered=False), offset=0, limit=count)

    def stream(self, *, rows: int = BATCH, limit: int | None = None) -> Iterator[pl.DataFrame]:
        """All matches, best first, batch by batch, in the shape of `page`; never all at once.

        Raises
        ------
        SourceError
            If the engine fails; there is no time limit, since batches come as fast as they are used.
        """
        frame = self._ranked(MATCH, tiered=True)
        if limit is not None:
            frame = frame.head(limit)
        engine = self.scoreboard.engine
        with engine.asking(seconds=None):
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
        if "marketing_opt_out" not in self.scoreboard.columns:
            return sum(tier.accounts for tier in self.tiers[:-1])
        return self._reachable

    @cached_property
    def _reachable(self) -> int:
        in_tier = nw.col("tier") < len(self.profile.tiers.tiers)
        opted_out = nw.col("marketing_opt_out")
        frame = self._ranked(MATCH, tiered=True).filter(in_tier, opted_out.is_null() | ~opted_out)
        with self.scoreboard.engine.asking(seconds=self.scoreboard.seconds):
            return int(frame.select(nw.len()).collect("polars").item())

    @cached_property
    def _cutoffs(self) -> Any:
        policy = self.profile.tiers
        if policy.kind != "capacity":
            return boundaries(policy, None)
        frame = self._ranked(MATCH, tiered=False).filter(~nw.col(NAMES.score).is_null())
        columns = frame.select(NAMES.score, NAMES.potential, "account_id")
        room = int(sum(tier.threshold for tier in policy.tiers))
        with self.scoreboard.engine.asking(seconds=self.scoreboard.seconds):
            return boundaries(policy, columns.head(room).collect("polars").to_native())

    def _ranked(self, state: int, *, tiered: bool) -> nw.LazyFrame[Any]:
        frame = ranked(
            self.scoreboard.accounts(), self.profile, columns=self.scoreboard.columns, state=state
        )
        return frame.with_columns(tier_of(self._cutoffs).alias("tier")) if tiered else frame

    def _fetch(self, frame: nw.LazyFrame[Any], *, offset: int, limit: int) -> pl.DataFrame:
        with self.scoreboard.engine.asking(seconds=self.scoreboard.seconds):
            rows = frame.head(offset + limit).collect("polars").to_native()
        return self._named(rows.slice(offset))

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        rows = tidy(rows)
        if "tier" not in rows.columns:
            return rows
        names = dict(enumerate(self.profile.tiers.names))
        return rows.with_columns(
            pl.col("tier")
            .cast(pl.Int64)
            .replace_strict(names, default=None, return_dtype=pl.String)
        )


def tidy(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows in the types that accounts in memory have, whatever the engine calls them."""
    wanted: dict[str, pl.DataType] = {}
    for name, dtype in rows.schema.items():
        canonical = BY_NAME[name].dtype if name in BY_NAME else None
        if canonical is not None:
            wanted[name] = canonical
        elif dtype == pl.Null:
            wanted[name] = pl.String()
        elif dtype.is_decimal():
            wanted[name] = pl.Float64()
    return rows.cast({name: dtype for name, dtype in wanted.items() if rows.schema[name] != dtype})
