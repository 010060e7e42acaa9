"""The Buying group page's parts: the personas, what each is about, and the targeting sheet."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from icp_core.documents.one_page import buying_roles
from icp_core.documents.targeting import FUNCTIONS, SENIORITIES, TargetingSheet
from icp_core.errors import IcpError, ProfileError
from icp_core.profiles.brief import (
    MAX_PERSONAS,
    MAX_POINTS,
    MAX_TITLES,
    Brief,
    BuyingRole,
    Persona,
)
from icp_core.profiles.suggested_personas import (
    Gap,
    first_group,
    gaps,
    own_persona,
    points,
    suggested,
)
from icp_core.views import MarketView
from icp_core.workspace import slug_of
from ui import briefs, evidence, navigation, state, theme, typed, widgets
from ui.controls import most_letters, one_of, pictured, section
from ui.downloads import download
from ui.evidence import Told
from ui.format import labelled, number, plain
from ui.state import View
from ui.texts import _, ngettext

_OPEN: Final = "buying_group_open"
_OWN_NAME: Final = "group_own_name"
_POINT: Final = 200  # letters of one claim
_TITLE: Final = 80  # letters of a job title
_COLOURS: Final[dict[BuyingRole, Literal["blue", "green", "gray", "orange"]]] = {
    BuyingRole.DECISION_MAKER: "blue",
    BuyingRole.AMBASSADOR: "green",
    BuyingRole.INFLUENCER: "gray",
    BuyingRole.BLOCKER: "orange",
}


def _languages() -> dict[str, str]:
    return {
        "en": _("English"),
        "sv": _("Swedish"),
        "nb": _("Norwegian"),
        "da": _("Danish"),
        "fi": _("Finnish"),
    }


def _claims() -> dict[str, str]:
    return {
        "goals": _("Goals"),
        "challenges": _("Challenges"),
        "objections": _("Objections"),
        "triggers": _("What triggers the need"),
        "channels": _("Channels"),
        "value_propositions": _("What we promise"),
        "kpis": _("Measured by"),
    }


def importances() -> dict[int, str]:
    """What the degrees of importance are called."""
    return {1: _("Low"), 2: _("Medium"), 3: _("High")}


def fields() -> dict[str, str]:
    """What everything that is said of a persona is called."""
    return {
        "name": _("Title or challenge"),
        "role": _("Role"),
        "importance": _("Importance"),
        "at_ideal_customer": _("At ideal customers"),
        "functions": _("Job functions on LinkedIn"),
        "seniorities": _("Seniorities on LinkedIn"),
        "titles": _("Job titles"),
    } | _claims()


def begin(view: View) -> None:
    """Say what a buying group is for, and offer the first."""
    with st.container(border=True):
        section(_("Who decides, who helps, who has a say, and who can stop it?"))
        st.markdown(
            _(
                "Two to five personas, named by a title or a challenge, never by a person. They go on "
                "the one page, and each gives two ad sets for LinkedIn."
            )
        )
        st.button(
            _("Suggest four for this profile"),
            icon=":material/lightbulb:",
            type=theme.emphasis(),
            key="group_suggest",
            on_click=_suggest,
            args=(view,),
        )


def _suggest(view: View) -> None:
    briefs.put(lambda now: first_group(view.profile, now))
    widgets.confirm(_("These are guesses: change them to what you know. Undo takes them away."))


def warnings(brief: Brief) -> None:
    """Say what the group lacks."""
    for gap in gaps(brief):
        st.markdown(f":orange[:material/warning:] {plain(_lacking(gap))}")


def _lacking(gap: Gap) -> str:
    names = ", ".join(gap.names)
    return {
        "no_decision_maker": _("Nobody in it decides."),
        "no_blocker": _("Nobody in it could stop it: ask who said no the last time."),
        "too_few": _("One persona is no group: who else has a say?"),
        "too_many": _("More than five is nobody in particular; the one page lists five."),
        "no_titles": _("Without a job title, no ad set by titles: {names}.").format(names=names),
        "no_claims": _("Nothing is said yet of: {names}.").format(names=names),
    }[gap.kind]


def personas(view: View) -> None:
    """Draw the personas, one of them open to edit, with what interviews say beside each claim."""
    told = evidence.told(view)
    for one in view.brief.buying_group:
        _row(one, told)
    if not any(claim.about.startswith("persona:") for claim in told.claims):
        st.caption(_("No claim rests on an interview yet: ask customers, and mark what they say."))
        navigation.link("interviews", _("Interviews"))


def _row(one: Persona, told: Told) -> None:
    is_open = widgets.own(_OPEN, dict[str, str]).get("key") == one.key
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
            said = " · ".join(one.goals[:2])
            role = f":{_COLOURS[one.role]}-badge[{plain(buying_roles(_)[one.role])}]"
            st.markdown(
                f"**{plain(one.name)}** {role}"
                + (f"  \n:small[:gray[{plain(said)}]]" if said else ""),
                width="stretch",
            )
            pictured(
                "fold" if is_open else "edit",
                plain((_("Close {name}") if is_open else _("Edit {name}")).format(name=one.name)),
                key=f"group_edit_{one.key}",
                on_click=_toggle,
                args=(one.key,),
            )
            pictured(
                "remove",
                plain(_("Remove {name}").format(name=one.name)),
                key=f"group_remove_{one.key}",
                on_click=_remove,
                args=(one,),
            )
        if is_open:
            _editor(one, told)


def _toggle(key: str) -> None:
    held = widgets.own(_OPEN, dict[str, str])
    if held.pop("key", None) != key:
        held["key"] = key


def _remove(one: Persona) -> None:
    briefs.put(lambda now: now.without_persona(one.key))
    widgets.confirm(_("{name} is removed. Undo brings it back.").format(name=one.name))


def _edits(
    one: Persona, field: str, shown: Any, change: Callable[[Persona, Any], Persona]
) -> dict[str, Any]:
    def changed(now: Brief, to: Any) -> Brief:
        persona = now.persona(one.key)
        if persona is None:
            raise ProfileError(_("This persona was removed meanwhile; Undo brings it back."))
        return now.with_persona(change(persona, to))

    return briefs.edits(f"{one.key}_{field}", shown, changed)


def _set(field: str) -> Callable[[Persona, Any], Persona]:
    return lambda now, to: now.replace(**{field: to})


def _name(now: Persona, to: Any) -> Persona:
    if not (to or "").strip():
        raise ProfileError(_("A persona needs a title or a challenge; it keeps the one it had."))
    return now.replace(name=to)


def _editor(one: Persona, told: Told) -> None:
    typed.text_field(
        _("Title or challenge"),
        most=most_letters(Persona, "name"),
        **_edits(one, "name", one.name, _name),
    )
    one_of(
        _("Role"),
        {role: plain(name) for role, name in buying_roles(_).items()},
        labelled=True,
        **_edits(one, "role", one.role, _set("role")),
    )
    left, right = st.columns(2, gap="small", vertical_alignment="center")
    with left:
        one_of(
            _("Importance"),
            importances(),
            labelled=True,
            **_edits(one, "importance", one.importance, _set("importance")),
        )
    right.toggle(
        _("At ideal customers"),
        help=_("Partners and advisers do not; they get a list of their own."),
        **_edits(one, "inside", one.at_ideal_customer, _set("at_ideal_customer")),
    )
    match one_of(
        _("About it"),
        {"claims": _("What we claim of it"), "ads": _("How to reach it")},
        key=f"group_part_{one.key}",
    ):
        case "ads":
            _reach(one)
        case _:
            st.caption(_("A sentence a line. Ask customers before you believe it."))
            for place, (field, label) in _in_pairs(_claims()):
                with place:
                    typed.text_field(
                        labelled(label + told.beside(f"persona:{one.key}.{field}")),
                        excess=_too_many_sentences,
                        called=f"{one.name}: {label}",
                        area=True,
                        **_edits(one, field, "\n".join(getattr(one, field)), _claiming(field)),
                    )


def _in_pairs(names: Mapping[str, str]) -> Iterator[tuple[DeltaGenerator, tuple[str, str]]]:
    """Places two a row, and in their order where a phone has room for one."""
    every = list(names.items())
    for start in range(0, len(every), 2):
        yield from zip(st.columns(2, gap="small"), every[start : start + 2], strict=False)


def _points(to: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return points(to or "", most=MAX_POINTS, letters=_POINT)


def _too_many_sentences(held: str) -> str:
    count = len(_points(held)[1])
    if not count:
        return ""
    return typed.waits(
        ngettext(
            "{count} sentence more than the {most} that fit.",
            "{count} sentences more than the {most} that fit.",
            count,
        ).format(count=number(count), most=number(MAX_POINTS))
    )


def _claiming(field: str) -> Callable[[Persona, Any], Persona]:
    return lambda now, to: now.replace(**{field: _points(to)[0]})


def _reach(one: Persona) -> None:
    st.multiselect(
        _("Job functions on LinkedIn"),
        list(FUNCTIONS),
        format_func=FUNCTIONS.__getitem__,
        **_edits(one, "functions", list(one.functions), _numbers("functions")),
    )
    st.multiselect(
        _("Seniorities on LinkedIn"),
        list(SENIORITIES),
        format_func=SENIORITIES.__getitem__,
        **_edits(one, "seniorities", list(one.seniorities), _numbers("seniorities")),
    )
    st.caption(_("Job titles, one a line, as people write them in each language."))
    for place, (language, label) in _in_pairs(_languages()):
        shown = "\n".join(getattr(one.titles, language))
        with place:
            typed.text_field(
                labelled(label),
                excess=_too_many_titles,
                called=f"{one.name}: {label}",
                area=True,
                **_edits(one, f"titles_{language}", shown, _titled(language)),
            )


def _numbers(field: str) -> Callable[[Persona, Any], Persona]:
    return lambda now, to: now.replace(**{field: tuple(sorted(to))})


def _titles(to: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return points(to or "", most=MAX_TITLES, letters=_TITLE)


def _too_many_titles(held: str) -> str:
    count = len(_titles(held)[1])
    if not count:
        return ""
    return typed.waits(
        ngettext(
            "{count} title more than the {most} that fit.",
            "{count} titles more than the {most} that fit.",
            count,
        ).format(count=number(count), most=number(MAX_TITLES))
    )


def _titled(language: str) -> Callable[[Persona, Any], Persona]:
    return lambda now, to: now.replace(titles=now.titles.replace(**{language: _titles(to)[0]}))


def adding(view: View) -> None:
    """Offer suggestions for the profile's industries, and a persona of one's own."""
    if len(view.brief.buying_group) >= MAX_PERSONAS:
        st.caption(_("A buying group has {count} personas at most.").format(count=MAX_PERSONAS))
        return
    offered = {one.key: one for one in suggested(view.profile, view.brief)}
    roles = buying_roles(_)

    def picked() -> None:
        one = offered.get(widgets.picked("group_add"))
        if one is not None:
            _add(one)

    st.selectbox(
        _("Add a suggestion"),
        list(offered),
        format_func=lambda key: f"{offered[key].name} · {roles[offered[key].role]}",
        key=widgets.shown("group_add", None),
        index=None,
        placeholder=_("Add a persona: your industries’ first"),
        on_change=picked,
        icon=":material/person_add:",
        label_visibility="collapsed",
    )
    with st.popover(_("One of your own"), icon=":material/add:"):
        name = typed.text_field(
            _("Title or challenge"), most=most_letters(Persona, "name"), key=_OWN_NAME
        )
        st.selectbox(
            _("Role"), list(BuyingRole), format_func=roles.__getitem__, key="group_own_role"
        )
        st.button(
            _("Add"),
            icon=":material/add:",
            disabled=not (name or "").strip(),
            key="group_own_add",
            on_click=_add_own,
        )


def _add(one: Persona) -> None:
    briefs.put(lambda now: now.with_persona(one))
    widgets.own(_OPEN, dict[str, str])["key"] = one.key
    widgets.confirm(_("{name} is a guess: change it to what you know.").format(name=one.name))


def _add_own() -> None:
    # As typed and chosen now: the button may be pressed before the page was drawn with that.
    name, role = (widgets.now(_OWN_NAME) or "").strip(), widgets.now("group_own_role")
    try:
        one = own_persona(name, role, state.view().brief)
    except IcpError as error:
        widgets.notify(str(error))
        return
    briefs.put(lambda now: now.with_persona(one))
    widgets.own(_OPEN, dict[str, str])["key"] = one.key
    # Else a second press adds it twice.
    widgets.set_kept(_OWN_NAME, "")


def sheet(view: View, market: MarketView) -> None:
    """Draw the targeting sheet, and offer it as a workbook and as text."""
    made = TargetingSheet(
        view.profile.name,
        view.brief.buying_group,
        market.reachable(),
        date.today(),
        fictional=market.population.fictional,
    )
    name = f"{slug_of(view.profile.name)}-targeting"
    names = {one.key: one.name for one in made.group}
    with st.container(border=True):
        section(_("Targeting sheet for LinkedIn"))
        count = 2 * len(made.group)
        st.caption(ngettext("{count} ad set", "{count} ad sets", count).format(count=count))
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            download(
                _("Workbook"),
                made.workbook(_),
                name=f"{name}.xlsx",
                mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                key="group_xlsx",
            )
            download(
                _("Text"), made.text(_), name=f"{name}.txt", mime="text/plain", key="group_text"
            )
            navigation.link("export", _("Export the company list"), ":material/arrow_forward:")
        chosen = st.selectbox(
            _("Ad sets of"),
            list(names),
            format_func=names.__getitem__,
            key="group_sheet_of",
            label_visibility="collapsed",
        )
        group = tuple(one for one in made.group if one.key == chosen) or made.group[:1]
        st.code(replace(made, group=group).text(_), language=None, wrap_lines=True)
