"""Two profiles, or two versions of one, on the same accounts: who came, who went, who moved, and why."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.evaluation.arrays import largest
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.market import TierTotal
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED, groups
from icp_core.profiles.model import Criterion, Role
from icp_core.reference.arrays import Flags, Floats, Labels, Places

POSSIBLE: Final = "possible"
FAILING: Final = "failing"
POLICY: Final = "tier policy"
OTHERS: Final = "other accounts"
KNOWN: Final = "how much is known"

_BESIDE_CRITERIA: Final = (POLICY, OTHERS, KNOWN)

Kind = Literal["entered", "left", "moved"]


@dataclass(frozen=True)
class GateCause:
    """A gate that kept accounts out of one of the two markets.

    Attributes
    ----------
    criterion
        Of the profile that they do not match.
    accounts
        How many do not pass it, failed or unknown.
    alone
        How many pass all other gates, so that it alone made the difference.
    """

    criterion: Criterion
    accounts: int
    alone: int


@dataclass(frozen=True)
class MoveCause:
    """What moved accounts to another tier.

    Attributes
    ----------
    name
        The column of a criterion; `POLICY` where the new policy alone explains the new tier; `OTHERS`
        where the score did not change, but the ranking against others or the potential did; `KNOWN`
        where it was or became too little known, the coverage having changed.
    accounts
        How many it moved: for a criterion, those whose score it changed most in the direction the score
        went.
    points
        Mean change of the score that is due to the criterion, over all moved accounts with a score
        before and after; None for `POLICY`, `OTHERS` and `KNOWN`.
    """

    name: str
    accounts: int
    points: float | None


@dataclass(frozen=True)
class TierPair:
    """Totals of the tier of that name on both sides; None where a side has no such tier."""

    name: str
    before: TierTotal | None
    after: TierTotal | None

    @property
    def change(self) -> int:
        """How many accounts more it holds; a side without the tier counts as none."""
        before, after = (0 if one is None else one.accounts for one in (self.before, self.after))
        return after - before


@dataclass(frozen=True)
class Changes:
    """After minus before: matches, their known potential, and those that are not customers.

    `potential` is None where the two sides count in different currencies.
    """

    matches: int
    potential: float | None
    white_space: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two markets on the same accounts. Both evaluations have the TAM and all the rest.

    Attributes
    ----------
    before, after
        The two markets.
    _was, _is
        Place of every account of the universe among the labels, before and after.
    """

    before: Evaluation
    after: Evaluation
    _was: Labels
    _is: Labels

    @property
    def changes(self) -> Changes:
        """What has become more and less."""
        one, other = self.before.market, self.after.market
        same = one.profile.currency == other.profile.currency
        return Changes(
            other.matching - one.matching,
            other.potential - one.potential if same else None,
            other.white_space - one.white_space,
        )

    @cached_property
    def entered(self) -> Places:
        """Places of accounts that match only after."""
        return np.flatnonzero(~self._matched & self._matches)

    @cached_property
    def left(self) -> Places:
        """Places of accounts that match only before."""
        return np.flatnonzero(self._matched & ~self._matches)

    @cached_property
    def moved(self) -> Places:
        """Places of accounts that match both times, in tiers of different names."""
        return np.flatnonzero(self._matched & self._matches & (self._was != self._is))

    @cached_property
    def tiers(self) -> tuple[TierPair, ...]:
        """Tier totals side by side: those of before, those that only after has, then those in none."""
        before = {total.name: total for total in self.before.tiers}
        after = {total.name: total for total in self.after.tiers}
        return tuple(
            TierPair(name, before.get(name), after.get(name))
            for name in _labels(self.before, self.after)
        )

    @cached_property
    def transitions(self) -> pl.DataFrame:
        """Accounts by where they were and where they are: before, after, accounts; no empty cells.

        `tiers.groups` of both, `POSSIBLE` and `FAILING`; both failing is left out.
        """
        labels = [*_labels(self.before, self.after), POSSIBLE, FAILING]
        cells = np.bincount(self._was * len(labels) + self._is, minlength=len(labels) ** 2)
        cells[-1] = 0
        found = np.flatnonzero(cells)
        return pl.DataFrame(
            {
                "before": [labels[cell // len(labels)] for cell in found],
                "after": [labels[cell % len(labels)] for cell in found],
                "accounts": cells[found],
            },
            schema={"before": pl.String, "after": pl.String, "accounts": pl.Int64},
        )

    def transition_table(self) -> pl.DataFrame:
        """`transitions` with a row a place before and a column a place after; null for nobody."""
        cells = self.transitions
        places = [*_labels(self.before, self.after), POSSIBLE, FAILING]
        held = [place for place in places if place in {*cells["before"], *cells["after"]}]
        counts = {(was, now): count for was, now, count in cells.iter_rows()}
        return pl.DataFrame(
            {"before": held, **{now: [counts.get((was, now)) for was in held] for now in held}},
            schema={"before": pl.String, **dict.fromkeys(held, pl.Int64)},
        )

    @cached_property
    def why_entered(self) -> tuple[GateCause, ...]:
        """Gates of before that kept out who entered, the weightiest first."""
        return _gate_causes(self.before, self.entered)

    @cached_property
    def why_left(self) -> tuple[GateCause, ...]:
        """Gates of after that keep out who left, the weightiest first."""
        return _gate_causes(self.after, self.left)

    @cached_property
    def why_moved(self) -> tuple[MoveCause, ...]:
        """What moved accounts between tiers, the most accounts first."""
        names, cause, change = self._moves
        counts = np.bincount(cause, minlength=len(names) + len(_BESIDE_CRITERIA))
        known = ~np.isnan(change).any(axis=0)
        causes = [
            MoveCause(
                name,
                int(counts[index]),
                float(change[index, known].mean()) if known.any() else 0.0,
            )
            for index, name in enumerate(names)
            if counts[index]
        ]
        causes += [
            MoveCause(name, int(count), None)
            for name, count in zip(_BESIDE_CRITERIA, counts[len(names) :], strict=True)
            if count
        ]
        return tuple(sorted(causes, key=lambda found: -found.accounts))

    def rows(self, kind: Kind, *, offset: int = 0, limit: int = 50) -> pl.DataFrame:
        """One page of the accounts that entered, left or moved.

        Parameters
        ----------
        kind
            Which of them.
        offset, limit
            Place of the first row, and how many.

        Returns
        -------
        polars.DataFrame
            account_id, name, tier_before, tier_after (None where not a match), score_before,
            score_after, coverage_before, coverage_after, and causes: columns of the gates it does not
            pass, or what moved it, as `MoveCause.name`. Best score first (of before, for those who
            left), then account_id.
        """
        rows: Places = {"entered": self.entered, "left": self.left, "moved": self.moved}[kind]
        best = np.nan_to_num(_scores(self.before if kind == "left" else self.after, rows), nan=-1.0)
        order = largest(offset + limit, best)
        order = order[np.lexsort((order, -best[order]))][offset:]
        rows = rows[order]
        if kind == "moved":
            names, cause, _ = self._moves
            said = [*names, *_BESIDE_CRITERIA]
            causes = [[said[index]] for index in cause[order]]
        else:
            causes = _missed(self.before if kind == "entered" else self.after, rows)
        return self.before.universe.frame.select("account_id", "name")[rows].with_columns(
            pl.Series("tier_before", _tiers(self.before, rows), dtype=pl.String),
            pl.Series("tier_after", _tiers(self.after, rows), dtype=pl.String),
            pl.Series("score_before", _scores(self.before, rows), nan_to_null=True),
            pl.Series("score_after", _scores(self.after, rows), nan_to_null=True),
            pl.Series("coverage_before", _coverages(self.before, rows), nan_to_null=True),
            pl.Series("coverage_after", _coverages(self.after, rows), nan_to_null=True),
            pl.Series("causes", causes, dtype=pl.List(pl.String)),
        )

    @property
    def _matched(self) -> npt.NDArray[np.bool_]:
        return self._was < len(_labels(self.before, self.after))

    @property
    def _matches(self) -> npt.NDArray[np.bool_]:
        return self._is < len(_labels(self.before, self.after))

    @cached_property
    def _moves(self) -> tuple[tuple[str, ...], Places, Floats]:
        """Columns of the scored criteria, what moved each account, and its change of points.

        What moved it is a place among the columns, then `_BESIDE_CRITERIA`. The change has shape
        (criteria, moved) and is NaN without a score on both sides.
        """
        before = np.searchsorted(self.before.matches.rows, self.moved)
        after = np.searchsorted(self.after.matches.rows, self.moved)
        changes = _changes(self.before, before, self.after, after)
        keys = list(changes)
        change = np.reshape([*changes.values()], (len(keys), len(self.moved))).astype(np.float64)
        shift = self.after.score[after] - self.before.score[before]
        change[:, np.isnan(shift)] = np.nan
        cause = np.full(len(self.moved), len(keys) + 1)
        policy = self.after.profile.tiers
        if keys:
            pull = np.nan_to_num(change * np.sign(shift))
            # Where the clip to 0…100 hides every pull, the largest change did it.
            pull = np.where(pull.max(axis=0) > 0, pull, np.abs(np.nan_to_num(change)))
            by_score = np.nan_to_num(shift) != 0
            if policy.names == self.before.profile.tiers.names:
                # A higher score in a lower tier: others rose more.
                by_score &= (shift > 0) == (self.after.tier[after] < self.before.tier[before])
            cause[by_score] = pull.argmax(axis=0)[by_score]
        if "value" in (policy.kind, self.before.profile.tiers.kind):
            cause[:] = len(keys) + 1
        was, now = _is_too_little(self.before, before), _is_too_little(self.after, after)
        cause[was != now] = len(keys) + _BESIDE_CRITERIA.index(KNOWN)
        if policy != self.before.profile.tiers:
            old = self.before.under(self.before.profile.replace(tiers=policy))
            cause[old.tier[before] == self.after.tier[after]] = len(keys)
        return tuple(column for column, _, _ in keys), cause, change


def compare(before: Evaluation, after: Evaluation) -> Comparison:
    """Hold two profiles against each other.

    Parameters
    ----------
    before, after
        On the same accounts (`Evaluation.under`).
    """
    labels = [*_labels(before, after), POSSIBLE, FAILING]
    return Comparison(before, after, _places(before, labels), _places(after, labels))


def _labels(before: Evaluation, after: Evaluation) -> list[str]:
    names = dict.fromkeys([*groups(before.profile.tiers), *groups(after.profile.tiers)])
    others = [name for name in (UNRANKED, TOO_LITTLE_KNOWN) if name in names]
    return [*(name for name in names if name not in others), *others]


def _is_too_little(evaluation: Evaluation, places: Places) -> Flags:
    """Of which of some matches too little is known for a tier."""
    unknown = evaluation.too_little_known
    return np.zeros(len(places), dtype=bool) if unknown is None else unknown[places]


def _places(evaluation: Evaluation, labels: list[str]) -> Labels:
    """Place of every account of the universe in the labels."""
    places = np.full(len(evaluation.universe), labels.index(FAILING), dtype=np.int16)
    places[evaluation.possible.rows] = labels.index(POSSIBLE)
    names = groups(evaluation.profile.tiers)
    own = np.array([labels.index(name) for name in names], dtype=np.int16)
    places[evaluation.matches.rows] = own[evaluation.tier]
    return places


def _scores(evaluation: Evaluation, rows: Places) -> Floats:
    """Score of accounts of the universe; NaN where they do not match."""
    return _of_matches(evaluation, rows, evaluation.score)


def _coverages(evaluation: Evaluation, rows: Places) -> Floats:
    """Coverage of accounts of the universe; NaN where they do not match."""
    return _of_matches(evaluation, rows, evaluation.coverages)


def _of_matches(evaluation: Evaluation, rows: Places, values: Floats) -> Floats:
    at, there = _among_matches(evaluation, rows)
    found = np.full(len(rows), np.nan)
    found[there] = values[at[there]]
    return found


def _tiers(evaluation: Evaluation, rows: Places) -> list[str | None]:
    """Tier name of accounts of the universe; None where they do not match."""
    at, there = _among_matches(evaluation, rows)
    names = groups(evaluation.profile.tiers)
    return [
        names[evaluation.tier[place]] if found else None
        for place, found in zip(at, there, strict=True)
    ]


def _among_matches(evaluation: Evaluation, rows: Places) -> tuple[Places, npt.NDArray[np.bool_]]:
    """Labels of accounts among the matches, and whether they are there."""
    matches = evaluation.matches.rows
    at = np.searchsorted(matches, rows)
    there = at < len(matches)
    there[there] = matches[at[there]] == rows[there]
    return at, there


def _not_passed(evaluation: Evaluation, rows: Places) -> list[npt.NDArray[np.bool_]]:
    missed = []
    for gate in evaluation.profile.gates:
        fails, unknown = evaluation.gate(gate)
        missed.append(fails[rows] | unknown[rows])
    return missed


def _gate_causes(evaluation: Evaluation, rows: Places) -> tuple[GateCause, ...]:
    missed = _not_passed(evaluation, rows)
    together = np.sum(missed, axis=0, dtype=np.int64)
    causes = [
        GateCause(gate, int(np.count_nonzero(one)), int(np.count_nonzero(one & (together == 1))))
        for gate, one in zip(evaluation.profile.gates, missed, strict=True)
    ]
    return tuple(sorted((c for c in causes if c.accounts), key=lambda c: (-c.accounts, -c.alone)))


def _missed(evaluation: Evaluation, rows: Places) -> list[list[str]]:
    missed = _not_passed(evaluation, rows)
    gates = evaluation.profile.gates
    return [
        list(dict.fromkeys(g.column for g, one in zip(gates, missed, strict=True) if one[place]))
        for place in range(len(rows))
    ]


_Key = tuple[str, bool, int]


def _changes(before: Evaluation, old: Places, after: Evaluation, new: Places) -> dict[_Key, Floats]:
    """Points that each scored criterion changed the scores of some accounts by.

    With S = Σ w·f / Σ w, a criterion's share of the change is (w′·f′ − w·f − S·(w′ − w)) / Σ w′, where
    a drawback's w·f is negative and its w in no Σ w. What did not change has no share, and the shares
    add up to the change of the score before it is clipped to 0…100.

    Parameters
    ----------
    before, after
        The two markets.
    old, new
        Labels of the accounts among the matches of either.
    """
    if not before.profile.having(Role.NICE_TO_HAVE) or after.profile.having(Role.NICE_TO_HAVE):
        was, now = _terms(before, old), _terms(after, new)
        sign = 1.0
    else:
        # Without a nice-to-have every score is 100; the same change is then read backwards.
        was, now = _terms(after, new), _terms(before, old)
        sign = -1.0
    none = np.zeros(len(old)), np.zeros(len(old))
    points = sum((signed for signed, _ in was.values()), none[0])
    weight = sum((counted for _, counted in was.values()), none[0])
    total = sum((counted for _, counted in now.values()), none[0])
    share = np.divide(points, weight, out=np.ones(len(old)), where=weight > 0)
    unit = np.divide(sign * 100, total, out=np.zeros(len(old)), where=total > 0)
    changes = {}
    for key in dict.fromkeys([*was, *now]):
        signed, counted = was.get(key, none)
        signed_now, counted_now = now.get(key, none)
        changes[key] = unit * (signed_now - signed - share * (counted_now - counted))
    return changes


def _terms(evaluation: Evaluation, places: Places) -> dict[_Key, tuple[Floats, Floats]]:
    """Each scored criterion's w·f (negative for drawbacks), and its w where it counts in Σ w.

    Keys are the column, whether it speaks for an account, and which of its kind it is, so that the same
    criterion is found again in another version whatever its weight or test.
    """
    criteria = evaluation.profile.scored
    if not evaluation.profile.having(Role.NICE_TO_HAVE):
        return {}
    scored = evaluation.matches.scored(criteria)
    terms: dict[_Key, tuple[Floats, Floats]] = {}
    seen: Counter[tuple[str, bool]] = Counter()
    for index, criterion in enumerate(criteria):
        kind = criterion.column, criterion.role.favours
        points = criterion.weight * scored.fits[index, places]
        counted = criterion.weight * scored.known[scored.pattern[places], index].astype(np.float64)
        favours = criterion.role.favours
        terms[*kind, seen[kind]] = (points, counted) if favours else (-points, 0 * counted)
        seen[kind] += 1
    return terms
