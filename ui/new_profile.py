"""A new profile in four questions, in a dialog that counts along."""

from dataclasses import replace
from typing import Final

import streamlit as st

from icp_core.errors import IcpError
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.four_questions import QUESTIONS, Answers
from icp_core.profiles.model import MAX_AMOUNT, PerEmployee, Profile
from icp_core.reference import geography, industry
from ui import data, navigation, state, theme
from ui.builder import words
from ui.controls import most_letters
from ui.format import bounds, in_sentence, number, plain
from ui.texts import _

DIALOG: Final = "new_profile"
_SIZES: Final = ("employees", "revenue")


def ask() -> None:
    """Have the dialog drawn; for callbacks."""
    for name in list(Answers.__dataclass_fields__):
        st.session_state.pop(_key(name), None)
    state.open_dialog(DIALOG)


def dialog() -> None:
    """Draw the dialog while it is asked for."""
    if state.open_now() == DIALOG:
        # The title is translated when the dialog opens, not when this module is read.
        st.dialog(_("New profile"), width="large", on_dismiss=state.close_dialog)(_form)()


def _form() -> None:
    list_name = state.view().list_name
    offers = data.offers(list_name)
    columns = frozenset(column.name for column in offers.testable)
    answers = Answers(size=next((one for one in _SIZES if one in columns), _SIZES[0]))
    for question, answered in enumerate((_who, _where, _how_large, _what), start=1):
        with st.container(border=True, gap="xsmall"):
            answers = answered(offers, columns, answers)
            if question < QUESTIONS and answers.criteria(question) != answers.criteria(
                question - 1
            ):
                _so_far(list_name, answers, question)
    name = st.text_input(
        _("Name of the profile"),
        _name(answers),
        max_chars=most_letters(Profile, "name"),
        key=f"new_name_{_name(answers)}",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Create the profile"),
            type=theme.emphasis(),
            icon=":material/check:",
            disabled=not name.strip(),
            key="new_create",
        ):
            state.open_profile(replace(answers, name=name.strip()).profile())
            state.close_dialog()
            state.confirm(_("The new profile is open. Undo brings the one before back."))
            navigation.go("builder")
        _so_far(list_name, answers, QUESTIONS)


def _who(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    st.markdown(f"**1. {_('Who are they?')}**")
    if "industry" not in columns:
        st.caption(_("This list tells no industries."))
        return answers
    counts = offers.counts("industry")
    chosen = st.multiselect(
        _("Industries"),
        offers.options("industry"),
        format_func=lambda code: _counted(industry.titled(code), counts.get(code, 0)),
        placeholder=_("Any industry: type to search"),
        key=_key("industries"),
        label_visibility="collapsed",
        select_all=False,
    )
    return replace(answers, industries=tuple(chosen))


def _where(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    st.markdown(f"**2. {_('Where?')}**")
    countries: list[str] = []
    if "country" in columns:
        counts = offers.counts("country")
        countries = st.pills(
            _("Countries"),
            offers.values("country"),
            format_func=lambda code: plain(_counted(geography.name_of(code), counts.get(code, 0))),
            selection_mode="multi",
            key=_key("countries"),
            label_visibility="collapsed",
        )
    regions: list[str] = []
    if "region" in columns:
        in_regions = offers.counts("region")
        offered = [
            code
            for code in offers.options("region")
            if not countries or code.partition("-")[0] in countries or code[:2] in countries
        ]
        regions = st.multiselect(
            _("Regions"),
            offered,
            format_func=lambda code: _counted(geography.name_of(code), in_regions.get(code, 0)),
            placeholder=_("Everywhere in them") if countries else _("Everywhere"),
            key=_key("regions"),
            label_visibility="collapsed",
            select_all=False,
        )
    if not {"country", "region"} & columns:
        st.caption(_("This list tells no places."))
    return replace(answers, countries=tuple(countries), regions=tuple(regions))


def _how_large(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    st.markdown(f"**3. {_('How large?')}**")
    if answers.size not in columns:
        st.caption(_("This list tells no sizes."))
        return answers
    label = plain(_(offers.columns[answers.size].label))
    with st.container(horizontal=True):
        ends = [
            st.number_input(
                text.format(size=label),
                0.0,
                MAX_AMOUNT,
                value=None,
                step=10.0 if answers.size == "employees" else 100_000.0,
                format="%g",
                placeholder=_("any"),
                key=_key(field),
                width=220,
            )
            for field, text in (("least", _("{size}, at least")), ("most", _("{size}, at most")))
        ]
    return replace(answers, least=ends[0], most=ends[1])


def _what(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    del offers, columns
    st.markdown(f"**4. {_('What do you sell, and what is a customer worth?')}**")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offer = st.text_input(
            _("What you sell"), max_chars=most_letters(Profile, "offer"), key=_key("offer")
        )
        worth = st.number_input(
            _("Worth a year (€)"),
            0.0,
            MAX_AMOUNT,
            value=float(PerEmployee().rate),
            step=100.0,
            format="%g",
            placeholder="0",
            key=_key("worth"),
            width=160,
        )
        each = st.segmented_control(
            _("Worth of"),
            [True, False],
            format_func=lambda each: _("for each employee") if each else _("for each company"),
            default=True,
            required=True,
            key=_key("each_employee"),
            label_visibility="collapsed",
        )
    if worth == PerEmployee().rate and each:
        st.caption(_("The worth is an assumption until you change it, here or under Potential."))
    return replace(answers, offer=offer.strip(), worth=worth or 0.0, each_employee=bool(each))


def _so_far(list_name: str, answers: Answers, question: int) -> None:
    """How many match by then; nothing where nothing is asked yet, or the accounts cannot be asked."""
    criteria = answers.criteria(question)
    if not criteria:
        st.caption(_("Every account of the list matches so far: answer at least one question."))
        return
    try:
        market = data.market(list_name, Profile(name=DIALOG, criteria=criteria))
    except IcpError as error:
        st.caption(plain(str(error)))
        return
    st.caption(
        _("**{count}** match so far.").format(count=bounds(market.totals.tam)),
        help=_("Up to: if all that is unknown of them fits."),
    )


def _name(answers: Answers) -> str:
    """What the answers say: `Computer programming, Sweden, from 20 employees`."""
    parts = [industry.label(code) for code in answers.industries[:2]]
    places = answers.regions or answers.countries
    parts += [geography.name_of(code) for code in places[:2]]
    columns = data.offers(state.view().list_name).columns
    parts += [
        f"{words.fit_summary(one.fit, columns[one.column])} "
        f"{in_sentence(_(columns[one.column].label))}"
        for one in answers.criteria()
        if one.column in _SIZES
    ]
    return ", ".join(parts)[: most_letters(Profile, "name")]


def _counted(name: str, count: int) -> str:
    return f"{name} · {number(count)}"


def _key(field: str) -> str:
    return f"new_{field}"
