"""What a test on one's own deals found of a profile, as it is kept and told again."""

import json
from dataclasses import dataclass
from datetime import date
from math import inf
from typing import Any

from icp_core.errors import LearningError
from icp_core.intervals import Estimate


@dataclass(frozen=True)
class Proven:
    """How well a profile finds best customers, out of sample.

    Attributes
    ----------
    lift
        In the best tenth: 1 is what chance finds.
    accounts, best
        Companies that were judged, and how many of them are best customers.
    fictional
        Whether companies or deals are invented.
    on
        The day of the test.
    """

    lift: Estimate
    accounts: int
    best: int
    fictional: bool
    on: date

    def to_json(self) -> str:
        """As JSON text."""
        return json.dumps(
            {
                "lift": self.lift.to_dict(),
                "accounts": self.accounts,
                "best": self.best,
                "fictional": self.fictional,
                "on": self.on.isoformat(),
            },
            sort_keys=True,
        )

    @classmethod
    def from_json(cls, text: str) -> "Proven":
        """What `to_json` made text of.

        Raises
        ------
        LearningError
            If it is anything else.

        Examples
        --------
        >>> told = Proven(Estimate(2.4, 1.6, inf), 104, 63, False, date(2026, 11, 26))
        >>> Proven.from_json(told.to_json()) == told
        True
        """
        try:
            content: Any = json.loads(text)
            ends = {
                name: inf if end is None else float(end) for name, end in content["lift"].items()
            }
            return cls(
                Estimate(**ends),
                int(content["accounts"]),
                int(content["best"]),
                bool(content["fictional"]),
                date.fromisoformat(content["on"]),
            )
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise LearningError(
                "What was kept of the proof cannot be read; prove again."
            ) from error
