"""The map of a plan, and of today: whose each area is, before and after."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.territories.plan import TerritoryPlan
from icp_core.views import MarketView
from ui import maps, owner_map, widgets
from ui.controls import one_of, section
from ui.format import number, percent, plain
from ui.texts import _

WHICH: Final = "territories_map"
LEVEL: Final = "territories_level"
AREA: Final = "territories_area"
HEIGHT: Final = 430


def part(market: MarketView, plan: TerritoryPlan, now: TerritoryPlan) -> None:
    """Draw whose each area is today or in the plan; pressing one tells both."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        which = one_of(_("Map of"), {"plan": _("Plan"), "today": _("Today")}, **widgets.kept(WHICH))
        level = one_of(
            _("Areas"),
            {"region": _("Regions"), "municipality": _("Municipalities")},
            **widgets.kept(LEVEL),
        )
    areas = market.areas(level)
    section(_("Who has most matches, by area"))
    obstacle = maps.obstacle(areas, None)
    if obstacle is not None:
        st.info(obstacle)
        return
    names = areas.names()
    area = widgets.now(widgets.begun(AREA, None))
    if area not in names:
        # Of the other level, or of another list.
        area = None
        widgets.set_kept(AREA, None)
    planned, before = plan.owners_by_area(level), now.owners_by_area(level)
    shown, other = (planned, before) if which == "plan" else (before, planned)
    owner_map.part(shown, plan.planning.team, areas, others=[other], kept=AREA, height=HEIGHT)
    if area is not None:
        st.markdown(
            f"**{plain(names[area])}** · "
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
    """Which territories are in several pieces."""
    several = plan.reps().filter(pl.col("pieces") > 1).sort("pieces", descending=True)
    if several.is_empty():
        return _("Every territory is in one piece.")
    listed = ", ".join(
        f"{name} {number(pieces)}" for name, pieces in several.select("name", "pieces").iter_rows()
    )
    return _("Territories in several pieces, across bridges and ferries: {listed}.").format(
        listed=listed
    )
