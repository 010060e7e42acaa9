"""What each must-have and knock-out costs, one by one and in a row."""

from textwrap import shorten
from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.analysis.costs import Cost, Stage
from icp_core.views import MarketView
from ui import charts_explore, state, theme
from ui.builder import words
from ui.builder.results import gate_data
from ui.controls import side_by_side
from ui.format import number, plain, signed
from ui.tables import Field, Table
from ui.texts import _

_LONGEST: Final = 60  # characters of a criterion before it is cut


def draw(market: MarketView) -> None:
    """Draw the cost of each gate with ways to loosen it, and what the gates leave one after another."""
    if not market.totals.gates:
        st.info(
            _(
                "There are no must-haves or knock-outs, so none costs anything: every account matches. "
                "Add one in the Builder."
            )
        )
        return
    found = market.costs()
    left, right = side_by_side("market_costs_halves", shares=(3, 2), gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        _costs(market, found)
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _attrition(market)


def cost_data(found: tuple[Cost, ...], columns: dict[str, Column]) -> pl.DataFrame:
    """What each gate costs, in the profile's order.

    Returns
    -------
    polars.DataFrame
        criterion, passes, fails, unknown, if_dropped, loosened (the looser test; null where there is
        none), if_loosened (more matches; null where there is none).
    """
    return gate_data((cost.gate for cost in found), columns).with_columns(
        loosened=pl.Series(
            [
                cost.loosened
                and words.fit_summary(cost.loosened.fit, columns[cost.loosened.column])
                for cost in found
            ],
            dtype=pl.String,
        ),
        if_loosened=pl.Series([cost.gained_if_loosened for cost in found], dtype=pl.Int64),
    )


def _costs(market: MarketView, found: tuple[Cost, ...]) -> None:
    table = cost_data(found, market.population.columns)
    Table(
        table,
        (
            Field(
                "criterion",
                _("Criterion"),
                write=lambda name: plain(shorten(name, _LONGEST, placeholder="…")),
            ),
            Field("passes", _("Passes"), "number"),
            Field("fails", _("Fails"), "number"),
            Field("unknown", _("Unknown"), "number"),
            Field("if_dropped", _("If dropped"), "change"),
            Field("if_loosened", _("If loosened"), "change"),
            Field("loosened", _("Loosened to"), on_page=False),
        ),
        title=_("What each costs, companies"),
        file="costs",
        population=market.population,
    ).draw_printed(alt=_("Passes, fails and unknown for each must-have and knock-out"))
    st.caption(
        _(
            "More companies that would match if that criterion alone were dropped, or its range "
            "moved to the next round value."
        )
    )
    if any(cost.gained_if_loosened for cost in found):
        st.markdown(f":small[{_('Loosen one step:')}]")
    places = [i for i, one in enumerate(market.profile.criteria) if one.role.is_gate]
    with st.container(horizontal=True, gap="xsmall"):
        for place, cost in zip(places, found, strict=True):
            _loosen(market, place, cost)


def _loosen(market: MarketView, place: int, cost: Cost) -> None:
    """A button that loosens the gate at a place in the profile; nothing where that gains nobody."""
    if cost.loosened is None or not cost.gained_if_loosened:
        return
    columns = market.population.columns
    looser = market.profile.changing(place, fit=cost.loosened.fit)
    st.button(
        plain(
            _("{criterion}: {range} ({gain})").format(
                criterion=words.criterion_name(cost.gate.criterion, columns),
                range=words.fit_summary(cost.loosened.fit, columns[cost.loosened.column]),
                gain=signed(cost.gained_if_loosened),
            )
        ),
        icon=":material/expand:",
        help=_("Loosen it one step; Undo takes it back."),
        on_click=state.set_profile,
        args=(looser,),
        key=f"market_loosen_{place}",
    )


def stage_data(stages: tuple[Stage, ...], columns: dict[str, Column]) -> pl.DataFrame:
    """What is left after each gate: stage, short (its name), matching, possible, lost (to that gate)."""
    everybody = _("All accounts")
    return pl.DataFrame(
        {
            "stage": words.gate_name(gate, columns) if gate else everybody,
            "short": words.criterion_name(gate, columns) if gate else everybody,
            "matching": stage.matching,
            "possible": stage.possible,
            "lost": stage.lost,
        }
        for stage in stages
        for gate in (stage.criterion,)
    )


def _attrition(market: MarketView) -> None:
    table = stage_data(market.attrition(), market.population.columns)
    headings = {
        "stage": _("After"),
        "matching": _("Match so far"),
        "possible": _("Missing data"),
        "lost": _("Fail here"),
    }
    Table(
        table,
        [Field(name, heading) for name, heading in headings.items()],
        title=_("Left after each, companies"),
        file="attrition",
        population=market.population,
    ).draw_title()
    dark = theme.is_dark()
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    parts = {
        "matching": colours["A"],
        "possible": colours["C"],
        "lost": theme.neutral(dark=dark)[2],
    }
    charts_explore.legend({headings[name]: colour for name, colour in parts.items()})
    charts_explore.show(
        charts_explore.stack_chart(
            table["short"].to_list(),
            {headings[name]: table[name].to_list() for name in parts},
            list(parts.values()),
            texts=[number(count) for count in table["matching"]],
            values=number,
            dark=dark,
        ),
        key="market_attrition",
        alt=_("Accounts that match, may match and fail after each criterion"),
    )
    st.caption(_("In the profile's order. The number is what still matches for certain."))
