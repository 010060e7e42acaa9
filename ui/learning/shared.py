"""What the best customers share, and how that sets them apart."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Kind
from icp_core.learning import LearningResult
from ui import charts_explore, theme, widgets
from ui.builder import words
from ui.controls import apart, side_by_side
from ui.format import number, plain
from ui.tables import Field, Table
from ui.texts import _

_DRAWN: Final = 8
_HEIGHT: Final = 295


def draw(result: LearningResult) -> None:
    """Draw the sharpest attributes in words, all of them as a chart, and the levels of one."""
    if not result.attributes:
        notes(result)
        _levels(result)
        return
    sharpest, levels = st.tabs([_("The sharpest attributes"), _("Every level")])
    with sharpest:
        left, right = side_by_side("learn_shared_halves", shares=(4, 3), gap="small")
        with left, st.container(border=True, gap="xsmall", height="stretch"):
            _sharpest(result)
        with right, st.container(border=True, gap="xsmall", height="stretch"):
            _all(result)
    with levels:
        _levels(result)


def notes(result: LearningResult) -> None:
    """Say what was set aside and what cannot be told; aloud where more customers are needed."""
    for note in result.notes:
        if result.needed is None:
            st.caption(f":material/info: {plain(note)}")
        else:
            st.info(plain(note), icon=":material/groups:")


def _sharpest(result: LearningResult) -> None:
    st.markdown(
        f"**{_('What sets the best apart')}**",
        help=_(
            "Counted on customers that the levels were not chosen on, and corrected for having looked "
            "at {count} columns."
        ).format(count=number(len(result.attributes))),
    )
    if not result.suggested:
        st.markdown(_("Can't tell yet: chance alone could make every difference found."))
    for one in result.suggested:
        st.markdown(f"- {plain(one.sentence(result.compared))}")
    notes(result)


def lift_data(result: LearningResult) -> pl.DataFrame:
    """The attributes with their labels, the sharpest first."""
    labels = [_(one.column.label) for one in result.attributes]
    return result.attribute_table().with_columns(label=pl.Series(labels, dtype=pl.String))


def _all(result: LearningResult) -> None:
    table = lift_data(result)
    Table(
        table,
        (
            Field("label", _("Attribute")),
            Field("finding", _("Evidence")),
            Field("share_best", _("Of the best")),
            Field("share_others", _("Of the others")),
            Field("lift", _("Lift")),
            Field("low", _("Lift, low")),
            Field("high", _("Lift, high")),
            Field("p_adjusted", _("p, corrected")),
        ),
        title=_("Times as common among the best"),
        file="attributes",
        population=result.universe,
    ).draw_title()
    dark = theme.is_dark()
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    charts_explore.legend(
        {_("suggested"): colours["A"], _("not suggested"): theme.muted_colour(dark=dark)}
    )
    charts_explore.show(
        charts_explore.lift_chart(table, dark=dark),
        key="learn_lifts",
        alt=_("Lift of each attribute among the best customers, with 95 % intervals"),
    )


def level_data(result: LearningResult, column: str) -> pl.DataFrame:
    """The levels of one column, areas by name."""
    described, rows = result.universe.columns[column], result.levels_of(column)
    if described.kind in (Kind.NUMBER, Kind.INDUSTRY):
        return rows
    names = {level: words.value_name(level, described) for level in rows["level"]}
    return rows.with_columns(pl.col("level").replace(names))


def _levels(result: LearningResult) -> None:
    names = result.levels["column"].unique(maintain_order=True).to_list()
    if not names:
        return
    columns = result.universe.columns
    # The sharpest first.
    order = [a.column.name for a in result.attributes if a.column.name in names] or names
    fields = (
        Field("column", _("Column"), on_page=False),
        Field("level", _("Level"), pinned=True, width=138),
        Field("best_share", _("Best"), "share", digits=0),
        Field("worst_share", _("Worst"), "share", digits=0),
        Field("market_share", _("All accounts"), "share", digits=0),
        Field("with_interval", _("Lift"), in_file=False),
        Field("lift", _("Lift"), on_page=False),
        Field("low", _("Lift, low"), on_page=False),
        Field("high", _("Lift, high"), on_page=False),
        Field("told_apart", _("Beyond chance"), "flag"),
    )
    with st.container(border=True, gap="xsmall"):
        with apart():
            chosen = st.selectbox(
                _("Attribute"),
                order,
                format_func=lambda name: _(columns[name].label),
                label_visibility="collapsed",
                width=260,
                **widgets.kept("learn_attribute"),
            )
            rows = level_data(result, chosen)
            table = Table(
                rows.with_columns(with_interval=_with_interval()),
                fields,
                file="levels",
                population=result.universe,
                whole=lambda: result.levels,
            )
            table.draw_download()
        dark = theme.is_dark()
        worst = len(result.customers.rows("worst")) > 0
        left, right = side_by_side("learn_levels_halves", shares=(2, 3), gap="small")
        with left:
            groups = charts_explore.level_groups(dark=dark)
            charts_explore.legend(
                {name: colour for key, (name, colour) in groups.items() if worst or key != "worst"}
            )
            charts_explore.show(
                charts_explore.level_chart(rows.head(_DRAWN), worst=worst, dark=dark),
                key="learn_levels",
                alt=_("Shares of each level"),
            )
        with right:
            table.draw(height="content" if rows.height <= _DRAWN else _HEIGHT)
        most = _("The chart shows the {count} levels that most of the best are at.")
        st.caption(
            _(
                "Shares are of the accounts whose value is known; 95 % intervals; “beyond chance” is "
                "corrected over all levels of all columns."
            )
            + (" " + most.format(count=_DRAWN) if rows.height > _DRAWN else "")
        )


def _with_interval() -> pl.Expr:
    """`1.4 (1.2–1.7)`."""
    rounded = (pl.col(name).round(1).cast(pl.String) for name in ("lift", "low", "high"))
    return pl.format("{} ({}–{})", *rounded)
