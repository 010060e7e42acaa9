"""Learning a profile from customers, and proving it on deals that learning did not see."""

from icp_core.learning.customers import Outcome, Outcomes, Standings, Weights, standings
from icp_core.learning.demo_deals import deals as demo_deals
from icp_core.learning.result import LearningResult, disagreement, learn

__all__ = [
    "LearningResult",
    "Outcome",
    "Outcomes",
    "Standings",
    "Weights",
    "demo_deals",
    "disagreement",
    "learn",
    "standings",
]
