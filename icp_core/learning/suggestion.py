"""What was learned, as an ordinary profile: criteria on the scale of 1 to 10 that anybody can edit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import narwhals as nw
import numpy as np
import polars as pl
from sklearn.linear_model import LogisticRegression

from icp_core.accounts.columns import Kind, describe_all
from icp_core.evaluation.expressions import evaluated
from icp_core.evaluation.fits import fit
from icp_core.evaluation.names import INNER, NAMES
from icp_core.intervals import wilson
from icp_core.learning import scorecard
from icp_core.learning.attributes import Attribute, attributes
from icp_core.learning.evidence import Evidence
from icp_core.learning.labelled import LabelledAccounts
from icp_core.learning.levels import OTHER
from icp_core.learning.scorecard import RIDGE, Scorecard
from icp_core.profiles.model import (
    MAX_WEIGHT,
    NEW_TIERS,
    Choice,
    Criterion,
    Fit,
    Flag,
    Profile,
    Range,
    Role,
    Tags,
)
from icp_core.reference.arrays import Flags, Floats

DRAWBACKS: Final = 2
EQUAL_WEIGHT: Final = 5
LEAST_WORST: Final = 20
_MOST_VALUES: Final = 12
_WEAK_FIT: Final = 0.35
# A must-have keeps everybody else out, so nearly all of the best must meet it, for certain.
_ONE_SIDED: Final = 0.95
_SELECTIVE: Final = 0.8


@dataclass(frozen=True, eq=False)
class Learned:
    """Everything learned from one set of labelled.

    Attributes
    ----------
    card
        The fitted model.
    attributes
        Every column, the suggested ones first.
    profile
        The profile made of the suggested ones; None where nothing is proven.
    """

    card: Scorecard
    attributes: tuple[Attribute, ...]
    profile: Profile | None

    @property
    def suggested(self) -> tuple[Attribute, ...]:
        """The four to five sharpest attributes, fewer where fewer are proven."""
        return tuple(a for a in self.attributes if a.rank is not None)


def learn_from(
    labelled: LabelledAccounts,
    worst: LabelledAccounts | None,
    rng: np.random.Generator,
    *,
    like: Profile | None = None,
) -> Learned:
    """Fit the scorecard, look at every column, and make the profile.

    Parameters
    ----------
    labelled
        The best customers (positive) and those they are compared with.
    worst
        The worst customers (positive) and the best; None where there are too few.
    rng
        Deals the folds.
    like
        A profile whose tiers, potential and currency the new one takes over.

    Raises
    ------
    LearningError
        If the accounts are too few or all alike.
    """
    card = scorecard.fit(labelled, rng)
    found = attributes(labelled, card, rng)
    suggested = [attribute for attribute in found if attribute.rank is not None]
    criteria = _criteria(suggested, labelled)
    if not criteria:
        return Learned(card, found, None)
    criteria, fits, unit = _weighed(criteria, labelled)
    criteria = [*_gated(criteria, fits, labelled), *_drawbacks(criteria, worst, card, rng, unit)]
    model = like or Profile(name="Learned", tiers=NEW_TIERS)
    return Learned(
        card,
        found,
        model.replace(
            name="Learned from the best customers",
            description="Suggested by what the best customers share; edit it like any other.",
            criteria=tuple(criteria),
        ),
    )


def equal_weights(profile: Profile) -> Profile:
    """The same criteria, all with the same weight."""
    return profile.replace(
        name="Equal weights",
        criteria=tuple(c.replace(weight=EQUAL_WEIGHT) for c in profile.criteria),
    )


def ranking(frame: pl.DataFrame, profile: Profile) -> Floats:
    """The order in which the product lists accounts: matches before possible ones before the rest.

    Within each, by score; from 0 (fails, no score) to 5 (matches with score 100).
    """
    lazy = evaluated(nw.from_native(frame.lazy()), profile, columns=describe_all(frame.schema))
    rows = lazy.select(NAMES.state, INNER.score).collect().to_native()
    listed = 2 * rows[NAMES.state].cast(pl.Float64) + rows[INNER.score].fill_null(0.0) / 100
    return np.asarray(listed.to_numpy(), dtype=np.float64)


def fits_of(frame: pl.DataFrame, criteria: Sequence[Criterion]) -> Floats:
    """Fits of accounts on criteria, shape (accounts, criteria), NaN where unknown."""
    columns = describe_all(frame.schema)
    lazy = nw.from_native(frame.lazy()).select(
        fit(criterion.fit, columns[criterion.column], columns=columns).alias(f"fit_{index}")
        for index, criterion in enumerate(criteria)
    )
    return np.asarray(lazy.collect().to_native().to_numpy(), dtype=np.float64)


def fit_from(learned: Evidence) -> Fit | None:
    """A fit that says what the weights of evidence say, or None where they speak for no level."""
    weights = learned.weights
    match learned.levels.column.kind:
        case Kind.NUMBER:
            return _range(learned)
        case Kind.FLAG:
            return Flag(value=bool(weights[1] > weights[0])) if max(weights[:2]) > 0 else None
        case Kind.TAGS:
            names = [learned.levels.names[tag] for tag in learned.tags]
            return Tags(tags=tuple(names)) if names else None
        case Kind.INDUSTRY:
            return _industries(learned)
        case _:
            return _choice(learned)


def _range(learned: Evidence) -> Range | None:
    weights, edges = learned.weights[:-1], learned.levels.edges
    peak = int(np.argmax(weights))
    if weights[peak] <= 0 or edges is None or not len(edges):
        return None

    def run(enough: Flags) -> tuple[int, int]:
        first = last = peak
        while first > 0 and enough[first - 1]:
            first -= 1
        while last < len(weights) - 1 and enough[last + 1]:
            last += 1
        return first, last

    inner, outer = run(weights >= weights[peak] / 2), run(weights > 0)
    a = b = c = d = None
    if inner[0] > 0:
        b = float(edges[inner[0] - 1])
        a = float(edges[max(outer[0] - 1, 0)])
    if inner[1] < len(weights) - 1:
        c = float(edges[inner[1]])
        d = float(edges[min(outer[1], len(edges) - 1)])
    if a is None and c is None:
        return None
    wide = edges[0] > 0 and edges[-1] > 10 * edges[len(edges) // 2]
    return Range(a=a, b=b, c=c, d=d, scale="log" if wide else "linear")


def _graded(weight: float, best: float) -> float:
    """The share of the best level's evidence, in tenths; 0 where it is next to nothing."""
    share = min(weight / best, 1.0)
    return round(share, 1) if share >= _WEAK_FIT else 0.0


