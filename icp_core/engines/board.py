"""Evaluating profiles inside an engine, with the same questions as the scoreboard answers."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

import narwhals as nw
import polars as pl

from icp_core.columns import Column
from icp_core.engines.base import Engine
from icp_core.expressions import MATCH, NAMES, POSSIBLE
from icp_core.market import Breakdown, GateCost, Market, TierTotal, evaluate, ranked
from icp_core.profile import Profile
from icp_core.tiers import boundaries, tier_of

SECONDS: Final = 120.0
BATCH: Final = 50_000


class EngineBoard:
    """Evaluates profiles on one engine.

    Parameters
    ----------
    engine
        Where the accounts are.
    seconds
        How long one evaluation may take; None for no limit.
    """

    def __init__(self, engine: Engine, *, seconds: float | None = SECONDS) -> None:
        self.engine = engine
        self.seconds = seconds

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
            market = evaluate(
                self.engine.accounts(), profile, columns=self.columns, keep=self.engine.keep
            )
        return EngineEvaluation(self, market)


class EngineEvaluation:
    """One profile on one engine: totals that are here, and rows that are fetched when asked for."""

    def __init__(self, board: EngineBoard, market: Market) -> None:
        self.board = board
        self.market = market
        self.profile = market.profile

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
        engine = self.board.engine
        with engine.asking(seconds=None):
            for batch in engine.batches(frame.to_native(), rows=rows):
                yield self._named(batch)

    @cached_property
    def _cutoffs(self) -> Any:
        policy = self.profile.tiers
        if policy.kind != "capacity":
            return boundaries(policy, None)
        frame = self._ranked(MATCH, tiered=False).filter(~nw.col(NAMES.score).is_null())
        columns = frame.select(NAMES.score, NAMES.potential, "account_id")
        room = int(sum(tier.threshold for tier in policy.tiers))
        with self.board.engine.asking(seconds=self.board.seconds):
            return boundaries(policy, columns.head(room).collect("polars").to_native())

    def _ranked(self, state: int, *, tiered: bool) -> nw.LazyFrame[Any]:
        frame = ranked(
            self.board.engine.accounts(), self.profile, columns=self.board.columns, state=state
        )
        return frame.with_columns(tier_of(self._cutoffs).alias("tier")) if tiered else frame

    def _fetch(self, frame: nw.LazyFrame[Any], *, offset: int, limit: int) -> pl.DataFrame:
        with self.board.engine.asking(seconds=self.board.seconds):
            rows = frame.head(offset + limit).collect("polars").to_native()
        return self._named(rows.slice(offset))

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        if "tier" not in rows.columns:
            return rows
        names = dict(enumerate(self.profile.tiers.names))
        return rows.with_columns(
            pl.col("tier")
            .cast(pl.Int64)
            .replace_strict(names, default=None, return_dtype=pl.String)
        )
