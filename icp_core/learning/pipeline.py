"""From a customer list to everything that can be learned from it, in one call."""

from collections.abc import Collection
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from threading import Event
from typing import Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from icp_core.accounts.universe import Universe
from icp_core.learning import leakage, suggestion
from icp_core.learning.attributes import customers_needed, level_table
from icp_core.learning.customers import Outcomes, Weights, rank_customers
from icp_core.learning.labelled import (
    Against,
    LabelledAccounts,
    Report,
    background,
    label,
    levels_of,
)
from icp_core.learning.levels import LeftOut, Levels, attributes_of
from icp_core.learning.proof import prove
from icp_core.learning.result import LearningResult
from icp_core.profiles.model import Profile
from icp_core.reference.numbers import number

LEAST_BEST: Final = 20
SEED: Final = 1


def learn(
    universe: Universe,
    outcomes: Outcomes,
    *,
    hand: Profile | None = None,
    weights: Weights | None = None,
    best: int | None = None,
    worst: int | None = None,
    against: Against = "market",
    keep: Collection[str] = (),
    leave_out: Collection[str] = (),
    judge: bool = True,
    today: date | None = None,
    seed: int = SEED,
    progress: Report | None = None,
) -> LearningResult:
    """Learn from a customer list: one's own, or a competitor's reference customers.

    Parameters
    ----------
    universe
        The accounts to look among.
    outcomes
        Deals and customers.
    hand
        A profile made by hand to compare with; its tiers, potential and currency are taken over.
    weights, best, worst, today
        As for `customers.rank_customers`.
    against
        Compare the best with the rest of the market, or with the worst: won with lost deals.
    keep
        Names of columns to use although they seem to know the outcome.
    leave_out
        Names of columns not to use, such as what was filled in while selling.
    judge
        Whether to judge out of sample, which takes most of the time.
    seed
        The same seed gives the same result.
    progress
        Called with the share done and what is being done; what it raises ends the work.

    Raises
    ------
    LearningError
        If no customer is in the universe, or the request makes no sense. Too little to learn from is
        no error: the result then says what is missing.
    ProfileError
        If the hand-made profile does not fit the universe.
    """
    if hand is not None:
        hand.check(universe.columns)
    report = progress or _silent
    rng = np.random.default_rng(seed)
    # Many small products: more threads only wait for each other.
    with threadpool_limits(1):
        report(0.0, "Ranking customers")
        customers = rank_customers(
            outcomes, universe, weights=weights, best=best, worst=worst, today=today
        )
        columns, left_out = attributes_of(universe)
        columns = (
            *columns,
            *(out.column for out in left_out if out.leaks and out.column.name in keep),
        )
        left_out = tuple(out for out in left_out if out.column not in columns)
        unwanted = [column for column in columns if column.name in leave_out]
        columns = tuple(column for column in columns if column not in unwanted)
        left_out += tuple(LeftOut(column, "is left out on request") for column in unwanted)
        grid = levels_of(universe, columns)
        result = LearningResult(
            universe=universe,
            customers=customers,
            against=against,
            left_out=left_out,
            levels=pl.DataFrame(),
            attributes=(),
            card=None,
            profile=None,
            proof=None,
            hand=hand,
            needed=None,
            notes=customers.notes,
            fictional=universe.fictional or outcomes.fictional,
            labelled=None,
            columns=columns,
            seed=seed,
        )
        return _taught(result, grid, keep, judge=judge, rng=rng, report=report)


def _silent(share: float, what: str) -> None:
    """Report nothing."""


