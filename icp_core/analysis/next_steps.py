"""What the state of a market asks for."""

from datetime import date
from enum import StrEnum
from typing import Final

from icp_core.evaluation.market import Market

LOW_COVERAGE: Final = 0.6  # share of the weight that is known; below, scores are worth a warning


class NextStep(StrEnum):
    """Something worth doing now."""

    ALLOW_UNKNOWN = "allow_unknown"
    """Nothing is known to match, but some accounts fail nothing."""
    DROP_A_GATE = "drop_a_gate"
    """Nothing matches, and without one of the gates some would."""
    LOOSEN = "loosen"
    """Nothing matches, and no single gate is to blame."""
    FIND_OUT = "find_out"
    """More accounts may match than do."""
    LOOK_UP = "look_up"
    """Matches are in no tier because too little is known of them."""
    WIDEN = "widen"
    """Too few matches for an audience."""
    BRING_MORE = "bring_more"
    """The whole list is too short for an audience."""
    WEIGH_KNOWN = "weigh_known"
    """Scores rest on little of the weight."""
    REVIEW = "review"
    """The time box of the profile has ended."""
    EXPORT = "export"
    """The list is ready to be used."""


def next_steps(
    market: Market, *, reachable: int, audience: int, today: date
) -> tuple[NextStep, ...]:
    """What is due, most pressing first.

    Parameters
    ----------
    market
        Counts and sums.
    reachable
        Matches in a tier that can be advertised to.
    audience
        The fewest companies that an advertising platform takes.
    today
        Against which the time box is held.
    """
    until = market.profile.valid_until
    gains = any(gate.gained_if_dropped for gate in market.gates)
    matches = market.matching > 0
    due = {
        NextStep.ALLOW_UNKNOWN: not matches and market.possible > 0,
        NextStep.DROP_A_GATE: not matches and not market.possible and gains,
        NextStep.LOOSEN: not matches and not market.possible and not gains,
        NextStep.FIND_OUT: matches and market.possible > market.matching and bool(market.gates),
        NextStep.LOOK_UP: market.too_little_known > 0,
        NextStep.WIDEN: matches and reachable < audience <= market.universe,
        NextStep.BRING_MORE: matches and reachable <= market.universe < audience,
        NextStep.WEIGH_KNOWN: market.coverage is not None and market.coverage < LOW_COVERAGE,
        NextStep.REVIEW: until is not None and until < today,
        NextStep.EXPORT: matches and reachable >= audience,
    }
    return tuple(step for step, is_due in due.items() if is_due)
