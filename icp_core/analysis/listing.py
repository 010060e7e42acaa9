"""The account list by page: filtered, searched and sorted, and only one page of it ever gathered.

What makes it quick is kept: by the universe the text that a search looks through, folded once, by the
evaluation the rank of every account in a column that was sorted by.
"""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import polars as pl

from icp_core.analysis.team import key_of
from icp_core.errors import AccountError
from icp_core.evaluation.arrays import largest
from icp_core.evaluation.in_memory import Accounts, Evaluation, evaluated_rows
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.tiers import tier_labels
from icp_core.reference.arrays import Flags, Floats, Places
from icp_core.reference.text import fold, fold_expr

State = Literal["match", "possible", "fail", "any"]
BEST: Final = "best"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which accounts to list; whatever is left empty asks for nothing.

    Attributes
    ----------
    state
        Matches, possible accounts, those that fail a gate, or any of them.
    text
        Words that must all occur in name, domain, national number, owner, territory or account_id,
        whatever their case and accents; a number may be written with spaces and dashes.
    tiers
        Names of tiers, or of the others of `tiers.groups`; asks for matches only.
    regions
        Region codes; None among them asks for accounts without one.
    owners, territories
        As the accounts name them, whatever case and blanks; None among them asks for accounts that
        have none.
    customer
        Only customers, only those that are known not to be, or only those of whom it is unknown.
    among, without
        Only, or none of, these account_ids: what was decided about accounts is kept elsewhere.
    """

    state: State = "match"
    text: str = ""
    tiers: tuple[str, ...] = ()
    regions: tuple[str | None, ...] = ()
    owners: tuple[str | None, ...] = ()
    territories: tuple[str | None, ...] = ()
    customer: bool | Literal["unknown"] | None = None
    among: Collection[str] | None = None
    without: Collection[str] = ()


@dataclass(frozen=True, eq=False)
class Page:
    """One page of a list.

    Attributes
    ----------
    total
        Accounts on all pages.
    rows
        Those on this page, with everything that `expressions.evaluated` adds, and `tier`
        (`tiers.tier_labels`; null where not a match).
    """

    total: int
    rows: pl.DataFrame


def page(
    evaluation: Evaluation,
    wanted: Wanted,
    *,
    sort: str = BEST,
    descending: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> Page:
    """One page of the accounts wanted.

    Parameters
    ----------
    evaluation
        The market.
    wanted
        Filters.
    sort
        `best` (matches before possible accounts before others; then score, potential, account_id: the
        best first, the too little known behind all others), `score`, `coverage`, `potential`, or a
        column; values that are unknown come last either way, and account_id decides between equals.
    descending
        Largest first; for `best`, the worst first.
    offset, limit
        Place of the first row, and how many.

    Raises
    ------
    AccountError
        If the accounts cannot be sorted by that column.
    """
    accounts, places = _found(evaluation, wanted)
    keys = _keys(evaluation, wanted.state, accounts, places, sort)
    if descending:
        # Unknown is the lowest of all keys and stays so.
        keys = tuple(np.where(np.isneginf(key), key, -key) for key in keys)
    top = largest(min(offset + limit, len(places)), *keys)
    order = np.lexsort((top, *(-key[top] for key in reversed(keys))))
    chosen = places[top[order[offset:]]]
    if wanted.state == "match":
        return Page(len(places), evaluation.rows(chosen))
    frame = evaluation.universe.frame[accounts.rows[chosen]]
    rows = evaluated_rows(frame, evaluation.profile)
    return Page(len(places), rows.with_columns(_tiers(evaluation, wanted.state, chosen)))


def account_ids(evaluation: Evaluation, wanted: Wanted) -> pl.Series:
    """Ids of all the accounts wanted, rising: what a decision in bulk is made on."""
    accounts, places = _found(evaluation, wanted)
    return evaluation.universe.frame["account_id"][accounts.rows[places]]


def _found(evaluation: Evaluation, wanted: Wanted) -> tuple[Accounts, Places]:
    """The accounts in the state wanted, and the places among them that pass all filters."""
    accounts = {
        "match": lambda: evaluation.matches,
        "possible": lambda: evaluation.possible,
        "fail": lambda: evaluation.failing,
        "any": lambda: evaluation.all_in_memory,
    }[wanted.state]()
    inside = np.ones(len(accounts), dtype=bool)
    if wanted.tiers:
        names = [total.name for total in evaluation.tiers]
        asked = np.array([name in wanted.tiers for name in names])
        inside &= asked[evaluation.tier] if wanted.state == "match" else False
    if wanted.regions:
        codes, values = evaluation.codes("region")
        inside &= np.array([value in wanted.regions for value in values])[codes[accounts.rows]]
    for column, asked_names in (("owner", wanted.owners), ("territory", wanted.territories)):
        if asked_names:
            codes, values = evaluation.codes(column)
            asked_for = {key_of(name or "") or None for name in asked_names}
            is_asked = [(key_of(one or "") or None) in asked_for for one in values]
            inside &= np.array(is_asked)[codes[accounts.rows]]
    if wanted.customer == "unknown":
        inside &= accounts.customers_unknown
    elif wanted.customer is not None:
        told = ~accounts.customers_unknown
        inside &= told & (accounts.customers == wanted.customer)
    places = np.flatnonzero(inside)
    if wanted.text.strip():
        places = places[_contains(evaluation, accounts.rows[places], wanted.text)]
    ids = evaluation.universe.frame["account_id"]
    if wanted.among is not None:
        places = places[_is_in(ids[accounts.rows[places]], wanted.among)]
    if wanted.without:
        places = places[~_is_in(ids[accounts.rows[places]], wanted.without)]
    return accounts, places


def _tiers(evaluation: Evaluation, state: State, chosen: Places) -> pl.Series:
    """Tier of some accounts that need not match; null for those that don't."""
    names = tier_labels(evaluation.profile.tiers)
    if state != "any":
        return pl.repeat(None, len(chosen), dtype=pl.String, eager=True).alias(names.name)
    place = np.full(len(evaluation.all_in_memory), len(names))
    place[evaluation.matches.rows] = evaluation.tier
    return pl.concat([names, names.clear(1)]).gather(place[chosen])


