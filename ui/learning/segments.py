"""The best customers in a few groups, each with a profile of its own."""

import polars as pl
import streamlit as st

from icp_core.learning import LearningResult
from icp_core.learning.segments import Segment, Segments
from ui import data
from ui.controls import apart, section
from ui.format import number, percent, plain
from ui.learning.request import Request
from ui.learning.session import done
from ui.learning.suggested import open_in_builder, profile_data
from ui.tables import Field, Table
from ui.texts import _

_SHOWN = 4


def draw(request: Request, result: LearningResult) -> None:
    """Draw how many segments there are and how sure that is, and a card for each."""
    found = done(data.customer_segments(request, result), request)
    with apart():
        section(plain(verdict(found)), width="content")
        if found.stability.height:
            with st.popover(_("Stability"), icon=":material/query_stats:"):
                _stability(found.stability, result)
    cards = st.columns(min(len(found.segments), 3) if len(found.segments) > 1 else 2, gap="small")
    for index, one in enumerate(found.segments):
        with (
            cards[index % len(cards)],
            st.container(
                border=True, gap="xsmall", height="stretch", vertical_alignment="distribute"
            ),
        ):
            with st.container(gap="xsmall"):
                _card(one, result)
            if one.profile is not None:
                open_in_builder(one.profile, key=f"learn_segment_{index}")


def verdict(found: Segments) -> str:
    """How many segments there are, and what says so."""
    chosen = found.stability.filter(pl.col("segments") == len(found.segments))
    if found.note or chosen.is_empty():
        return _(found.note)
    row = chosen.row(0, named=True)
    return _(
        "{count} segments come out the same twice: agreement {agreement}, {by_chance} by chance."
    ).format(
        count=number(len(found.segments)),
        agreement=number(row["agreement"], digits=2),
        by_chance=number(row["by_chance"], digits=2),
    )


def _card(one: Segment, result: LearningResult) -> None:
    section(plain(one.name))
    st.caption(
        _("{count} customers, {share} of those grouped").format(
            count=number(len(one.rows)), share=percent(one.share)
        )
    )
    names = result.names(one.rows[:_SHOWN])
    st.caption(plain(", ".join(name or "–" for name in names)))
    if one.profile is None:
        st.caption(_("Nothing sets it apart from the market, so there is no profile."))
        return
    asked = profile_data(one.profile, result.universe.columns)
    st.markdown(
        "\n".join(
            f"- **{plain(column)}** {plain(counts)}: {plain(asks)}"
            for column, asks, counts in asked.iter_rows()
        )
    )


def stability_data(table: pl.DataFrame) -> pl.DataFrame:
    """Agreement, and that by chance, with a column for each number of segments."""
    return pl.DataFrame(
        {"": [_("Agreement"), _("By chance")]}
        | {
            str(count): [agreement, by_chance]
            for count, agreement, by_chance in table.select(
                "segments", "agreement", "by_chance"
            ).iter_rows()
        }
    )


def _stability(table: pl.DataFrame, result: LearningResult) -> None:
    shown = stability_data(table)
    Table(
        # One column a number of segments, which leaves room for the segments themselves.
        shown,
        [
            Field("segments", _("Segments"), on_page=False),
            Field("agreement", _("Agreement"), on_page=False),
            Field("by_chance", _("By chance"), on_page=False),
            Field("", _("Segments"), pinned=True, in_file=False),
            *(Field(name, name, "number", digits=2, in_file=False) for name in shown.columns[1:]),
        ],
        title=_("Which number comes out twice?"),
        file="segment-stability",
        population=result.universe,
        whole=lambda: table,
    ).draw()
    st.caption(
        _(
            "Two random parts of the customers are grouped separately; agreement is how alike they "
            "group those in both (adjusted Rand index, 1 is the same), beside the same columns "
            "shuffled."
        )
    )
