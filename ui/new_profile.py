"""A new profile in four questions, in a dialog that counts along."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from icp_core.errors import IcpError
from icp_core.evaluation.market import Bounds
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.four_questions import QUESTIONS, Answers
from icp_core.profiles.model import MAX_AMOUNT, PerEmployee, Profile
from icp_core.profiles.starters import starters_for
from icp_core.reference import geography, industry
from ui import data, navigation, state, theme, typed, widgets
from ui.builder import words
from ui.controls import most_letters, section
from ui.format import bounds, in_sentence, labelled, number, plain
from ui.texts import _

DIALOG: Final = "new_profile"
_KEYS: Final = "new_"  # what those of its widgets begin with
_SIZES: Final = ("employees", "revenue")


def ask() -> None:
    """Have the dialog drawn, with what was answered before; for callbacks."""
    widgets.open_dialog(DIALOG)


def dialog() -> None:
    """Draw the dialog while it is asked for."""
    if widgets.open_now() == DIALOG:
        # The title is translated when the dialog opens, not when this module is read.
        st.dialog(_("New profile"), width="large", on_dismiss=widgets.close_dialog)(_form)()


def _form() -> None:
    list_name = state.view().list_name
    offers = data.offers(list_name)
    _other_ways(offers)
    columns = frozenset(column.name for column in offers.testable)
    answers = Answers(size=next((one for one in _SIZES if one in columns), _SIZES[0]))
    for question, answered in enumerate((_who, _where, _how_large, _what), start=1):
        with st.container(border=True, gap="xsmall"):
            answers = answered(offers, columns, answers)
            if question < QUESTIONS and answers.criteria(question) != answers.criteria(
                question - 1
            ):
                _so_far(list_name, answers, question)
    name = typed.text_field(
        _("Name of the profile"),
        most=most_letters(Profile, "name"),
        **_shows("name", _kept().get("name") or _name(answers)),
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            _("Create the profile"),
            type=theme.emphasis(),
            icon=":material/check:",
            disabled=not (name or "").strip() or bool(widgets.waiting(_KEYS)),
            key="new_create",
        ):
            _clear()
            state.open_profile(replace(answers, name=(name or "").strip()).profile())
            _to_builder()
        if _kept() or widgets.waiting(_KEYS):
            st.button(
                _("Clear the answers"),
                type="tertiary",
                on_click=_clear,
                key="new_clear",
            )
        _so_far(list_name, answers, QUESTIONS)


def _other_ways(offers: Offers) -> None:
    """What else a profile can begin with: a starter, or the customers one has."""
    named = {entry.slug: entry.profile.name for entry in starters_for(offers.universe)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(_("Four questions, or begin"), width="content")
        if named:
            slug = st.selectbox(
                _("From a starter"),
                list(named),
                index=None,
                format_func=named.__getitem__,
                placeholder=_("from a starter"),
                label_visibility="collapsed",
                width=230,
                key="new_starter",
            )
            if slug is not None:
                state.choose_starter(slug)
                _to_builder()
        if st.button(
            _("From my best customers"),
            icon=":material/school:",
            help=_("Learn from deals or a list of customers what the best have in common."),
            key="new_learn",
        ):
            widgets.close_dialog()
            navigation.go("learn")


def _to_builder() -> None:
    widgets.close_dialog()
    widgets.confirm(_("The new profile is open. Undo brings the one before back."))
    navigation.go("builder")


def _kept() -> dict[str, Any]:
    """What was answered on this list, until a profile is made of it; closing the dialog keeps it."""
    return widgets.own(f"new_profile_{state.view().list_name}", dict[str, Any])


def _clear() -> None:
    _kept().clear()
    widgets.let_go(*widgets.waiting(_KEYS))


def _shows(field: str, value: Any) -> dict[str, Any]:
    """Arguments for a widget that shows an answer and keeps what it is changed to.

    What the browser sends of a choice is its label, and that changes with the counts: so the choice
    itself is kept, from the moment of the change, and given to the widget at every drawing.
    """
    kept, key = _kept(), f"{_KEYS}{field}"

    def keep() -> None:
        kept[field] = widgets.now(key)

    return {"key": widgets.showing(key, value), "on_change": keep}


def _counts(column: str, answers: Answers, questions: int) -> Mapping[str, int]:
    """How many accounts have each value, of those that meet the first so many answers."""
    return data.counts(
        state.view().list_name,
        column,
        Profile(name=DIALOG, criteria=answers.criteria(questions)),
    )


def _who(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    section(f"1. {_('Who are they?')}")
    if "industry" not in columns:
        st.caption(_("This list tells no industries."))
        return answers
    counts = _counts("industry", answers, 0)
    chosen = st.multiselect(
        _("Industries"),
        offers.options("industry"),
        format_func=lambda code: _counted(industry.searchable(code), counts.get(code, 0)),
        placeholder=_("Any industry: type to search"),
        filter_mode="contains",
        label_visibility="collapsed",
        select_all=False,
        **_shows("industries", _kept().get("industries", [])),
    )
    return replace(answers, industries=tuple(chosen))


def _where(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    section(f"2. {_('Where?')}")
    countries: list[str] = []
    if "country" in columns:
        # Of the whole list: what the browser sends of a pill is its label, and a click that crosses a
        # label on its way to another count would be lost.
        counts = _counts("country", answers, 0)
        countries = st.pills(
            _("Countries"),
            offers.values("country"),
            format_func=lambda code: plain(_counted(geography.name_of(code), counts.get(code, 0))),
            selection_mode="multi",
            label_visibility="collapsed",
            **_shows("countries", _kept().get("countries", [])),
        )
    regions: tuple[str, ...] = ()
    if "region" in columns:
        regions = _regions(offers, answers, countries)
    if not {"country", "region"} & columns:
        st.caption(_("This list tells no places."))
    return replace(answers, countries=tuple(countries), regions=regions)


def _regions(offers: Offers, answers: Answers, countries: Collection[str]) -> tuple[str, ...]:
    """Draw the regions, and the areas that people speak of, each for all its regions here."""
    counts = _counts("region", answers, 1)
    offered = [
        code
        for code in offers.options("region")
        if not countries or code.partition("-")[0] in countries or code[:2] in countries
    ]
    areas = {
        name: here
        for name, codes in geography.place_groups("region").items()
        if len(here := tuple(code for code in codes if code in offered)) > 1
    }

    def label(one: str) -> str:
        if one in areas:
            return _counted(one, sum(counts.get(code, 0) for code in areas[one]))
        return _counted(geography.name_of(one), counts.get(one, 0))

    options = [*areas, *offered]
    chosen = st.multiselect(
        _("Regions"),
        options,
        format_func=label,
        placeholder=_("Everywhere in them") if countries else _("Everywhere"),
        label_visibility="collapsed",
        select_all=False,
        **_shows("regions", [one for one in _kept().get("regions", []) if one in options]),
    )
    return tuple(dict.fromkeys(code for one in chosen for code in areas.get(one, (one,))))


def _how_large(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    section(f"3. {_('How large?')}")
    if answers.size not in columns:
        st.caption(_("This list tells no sizes."))
        return answers
    label = labelled(_(offers.columns[answers.size].label))
    with st.container(horizontal=True):
        ends = [
            st.number_input(
                text.format(size=label),
                0.0,
                MAX_AMOUNT,
                step=10.0 if answers.size == "employees" else 100_000.0,
                format="%g",
                placeholder=_("any"),
                width=220,
                **_shows(field, _kept().get(field)),
            )
            for field, text in (("least", _("{size}, at least")), ("most", _("{size}, at most")))
        ]
    least, most = ends
    if least is not None and most is not None and least > most:
        turned = bounds(Bounds(most, least))
        st.caption(_("The least is above the most: taken as {range}.").format(range=turned))
    return replace(answers, least=least, most=most)


def _what(offers: Offers, columns: frozenset[str], answers: Answers) -> Answers:
    del offers, columns
    section(f"4. {_('What do you sell, and what is a customer worth?')}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(gap="xxsmall"):
            offer = typed.text_field(
                _("What you sell"),
                most=most_letters(Profile, "offer"),
                **_shows("offer", _kept().get("offer", "")),
            )
        worth = st.number_input(
            _("Worth a year (€)"),
            0.0,
            MAX_AMOUNT,
            step=100.0,
            format="%g",
            placeholder="0",
            width=160,
            **_shows("worth", _kept().get("worth", float(PerEmployee().rate))),
        )
        each = st.segmented_control(
            _("Worth of"),
            [True, False],
            format_func=lambda each: _("for each employee") if each else _("for each company"),
            required=True,
            label_visibility="collapsed",
            **_shows("each_employee", _kept().get("each_employee", True)),
        )
    if worth == PerEmployee().rate:
        st.caption(_("The worth is an assumption until you change it, here or under Potential."))
    return replace(
        answers, offer=(offer or "").strip(), worth=worth or 0.0, each_employee=bool(each)
    )


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
    # An area by its own name, not by those of its regions.
    places = _kept().get("regions") if answers.regions else answers.countries
    parts += [geography.name_of(one).partition(" (")[0] for one in (places or answers.regions)[:2]]
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
