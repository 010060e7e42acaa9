"""The three tier policies side by side on one market, with thresholds that make them comparable."""

from itertools import accumulate
from typing import Final, Literal

import numpy as np

from icp_core.evaluation.arrays import Floats
from icp_core.evaluation.in_memory import Evaluation
from icp_core.profiles.model import Tier, TierPolicy

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
    counts = [max(total.accounts, 1) for total in evaluation.tiers[:-1]]
    if kind == "capacity":
        tiers = zip(policy.names, map(float, counts), strict=True)
    else:
        ranked = evaluation.score if kind == "cut_off" else evaluation.potential.amount
        tiers = zip(policy.names, _thresholds(ranked, counts), strict=False)
    made = tuple(Tier(name=name, threshold=threshold) for name, threshold in tiers)
    return TierPolicy(kind=kind, tiers=made) if made else None


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


def side_by_side(evaluation: Evaluation) -> dict[Kind, Evaluation]:
    """The market under each policy that can be made comparable (`equivalent`)."""
    made = {kind: equivalent(evaluation, kind) for kind in KINDS}
    return {
        kind: evaluation.under(evaluation.profile.replace(tiers=policy))
        for kind, policy in made.items()
        if policy is not None
    }
