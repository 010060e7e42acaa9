"""The map by owner, and the area that is looked at."""

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.reference import geography
from icp_core.reference.geography import Level
from icp_core.territories.team import team_for
from icp_core.views import MarketView
from ui import navigation, owner_map
from ui.coverage import area_choice
from ui.format import number, plain
from ui.texts import _

LEVEL: Final = "coverage_level"
AREA: Final = "coverage_area"
HEIGHT: Final = 470


def part(market: MarketView, plan: TeamPlan) -> None:
    """Draw whose each area is; pressing one says what it holds and leads to its accounts."""
    level = area_choice.level_of(LEVEL)
    choice = area_choice.begin(market, level, kept=AREA)
    if choice is None:
        return
    owners = market.owners_by_area(plan, choice.areas.level)
    team = team_for(plan, market.population)
    owner_map.part(owners, team, choice.areas, kept=AREA, height=HEIGHT)
    if choice.code is not None:
        for row in owners.filter(owners["code"] == choice.code).iter_rows(named=True):
            _one(row, choice.names[row["code"]], level)


def _one(row: Mapping[str, Any], name: str, level: Level) -> None:
    """What the chosen area holds, and the way to its accounts."""
    code = row["code"]
    region = code if level == "region" else geography.region_of(code)
    said = _(
        "{matches} matches: {covered} covered, {outside} with others, {nobody} nobody's"
    ).format(
        matches=number(row["matches"]),
        covered=number(row["covered"]),
        outside=number(row["outside"]),
        nobody=number(row["nobody"]),
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(name)}** · {said}", width="content")
        if region is not None:
            navigation.link(
                "accounts",
                _("Open in Accounts")
                if region == code
                else _("Accounts of {region}").format(region=plain(geography.name_of(region))),
                ":material/table_rows:",
                widgets={"accounts_regions": geography.name_of(region)},
            )
