"""Coverage and plans of territories in lines of text, as the command line prints them."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl

from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import UNRANKED
from icp_core.reference.numbers import UNKNOWN, bounds, counted, number, percent
from icp_core.territories.coverage import Coverage, TierCovered
from icp_core.territories.gaps import GapList
from icp_core.territories.plan import TerritoryPlan, today
from icp_core.territories.sensitivity import BalancePrice, IfOff, if_off, price_of_balance

_MOST_MOVES: Final = 10
_MOST_NAMES: Final = 5

_NO_GAP: Final = 0.00005
"""A gap that two decimals of a percent do not show."""

_NO_HOURS: Final = 0.05
"""Hours that one decimal does not show."""


def coverage_lines(found: Coverage, gap: GapList) -> Iterator[str]:
    """Who covers what, and the best accounts that nobody owns."""
    yield "Tiers"
    for tier in found.tiers:
        yield f"{tier.tier:<16}{number(tier.accounts):>8} {_covered(tier)}"
    if found.reps:
        yield ""
        yield "Reps: hours needed (on the way) and available, accounts by tier, mean km"
    for one in found.reps:
        km = UNKNOWN if one.km is None else _km(one.km)
        tiers = " · ".join(number(count) for count in one.accounts[: len(found.tiers)])
        yield (
            f"{one.rep.name:<28}{number(one.needed):>8} ({number(one.journeys)}) of "
            f"{number(one.available):>7} h {percent(one.load):>6}  {tiers}  {km}"
        )
    if not found.matches:
        # A remark says so; that everything has an owner would be true of nothing.
        return
    yield ""
    if not gap.total:
        yield "Every account has an owner"
        return
    of_them = ""
    if gap.rows.height:
        of_them = ":" if gap.rows.height == gap.total else f"; the best {number(gap.rows.height)}:"
    yield counted(gap.total, "account has no owner", "accounts have no owner") + of_them
    for row in gap.rows.iter_rows(named=True):
        near = "nobody near"
        if row["nearest"] is not None:
            beyond = "" if row["nearest_reaches"] else " (too far)"
            near = f"{row['nearest']}, {_km(row['nearest_km'])}{beyond}"
        yield f"{row['tier'] or UNRANKED:<10}{row['name']:<40} {near}"


def plan_lines(plan: TerritoryPlan, *, currency: str, best_tier: str) -> Iterator[str]:
    """What a plan costs, what each rep has, what it rests on, and the first of its moves."""
    moves = plan.moves()
    changed = moves.filter(pl.col("before").is_not_null())
    yield (
        f"Cost {number(plan.value)} {currency}, bound {number(plan.bound)}: {_quality(plan.gap)}"
    )
    yield (
        f"On the way: {_hours(today(plan.planning).travel_hours)} today, "
        f"{_hours(plan.travel_hours)} planned; "
        f"{counted(changed.height, 'account changes rep', 'accounts change rep')}, "
        f"{counted(moves.height - changed.height, 'more gets one', 'more get one')}; "
        f"{_at_risk(plan, currency)}"
    )
    yield ""
    yield "Reps: hours, share of the rep's own, accounts, potential, km, pieces on the map"
    for row in plan.reps().iter_rows(named=True):
        yield (
            f"{row['name']:<28}{number(row['hours']):>8} h {percent(row['load']):>6} "
            f"{number(row['accounts']):>7}  {_potential(row)}  {number(row['km'])} km  "
            f"{row['pieces']}"
        )
    yield ""
    yield balance_line(price_of_balance(plan), currency)
    yield from (
        off_line(one, len(plan.planning.team))
        for one in if_off(plan, best_tier)
        if one.assumption == "hours"
    )
    if changed.height:
        yield ""
        yield f"Accounts that change rep: {number(changed.height)}; most at risk first"
    for row in changed.head(_MOST_MOVES).iter_rows(named=True):
        yield f"{row['name']:<40} {row['before']} → {row['after'] or 'nobody'}: {why(row)}"


def balance_line(balance: BalancePrice, currency: str) -> str:
    """What even shares cost, or save."""
    least, most = balance.least_share, balance.most_share
    if least is None or most is None:
        return "No rep may have any of these accounts, so that there is nothing to share"
    hours, km, at_risk = (
        number(abs(value)) for value in (balance.hours, balance.km, balance.at_risk)
    )
    parts = []
    if hours != "0":
        does = "cost" if balance.hours > 0 else "save"
        parts.append(f"{does} {hours} h on the way ({km} km)")
    if at_risk != "0":
        parts.append(
            f"put {at_risk} {currency} {'more' if balance.at_risk > 0 else 'less'} at risk"
        )
    said = " and ".join(parts) or "cost nothing, neither on the way nor in what is at risk"
    if most <= least:
        return f"Even shares {said}"
    return f"Even shares {said}; without them reps have {percent(least)} to {percent(most)} of one"


def off_line(off: IfOff, reps: int) -> str:
    """Who has too much, and who has room, where hours are off."""
    share = percent(abs(off.change))
    case = "With hours as given"
    if off.change:
        case = f"If hours are {share} {'more' if off.change > 0 else 'less'}"
    return f"{case}: {_have(off.over, reps, 'too much')}; {_have(off.with_room, reps, 'room')}"


def why(row: Mapping[str, Any]) -> str:
    """Why an account changes rep, in words whose numbers add up: the same on the page and here.

    Parameters
    ----------
    row
        Of `TerritoryPlan.moves`.
    """
    before, load, extra = row["before"], row["load_kept"], row["extra_hours"] or 0.0
    match row["reason"]:
        case "nobody":
            return "nobody of the team has it today"
        case "locked":
            return "you decided so"
        case "reach":
            return "it lies outside every rep's countries or longest way"
        case "area":
            return f"it goes with its area, all of which {row['after']} has"
        case "load":
            return f"{before} has no hours" if load is None else f"keeping it puts {_at(row)}"
    keeping = "keeping it takes as many hours"
    if abs(extra) >= _NO_HOURS:
        hours = number(abs(extra), digits=1)
        keeping = f"keeping it costs {hours} h more" if extra > 0 else f"keeping it saves {hours} h"
    return keeping if load is None else f"{keeping} and puts {_at(row)}"


def _at(row: Mapping[str, Any]) -> str:
    """`Anna at 112 %` of the hours she has."""
    return f"{row['before']} at {percent(row['load_kept'])}"


def _covered(tier: TierCovered) -> str:
    """`accounts, 62 % covered; 7 with no owner`."""
    noun = "account" if tier.accounts == 1 else "accounts"
    if not tier.accounts:
        return noun
    if tier.covered in (0, tier.accounts):
        share = "all" if tier.covered else "none"
    else:
        # Neither all nor none, however near.
        share = percent(min(max(tier.covered / tier.accounts, 0.01), 0.99))
    left = [
        f"{number(count)} with {whose}"
        for count, whose in (
            (tier.nobody, "no owner"),
            (tier.outside, "an owner outside the team"),
        )
        if count
    ]
    return "; ".join(filter(None, (f"{noun}, {share} covered", ", ".join(left))))


def _quality(gap: float | None) -> str:
    if gap is None:
        return "no gap can be told"
    if gap < _NO_GAP:
        return "the best possible plan"
    return f"at most {percent(gap, digits=2)} above the best possible plan"


def _at_risk(plan: TerritoryPlan, currency: str) -> str:
    if not plan.risk_is_known:
        return "what is at risk is unknown"
    value = number(plan.value_moved)
    return "nothing at risk" if value == "0" else f"{value} {currency} at risk"


def _potential(row: Mapping[str, Any]) -> str:
    if row["unknown"] and row["potential_high"] <= 0:
        return "unknown"
    return bounds(Bounds(row["potential_low"], row["potential_high"]))


def _hours(value: float) -> str:
    return "none" if number(value) == "0" else f"{number(value)} h"


def _km(value: float) -> str:
    return "under 1 km" if value < 1 else f"{number(value)} km"


def _have(names: Sequence[str], reps: int, what: str) -> str:
    if len(names) > 1:
        return f"{'everybody has' if len(names) == reps else f'{_listed(names)} have'} {what}"
    return f"{names[0] if names else 'nobody'} has {what}"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMES:
        return ", ".join(names)
    return f"{', '.join(names[:_MOST_NAMES])} and {number(len(names) - _MOST_NAMES)} more"
