"""How firmly accounts hold their tiers when the weights are a little different."""

from typing import Final

import numpy as np
import polars as pl
import streamlit as st

from icp_core.analysis.robustness import STEADY, Robustness
from icp_core.evaluation.scoreboard import Evaluation
from ui import charts, data, state, theme
from ui.areas import tier_label
from ui.format import UNKNOWN, number, percent, plain
from ui.tables import csv_name, in_percent, table_csv, table_title
from ui.texts import _

ROWS: Final = 200  # accounts on the page; the download has all


def draw(dataset: str, evaluation: Evaluation) -> None:
    """Draw the sentence, the tiers and the accounts; the work is done when it is first shown."""
    found = computed(dataset, evaluation)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{plain(sentence(found))}**")
        st.caption(method(found))
    if not found.depends_on_weights:
        return
    left, right = st.columns([2, 3], gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        _tiers(found)
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        _accounts(found)


def computed(dataset: str, evaluation: Evaluation) -> Robustness:
    """The draws, with a progress bar while they are made."""
    place = st.empty()

    def progress(share: float) -> None:
        place.progress(min(share, 1.0), _("Drawing weights and ranking every match again"))

    found = data.robustness(dataset, evaluation.profile, progress=progress)
    place.empty()
    return found


def sentence(found: Robustness) -> str:
    """How firm each tier is."""
    if not found.depends_on_weights:
        return (
            _("Tiers go by potential, so weights move nobody.")
            if found.evaluation.profile.tiers.kind == "value"
            else _("Weights move nobody: nothing is weighed, or nothing matches.")
        )
    ranked = [tier for tier in found.tiers[:-1] if tier.accounts]
    if not ranked:
        return _("No match is in a tier, so none can leave one.")
    firm = [
        _("{share} of {tier}").format(share=percent(tier.steady_share), tier=tier_label(tier.tier))
        for tier in ranked
    ]
    listed = ", ".join(firm)
    return _("{listed} stay in their tier in at least {steady} of the draws.").format(
        listed=listed, steady=percent(STEADY)
    )


def method(found: Robustness) -> str:
    """What was drawn, and how sure the shares are."""
    return _(
        "{draws} draws of weights around yours, 95 % of them between half and double (log-normal). "
        "Every draw scores and ranks all {count} matches again. Shares are sure to about "
        "± {margin} points."
    ).format(
        draws=number(found.draws),
        count=number(len(found.evaluation.matches)),
        margin=number(100 * found.margin, digits=1),
    )


def tier_table(found: Robustness) -> pl.DataFrame:
    """One row per tier: tier, accounts, steady, steady_share, stays, moves."""
    return pl.DataFrame(
        [
            {
                "tier": tier_label(tier.tier),
                "accounts": tier.accounts,
                "steady": tier.steady,
                "moves": tier.accounts - tier.steady,
                "steady_share": tier.steady_share,
                "stays": tier.stays,
            }
            for tier in found.tiers
        ],
        schema_overrides={"steady_share": pl.Float64, "stays": pl.Float64},
    )


def _tiers(found: Robustness) -> None:
    table = tier_table(found)
    headings = {
        "tier": _("Tier"),
        "accounts": _("Matches"),
        "steady": _("Firm"),
        "moves": _("May move"),
        "steady_share": _("Firm, share"),
        "stays": _("Stays, mean"),
    }
    table_title(
        _("Who holds their tier"),
        lambda: table_csv(table, headings),
        file_name=csv_name("robustness-tiers", found.evaluation.scoreboard.universe),
    )
    dark = theme.is_dark()
    colours = theme.tier_colours(("A", "B", "C"), dark=dark)
    parts = {"steady": colours["A"], "moves": colours["C"]}
    charts.legend({headings[name]: colour for name, colour in parts.items()})
    charts.show(
        charts.stack_chart(
            table["tier"].to_list(),
            {headings[name]: table[name].to_list() for name in parts},
            list(parts.values()),
            texts=[percent(share) for share in table["steady_share"]],
            values=number,
            dark=dark,
        ),
        key="market_robustness",
        alt=_("Matches that hold their tier, by tier"),
    )
    st.caption(
        _("Firm: in its tier in at least {share} of the draws.").format(share=percent(STEADY))
    )


def account_data(found: Robustness, *, tier: int, rows: int | None = ROWS) -> pl.DataFrame:
    """Accounts of a tier, the least firm first: account_id, name, score, stays, instead.

    Parameters
    ----------
    found
        The draws.
    tier
        Index of the tier.
    rows
        How many at most; None for all.
    """
    evaluation = found.evaluation
    own = np.flatnonzero(evaluation.tier == tier)
    order = own[np.lexsort((-np.nan_to_num(evaluation.score[own]), found.stays[own]))][:rows]
    labels = [*(tier_label(one.tier) for one in found.tiers), None]
    return evaluation.scoreboard.universe.frame.select("account_id", "name")[
        evaluation.matches.rows[order]
    ].with_columns(
        score=pl.Series(evaluation.score[order], nan_to_null=True),
        stays=pl.Series(found.stays[order], dtype=pl.Float64),
        instead=pl.Series([labels[i] for i in found.alternative[order]], dtype=pl.String),
    )


def _accounts(found: Robustness) -> None:
    tiers = found.tiers
    tier = st.segmented_control(
        _("Tier"),
        range(len(tiers)),
        format_func=lambda index: tier_label(tiers[index].tier),
        default=0,
        required=True,
        label_visibility="collapsed",
        **state.kept("market_tier"),
    )
    headings = {
        "name": _("Company"),
        "score": _("Score"),
        "stays": _("Stays"),
        "instead": _("Otherwise"),
    }
    table_title(
        _("Least firm first"),
        lambda: table_csv(
            account_data(found, tier=tier, rows=None), {"account_id": _("Account id"), **headings}
        ),
        file_name=csv_name(f"robustness-tier-{tier + 1}", found.evaluation.scoreboard.universe),
    )
    rows = account_data(found, tier=tier)
    st.dataframe(
        rows.drop("account_id").with_columns(in_percent("stays")),
        column_config={
            "name": st.column_config.TextColumn(headings["name"], pinned=True),
            "score": st.column_config.NumberColumn(headings["score"], format="%.0f"),
            "stays": st.column_config.ProgressColumn(
                headings["stays"], min_value=0, max_value=100, format="%.0f %%"
            ),
            "instead": headings["instead"],
        },
        hide_index=True,
        height=320,
        placeholder=UNKNOWN,
    )
    if tiers[tier].accounts > rows.height:
        st.caption(
            _("{shown} of {count}; the download has all of them.").format(
                shown=number(rows.height), count=number(tiers[tier].accounts)
            )
        )
