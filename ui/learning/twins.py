"""Accounts that resemble chosen customers."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.learning import LearningResult
from icp_core.learning.twins import Twins
from ui import data, state
from ui.format import number
from ui.learning.request import Request
from ui.learning.session import done
from ui.tables import csv_name, table_csv, table_title
from ui.texts import _, ngettext

COUNTS: Final = (50, 200, 1000)
_OFFERED: Final = 1_000
_HEIGHT: Final = 400


def draw(request: Request, result: LearningResult) -> None:
    """Draw the choice of customers, and their nearest accounts."""
    best = result.customers.frame.filter(pl.col("group") == "best").head(_OFFERED)
    names = dict(best.select("account_id", "name").iter_rows())
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        customers = st.multiselect(
            _("Like these customers"),
            list(names),
            format_func=lambda one: names[one] or one,
            placeholder=_("all of the best"),
            key="learn_like",
        )
        count = st.segmented_control(
            _("How many"),
            COUNTS,
            format_func=number,
            default=COUNTS[1],
            required=True,
            **state.kept("learn_twins"),
        )
    found = done(data.twins(request, result, tuple(customers), count), request)
    with st.container(border=True, gap="xsmall"):
        _table(found, result)


def _table(found: Twins, result: LearningResult) -> None:
    headings = {
        "name": _("Company"),
        "similarity": _("Similarity"),
        "nearest_name": _("Nearest customer"),
        "shared": _("They share"),
        "different": _("They differ in"),
    }
    table_title(
        ngettext(
            "{count} account like your customers",
            "{count} accounts like your customers",
            found.frame.height,
        ).format(count=number(found.frame.height)),
        lambda: table_csv(found.frame, {"account_id": _("Account id"), **headings}),
        file_name=csv_name("twins", result.universe),
    )
    st.dataframe(
        found.frame.select(*headings).with_columns(pl.col("similarity") * 100),
        column_config={
            "name": st.column_config.TextColumn(headings["name"], pinned=True),
            "similarity": st.column_config.ProgressColumn(
                headings["similarity"], min_value=0, max_value=100, format="%.0f %%", width=110
            ),
            "nearest_name": headings["nearest_name"],
            "shared": st.column_config.ListColumn(headings["shared"], width=315),
            "different": st.column_config.ListColumn(headings["different"], width=105),
        },
        hide_index=True,
        height=_HEIGHT,
    )
    st.caption(
        _("Similarity, not probability: resembling a customer is not the same as becoming one."),
        help=_(
            "Compared with {prototypes} customers that stand for all, by {columns} columns (Gower "
            "distance). The closest twin of each customer comes first, so that a rare customer keeps "
            "its twins. Customers are left out."
        ).format(prototypes=number(len(found.prototypes)), columns=number(len(found.columns))),
    )
