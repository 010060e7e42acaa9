"""The criteria of the profile: a group a role, a row a criterion, and one editor at a time."""

from collections.abc import Callable
from math import inf

import streamlit as st

from icp_core.accounts.columns import Column, Kind
from icp_core.analysis.fit_curve import fit_curve
from icp_core.profiles import first_draft
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.model import (
    MAX_WEIGHT,
    Choice,
    Criterion,
    Fit,
    Flag,
    Missing,
    Profile,
    Range,
    Role,
    Tags,
)
from ui import charts_live, shell, state, theme
from ui.builder import words
from ui.builder.editing import (
    apply,
    attempt,
    draft,
    edited,
    held,
    key_of,
    open_editor,
    show_refusal,
    toggle_editor,
)
from ui.format import plain
from ui.texts import _

_MOST_GRADED = 12  # values with a fit of their own to set; the rest keep theirs
_WEIGHT_WIDTH = 130  # pixels: a weight with its label


def draw(offers: Offers, profile: Profile) -> None:
    """Draw every group with its criteria."""
    for role in Role:
        with st.container(border=True, gap="xsmall"):
            _heading(offers, profile, role)
            for index, criterion in enumerate(profile.criteria):
                if criterion.role is role:
                    _row(offers, index, criterion)


def _heading(offers: Offers, profile: Profile, role: Role) -> None:
    columns = {column.name: _(column.label) for column in offers.testable}
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"**{words.role_name(role)}**", help=words.role_meaning(role), width="content")
        st.space("stretch")
        chosen = st.menu_button(
            _("Add"),
            list(columns),
            format_func=lambda name: plain(columns[name]),
            icon=":material/add:",
            type="tertiary",
            key=key_of(f"add_{role}"),
        )
    if chosen is not None:
        with shell.guard():
            state.set_profile(profile.adding(first_draft.criterion(offers.universe, chosen, role)))
        st.rerun()


def _row(offers: Offers, index: int, criterion: Criterion) -> None:
    column = offers.columns[criterion.column]
    name = _name(index, criterion)
    is_open = open_editor() == name
    # An open editor of a range holds its edges; a second widget for them would fall behind.
    is_direct = (
        criterion.role.is_gate
        and _has_control(criterion.fit)
        and not (is_open and isinstance(criterion.fit, Range))
    )
    label, summary = plain(_(column.label)), plain(words.fit_summary(criterion.fit, column))
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xxsmall"):
        st.markdown(label if is_direct else f"{label}  \n:small[:gray[{summary}]]", width="stretch")
        if not criterion.role.is_gate:
            st.slider(
                _("Weight of {column}").format(column=label),
                1,
                MAX_WEIGHT,
                key=draft(f"{name}_weight", criterion.weight),
                on_change=_weigh,
                args=(index, f"{name}_weight"),
                label_visibility="collapsed",
                width=_WEIGHT_WIDTH,
            )
        st.button(
            "",
            icon=":material/expand_less:" if is_open else ":material/edit:",
            type="tertiary",
            key=key_of(f"{name}_edit"),
            on_click=toggle_editor,
            args=(name,),
            help=_("Edit {column}: fit, role, unknown values").format(column=label),
        )
        st.button(
            "",
            icon=":material/close:",
            type="tertiary",
            key=key_of(f"{name}_remove"),
            on_click=_remove,
            args=(index,),
            help=_("Remove {column}").format(column=label),
        )
    if is_direct:
        _control(offers, index, criterion, column)
    if is_open:
        with st.container(border=True):
            _editor(offers, index, criterion, column, with_control=not is_direct)


def _name(index: int, criterion: Criterion) -> str:
    """Names the widgets of a criterion; other ones if another criterion takes its place."""
    count = len(state.view().profile.criteria)
    return f"{count}_{index}_{criterion.role}_{criterion.column}"


def _weigh(index: int, name: str) -> None:
    attempt(lambda: state.view().profile.changing(index, weight=held(name)), quick=True, tell=True)


def _remove(index: int) -> None:
    apply(state.view().profile.without(index))


def _with_fit(index: int, fit: Callable[[], Fit]) -> Callable[[], Profile]:
    return lambda: state.view().profile.changing(index, fit=fit())


# Controls ----------------------------------------------------------------------------------------


def _has_control(fit: Fit) -> bool:
    """Whether one widget says all of a fit."""
    match fit:
        case Range(a=a, b=b, c=c, d=d):
            return a == b and c == d
        case Choice(values=values, default=default):
            return default == 0 and set(values.values()) == {1.0}
        case _:
            return True


