"""The steps of the method, and how far a profile is: done, next, or counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from icp_core.analysis.interviews import ASKED_FOR
from icp_core.profiles.brief import ANSWERS, USUAL_PERSONAS, Brief
from icp_core.profiles.model import Profile

Name = Literal["customers", "criteria", "verified", "interviews", "group", "words", "saved"]
SAMPLE = 30
"""Companies looked up at random: as many as tell a good profile from a bad one."""


@dataclass(frozen=True)
class MethodStep:
    """One step.

    Attributes
    ----------
    name
        Which.
    done
        Whether it is done.
    count, least, most
        How much of it is done, is asked for, and is best; None where it is not counted.
    """

    name: Name
    done: bool
    count: int | None = None
    least: int | None = None
    most: int | None = None


def method_steps(
    profile: Profile,
    brief: Brief,
    *,
    customers: int,
    looked_up: int,
    interviews: int,
    is_saved: bool,
) -> tuple[MethodStep, ...]:
    """The steps in their order.

    Parameters
    ----------
    profile, brief
        What is agreed on.
    customers
        Accounts known to be customers, or deals learned from.
    looked_up
        Companies of a random sample that were judged.
    interviews
        Customers who were interviewed.
    is_saved
        Whether it is saved as it stands.

    Examples
    --------
    >>> done = {"customers": 3, "looked_up": 12, "interviews": 0, "is_saved": False}
    >>> steps = method_steps(Profile(name="P"), Brief(), **done)
    >>> [(one.name, one.done, one.count) for one in steps][:3]
    [('customers', True, None), ('criteria', False, 0), ('verified', False, 12)]
    >>> next_step(steps).name
    'criteria'
    """
    least, most = USUAL_PERSONAS
    people, answered = len(brief.buying_group), len(brief.answered())
    gates = len(profile.gates)
    return (
        MethodStep("customers", customers > 0),
        MethodStep("criteria", gates > 0, len(profile.criteria)),
        MethodStep("verified", looked_up >= SAMPLE, looked_up, SAMPLE, SAMPLE),
        MethodStep("interviews", interviews >= ASKED_FOR[0], interviews, *ASKED_FOR),
        MethodStep("group", people >= least, people, least, most),
        MethodStep("words", answered == len(ANSWERS), answered, len(ANSWERS), len(ANSWERS)),
        MethodStep("saved", is_saved),
    )


def next_step(steps: Sequence[MethodStep]) -> MethodStep | None:
    """The first that is not done; None where all are."""
    return next((one for one in steps if not one.done), None)
