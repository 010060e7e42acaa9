"""Market: how large it is, whether it suits the team, and what every choice in the profile costs."""

import streamlit as st

from icp_core.analysis.sizing import sizing
from icp_core.analysis.verdict import verdict
from ui import data, engines, plan, shell, state
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
if data.stays_in_engine(view.dataset):
    with shell.guard():
        engines.market(shell.evaluation(view))
    st.stop()
with shell.guard():
    evaluation = data.evaluation(view.dataset, view.profile)
team = plan.current()
sizes.numbers(evaluation, sizing(evaluation, team))
with st.container(border=True, gap="small"):
    plan.inputs(team, evaluation.scoreboard)
    sizes.verdict_part(evaluation, verdict(evaluation, team), team)

section = st.segmented_control(
    _("Look at"),
    list(SECTIONS),
    format_func=SECTIONS.__getitem__,
    default="breakdown",
    required=True,
    label_visibility="collapsed",
    **state.kept("market_section"),
)
if section == "choices":
    choices.draw(evaluation)
    st.stop()
if not len(evaluation.matches):
    st.info(_("No company matches this profile, so there is nothing to break down."))
    shell.link("builder", _("Loosen the profile"), ":material/arrow_forward:")
    st.stop()
match section:
    case "concentration":
        curves.spread(evaluation)
    case "cut_offs":
        curves.by_cut_off(evaluation)
    case "robustness":
        steadiness.draw(view.dataset, evaluation)
    case "customers" if not evaluation.population.tells_customers:
        st.info(
            _(
                "These accounts do not say who is a customer. Load a list of your own, and beside it "
                "its customers or deals."
            )
        )
        shell.link("import", _("Import a list"), ":material/arrow_forward:")
    case _:
        with st.container(horizontal=True, gap="medium", vertical_alignment="bottom"):
            split = breakdowns.choose(evaluation)
        if section == "customers":
            breakdowns.by_customer(evaluation, split)
        else:
            breakdowns.by_tier(evaluation, split)
