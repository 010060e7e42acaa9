"""The suggested profile beside the current one, and where the two part."""

from collections.abc import Mapping

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.learning import LearningResult
from icp_core.learning.suggestion import Disagreement
from icp_core.profiles.model import Profile, Role
from ui import data, navigation, state, theme
from ui.builder import words
from ui.controls import apart, section, side_by_side
from ui.format import number, percent, plain, signed
from ui.learning.request import Request
from ui.learning.shared import notes
from ui.tables import Field, Table
from ui.texts import _


def draw(request: Request, result: LearningResult) -> None:
    """Draw both profiles, what they disagree on, and the accounts they rank apart."""
    if result.profile is None:
        section(plain(result.verdict))
        notes(result)
        return
    apart = data.ranked_apart(request, result)
    labels = [_("Side by side")]
    if apart is not None:
        labels.append(_("Where they disagree · {count}").format(count=number(len(apart[0]))))
    tabs = st.tabs(labels)
    with tabs[0]:
        _side_by_side(result.profile, request.hand, result)
    if apart is None:
        return
    with tabs[1]:
        left, right = side_by_side("learn_disagreements_halves", gap="small")
        with left, st.container(border=True, gap="xsmall", height="stretch"):
            _disagreements(apart[0], result)
        with right, st.container(border=True, gap="xsmall", height="stretch"):
            _accounts(apart[1], result)


def _side_by_side(learned: Profile, hand: Profile, result: LearningResult) -> None:
    left, right = side_by_side("learn_profiles_halves", gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        with apart():
            section(_("Suggested profile"), width="content")
            open_in_builder(learned, key="learn_open")
        criteria(learned, result)
        st.caption(
            _(
                "Tiers, potential and currency are those of the current profile. Edit it like any "
                "other, and save it there."
            )
        )
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(f"**{_('Current profile')}: {plain(hand.name)}**")
        criteria(hand, result)


def open_in_builder(profile: Profile, *, key: str) -> None:
    """A button that makes a profile the current one and goes to the Builder."""
    if st.button(_("Open in the Builder"), type=theme.emphasis(), icon=":material/tune:", key=key):
        state.open_profile(profile)
        navigation.go("builder")


def profile_data(profile: Profile, columns: Mapping[str, Column]) -> pl.DataFrame:
    """One row per criterion: column, asks, and how it counts: its signed weight, or that it decides."""
    return pl.DataFrame(
        [
            {
                "column": words.criterion_name(one, dict(columns)),
                "asks": words.fit_summary(one.fit, columns[one.column]),
                "counts": _counted(one.role if one.role.is_gate else one.signed_weight),
            }
            for one in profile.criteria
        ],
        schema=dict.fromkeys(("column", "asks", "counts"), pl.String),
    )


def _counted(value: int | Role) -> str:
    return words.one_of(value) if isinstance(value, Role) else signed(value)


def criteria(profile: Profile, result: LearningResult) -> None:
    """Draw what a profile asks for, every word of it."""
    Table(
        profile_data(profile, result.universe.columns).with_columns(
            # “Must-have” stays on one line.
            pl.col("counts").str.replace_all("-", "\u2011")
        ),
        (
            Field("column", _("Criterion")),
            Field("asks", _("Asks for")),
            Field("counts", _("Counts")),
        ),
    ).draw_printed()


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

    return pl.DataFrame(
        [
            {
                "column": _(columns[one.column].label),
                "hand": None if one.hand is None else _counted(one.hand),
                "learned": None if one.learned is None else _counted(one.learned),
                "kind": kinds.get(one.kind, one.kind),
            }
            for one in found
        ],
        schema=dict.fromkeys(("column", "hand", "learned", "kind"), pl.String),
    )


def _disagreements(found: tuple[Disagreement, ...], result: LearningResult) -> None:
    Table(
        disagreement_data(found, result.universe.columns),
        (
            Field("column", _("Criterion")),
            Field("hand", _("Current")),
            Field("learned", _("Learned")),
            Field("kind", _("Differs by")),
        ),
        title=_("Criteria they differ on"),
        file="disagreements",
        population=result.universe,
    ).draw()


def _accounts(accounts: pl.DataFrame, result: LearningResult) -> None:
    names = {"hand": _("current"), "learned": _("learned")}
    Table(
        accounts.with_columns(pl.col("favoured_by").replace_strict(names)),
        (
            Field("account_id", _("Account id"), on_page=False),
            Field("name", _("Company"), pinned=True),
            Field("hand", _("Current"), "share"),
            Field("learned", _("Learned"), "share"),
            Field("favoured_by", _("Favoured by")),
        ),
        title=_("Ranked high by one and low by the other"),
        file="ranked-apart",
        population=result.universe,
    ).draw(height=300)
    st.caption(
        _("The share of all accounts that rank below; {best} is the best account.").format(
            best=percent(1.0)
        )
    )
