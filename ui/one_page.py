"""The One page's parts: the answers to edit, the page as it will be printed, and its files."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import streamlit as st

from icp_core.documents import one_page
from icp_core.documents.one_page import LARGEST, SMALLEST, Known, Stamp
from icp_core.errors import IcpError, WorkspaceError
from icp_core.profiles.brief import ANSWERS, word_count
from icp_core.profiles.model import Profile
from icp_core.reference.numbers import UNKNOWN
from icp_core.views import MarketView
from icp_core.workspace import slug_of
from ui import briefs, data, evidence, navigation, state, theme, typed, widgets
from ui.builder.editing import draft, held
from ui.controls import most_letters, section
from ui.data.printed import Printed
from ui.downloads import download
from ui.format import labelled, number, plain
from ui.learning import proof
from ui.state import View
from ui.texts import _, language

_ROOMY: Final = (LARGEST + SMALLEST) / 2
_ADVISED: Final = 30  # words of the description

_EXAMPLES: Final = {
    "markets": "The Nordics and DACH, in English",
    "customer_base": "20 to 400 companies on yearly subscriptions",
    "budget": "€15–40 k a year, out of the cloud budget",
    "current_solution": "Spreadsheets, or nothing at all",
    "challenges": "The bill grows faster than revenue, and nobody owns it",
    "how_we_help": "Cost per customer and product within two weeks",
    "urgency": "Within a quarter of the budget bursting",
    "business_goals": "Gross margin above 75 %",
    "no_thanks": "Consultancies without a product of their own",
}


def from_the_criteria(market: MarketView) -> None:
    """Show the answers that the criteria give, and lead to where they are changed."""
    with st.container(border=True, gap="xsmall"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            section(_("From the criteria"), width="content")
            navigation.link("builder", _("Change in the Builder"), ":material/tune:")
        for question, answer in one_page.generated(market, _).items():
            said = plain(answer) if answer != UNKNOWN else f":gray[{_('no criterion asks for it')}]"
            st.markdown(f":gray[{plain(question)}]  \n{said}")


def answers(view: View) -> None:
    """Draw the answers that are typed."""
    brief, profile = view.brief, view.profile
    with st.container(border=True, gap="small"):
        typed.text_field(
            _("The company in thirty words"),
            most=most_letters(Profile, "description"),
            area=True,
            live=True,
            key=draft("brief_description", profile.description),
            on_change=_describe,
        )
        _counted(profile.description)
        briefs.text(brief, "segment", _("Market segment"))
        briefs.text(brief, "goal", _("Goal with this profile"))
    asked = one_page.questions(_)
    with st.container(border=True, gap="small"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            section(_("In your words"), width="content")
            _copying(view)
        for name in ANSWERS:
            briefs.text(
                brief,
                name,
                labelled(asked[name]),
                area=True,
                placeholder=_("For example: {example}").format(example=_(_EXAMPLES[name])),
            )


def _counted(description: str) -> None:
    count = word_count(description)
    said = briefs.words(count)
    if count > _ADVISED:
        said = f":orange[{said}]: " + _("thirty is what people remember")
    st.caption(said)


def _describe() -> None:
    try:
        said = held("brief_description") or ""
        state.set_profile(state.view().profile.replace(description=said), typed="brief_description")
    except IcpError as error:
        widgets.notify(str(error))


def _copying(view: View) -> None:
    """Offer the answers and the buying group of another saved profile."""
    try:
        others = {
            one.slug: one.newest
            for one in data.saved_profiles()
            if one.slug != view.saved and one.newest.brief_content is not None
        }
    except WorkspaceError:
        # The page header says what is wrong with the workspace.
        return
    if not others:
        return
    with st.popover(_("Copy from another profile"), icon=":material/content_copy:"):
        chosen = st.selectbox(
            _("Profile"),
            list(others),
            format_func=lambda slug: others[slug].name,
            key="one_page_copy_of",
        )
        st.caption(_("Answers, buying group and focus replace yours; Undo brings yours back."))
        st.button(
            _("Copy"),
            icon=":material/content_copy:",
            key="one_page_copy",
            on_click=lambda: briefs.put(lambda _now: others[chosen].brief),
        )


def known(view: View) -> Known:
    """How the team knows: proof, sample and interviews, as far as there are any.

    Raises
    ------
    WorkspaceError
        If the workspace cannot be read.
    """
    proven = proof.told(view.list_name, view.profile)
    if not data.remembers():
        return Known(proven=proven)
    told = evidence.told(view)
    return Known(
        verified=data.workspace().looked_up(list_name=view.list_name, profile=view.profile),
        proven=proven,
        interviews=told.interviews,
        said=told.claims,
    )


def content(view: View, market: MarketView, how: Known) -> Mapping[str, Any]:
    """Everything on the page, as it stands now."""
    return one_page.content(
        market,
        view.brief,
        stamp=Stamp(date.today(), state.author(), None if view.edited else view.version),
        known=how,
        _=_,
        language=language(),
    )


def lacking(how: Known) -> None:
    """Lead to what would say more of how the team knows."""
    ways = {
        "learn": (how.proven is None, _("a test on your deals"), {"learn_part": "proof"}),
        "verification": (how.verified is None, _("a sample looked up"), {}),
        "interviews": (not how.interviews, _("interviews"), {}),
    }
    if not any(is_lacking for is_lacking, *_rest in ways.values()):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f":small[:gray[{_('How we know still lacks')}]]", width="content")
        for page, (is_lacking, label, parts) in ways.items():
            if is_lacking:
                navigation.link(page, label, widgets=parts)


def meter(printed: Printed) -> None:
    """Say how full the page is, and what to cut if it is too full."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if printed.cut is not None:
            st.badge(_("Too full"), icon=":material/error:", color="red")
        elif printed.size is not None and printed.size >= _ROOMY:
            st.badge(_("Fits well"), icon=":material/check:", color="green")
        else:
            st.badge(_("Fits, in small letters"), icon=":material/text_decrease:", color="orange")
        said = [briefs.words(int(printed.words))]
        if printed.size is not None:
            said.append(_("text of {size} points").format(size=number(printed.size, digits=1)))
        st.caption(" · ".join(said), width="content")
    if printed.cut is not None:
        st.error(plain(printed.cut.sentence(_)), icon=":material/content_cut:")
    if printed.not_printed:
        st.caption(
            _("□ stands for what cannot be printed: {letters} The Word file has it.").format(
                letters=plain(" ".join(printed.not_printed))
            )
        )


def files(view: View, shown: Mapping[str, Any], printed: Printed) -> None:
    """Offer the page as PDF, if it fits, and as a Word file."""
    name = f"{slug_of(view.profile.name)}-one-page"
    with st.container(horizontal=True, gap="small"):
        if printed.size is not None:
            download(
                _("PDF to print"),
                lambda: data.printed_pdf(shown),
                name=f"{name}.pdf",
                mime="application/pdf",
                key="one_page_pdf",
                type=theme.emphasis(),
            )
        download(
            _("Word file to edit"),
            lambda: data.printed_word(shown),
            name=f"{name}.docx",
            mime="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            key="one_page_docx",
        )


def preview(shown: Mapping[str, Any], printed: Printed) -> None:
    """Draw the page as it will be printed."""
    with st.container(border=True):
        st.image(
            printed.picture,
            alt=_("The page as it will be printed: {title}").format(title=shown["title"]),
            width="stretch",
            output_format="PNG",
        )
