"""The one face of a market: what pages and the command line ask, wherever the accounts are.

`MarketView` is the protocol. `InMemory` answers all of it, of accounts in memory and of those lifted
from an engine; `InEngine` answers what totals and pages of rows tell, and says what it cannot.
"""

from icp_core.evaluation.engines.evaluation import EngineEvaluation
from icp_core.evaluation.in_memory import Evaluation
from icp_core.views.export import ExportSpec
from icp_core.views.in_engine import InEngine
from icp_core.views.in_memory import InMemory
from icp_core.views.loosening import Means, Way, strictest, untold, ways
from icp_core.views.view import EVERYTHING, MarketView, PolicyMarket, Question

__all__ = [
    "EVERYTHING",
    "ExportSpec",
    "InEngine",
    "InMemory",
    "MarketView",
    "Means",
    "PolicyMarket",
    "Question",
    "Way",
    "strictest",
    "untold",
    "view_of",
    "ways",
]


def view_of(evaluation: Evaluation | EngineEvaluation) -> MarketView:
    """The face of an evaluation."""
    if isinstance(evaluation, Evaluation):
        return InMemory(evaluation)
    return InEngine(evaluation)
