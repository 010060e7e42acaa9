"""What a customer list teaches, and what can be asked of it afterwards."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from threadpoolctl import threadpool_limits

from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.encoded import Encoded
from icp_core.accounts.universe import Universe
from icp_core.analysis.proven import Proven
from icp_core.errors import LearningError
from icp_core.learning import suggestion
from icp_core.learning.attributes import Attribute
from icp_core.learning.customers import RankedCustomers
from icp_core.learning.labelled import Against, LabelledAccounts, Report
from icp_core.learning.leakage import Question
from icp_core.learning.levels import LeftOut
from icp_core.learning.proof import CANDIDATES, Proof
from icp_core.learning.scorecard import Scorecard
from icp_core.learning.segments import Segments, find_segments
from icp_core.learning.twins import Twins, find_twins
from icp_core.profiles.model import Profile
from icp_core.reference.numbers import number


@dataclass(frozen=True, eq=False)
class LearningResult:
    """What a customer list teaches.

    Attributes
    ----------
    universe
        The accounts.
    customers
        Who the best and the worst are.
    against
        What the best were compared with.
    left_out
        Columns that were not used, and why; those that `leaks` know the outcome.
    levels
        Every level of every column (`attributes.level_table`).
    attributes
        Every column, the suggested ones first; empty where there is too little to compare.
    card
        The fitted model; None likewise.
    profile
        The suggested profile; None where nothing is proven.
    proof
        How it does out of sample; None where it was not judged.
    asked
        Columns that carry the model: were they known before the deal?
    proof_without
        How it does without all of these; None where none is asked about.
    hand
        The profile made by hand, if one was given.
    needed
        How many best customers it would take; None where nothing more is needed.
    notes
        What was set aside and what cannot be told, one sentence each.
    fictional
        Whether companies or deals are invented.
    """

    universe: Universe
    customers: RankedCustomers
    against: Against
    left_out: tuple[LeftOut, ...]
    levels: pl.DataFrame
    attributes: tuple[Attribute, ...]
    card: Scorecard | None
    profile: Profile | None
    proof: Proof | None
    hand: Profile | None
    needed: int | None
    notes: tuple[str, ...]
    fictional: bool
    labelled: LabelledAccounts | None
    columns: tuple[Column, ...]
    seed: int
    asked: tuple[Question, ...] = ()
    proof_without: Proof | None = None

    def names(self, rows: npt.ArrayLike) -> list[str | None]:
        """Names of accounts by their rows in the universe."""
        return self.universe.frame["name"].gather(np.asarray(rows)).to_list()

    @property
    def suggested(self) -> tuple[Attribute, ...]:
        """The four to five sharpest attributes, fewer where fewer are proven."""
        return tuple(a for a in self.attributes if a.rank is not None)

    @property
    def compared(self) -> str:
        """What the best were compared with, in words."""
        return "the market" if self.against == "market" else "the worst"

    def attribute_table(self) -> pl.DataFrame:
        """One row per attribute, the sharpest first.

        Columns: column, suggested, finding, share_best, share_others, lift, low, high (null where
        nobody is at a favourable level; lift and high also where none of the others are, so that only
        the low end is known) and p_adjusted.
        """
        return pl.DataFrame(
            [
                {
                    "column": one.column.name,
                    "suggested": one.rank is not None,
                    "finding": one.finding,
                    "share_best": one.share_best,
                    "share_others": one.share_others,
                    "lift": lift["value"],
                    "low": lift["low"],
                    "high": lift["high"],
                    "p_adjusted": one.p_adjusted,
                }
                for one in self.attributes
                for lift in [
                    one.lift.to_dict() if one.lift else dict.fromkeys(("value", "low", "high"))
                ]
            ],
            schema_overrides=dict.fromkeys(("lift", "low", "high"), pl.Float64),
        )

    def levels_of(self, column: str) -> pl.DataFrame:
        """The levels of one column: numbers rising, others the most frequent first; unknown last."""
        rows = self.levels.filter(pl.col("column") == column)
        if self.universe.columns[column].kind is Kind.NUMBER:
            return rows
        known = rows[:-1].sort("best", descending=True, maintain_order=True)
        return pl.concat([known, rows[-1:]])

    @property
    def can_tell(self) -> bool:
        """Whether chance is an unlikely explanation for what was found."""
        return self.profile is not None and self.proof is not None and self.proof.holds

    @property
    def verdict(self) -> str:
        """The finding in one sentence."""
        if self.profile is None or self.proof is None:
            return "Can't tell yet what the best customers share." + (
                " Keep the hand-made profile." if self.hand else ""
            )
        area = self.proof.judged["model"].measures["auc"]
        lift = self.proof.judged["learned"].measures["lift_10"]
        if not self.proof.holds:
            return (
                f"Can't tell yet: out of sample the fitted model's AUC is {area.value:.2f} "
                f"({area.low:.2f} to {area.high:.2f}), which includes a coin's 0.50."
            )
        return (
            f"The learned profile finds {lift.value:.1f} times as many of the best customers in its "
            f"top 10 % as chance would ({lift.low:.1f} to {lift.high:.1f}), "
            f"judged {self.proof.how}."
        )

    def proven(self, on: date) -> Proven | None:
        """What the proof says of the profile made by hand; None where it was not judged.

        One that stands as it was learned is judged as learned: it has seen the deals that it would
        be tested on.
        """
        if self.proof is None or self.hand is None:
            return None
        as_learned = self.profile is not None and self.profile.criteria == self.hand.criteria
        judged = self.proof.judged.get("learned" if as_learned else "hand")
        lift = judged.measures.get("lift_10") if judged else None
        if lift is None:
            return None
        return Proven(lift, self.proof.accounts, self.proof.positives, self.fictional, on)

    def twins(
        self,
        customers: Collection[str] | None = None,
        *,
        count: int = 200,
        weights: Mapping[str, float] | None = None,
        include_customers: bool = False,
        without: Collection[str] = (),
        progress: Report | None = None,
    ) -> Twins:
        """Accounts like chosen customers; like all of the best unless some are named.

        Compared by the attributes that tell the best from others (suggested ones count threefold),
        or by every attribute where none does.

        Parameters
        ----------
        customers
            Account ids.
        count
            How many twins.
        weights
            Of the columns, instead.
        include_customers
            Whether customers may be twins too.
        without
            Account ids that are no twins, such as those that somebody excluded.
        progress
            Called with the share done; what it raises ends the work.

        Raises
        ------
        LearningError
            If none of the customers is in the universe, or no column is left.
        """
        rows = self.customers.rows("best")
        if customers is not None:
            wanted = self.universe.frame.with_row_index("row").filter(
                pl.col("account_id").is_in(list(customers))
            )
            rows = wanted["row"].cast(pl.Int64).to_numpy()
        if weights is None:
            telling = {
                a.column.name: 3.0 if a.rank is not None else 1.0
                for a in self.attributes
                if a.finding != "unproven"
            }
            weights = {c.name: telling.get(c.name, 0.0) for c in self.columns} if telling else {}
        ids = self.universe.frame["account_id"]
        passed = ids.is_in(pl.Series([*without], dtype=pl.String).implode()).arg_true().to_numpy()
        if not include_customers:
            passed = np.union1d(passed, self.customers.customer_rows)
            if "is_customer" in self.universe.columns:
                flags = self.universe.frame["is_customer"].fill_null(False).to_numpy()
                passed = np.union1d(passed, np.flatnonzero(flags))
        with threadpool_limits(1):
            return find_twins(
                self.universe,
                rows,
                self.columns,
                count=count,
                weights=weights,
                without=passed,
                encoded=self._encoded,
                progress=progress,
            )

    @cached_property
    def _encoded(self) -> Encoded:
        """The universe as twins are looked for in it, kept for the next question."""
        return Encoded(self.universe.frame)

    def segments(self, *, progress: Report | None = None) -> Segments:
        """The best customers in groups, by the suggested attributes or by all where there are none.

        Raises
        ------
        LearningError
            If there was nothing to compare the customers with.
        """
        if self.labelled is None:
            raise LearningError(
                "Segments are described by how they differ from the market, "
                "and there are no other accounts to compare with. Load a larger list."
            )
        columns = [a.column for a in self.suggested] or list(self.columns)
        with threadpool_limits(1):
            found = find_segments(
                self.universe,
                self.customers.rows("best"),
                columns,
                self.labelled,
                np.random.default_rng([self.seed, 3]),
                like=self.hand,
                progress=progress,
            )
        if len(found.segments) > 1:
            return found
        # One segment is all customers, and their profile is the one already suggested.
        return replace(found, segments=(replace(found.segments[0], profile=self.profile),))

    def to_dict(self) -> dict[str, Any]:
        """The result as plain JSON values, without the twins."""
        groups_of = self.customers.frame["group"].value_counts()
        return {
            "accounts": self.universe.name,
            "fictional": self.fictional,
            "against": self.against,
            "customers": dict(zip(groups_of["group"], groups_of["count"], strict=True)),
            "not_in_universe": len(self.customers.outside),
            "can_tell": self.can_tell,
            "verdict": self.verdict,
            "needed": self.needed,
            "notes": list(self.notes),
            "left_out": [
                {"column": out.column.name, "reason": out.reason, "leaks": out.leaks}
                for out in self.left_out
            ],
            "attributes": [
                {
                    "column": a.column.name,
                    "suggested": a.rank is not None,
                    "finding": a.finding,
                    "p_adjusted": a.p_adjusted,
                    "share_best": a.share_best,
                    "share_others": a.share_others,
                    "lift": a.lift.to_dict() if a.lift else None,
                    "sentence": a.sentence(self.compared),
                }
                for a in self.attributes
            ],
            "profile": self.profile and self.profile.model_dump(mode="json", exclude_none=True),
            "proof": self.proof and _proof(self.proof),
            "asked": [
                {
                    "column": question.column.name,
                    "auc_alone": question.alone,
                    "auc_with_it": question.with_it,
                    "auc_without_it": question.without_it,
                }
                for question in self.asked
            ],
            "proof_without": self.proof_without and _proof(self.proof_without),
        }

    def lines(self) -> list[str]:
        """The result as text for a terminal."""
        mark = " (FICTIONAL)" if self.fictional else ""
        best, worst = len(self.customers.rows("best")), len(self.customers.rows("worst"))
        compared = self.compared
        lines = [
            f"{self.universe.label}{mark}: {number(best)} best customers, {number(worst)} worst, "
            f"compared with {compared}",
            self.verdict,
        ]
        lines += [f"Note: {note}" for note in self.notes]
        lines += [
            f"Left out: {out.column.label} {out.reason}." for out in self.left_out if out.leaks
        ]
        if self.suggested:
            lines += ["", "Suggested attributes", *(a.sentence(compared) for a in self.suggested)]
        if self.profile:
            lines += ["", "Suggested profile"]
            lines += [
                f"{c.role.value:<14}{c.column:<20}"
                + ("" if c.role.is_gate else f"weight {c.weight}")
                for c in self.profile.criteria
            ]
        if self.proof:
            lines += ["", f"Judged {self.proof.how} on {number(self.proof.accounts)} accounts"]
            for judged in self.proof.judged.values():
                area, lift = judged.measures["auc"], judged.measures["lift_10"]
                lines.append(
                    f"{CANDIDATES[judged.candidate]:<20}AUC {area.value:.3f} "
                    f"({area.low:.3f}–{area.high:.3f})   lift in the top 10 % {lift.value:.1f} "
                    f"({lift.low:.1f}–{lift.high:.1f})"
                )
            lines += [d.sentence() for d in self.proof.differences if d.measure == "auc"]
        if self.asked:
            lines += ["", "Was this known before the deal?"]
            lines += [f"{asked.column.label} {asked.reason}." for asked in self.asked]
        if self.proof_without:
            area = self.proof_without.judged["model"].measures["auc"]
            lines.append(f"Without: AUC {area.value:.3f} ({area.low:.3f}–{area.high:.3f})")
        return lines


def _proof(proof: Proof) -> dict[str, Any]:
    return {
        "method": proof.method,
        "cases": proof.accounts,
        "positives": proof.positives,
        "judged": {
            name: {
                "measures": {key: value.to_dict() for key, value in judged.measures.items()},
                "gains": judged.gains.to_dicts(),
                "calibration": judged.calibration.to_dicts(),
            }
            for name, judged in proof.judged.items()
        },
        "differences": [
            {
                "first": d.first,
                "second": d.second,
                "measure": d.measure,
                **d.estimate.to_dict(),
                "winner": d.winner,
            }
            for d in proof.differences
        ],
    }


def disagreement(
    result: LearningResult,
) -> tuple[tuple[suggestion.Disagreement, ...], pl.DataFrame] | None:
    """Where the hand-made and the learned profile part: their columns, and accounts ranked apart.

    None where there is no pair to compare.
    """
    if result.hand is None or result.profile is None:
        return None
    return (
        suggestion.disagreements(result.hand, result.profile),
        suggestion.ranked_apart(result.universe.frame, result.hand, result.profile),
    )
