"""Coverage: who covers which accounts, what is left, and the lists to do something about it."""

import streamlit as st

from icp_core.territories.coverage import NO_MATCHES
from ui import data, headline, loosening, plan, shell, state, widgets
from ui.accounts.one import opened
from ui.controls import side_by_side
from ui.coverage import cards, files, gaps, place, reps, team
from ui.format import plain
from ui.texts import _

view = shell.page("coverage")
with shell.guard():
    market = shell.market(view, needs=["coverage"])
now = state.plan()
found = market.coverage(now)
headline.cards(cards.figures(found, market.profile.currency))
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    team.button(found.team)
    if market.totals.matching:
        files.tools(market, found)
    if found.team and not now.team:
        st.caption(_("The demo's team is invented, as its companies are."), width="content")
    if state.is_what_if():
        plan.note(now, market.profile.tiers.names)
for remark in found.remarks:
    if remark == NO_MATCHES:
        continue  # stands below, where the accounts would
    st.caption(f":material/info: {plain(remark)}")
if data.stays_in_engine(view.list_name):
    st.caption(
        ":material/info: "
        + _(
            "These accounts come from an engine. Owners given here hold for those that are brought from "
            "it; its table stays as it is, and a criterion on the owner goes by that."
        )
    )
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nothing to cover."))
    loosening.nothing_matches(market)
    gaps.take_back(market)
else:
    left, right = side_by_side("coverage_halves")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        place.part(market, now)
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        reps.table(market, found)
        reps.one(market, found)
    with st.container(border=True, gap="small"):
        gaps.part(market, now, found)
if widgets.open_now() == team.DIALOG:
    team.dialog(market, now)
else:
    opened(market, list_name=view.list_name)
