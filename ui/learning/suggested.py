"""The suggested profile beside the current one, and where the two part."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from icp_core.columns import Column
from icp_core.learning import Lesson
from icp_core.learning.suggestion import Disagreement
from icp_core.profile import Profile, Role
from ui import data, shell, state
from ui.builder import words
from ui.format import UNKNOWN, percent, plain, signed
from ui.learning.request import Request
from ui.learning.shared import needed
from ui.tables import csv_name, table_csv, table_title
from ui.texts import _


def draw(request: Request, lesson: Lesson) -> None:
    """Draw both profiles, what they disagree on, and the accounts they rank apart."""
    if lesson.profile is None:
        st.markdown(f"**{plain(lesson.verdict)}**")
        if lesson.needed is not None:
            needed(lesson)
        for note in lesson.notes:
            st.caption(f":material/info: {plain(note)}")
        return
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        with st.container(
            horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
        ):
            st.markdown(f"**{_('Suggested profile')}**", width="content")
            open_in_builder(lesson.profile, key="learn_open")
        _profile(lesson.profile, lesson)
        st.caption(
            _(
                "Tiers, potential and currency are those of the current profile. Edit it like any "
                "other, and save it from the sidebar."
            )
        )
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(f"**{_('Current profile')}: {plain(request.hand.name)}**")
        _profile(request.hand, lesson)
    apart = data.ranked_apart(request, lesson)
    if apart is None:
        return
    disagreements, accounts = apart
    left, right = st.columns(2, gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        _disagreements(disagreements, lesson)
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _accounts(accounts, lesson)


def open_in_builder(profile: Profile, *, key: str) -> None:
    """A button that makes a profile the current one and goes to the Builder."""
    if st.button(_("Open in the Builder"), type="primary", icon=":material/tune:", key=key):
        state.open_profile(profile)
        shell.go("builder")


def profile_data(profile: Profile, columns: Mapping[str, Column]) -> pl.DataFrame:
    """One row per criterion: column, asks, role, weight (null for gates)."""
    return pl.DataFrame(
        [
            {
                "column": words.criterion_name(one, dict(columns)),
                "asks": words.fit_summary(one.fit, columns[one.column]),
                "role": words.one_of(one.role),
                "weight": None if one.role.is_gate else one.weight,
            }
            for one in profile.criteria
        ],
        schema={"column": pl.String, "asks": pl.String, "role": pl.String, "weight": pl.Int64},
    )


def _profile(profile: Profile, lesson: Lesson) -> None:
    st.dataframe(
        profile_data(profile, lesson.universe.columns),
        column_config={
            "column": st.column_config.TextColumn(_("Criterion"), width=104),
            "asks": st.column_config.TextColumn(_("Asks for"), width=140),
            "role": st.column_config.TextColumn(_("Role"), width=88),
            "weight": st.column_config.NumberColumn(_("Weight"), format="%d", width=52),
        },
        hide_index=True,
        placeholder=UNKNOWN,
        height="content",
    )


def disagreement_data(
    found: tuple[Disagreement, ...], columns: Mapping[str, Column]
) -> pl.DataFrame:
    """One row per column that the profiles treat differently: column, hand, learned, kind."""
    kinds = {
        "only learned": _("only learned"),
        "only by hand": _("only in the current one"),
        "opposite sign": _("opposite sign"),
        "other role": _("other role"),
        "other size": _("other weight"),
    }

    def said(value: int | Role | None) -> str | None:
        if value is None:
            return None
        return words.one_of(value) if isinstance(value, Role) else signed(value)

    return pl.DataFrame(
        [
            {
                "column": _(columns[one.column].label),
                "hand": said(one.hand),
                "learned": said(one.learned),
                "kind": kinds.get(one.kind, one.kind),
            }
            for one in found
        ],
        schema=dict.fromkeys(("column", "hand", "learned", "kind"), pl.String),
    )


def _disagreements(found: tuple[Disagreement, ...], lesson: Lesson) -> None:
    table = disagreement_data(found, lesson.universe.columns)
    headings = {
        "column": _("Criterion"),
        "hand": _("Current"),
        "learned": _("Learned"),
        "kind": _("Differs by"),
    }
    table_title(
        _("Where they disagree"),
        lambda: table_csv(table, headings),
        file_name=csv_name("disagreements", lesson.universe),
    )
    st.dataframe(table, column_config=headings, hide_index=True, placeholder=UNKNOWN)


def _accounts(accounts: pl.DataFrame, lesson: Lesson) -> None:
    names = {"hand": _("current"), "learned": _("learned")}
    table = accounts.with_columns(pl.col("favoured_by").replace_strict(names))
    headings = {
        "name": _("Company"),
        "hand": _("Current"),
        "learned": _("Learned"),
        "favoured_by": _("Favoured by"),
    }
    table_title(
        _("Ranked high by one and low by the other"),
        lambda: table_csv(table, {"account_id": _("Account id"), **headings}),
        file_name=csv_name("ranked-apart", lesson.universe),
    )
    st.dataframe(
        table.drop("account_id").with_columns(pl.col("hand", "learned") * 100),
        column_config={
            "name": st.column_config.TextColumn(headings["name"], pinned=True),
            "hand": st.column_config.NumberColumn(headings["hand"], format="%.1f %%"),
            "learned": st.column_config.NumberColumn(headings["learned"], format="%.1f %%"),
            "favoured_by": headings["favoured_by"],
        },
        hide_index=True,
        height=300,
    )
    st.caption(
        _("The share of all accounts that rank below; {best} is the best account.").format(
            best=percent(1.0)
        )
    )
