"""From a customer list to everything that can be learned from it, in one call."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any, Final

import numpy as np
import polars as pl
from threadpoolctl import threadpool_limits

from icp_core.accounts.columns import Column
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.learning import (
    labelled,
    leakage,
    suggestion,
)
from icp_core.learning import (
    proof as trial,
)
from icp_core.learning import (
    segments as groups,
)
from icp_core.learning import (
    twins as likeness,
)
from icp_core.learning.attributes import Attribute, customers_needed, level_table
from icp_core.learning.customers import Outcomes, Standings, Weights, standings
from icp_core.learning.encoded import Encoded
from icp_core.learning.labelled import Against, LabelledAccounts, Progress
from icp_core.learning.levels import LeftOut, Levels, attributes_of
from icp_core.learning.proof import CANDIDATES, Proof
from icp_core.learning.scorecard import Scorecard
from icp_core.learning.segments import Segments
from icp_core.learning.twins import Twins
from icp_core.profiles.model import Profile

LEAST_BEST: Final = 20
SEED: Final = 1


@dataclass(frozen=True, eq=False)
class LearningResult:
    """What a customer list teaches.

    Attributes
    ----------
    universe
        The accounts.
    standings
        Who the best and the worst are.
    against
        What the best were compared with.
    left_out
        Columns that were not used, and why; those that `leaks` know the outcome.
    levels
        Every level of every column (`attributes.level_table`).
    attributes
        Every column, the suggested ones first; empty where there is too little to compare.
    card
        The fitted model; None likewise.
    profile
        The suggested profile; None where nothing is proven.
    proof
        How it does out of sample; None where it was not judged.
    hand
        The profile made by hand, if one was given.
    needed
        How many best customers it would take; None where nothing more is needed.
    notes
        What was set aside and what cannot be told, one sentence each.
    fictional
        Whether companies or deals are invented.
    """

    universe: Universe
    standings: Standings
    against: Against
    left_out: tuple[LeftOut, ...]
    levels: pl.DataFrame
    attributes: tuple[Attribute, ...]
    card: Scorecard | None
    profile: Profile | None
    proof: Proof | None
    hand: Profile | None
    needed: int | None
    notes: tuple[str, ...]
    fictional: bool
    cases: LabelledAccounts | None
    columns: tuple[Column, ...]
    seed: int

    @property
    def suggested(self) -> tuple[Attribute, ...]:
        """The four to five sharpest attributes, fewer where fewer are proven."""
        return tuple(a for a in self.attributes if a.place is not None)

    @property
    def compared(self) -> str:
        """What the best were compared with, in words."""
        return "the market" if self.against == "market" else "the worst"

    @property
    def can_tell(self) -> bool:
        """Whether chance is an unlikely explanation for what was found."""
        return self.profile is not None and self.proof is not None and self.proof.holds

    @property
    def verdict(self) -> str:
        """The finding in one sentence."""
        if self.profile is None or self.proof is None:
            return "Can't tell yet what the best customers share." + (
                " Keep the hand-made profile." if self.hand else ""
            )
        area = self.proof.judged["model"].measures["auc"]
        lift = self.proof.judged["learned"].measures["lift_10"]
        if not self.proof.holds:
            return (
                f"Can't tell yet: out of sample the fitted model's AUC is {area.value:.2f} "
                f"({area.low:.2f} to {area.high:.2f}), which includes a coin's 0.50."
            )
        return (
            f"The learned profile finds {lift.value:.1f} times as many of the best customers in its "
            f"top 10 % as chance would ({lift.low:.1f} to {lift.high:.1f}), "
            f"judged {self.proof.how}."
        )

    def twins(
        self,
        customers: Collection[str] | None = None,
        *,
        count: int = 200,
        weights: Mapping[str, float] | None = None,
        include_customers: bool = False,
        progress: Progress | None = None,
    ) -> Twins:
        """Accounts like chosen customers; like all of the best unless some are named.

        Compared by the attributes that tell the best from others (suggested ones count threefold),
        or by every attribute where none does.

        Parameters
        ----------
        customers
            Account ids.
        count
            How many twins.
        weights
            Of the columns, instead.
        include_customers
            Whether customers may be twins too.
        progress
            Called with the share done; what it raises ends the work.

        Raises
        ------
        LearningError
            If none of the customers is in the universe, or no column is left.
        """
        rows = self.standings.rows("best")
        if customers is not None:
            wanted = self.universe.frame.with_row_index("row").filter(
                pl.col("account_id").is_in(list(customers))
            )
            rows = wanted["row"].cast(pl.Int64).to_numpy()
        if weights is None:
            telling = {
                a.column.name: 3.0 if a.place is not None else 1.0
                for a in self.attributes
                if a.standing != "unproven"
            }
            weights = {c.name: telling.get(c.name, 0.0) for c in self.columns} if telling else {}
        passed = None
        if not include_customers:
            passed = self.standings.customer_rows
            if "is_customer" in self.universe.columns:
                flags = self.universe.frame["is_customer"].fill_null(False).to_numpy()
                passed = np.union1d(passed, np.flatnonzero(flags))
        with threadpool_limits(1):
            return likeness.twins(
                self.universe,
                rows,
                self.columns,
                count=count,
                weights=weights,
                without=passed,
                encoded=self._encoded,
                progress=progress,
            )

    @cached_property
    def _encoded(self) -> Encoded:
        """The universe as twins are looked for in it, kept for the next question."""
        return Encoded(self.universe.frame)

    def segments(self, *, progress: Progress | None = None) -> Segments:
        """The best customers in groups, by the suggested attributes or by all where there are none.

        Raises
        ------
        LearningError
            If there was nothing to compare the customers with.
        """
        if self.cases is None:
            raise LearningError(
                "Segments are described by how they differ from the market, "
                "and there are no other accounts to compare with. Load a larger list."
            )
        columns = [a.column for a in self.suggested] or list(self.columns)
        with threadpool_limits(1):
            found = groups.segments(
                self.universe,
                self.standings.rows("best"),
                columns,
                self.cases,
                np.random.default_rng([self.seed, 3]),
                like=self.hand,
                progress=progress,
            )
        if len(found.segments) > 1:
            return found
        # One segment is all customers, and their profile is the one already suggested.
        return replace(found, segments=(replace(found.segments[0], profile=self.profile),))

    def to_dict(self) -> dict[str, Any]:
        """The lesson as plain JSON values, without the twins."""
        groups_of = self.standings.frame["group"].value_counts()
        return {
            "accounts": self.universe.name,
            "fictional": self.fictional,
            "against": self.against,
            "customers": dict(zip(groups_of["group"], groups_of["count"], strict=True)),
            "not_in_universe": len(self.standings.outside),
            "can_tell": self.can_tell,
            "verdict": self.verdict,
            "needed": self.needed,
            "notes": list(self.notes),
            "left_out": [
                {"column": out.column.name, "reason": out.reason, "leaks": out.leaks}
                for out in self.left_out
            ],
            "attributes": [
                {
                    "column": a.column.name,
                    "suggested": a.place is not None,
                    "standing": a.standing,
                    "p_adjusted": a.p_adjusted,
                    "share_best": a.share_best,
                    "share_others": a.share_others,
                    "lift": a.lift.to_dict() if a.lift else None,
                    "sentence": a.sentence(self.compared),
                }
                for a in self.attributes
            ],
            "profile": self.profile and self.profile.model_dump(mode="json", exclude_none=True),
            "proof": self.proof and _proof(self.proof),
        }

    def lines(self) -> list[str]:
        """The lesson as text for a terminal."""
        mark = " (FICTIONAL)" if self.fictional else ""
        best, worst = len(self.standings.rows("best")), len(self.standings.rows("worst"))
        compared = self.compared
        lines = [
            f"{self.universe.label}{mark}: {best:,} best customers, {worst:,} worst, "
            f"compared with {compared}",
            self.verdict,
        ]
        lines += [f"Note: {note}" for note in self.notes]
        lines += [
            f"Left out: {out.column.label} {out.reason}." for out in self.left_out if out.leaks
        ]
        if self.suggested:
            lines += ["", "Suggested attributes", *(a.sentence(compared) for a in self.suggested)]
        if self.profile:
            lines += ["", "Suggested profile"]
            lines += [
                f"{c.role.value:<14}{c.column:<20}"
                + ("" if c.role.is_gate else f"weight {c.weight}")
                for c in self.profile.criteria
            ]
        if self.proof:
            lines += ["", f"Judged {self.proof.how} on {self.proof.cases:,} accounts"]
            for judged in self.proof.judged.values():
                area, lift = judged.measures["auc"], judged.measures["lift_10"]
                lines.append(
                    f"{CANDIDATES[judged.candidate]:<20}AUC {area.value:.3f} "
                    f"({area.low:.3f}–{area.high:.3f})   lift in the top 10 % {lift.value:.1f} "
                    f"({lift.low:.1f}–{lift.high:.1f})"
                )
            lines += [d.sentence() for d in self.proof.differences if d.measure == "auc"]
        return lines


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "method": proof.method,
        "cases": proof.cases,
        "positives": proof.positives,
        "judged": {
            name: {
                "measures": {key: value.to_dict() for key, value in judged.measures.items()},
                "gains": judged.gains.to_dicts(),
                "calibration": judged.calibration.to_dicts(),
            }
            for name, judged in proof.judged.items()
        },
        "differences": [
            {
                "first": d.first,
                "second": d.second,
                "measure": d.measure,
                **d.estimate.to_dict(),
                "winner": d.winner,
            }
            for d in proof.differences
        ],
    }


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
    judge: bool = True,
    today: date | None = None,
    seed: int = SEED,
    progress: Progress | None = None,
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
        As for `customers.standings`.
    against
        Compare the best with the rest of the market, or with the worst: won with lost deals.
    keep
        Names of columns to use although they seem to know the outcome.
    judge
        Whether to judge out of sample, which takes most of the time.
    seed
        The same seed gives the same lesson.
    progress
        Called with the share done and what is being done; what it raises ends the work.

    Raises
    ------
    LearningError
        If no customer is in the universe, or the request makes no sense. Too little to learn from is
        no error: the lesson then says what is missing.
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
        standing = standings(
            outcomes, universe, weights=weights, best=best, worst=worst, today=today
        )
        columns, left_out = attributes_of(universe)
        columns = (
            *columns,
            *(out.column for out in left_out if out.leaks and out.column.name in keep),
        )
        left_out = tuple(out for out in left_out if out.column not in columns)
        grid = labelled.levels_of(universe, columns)
        lesson = LearningResult(
            universe=universe,
            standings=standing,
            against=against,
            left_out=left_out,
            levels=pl.DataFrame(),
            attributes=(),
            card=None,
            profile=None,
            proof=None,
            hand=hand,
            needed=None,
            notes=standing.notes,
            fictional=universe.fictional or outcomes.fictional,
            cases=None,
            columns=columns,
            seed=seed,
        )
        return _taught(lesson, grid, keep, judge=judge, rng=rng, report=report)


def _silent(share: float, what: str) -> None:
    """Report nothing."""


def _taught(
    lesson: LearningResult,
    grid: dict[str, Levels],
    keep: Collection[str],
    *,
    judge: bool,
    rng: np.random.Generator,
    report: Progress,
) -> LearningResult:
    universe, standing = lesson.universe, lesson.standings
    best, bad = standing.rows("best"), standing.rows("worst")
    notes = list(lesson.notes)
    if not len(best):
        notes.append("None of the customers stayed and earns money, so there are no best ones.")
    market = labelled.background(universe, standing, rng)
    others = market if lesson.against == "market" else bad
    compared = "other accounts" if lesson.against == "market" else "lost or churned customers"
    days = {
        int(row): day
        for row, day in standing.frame.select("row", "closed_on").iter_rows()
        if day is not None
    }
    cases = labelled.cases(universe, best, others, grid, days=days)
    report(0.05, "Looking for columns that know the outcome")
    leaking = tuple(
        out for out in leakage.leaks(cases, universe, rng) if out.column.name not in keep
    )
    gone = {out.column.name for out in leaking}
    cases = cases.without(gone)
    grid = {name: levels for name, levels in grid.items() if name not in gone}
    lesson = replace(
        lesson,
        left_out=(*lesson.left_out, *leaking),
        columns=tuple(c for c in lesson.columns if c.name not in gone),
    )
    if warning := leakage.dated_later(cases):
        notes.append(warning)
    report(0.1, "Counting levels")
    levels = level_table(universe, grid, best, bad)
    enough = len(best) >= LEAST_BEST and len(others) >= LEAST_BEST and bool(grid)
    lesson = replace(lesson, levels=levels, cases=cases if len(others) else None)
    least = max(customers_needed(len(grid)), LEAST_BEST)
    if not enough:
        if not grid:
            notes.append("These accounts have no column that could tell customers from others.")
        elif len(others) < LEAST_BEST:
            notes.append(
                f"There are only {len(others):,} {compared} to compare with; "
                f"{LEAST_BEST} are the least. Twins can be found without."
            )
        if len(best) < LEAST_BEST:
            notes.append(
                f"{len(best):,} best customers are too few to learn from; {LEAST_BEST} are the least "
                f"and {least:,} show an attribute half as common again as in the market. "
                "Twins can be found from one."
            )
        return replace(lesson, notes=tuple(notes), needed=least if len(best) < least else None)
    worst = None
    if lesson.against == "market" and len(bad) >= suggestion.LEAST_WORST:
        worst = labelled.cases(universe, bad, best, grid, days=days)
    elif lesson.against == "market":
        notes.append(
            f"{len(bad):,} lost or churned customers are too few to tell what marks them; "
            f"{suggestion.LEAST_WORST} are the least."
        )
    report(0.2, "Fitting the scorecard")
    learned = suggestion.learn_from(cases, worst, rng, like=lesson.hand)
    needed = None
    if learned.profile is None and len(best) < least:
        needed = least
        notes.append(
            f"With {least:,} best customers an attribute half as common again among them "
            f"as in the market would show; there are {len(best):,}."
        )
    judged = None
    if judge:
        judged = trial.prove(
            cases,
            worst,
            rng,
            hand=lesson.hand,
            progress=lambda share, what: report(0.3 + 0.7 * share, what),
        )
    report(1.0, "Done")
    return replace(
        lesson,
        attributes=learned.attributes,
        card=learned.card,
        profile=learned.profile,
        proof=judged,
        needed=needed,
        notes=tuple(notes),
    )


def disagreement(
    lesson: LearningResult,
) -> tuple[tuple[suggestion.Disagreement, ...], pl.DataFrame] | None:
    """Where the hand-made and the learned profile part: their columns, and accounts ranked apart.

    None where there is no pair to compare.
    """
    if lesson.hand is None or lesson.profile is None:
        return None
    return (
        suggestion.disagreements(lesson.hand, lesson.profile),
        suggestion.ranked_apart(lesson.universe.frame, lesson.hand, lesson.profile),
    )
