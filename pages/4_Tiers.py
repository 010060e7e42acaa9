"""Tiers: three ways to rank the same market, what each asks of the team, and fit against potential."""

import streamlit as st

from ui import loosening, shell, state, tiers, widgets
from ui.accounts.one import opened
from ui.controls import one_of
from ui.format import plain
from ui.headline import nothing_weighed
from ui.texts import _

view = shell.page("tiers")
with shell.guard():
    market = shell.market(view, needs=["tiers"])
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nobody to rank."))
    loosening.nothing_matches(market)
    st.stop()

SECTIONS = {"policies": _("Each policy, tier by tier"), "fit": _("Fit against potential")}

for sentence in nothing_weighed(market.totals):
    st.caption(plain(sentence))
team = state.plan()
tiers.policies(market, team)
with st.container(border=True, gap="small"):
    tiers.effort_part(market, team)
section = one_of(_("Look at"), SECTIONS, **widgets.kept("tiers_section"))
with st.container(border=True, gap="xsmall"):
    if section == "fit":
        tiers.bubble_part(market)
    else:
        tiers.comparison(market, team)
opened(market, list_name=view.list_name)
