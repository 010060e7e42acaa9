"""Learn: from the best customers to a profile, and the proof that it holds."""

import streamlit as st

from ui import data, shell, widgets
from ui.controls import one_of
from ui.format import number
from ui.learning import best, proof, segments, session, shared, suggested, twins
from ui.learning.request import Request
from ui.texts import _

PARTS = {
    "best": _("Best customers"),
    "shared": _("What they share"),
    "profile": _("Profile"),
    "proof": _("Proof"),
    "twins": _("Twins"),
    "segments": _("Segments"),
}
AGAINST = {"market": _("the market"), "worst": _("the worst")}

view = shell.page("learn")
with shell.guard():
    market = shell.market(view, needs=["accounts"], everybody=True)
    universe = market.accounts()
    if len(universe) < market.totals.universe:
        st.caption(
            _(
                "Learned from the {count} accounts that match this profile or may match it, which here "
                "stand for the market: what the must-haves ask for cannot show."
            ).format(count=number(len(universe)))
        )
    given = session.customers(view, universe)
chosen = session.learning()
with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
    part = one_of(_("Show"), PARTS, **widgets.kept("learn_part"))
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content"):
        st.markdown(f":small[:gray[{_('Compare the best with')}]]", width="content")
        st.segmented_control(
            _("Compare the best with"),
            list(AGAINST),
            format_func=AGAINST.__getitem__,
            required=True,
            label_visibility="collapsed",
            key=widgets.shown("learn_against", chosen.settings.against),
            on_change=lambda: chosen.change(against=widgets.picked("learn_against")),
        )

request = Request(view.list_name, given, chosen.settings, view.profile)
with shell.guard():
    customers = data.rank_customers(request)
if part == "best":
    best.draw(customers, universe)
    st.stop()

session.stop_if_paused(request)
with shell.guard():
    result = session.done(data.learning_result(request, judged=part == "proof"), request)
    match part:
        case "shared":
            shared.draw(result)
        case "profile":
            suggested.draw(request, result)
        case "proof":
            proof.draw(result)
            proof.remember(view.list_name, result)
        case "twins":
            twins.draw(request, result)
        case _:
            segments.draw(request, result)
