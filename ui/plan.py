"""The team's plan, and a what-if beside it that holds in one session until it is saved for the team."""

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import PlanError, WorkspaceError
from icp_core.reference import geography
from ui import state, widgets
from ui.format import labelled, number, plain
from ui.texts import _, ngettext

_WIDTH: Final = 104  # pixels of a number with its label
_REGIONS_WIDTH: Final = 190  # pixels: the name of a region


def change(**changes: Any) -> None:
    """Change the plan for this session; for callbacks."""
    try:
        state.set_plan(state.plan().replace(**changes))
    except PlanError as error:
        widgets.notify(str(error))


def save(**changes: Any) -> None:
    """Make the plan of this session, changed so, the team's; for callbacks."""
    try:
        state.save_plan(state.plan().replace(**changes))
    except (PlanError, WorkspaceError) as error:
        widgets.notify(str(error))
    else:
        widgets.confirm(_("The plan is saved for the team."))


def reset() -> None:
    """Go back to the team's plan; for callbacks."""
    state.set_plan(state.team_plan())


def described(team: TeamPlan) -> str:
    """`3 people × 1 000 hours a year × 12 months`."""
    people = ngettext("{count} person", "{count} people", team.people)
    return _("{people} × {hours} hours a year × {months} months").format(
        people=people.format(count=number(team.people)),
        hours=number(team.hours_each),
        months=team.months,
    )


def inputs(team: TeamPlan, tiers: Sequence[str], regions: Sequence[str]) -> None:
    """Draw what the team serves, the hours it has and what a company takes, to be edited."""
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="bottom"):
        options = sorted({*regions, *team.served_regions}, key=_region_name)
        st.multiselect(
            _("Regions served"),
            options,
            format_func=_region_name,
            placeholder=_("Everywhere"),
            key=widgets.shown("plan_regions", list(team.served_regions)),
            on_change=lambda: change(served_regions=tuple(widgets.picked("plan_regions"))),
            width=_REGIONS_WIDTH,
            select_all=False,
        )
        of_team = bool(team.team)
        _number("people", _("People"), team.people, most=100_000, of_team=of_team)
        _number(
            "hours_each", _("Hours a year"), team.hours_each, most=8_784, step=50, of_team=of_team
        )
        _number("months", _("Months"), team.months, least=1, most=60)
        for tier, hours in zip(tiers, team.hours_of(tiers), strict=True):
            st.number_input(
                _("Hours per {tier}").format(tier=labelled(tier)),
                0.0,
                10_000.0,
                step=1.0,
                format="%g",
                key=widgets.shown(f"plan_hours_{tier}", float(hours)),
                on_change=_state_hours,
                args=(tier,),
                help=_("For one company of the tier, in those months.")
                if tier in team.hours_per_tier
                else _(
                    "An assumption until you state it: all in all some 400 companies a person and "
                    "year, at 1 000 hours."
                ),
                width=_WIDTH,
            )
    note(team, tiers)


def note(team: TeamPlan, tiers: Sequence[str]) -> None:
    """Say what is assumed, and that the plan is a what-if, if it is."""
    assumed = [plain(tier) for tier in tiers if tier not in team.hours_per_tier]
    if assumed:
        st.caption(_("Assumed: hours per {tiers}.").format(tiers=", ".join(assumed)))
    if not state.is_what_if():
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption(
            _(":material/edit_note: What if, in this session only. The team plans {plan}.").format(
                plan=plain(described(state.team_plan()))
            ),
            width="content",
        )
        st.button(_("Save for the team"), icon=":material/save:", on_click=save, key="plan_save")
        st.button(
            _("Back to the team's plan"),
            icon=":material/undo:",
            type="tertiary",
            on_click=reset,
            key="plan_reset",
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
    of_team: bool = False,
) -> None:
    name = f"plan_{field}"
    st.number_input(
        label,
        least,
        most,
        step=step,
        key=widgets.shown(name, round(value)),
        on_change=lambda: change(**{field: widgets.picked(name)}),
        disabled=of_team,
        help=_("Of the team's reps, who are named on the Coverage page.") if of_team else None,
        width=_WIDTH,
    )


def _state_hours(tier: str) -> None:
    given = widgets.picked(f"plan_hours_{tier}")
    change(hours_per_tier={**state.plan().hours_per_tier, tier: given})
