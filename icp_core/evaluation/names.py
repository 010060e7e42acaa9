"""Names of the columns that evaluating adds, in one place."""

from dataclasses import dataclass
from typing import Final

import narwhals as nw


@dataclass(frozen=True)
class Names:
    """Names of the columns that `evaluated` adds, in one place."""

    state: str = "state"
    score: str = "score"
    score_low: str = "score_low"
    score_high: str = "score_high"
    coverage: str = "coverage"
    potential: str = "potential"

    @staticmethod
    def fit(index: int) -> str:
        """Fit of the criterion at that place in the profile."""
        return f"fit_{index}"

    @staticmethod
    def passes(index: int) -> str:
        """Whether the gate at that place passes: true, false, or null when unknown."""
        return f"passes_{index}"


NAMES: Final = Names()


def indicator(condition: nw.Expr) -> nw.Expr:
    """1 where a condition holds, else 0, null included."""
    return nw.when(condition).then(nw.lit(1.0)).otherwise(nw.lit(0.0))
