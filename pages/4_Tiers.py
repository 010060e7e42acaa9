"""Tiers: three ways to rank the same market, what each asks of the team, and fit against potential."""

import streamlit as st

from ui import navigation, plan, shell, tiers
from ui.texts import _

view = shell.page("tiers")
with shell.guard():
    market = shell.market(view, needs=["tiers"])
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nobody to rank."))
    navigation.link("builder", _("Loosen the profile"), ":material/arrow_forward:")
    st.stop()

team = plan.current()
tiers.policies(market, team)
with st.container(border=True, gap="small"):
    tiers.effort_part(market, team)
with st.container(border=True, gap="xsmall"):
    tiers.bubble_part(market)
