"""The row of headline numbers, and what they suggest to do next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import streamlit as st

from icp_core.columns import BY_NAME
from icp_core.exporting import FORMATS
from icp_core.market import Bounds, GateCost
from icp_core.scoreboard import Evaluation
from ui.format import UNKNOWN, bounds, money_bounds, number, percent
from ui.texts import _, ngettext

LOW_COVERAGE: Final = 0.6


@dataclass(frozen=True)
class Figure:
    """One headline number: what it is, the number, and a line beneath it."""

    label: str
    value: str
    beneath: str
    help: str


@dataclass(frozen=True)
class Step:
    """Something worth doing now.

    Attributes
    ----------
    text
        What the numbers say, and what to do about it.
    page
        Key of the page to do it on.
    label
        Of the link there.
    """

    text: str
    page: str
    label: str


def headline_data(evaluation: Evaluation) -> tuple[Figure, ...]:
    """Matches, their value, tiers and white space."""
    matching, possible = len(evaluation.matches), len(evaluation.possible)
    customers = int(np.count_nonzero(evaluation.matches.customers))
    *ranked, unranked = evaluation.tiers
    return (
        Figure(
            _("Matching companies (TAM)"),
            bounds(Bounds(matching, matching + possible)),
            _("of {count} accounts").format(count=number(len(evaluation.board.universe))),
            _(
                "From those that pass every must-have to those that may once their unknown facts are "
                "known."
            ),
        ),
        _value(evaluation),
        Figure(
            _("Tiers {names}").format(names=" · ".join(tier.name for tier in ranked)),
            " · ".join(number(tier.accounts) for tier in ranked),
            _("{count} unranked").format(count=number(unranked.accounts)),
            _("Matches per tier, best first."),
        ),
        Figure(
            _("White space"),
            number(matching - customers),
            ngettext("{count} customer", "{count} customers", customers).format(
                count=number(customers)
            ),
            _("Matches that are not customers yet."),
        ),
    )


def _value(evaluation: Evaluation) -> Figure:
    worth, profile = evaluation.worth, evaluation.profile
    possible = evaluation.possible.worth(profile)
    unknown = worth.unknown + possible.unknown
    some_known = unknown < len(evaluation.matches) + len(evaluation.possible)
    return Figure(
        _("Potential a year (TAM value)"),
        money_bounds(Bounds(worth.total, worth.total + possible.total), profile.currency)
        if some_known
        else UNKNOWN,
        _("unknown for {count}").format(count=number(unknown))
        if unknown
        else _("known for all of them"),
        _("What those companies could be worth, summed over the ones whose potential is known."),
    )


def headline(evaluation: Evaluation) -> None:
    """Draw the headline numbers."""
    cards(headline_data(evaluation))


def cards(figures: Sequence[Figure]) -> None:
    """Draw numbers as cards that wrap on a small screen."""
    with st.container(horizontal=True):
        for figure in figures:
            st.metric(
                figure.label,
                figure.value,
                figure.beneath,
                delta_color="off",
                delta_arrow="off",
                help=figure.help,
                border=True,
            )


def next_steps(evaluation: Evaluation, *, today: date) -> list[Step]:
    """What the state of the view asks for, most pressing first."""
    matching, possible = len(evaluation.matches), len(evaluation.possible)
    found = []
    if not matching:
        found.append(_nothing_matches(evaluation))
    elif possible > matching and evaluation.gates:
        gate = max(evaluation.gates, key=lambda one: one.unknown)
        found.append(
            Step(
                _(
                    "{count} more companies may match: a fact is unknown, most often {column}. Verify "
                    "the best of them, or let unknown values pass."
                ).format(count=number(possible), column=_name(gate)),
                "builder",
                _("Decide what unknown means"),
            )
        )
    least = FORMATS["linkedin"].min_rows
    reachable = _reachable(evaluation)
    if matching > 0 and reachable < least:
        found.append(
            Step(
                _(
                    "LinkedIn needs at least {least} companies; {count} are in a tier and can be "
                    "advertised to. Lower a cut-off or loosen a must-have."
                ).format(least=number(least), count=number(reachable)),
                "builder",
                _("Widen the profile"),
            )
        )
    coverage = evaluation.coverage
    if coverage is not None and coverage < LOW_COVERAGE:
        found.append(
            Step(
                _(
                    "Scores rest on {share} of the weight, because the rest is unknown. Weigh columns "
                    "that are better known."
                ).format(share=percent(coverage)),
                "builder",
                _("Change the weights"),
            )
        )
    until = evaluation.profile.valid_until
    if until is not None and until < today:
        found.append(
            Step(
                _("The time box of this profile ended on {day}. Review it.").format(day=until),
                "builder",
                _("Review the profile"),
            )
        )
    if matching and reachable >= least:
        found.append(
            Step(
                _(
                    "{count} companies in a tier can go into an audience on LinkedIn or into your CRM."
                ).format(count=number(reachable)),
                "export",
                _("Download the list"),
            )
        )
    return found


def _nothing_matches(evaluation: Evaluation) -> Step:
    if len(evaluation.possible):
        text = _(
            "No company is known to match, but {count} fail nothing: let unknown values pass, or "
            "find out the facts."
        ).format(count=number(len(evaluation.possible)))
    else:
        costly = max(evaluation.gates, key=lambda one: one.gained_if_dropped, default=None)
        if costly is not None and costly.gained_if_dropped:
            text = _("No company matches. Without the test on {column}, {count} would.").format(
                column=_name(costly), count=number(costly.gained_if_dropped)
            )
        else:
            text = _("No company matches, and no single test is to blame. Loosen two or more.")
    return Step(text, "builder", _("Loosen the profile"))


def _name(gate: GateCost) -> str:
    column = BY_NAME.get(gate.criterion.column)
    return (column.label if column else gate.criterion.column.replace("_", " ")).lower()


def _reachable(evaluation: Evaluation) -> int:
    """Matches in a tier that did not opt out of advertising."""
    universe = evaluation.board.universe
    ranked = evaluation.matches.rows[evaluation.tier < len(evaluation.profile.tiers.tiers)]
    if "marketing_opt_out" not in universe.columns:
        return len(ranked)
    return len(ranked) - int(universe.frame["marketing_opt_out"][ranked].fill_null(False).sum())
