"""How steady a plan is: what its balance costs, and what changes if its figures are off."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.territories.plan import TerritoryPlan
from icp_core.territories.sensitivity import OFF, IfOff, if_off, price_of_balance
from icp_core.views import MarketView
from ui.format import currency_sign, money, number, percent, plain
from ui.tables import Field, Table
from ui.texts import _

_EVEN: Final = 0.005  # difference of shares that does not show
_LEAST: Final = 0.5  # hours, and units of currency, below which there is nothing to tell


def sentences(plan: TerritoryPlan, market: MarketView) -> None:
    """Draw in two sentences what balance costs, and how many reps are over if hours are off."""
    st.markdown(f"**{_('What balance costs, and how sure it is')}**")
    st.markdown(plain(_balance(plan, market.profile.currency)))
    less, now, more = (one for one in _found(plan, market) if one.assumption == "hours")
    reps = len(plan.planning.team)
    st.markdown(
        plain(
            _(
                "More than their own hours: {count} of {all} reps; {more} if everything takes {off} "
                "longer, {less} if it takes {off} less."
            ).format(
                count=number(len(now.over)),
                all=number(reps),
                more=number(len(more.over)),
                less=number(len(less.over)),
                off=percent(OFF),
            )
        )
    )


def _balance(plan: TerritoryPlan, currency: str) -> str:
    found = price_of_balance(plan)
    if found.least_share is None or found.most_share is None:
        return _("No rep may have any of these accounts, so that there is nothing to share.")
    costs = []
    if found.hours >= _LEAST:
        costs.append(
            _("{hours} h on the way ({km} km)").format(
                hours=number(found.hours, digits=0), km=number(found.km, digits=0)
            )
        )
    if found.at_risk >= _LEAST:
        costs.append(_("{amount} more at risk").format(amount=money(found.at_risk, currency)))
    text = (
        _("Even shares cost {costs}.").format(costs=_(" and ").join(costs))
        if costs
        else _("Even shares cost nothing here.")
    )
    if found.most_share - found.least_share > _EVEN:
        text += " " + _(
            "Without them, reps would have {least} to {most} of an even share of the hours."
        ).format(least=percent(found.least_share), most=percent(found.most_share))
    return text


def table(plan: TerritoryPlan, market: MarketView) -> None:
    """Draw which reps are over, have room or are off an even share if figures are off."""
    best = market.profile.tiers.names[0]
    names = {
        "hours": _("All hours"),
        "journeys": _("Hours on the way"),
        "potential": _("All potential"),
        "best_potential": _("Potential of {tier}").format(tier=best),
    }
    rows = [
        {
            "if": names[one.assumption],
            "change": f"{'+' if one.change > 0 else '−'}{percent(abs(one.change))}"
            if one.change
            else _("as taken"),
            "over": _listed(one.over),
            "room": _listed(one.with_room),
            "uneven": _uneven(one),
            "at_risk": one.at_risk,
        }
        for one in _found(plan, market)
        if one.change or one.assumption in ("hours", "potential")
    ]
    Table(
        pl.DataFrame(rows),
        (
            Field("if", _("If off"), pinned=True),
            Field("change", _("By")),
            Field("over", _("Over their hours"), width="medium"),
            Field("room", _("With room"), width="medium"),
            Field(
                "uneven",
                _("Not even"),
                width="medium",
                help=_("Shares of the hours or of the potential outside the tolerance."),
            ),
            Field(
                "at_risk",
                _("At risk, {currency}").format(currency=currency_sign(market.profile.currency)),
                "number",
                digits=0,
            ),
        ),
        title=_("If figures are off by {off}").format(off=percent(OFF)),
        file="territories-if-off",
        population=market.population,
    ).draw_printed(unknown="")
    st.caption(
        _(
            "The same plan, nothing solved again. Where all hours or all potential are off alike, even "
            "shares stay even."
        )
    )


def _found(plan: TerritoryPlan, market: MarketView) -> tuple[IfOff, ...]:
    return if_off(plan, market.profile.tiers.names[0])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or _("none")


def _uneven(one: IfOff) -> str:
    found = [_("{name} above").format(name=name) for name in one.above]
    found += [_("{name} below").format(name=name) for name in one.below]
    return ", ".join(found) or _("none")
