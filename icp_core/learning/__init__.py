"""Learning a profile from customers, and proving it on deals that learning did not see."""

from icp_core.learning.customers import Outcome, Outcomes, RankedCustomers, Weights, rank_customers
from icp_core.learning.demo_deals import deals as demo_deals
from icp_core.learning.pipeline import learn
from icp_core.learning.result import LearningResult, disagreement

__all__ = [
    "LearningResult",
    "Outcome",
    "Outcomes",
    "RankedCustomers",
    "Weights",
    "demo_deals",
    "disagreement",
    "learn",
    "rank_customers",
]
