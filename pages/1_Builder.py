"""Builder: change the profile and see at once what it does to the market."""

import streamlit as st

from ui import data, shell, state
from ui.builder import criteria, policies, results
from ui.builder.editing import PROFILE
from ui.controls import one_of
from ui.texts import _

# The profile scrolls by itself, so that the numbers stay in sight.
PART_HEIGHT = 700

PARTS = {
    "criteria": _("Criteria"),
    "tiers": _("Tiers"),
    "potential": _("Potential"),
    "about": _("About"),
}


@st.fragment(key=PROFILE)
def profile_part() -> None:
    """The part of the profile that is being changed."""
    now = state.view()
    offers = data.offers(now.list_name, now.profile)
    part = one_of(_("Change"), PARTS, **state.kept("builder_part"))
    match part:
        case "tiers":
            policies.tiers(now.profile, lambda: data.tried_market(now.list_name, now.profile))
        case "potential":
            policies.potential(offers, now.profile)
        case "about":
            policies.about(now.profile)
        case _:
            criteria.draw(offers, now.profile)


view = shell.page("builder")
numbers = st.container(gap="xsmall")
left, right = st.columns([6, 7], gap="small")
with left, st.container(height=PART_HEIGHT, border=False):
    profile_part()
with right:
    results.market(numbers)
    results.lists()