def _choice(learned: Evidence) -> Choice | None:
    known = {
        name: float(weight)
        for name, weight in zip(learned.levels.names, learned.weights, strict=False)
        if name != OTHER
    }
    best = max(known.values(), default=0.0)
    if best <= 0:
        return None
    ordered = sorted(known.items(), key=lambda item: (-item[1], item[0]))[:_MOST_VALUES]
    return Choice(
        values={name: grade for name, weight in ordered if (grade := _graded(weight, best))}
    )


def _industries(learned: Evidence) -> Choice | None:
    """Sections, and those of their divisions and groups that differ from the level above them."""
    levels = learned.levels
    best = float(learned.weights[:-1].max(initial=0.0))
    if best <= 0:
        return None
    grades: dict[str, float] = {}
    divisions, sections = levels.parent_names
    for place, section in enumerate(sections):
        if section != OTHER:
            grades[section] = _graded(float(learned.parents[1][place]), best)
    section_of = dict(zip(levels.parents[0].tolist(), levels.parents[1].tolist(), strict=True))
    for place, division in enumerate(divisions):
        above = grades.get(sections[section_of[place]], 0.0)
        grade = _graded(float(learned.parents[0][place]), best)
        grades[division] = grade if abs(grade - above) > 0.15 else above
    for place, group in enumerate(levels.names):
        above = grades[divisions[int(levels.parents[0][place])]]
        grade = _graded(float(learned.weights[place]), best)
        if len(group) == 4 and abs(grade - above) > 0.15:
            grades[group] = grade
    kept: dict[str, float] = {}
    for code, grade in sorted(grades.items(), key=lambda item: len(item[0])):
        above = next(
            (kept[p] for p in _above(code, sections, divisions, section_of) if p in kept), 0
        )
        if grade != above:
            kept[code] = grade
    return Choice(values=kept) if any(kept.values()) else None


