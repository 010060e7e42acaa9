"""Of how many matches a column is known that is to tell who is ready: a share, never a score."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

import polars as pl

from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted
from icp_core.profiles.model import Profile

YEAR: Final = 366
"""Days: the longest time box of the guides."""


class _Listed(Protocol):
    def accounts(self) -> Universe: ...

    def account_ids(self, wanted: Wanted) -> pl.Series: ...


def known_share(market: _Listed, column: str) -> float | None:
    """Share of the matches of which a column is known; None without the column or without a match."""
    frame = market.accounts().frame
    if column not in frame.columns:
        return None
    ids = market.account_ids(Wanted())
    if ids.is_empty():
        return None
    matches = frame.lazy().filter(pl.col("account_id").is_in(ids.implode()))
    known = matches.select(pl.col(column).is_not_null().mean()).collect().item()
    return None if known is None else float(known)


@dataclass(frozen=True)
class Ones:
    """What of the Rule of Five Ones saved profiles tell.

    Attributes
    ----------
    profiles
        Names of the profiles in force, one ideal customer at best.
    offers
        What they offer, one product at best.
    days
        How long this profile holds; None where its time box is open.
    """

    profiles: tuple[str, ...]
    offers: tuple[str, ...]
    days: int | None

    @property
    def is_one_customer(self) -> bool:
        """Whether there is one ideal customer."""
        return len(self.profiles) <= 1

    @property
    def is_one_product(self) -> bool:
        """Whether there is one product."""
        return len(self.offers) <= 1

    @property
    def is_one_year(self) -> bool:
        """Whether it holds for a year at most."""
        return self.days is not None and self.days <= YEAR


def ones(profile: Profile, others: Sequence[Profile], *, today: date) -> Ones:
    """Count what is worked on at the same time.

    Parameters
    ----------
    profile
        The one that is looked at, in force or not.
    others
        The saved ones beside it; those whose time box is over, or has not begun, do not count.
    today
        The day.

    Examples
    --------
    >>> mine = Profile(name="SaaS", offer="ERP", valid_until=date(2027, 3, 1))
    >>> old = Profile(name="Old", valid_until=date(2026, 1, 1))
    >>> ones(mine, [old, Profile(name="Retail", offer="erp")], today=date(2026, 11, 27))
    Ones(profiles=('SaaS', 'Retail'), offers=('ERP',), days=None)
    """
    holding = [
        one
        for one in others
        if not one.is_over(today) and (one.valid_from is None or one.valid_from <= today)
    ]
    offers: dict[str, str] = {}
    for one in (profile, *holding):
        if one.offer.strip():
            offers.setdefault(one.offer.strip().casefold(), one.offer.strip())
    box = (profile.valid_from, profile.valid_until)
    return Ones(
        tuple(one.name for one in (profile, *holding)),
        tuple(offers.values()),
        (box[1] - box[0]).days if box[0] and box[1] else None,
    )
