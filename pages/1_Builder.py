"""Builder: change the profile and see at once what it does to the market."""

from collections.abc import Mapping

import streamlit as st

from icp_core.accounts.columns import Column
from ui import data, navigation, shell, state, widgets
from ui.builder import criteria, policies, readiness, results
from ui.builder.editing import PROFILE
from ui.controls import one_of, side_by_side
from ui.state import View
from ui.texts import _

PARTS = {
    "criteria": _("Criteria"),
    "tiers": _("Tiers"),
    "potential": _("Potential"),
    "about": _("About"),
}
ABOUT = {
    "texts": _("Name and time"),
    "ready": _("Who is ready"),
    "focus": _("One at a time"),
}


def about(now: View, columns: Mapping[str, Column]) -> None:
    """What the profile is called, and what is agreed on beside the criteria."""
    match one_of(_("About"), ABOUT, **widgets.kept("builder_about")):
        case "ready":
            readiness.readiness(now.brief, now.profile, columns, shell.asked(now))
        case "focus":
            readiness.focus(now.brief, now.profile)
        case _:
            policies.about(now.profile)
            navigation.link("one_page", _("What the one page says"), ":material/article:")


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
            about(now, offers.columns)
        case _:
            criteria.draw(offers)


shell.page("builder")
left, right = side_by_side("builder_halves")
# Even where the market cannot be asked, the profile can be changed.
with left:
    profile_part()
results.strip_style()
with st.bottom:
    results.strip()
with right:
    results.results()
