"""What each choice costs: gates one by one, gates in a row, and the cut-off of the score.

All counts are exact. What a changed gate would do is counted from how many gates each account fails
and how many are unknown, so that one change is a few additions over the universe.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.everyone import Everyone
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import BINS, Bounds, GateCost
from icp_core.profiles.model import Criterion, Range
from icp_core.reference.arrays import FewCounts, Flags


@dataclass(frozen=True, eq=False)
class GateStanding:
    """How accounts stand with a set of gates.

    Attributes
    ----------
    everyone
        All accounts.
    rows
        Those looked at.
    fails, unknown
        How many gates each of them fails, and how many are unknown.
    """

    everyone: Everyone
    rows: npt.NDArray[np.intp]
    fails: FewCounts
    unknown: FewCounts

    @classmethod
    def of(
        cls, everyone: Everyone, gates: Sequence[Criterion], rows: npt.NDArray[np.intp]
    ) -> "GateStanding":
        """Count for the gates together."""
        none = np.zeros(len(rows), dtype=np.uint8)
        standing = cls(everyone, rows, none, none)
        for gate in gates:
            standing = standing.adding(gate)
        return standing

    def adding(self, gate: Criterion) -> "GateStanding":
        """With one more gate."""
        fails, unknown = self._of(gate)
        return GateStanding(self.everyone, self.rows, self.fails + fails, self.unknown + unknown)

    def without(self, gate: Criterion) -> "GateStanding":
        """With one of the gates dropped."""
        fails, unknown = self._of(gate)
        return GateStanding(self.everyone, self.rows, self.fails - fails, self.unknown - unknown)

    @property
    def matches(self) -> Flags:
        """Accounts that pass every gate."""
        return self.allowed & np.equal(self.unknown, 0)

    @property
    def allowed(self) -> Flags:
        """Accounts that fail no gate: matches and possible ones."""
        return np.equal(self.fails, 0)

    def count(self, chosen: Flags) -> int:
        """How many accounts some of those looked at stand for."""
        if len(self.rows) == len(self.everyone):
            return self.everyone.count(chosen)
        every = np.zeros(len(self.everyone), dtype=bool)
        every[self.rows[chosen]] = True
        return self.everyone.count(every)

    def _of(self, gate: Criterion) -> tuple[Flags, Flags]:
        fails, unknown = self.everyone.gate(gate)
        if len(self.rows) == len(fails):
            return fails, unknown
        return fails[self.rows], unknown[self.rows]


@dataclass(frozen=True)
class Cost:
    """What one must-have or knock-out does, and what loosening it by one step would.

    Attributes
    ----------
    gate
        Passes, fails, unknown, and how many more would match were it dropped.
    loosened
        The gate one step looser; None where it is not a range or cannot be loosened.
    gained_if_loosened
        How many more accounts would match with it; None where there is none.
    """

    gate: GateCost
    loosened: Criterion | None
    gained_if_loosened: int | None

    def to_dict(self) -> dict[str, Any]:
        """The cost as plain JSON values."""
        looser = None if self.loosened is None else self.loosened.fit.model_dump(mode="json")
        return self.gate.to_dict() | {
            "loosened": looser,
            "gained_if_loosened": self.gained_if_loosened,
        }


def costs(evaluation: Evaluation, *, steps: int = 1) -> tuple[Cost, ...]:
    """What each gate costs, in the profile's order.

    Parameters
    ----------
    evaluation
        Of the profile.
    steps
        How far a range is loosened (`Range.loosened`).
    """
    gates = evaluation.profile.gates
    wider = [loosened(evaluation, gate, steps=steps) for gate in gates]
    everyone = evaluation.everyone.asked((*gates, *(gate for gate in wider if gate is not None)))
    found = []
    for cost, gate, looser in zip(evaluation.gates, gates, wider, strict=True):
        gained = None
        if looser is not None:
            fails, unknown = everyone.gate(looser)
            alone = _missing_only(everyone, gates, gate)
            gained = everyone.count(alone & ~(fails | unknown))
        found.append(Cost(cost, looser, gained))
    return tuple(found)


def _missing_only(everyone: Everyone, gates: tuple[Criterion, ...], gate: Criterion) -> Flags:
    """Who passes every gate but this one."""
    missed = np.zeros(len(everyone), dtype=np.uint8)
    for one in gates:
        fails, unknown = everyone.gate(one)
        missed += fails | unknown
    fails, unknown = everyone.gate(gate)
    return np.equal(missed, 1) & (fails | unknown)


def loosened(evaluation: Evaluation, gate: Criterion, *, steps: int = 1) -> Criterion | None:
    """A range gate that lets more accounts through; None for other gates, and at the end of the stops.

    A must-have's range widens; a knock-out's narrows, since it rejects what lies inside.
    """
    test = gate.fit
    if not isinstance(test, Range) or not evaluation.is_known(gate.column):
        return None
    stops = evaluation.spread(gate.column).stops()
    move = test.loosened if gate.role.favours else test.tightened
    moved = move(stops, steps=steps)
    return None if moved == test else gate.replace(fit=moved)


@dataclass(frozen=True)
class Stage:
    """What is left of the universe after a gate and all gates before it.

    `criterion` is None for the universe itself, where every account is still a match; `lost` counts the
    accounts that fail this gate and none before it.
    """

    criterion: Criterion | None
    matching: int
    possible: int
    lost: int

    def to_dict(self) -> dict[str, Any]:
        """The stage as plain JSON values."""
        return vars(self) | {"criterion": self.criterion and self.criterion.column}


def attrition(evaluation: Evaluation) -> tuple[Stage, ...]:
    """The universe, and what is left after each gate in the profile's order."""
    everyone = evaluation.everyone.asked(evaluation.profile.gates)
    standing = GateStanding.of(everyone, (), np.arange(len(everyone)))
    left = everyone.count(standing.allowed)
    stages = [Stage(None, left, 0, 0)]
    for gate in evaluation.profile.gates:
        standing = standing.adding(gate)
        matching, before = everyone.count(standing.matches), left
        left = everyone.count(standing.allowed)
        stages.append(Stage(gate, matching, left - matching, before - left))
    return tuple(stages)


