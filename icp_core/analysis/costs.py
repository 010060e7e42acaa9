"""What each choice costs: gates one by one, gates in a row, and the cut-off of the score.

All counts are exact. What a changed gate would do is counted from how many gates each account fails
and how many are unknown, so that one change is a few additions over the universe.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from icp_core.evaluation.market import BINS, Bounds, GateCost
from icp_core.evaluation.scoreboard import Evaluation, Scoreboard
from icp_core.profiles.model import Criterion, Range

Flags = npt.NDArray[np.bool_]
Counts = npt.NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Standing:
    """How accounts stand with a set of gates.

    Attributes
    ----------
    scoreboard
        Scoreboard of the universe.
    rows
        The accounts looked at.
    fails, unknown
        How many gates each of them fails, and how many are unknown.
    """

    scoreboard: Scoreboard
    rows: npt.NDArray[np.intp]
    fails: Counts
    unknown: Counts

    @classmethod
    def of(
        cls, scoreboard: Scoreboard, gates: Sequence[Criterion], rows: npt.NDArray[np.intp]
    ) -> "Standing":
        """Count for the gates together."""
        none = np.zeros(len(rows), dtype=np.uint8)
        standing = cls(scoreboard, rows, none, none)
        for gate in gates:
            standing = standing.adding(gate)
        return standing

    def adding(self, gate: Criterion) -> "Standing":
        """With one more gate."""
        fails, unknown = self._of(gate)
        return Standing(self.scoreboard, self.rows, self.fails + fails, self.unknown + unknown)

    def without(self, gate: Criterion) -> "Standing":
        """With one of the gates dropped."""
        fails, unknown = self._of(gate)
        return Standing(self.scoreboard, self.rows, self.fails - fails, self.unknown - unknown)

    @property
    def matches(self) -> Flags:
        """Accounts that pass every gate."""
        return self.allowed & np.equal(self.unknown, 0)

    @property
    def allowed(self) -> Flags:
        """Accounts that fail no gate: matches and possible ones."""
        return np.equal(self.fails, 0)

    def _of(self, gate: Criterion) -> tuple[Flags, Flags]:
        fails, unknown = self.scoreboard.gate(gate)
        if len(self.rows) == len(fails):
            return fails, unknown
        return fails[self.rows], unknown[self.rows]


def everybody(scoreboard: Scoreboard) -> npt.NDArray[np.intp]:
    """Rows of all accounts."""
    return np.arange(len(scoreboard.universe))


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


def costs(evaluation: Evaluation, *, steps: int = 1) -> tuple[Cost, ...]:
    """What each gate costs, in the profile's order.

    Parameters
    ----------
    evaluation
        Of the profile.
    steps
        How far a range is loosened (`Range.loosened`).
    """
    scoreboard, gates = evaluation.scoreboard, evaluation.profile.gates
    found = []
    for cost, gate in zip(evaluation.gates, gates, strict=True):
        wider = loosened(scoreboard, gate, steps=steps)
        gained = None
        if wider is not None:
            alone = _missing_only(scoreboard, gates, gate)
            fails, unknown = scoreboard.gate(wider)
            gained = int(np.count_nonzero(~(fails | unknown)[alone]))
        found.append(Cost(cost, wider, gained))
    return tuple(found)


def _missing_only(
    scoreboard: Scoreboard, gates: tuple[Criterion, ...], gate: Criterion
) -> npt.NDArray[np.intp]:
    """Rows that pass every gate but this one."""
    missed = np.zeros(len(scoreboard.universe), dtype=np.uint8)
    for one in gates:
        fails, unknown = scoreboard.gate(one)
        missed += fails | unknown
    fails, unknown = scoreboard.gate(gate)
    return np.flatnonzero((missed == 1) & (fails | unknown))


def loosened(scoreboard: Scoreboard, gate: Criterion, *, steps: int = 1) -> Criterion | None:
    """A range gate that lets more accounts through; None for other gates, and at the end of the stops.

    A must-have's range widens; a knock-out's narrows, since it rejects what lies inside.
    """
    test = gate.fit
    values = scoreboard.universe.frame[gate.column]
    if not isinstance(test, Range) or values.null_count() == len(values):
        return None
    stops = scoreboard.spread(gate.column).stops()
    move = test.loosened if gate.role.favours else test.tightened
    moved = move(stops, steps=steps)
    return None if moved == test else gate.replace(fit=moved)


@dataclass(frozen=True)
class Stage:
    """What is left of the universe after a gate and all gates before it.

    `criterion` is None for the universe itself, where every account is still a match.
    """

    criterion: Criterion | None
    matching: int
    possible: int


def attrition(evaluation: Evaluation) -> tuple[Stage, ...]:
    """The universe, and what is left after each gate in the profile's order."""
    scoreboard = evaluation.scoreboard
    standing = Standing.of(scoreboard, (), everybody(scoreboard))
    stages = [Stage(None, len(scoreboard.universe), 0)]
    for gate in evaluation.profile.gates:
        standing = standing.adding(gate)
        matching = int(np.count_nonzero(standing.matches))
        allowed = int(np.count_nonzero(standing.allowed))
        stages.append(Stage(gate, matching, allowed - matching))
    return tuple(stages)


@dataclass(frozen=True, eq=False)
class CutOffs:
    """Matches and their known potential that reach each cut-off of the score.

    Attributes
    ----------
    accounts, potential
        101 values, for the cut-offs 0, 1, … 100.
    unscored
        Matches without a score, which reach none.
    """

    accounts: npt.NDArray[np.int64]
    potential: npt.NDArray[np.float64]
    unscored: int


def cut_offs(evaluation: Evaluation) -> CutOffs:
    """How many matches, and how much potential, every cut-off from 0 to 100 lets in."""
    score, worth = evaluation.score, evaluation.potential.known
    if evaluation.unscored:
        known = ~np.isnan(score)
        score, worth = score[known], worth[known]
    points = score.astype(np.int64)

    def at_least(weights: npt.NDArray[np.float64] | None) -> npt.NDArray[np.float64]:
        binned = np.bincount(points, weights, BINS + 1)
        return np.cumsum(binned[::-1])[::-1].astype(np.float64)

    return CutOffs(at_least(None).astype(np.int64), at_least(worth), evaluation.unscored)


def bounds(standing: Standing, sure: Flags) -> Bounds:
    """Accounts of a standing: the sure ones that match, up to all that fail nothing.

    Parameters
    ----------
    standing
        With the gates to be judged by.
    sure
        Which of its accounts count at the low end; the others count at the high end only.
    """
    return Bounds(
        int(np.count_nonzero(standing.matches & sure)), int(np.count_nonzero(standing.allowed))
    )
