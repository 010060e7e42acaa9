"""Accounts that resemble chosen customers."""

from typing import Final

import streamlit as st

from icp_core.learning import LearningResult
from icp_core.learning.twins import Twins
from ui import data, widgets
from ui.format import number
from ui.learning.request import Request
from ui.learning.session import done
from ui.tables import Field, Table
from ui.texts import _, ngettext

COUNTS: Final = (50, 200, 1000)
_OFFERED: Final = 1_000
_HEIGHT: Final = 355


def draw(request: Request, result: LearningResult) -> None:
    """Draw the choice of customers, and their nearest accounts."""
    best = result.customers.table("best").head(_OFFERED)
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
            **widgets.kept("learn_twins"),
        )
    found = done(data.twins(request, result, tuple(customers), count), request)
    with st.container(border=True, gap="xsmall"):
        _table(found, result)


def _table(found: Twins, result: LearningResult) -> None:
    Table(
        found.frame,
        (
            Field("account_id", _("Account id"), on_page=False),
            Field("name", _("Company"), pinned=True),
            Field("similarity", _("Similarity"), "share_bar", width=110),
            Field(
                "nearest_name",
                _("Nearest of these customers"),
                help=_(
                    "Among the customers above, on the columns that tell them apart. An account's own "
                    "page looks among all customers, on the columns that the profile reads."
                ),
            ),
            Field("shared", _("They share"), "tags", width=315),
            Field("different", _("They differ in"), "tags", width=105),
        ),
        title=ngettext(
            "{count} account like your customers",
            "{count} accounts like your customers",
            found.frame.height,
        ).format(count=number(found.frame.height)),
        file="twins",
        population=result.universe,
    ).draw(height=_HEIGHT)
    st.caption(
        _("Similarity, not probability: resembling a customer is not the same as becoming one."),
        help=_(
            "Compared with {prototypes} customers that stand for all, by {columns} columns (Gower "
            "distance). The closest twin of each customer comes first, so that a rare customer keeps "
            "its twins. Customers are left out."
        ).format(prototypes=number(len(found.prototypes)), columns=number(len(found.columns))),
    )