@dataclass(frozen=True, eq=False)
class CutOffs:
    """Matches and their known potential that reach each cut-off of the score.

    Attributes
    ----------
    accounts, potential
        101 values, for the cut-offs 0, 1, … 100.
    unscored, too_little_known
        Matches without a score, and others of which too little is known for a tier; they reach none.
    """

    accounts: npt.NDArray[np.int64]
    potential: npt.NDArray[np.float64]
    unscored: int
    too_little_known: int

    def table(self) -> pl.DataFrame:
        """One row per cut-off: score, accounts, potential."""
        return pl.DataFrame(
            {
                "score": range(len(self.accounts)),
                "accounts": self.accounts,
                "potential": self.potential,
            }
        )


def cut_offs(evaluation: Evaluation) -> CutOffs:
    """How many matches, and how much potential, every cut-off from 0 to 100 lets in."""
    score, potential = evaluation.score, evaluation.potential.known
    unknown = evaluation.too_little_known
    if evaluation.unscored or unknown is not None:
        reaches = ~np.isnan(score)
        if unknown is not None:
            reaches &= ~unknown
        score, potential = score[reaches], potential[reaches]
    points = score.astype(np.int64)

    def at_least(weights: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
        binned = np.bincount(points, weights, BINS + 1)
        return np.cumsum(binned[::-1])[::-1].astype(np.float64)

    left_out = len(evaluation.matches) - evaluation.unscored - len(score)
    return CutOffs(
        at_least(None).astype(np.int64), at_least(potential), evaluation.unscored, left_out
    )


def bounds(standing: GateStanding, sure: Flags) -> Bounds:
    """Accounts of a standing: the sure ones that match, up to all that fail nothing.

    Parameters
    ----------
    standing
        With the gates to be judged by.
    sure
        Which of its accounts count at the low end; the others count at the high end only.
    """
    return Bounds(standing.count(standing.matches & sure), standing.count(standing.allowed))
