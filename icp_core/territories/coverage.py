"""Who covers which matches today, and what is left uncovered.

An account is covered when its owner is in the team. A rep's hours are the work of the accounts by tier
and the journeys to them (`journeys`). Unknown potential makes a range, never zero. Everything here is
counted over the matches of one profile; possible accounts wait until they are verified.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import polars as pl

from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team, key_of
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import groups
from icp_core.reference.arrays import Flags
from icp_core.reference.numbers import counted, number
from icp_core.territories.matched import NOBODY, OUTSIDE, Matched

NO_MATCHES: Final = (
    "No account matches the profile, so that there is nothing to cover: loosen a must-have, or choose "
    "another list."
)

UNTOUCHED_DAYS: Final = 90
"""After so many days without a touch an account of the best tier is neglected: a quarter."""

ROOM_BELOW: Final = 0.8
"""Share of its hours below which a rep has room: what is left of a year after holidays and meetings
varies by about a fifth."""


@dataclass(frozen=True)
class TierCovered:
    """How one tier is covered.

    Attributes
    ----------
    tier
        Its name.
    accounts, covered, outside, nobody
        Matches in it; of those, how many a rep of the team owns, somebody else, and nobody.
    potential, covered_potential, nobody_potential
        What they could be worth a year, from the least to the most that is known.
    untouched
        Those that nobody dealt with for so many days, or ever; None where no touch is on record.
    """

    tier: str
    accounts: int
    covered: int
    outside: int
    nobody: int
    potential: Bounds
    covered_potential: Bounds
    nobody_potential: Bounds
    untouched: int | None

    @property
    def share(self) -> float | None:
        """Of the accounts that are covered; None where there are none."""
        return self.covered / self.accounts if self.accounts else None

    @property
    def potential_share(self) -> Bounds | None:
        """Of the potential that is covered; None where nothing is known of it.

        At the least the covered accounts are worth their least and the others their most.
        """
        others = Bounds(
            self.potential.low - self.covered_potential.low,
            self.potential.high - self.covered_potential.high,
        )
        if self.potential.high <= 0:
            return None
        least, most = self.covered_potential.low, self.covered_potential.high
        low = least / (least + others.high) if least + others.high > 0 else 0.0
        high = most / (most + others.low) if most + others.low > 0 else 0.0
        return Bounds(min(low, high), max(low, high))


@dataclass(frozen=True)
class RepCovered:
    """What one rep has.

    Attributes
    ----------
    rep
        Who.
    owners
        How the accounts spell the rep, the commonest first.
    accounts
        Matches by place in `tiers.groups`.
    work, journeys, available
        Hours in the time box: that those in a tier take at their desks and on the way to them, and that
        the rep has.
    potential, potential_unknown
        What the matches could be worth a year; of how many nothing is known.
    customers, white_space, customers_unknown
        Of the matches: those that buy, those that do not yet, and the others.
    km
        From home to an account in a tier, one way, in the mean and as the crow flies; None where home or
        every place is unknown.
    too_far
        Accounts outside the rep's countries or further than its longest way.
    last_touch
        The latest of all; None where none is on record.
    untouched
        As of `TierCovered`, of the best tier.
    """

    rep: Rep
    owners: tuple[str, ...]
    accounts: tuple[int, ...]
    work: float
    journeys: float
    available: float
    potential: Bounds
    potential_unknown: int
    customers: int
    white_space: int
    customers_unknown: int
    km: float | None
    too_far: int
    last_touch: date | None
    untouched: int | None

    @property
    def total(self) -> int:
        """All matches."""
        return sum(self.accounts)

    @property
    def needed(self) -> float:
        """Hours that those in a tier take, journeys included."""
        return self.work + self.journeys

    @property
    def load(self) -> float | None:
        """Share of the hours that is needed; None where there are none to take a share of."""
        return self.needed / self.available if self.available else None

    @property
    def is_over(self) -> bool:
        """Whether more hours are needed than there are."""
        # Hours are entered as decimals; 0.1 h × 30 must fit into 3 h.
        return self.needed > self.available * (1 + 1e-9)

    @property
    def has_room(self) -> bool:
        """Whether a good part of the hours is left."""
        return self.needed < ROOM_BELOW * self.available


@dataclass(frozen=True)
class OtherOwner:
    """An owner whom the team does not have.

    Attributes
    ----------
    name
        As the accounts spell it most often.
    accounts, best
        Matches, and those in the best tier.
    potential
        What they could be worth a year.
    """

    name: str
    accounts: int
    best: int
    potential: Bounds


@dataclass(frozen=True)
class Coverage:
    """Who covers what.

    Attributes
    ----------
    team
        The reps.
    on, days
        Day that touches are counted back from, and how far.
    groups
        What accounts are counted under, as `tiers.groups`.
    tiers
        The tiers, best first.
    reps
        In the team's order.
    others
        Owners that are not in the team, those with the most accounts first.
    matches
        Accounts of the profile.
    tells_owners, tells_touches
        Whether any account of the list has an owner, and a last touch.
    unplaced
        Matches without a place: to nobody are they near.
    """

    team: Team
    on: date
    days: int
    groups: tuple[str, ...]
    tiers: tuple[TierCovered, ...]
    reps: tuple[RepCovered, ...]
    others: tuple[OtherOwner, ...]
    matches: int
    tells_owners: bool
    tells_touches: bool
    unplaced: int

    @property
    def best(self) -> TierCovered:
        """The best tier."""
        return self.tiers[0]

    @property
    def over(self) -> tuple[str, ...]:
        """Reps who have more than they have hours for."""
        return tuple(one.rep.name for one in self.reps if one.is_over)

    @property
    def with_room(self) -> tuple[str, ...]:
        """Reps who have hours to spare."""
        return tuple(one.rep.name for one in self.reps if one.has_room)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the numbers rest on, and what is missing, a sentence each."""
        found = list(self.team.remarks)
        if not self.team:
            found.insert(
                0, "Nobody is in the team yet, so that no account is covered. Name the reps."
            )
        if not self.matches:
            found.insert(0, NO_MATCHES)
        elif self.matches < len(self.team):
            found.append(
                f"The team has {number(len(self.team))} reps for "
                f"{counted(self.matches, 'matching account', 'matching accounts')}, so that some have "
                "none."
            )
        if not self.tells_owners:
            found.append(
                "No account of this list has an owner. Load a file with a column of owners, or give "
                "accounts to reps here."
            )
        if not self.tells_touches:
            found.append(
                "No account of this list says when it was last dealt with, so that nobody can tell "
                "which are neglected. Load a file with a column such as Last activity date."
            )
        if self.unplaced:
            found.append(
                counted(
                    self.unplaced,
                    "matching account has no place: no rep is nearest to it.",
                    "matching accounts have no place: no rep is nearest to them.",
                )
            )
        if self.matches and all(one.potential.high <= 0 for one in self.tiers if one.accounts):
            found.append("Nothing is known of the potential, so that accounts are only counted.")
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "on": self.on.isoformat(),
            "days": self.days,
            "matches": self.matches,
            "tiers": [
                {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}
                | {"share": one.share, "potential_share": _plain(one.potential_share)}
                for one in self.tiers
            ],
            "reps": [
                {
                    "name": one.rep.name,
                    "email": one.rep.email,
                    "home": one.rep.home,
                    "accounts": dict(zip(self.groups, one.accounts, strict=True)),
                    "hours": {
                        name: getattr(one, name)
                        for name in ("needed", "work", "journeys", "available")
                    },
                    **{
                        name: _plain(getattr(one, name))
                        for name in (
                            "load", "potential", "potential_unknown", "customers", "white_space",
                            "customers_unknown", "km", "too_far", "last_touch", "untouched",
                        )
                    },
                }
                for one in self.reps
            ],
            "owners_outside": [
                {name: _plain(getattr(one, name)) for name in one.__dataclass_fields__}
                for one in self.others
            ],
        }  # fmt: skip

    def table(self) -> pl.DataFrame:
        """The reps as rows: what a page or a file shows of them.

        Returns
        -------
        polars.DataFrame
            name, needed, journeys, available, load, a column per tier, others, potential_low,
            potential_high, potential_unknown, customers, white_space, km, too_far, untouched,
            last_touch.
        """
        tiers = [one.tier for one in self.tiers]
        rows = [
            {
                "name": one.rep.name,
                "needed": one.needed,
                "journeys": one.journeys,
                "available": one.available,
                "load": one.load,
                **{f"tier_{place}": one.accounts[place] for place in range(len(tiers))},
                "others": sum(one.accounts[len(tiers) :]),
                "potential_low": one.potential.low,
                "potential_high": one.potential.high,
                "potential_unknown": one.potential_unknown,
                "customers": one.customers,
                "white_space": one.white_space,
                "km": one.km,
                "too_far": one.too_far,
                "untouched": one.untouched,
                "last_touch": one.last_touch,
            }
            for one in self.reps
        ]
        schema = dict.fromkeys(
            ("needed", "journeys", "available", "load", "km"), pl.Float64
        ) | dict.fromkeys(("potential_low", "potential_high"), pl.Float64)
        counts = [f"tier_{place}" for place in range(len(tiers))]
        counts += [
            "others",
            "potential_unknown",
            "customers",
            "white_space",
            "too_far",
            "untouched",
        ]
        types = {
            "name": pl.String,
            **schema,
            **dict.fromkeys(counts, pl.Int64),
            "last_touch": pl.Date,
        }
        order = (
            "name", "needed", "journeys", "available", "load", *counts[: len(tiers)], "others",
            "potential_low", "potential_high", "potential_unknown", "customers", "white_space",
            "km", "too_far", "untouched", "last_touch",
        )  # fmt: skip
        return pl.DataFrame(rows, schema={name: types[name] for name in order})


