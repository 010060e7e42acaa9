"""Builder: change the profile and see at once what it does to the market."""

import streamlit as st

from ui import data, shell, state, widgets
from ui.builder import criteria, policies, results
from ui.builder.editing import PROFILE
from ui.controls import one_of, side_by_side
from ui.texts import _

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
    match one_of(_("Change"), PARTS, **widgets.kept("builder_part")):
        case "tiers":
            policies.tiers(now.profile, lambda: data.tried_market(now.list_name, now.profile))
        case "potential":
            policies.potential(offers, now.profile)
        case "about":
            policies.about(now.profile)
        case _:
            criteria.draw(offers)


shell.page("builder")
left, right = side_by_side("builder_halves")
# Even where the market cannot be asked, the profile can be changed.
with left:
    profile_part()
with st.bottom:
    results.strip()
with right:
    results.results()
