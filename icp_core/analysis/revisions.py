"""Where a profile's industries are of another revision of NACE than the accounts' codes."""

from typing import Protocol

import polars as pl

from icp_core.accounts.columns import Kind
from icp_core.accounts.population import Population
from icp_core.profiles.model import Choice, Profile
from icp_core.reference import industry
from icp_core.reference.numbers import number


class _Segmented(Protocol):
    @property
    def population(self) -> Population: ...

    @property
    def profile(self) -> Profile: ...

    def values(self, dimension: str) -> tuple[str, ...]: ...

    def segments(self, by: str) -> pl.DataFrame: ...


def revision_note(market: _Segmented) -> str | None:
    """One sentence on the matches whose codes were read through Eurostat's correspondence, if any.

    Parameters
    ----------
    market
        What a profile found.
    """
    columns = market.population.columns
    codes = {
        code
        for criterion in market.profile.criteria
        if isinstance(criterion.fit, Choice) and columns[criterion.column].kind is Kind.INDUSTRY
        for code in criterion.fit.values
    }
    if not codes or "industry_revision" not in columns:
        return None
    asked = industry.by_revision(codes)
    if asked["2"] and asked["2.1"]:
        return None
    own, other = ("2", "2.1") if asked["2"] else ("2.1", "2")
    if own == "2" and other not in market.values("industry_revision"):
        return None
    matches = dict(market.segments("industry_revision").select("key", "accounts").iter_rows())
    # What a list does not say is Rev. 2, as everywhere.
    count = matches.get(other, 0) + (matches.get(None, 0) if other == "2" else 0)
    if not count:
        return None
    return (
        f"The profile's industries are of NACE Rev. {own}; {number(count)} of the matches have codes of "
        f"Rev. {other}, found through Eurostat's correspondence of the two."
    )