def _above(
    code: str, sections: Sequence[str], divisions: Sequence[str], section_of: dict[int, int]
) -> list[str]:
    if len(code) == 1:
        return []
    section = sections[section_of[divisions.index(code[:2])]]
    return [section] if len(code) == 2 else [code[:2], section]


def _criteria(suggested: Sequence[Attribute], labelled: LabelledAccounts) -> list[Criterion]:
    made = []
    for attribute in suggested:
        test = fit_from(attribute.evidence)
        if test is not None and attribute.column.name in labelled.frame.columns:
            made.append(Criterion(column=attribute.column.name, role=Role.NICE_TO_HAVE, fit=test))
    return made


def _slopes(design: Floats, positive: Floats) -> Floats:
    model = LogisticRegression(C=1 / RIDGE, solver="newton-cholesky").fit(design, positive)
    return np.asarray(model.coef_[0], dtype=np.float64)


def _filled(fits: Floats) -> Floats:
    """Unknown fits put at the mean of the known ones, so that they speak neither way."""
    known = ~np.isnan(fits)
    mean = np.where(known, fits, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(known, fits, mean)


def _weighed(
    criteria: list[Criterion], labelled: LabelledAccounts
) -> tuple[list[Criterion], Floats, float]:
    """Weights from a ridge logistic regression on the fits; criteria that add nothing are dropped.

    Returns
    -------
    criteria, fits, unit
        The criteria, the accounts' fits on them, and the log-odds that one point of weight stands for.
    """
    fits = fits_of(labelled.frame, criteria)
    slopes = _slopes(_filled(fits), labelled.positive)
    while (slopes <= 0).any() and len(criteria) > 1:
        kept = np.flatnonzero(slopes > 0)
        if not len(kept):
            kept = np.arange(1)
        criteria, fits = [criteria[place] for place in kept], fits[:, kept]
        slopes = _slopes(_filled(fits), labelled.positive)
    unit = max(float(slopes.max()), 1e-6) / MAX_WEIGHT
    weighed = [
        c.replace(weight=int(np.clip(round(slope / unit), 1, MAX_WEIGHT)))
        for c, slope in zip(criteria, slopes.tolist(), strict=True)
    ]
    return weighed, fits, unit


def _gated(criteria: list[Criterion], fits: Floats, labelled: LabelledAccounts) -> list[Criterion]:
    """Turn criteria that practically all of the best meet, and many others do not, into must-haves."""
    best = labelled.positive > 0
    gated = []
    for criterion, values in zip(criteria, fits.T, strict=True):
        known, meets = ~np.isnan(values), values > 0
        low, _ = wilson((meets & best).sum(), (known & best).sum())
        others = (meets & ~best).sum() / max((known & ~best).sum(), 1)
        one_sided = float(low) >= _ONE_SIDED and others <= _SELECTIVE
        gated.append(criterion.replace(role=Role.MUST_HAVE) if one_sided else criterion)
    if all(criterion.role.is_gate for criterion in gated):
        # Something must rank the matches: the sharpest criterion scores as well.
        gated.append(criteria[0])
    return gated


def _drawbacks(
    criteria: list[Criterion],
    worst: LabelledAccounts | None,
    card: Scorecard,
    rng: np.random.Generator,
    unit: float,
) -> list[Criterion]:
    """What marks the worst customers among all that were won or tried, beyond lacking the above."""
    if worst is None:
        return []
    # Other tags of a list may speak against an account; the other end of a number is said already.
    used = {c.column for c in criteria if not isinstance(c.fit, Tags)}
    looked_at = worst.without(used)
    if not looked_at.coded:
        return []
    against = scorecard.fit(
        looked_at, rng, beside=card.log_odds(worst), most=DRAWBACKS, proven_only=True
    )
    made = []
    for pick in against.picks:
        test = fit_from(pick.evidence)
        if test is None:
            continue
        criterion = Criterion(column=pick.name, role=Role.DRAWBACK, fit=test)
        if not _marks(criterion, worst):
            continue
        design = np.column_stack([card.log_odds(worst), _filled(fits_of(worst.frame, [criterion]))])
        slope = float(_slopes(design, worst.positive)[1])
        if slope > 0:
            made.append(criterion.replace(weight=int(np.clip(round(slope / unit), 1, MAX_WEIGHT))))
    return made


def _marks(criterion: Criterion, worst: LabelledAccounts) -> bool:
    """Whether the worst meet a criterion more often than the best, other columns left aside."""
    fits = fits_of(worst.frame, [criterion])[:, 0]
    bad, known, meets = worst.positive > 0, ~np.isnan(fits), fits > 0
    low, _ = wilson((meets & bad).sum(), (known & bad).sum())
    return bool(low > (meets & ~bad).sum() / max((known & ~bad).sum(), 1))


@dataclass(frozen=True)
class Disagreement:
    """What two profiles make of the same column.

    `hand` and `learned` are weights, negative for drawbacks; a gate is given by its role; None where
    the profile does not look at the column.
    """

    column: str
    hand: int | Role | None
    learned: int | Role | None
    kind: str


def disagreements(hand: Profile, learned: Profile) -> tuple[Disagreement, ...]:
    """Columns that one profile wants and the other does not, or that they weigh three points apart."""
    ours, theirs = _by_column(hand), _by_column(learned)
    found = []
    for column in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(column), theirs.get(column)
        kind = _kind(a, b)
        if kind:
            found.append(Disagreement(column, a, b, kind))
    return tuple(found)


def _by_column(profile: Profile) -> dict[str, int | Role]:
    values: dict[str, int | Role] = {}
    for criterion in profile.criteria:
        counts = criterion.role if criterion.role.is_gate else criterion.signed_weight
        values.setdefault(criterion.column, counts)
    return values


def _kind(a: int | Role | None, b: int | Role | None) -> str:
    if a is None:
        return "only learned"
    if b is None:
        return "only by hand"
    if _sign(a) != _sign(b):
        return "opposite sign"
    if isinstance(a, Role) or isinstance(b, Role):
        return "" if a == b else "other role"
    return "other size" if abs(a - b) >= 3 else ""


def _sign(value: int | Role) -> int:
    if isinstance(value, Role):
        return 1 if value.favours else -1
    return 1 if value > 0 else -1


def ranked_apart(
    frame: pl.DataFrame, hand: Profile, learned: Profile, *, count: int = 10
) -> pl.DataFrame:
    """Accounts that one profile ranks high and the other low.

    Parameters
    ----------
    frame
        Accounts.
    hand, learned
        The two profiles.
    count
        How many of each kind.

    Returns
    -------
    pl.DataFrame
        `account_id`, `name`, `hand` and `learned` (percentile ranks, 1 is best) and `favoured_by`.
    """
    ranks = {
        name: pl.Series(ranking(frame, profile)).rank("average") / len(frame)
        for name, profile in (("hand", hand), ("learned", learned))
    }
    table = frame.select("account_id", "name").with_columns(**ranks)
    gap = pl.col("learned") - pl.col("hand")
    table = table.with_columns(
        favoured_by=pl.when(gap > 0).then(pl.lit("learned")).otherwise(pl.lit("hand"))
    ).filter(gap != 0)
    return pl.concat(
        [
            table.sort(gap, "account_id", descending=[True, False]).head(count).filter(gap > 0),
            table.sort(gap, "account_id").head(count).filter(gap < 0),
        ]
    )
