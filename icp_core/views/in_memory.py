"""The market of accounts in memory, and of those lifted from an engine: answers everything."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from icp_core.accounts.population import Population
from icp_core.accounts.universe import Universe
from icp_core.analysis import (
    account,
    areas,
    bubbles,
    compare,
    concentration,
    costs,
    listing,
    robustness,
    segments,
    sizing,
    tier_policies,
    verdict,
    verification,
)
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
from icp_core.analysis.tier_policies import Kind
from icp_core.analysis.verdict import Verdict
from icp_core.analysis.verification import Sample
from icp_core.evaluation.engines.evaluation import Narrowing
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import Breakdown, Market
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, cut_offs
from icp_core.exporting import Prepared, prepare_matches
from icp_core.exporting.streamed import Written
from icp_core.profiles.model import Profile, TierPolicy
from icp_core.reference.geography import Level
from icp_core.territories import coverage, gaps, owners, planning
from icp_core.territories.coverage import UNTOUCHED_DAYS, Coverage
from icp_core.territories.gaps import Gap, GapList
from icp_core.territories.planning import Planning
from icp_core.territories.wishes import Locks, Wishes
from icp_core.views.export import ExportSpec
from icp_core.views.view import EVERYTHING, MarketView, PolicyMarket, Question


class InMemory:
    """`MarketView` over an evaluation in memory.

    Parameters
    ----------
    evaluation
        The profile on the accounts.
    """

    def __init__(self, evaluation: Evaluation) -> None:
        self._evaluation = evaluation

    @property
    def profile(self) -> Profile:
        """The profile."""
        return self._evaluation.profile

    @property
    def population(self) -> Population:
        """The accounts it is evaluated on."""
        return self._evaluation.population

    @property
    def supports(self) -> frozenset[Question]:
        """Everything; of lifted accounts all but listing those that fail and adding."""
        return (
            EVERYTHING if self._evaluation.can_list_failing else EVERYTHING - {"failing", "adding"}
        )

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that somebody excluded."""
        return self._evaluation.left_out

    @property
    def totals(self) -> Market:
        """All counts and sums."""
        return self._evaluation.market

    def under(self, profile: Profile) -> MarketView:
        """Another profile on the same accounts."""
        return InMemory(self._evaluation.under(profile))

    @property
    def refusal(self) -> str:
        """Nothing."""
        return ""

    def narrowing(self) -> tuple[Narrowing, ...]:
        """Nothing: the accounts are few enough."""
        return ()

    def page(
        self,
        wanted: Wanted = Wanted(),  # noqa: B008 - frozen
        *,
        sort: str = BEST,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> Page:
        """A page of the accounts wanted."""
        return listing.page(
            self._evaluation,
            wanted,
            sort=sort,
            descending=descending,
            offset=offset,
            limit=limit,
        )

    def account_ids(self, wanted: Wanted) -> pl.Series:
        """Ids of all the accounts wanted."""
        return listing.account_ids(self._evaluation, wanted)

    def best(self, count: int) -> pl.DataFrame:
        """The best matches with what `explain` reads."""
        return self._evaluation.best_rows(count)

    def to_verify(self, count: int) -> pl.DataFrame:
        """The best matches that are too little known for a tier, then the best possible accounts."""
        found = self._evaluation
        little = listing.page(found, Wanted(tiers=(TOO_LITTLE_KNOWN,)), limit=count).rows
        possible = found.to_verify(count - little.height)
        return pl.concat([little, possible], how="diagonal_relaxed")

    def breakdown(self, by: str) -> Breakdown:
        """Matches by a dimension and tier."""
        return self._evaluation.breakdown(by)

    def values(self, dimension: str) -> tuple[str, ...]:
        """The values of a dimension that the accounts have."""
        return tuple(value for value in self._evaluation.codes(dimension)[1] if value is not None)

    def segments(
        self,
        by: str,
        *,
        within: tuple[str, str | None] | None = None,
        countries: Sequence[str] = (),
    ) -> pl.DataFrame:
        """The market by segment."""
        return segments.segments(self._evaluation, by, within=within, countries=countries)

    def customers_outside(self) -> int:
        """Customers that do not match."""
        return self._evaluation.customers_listed - self.totals.customers

    def countries(self) -> tuple[str, ...]:
        """Countries that the accounts lie in."""
        return areas.countries_of(self._evaluation)

    def areas(self, level: Level, countries: Sequence[str] = ()) -> Areas:
        """The market by region or municipality."""
        return areas.areas(self._evaluation, level, countries)

    def points(self, *, limit: int, countries: Sequence[str] = ()) -> Points:
        """The best matches that have a position."""
        return areas.points(self._evaluation, limit=limit, countries=countries)

    def best_in(
        self,
        level: Level,
        *,
        area: str | None = None,
        countries: Sequence[str] = (),
        limit: int,
    ) -> pl.DataFrame:
        """The best matches in an area, or in all of the countries."""
        return areas.best_in(self._evaluation, level, area=area, countries=countries, limit=limit)

    def account(self, account_id: str) -> AccountDetail:
        """One account in depth."""
        return account.detail(self._evaluation, account_id)

    def row(self, account_id: str) -> pl.DataFrame:
        """One account with all that evaluating adds."""
        return self._evaluation.account_row(account_id)

    def names(self, account_ids: Sequence[str]) -> pl.DataFrame:
        """`account_id` and `name` of those that are there."""
        return self._evaluation.names(account_ids)

    def nearest_customers(self, account_id: str, *, count: int = 5) -> tuple[Neighbour, ...]:
        """The customers most like an account."""
        return account.nearest_customers(self._evaluation, account_id, count=count)

    def costs(self) -> tuple[Cost, ...]:
        """What each gate costs, and what loosening it would bring."""
        return costs.costs(self._evaluation)

    def attrition(self) -> tuple[Stage, ...]:
        """What is left after each gate."""
        return costs.attrition(self._evaluation)

    def curve(self) -> CutOffs:
        """What every cut-off of the score lets in."""
        return costs.cut_offs(self._evaluation)

    def concentration(self, *, tier: str | None = None) -> Concentration | None:
        """How unevenly the potential is spread."""
        return concentration.concentration(self._evaluation, tier=tier)

    def robustness(self, *, progress: Callable[[float], None] | None = None) -> Robustness:
        """How firmly the matches hold their tiers; drawn once a profile."""
        return robustness.kept_robustness(self._evaluation, progress=progress)

    def least_firm(self, found: Robustness, *, tier: int, count: int | None = None) -> pl.DataFrame:
        """Accounts of a tier, the least firm first."""
        return robustness.least_firm(found, tier=tier, count=count)

    def sizing(self, team: TeamPlan) -> Sizing:
        """TAM, SAM and SOM."""
        return sizing.sizing(self._evaluation, team)

    def effort(self, team: TeamPlan) -> Effort:
        """What working the matches takes that are surely in the regions served."""
        return sizing.least_effort(self._evaluation, team)

    def verdict(self, team: TeamPlan) -> Verdict:
        """Whether the market suits the team."""
        return verdict.verdict(self._evaluation, team)

    def tier_policies(self) -> dict[Kind, PolicyMarket]:
        """The market under each kind of tier policy."""
        made = tier_policies.side_by_side(self._evaluation)
        return {
            kind: PolicyMarket(
                InMemory(evaluation), tier_policies.held_against(self._evaluation, evaluation)
            )
            for kind, evaluation in made.items()
        }

    def equivalent_policy(self, kind: Kind) -> TierPolicy | None:
        """The policy of a kind whose tiers hold about as many accounts as now."""
        return tier_policies.equivalent(self._evaluation, kind)

    def usual_policy(self, kind: Kind) -> TierPolicy:
        """A usual policy of a kind with the profile's tiers."""
        return tier_policies.usual(self._evaluation, kind)

    def bubbles(self) -> Bubbles:
        """Matches to draw by fit and potential."""
        return bubbles.bubbles(self._evaluation)

    def sample(self, *, match: int, possible: int, seed: int) -> Sample:
        """Accounts drawn at random, to verify by hand."""
        ids = self._evaluation.universe.frame["account_id"]
        return verification.draw(
            ids.gather(self._evaluation.matches.rows).to_list(),
            ids.gather(self._evaluation.possible.rows).to_list(),
            match=match,
            possible=possible,
            seed=seed,
        )

    def compare(self, after: Profile) -> Comparison:
        """The profile against another on the same accounts."""
        return compare.compare(self._evaluation, self._evaluation.under(after))

    def coverage(
        self, plan: TeamPlan, *, on: date | None = None, days: int = UNTOUCHED_DAYS
    ) -> Coverage:
        """Who covers the matches, and what is left."""
        return coverage.coverage(self._evaluation, plan, on=on, days=days)

    def planning(
        self,
        plan: TeamPlan,
        *,
        wishes: Wishes = Wishes(),  # noqa: B008 - frozen
        locks: Locks = Locks(),  # noqa: B008 - frozen
    ) -> Planning:
        """What plans of territories are made from."""
        return planning.planning(self._evaluation, plan, wishes=wishes, locks=locks)

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
        """Matches that are not looked after, best first."""
        return gaps.gap_list(
            self._evaluation, plan, gap, tiers=tiers, on=on, days=days, limit=limit
        )

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
        return gaps.gap_ids(self._evaluation, plan, gap, tiers=tiers, on=on, days=days)

    def owners_by_area(
        self, plan: TeamPlan, level: Level, countries: Sequence[str] = ()
    ) -> pl.DataFrame:
        """Whose each region or municipality is."""
        return owners.owners_by_area(self._evaluation, plan, level, countries)

    def owners_offered(self, plan: TeamPlan) -> list[Rep]:
        """Owners whom the team does not have."""
        return owners.owners_offered(self._evaluation, plan)

    def accounts(self) -> Universe:
        """All accounts where they are few enough for memory, else those that match or may match."""
        return self._evaluation.everybody()

    def cut_offs(self) -> dict[str, float]:
        """The score that each tier begins at, where it is by score."""
        return cut_offs(self.profile.tiers, self._evaluation.least_scores)

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""
        return self._evaluation.reachable()

    def export(self, spec: ExportSpec) -> Prepared:
        """A file for another system, with its report."""
        return prepare_matches(
            self._evaluation,
            format=spec.format,
            on=spec.on,
            customers=spec.customers,
            countries=spec.countries or None,
            tiers=spec.kept_tiers,
            possible_as=spec.possible_as,
        )

    def write(self, spec: ExportSpec, out: Path) -> Written:
        """Write such a file."""
        prepared = self.export(spec)
        written = prepared.write(out)
        report = replace(prepared.report, size_bytes=written.stat().st_size)
        return Written(written, report, prepared.sha256)