def _control(offers: Offers, index: int, criterion: Criterion, column: Column) -> None:
    """The one widget that says all of a simple fit."""
    name = _name(index, criterion)
    label = plain(_(column.label))
    match criterion.fit:
        case Range():
            _range_slider(offers, index, criterion.fit, column, name=f"{name}_range")
        case Choice():
            chosen = list(criterion.fit.values)
            _multiselect(offers, index, column, chosen, name=f"{name}_values")
        case Tags():
            _multiselect(offers, index, column, list(criterion.fit.tags), name=f"{name}_values")
        case Flag():
            st.segmented_control(
                label,
                [True, False],
                format_func=lambda value: _("Yes") if value else _("No"),
                required=True,
                key=draft(f"{name}_flag", criterion.fit.value),
                on_change=lambda: attempt(
                    _with_fit(index, lambda: Flag(value=held(f"{name}_flag"))),
                    quick=open_editor() != name,
                ),
                label_visibility="collapsed",
            )


def _range_slider(offers: Offers, index: int, fit: Range, column: Column, *, name: str) -> None:
    low = -inf if fit.a is None else fit.a
    high = inf if fit.d is None else fit.d
    least = 0 if fit.scale == "log" else -inf
    # Of stops that read alike one is enough, and none that reads as an edge.
    named = words.amounts((low, high), column)
    for stop in (
        -inf,
        *filter(lambda stop: stop >= least, offers.spread(column.name).stops()),
        inf,
    ):
        named.setdefault(words.amount(stop, column), stop)
    labels = {stop: label for label, stop in named.items()}
    st.select_slider(
        plain(_(column.label)),
        sorted(labels),
        (low, high),
        format_func=labels.__getitem__,
        key=draft(name, (low, high), given=True),
        on_change=lambda: attempt(_with_fit(index, lambda: _between(fit, *held(name))), quick=True),
        label_visibility="collapsed",
    )


def _between(fit: Range, low: float, high: float) -> Range:
    """The range with other hard edges."""
    hard = Range.between(None if low == -inf else low, None if high == inf else high)
    return hard.replace(scale=fit.scale)


def _multiselect(
    offers: Offers, index: int, column: Column, chosen: list[str], *, name: str
) -> None:
    def change() -> Profile:
        now = state.view().profile
        fit = now.criteria[index].fit
        values = held(name)
        if isinstance(fit, Choice):
            shares = {value: fit.values.get(value, 1.0) for value in values}
            return now.changing(index, fit=fit.replace(values=shares))
        return now.changing(index, fit=fit.replace(tags=tuple(values)))

    options = _options(offers, column)
    st.multiselect(
        plain(_(column.label)),
        [*options, *(value for value in chosen if value not in options)],
        format_func=lambda value: words.value_name(value, column),
        key=draft(name, chosen, incomplete=([],)),
        on_change=lambda: attempt(change, quick=open_editor() != name.removesuffix("_values")),
        label_visibility="collapsed",
        placeholder=_("Choose at least one"),
        select_all=False,
    )
    if not held(name):
        st.error(
            _("Choose at least one value; the last choice counts until then."),
            icon=":material/error:",
        )


# The editor of one criterion ---------------------------------------------------------------------


def _editor(
    offers: Offers, index: int, criterion: Criterion, column: Column, *, with_control: bool
) -> None:
    name = _name(index, criterion)
    st.caption(plain(_(column.description)))
    match criterion.fit:
        case Range() as fit:
            _range_editor(offers, index, fit, column, name=name)
        case Choice():
            if with_control:
                _multiselect(
                    offers, index, column, list(criterion.fit.values), name=f"{name}_values"
                )
            _choice_editor(index, criterion.fit, column, name=name)
        case Tags():
            if with_control:
                _control(offers, index, criterion, column)
            _tags_editor(index, criterion.fit, name=name)
        case Flag():
            if with_control:
                _control(offers, index, criterion, column)
    st.segmented_control(
        _("Where the value is unknown"),
        list(Missing),
        format_func=words.missing_rule,
        required=True,
        key=draft(f"{name}_missing", criterion.missing),
        on_change=lambda: attempt(
            lambda: state.view().profile.changing(index, missing=held(f"{name}_missing")),
            tell=True,
        ),
        help=_(
            "Left open, a must-have makes the account possible, to be verified, "
            "and the score leaves the criterion out."
        ),
    )
    st.selectbox(
        _("Role"),
        list(Role),
        format_func=words.one_of,
        key=draft(f"{name}_role", criterion.role),
        on_change=lambda: attempt(
            lambda: state.view().profile.changing(index, role=held(f"{name}_role")), tell=True
        ),
    )


