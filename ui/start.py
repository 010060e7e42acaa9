"""The start page: go on or begin, where the view stands, and what to do next."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import streamlit as st

from icp_core.territories.gaps import Gap
from icp_core.territories.team import team_for
from icp_core.views import MarketView
from icp_core.workspace import Draft
from ui import charts_live, data, loosening, method, navigation, new_profile, shell, state, theme
from ui.areas import tier_in_sentence
from ui.controls import section
from ui.coverage import gaps
from ui.format import moment, money_bounds, number, plain
from ui.headline import headline, next_steps
from ui.market import sizes
from ui.texts import _, ngettext

_DEMO: Final = "demo"
_MOST_RECENT: Final = 3  # drafts that are offered: what one comes back for is among the last ones


def draw() -> None:
    """Draw the page."""
    view = shell.page("start")
    profile = view.profile
    _ways_in(view.list_name)
    _go_on(state.recent()[:_MOST_RECENT])
    with shell.guard():
        market = shell.market(view)
        steps = next_steps(market, today=date.today())
    headline(market)
    with shell.guard():
        method.steps(view, market)
    if "sizing" in market.supports:
        _verdict(market)

    left, right = st.columns(2)
    with left.container(border=True, height="stretch"):
        section(_("Companies and potential a year, by tier"))
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
        section(_("What to do next"))
        with shell.guard():
            _nobodys(market)
        for step in steps:
            with st.container(gap="xsmall"):
                st.markdown(plain(step.text))
                if step.loosens:
                    loosening.nothing_matches(market)
                else:
                    navigation.link(step.page, plain(step.label), ":material/arrow_forward:")
        if not market.population.tells_customers:
            with st.container(gap="xsmall"):
                st.markdown(
                    _(
                        "Nobody is known to be a customer: import yours, from a list or a CRM, or mark "
                        "them."
                    )
                )
                navigation.link("import", _("Import customers"), ":material/arrow_forward:")
                if "filters" in market.supports:
                    navigation.link("accounts", _("Mark customers"), ":material/arrow_forward:")

    with st.container(border=True):
        section(plain(profile.name))
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


def _nobodys(market: MarketView) -> None:
    """How many of the best accounts nobody owns, and the way there; nothing where no team is named."""
    plan = state.plan()
    if "coverage" not in market.supports or not team_for(plan, market.population):
        return
    best = market.profile.tiers.names[0]
    found = market.gap(plan, Gap.NOBODY, tiers=(best,), limit=0)
    if not found.total:
        return
    text = ngettext(
        "{count} account in {tier} is nobody's: give it to a rep.",
        "{count} accounts in {tier} are nobody's: give them to reps.",
        found.total,
    ).format(count=number(found.total), tier=tier_in_sentence(best))
    if found.potential.high:
        text += " " + _("They could be worth {amount} a year.").format(
            amount=money_bounds(found.potential, market.profile.currency)
        )
    with st.container(gap="xsmall"):
        st.markdown(plain(text))
        navigation.link(
            "coverage",
            plain(_("Who could have them")),
            ":material/arrow_forward:",
            widgets=gaps.leading_here(best),
        )


def _verdict(market: MarketView) -> None:
    """Whether the market suits the team, in a line, and where that is told in full."""
    team = state.plan()
    found = market.verdict(team)
    with st.container(border=True, gap="xsmall"):
        sizes.verdict_line(found, team)
        navigation.link("market", _("Why, and what would change it"), ":material/arrow_forward:")


def _ways_in(list_name: str) -> None:
    """What one can begin with; each is one press."""
    with st.container(horizontal=True, gap="small"):
        if _way_in(
            _("New profile"),
            _("Four questions, with counts."),
            icon=":material/add_circle:",
            key="start_new",
        ):
            new_profile.ask()
            st.rerun()
        if _way_in(
            _("Bring your companies"),
            _("Any file, or a register’s."),
            icon=":material/upload_file:",
            key="start_import",
        ):
            navigation.go("import")
        if _way_in(
            _("Learn from customers"),
            _("A profile from the best."),
            icon=":material/school:",
            key="start_learn",
        ):
            navigation.go("learn")
        if list_name != _DEMO and _way_in(
            _("Try the demo"),
            _("Invented companies."),
            icon=":material/science:",
            key="start_demo",
        ):
            state.set_dataset(_DEMO)
            st.rerun()


def _way_in(label: str, about: str, *, icon: str, key: str) -> bool:
    return st.button(f"**{label}**  \n{about}", icon=icon, key=key, width="stretch")


def _go_on(drafts: Sequence[Draft]) -> None:
    """What this person worked on before, besides what is shown now."""
    if not drafts:
        return
    labels = data.all_lists()
    with st.container(border=True, gap="xsmall"):
        section(_("Continue where you were"))
        for place, draft in enumerate(drafts):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(
                    f"{plain(draft.name)}  \n:small[:gray["
                    + plain(
                        _("{list} · {moment}").format(
                            list=labels.get(draft.list_name, _("accounts no longer here")),
                            moment=moment(draft.touched_at),
                        )
                    )
                    + "]]",
                    width="stretch",
                )
                st.button(
                    _("Open"),
                    key=f"start_open_{place}",
                    on_click=state.resume,
                    args=(draft,),
                )
