"""A workspace that remembers: profiles, drafts, decisions, verification, interviews, plans, exports."""

from icp_core.paths import DIRECTORY_VARIABLE
from icp_core.workspace.content import ContentPlan
from icp_core.workspace.database import (
    URL_VARIABLE,
    default_url,
    user_name,
)
from icp_core.workspace.decisions import (
    BY_HAND,
    NOBODY,
    CustomerMark,
    Decisions,
    GivenAs,
    SavedGiving,
    Status,
    kept_by,
    with_decisions,
)
from icp_core.workspace.drafts import Draft, Drafts
from icp_core.workspace.interviews import Interviews
from icp_core.workspace.plans import PlanConflictError, SavedAdoption, SavedPlan, TerritoryPlans
from icp_core.workspace.profiles import (
    ConflictError,
    Profiles,
    SavedProfile,
    SavedVersion,
    checksum,
    slug_of,
)
from icp_core.workspace.records import Records, SavedDraw, SavedTeam

__all__ = [
    "BY_HAND",
    "DIRECTORY_VARIABLE",
    "NOBODY",
    "URL_VARIABLE",
    "ConflictError",
    "CustomerMark",
    "Draft",
    "GivenAs",
    "PlanConflictError",
    "SavedAdoption",
    "SavedDraw",
    "SavedGiving",
    "SavedPlan",
    "SavedProfile",
    "SavedTeam",
    "SavedVersion",
    "Status",
    "Workspace",
    "checksum",
    "default_url",
    "kept_by",
    "slug_of",
    "user_name",
    "with_decisions",
]


class Workspace(Profiles, Drafts, Decisions, Records, Interviews, ContentPlan, TerritoryPlans):
    """Everything the team saves, in one database.

    Open it once with `Workspace.open()` and share it: it is safe to use from many threads, and every
    call is one transaction that is kept whole or not at all.
    """
