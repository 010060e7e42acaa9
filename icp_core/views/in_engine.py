"""The market of accounts that stay in their engine: totals, pages of rows, and files."""

from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import polars as pl

from icp_core.accounts.population import Population
from icp_core.analysis.listing import BEST, Page, Wanted
from icp_core.errors import SourceError
from icp_core.evaluation.engines.evaluation import EngineEvaluation, Narrowing
from icp_core.evaluation.market import Breakdown, Market
from icp_core.evaluation.tiers import cut_offs
from icp_core.exporting import FORMATS, Prepared, prepare, streamed
from icp_core.exporting.eligibility import Companies
from icp_core.exporting.streamed import Written
from icp_core.exporting.whole_lists import companies_of
from icp_core.profiles.model import Profile
from icp_core.views.export import ExportSpec
from icp_core.views.view import Question

_SUPPORTED: frozenset[Question] = frozenset({"totals", "page", "export"})


class InEngine:
    """`MarketView` as far as an engine answers it; what it does not, `supports` leaves out.

    Parameters
    ----------
    evaluation
        The profile on the engine.
    """

    def __init__(self, evaluation: EngineEvaluation) -> None:
        self._evaluation = evaluation

    @property
    def profile(self) -> Profile:
        """The profile."""
        return self._evaluation.profile

    @property
    def population(self) -> Population:
        """The table in the engine."""
        return self._evaluation.population

    @property
    def supports(self) -> frozenset[Question]:
        """Totals, the ranking page by page, and files."""
        return _SUPPORTED

    @property
    def left_out(self) -> pl.DataFrame:
        """The accounts of the list that somebody excluded.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        return self._evaluation.left_out

    @property
    def totals(self) -> Market:
        """All counts and sums."""
        return self._evaluation.market

    @property
    def refusal(self) -> str:
        """Why accounts that are few enough could not be lifted all the same."""
        return self._evaluation.refusal

    def narrowing(self) -> tuple[Narrowing, ...]:
        """What requiring each scored criterion would leave, the fewest accounts first.

        Raises
        ------
        SourceError
            If the engine fails or takes too long.
        """
        return self._evaluation.accounts.narrowing(self.profile)

    def page(
        self,
        wanted: Wanted = Wanted(),  # noqa: B008 - frozen
        *,
        sort: str = BEST,
        descending: bool = False,
        offset: int = 0,
        limit: int = 50,
    ) -> Page:
        """A page of the matches, best first.

        Raises
        ------
        SourceError
            If the engine fails or takes too long, or another list or order is asked for.
        """
        if wanted != Wanted() or sort != BEST or descending:
            self._cannot()
        rows = self._evaluation.page(offset=offset, limit=limit)
        return Page(self.totals.matching, rows)

    def best(self, count: int) -> pl.DataFrame:
        """The best matches with what `explain` reads."""
        return self._evaluation.page(limit=count)

    def to_verify(self, count: int) -> pl.DataFrame:
        """The best matches that are too little known for a tier, then the best possible accounts."""
        little = self._evaluation.too_little_known(count)
        possible = self._evaluation.to_verify(count - little.height)
        return pl.concat([little, possible], how="diagonal_relaxed")

    def breakdown(self, by: str) -> Breakdown:
        """Matches by one of `market.DIMENSIONS` and tier."""
        return self._evaluation.breakdown(by)

    def cut_offs(self) -> dict[str, float]:
        """The score that each tier begins at, where it is by score."""
        return cut_offs(self.profile.tiers, self._evaluation.least_scores)

    def reachable(self) -> int:
        """Matches in a tier that did not opt out of advertising."""
        return self._evaluation.reachable()

    def export(self, spec: ExportSpec) -> Prepared:
        """A file of the best matches; its report says if there are more.

        Raises
        ------
        SourceError
            If the engine fails.
        """
        most, whole = streamed.most_rows(FORMATS[spec.format]), self._whole(spec)
        accounts = streamed.best(self._evaluation, most)
        if spec.possible_as is not None:
            count = min(most, self.totals.possible)
            possible = self._evaluation.to_verify(count)
            accounts = pl.concat(
                [accounts, possible.with_columns(tier=pl.lit(spec.possible_as))],
                how="diagonal_relaxed",
            )
        prepared = self._laid_out(spec, whole, accounts)
        return streamed.with_limit(prepared, matching=self.totals.matching, most=most)

    def write(self, spec: ExportSpec, out: Path) -> Written:
        """Write such a file; a CSV for people batch by batch, however many matches there are."""
        target = FORMATS[spec.format]
        if target.for_people and target.suffix == ".csv" and spec.possible_as is None:
            return streamed.write_parts(
                self._evaluation.stream(), partial(self._laid_out, spec, self._whole(spec)), out
            )
        prepared = self.export(spec)
        return Written(prepared.write(out), prepared.report, prepared.sha256)

    def _whole(self, spec: ExportSpec) -> Companies:
        """Asked for before the rows: an engine answers one question at a time."""
        target, columns = FORMATS[spec.format], [*self.population.columns]
        return companies_of(self._evaluation, columns, target=target)

    def _laid_out(self, spec: ExportSpec, whole: Companies, accounts: pl.DataFrame) -> Prepared:
        return prepare(
            accounts,
            format=spec.format,
            profile=self.profile,
            fictional=self.population.fictional,
            on=spec.on,
            customers=spec.customers,
            countries=spec.countries or None,
            tiers=spec.kept_tiers,
            whole=whole,
        )

    def _cannot(self, *_asked: Any, **_more: Any) -> NoReturn:
        raise SourceError(
            f"This needs the accounts in memory, and those of {self.population.label} that match or may "
            "match are too many; narrow the must-haves."
        )

    under = account_ids = values = segments = customers_outside = countries = areas = _cannot
    points = best_in = account = row = names = nearest_customers = costs = attrition = _cannot
    curve = concentration = robustness = least_firm = sizing = effort = verdict = _cannot
    coverage = planning = gap = gap_ids = owners_by_area = owners_offered = _cannot
    tier_policies = equivalent_policy = usual_policy = bubbles = sample = compare = accounts = (
        _cannot
    )
