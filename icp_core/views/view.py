"""What can be asked of a market, whatever answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Literal, Protocol, get_args

import polars as pl

from icp_core.accounts.population import Population
from icp_core.accounts.universe import Universe
from icp_core.analysis.account import AccountDetail, Neighbour
from icp_core.analysis.areas import Areas, Points
from icp_core.analysis.bubbles import Bubbles
from icp_core.analysis.compare import Comparison
from icp_core.analysis.concentration import Concentration
from icp_core.analysis.costs import Cost, CutOffs, Stage
from icp_core.analysis.listing import BEST, Page, Wanted
from icp_core.analysis.plan import Effort, TeamPlan
from icp_core.analysis.robustness import Robustness
from icp_core.analysis.sizing import Sizing
from icp_core.analysis.team import Rep
from icp_core.analysis.tier_policies import Kind, TierHeld
from icp_core.analysis.verdict import Verdict
from icp_core.analysis.verification import Sample
from icp_core.evaluation.engines.evaluation import Narrowing
from icp_core.evaluation.market import Breakdown, Market
from icp_core.exporting import Prepared
from icp_core.exporting.streamed import Written
from icp_core.profiles.model import Profile, TierPolicy
from icp_core.reference.geography import Level
from icp_core.territories.coverage import UNTOUCHED_DAYS, Coverage
from icp_core.territories.gaps import Gap, GapList
from icp_core.territories.planning import Planning
from icp_core.territories.wishes import Locks, Wishes
from icp_core.views.export import ExportSpec

Question = Literal[
    "totals",
    "page",
    "filters",
    "failing",
    "adding",
    "segments",
    "areas",
    "account",
    "costs",
    "curve",
    "concentration",
    "robustness",
    "sizing",
    "tiers",
    "sample",
    "compare",
    "accounts",
    "export",
    "coverage",
]
"""`filters`: lists that are filtered, searched and sorted; `failing`: of those that fail a gate too;
`adding`: accounts that somebody adds by hand; `accounts`: the accounts themselves, to learn from;
`coverage`: who covers which of them."""

EVERYTHING: Final[frozenset[Question]] = frozenset(get_args(Question))


@dataclass(frozen=True)
class PolicyMarket:
    """The market under a tier policy, and its tiers held against the present ones."""

    market: "MarketView"
    tiers: tuple[TierHeld, ...]


class MarketView(Protocol):
    """One profile on one list. What is in `supports` can be asked; the rest raises `SourceError`."""

    @property
    def profile(self) -> Profile:
        """The profile."""

    @property
    def population(self) -> Population:
        """The accounts it is evaluated on: name, label, columns, whether they are fictional."""

    @property
    def supports(self) -> frozenset[Question]:
        """What can be asked."""

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that somebody excluded, which are in no number of the market.

        As `Universe.left_out`: with the reason of each, and without columns where there are none.
        """

    @property
    def totals(self) -> Market:
        """All counts and sums."""

    def under(self, profile: Profile) -> "MarketView":
        """Another profile on the same accounts."""

    @property
    def refusal(self) -> str:
        """Why accounts that are few enough could not be lifted all the same; empty where they were."""

    def narrowing(self) -> tuple[Narrowing, ...]:
        """What requiring each scored criterion would leave, where too many are left to be lifted."""

    def page(
        self,
        wanted: Wanted = Wanted(),  # noqa: B008 - frozen
        *,
        sort: str = BEST,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> Page:
        """A page of the accounts wanted, as `listing.page` gives it."""

    def account_ids(self, wanted: Wanted) -> pl.Series:
        """Ids of all the accounts wanted."""

    def best(self, count: int) -> pl.DataFrame:
        """The best matches with what `explain` reads: id, name, tier, score, potential and fits."""

    def to_verify(self, count: int) -> pl.DataFrame:
        """What to look up first, with all that evaluating adds.

        The best of the matches that are too little known for a tier, then of the possible accounts.
        """

    def breakdown(self, by: str) -> Breakdown:
        """Matches by a dimension and tier."""

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension that the accounts have, rising."""

    def segments(
        self,
        by: str,
        *,
        within: tuple[str, str | None] | None = None,
        countries: Sequence[str] = (),
    ) -> pl.DataFrame:
        """The market by segment, as `segments.segments` gives it."""

    def customers_outside(self) -> int:
        """Customers that do not match."""

    def countries(self) -> tuple[str, ...]:
        """Countries that the accounts lie in, Nordic ones first."""

    def areas(self, level: Level, countries: Sequence[str] = ()) -> Areas:
        """The market by region or municipality."""

    def points(self, *, limit: int, countries: Sequence[str] = ()) -> Points:
        """The best matches that have a position."""

    def best_in(
        self,
        level: Level,
        *,
        area: str | None = None,
        countries: Sequence[str] = (),
        limit: int,
    ) -> pl.DataFrame:
        """The best matches in an area, or in all of the countries."""

    def account(self, account_id: str) -> AccountDetail:
        """One account in depth."""

    def row(self, account_id: str) -> pl.DataFrame:
        """One account with all that evaluating adds, whether it matches or not."""

    def names(self, account_ids: Sequence[str]) -> pl.DataFrame:
        """`account_id` and `name` of those that are there."""

    def nearest_customers(self, account_id: str, *, count: int = 5) -> tuple[Neighbour, ...]:
        """The customers most like an account."""

    def costs(self) -> tuple[Cost, ...]:
        """What each gate costs, and what loosening it would bring."""

    def attrition(self) -> tuple[Stage, ...]:
        """What is left after each gate."""

    def curve(self) -> CutOffs:
        """What every cut-off of the score lets in."""

    def concentration(self, *, tier: str | None = None) -> Concentration | None:
        """How unevenly the potential is spread."""

    def robustness(self, *, progress: Callable[[float], None] | None = None) -> Robustness:
        """How firmly the matches hold their tiers."""

    def least_firm(self, found: Robustness, *, tier: int, count: int | None = None) -> pl.DataFrame:
        """Accounts of a tier, the least firm first."""

    def sizing(self, team: TeamPlan) -> Sizing:
        """TAM, SAM and SOM."""

    def effort(self, team: TeamPlan) -> Effort:
        """What working the matches takes that are surely in the regions served."""

    def verdict(self, team: TeamPlan) -> Verdict:
        """Whether the market suits the team."""

    def tier_policies(self) -> "dict[Kind, PolicyMarket]":
        """The market under each kind of tier policy that can be made comparable."""

    def equivalent_policy(self, kind: Kind) -> TierPolicy | None:
        """The policy of a kind whose tiers hold about as many accounts as now."""

    def usual_policy(self, kind: Kind) -> TierPolicy:
        """A usual policy of a kind with the profile's tiers."""

    def bubbles(self) -> Bubbles:
        """Matches to draw by fit and potential."""

    def sample(self, *, match: int, possible: int, seed: int) -> Sample:
        """Accounts drawn at random, to verify by hand."""

    def compare(self, after: Profile) -> Comparison:
        """The profile against another on the same accounts."""

    def coverage(
        self, plan: TeamPlan, *, on: date | None = None, days: int = UNTOUCHED_DAYS
    ) -> Coverage:
        """Who covers the matches, and what is left."""

    def planning(
        self,
        plan: TeamPlan,
        *,
        wishes: Wishes = Wishes(),  # noqa: B008 - frozen
        locks: Locks = Locks(),  # noqa: B008 - frozen
    ) -> Planning:
        """What plans of territories are made from, as `planning.planning`; asked as `coverage` is."""

    def gap(
        self,
        plan: TeamPlan,
        gap: Gap,
        *,
        tiers: Sequence[str] = (),
        on: date | None = None,
        days: int = UNTOUCHED_DAYS,
        limit: int = 100,
    ) -> GapList:
        """Matches that are not looked after, best first, each with the rep who is nearest."""

    def gap_ids(
        self,
        plan: TeamPlan,
        gap: Gap,
        *,
        tiers: Sequence[str] = (),
        on: date | None = None,
        days: int = UNTOUCHED_DAYS,
    ) -> pl.Series:
        """Ids of all of those."""

    def owners_by_area(
        self, plan: TeamPlan, level: Level, countries: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Whose each region or municipality is, as `owners.owners_by_area` gives it."""

    def owners_offered(self, plan: TeamPlan) -> list[Rep]:
        """Owners whom the team does not have, as reps to be completed."""

    def accounts(self) -> Universe:
        """All accounts where they are few enough for memory, else those that match or may match."""

    def cut_offs(self) -> dict[str, float]:
        """The score that each tier begins at, best first; none where tiers go by potential."""

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""

    def export(self, spec: ExportSpec) -> Prepared:
        """A file for another system, with its report."""

    def write(self, spec: ExportSpec, out: Path) -> Written:
        """Write such a file, part by part where it is large."""
