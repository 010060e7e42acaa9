"""The team's plan: read from the workspace, edited by the widgets here, usable without a database."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import PlanError, WorkspaceError
from icp_core.reference import geography
from ui import data, state
from ui.format import plain
from ui.texts import _

_WIDTH: Final = 150  # pixels of a number with its label
_NARROW: Final = 126  # pixels, where four stand in a row
_REGIONS_WIDTH: Final = 340  # pixels: two or three names of regions


def current() -> TeamPlan:
    """The plan that holds: the team's saved one, or this session's own where it could not be saved."""
    unsaved = state.unsaved_plan()
    if unsaved is not None:
        return unsaved
    try:
        return data.workspace().team()
    except WorkspaceError:
        # The sidebar says what is wrong with the workspace; planning works without it.
        return TeamPlan()


def change(**changes: Any) -> None:
    """Change the plan and save it for the team; for callbacks."""
    try:
        plan = current().replace(**changes)
    except PlanError as error:
        state.notify(str(error))
        return
    try:
        data.workspace().save_team(plan, author=state.author())
    except WorkspaceError as error:
        state.set_unsaved_plan(plan)
        if data.remembers():
            state.notify(str(error))
    else:
        state.set_unsaved_plan(None)


def inputs(team: TeamPlan, regions: Sequence[str]) -> None:
    """Draw what the team serves and can work, to be edited."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _regions(team, regions)
        _number("people", _("People"), team.people, most=100_000)
        _number(
            "accounts_each",
            _("Accounts each a year"),
            team.accounts_each,
            most=1_000_000,
            step=50,
            help=_("How many accounts one person can work in a year."),
        )
        _number("months", _("Months"), team.months, least=1, most=60, help=_("Of the time box."))
    note()


def hours(team: TeamPlan, tiers: tuple[str, ...]) -> None:
    """Draw who works the tiers and what an account of each takes, to be edited."""
    with st.container(horizontal=True, gap="small", vertical_alignment="bottom"):
        _number("people", _("People"), team.people, most=100_000, width=_NARROW)
        _number(
            "hours_each",
            _("Hours each a year"),
            team.hours_each,
            most=8_784,
            step=50,
            width=_NARROW,
        )
        _number("months", _("Months"), team.months, least=1, most=60, width=_NARROW)
        for tier in tiers:
            st.number_input(
                _("Hours per {tier}").format(tier=plain(tier)),
                0.0,
                10_000.0,
                value=None,
                step=1.0,
                format="%g",
                placeholder=_("not stated"),
                key=state.shown(f"plan_hours_{tier}", _float(team.hours_per_tier.get(tier))),
                on_change=_state_hours,
                args=(tier,),
                width=_NARROW,
            )
    note()


def note() -> None:
    """Say that the plan is not saved, if it is not."""
    if state.unsaved_plan() is not None:
        st.caption(
            _(
                ":material/cloud_off: This plan holds in this session only, because it could not be "
                "saved. It is saved with the next change once the workspace can be used."
            )
        )


def _regions(team: TeamPlan, regions: Sequence[str]) -> None:
    options = sorted({*regions, *team.served_regions}, key=_region_name)
    st.multiselect(
        _("Regions served"),
        options,
        format_func=_region_name,
        placeholder=_("Everywhere"),
        key=state.shown("plan_regions", list(team.served_regions)),
        on_change=lambda: change(served_regions=tuple(state.picked("plan_regions"))),
        width=_REGIONS_WIDTH,
        select_all=False,
    )


def _region_name(code: str) -> str:
    name = geography.name_of(code)
    return name if name == code else f"{name}, {code[:2]}"


def _number(
    field: str,
    label: str,
    value: float,
    *,
    most: int,
    least: int = 0,
    step: int = 1,
    help: str | None = None,
    width: int = _WIDTH,
) -> None:
    name = f"plan_{field}"
    st.number_input(
        label,
        least,
        most,
        step=step,
        key=state.shown(name, round(value)),
        on_change=lambda: change(**{field: state.picked(name)}),
        help=help,
        width=width,
    )


def _state_hours(tier: str) -> None:
    stated = {name: each for name, each in current().hours_per_tier.items() if name != tier}
    given = state.picked(f"plan_hours_{tier}")
    change(hours_per_tier=stated if given is None else stated | {tier: given})


def _float(value: float | None) -> float | None:
    return None if value is None else float(value)
