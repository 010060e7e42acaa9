"""Charts: for each a function that gives the numbers, and one that draws them."""

from typing import Any

import plotly.graph_objects as go
import polars as pl
import streamlit as st

from icp_core.market import TierTotal
from icp_core.tiers import UNRANKED
from ui import theme
from ui.format import money, number
from ui.texts import _


def show(figure: go.Figure, *, key: str, alt: str) -> None:
    """Draw a figure without the tools of an explorer."""
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False})


def tier_data(tiers: tuple[TierTotal, ...]) -> pl.DataFrame:
    """Accounts and potential per tier, best first: tier, accounts, customers, white_space, potential."""
    return pl.DataFrame(
        [
            {
                "tier": total.name,
                "accounts": total.accounts,
                "customers": total.customers,
                "white_space": total.accounts - total.customers,
                "potential": total.potential,
            }
            for total in tiers
        ]
    )


def tier_chart(tiers: pl.DataFrame, *, currency: str, dark: bool, height: int = 180) -> go.Figure:
    """One bar a tier, as long as its accounts, with its value beside the number."""
    colours = theme.tier_colours([name for name in tiers["tier"] if name != UNRANKED], dark=dark)
    labels = [
        f"{number(row['accounts'])} · {money(row['potential'], currency)}"
        for row in tiers.iter_rows(named=True)
    ]
    figure = go.Figure(
        go.Bar(
            x=tiers["accounts"].to_list(),
            y=[_(name) for name in tiers["tier"]],
            orientation="h",
            marker={"color": [colours[name] for name in tiers["tier"]], "cornerradius": 4},
            text=labels,
            textposition="outside",
            cliponaxis=False,
            hovertemplate="%{y}: %{text}<extra></extra>",
        )
    )
    longest = max([1, *tiers["accounts"].to_list()])
    hidden: dict[str, Any] = {"visible": False, "range": [0, longest * 1.35]}
    return theme.styled(
        figure,
        dark=dark,
        height=height,
        xaxis=hidden,
        yaxis={"autorange": "reversed", "type": "category", "ticksuffix": "  "},
    )
