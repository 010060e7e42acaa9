"""How unevenly the potential is spread over the matches: computed, never assumed."""

from dataclasses import dataclass
from math import ceil
from typing import Final

import numpy as np

from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import LARGEST
from icp_core.reference.arrays import Floats

POINTS: Final = 100  # of the curve: one a per cent of the matches


@dataclass(frozen=True, eq=False)
class Concentration:
    """The concentration curve (Lorenz 1905, from the largest down).

    Attributes
    ----------
    accounts
        Matches whose potential is known.
    total
        Their potential together.
    share_of_accounts, share_of_potential
        101 points each from 0 to 1: the largest so many accounts (rounded up) hold so much of the
        potential.
    unknown
        Matches whose potential is unknown, which the curve leaves out.
    """

    accounts: int
    total: float
    share_of_accounts: Floats
    share_of_potential: Floats
    unknown: int

    @classmethod
    def of(cls, amount: Floats) -> "Concentration | None":
        """The curve of some potentials, NaN where unknown; None where they add up to nothing."""
        known = amount[~np.isnan(amount)]
        total = float(known.sum())
        if total <= 0:
            return None
        summed = np.concatenate([[0.0], np.cumsum(np.sort(known)[::-1])])
        # Whole percents times a count, divided last, so that 20 % of 5 is 1 and not a hair above.
        taken = [ceil(percent * len(known) / POINTS) for percent in range(POINTS + 1)]
        return cls(
            len(known),
            total,
            np.arange(POINTS + 1) / POINTS,
            summed[taken] / summed[-1],
            len(amount) - len(known),
        )

    @property
    def largest_share(self) -> float:
        """Share that the largest 20 % hold, as `Market.largest_share`."""
        return float(self.share_of_potential[round(LARGEST * POINTS)])


def concentration(evaluation: Evaluation, *, tier: str | None = None) -> Concentration | None:
    """The concentration curve of the matches; None where there is no potential to share.

    Parameters
    ----------
    evaluation
        The market.
    tier
        Only the matches of this tier.
    """
    amount = evaluation.potential.amount
    if tier is not None:
        names = [total.name for total in evaluation.tiers]
        amount = amount[evaluation.tier == names.index(tier)]
    return Concentration.of(amount)
