"""A few groups of customers, if there are any, each named by what sets it apart.

Customers are grouped by spectral clustering on Gower similarities. How many groups is decided by
stability (Ben-Hur, Elisseeff and Guyon 2002): a number is right when two random parts, grouped
separately, agree on the customers they share (adjusted Rand index). One group is the answer unless the
agreement is high, and higher than on the same columns shuffled, each by itself: what remains there is
not a group but the values of one column.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from sklearn.cluster import SpectralClustering
from sklearn.metrics import adjusted_rand_score

from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.similarity import Gower
from icp_core.accounts.universe import Universe
from icp_core.learning import attributes, evidence
from icp_core.learning.evidence import Evidence
from icp_core.learning.labelled import LabelledAccounts, Report
from icp_core.learning.levels import Coded
from icp_core.learning.suggestion import fit_from
from icp_core.profiles.model import NEW_TIERS, Criterion, Profile, Role
from icp_core.reference import industry
from icp_core.reference.arrays import Flags, Floats, Ints, Rows

MOST_SEGMENTS: Final = 6
LEAST_CUSTOMERS: Final = 30
STABLE: Final = 0.6
_MOST_GROUPED: Final = 400
_DRAWS: Final = 8
_SHUFFLES: Final = 4
_SHARE: Final = 0.7
_MARGIN: Final = 0.1
_LEAST_MARGIN: Final = 0.05
_ABOUT: Final = 0.05
_TOLD: Final = 2
_NAMED: Final = 2
_APART: Final = 0.1


@dataclass(frozen=True, eq=False)
class Segment:
    """A group of customers.

    Attributes
    ----------
    name
        What sets it apart, in a few words.
    rows
        Of its customers in the universe.
    share
        Of all customers that were grouped.
    profile
        Criteria for what sets it apart from the market; None where nothing does.
    """

    name: str
    rows: Rows
    share: float
    profile: Profile | None


@dataclass(frozen=True, eq=False)
class Segments:
    """All groups, the largest first.

    Attributes
    ----------
    segments
        One or more.
    stability
        Agreement by number of groups tried, and the highest on shuffled columns: `segments`,
        `agreement`, `by_chance`.
    note
        Why there are no groups; empty where there are.
    """

    segments: tuple[Segment, ...]
    stability: pl.DataFrame
    note: str = ""


def find_segments(
    universe: Universe,
    customers: Rows,
    columns: Sequence[Column],
    market: LabelledAccounts,
    rng: np.random.Generator,
    *,
    like: Profile | None = None,
    progress: Report | None = None,
) -> Segments:
    """Group customers.

    Parameters
    ----------
    universe
        The accounts.
    customers
        Rows of the customers, best first.
    columns
        What to group by; the suggested attributes say most.
    market
        LabelledAccounts to compare a group with; its positives are left out.
    rng
        Draws the halves.
    like
        A profile whose tiers, potential and currency the new ones take over.
    progress
        Called with the share done; what it raises ends the work.

    Raises
    ------
    LearningError
        If there is no column to group by.
    """
    customers = customers[:_MOST_GROUPED]
    frame = universe.frame[customers]
    gower = Gower.on(universe, columns)
    alike = 1 - gower.to(frame).distances(frame)
    shuffled = [_shuffled(frame, gower, rng) for _ in range(_SHUFFLES)]
    tried = []
    if len(customers) >= LEAST_CUSTOMERS:
        for count in range(2, MOST_SEGMENTS + 1):
            if progress:
                progress((count - 2) / (MOST_SEGMENTS - 1), "Grouping customers")
            chance = max(_stability(alone, count, rng) for alone in shuffled)
            tried.append((count, _stability(alike, count, rng), chance))
    stability = pl.DataFrame(
        tried,
        schema={"segments": pl.Int64, "agreement": pl.Float64, "by_chance": pl.Float64},
        orient="row",
    )
    by_chance = pl.col("by_chance")
    real = stability.filter(
        (pl.col("agreement") >= STABLE)
        & (pl.col("agreement") >= by_chance + ((1 - by_chance) / 2).clip(_LEAST_MARGIN, _MARGIN))
    )
    whole = Segment("All customers", customers, 1.0, None)
    if len(customers) < LEAST_CUSTOMERS:
        note = f"It takes {LEAST_CUSTOMERS} customers to look for segments; there are {len(customers)}."
        return Segments((whole,), stability, note)
    if real.is_empty():
        note = "No number of segments comes out the same twice; treat the customers as one segment."
        return Segments((whole,), stability, note)
    # Of numbers that are about as stable the largest: of three kinds two may look like one each time.
    about = real.filter(pl.col("agreement") >= pl.col("agreement").max() - _ABOUT)
    chosen: int = about["segments"].to_list()[-1]
    groups = _grouped(alike, chosen)
    found = []
    for group in range(chosen):
        rows = customers[groups == group]
        name, profile = _portrait(frame, groups == group, market, gower.columns, like)
        found.append(Segment(name, rows, len(rows) / len(customers), profile))
    found.sort(key=lambda segment: -segment.share)
    return Segments(tuple(found), stability)


def _shuffled(frame: pl.DataFrame, gower: Gower, rng: np.random.Generator) -> Floats:
    """Similarities of the customers if their columns had nothing to do with each other."""
    mixed = frame.with_columns(
        pl.Series(c.name, frame[c.name].gather(rng.permutation(len(frame)))) for c in gower.columns
    )
    return 1 - gower.to(mixed).distances(mixed)


def _grouped(alike: Floats, count: int) -> Ints:
    clustering = SpectralClustering(
        count, affinity="precomputed", assign_labels="cluster_qr", random_state=0
    )
    # The power makes near neighbours count for more than the crowd; the rest keeps all connected.
    return np.asarray(clustering.fit_predict(alike**4 + 1e-3), dtype=np.int64)


def _stability(alike: Floats, count: int, rng: np.random.Generator) -> float:
    size = len(alike)
    taken = max(int(_SHARE * size), count + 1)
    scores = []
    for _ in range(_DRAWS):
        halves = []
        for _ in range(2):
            rows = np.sort(rng.choice(size, taken, replace=False))
            groups = np.full(size, -1)
            groups[rows] = _grouped(alike[np.ix_(rows, rows)], count)
            halves.append(groups)
        both = (halves[0] >= 0) & (halves[1] >= 0)
        scores.append(adjusted_rand_score(halves[0][both], halves[1][both]))
    return float(np.mean(scores))


def _portrait(
    frame: pl.DataFrame,
    inside: Flags,
    market: LabelledAccounts,
    columns: Sequence[Column],
    like: Profile | None,
) -> tuple[str, Profile | None]:
    """A name by contrast with the other customers, and a profile by contrast with the market."""
    positive = inside.astype(np.float64)
    expected = np.full(len(frame), positive.mean())
    others = market.take(np.flatnonzero(market.positive == 0))
    told: list[tuple[float, str]] = []
    criteria = []
    for column in columns:
        if column.name not in market.coded:
            continue
        levels = market.coded[column.name].levels
        coded = levels.code(frame[column.name])
        apart = evidence.learn(coded, positive, expected)
        favourable = apart.favourable(coded)
        gap = favourable[inside].mean() - favourable[~inside].mean()
        told.append((float(gap), _said(apart, coded, inside)))
        both = levels.code(pl.concat([frame.filter(pl.Series(inside)), others.frame])[column.name])
        label = np.append(np.ones(int(inside.sum())), np.zeros(len(others)))
        learned: Evidence = evidence.learn(both, label, np.full(len(label), label.mean()))
        test = fit_from(learned)
        strength = float((learned.favourable(both)[: int(inside.sum())]).mean()) - float(
            (learned.favourable(both)[int(inside.sum()) :]).mean()
        )
        if test is not None and strength > 0.05:
            weight = int(np.clip(round(10 * strength), 1, 10))
            criteria.append(
                Criterion(column=column.name, role=Role.NICE_TO_HAVE, fit=test, weight=weight)
            )
    told.sort(key=lambda item: -item[0])
    name = "; ".join(text for gap, text in told[:_TOLD] if gap > _APART) or "Mixed"
    if not criteria:
        return name, None
    model = like or Profile(name="Learned", tiers=NEW_TIERS)
    return name, model.replace(
        name=f"Segment: {name}"[:80],
        description="Suggested by what sets this segment of customers apart from the market.",
        criteria=tuple(sorted(criteria, key=lambda c: -c.weight)),
    )


def _said(apart: Evidence, coded: Coded, inside: Flags) -> str:
    """The levels that set a segment apart most, by how much more common they are in it."""
    levels = apart.levels
    if levels.column.kind in (Kind.NUMBER, Kind.FLAG):
        return f"{levels.column.label} {attributes.favourable(apart)}"
    if coded.tags is not None:
        held, names = coded.tags, levels.names
    elif levels.column.kind is Kind.INDUSTRY:
        # By section: divisions are too many for a name.
        names = levels.parent_names[-1]
        held = np.append(levels.parents[-1], len(names))[coded.codes, None] == np.arange(len(names))
        names = tuple(industry.label(section).capitalize() for section in names)
    else:
        names = levels.names
        held = coded.codes[:, None] == np.arange(len(names))
    gaps = held[inside].mean(axis=0) - held[~inside].mean(axis=0)
    most = np.argsort(-gaps, kind="stable")[:_NAMED]
    # The second only where it says something as well.
    said = " or ".join(names[at] for at in most if gaps[at] > max(_APART / 2, gaps[most[0]] / 3))
    return (
        said
        if levels.column.kind in (Kind.INDUSTRY, Kind.TAGS)
        else f"{levels.column.label} {said}"
    )
