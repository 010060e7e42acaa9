"""What a file must know of the whole list: whose company opted out, is a customer or was excluded."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Protocol, TypeVar

import polars as pl

from icp_core.accounts.universe import EXCLUSION
from icp_core.exporting import layouts
from icp_core.exporting.eligibility import READ, Companies, eligibility_of
from icp_core.exporting.formats import Format

Value = TypeVar("Value")


class WholeList(Protocol):
    """The accounts behind a market, those that fail the profile too: in memory or in an engine."""

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts that somebody excluded, as `Universe.left_out`."""

    def flagged(self, flags: Sequence[str], names: Sequence[str]) -> Iterator[pl.DataFrame]:
        """Some columns of all accounts that one of these flags is set for, batch by batch.

        Inactive ones are among them.
        """

    def keep_for_all(self, key: Hashable, compute: Callable[[], Value]) -> Value:
        """What was kept of all accounts under the key, else what `compute` returns."""


def companies_of(accounts: WholeList, columns: Sequence[str], *, target: Format) -> Companies:
    """The companies of a list that a flag is set for, asked for once a list.

    Parameters
    ----------
    accounts
        The market's evaluation.
    columns
        Those that the list has.
    target
        Only an ad audience asks about companies; for others it says who was left out, no more.

    Raises
    ------
    SourceError
        If the accounts are in an engine that fails.
    """
    left_out = accounts.left_out
    reasons = dict(
        left_out.group_by(EXCLUSION).len().sort("len", EXCLUSION, descending=[True, False]).rows()
        if left_out.height
        else ()
    )
    if not target.is_ad_audience:
        return Companies(left_out=reasons)

    def parts() -> Iterator[pl.DataFrame]:
        read = [name for name in columns if name in READ]
        for batch in accounts.flagged(("marketing_opt_out", "is_customer"), read):
            yield eligibility_of(layouts.completed(batch)).with_columns(excluded=pl.lit(False))
        if left_out.height:
            rows = left_out.select(name for name in left_out.columns if name in READ)
            yield eligibility_of(layouts.completed(rows)).with_columns(excluded=pl.lit(True))

    return accounts.keep_for_all(
        ("export", "companies"), lambda: Companies.of(parts(), left_out=reasons)
    )
