"""The start page: what this is, where the view stands, and what to do next."""

from datetime import date

import streamlit as st

from ui import charts_live, shell, theme
from ui.format import plain
from ui.headline import headline, next_steps
from ui.texts import _


def _steps() -> tuple[tuple[str, str, str, str], ...]:
    """Page, icon, name and purpose of the four steps."""
    return (
        (
            "builder",
            ":material/tune:",
            _("Tune"),
            _("Say which companies fit: must-haves, weights, tiers."),
        ),
        (
            "builder",
            ":material/insights:",
            _("See"),
            _("How many match, what they are worth, and why."),
        ),
        ("map", ":material/map:", _("Map"), _("Where they are, by region and municipality.")),
        (
            "export",
            ":material/download:",
            _("Export"),
            _("Take the list to LinkedIn, your CRM or a spreadsheet."),
        ),
    )


def draw() -> None:
    """Draw the page."""
    view = shell.page("start")
    profile = view.profile
    st.markdown(
        _(
            "Describe your ideal customer, see at once how many companies fit and what they could be "
            "worth, and download the account list."
        )
    )
    with shell.guard():
        market = shell.market(view)
        steps = next_steps(market, today=date.today())
    headline(market)

    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        st.markdown(_("**Companies and potential a year, by tier**"))
        if market.totals.matching:
            charts_live.show(
                charts_live.tier_chart(
                    market.totals.tier_table(),
                    currency=profile.currency,
                    dark=theme.is_dark(),
                ),
                key="start_tiers",
                alt=_("Bar chart: companies and potential by tier"),
            )
        else:
            st.caption(_("Nothing to show yet: no company matches this profile."))
    with right.container(border=True, height="stretch"):
        st.markdown(_("**What to do next**"))
        for step in steps:
            with st.container(gap="xsmall"):
                st.markdown(plain(step.text))
                shell.link(step.page, plain(step.label), ":material/arrow_forward:")

    with st.container(border=True):
        st.markdown(f"**{plain(profile.name)}**")
        if profile.description:
            st.markdown(plain(profile.description))
        facts = [_("For {offer}").format(offer=profile.offer) if profile.offer else ""]
        if profile.valid_from and profile.valid_until:
            facts.append(
                _("Holds from {start} to {end}").format(
                    start=profile.valid_from, end=profile.valid_until
                )
            )
        st.caption(plain(" · ".join(fact for fact in facts if fact)))

    with st.container(horizontal=True):
        for place, (key, icon, label, text) in enumerate(_steps(), start=1):
            with st.container(border=True, gap="xsmall", height="stretch"):
                shell.link(key, f"**{place}. {label}**", icon)
                st.caption(text)
