"""Verification: answer for a random sample, and see how large the market is after all."""

import streamlit as st

from icp_core.analysis.verification import verify
from icp_core.workspace import checksum
from ui import data, loosening, shell, verification, widgets
from ui.controls import section, side_by_side
from ui.texts import _

view = shell.page("verification")
with shell.guard():
    market = shell.market(view, needs=["sample"])
    draws = {one.id: one for one in data.workspace().draws(list_name=view.list_name)}
current = checksum(view.profile)
if not market.totals.matching + market.totals.possible:
    st.info(_("No company matches this profile or may match it, so there is nothing to verify."))
    loosening.nothing_matches(market)
    st.stop()

newest = next((place for place, one in enumerate(draws.values()) if one.checksum == current), None)
if draws:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(
            _("Sample"),
            list(draws),
            index=newest,
            format_func=lambda key: verification.draw_name(draws[key], current=current),
            placeholder=_("None of this profile yet; choose an earlier one"),
            width=420,
            **widgets.kept(verification.DRAW),
        )
        with st.popover(_("New sample"), icon=":material/casino:"):
            verification.new_sample(market, list_name=view.list_name)
if not draws or chosen is None:
    with st.container(border=True):
        section(_("How right is this profile?"))
        st.markdown(
            _(
                "Look at a few companies by hand and say of each whether it fits. That tells what "
                "share of the list fits, and how large the market is after all."
            )
        )
        if not draws:
            verification.new_sample(market, list_name=view.list_name)
    verification.look_up_first(market)
    st.stop()

saved = draws[chosen]
is_current = saved.checksum == current
with shell.guard():
    answers = data.workspace().answers(saved.id)
    # Who was drawn and excluded since stays on the sample's list, though in no number.
    drawn_from = market
    if set(answers["account_id"]) & set(data.excluded(view.list_name)):
        drawn_from = shell.market(view, everybody=True)
verified = verify(answers, match_size=saved.match_size, possible_size=saved.possible_size)
if not is_current:
    st.warning(
        _(
            "This sample was drawn from another version of the profile. Its answers say how right "
            "that version was, not this one."
        ),
        icon=":material/history:",
    )
verification.headline(verified, market, is_current=is_current)

left, right = side_by_side("verification_halves", shares=(3, 2), gap="small")
with left.container(border=True, height="stretch"):
    verification.card(drawn_from, saved, answers, is_current=is_current)
with right.container(border=True, height="stretch"):
    drawn = verification.drawn_data(drawn_from, answers)
    verification.drawn_table(drawn, saved)
verification.look_up_first(market)
with st.container(border=True):
    verification.arithmetic(verified.steps)