def _plain(value: Any) -> Any:
    if isinstance(value, Bounds):
        return vars(value)
    return value.isoformat() if isinstance(value, date) else value


def reference_day(evaluation: Evaluation) -> date:
    """The day that touches are counted back from: today, of invented companies that of their facts."""
    frame = evaluation.universe.frame
    if evaluation.population.fictional and "as_of" in frame.columns:
        latest = frame["as_of"].max()
        if isinstance(latest, date):
            return latest
    return date.today()


def coverage(
    evaluation: Evaluation,
    plan: TeamPlan,
    *,
    on: date | None = None,
    days: int = UNTOUCHED_DAYS,
) -> Coverage:
    """Who covers the matches of a profile, and what is left.

    Parameters
    ----------
    evaluation
        The market.
    plan
        The team's plan: its reps, its time box, and the hours of each tier.
    on
        Day that touches are counted back from; `reference_day` unless given.
    days
        After which an account is neglected.
    """
    seen, on = Matched(evaluation, plan), on or reference_day(evaluation)
    untouched = seen.untouched(on, days) if seen.tells_touches else None
    tier, owner = evaluation.tier, seen.owner
    return Coverage(
        team=seen.team,
        on=on,
        days=days,
        groups=groups(evaluation.profile.tiers),
        tiers=tuple(
            _tier(seen, name, tier == place, untouched)
            for place, name in enumerate(evaluation.profile.tiers.names)
        ),
        reps=tuple(_rep(seen, place, untouched) for place in range(len(seen.team))),
        others=_others(seen),
        matches=len(owner),
        tells_owners=seen.tells_owners,
        tells_touches=seen.tells_touches,
        unplaced=int(seen.unplaced.sum()),
    )


