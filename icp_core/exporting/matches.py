"""The matches of a market as a file: its report and first rows at once, its bytes when asked for.

What a file takes from an account hardly ever depends on the profile: who it is, whether it opted out,
how many of its cells need cleaning. The accounts keep that of every account it was asked for: after a
new weight only the ranking is new, and after another must-have what no profile has let in before. Cells
that show score, tier or potential are looked at by themselves.
"""

from collections.abc import Callable, Collection, Hashable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import polars as pl

from icp_core.evaluation.expressions import workings
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.tiers import tier_labels
from icp_core.exporting import layouts
from icp_core.exporting.content import Layout
from icp_core.exporting.eligibility import (
    KEPT,
    READ,
    Companies,
    eligibility_of,
    row_outcome,
    with_exclusions,
)
from icp_core.exporting.formats import Format, named
from icp_core.exporting.limits import Customers
from icp_core.exporting.prepare import NO_EXCLUSIONS, Prepared, reported
from icp_core.exporting.whole_lists import companies_of
from icp_core.reference.arrays import Places


def prepare_matches(
    evaluation: Evaluation,
    *,
    format: str,
    on: date,
    customers: Customers = "with",
    countries: Collection[str] | None = None,
    tiers: Collection[str | None] | None = None,
    possible_as: str | None = None,
) -> Prepared:
    """`prepare` for all matches of a market, best first; it gives the same file and the same report.

    Only the size of a file that no receiver limits is unknown until the file is made.

    Parameters
    ----------
    evaluation
        The market.
    format, on, customers, countries, tiers
        As for `prepare`.
    possible_as
        Tier under which the possible accounts come too, behind the matches; None leaves them out.

    Raises
    ------
    ExportError
        If there is no such format.
    """
    target, profile, universe = named(format), evaluation.profile, evaluation.universe
    ranking = _Ranking(evaluation, possible_as)
    layout = Layout.of(
        # Evaluating even no account takes longer than the rest of the report.
        ranking.accounts(ranking.order[:0]).schema if target.for_people else {},
        target=target,
        profile=profile,
        fictional=universe.fictional,
        on=on,
    )
    whole = companies_of(evaluation, universe.frame.columns, target=target)
    judged = with_exclusions(
        ranking.eligibility(whole, target=target)[ranking.order], NO_EXCLUSIONS
    )
    judged = judged.with_columns(ranking.results(ranking.order)["tier"])
    outcome = row_outcome(
        judged, target=target, customers=customers, countries=countries, tiers=tiers
    )
    kept = ranking.order[(outcome == KEPT).to_numpy()]
    costs = ranking.costs(layout, kept)
    report = reported(
        judged,
        outcome,
        target=target,
        profile=profile,
        fictional=universe.fictional,
        on=on,
        customers=customers,
        left_out=whole.left_out,
        cells_cleaned=costs["cleaned"],
        cells_cut=costs["cut"],
        size=layout.csv_size(len(kept), costs["size"]) if target.max_bytes else None,
    )
    return Prepared(
        format=target,
        report=report,
        profile=profile,
        on=on,
        _first=lambda rows: layout.content(ranking.accounts(kept[:rows])).frame,
        _units=layout.units,
    )


@dataclass(frozen=True, eq=False)
class _Ranking:
    """The matches of a market, and perhaps the possible accounts behind them.

    Places count the matches by row, then the possible accounts by row.
    """

    evaluation: Evaluation
    possible_as: str | None

    @cached_property
    def rows(self) -> Places:
        """Row in the universe, by place."""
        matches = self.evaluation.matches.rows
        if self.possible_as is None:
            return matches
        return np.concatenate([matches, self.evaluation.possible.rows])

    @cached_property
    def order(self) -> Places:
        """Places, best first."""
        best = self.evaluation.best(self._matches)
        if self.possible_as is None:
            return best
        possible = self.evaluation.best_possible(len(self.evaluation.possible))
        return np.concatenate([best, self._matches + possible])

    def accounts(self, places: Places) -> pl.DataFrame:
        """Evaluated accounts with their tier, matches first."""
        found = self.evaluation.rows(places[places < self._matches])
        if self.possible_as is None:
            return found
        possible = self.evaluation.possible_rows(places[places >= self._matches] - self._matches)
        tier = pl.lit(self.possible_as).alias("tier")
        return pl.concat([found, possible.with_columns(tier)], how="diagonal_relaxed")

    def results(self, places: Places) -> pl.DataFrame:
        """Score, coverage, tier and potential."""
        found, possible = self.evaluation, self.possible_as is not None
        score, potential = [found.score], [found.potential.amount]
        tier = [found.tier]
        if possible:
            score.append(found.possible_score)
            potential.append(found.possible.potential(found.profile).amount)
            tier.append(np.full(len(found.possible), len(found.tiers)))
        names = [*tier_labels(found.profile.tiers), self.possible_as]
        coverage = [found.coverages]
        if possible:
            coverage.append(found.possible_coverages)
        return pl.DataFrame(
            {
                "score": pl.Series(np.concatenate(score)[places], nan_to_null=True),
                "coverage": pl.Series(np.concatenate(coverage)[places]),
                "tier": pl.Series(names, dtype=pl.String).gather(np.concatenate(tier)[places]),
                "potential": pl.Series(np.concatenate(potential)[places], nan_to_null=True),
            }
        )

    def eligibility(self, whole: Companies, *, target: Format) -> pl.DataFrame:
        """By place, who may enter a file; for an ad audience with what holds for the whole company."""
        found = self._eligibility(self.rows)
        if not target.is_ad_audience:
            return found
        flags = self.evaluation.of_accounts(
            ("export", "companies of accounts"),
            self.rows,
            lambda rows: whole.flags(self._eligibility(rows).with_columns(excluded=pl.lit(False))),
        )
        return found.hstack(flags)

    def _eligibility(self, rows: Places) -> pl.DataFrame:
        return self._kept(
            "eligibility", READ, lambda facts: eligibility_of(layouts.completed(facts)), rows=rows
        )

    def costs(self, layout: Layout, places: Places) -> dict[str, int]:
        """Sums of `Content.costs` over the cells of some accounts."""
        profile = self.evaluation.profile
        results = {*layouts.RESULTS, *workings(profile), NAMES.score_low, NAMES.score_high}
        read = layout.read
        lasting = layout.only(name for name in read if not read[name] & results)
        known = self._kept(
            ("cells", layout.target.name, *lasting.columns),
            frozenset().union(*lasting.read.values()),
            lambda facts: lasting.content(facts).costs(),
        )
        # What reads other workings is a number, which costs nothing where no size is limited.
        changing = layout.only(
            name for name in read if read[name] & results and read[name] <= {*layouts.RESULTS}
        )
        of_results = changing.content(self.results(places)).costs()
        total = known[places].sum().row(0, named=True)
        return {
            name: total[name] + count for name, count in of_results.sum().row(0, named=True).items()
        }

    @property
    def _matches(self) -> int:
        return len(self.evaluation.matches)

    def _kept(
        self,
        what: Hashable,
        names: Collection[str],
        compute: Callable[[pl.DataFrame], pl.DataFrame],
        *,
        rows: Places | None = None,
    ) -> pl.DataFrame:
        """By place, what follows from some columns of each account alone."""
        evaluation = self.evaluation
        read = [name for name in evaluation.universe.columns if name in names]
        return evaluation.of_accounts(
            ("export", what),
            self.rows if rows is None else rows,
            lambda rows: compute(evaluation.universe.frame.select(read)[rows]),
        )
