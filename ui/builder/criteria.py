"""The criteria of the profile: one picker to add them, a row each, and one editor at a time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final

import streamlit as st

from icp_core.accounts.columns import Column, Kind, Subject
from icp_core.analysis.fit_curve import fit_curve
from icp_core.evaluation.market import GateCost
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.model import (
    MAX_AMOUNT,
    MAX_WEIGHT,
    Choice,
    Criterion,
    Fit,
    Flag,
    Missing,
    Range,
    Role,
    Tags,
)
from icp_core.reference import industry
from ui import charts_live, shell, state, theme, widgets
from ui.builder import words
from ui.builder.editing import (
    Row,
    add,
    draft,
    held,
    key_of,
    opened,
    put,
    remove,
    rows,
    toggle,
)
from ui.controls import one_of, opens, picture, pictured
from ui.format import labelled, number, plain, spoken
from ui.texts import _

_MOST_GRADED: Final = 12  # values with a fit of their own to set; the rest keep theirs
_WEIGHT_WIDTH: Final = 120  # pixels


def draw(offers: Offers) -> None:
    """Draw the picker, then the criteria by role."""
    columns = {column.name: column for column in offers.testable}
    _picker(columns)
    shown, gates = rows(), _gates()
    for role in Role:
        of_role = [row for row in shown if row.role is role]
        if of_role:
            st.markdown(f"**{words.role_name(role)}**", help=words.role_meaning(role))
        for row in of_role:
            _row(offers, row, columns.get(row.column), gates)


def _picker(columns: Mapping[str, Column]) -> None:
    """Every column that a criterion can test, by what it is about."""
    order = list(Subject)

    def name(one: str) -> str:
        return f"{words.subject(columns[one].subject)} · {_(columns[one].label)}"

    def picked() -> None:
        column = widgets.picked("builder_add")
        if column is not None:
            add(column)
            if not state.header_is_current():
                st.rerun()

    st.selectbox(
        _("Add a criterion"),
        sorted(columns, key=lambda one: (order.index(columns[one].subject), name(one))),
        format_func=name,
        key=widgets.shown("builder_add", None),
        index=None,
        placeholder=_("Add a criterion: search what companies differ in"),
        filter_mode="contains",
        on_change=picked,
        icon=":material/add:",
        label_visibility="collapsed",
    )


def _gates() -> dict[Criterion, GateCost]:
    """What each must-have and knock-out lets through; nothing where the market cannot be asked."""
    market = shell.asked(state.view())
    return {gate.criterion: gate for gate in market.totals.gates} if market else {}


def _row(
    offers: Offers, row: Row, column: Column | None, gates: Mapping[Criterion, GateCost]
) -> None:
    criterion = row.criterion
    described = words.column_of(row.column, offers.columns)
    label = plain(_(described.label))
    asked = plain(words.fit_summary(row.fit, described)) if row.fit else ""
    is_open = column is not None and opened() == row.uid
    # Two criteria may test one column; their buttons are told apart by the role.
    called = f"{label}, {words.one_of(row.role).lower()}"
    edits = (_("Close {criterion}") if is_open else _("Edit {criterion}")).format(criterion=called)
    name = f"{label} {picture('fold' if is_open else 'edit', edits)}"
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        if column is None:
            lacking = _("This list has no {column}: it counts as unknown.")
            if criterion is None:
                lacking = _("This list has no {column}, and nothing is asked of it.")
            small = [asked] * bool(asked) + [f":material/info: {lacking.format(column=label)}"]
            st.markdown(
                f":gray[{label}" + "".join(f"  \n:small[{one}]" for one in small) + "]",
                width="stretch",
            )
        else:
            gate = gates.get(criterion) if criterion else None
            passes = f" · {_('{count} pass').format(count=number(gate.passes))}" if gate else ""
            unset = f":orange[{_('Choose a value; until then it counts nothing.')}]"
            opens(
                f"{name}  \n:small[{f':gray[{asked}{passes}]' if criterion else unset}]",
                key=key_of(f"{row.uid}_edit"),
                on_click=toggle,
                args=(row.uid,),
            )
        if not row.role.is_gate:
            key = f"{row.uid}_weight"
            st.slider(
                _("Weight of {column}").format(column=spoken(_(described.label))),
                1,
                MAX_WEIGHT,
                key=draft(key, row.weight),
                on_change=put,
                args=(row.uid, lambda now: replace(now, weight=held(key))),
                kwargs={"quick": True},
                label_visibility="collapsed",
                width=_WEIGHT_WIDTH,
            )
        pictured(
            "remove",
            _("Remove {criterion}").format(criterion=called),
            key=key_of(f"{row.uid}_remove"),
            on_click=remove,
            args=(row.uid, _(described.label)),
        )
    if is_open and column is not None:
        with st.container(border=True, gap="xsmall"):
            _editor(offers, row, column)


def _edits(row: Row, name: str, shown: Any, change: Callable[[Row, Any], Row]) -> dict[str, Any]:
    """Key and callback of a widget that shows a part of a row, and changes that part alone."""
    name = f"{row.uid}_{name}"
    return {
        "key": draft(name, shown),
        "on_change": lambda: put(row.uid, lambda now: change(now, held(name))),
    }


def _edits_fit(
    row: Row, name: str, shown: Any, change: Callable[[Any, Any], Fit | None]
) -> dict[str, Any]:
    """As `_edits`, for the fit: from the fit so far and what the widget holds."""
    return _edits(row, name, shown, lambda now, to: replace(now, fit=change(now.fit, to)))


# What a criterion asks for -----------------------------------------------------------------------


def _editor(offers: Offers, row: Row, column: Column) -> None:
    one_of(
        _("What it decides"),
        {role: words.one_of(role) for role in Role},
        labelled=True,
        help=" ".join(f"{words.one_of(role)}: {words.role_meaning(role)}" for role in Role),
        **_edits(row, "role", row.role, lambda now, role: replace(now, role=role)),
    )
    match column.kind:
        case Kind.NUMBER:
            _range(offers, row, row.fit if isinstance(row.fit, Range) else Range(), column)
        case Kind.FLAG:
            _flag(row, column)
        case _:
            _values(offers, row, column)
    if row.fit is not None and st.toggle(_("Advanced"), key=key_of(f"{row.uid}_more")):
        _advanced(offers, row, column)


def _range(offers: Offers, row: Row, fit: Range, column: Column) -> None:
    """A slider between round stops, and beside it the two ends as numbers to type."""
    low = -inf if fit.a is None else fit.a
    high = inf if fit.d is None else fit.d
    spread = offers.spread(column.name)
    least = 0 if fit.scale == "log" else -inf
    # Of stops that read alike one is enough, and none that reads as an edge.
    named = words.amounts((low, high), column)
    for stop in (-inf, *(stop for stop in spread.stops() if stop >= least), inf):
        named.setdefault(words.amount(stop, column), stop)
    labels = {stop: label for label, stop in named.items()}

    def slid(now: Range | None, ends: tuple[float, float]) -> Range | None:
        start, end = ends
        return _moved(_moved(now or fit, "a", start), "d", end)

    st.select_slider(
        spoken(_(column.label)),
        sorted(labels),
        (low, high),
        format_func=labels.__getitem__,
        label_visibility="collapsed",
        **_edits_fit(row, "range", (low, high), slid),
    )
    _edges(offers, row, fit, column, {"a": _("Minimum"), "d": _("Maximum")})


def _moved(fit: Range | None, edge: str, to: float | None) -> Range | None:
    """The range with an edge elsewhere; None where it no longer asks for anything."""
    finite = None if to in (-inf, inf) else to
    changed = (fit or Range()).moved(edge, finite)
    return None if changed.a is None and changed.d is None else changed


def _edges(offers: Offers, row: Row, fit: Range, column: Column, labels: Mapping[str, str]) -> None:
    """Edges of a range as numbers to type; a neighbour that is passed moves along."""
    factor = 100 if column.unit == "fraction" else 1
    unit = "%" if factor == 100 else labelled(column.unit)
    spread, most = offers.spread(column.name), MAX_AMOUNT * factor

    def typed(edge: str) -> Callable[[Range | None, float | None], Range | None]:
        return lambda now, value: _moved(
            now or fit, edge, None if value is None else value / factor
        )

    with st.container(horizontal=True, gap="xsmall"):
        for edge, label in labels.items():
            value = getattr(fit, edge)
            shown = None if value is None else round(float(value * factor), 6)
            st.number_input(
                f"{label} ({unit})" if unit else label,
                # What a file brought from beyond stays, until it is changed.
                min(-most, shown or 0.0),
                max(most, shown or 0.0),
                value=None,
                step=1.0 if spread.whole or factor == 100 else 0.1,
                format="%.0f" if spread.whole else "%.6g",
                placeholder=_("open"),
                **_edits_fit(row, edge, shown, typed(edge)),
            )


def _flag(row: Row, column: Column) -> None:
    st.segmented_control(
        spoken(_(column.label)),
        [True, False],
        format_func=lambda value: _("Yes") if value else _("No"),
        label_visibility="collapsed",
        **_edits_fit(
            row,
            "flag",
            row.fit.value if isinstance(row.fit, Flag) else None,
            lambda _now, value: None if value is None else Flag(value=value),
        ),
    )


def _values(offers: Offers, row: Row, column: Column) -> None:
    """The values that a choice names, or the tags; an area stands for all its places."""
    fit, options = row.fit, offers.options(column.name)
    chosen = list(
        fit.values if isinstance(fit, Choice) else fit.tags if isinstance(fit, Tags) else ()
    )
    if column.kind is not Kind.INDUSTRY:
        options = tuple(sorted(options, key=lambda value: words.value_name(value, column)))
    areas = {
        _("{area}: all {count}").format(area=name, count=number(len(codes))): codes
        for name, codes in words.areas(column).items()
        if not set(codes).isdisjoint(options)
    }

    def called(value: str) -> str:
        if value in areas:
            return value
        if column.kind is Kind.INDUSTRY:
            return industry.searchable(value)
        return words.value_name(value, column)

    def change(now: Fit | None, values: list[str]) -> Fit | None:
        wanted = dict.fromkeys(one for value in values for one in areas.get(value, (value,)))
        if not wanted:
            return None
        if column.kind is Kind.TAGS:
            match = now.match if isinstance(now, Tags) else "any"
            return Tags(tags=tuple(wanted), match=match)
        before = now if isinstance(now, Choice) else Choice.of(*wanted)
        return before.replace(values={value: before.values.get(value, 1.0) for value in wanted})

    st.multiselect(
        spoken(_(column.label)),
        [*areas, *options, *(value for value in chosen if value not in options)],
        format_func=called,
        label_visibility="collapsed",
        placeholder=_("Choose at least one"),
        filter_mode="contains",
        select_all=False,
        **_edits_fit(row, "values", chosen, change),
    )
    if isinstance(fit, Tags) and len(fit.tags) > 1:
        one_of(
            _("An account needs"),
            {"any": _("any of them"), "all": _("all of them"), "share": _("graded by share")},
            labelled=True,
            **_edits_fit(row, "match", fit.match, lambda now, rule: now.replace(match=rule)),
        )


# What few need to change -------------------------------------------------------------------------


def _advanced(offers: Offers, row: Row, column: Column) -> None:
    match row.fit:
        case Range() as fit:
            _slopes(offers, row, fit, column)
        case Choice() as fit:
            _grades(row, fit, column)
    one_of(
        _("Where the value is unknown"),
        {rule: words.missing_rule(rule) for rule in Missing},
        labelled=True,
        help=_(
            "Left open, a must-have leaves the account to be verified, and the score leaves the "
            "criterion out."
        ),
        **_edits(row, "missing", row.missing, lambda now, rule: replace(now, missing=rule)),
    )


def _slopes(offers: Offers, row: Row, fit: Range, column: Column) -> None:
    """Where a range fits best, which makes its ends soft."""
    curve = fit_curve(fit, *offers.distribution(column.name))
    spans = [words.span(low, high, column) for low, high in curve.select("low", "high").iter_rows()]
    charts_live.show(
        charts_live.fit_chart(curve, spans, dark=theme.is_dark()),
        key=key_of(f"{row.uid}_curve"),
        alt=_("Fit by {column}").format(column=_(column.label)),
    )
    _edges(offers, row, fit, column, {"b": _("Best from"), "c": _("Best to")})
    if fit.a != fit.b or fit.c != fit.d:
        one_of(
            _("Between the ends and the best it falls"),
            {"linear": _("evenly"), "log": _("by ratio")},
            labelled=True,
            **_edits_fit(row, "scale", fit.scale, lambda now, scale: now.replace(scale=scale)),
        )


def _grades(row: Row, fit: Choice, column: Column) -> None:
    """A fit for each value and for the rest, in steps of five hundredths."""
    values = list(fit.values.items())[:_MOST_GRADED]
    for place, (value, share) in enumerate([*values, (None, fit.default)]):
        name = "rest" if value is None else f"fit_{place}"
        label = _("All other values") if value is None else words.value_name(value, column)
        _grade(row, name, label, share, value)
    if len(fit.values) > _MOST_GRADED:
        st.caption(
            _("The first {count} values can be graded here; the others keep their fit.").format(
                count=_MOST_GRADED
            )
        )


def _grade(row: Row, name: str, label: str, share: float, value: str | None) -> None:
    def graded(now: Choice, percents: int) -> Choice:
        if value is None:
            return now.replace(default=percents / 100)
        return now.replace(values={**now.values, value: percents / 100})

    shown = round(100 * share)
    edits = _edits_fit(row, name, shown, graded)
    st.slider(labelled(label), 0, 100, step=5, format="%d %%", **edits)