def _tier(seen: Matched, name: str, here: Flags, untouched: Flags | None) -> TierCovered:
    mine, nobody = here & (seen.owner >= 0), here & (seen.owner == NOBODY)
    accounts, covered, unowned = (int(one.sum()) for one in (here, mine, nobody))
    return TierCovered(
        tier=name,
        accounts=accounts,
        covered=covered,
        outside=accounts - covered - unowned,
        nobody=unowned,
        potential=seen.worth(here),
        covered_potential=seen.worth(mine),
        nobody_potential=seen.worth(nobody),
        untouched=None if untouched is None else int((here & untouched).sum()),
    )


def _rep(seen: Matched, place: int, untouched: Flags | None) -> RepCovered:
    evaluation, rep = seen.evaluation, seen.team.reps[place]
    mine = seen.owner == place
    places = np.flatnonzero(mine)
    tier = evaluation.tier[places]
    counts = np.bincount(tier, minlength=len(groups(evaluation.profile.tiers)))
    matches = evaluation.matches
    unknown = matches.customers_unknown[places]
    customers = matches.customers[places] & ~unknown
    km = seen.km(rep, places[tier < seen.tiers])
    return RepCovered(
        rep=rep,
        owners=tuple(name for name, _count in seen.spellings(mine)),
        accounts=tuple(counts.tolist()),
        work=float(seen.by_rep(seen.work)[place]),
        journeys=float(seen.by_rep(seen.on_the_way)[place]),
        available=seen.available(rep),
        potential=seen.worth(mine),
        potential_unknown=int(np.isnan(evaluation.potential.amount[places]).sum()),
        customers=int(customers.sum()),
        white_space=int((~customers & ~unknown).sum()),
        customers_unknown=int(unknown.sum()),
        km=None if np.isnan(km).all() else float(np.nanmean(km)),
        too_far=int((~seen.served(rep, places)).sum()),
        last_touch=seen.touched.gather(places).max(),  # type: ignore[arg-type]
        untouched=None
        if untouched is None
        else int((mine & untouched & (evaluation.tier == 0)).sum()),
    )


def _others(seen: Matched) -> tuple[OtherOwner, ...]:
    codes, values = seen.named_owners
    together: dict[str, list[str]] = {}
    for name, _count in seen.spellings(seen.owner == OUTSIDE):
        together.setdefault(key_of(name), []).append(name)
    found = []
    for names in together.values():
        theirs = np.array([value in names for value in values])[codes]
        found.append(
            OtherOwner(
                names[0],
                int(theirs.sum()),
                int((theirs & (seen.evaluation.tier == 0)).sum()),
                seen.worth(theirs),
            )
        )
    return tuple(sorted(found, key=lambda one: (-one.accounts, one.name)))