def _range_editor(offers: Offers, index: int, fit: Range, column: Column, *, name: str) -> None:
    spread = offers.spread(column.name)
    factor = 100 if column.unit == "fraction" else 1
    unit = " (%)" if factor == 100 else f" ({plain(column.unit)})" if column.unit else ""

    shown = {
        edge: None if (value := getattr(fit, edge)) is None else round(float(value * factor), 6)
        for edge in "abcd"
    }

    def change() -> Profile:
        edges = {
            edge: edited(
                f"{name}_{edge}",
                getattr(fit, edge),
                shown=shown[edge],
                read=lambda value: None if value is None else value / factor,
            )
            for edge in "abcd"
        }
        changed = fit.replace(**edges, scale=held(f"{name}_scale"))
        return state.view().profile.changing(index, fit=changed)

    curve = fit_curve(fit, *offers.distribution(column.name))
    spans = [
        f"{words.amount(low, column)}–{words.amount(high, column)}"
        for low, high in curve.select("low", "high").iter_rows()
    ]
    charts_live.show(
        charts_live.fit_chart(curve, spans, dark=theme.is_dark()),
        key=key_of(f"{name}_curve"),
        alt=_("Fit by {column}").format(column=_(column.label)),
    )
    labels = {
        "a": _("No fit below"),
        "b": _("Full fit from"),
        "c": _("Full fit to"),
        "d": _("No fit above"),
    }
    columns = st.columns(2, gap="xsmall")
    for place, (edge, label) in enumerate(labels.items()):
        columns[place % 2].number_input(
            label + unit,
            value=shown[edge],
            step=1.0 if spread.whole or factor == 100 else 0.1,
            format="%.0f" if spread.whole else "%.6g",
            placeholder=_("open"),
            key=key_of(f"{name}_{edge}"),
            on_change=lambda: attempt(change),
        )
    st.segmented_control(
        _("Slopes on a scale that is"),
        ["linear", "log"],
        format_func=lambda scale: _("linear") if scale == "linear" else _("logarithmic"),
        default=fit.scale,
        required=True,
        key=key_of(f"{name}_scale"),
        on_change=lambda: attempt(change),
    )
    show_refusal(change)


def _choice_editor(index: int, fit: Choice, column: Column, *, name: str) -> None:
    """A fit for each value and for the rest, in steps of five hundredths."""

    def change() -> Profile:
        def graded(key: str, share: float) -> float:
            return float(edited(key, share, shown=_percent(share), read=lambda value: value / 100))

        shares = {
            value: graded(f"{name}_fit_{place}", share) if place < _MOST_GRADED else share
            for place, (value, share) in enumerate(fit.values.items())
        }
        changed = fit.replace(values=shares, default=graded(f"{name}_rest", fit.default))
        return state.view().profile.changing(index, fit=changed)

    sliders = [
        (f"{name}_fit_{place}", words.value_name(value, column), share)
        for place, (value, share) in enumerate(fit.values.items())
        if place < _MOST_GRADED
    ]
    for key, label, share in [*sliders, (f"{name}_rest", _("All other values"), fit.default)]:
        st.slider(
            plain(label),
            0,
            100,
            step=5,
            format="%d %%",
            key=draft(key, _percent(share)),
            on_change=lambda: attempt(change),
        )
    if len(fit.values) > _MOST_GRADED:
        st.caption(
            _("The first {count} values can be graded here; the others keep their fit.").format(
                count=_MOST_GRADED
            )
        )


def _percent(share: float) -> int:
    return round(100 * share)


def _tags_editor(index: int, fit: Tags, *, name: str) -> None:
    st.segmented_control(
        _("An account needs"),
        ["any", "all", "share"],
        format_func=lambda rule: {
            "any": _("any of them"),
            "all": _("all of them"),
            "share": _("graded by share"),
        }[rule],
        required=True,
        key=draft(f"{name}_match", fit.match),
        on_change=lambda: attempt(
            _with_fit(index, lambda: fit.replace(match=held(f"{name}_match")))
        ),
    )


def _options(offers: Offers, column: Column) -> tuple[str, ...]:
    """Values to choose from, in the order of their names."""
    found = offers.options(column.name)
    if column.kind is Kind.INDUSTRY:
        return found
    return tuple(sorted(found, key=lambda value: words.value_name(value, column)))
