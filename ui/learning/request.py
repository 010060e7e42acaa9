"""What is asked of learning: the key of every result that is kept."""

from dataclasses import dataclass, field
from typing import Final

from icp_core.learning.customers import Outcomes, Weights
from icp_core.learning.labelled import Against
from icp_core.profiles.model import Profile

LEARN_FROM: Final = "learn_from"
HAND_PICKED: Final = "picked"


@dataclass(frozen=True)
class Settings:
    """Choices of the user.

    Attributes
    ----------
    weights
        What makes a customer a good one.
    best, worst
        How many count as such; None for all who stayed, and all who left or were lost.
    against
        What the best are compared with.
    keep
        Columns used although they seem to know the outcome.
    leave_out
        Columns not used, because they were not known before the deal.
    """

    weights: Weights = field(default_factory=Weights)
    best: int | None = None
    worst: int | None = None
    against: Against = "market"
    keep: tuple[str, ...] = ()
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Given:
    """Customers to learn from.

    Attributes
    ----------
    outcomes
        Found among the accounts.
    token
        Differs where they differ.
    note
        What became of the rows of a file or list.
    missing
        Companies that were not found, the first few.
    """

    outcomes: Outcomes
    token: str
    note: str = ""
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Request:
    """One question to learning.

    Attributes
    ----------
    source
        Name of the list.
    given
        The customers.
    settings
        Choices of the user.
    hand
        The current profile.
    """

    source: str
    given: Given
    settings: Settings
    hand: Profile

    @property
    def key(self) -> str:
        """The same for the same question."""
        parts = (self.source, self.given.token, repr(self.settings), self.hand.model_dump_json())
        return "\n".join(parts)
