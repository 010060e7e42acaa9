"""Account lists for other systems and for people, each with a report on what became of every row."""

from icp_core.exporting.formats import FORMATS, Format
from icp_core.exporting.limits import Customers
from icp_core.exporting.matches import prepare_matches
from icp_core.exporting.preflight import DROPPED, IDENTIFIERS, Preflight
from icp_core.exporting.prepare import Prepared, prepare

__all__ = [
    "DROPPED",
    "FORMATS",
    "IDENTIFIERS",
    "Customers",
    "Format",
    "Preflight",
    "Prepared",
    "prepare",
    "prepare_matches",
]
