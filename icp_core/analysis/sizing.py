"""TAM, SAM and SOM: the whole market, the part in the regions served, the part the team can work.

Each is a range in accounts and in potential, because some accounts are only possible: a fact that a
gate asks for, or the region, is unknown. `Sizing.lacks` names those facts.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from icp_core.analysis.plan import Effort, TeamPlan, effort
from icp_core.evaluation.arrays import largest
from icp_core.evaluation.everyone import Everyone
from icp_core.evaluation.expressions import most_potential
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Bounds
from icp_core.evaluation.tiers import groups, score_key, tiers_of
from icp_core.reference.arrays import Flags, Floats, Ints


@dataclass(frozen=True)
class Lack:
    """A column that keeps accounts possible.

    Attributes
    ----------
    column
        Its name.
    accounts
        Accounts that lack it; some lack other columns too.
    only
        Accounts that lack nothing else.
    """

    column: str
    accounts: int
    only: int


@dataclass(frozen=True)
class Sizing:
    """The market in three sizes. Potential is in the profile's currency a year.

    What is unknown counts as the least it can be at the low end, and as the most at the high end if
    anything limits it, else not at all (`Market.is_value_open`).

    The low end of a size counts the matches, the high end the possible accounts too. For `som_value`
    the ends are those two cases, whichever is lower first: a possible account that turns out to match
    may take the place of a lower score with more potential.

    Attributes
    ----------
    team
        The plan that SAM and SOM follow from.
    tam, sam, som
        Accounts. SAM: in the regions served; an account without a region counts at the high end only.
        SOM: as many of SAM, best tier first, as the team's hours allow.
    tam_value, sam_value, som_value
        Their potential; SOM takes the best accounts first, as `Evaluation.best` ranks them, or the
        largest where tiers go by potential.
    lacks
        Why SAM is a range: columns that its possible accounts lack, the most frequent first.
    """

    team: TeamPlan
    tam: Bounds
    sam: Bounds
    som: Bounds
    tam_value: Bounds
    sam_value: Bounds
    som_value: Bounds
    lacks: tuple[Lack, ...]

    @property
    def open_accounts(self) -> int:
        """Accounts that may be in SAM once what is unknown of them is known."""
        return round(self.sam.high - self.sam.low)

    @property
    def some_lack_several(self) -> bool:
        """Whether some of them lack more than one fact."""
        return sum(lack.only for lack in self.lacks) < self.open_accounts


def served(accounts: Everyone | Evaluation, regions: Sequence[str]) -> tuple[Flags, Flags]:
    """Which accounts lie in the regions, and of which the region is unknown.

    Parameters
    ----------
    accounts
        Everyone, or those of an evaluation that are in memory.
    regions
        Region codes; none means everywhere, so that every account lies inside.
    """

    def compute() -> tuple[Flags, Flags]:
        codes, values = accounts.codes("region")
        if not regions:
            every = np.ones(len(codes), dtype=bool)
            return every, ~every
        wanted = np.array([value in regions for value in values])
        unknown = np.array([value is None for value in values])
        return wanted[codes], unknown[codes]

    return accounts.keep(("served", frozenset(regions)), compute)


def sizing(evaluation: Evaluation, team: TeamPlan) -> Sizing:
    """TAM, SAM and SOM of a market, and what keeps them from being exact."""
    matches, possible = evaluation.matches, evaluation.possible
    potential, potential_possible = evaluation.potential, possible.potential(evaluation.profile)
    inside, unplaced = served(evaluation, team.served_regions)
    sure = inside[matches.rows]
    perhaps = sure | unplaced[matches.rows]
    perhaps_possible = (inside | unplaced)[possible.rows]
    sam = Bounds(int(sure.sum()), int(perhaps.sum()) + int(perhaps_possible.sum()))
    limit = most_potential(evaluation.profile, columns=evaluation.universe.columns)
    least, most = matches.value_ends(evaluation.profile)
    least_possible, most_possible = possible.value_ends(evaluation.profile)
    low = np.nan_to_num(least[sure])
    # What nothing limits counts as the least it can be.
    unlimited = np.concatenate([least[perhaps], least_possible[perhaps_possible]])
    high = np.concatenate([most[perhaps], most_possible[perhaps_possible]])
    high = np.where(np.isnan(high), np.fmax(unlimited, limit or 0.0), high)
    room = efforts(evaluation, team)
    by_value = evaluation.profile.tiers.kind == "value"

    amount = potential.amount, potential_possible.amount

    def ranks() -> Floats:
        if by_value:
            return np.nan_to_num(amount[0], nan=-1.0)
        return score_key(evaluation.score, evaluation.too_little_known)

    def ranks_possible() -> Floats:
        if by_value:
            return np.nan_to_num(amount[1], nan=-1.0)
        return score_key(evaluation.possible_score, evaluation.possible_too_little_known)

    som = tuple(one.workable for one in room)
    som_low = _best_sum(som[0], low, lambda: ranks()[sure], amount[0][sure])
    som_high = _best_sum(
        som[1],
        high,
        lambda: np.concatenate([ranks()[perhaps], ranks_possible()[perhaps_possible]]),
        np.concatenate([amount[0][perhaps], amount[1][perhaps_possible]]),
    )
    undecided = np.concatenate([matches.rows[perhaps & ~sure], possible.rows[perhaps_possible]])
    return Sizing(
        team=team,
        tam=Bounds(len(matches), len(matches) + len(possible)),
        sam=sam,
        som=Bounds(min(som), max(som)),
        tam_value=evaluation.tam_value,
        sam_value=Bounds(float(low.sum()), float(high.sum())),
        som_value=Bounds(min(som_low, som_high), max(som_low, som_high)),
        lacks=_lacks(evaluation, undecided, unplaced),
    )


def efforts(evaluation: Evaluation, team: TeamPlan) -> tuple[Effort, Effort]:
    """What working SAM takes: at its low end, the matches surely served, and at its high end.

    At the high end every possible account matches, and is in the tier that it is then in.
    """
    inside, unplaced = served(evaluation, team.served_regions)
    policy, matches, possible = evaluation.profile.tiers, evaluation.matches, evaluation.possible
    sure = inside[matches.rows]
    least = _effort_of(evaluation.tier[sure], evaluation, team)
    perhaps = inside | unplaced
    rows = np.concatenate([matches.rows, possible.rows])
    if len(rows) == np.count_nonzero(sure):
        return least, least
    potential = evaluation.potential.amount, possible.potential(evaluation.profile).amount
    unknown = [
        one
        for one in (evaluation.too_little_known, evaluation.possible_too_little_known)
        if one is not None
    ]
    order = np.argsort(rows)
    together = tiers_of(
        policy,
        np.concatenate([evaluation.score, evaluation.possible_score])[order],
        np.concatenate(potential)[order],
        np.concatenate(unknown)[order] if unknown else None,
    )
    return least, _effort_of(together[perhaps[rows[order]]], evaluation, team)


def least_effort(evaluation: Evaluation, team: TeamPlan) -> Effort:
    """What working the matches takes that are surely in the regions served."""
    inside, _unplaced = served(evaluation, team.served_regions)
    return _effort_of(evaluation.tier[inside[evaluation.matches.rows]], evaluation, team)


def _effort_of(tier: Ints, evaluation: Evaluation, team: TeamPlan) -> Effort:
    policy = evaluation.profile.tiers
    counts = np.bincount(tier, minlength=len(groups(policy)))
    return effort(counts.tolist(), policy.names, team)


def _best_sum(room: int, known: Floats, ranks: Callable[[], Floats], amount: Floats) -> float:
    """Potential of the best `room` accounts; ties in rank and potential cannot change it."""
    if room >= len(known):
        return float(known.sum())
    if not room:
        return 0.0
    places = largest(room, ranks(), np.nan_to_num(amount, nan=-1.0))
    return float(known[places].sum())


def _lacks(
    evaluation: Evaluation, undecided: npt.NDArray[np.intp], unplaced: Flags
) -> tuple[Lack, ...]:
    lacking: dict[str, Flags] = {}
    for gate in evaluation.profile.gates:
        unknown = evaluation.gate(gate)[1][undecided]
        lacking[gate.column] = lacking.get(gate.column, False) | unknown
    lacking["region"] = lacking.get("region", False) | unplaced[undecided]
    together = np.sum([*lacking.values()], axis=0, dtype=np.uint8)
    found = [
        Lack(
            column,
            int(np.count_nonzero(unknown)),
            int(np.count_nonzero(unknown & (together == 1))),
        )
        for column, unknown in lacking.items()
    ]
    return tuple(sorted((lack for lack in found if lack.accounts), key=lambda lack: -lack.accounts))
