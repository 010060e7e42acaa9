"""Who the best and the worst customers are."""

from dataclasses import asdict, replace
from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.universe import Universe
from icp_core.learning import RankedCustomers
from icp_core.learning.customers import MEASURES, Group
from ui import widgets
from ui.controls import apart
from ui.format import number, plain
from ui.importing import deals
from ui.learning.session import learning
from ui.tables import Field, Table
from ui.texts import _

GROUPS: Final[tuple[Group, ...]] = ("best", "worst", "rest")
_HEIGHT: Final = 325


def measure_names() -> dict[str, str]:
    """What customers are ranked by, as the page calls it."""
    return {
        "revenue": _("Revenue"),
        "margin": _("Margin"),
        "breadth": _("Breadth"),
        "satisfaction": _("NPS"),
        "tenure": _("Tenure, years"),
        "lifetime_value": _("Lifetime value"),
    }


def group_names() -> dict[str, str]:
    """The groups, as the page calls them."""
    return {"best": _("Best"), "worst": _("Worst"), "rest": _("Rest")}


def draw(found: RankedCustomers, universe: Universe) -> None:
    """Draw the weights, and the ranking under them."""
    for note in found.notes:
        st.caption(f":material/info: {plain(note)}")
    with st.container(border=True, gap="xsmall"):
        _choices(found)
    with st.container(border=True, gap="xsmall"):
        _ranking(found, universe)


def _choices(found: RankedCustomers) -> None:
    st.markdown(
        f"**{_('What makes a good customer')}**",
        help=_(
            "0 leaves a measure out, 10 counts most; customers are ranked by percentiles. “Best” and "
            "“Worst” are how many count as such: all who stayed and earn money, and all lost, churned "
            "and unprofitable ones, unless you say so."
        ),
    )
    settings = learning().settings
    names = measure_names()
    known = [name for name in MEASURES if found.frame[name].count()]
    with st.container(horizontal=True, gap="xsmall"):
        for name, label, value in (
            ("best", _("Best"), settings.best),
            ("worst", _("Worst"), settings.worst),
        ):
            st.number_input(
                label,
                min_value=1,
                step=10,
                placeholder=_("all"),
                key=widgets.shown(f"learn_{name}", value),
                on_change=_choose,
                args=(name,),
                width=60,
            )
        for name in known:
            st.slider(
                names[name],
                0,
                10,
                key=widgets.shown(f"learn_{name}", asdict(settings.weights)[name]),
                on_change=_weigh,
                args=(name,),
                width="stretch",
            )
    if not known:
        st.caption(
            _(
                "Nothing is known of these customers but who they are, so all count alike. A deal "
                "export with amounts, margins or NPS answers ranks them."
            )
        )


def _weigh(name: str) -> None:
    weights = learning().settings.weights
    learning().change(weights=replace(weights, **{name: widgets.picked(f"learn_{name}")}))


def _choose(name: str) -> None:
    learning().change(**{name: widgets.picked(f"learn_{name}")})


def ranking_data(found: RankedCustomers, group: Group | None = None) -> pl.DataFrame:
    """The ranking as people read it; one group of it, or all."""
    return found.table(group).select(
        "rank",
        "name",
        "account_id",
        pl.col("group").replace_strict(group_names()),
        "value",
        *MEASURES,
        pl.col("outcome").replace_strict(deals.words()),
        "moved",
    )


def _ranking(found: RankedCustomers, universe: Universe) -> None:
    counts = dict(found.frame["group"].value_counts().iter_rows())
    names = group_names()
    with apart():
        st.markdown(f"**{_('Customers, best first')}**", width="content")
        group = st.pills(
            _("Show"),
            [name for name in GROUPS if counts.get(name)],
            format_func=lambda name: f"{names[name]} {number(counts[name])}",
            label_visibility="collapsed",
            key="learn_group",
        )
        rows = ranking_data(found, group).with_columns(
            pl.col("value") * 100, pl.col("revenue", "lifetime_value").round()
        )
        table = Table(
            rows,
            _fields(rows),
            file="customers-ranked",
            population=universe,
            whole=lambda: ranking_data(found),
        )
        table.draw_download()
    table.draw(height=_HEIGHT)


def _fields(rows: pl.DataFrame) -> list[Field]:
    """Columns of the ranking; on the page those that say something."""
    names = measure_names()
    fields = (
        Field("rank", _("Rank"), "number", digits=0),
        Field("name", _("Company"), pinned=True),
        Field("account_id", _("Account id"), on_page=False),
        Field("group", _("Group")),
        Field("outcome", _("Outcome"), on_page=False),
        Field("value", _("Value"), "score", width=70),
        Field("revenue", _("Revenue, €"), "number"),
        Field("margin", names["margin"], "share"),
        Field("breadth", names["breadth"], "number", digits=0),
        Field("satisfaction", names["satisfaction"], "number", digits=0),
        Field("tenure", names["tenure"], "number", digits=1),
        Field("lifetime_value", _("Lifetime value, €"), "number"),
        Field("outcome", _("Outcome"), in_file=False),
        Field("moved", _("Moved by NPS"), "change"),
    )
    return [
        replace(field, on_page=field.on_page and rows[field.name].count() > 0) for field in fields
    ]
