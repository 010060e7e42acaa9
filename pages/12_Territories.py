"""Territories: who gets what, how near that is to the best possible plan, and why each account moves."""

import streamlit as st

from icp_core.errors import PlanError
from icp_core.territories.plan import today
from icp_core.territories.remarks import remarks_of
from ui import headline, navigation, shell, state, widgets
from ui.accounts.one import opened
from ui.controls import side_by_side
from ui.coverage import team
from ui.format import plain
from ui.territories import crm_files, keeping, parts, plan_map, saved, session, steady
from ui.texts import _

view = shell.page("territories")
with shell.guard():
    market = shell.market(view, needs=["coverage"])
plan = state.plan()
if saved.is_open():
    saved.show(market, plan)
    with st.container(border=True, gap="small"):
        saved.part(None, market)
    if not saved.dialog(None, market, plan):
        opened(market, list_name=view.list_name)
    st.stop()
wishes, place = parts.wishes()
planning, obstacle = None, ""
try:
    planning = session.planning_of(market, plan, wishes)
except PlanError as error:
    obstacle = str(error)
if planning is None:
    st.markdown(plain(obstacle))
    with st.container(horizontal=True, gap="small"):
        navigation.link("coverage", _("Go to the team"), ":material/groups:")
        navigation.link("builder", _("Change the profile"), ":material/tune:")
        parts.take_back(market)
    st.stop()
found, now = session.plan_for(place), today(planning)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    parts.proof(found)
    team.button(planning.team)
    parts.files(found, market)
    crm_files.button()
    keeping.button()
    parts.adopt(found, market)
session.progress()
for remark in remarks_of(planning):
    st.caption(f":material/info: {plain(remark)}")
st.caption(
    _("Hours are work and journeys: 4, 2 and 1 a year to an account of the first three tiers.")
)
headline.cards(parts.figures(found, now, market.profile.currency))
left, right = side_by_side("territories_halves")
with left, st.container(border=True, gap="xsmall", height="stretch"):
    parts.trade_off(place, now, market.profile.currency)
    steady.sentences(found, market)
with right, st.container(border=True, gap="xsmall", height="stretch"):
    plan_map.part(market, found, now)
with st.container(border=True, gap="xsmall"):
    parts.reps(found, now, market)
with st.container(border=True, gap="small"):
    parts.moves(found, market)
with st.container(border=True, gap="small"):
    parts.what_if(found, now, market)
with st.container(border=True, gap="small"):
    saved.part(found, market)
if widgets.open_now() == team.DIALOG:
    team.dialog(market, plan)
elif not saved.dialog(found, market, plan):
    opened(market, list_name=view.list_name)
