"""The map of a plan, and of today: whose each area is, before and after."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.territories.plan import TerritoryPlan
from icp_core.views import MarketView
from ui import owner_map, widgets
from ui.controls import one_of
from ui.coverage import area_choice
from ui.format import number, percent, plain
from ui.texts import _

WHICH: Final = "territories_map"
LEVEL: Final = "territories_level"
AREA: Final = "territories_area"
HEIGHT: Final = 430
_NAMED: Final = 5  # reps in a sentence


def part(market: MarketView, plan: TerritoryPlan, now: TerritoryPlan) -> None:
    """Draw whose each area is today or in the plan; pressing one tells both."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        which = one_of(_("Map of"), {"plan": _("Plan"), "today": _("Today")}, **widgets.kept(WHICH))
        level = area_choice.level_of(LEVEL)
    choice = area_choice.begin(market, level, kept=AREA)
    if choice is None:
        return
    planned, before = plan.owners_by_area(level), now.owners_by_area(level)
    shown, other = (planned, before) if which == "plan" else (before, planned)
    team = plan.planning.team
    owner_map.part(shown, team, choice.areas, others=[other], kept=AREA, height=HEIGHT)
    if (area := choice.code) is not None:
        st.markdown(
            f"**{plain(choice.names[area])}** · "
            + plain(
                _("today {before}; planned {after}").format(
                    before=_said(before, area), after=_said(planned, area)
                )
            )
        )
    st.caption(plain(_pieces(plan if which == "plan" else now)))


def _said(owners: pl.DataFrame, area: str) -> str:
    """Who has most of an area, and how much of it."""
    for row in owners.filter(pl.col("code") == area).iter_rows(named=True):
        if row["owner"] is not None:
            return _("{owner} with {share} of {count}").format(
                owner=row["owner"], share=percent(row["share"]), count=number(row["matches"])
            )
        return _("nobody of {count}").format(count=number(row["matches"]))
    return _("no matches")


def _pieces(plan: TerritoryPlan) -> str:
    """Which territories are in several pieces, and what joins the others."""
    counted = plan.reps().filter(pl.col("pieces") > 0).sort("pieces", descending=True)
    several = counted.filter(pl.col("pieces") > 1)
    if counted.is_empty():
        return _("No rep has an area: every account stays or goes by itself.")
    if several.is_empty():
        said = _(
            "Every territory is in one piece, across bridges, ferries and municipalities where no rep "
            "has an account."
        )
    else:
        listed = ", ".join(
            f"{name} {number(pieces)}"
            for name, pieces in several.select("name", "pieces").iter_rows()
        )
        said = _(
            "Territories in several pieces, across bridges, ferries and municipalities where no rep "
            "has an account: {listed}."
        ).format(listed=listed)
    if names := plan.joined_by_empty:
        listed = ", ".join(names[:_NAMED])
        if len(names) > _NAMED:
            listed += _(" and {count} more").format(count=number(len(names) - _NAMED))
        said += " " + _("Such empty municipalities join parts of {names}.").format(names=listed)
    return said