def _taught(
    result: LearningResult,
    grid: dict[str, Levels],
    keep: Collection[str],
    *,
    judge: bool,
    rng: np.random.Generator,
    report: Report,
) -> LearningResult:
    universe, customers = result.universe, result.customers
    best, bad = customers.rows("best"), customers.rows("worst")
    notes = list(result.notes)
    if not len(best):
        notes.append("None of the customers stayed and earns money, so there are no best ones.")
    market = background(universe, customers, rng)
    others = market if result.against == "market" else bad
    compared = "other accounts" if result.against == "market" else "lost or churned customers"
    days = {
        int(row): day
        for row, day in customers.frame.select("row", "closed_on").iter_rows()
        if day is not None
    }
    labelled = label(universe, best, others, grid, days=days)
    report(0.05, "Looking for columns that know the outcome")
    known = {*keep, *(out.column.name for out in result.left_out)}
    leaking = tuple(
        out for out in leakage.leaks(labelled, universe, rng) if out.column.name not in known
    )
    gone = {out.column.name for out in leaking}
    labelled = labelled.without(gone)
    grid = {name: levels for name, levels in grid.items() if name not in gone}
    result = replace(
        result,
        left_out=(*result.left_out, *leaking),
        columns=tuple(c for c in result.columns if c.name not in gone),
    )
    if warning := leakage.dated_later(labelled):
        notes.append(warning)
    report(0.1, "Counting levels")
    levels = level_table(universe, grid, best, bad)
    enough = len(best) >= LEAST_BEST and len(others) >= LEAST_BEST and bool(grid)
    result = replace(result, levels=levels, labelled=labelled if len(others) else None)
    least = max(customers_needed(len(grid)), LEAST_BEST)
    if not enough:
        if not grid:
            notes.append("These accounts have no column that could tell customers from others.")
        elif len(others) < LEAST_BEST:
            notes.append(
                f"There are only {number(len(others))} {compared} to compare with; "
                f"{LEAST_BEST} are the least. Twins can be found without."
            )
        if len(best) < LEAST_BEST:
            notes.append(
                f"{number(len(best))} best customers are too few to learn from; "
                f"{LEAST_BEST} are the least "
                f"and it takes {number(least)} to be fairly sure of a trait that three in "
                "eight of them have "
                "and one in four companies of the market. "
                "Twins can be found from one."
            )
        return replace(result, notes=tuple(notes), needed=least if len(best) < least else None)
    worst = None
    if result.against == "market" and len(bad) >= suggestion.LEAST_WORST:
        worst = label(universe, bad, best, grid, days=days)
    elif result.against == "market":
        notes.append(
            f"{number(len(bad))} lost or churned customers are too few to tell what marks them; "
            f"{suggestion.LEAST_WORST} are the least."
        )
    report(0.2, "Fitting the scorecard")
    learned = suggestion.learn_from(labelled, worst, rng, like=result.hand)
    needed = None
    if learned.profile is None and len(best) < least:
        needed = least
        notes.append(
            f"It takes some {number(least)} best customers to be fairly sure of a trait "
            "that three in eight "
            f"of them have and one in four companies of the market; there are {number(len(best))}."
        )
    result = replace(
        result,
        attributes=learned.attributes,
        card=learned.card,
        profile=learned.profile,
        needed=needed,
        notes=tuple(notes),
    )
    if judge:
        result = _judged(result, labelled, worst, rng, report)
    report(1.0, "Done")
    return result


def _judged(
    result: LearningResult,
    labelled: LabelledAccounts,
    worst: LabelledAccounts | None,
    rng: np.random.Generator,
    report: Report,
) -> LearningResult:
    """The result with its proof, and one without the columns that carry the model."""
    report(0.3, "Looking for columns that carry the model")
    apart = np.random.default_rng([result.seed, 5])
    asked = leakage.questions(labelled, apart)
    names = [question.column.name for question in asked]
    rest = labelled.without(names)
    over = Event()

    def unless_over(_share: float, _what: str) -> None:
        if over.is_set():
            raise CancelledError

    with ThreadPoolExecutor(1) as beside:
        # Most of the work is numpy's and Polars', which leave the other processor to the second proof.
        without = (
            beside.submit(
                prove,
                rest,
                worst.without(names) if worst is not None else None,
                apart,
                progress=unless_over,
            )
            if asked and rest.coded
            else None
        )
        try:
            judged = prove(
                labelled,
                worst,
                rng,
                hand=result.hand,
                progress=lambda share, what: report(0.35 + 0.65 * share, what),
            )
            second = None if without is None else without.result()
        finally:
            # Whatever ends the first proof, such as somebody's cancelling, ends the second.
            over.set()
    return replace(result, proof=judged, asked=asked, proof_without=second)
