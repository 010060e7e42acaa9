"""The three tier policies side by side on one market, with thresholds that make them comparable."""

from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal

import numpy as np

from icp_core.analysis.concentration import Concentration, concentration
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import TierTotal
from icp_core.profiles.model import Tier, TierPolicy
from icp_core.reference.arrays import Floats

Kind = Literal["cut_off", "capacity", "value"]
KINDS: Final[tuple[Kind, ...]] = ("cut_off", "capacity", "value")


def equivalent(evaluation: Evaluation, kind: Kind) -> TierPolicy | None:
    """The policy of a kind whose tiers hold about as many accounts as the tiers do now.

    Capacity takes the present counts (at least one). A cut-off is the score of the last account that
    such a capacity takes, and a value its potential when ranked by potential; accounts level with it
    come in too. A tier that no account is left for is missing from the policy.

    Parameters
    ----------
    evaluation
        The market with its present policy, which is returned when it is of that kind.
    kind
        Of the policy to be made.

    Returns
    -------
    TierPolicy or None
        None where no match has a score, or a known potential, to rank by.
    """
    policy = evaluation.profile.tiers
    if policy.kind == kind:
        return policy
    counts = [max(total.accounts, 1) for total in evaluation.tiers[: len(policy.tiers)]]
    if kind == "capacity":
        tiers = zip(policy.names, map(float, counts), strict=True)
    else:
        ranked = evaluation.score if kind == "cut_off" else _least(evaluation)
        unknown = evaluation.too_little_known
        if unknown is not None:
            ranked = ranked[~unknown]
        tiers = zip(policy.names, _thresholds(ranked, counts), strict=False)
    made = tuple(Tier(name=name, threshold=threshold) for name, threshold in tiers)
    return policy.replace(kind=kind, tiers=made) if made else None


def _least(evaluation: Evaluation) -> Floats:
    """What each match is worth at least, as tiers by value go by it; NaN where unknown."""
    return evaluation.matches.value_ends(evaluation.profile)[0]


def _thresholds(ranked: Floats, counts: list[int]) -> list[float]:
    """What the last account of each tier has; strictly falling, for as long as there is less."""
    known = np.sort(ranked[~np.isnan(ranked)])
    thresholds: list[float] = []
    for taken in accumulate(counts):
        left = len(known)
        if thresholds:
            left = int(np.searchsorted(known, thresholds[-1], side="left"))
        if not left:
            break
        thresholds.append(float(known[min(max(len(known) - taken, 0), left - 1)]))
    return thresholds


@dataclass(frozen=True)
class TierHeld:
    """A tier of another policy, held against the present one.

    Attributes
    ----------
    total
        Its accounts, known potential and customers.
    same
        Share of its accounts that are in the tier of that name now; None without accounts.
    concentration
        Of their potential; None where none is known.
    """

    total: TierTotal
    same: float | None
    concentration: Concentration | None

    @property
    def potential(self) -> float | None:
        """What is known of it; None where nothing is, and 0 without accounts."""
        if self.concentration is None:
            return None if self.total.accounts else 0.0
        return self.concentration.total

    @property
    def largest_share(self) -> float | None:
        """Share of it that the largest hold; None where none is known."""
        return None if self.concentration is None else self.concentration.largest_share


def held_against(present: Evaluation, other: Evaluation) -> tuple[TierHeld, ...]:
    """The tiers of a policy beside the present ones of the same market, and those in none."""
    names = [total.name for total in present.tiers]
    found = []
    for index, total in enumerate(other.tiers):
        own = present.tier[other.tier == index] == names.index(total.name)
        curve = concentration(other, tier=total.name) if total.accounts else None
        found.append(TierHeld(total, float(own.mean()) if total.accounts else None, curve))
    return tuple(found)


def side_by_side(evaluation: Evaluation) -> dict[Kind, Evaluation]:
    """The market under each policy that can be made comparable (`equivalent`)."""
    made = {kind: equivalent(evaluation, kind) for kind in KINDS}
    return {
        kind: evaluation.under(evaluation.profile.replace(tiers=policy))
        for kind, policy in made.items()
        if policy is not None
    }


_CAPACITIES: Final = (10, 50, 500)
"""Accounts of the three tiers in Nordic guides to the method."""

_LEAST_POTENTIAL: Final = 1_000.0
"""In the profile's currency a year, where nobody's potential is known."""


def usual(evaluation: Evaluation, kind: Kind) -> TierPolicy:
    """A usual policy of a kind with the tiers of the profile.

    Capacities are 10, 50, 500 and doubling; potentials are those that the best 2 % to 50 % of the
    matches reach, rounded to two digits.
    """
    names = evaluation.profile.tiers.names
    count = len(names)
    match kind:
        case "capacity":
            thresholds = [float(n) for n in _CAPACITIES[:count]]
            while len(thresholds) < count:
                thresholds.append(thresholds[-1] * 2)
        case "value":
            thresholds = _falling(_least(evaluation), count)
        case _:
            thresholds = [80 - i * min(20.0, 80 / count) for i in range(count)]
    made = tuple(
        Tier(name=name, threshold=value) for name, value in zip(names, thresholds, strict=True)
    )
    return evaluation.profile.tiers.replace(kind=kind, tiers=made)


def _falling(amounts: Floats, count: int) -> list[float]:
    """Round amounts that the best 2 % to 50 % reach, each below the one before."""
    known = amounts[~np.isnan(amounts)]
    shares = np.geomspace(0.02, 0.5, max(count, 2))[:count]
    reached = np.quantile(known, 1 - shares) if len(known) else np.zeros(count)
    thresholds: list[float] = []
    for amount in reached:
        rounded = float(f"{amount:.1e}") or _LEAST_POTENTIAL
        while thresholds and rounded >= thresholds[-1]:
            rounded = thresholds[-1] / 2
        thresholds.append(rounded)
    return thresholds


def resized(policy: TierPolicy, count: int) -> TierPolicy:
    """The policy with tiers added at the end, each at half of the one before, or taken away there."""
    tiers = list(policy.tiers[:count])
    while len(tiers) < count:
        last = tiers[-1].threshold
        halved = round(last) / 2 if policy.kind == "cut_off" else last / 2
        threshold = last * 2 if policy.kind == "capacity" else halved
        free = (chr(letter) for letter in range(ord("A"), ord("Z") + 1))
        taken = {tier.name for tier in tiers}
        tiers.append(Tier(name=next(one for one in free if one not in taken), threshold=threshold))
    return policy.replace(tiers=tuple(tiers))
