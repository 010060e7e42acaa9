"""Market: how large it is, whether it suits the team, and what every choice in the profile costs."""

import streamlit as st

from icp_core.analysis.revisions import revision_note
from ui import engines, loosening, plan, shell, state, widgets
from ui.accounts.one import opened
from ui.controls import one_of
from ui.format import plain
from ui.headline import customers_unknown
from ui.market import breakdowns, choices, curves, sizes, steadiness
from ui.texts import _

SECTIONS = {
    "breakdown": _("Breakdown"),
    "customers": _("Customers"),
    "concentration": _("Concentration"),
    "choices": _("What each choice costs"),
    "cut_offs": _("Cut-offs"),
    "robustness": _("Robustness"),
}

view = shell.page("market")
with shell.guard():
    market = shell.market(view)
if "segments" not in market.supports:
    with shell.guard():
        engines.totals(market)
    st.stop()
team = state.plan()
sizes.numbers(market, market.sizing(team))
with st.container(border=True, gap="small"):
    plan.inputs(team, market.profile.tiers.names, market.values("region"))
    sizes.verdict_part(market, market.verdict(team), team)

note = revision_note(market)
if note:
    st.caption(plain(_(note)))

section = one_of(_("Look at"), SECTIONS, **widgets.kept("market_section"))
if section == "choices":
    choices.draw(market)
    st.stop()
if not market.totals.matching:
    st.info(_("No company matches this profile, so there is nothing to break down."))
    loosening.nothing_matches(market)
    st.stop()
match section:
    case "concentration":
        curves.spread(market)
    case "cut_offs":
        curves.by_cut_off(market)
    case "robustness":
        steadiness.draw(market)
        opened(market, list_name=view.list_name)
    case "customers" if not market.population.tells_customers:
        customers_unknown(market.totals.matching)
    case _:
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
            split = breakdowns.choose(market)
        if section == "customers":
            breakdowns.by_customer(market, split)
        else:
            breakdowns.by_tier(market, split)