def _is_in(ids: pl.Series, wanted: Collection[str]) -> npt.NDArray[np.bool_]:
    return ids.is_in(pl.Series(list(wanted), dtype=pl.String).implode()).to_numpy()


def _contains(evaluation: Evaluation, rows: Places, text: str) -> npt.NDArray[np.bool_]:
    searched = evaluation.universe.searched
    if len(rows) < len(searched):
        searched = searched[rows]
    found = pl.repeat(True, len(searched), eager=True)
    for word in _words(text):
        found &= searched.str.contains(word, literal=True)
    return found.to_numpy()


def _words(text: str) -> Sequence[str]:
    # Only spaces and dashes inside a number go: a lone dash stays a word to be searched for.
    joined = re.sub(r"(?<=\d)[\s-]+(?=\d)", "", text)
    return fold(joined).split()


def _keys(
    evaluation: Evaluation, state: State, accounts: Accounts, places: Places, sort: str
) -> tuple[Floats, ...]:
    """What to sort by, most important first: larger comes first, minus infinity is unknown."""

    def told(
        of_matches: Callable[[], Floats], of_possible: Callable[[], Floats], other: float = np.nan
    ) -> Floats:
        """What is told of matches and possible accounts, and something else for those that fail."""
        if state == "match":
            return of_matches()[places]
        if state == "possible":
            return of_possible()[places]
        found = np.full(len(accounts), other)
        if state == "any":
            found[evaluation.matches.rows] = of_matches()
            found[evaluation.possible.rows] = of_possible()
        return found[places]

    def score() -> Floats:
        return told(lambda: evaluation.score, lambda: evaluation.possible_score)

    def coverage() -> Floats:
        return told(lambda: evaluation.coverages, lambda: evaluation.possible_coverages)

    def behind() -> Floats:
        def where(unknown: Flags | None, count: int) -> Floats:
            return np.zeros(count) if unknown is None else -unknown.astype(np.float64)

        return told(
            lambda: where(evaluation.too_little_known, len(evaluation.matches)),
            lambda: where(evaluation.possible_too_little_known, len(evaluation.possible)),
            0.0,
        )

    def ahead() -> Floats:
        """Matches before possible accounts before those that fail."""
        of = evaluation.matches, evaluation.possible
        return told(lambda: np.full(len(of[0]), 2.0), lambda: np.full(len(of[1]), 1.0), 0.0)

    def potential() -> Floats:
        return accounts.potential(evaluation.profile).amount[places]

    if sort == BEST:
        first = (ahead(),) if state == "any" else ()
        keys: tuple[Floats, ...] = (*first, behind(), score(), potential())
    elif sort == NAMES.score:
        keys = (-score(),)
    elif sort == NAMES.coverage:
        keys = (-coverage(),)
    elif sort == NAMES.potential:
        keys = (-potential(),)
    else:
        rank = _rank(evaluation, sort)[accounts.rows[places]]
        keys = (np.where(rank > 0, -rank.astype(np.float64), np.nan),)
    return tuple(np.nan_to_num(key, nan=-np.inf) for key in keys)


def _rank(evaluation: Evaluation, column: str) -> npt.NDArray[np.uint32]:
    """Dense rank of every account in a column, 0 where unknown; texts by their folded form."""
    described = evaluation.universe.columns.get(column)
    if described is None or isinstance(evaluation.universe.frame.schema[column], pl.List):
        raise AccountError(f"The accounts cannot be sorted by {column}. Choose another column.")

    def compute() -> npt.NDArray[np.uint32]:
        value = pl.col(column)
        if evaluation.universe.frame.schema[column] == pl.String:
            value = fold_expr(value)
        rank = value.rank("dense").fill_null(0).cast(pl.UInt32)
        return evaluation.universe.frame.select(rank.alias("rank"))["rank"].to_numpy()

    return evaluation.keep(("rank", column), compute)
