"""Tiers: three ways to rank the same market, what each asks of the team, and fit against potential."""

import streamlit as st

from ui import navigation, shell, state, tiers, widgets
from ui.accounts.one import opened
from ui.controls import one_of
from ui.texts import _

view = shell.page("tiers")
with shell.guard():
    market = shell.market(view, needs=["tiers"])
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nobody to rank."))
    navigation.link("builder", _("Loosen the profile"), ":material/arrow_forward:")
    st.stop()

SECTIONS = {"policies": _("Each policy, tier by tier"), "fit": _("Fit against potential")}

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
