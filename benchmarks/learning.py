"""How fast learning is on a million accounts, and how often it is right on data with a known truth.

    python -m benchmarks.learning --accounts 1000000
    python -m benchmarks.learning --large
    python -m benchmarks.learning --quality

The first learns from 300 customers of the fictional universe, looks for twins of 50, and compares with
scikit-learn's brute-force nearest neighbours on the one-hot encoding and a plain Gower distance that
skips nothing. The second learns from 45,000 won and lost deals. The third repeats simulations whose
truth is known. Memory is the peak of the process
above what it held before (Linux).
"""

import argparse
import ctypes
import gc
import os
import platform
import sys
import time
from collections.abc import Callable, Iterable
from datetime import date
from itertools import chain, product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from threadpoolctl import threadpool_limits

from icp_core.accounts import demo
from icp_core.accounts.columns import Column, Kind
from icp_core.accounts.neighbours import nearest
from icp_core.accounts.similarity import Gower
from icp_core.accounts.universe import Universe
from icp_core.analysis.verification import Stratum, Tally, wilson
from icp_core.intervals import ratio_of
from icp_core.learning import Outcomes, demo_deals, learn, rank_customers
from icp_core.learning.evidence import FOLDS
from icp_core.learning.labelled import LabelledAccounts, background, label, levels_of
from icp_core.learning.levels import attributes_of
from icp_core.learning.proof import COMPARED, _batch, _centred, _resamples, prove
from icp_core.learning.scorecard import fit, folds_of
from icp_core.learning.segments import find_segments
from icp_core.learning.suggestion import learn_from, ranking
from icp_core.profiles.model import Choice, Criterion, Profile, Range, Role

TODAY = date(2026, 9, 1)
DRIVERS = frozenset({"industry", "employees", "revenue_growth", "technologies"})
CUSTOMERS = 300
LABELLED = 45_000
LABELLED_COLUMNS = 16
NEIGHBOURS = 100
PROTOTYPES = 50
REPEATS = 5
# What Polars keeps for later would be taken for memory in use, or hide what is.
GIVE_BACK = "_RJEM_MALLOC_CONF", "dirty_decay_ms:0,muzzy_decay_ms:0"
# A profile that has nothing to do with the labels of `noise`.
BY_CHANCE = Profile(
    name="By chance",
    criteria=(
        Criterion(
            column="number", role=Role.NICE_TO_HAVE, weight=5, fit=Range(a=5, b=10, c=40, d=80)
        ),
        Criterion(
            column="choice", role=Role.NICE_TO_HAVE, weight=3, fit=Choice(values={"a": 1, "b": 0.5})
        ),
    ),
)
PAIRS = (
    *("learned, hand", "model, hand", "hand, base", "learned, equal", "model, learned"),
    *("learned, base", "model, base"),
)
# Log-odds for each of the numbers of `straight`.
EFFECTS = np.array([0.9, -0.7, 0.6, 0.5, -0.4, 0.3, 0, 0])


def universe_of(rows: int) -> Universe:
    """The fictional universe, active or not."""
    return Universe.of(demo.generate(rows), name="demo", label="Demo", fictional=True)


# --- Quality: simulations with a known truth ---------------------------------------------------------


def planted_cases(universe: Universe, seed: int, *, customers: int = CUSTOMERS) -> LabelledAccounts:
    """Some of the universe's customers, drawn by seed, against the rest of the market."""
    rng = np.random.default_rng(seed)
    flags = universe.frame["is_customer"].to_numpy()
    chosen = rng.choice(np.flatnonzero(flags), customers, replace=False)
    ranked = rank_customers(
        Outcomes.of_customers(universe.frame["account_id"].gather(chosen)), universe, today=TODAY
    )
    columns, _ = attributes_of(universe)
    return label(
        universe,
        ranked.rows("best"),
        background(universe, ranked, rng),
        levels_of(universe, columns),
    )


def suggested_columns(universe: Universe, seed: int) -> list[str]:
    """What learning from 300 customers suggests."""
    learned = learn_from(planted_cases(universe, seed), None, np.random.default_rng(seed))
    return [attribute.column.name for attribute in learned.suggested]


def noise(seed: int, *, size: int = 1_500, positives: int = 150) -> LabelledAccounts:
    """Columns of every kind, none of which has anything to do with the labels."""
    rng = np.random.default_rng([seed, 11])
    frame = pl.DataFrame(
        {
            "account_id": [f"X-{row}" for row in range(size)],
            "name": "X",
            "number": rng.lognormal(3, 1, size),
            "other": rng.normal(0, 1, size),
            "third": np.where(rng.random(size) < 0.3, np.nan, rng.normal(0, 1, size)),
            "choice": rng.choice(list("abcdefgh"), size),
            "many": rng.choice([f"v{i}" for i in range(40)], size),
            "flag": rng.random(size) < 0.3,
            "industry": rng.choice(["62.01", "62.02", "25.11", "46.90", "70.22", "41.20"], size),
        }
    )
    universe = Universe.of(frame, name="noise", label="Noise")
    columns, _ = attributes_of(universe)
    rows = rng.permutation(size).astype(np.int64)
    return label(universe, rows[:positives], rows[positives:], levels_of(universe, columns))


def says_it_cannot_tell(seed: int) -> bool:
    """Whether learning from noise ends in "can't tell"."""
    made = noise(seed)
    rng = np.random.default_rng(seed)
    learned = learn_from(made, None, rng)
    return learned.profile is None or not prove(made, None, rng, repeats=1).holds


def straight(
    seed: int, *, size: int = 1_500, correlated: bool = False
) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """Labels, and eight numbers with weak, straight effects: logistic regression is the right model.

    Unrelated numbers, or numbers that correlate by a half.
    """
    rng = np.random.default_rng(seed)
    values = rng.normal(0, 1, (size, 8))
    if correlated:
        values = (values + rng.normal(0, 1, (size, 1))) / np.sqrt(2)
    odds = values @ EFFECTS - 1
    return rng.random(size) < 1 / (1 + np.exp(-odds)), {f"x{i}": values[:, i] for i in range(8)}


def of_columns(positive: np.ndarray, columns: dict[str, np.ndarray]) -> LabelledAccounts:
    """LabelledAccounts with these labels and columns."""
    order = np.argsort(~positive, kind="stable")
    frame = pl.DataFrame(
        {"account_id": [f"A{i:05}" for i in range(len(order))], "name": "N"}
        | {name: values[order] for name, values in columns.items()}
    )
    universe = Universe.of(frame, name="x", label="X")
    used, _ = attributes_of(universe)
    count = int(positive.sum())
    return label(
        universe, np.arange(count), np.arange(count, len(order)), levels_of(universe, used)
    )


def plain_logistic(train: LabelledAccounts, test: LabelledAccounts) -> np.ndarray:
    """scikit-learn's own logistic regression on scaled numbers and one-hot choices."""
    numbers, choices = [], []
    for name in train.coded:
        dtype = train.frame.schema[name]
        if not isinstance(dtype, pl.List):
            (numbers if dtype.is_numeric() else choices).append(name)

    def table(part: LabelledAccounts) -> Any:
        return part.frame.select(
            *(pl.col(name).cast(pl.Float64) for name in numbers),
            *(pl.col(name).cast(pl.String).fill_null("?").str.slice(0, 5) for name in choices),
        ).to_pandas()

    model = make_pipeline(
        make_column_transformer(
            (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            (OneHotEncoder(handle_unknown="ignore"), choices),
        ),
        LogisticRegression(max_iter=2_000),
    )
    model.fit(table(train), train.positive)
    return np.asarray(model.predict_proba(table(test))[:, 1])


def out_of_sample(labelled: LabelledAccounts, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities by our model and by plain logistic regression, each case by the other folds."""
    rng = np.random.default_rng(seed)
    folds = folds_of(labelled, rng)
    ours, plain = np.empty(len(labelled)), np.empty(len(labelled))
    for fold in range(FOLDS):
        train, test = labelled.take(np.flatnonzero(folds != fold)), np.flatnonzero(folds == fold)
        unseen = labelled.take(test)
        ours[test] = fit(train, rng).probability(unseen)
        plain[test] = plain_logistic(train, unseen)
    return ours, plain


def straight_gap(seed: int, *, correlated: bool) -> float:
    """Our AUC minus that of plain logistic regression, out of sample."""
    labelled = of_columns(*straight(seed, correlated=correlated))
    ours, plain = (roc_auc_score(labelled.positive, p) for p in out_of_sample(labelled, seed))
    return float(ours - plain)


def kinds_of(kinds: int, seed: int, *, customers: int = 150) -> Universe:
    """A market whose customers are of so many kinds; with 1, of none: their columns are unrelated.

    Each kind has its own industry, usual headcount and margin, and each of a customer's columns is
    that of its kind four times in five. The market has the same values at random.
    """
    rng = np.random.default_rng([seed, kinds, 31])
    size = 3_000
    kind = rng.integers(0, kinds, size)
    is_customer = np.arange(size) < customers

    def column(values: list[Any]) -> np.ndarray:
        at_random = rng.integers(0, 3, size)
        own = is_customer & (kinds > 1) & (rng.random(size) < 0.8)
        return np.asarray(values)[np.where(own, kind, at_random)]

    frame = pl.DataFrame(
        {
            "account_id": [f"A{row:05}" for row in range(size)],
            "name": "N",
            "industry": column(["62.01", "25.11", "46.90"]),
            "employees": np.exp(rng.normal(0, 0.4, size)) * column([30.0, 200.0, 5.0]),
            "margin": rng.normal(0, 0.03, size) + column([0.2, 0.08, 0.02]),
            "system": column(["cloud", "plant", "till"]),
            "abroad": column([True, False, False]),
        }
    )
    return Universe.of(frame, name="kinds", label="Kinds")


def segments_found(kinds: int, seed: int) -> int:
    """How many segments are found among customers of so many kinds."""
    universe = kinds_of(kinds, seed)
    columns, _ = attributes_of(universe)
    customers = np.arange(150)
    market = label(universe, customers, np.arange(150, len(universe)), levels_of(universe, columns))
    found = find_segments(universe, customers, columns, market, np.random.default_rng(seed))
    return len(found.segments)


def false_winners(seed: int) -> dict[tuple[str, str], bool]:
    """For each measure and pair of rankings of pure noise, whether one is said to be better; none is.

    A constant is no ranking of noise, but the coin that every AUC is held against.
    """
    made, rng = noise(seed), np.random.default_rng(seed)
    proof = prove(made, None, rng, hand=BY_CHANCE)
    return {(d.measure, f"{d.first}, {d.second}"): d.winner is not None for d in proof.differences}


def rankings_covered(universe: Universe, seed: int) -> list[bool]:
    """Whether the intervals of what was learned from 300 customers hold what it does on all the others.

    Of the fitted model and the learned profile: area under the ROC curve, and lift in the top tenth.
    """
    labelled = planted_cases(universe, seed)
    rng = np.random.default_rng([seed, 41])
    learned, proof = learn_from(labelled, None, rng), prove(labelled, None, rng)
    flags = universe.frame["is_customer"].to_numpy()
    known = universe.frame["account_id"].is_in(labelled.frame["account_id"].implode()).to_numpy()
    grid = {name: coded.levels for name, coded in labelled.coded.items()}
    unseen = label(universe, np.flatnonzero(flags & ~known), np.flatnonzero(~flags & ~known), grid)
    rankings = {"model": learned.card.log_odds(unseen)}
    if learned.profile is not None:
        rankings["learned"] = ranking(unseen.frame, learned.profile)
    # As many others for each customer as were judged, so that a tenth means the same.
    share = labelled.base_rate
    weights = np.where(
        unseen.positive > 0, share / unseen.base_rate, (1 - share) / (1 - unseen.base_rate)
    )
    held = []
    for name, order in rankings.items():
        truth, _ = _batch(unseen.positive, order, np.zeros(len(unseen)), weights[None])
        measures = proof.judged[name].measures
        held += [measures[m].includes(float(truth[m][0])) for m in ("auc", "lift_10")]
    return held


def against_few(seed: int, *, best: int, worst: int) -> bool:
    """Whether the interval of a lift against so few losers holds the planted one."""
    rng = np.random.default_rng([seed, best, worst, 51])
    hits, others = rng.binomial(best, 0.45), rng.binomial(worst, 0.25)
    lift = ratio_of(hits, best, others, worst)
    return lift is None or lift.includes(0.45 / 0.25)


def verifications_covered() -> pl.DataFrame:
    """How often the interval of a verified stratum holds the accounts that fit: size, answered, chance.

    Nothing is drawn: the chance of every number of fits among so many answers is known.
    """
    from scipy.stats import hypergeom

    rows = []
    for size, share in product(
        (40, 60, 100, 200, 500, 1_000, 2_000), (0.05, 0.1, 0.2, 0.5, 0.8, 1)
    ):
        answered = round(size * share)
        counts = np.arange(answered + 1)
        found = [
            Tally(
                Stratum.MATCH, size, int(x), answered - int(x), 0, 0, wilson(x, answered, size=size)
            ).accounts
            for x in counts
        ]
        low, high = np.array([(one.low, one.high) for one in found]).T
        for fits in (size * np.arange(0.05, 0.96, 0.05)).round():
            holds = (low <= fits + 1e-9) & (fits - 1e-9 <= high)
            chance = hypergeom.pmf(counts, size, int(fits), answered)[holds].sum()
            rows.append((size, share, fits, chance))
    names = ["size", "answered", "fits", "chance"]
    return pl.DataFrame(rows, schema=names, orient="row")


def print_verifications() -> None:
    """Coverage of the interval of a precision, on average and at worst."""
    found = verifications_covered()
    part = found.filter(pl.col("answered") < 1)
    worst = part.sort("chance").row(0, named=True)
    print(
        f"  accounts of a verified stratum {100 * part['chance'].mean():.1f} %, and of those "
        f"answered in full {100 * found.filter(pl.col('answered') == 1)['chance'].mean():.1f} %"
    )
    print(
        f"    at worst {100 * worst['chance']:.1f} %: {worst['fits']:.0f} of {worst['size']} fit, "
        f"{worst['size'] * worst['answered']:.0f} answered; below 93 % in "
        f"{_share(part['chance'] < 0.93)} of {part.height} settings"
    )
    by_share = part.group_by("answered").agg(pl.col("chance").mean()).sort("answered")
    shown = ", ".join(f"{share:.0%} {100 * chance:.1f} %" for share, chance in by_share.rows())
    print(f"    by the share answered: {shown}")


class Covered(NamedTuple):
    """Whether the intervals of one simulated set hold the truth."""

    attribute: bool
    top_tenth: bool


def covers(seed: int) -> Covered:
    """Draw customers with a planted lift; see whether the 95 % bands contain it.

    A score rules who is a customer: P(customer) = 0.1 · exp(score) / E[exp(score)] with a standard
    normal score of spread 0.7. The lift of the attribute "score above 1" and of the best tenth by
    score then follow from the normal distribution.
    """
    from scipy.stats import norm

    spread, size = 0.7, 2_500
    rng = np.random.default_rng([seed, 21])
    score = rng.normal(0, 1, size)
    chance = np.minimum(0.1 * np.exp(spread * score - spread**2 / 2), 1)
    positive = (rng.random(size) < chance).astype(np.float64)
    # Tilting a normal distribution by exp(spread · score) shifts its mean by spread.
    true_tenth = norm.sf(norm.isf(0.1) - spread) / 0.1
    has = score > 1
    # What is not among the customers is the market less their tenth.
    true_attribute = 0.9 * norm.sf(1 - spread) / (norm.sf(1) - 0.1 * norm.sf(1 - spread))
    best = positive > 0
    lift = ratio_of((has & best).sum(), best.sum(), (has & ~best).sum(), (~best).sum())
    weights = _resamples(np.arange(size), rng)
    value, _ = _batch(positive, score, score, np.ones((1, size), dtype=np.float32))
    sample, _ = _batch(positive, score, score, weights[:250])
    band = _centred(float(value["lift_10"][0]), sample["lift_10"])
    return Covered(lift is not None and lift.includes(true_attribute), band.includes(true_tenth))


def quality() -> None:
    """Every simulation in full."""
    universe = universe_of(demo.ROWS)
    every = {}
    for seed in range(20):
        found = suggested_columns(universe, seed)
        every[seed] = DRIVERS - set(found), set(found) - DRIVERS
    complete = sum(not missed for missed, _ in every.values())
    print(f"Planted drivers, {CUSTOMERS} customers, 20 seeds: all four suggested in {complete}")
    for name in sorted(DRIVERS):
        print(f"  {name:<16} in {sum(name not in missed for missed, _ in every.values())}")
    worst = max(len(false) for _, false in every.values())
    print(f"  at most {worst} false, {np.mean([len(f) for _, f in every.values()]):.2f} on average")
    print(f"Noise: can't tell in {sum(says_it_cannot_tell(seed) for seed in range(100))} of 100")
    for kinds in (1, 2, 3):
        right = sum(segments_found(kinds, seed) == kinds for seed in range(20))
        print(f"Customers of {kinds} kind{'s' * (kinds > 1)}: so many segments in {right} of 20")
    for correlated in (False, True):
        for seeds in (range(30), range(100, 130)):  # the second were not looked at when choosing
            gaps = np.array([straight_gap(seed, correlated=correlated) for seed in seeds])
            print(
                f"Straight effects of {'correlated' if correlated else 'unrelated'} columns, 1,500 "
                f"accounts, seeds {seeds[0]}-{seeds[-1]}: AUC minus logistic regression's "
                f"{gaps.mean():+.4f} on average, {gaps.min():+.4f} at worst; "
                f"at least -0.01 in {(gaps >= -0.01).sum()}"
            )
    held = [covers(seed) for seed in range(400)]
    print("Intervals that hold the truth, nominally 95 %:")
    print(f"  lift of an attribute over the market {_share(h.attribute for h in held)}")
    print(f"  lift of a given ranking's top tenth {_share(h.top_tenth for h in held)}")
    for best, worst in ((60, 60), (100, 40)):
        held_few = (against_few(seed, best=best, worst=worst) for seed in range(2_000))
        print(f"  lift of {best} best against {worst} worst {_share(held_few)}")
    print_verifications()
    larger = universe_of(60_000)
    learned = [rankings_covered(larger, seed) for seed in range(30)]
    print(f"  learned rankings, {CUSTOMERS} customers, 30 seeds {_share(chain(*learned))}")
    print_false_winners()


def print_false_winners() -> None:
    """Winners among rankings of noise, by every measure and pair that people are shown."""
    winners = [false_winners(seed) for seed in range(200)]
    print("Winners where there is none, 200 runs, by measure and pair:")
    for measure in COMPARED:
        own = {pair: [one[measure, pair] for one in winners] for pair in PAIRS}
        shown = ", ".join(f"{pair} {_share(wins)}" for pair, wins in own.items())
        print(f"  {measure:<9}{_share(chain(*own.values()))} of the pairs; {shown}")


def _share(answers: Iterable[bool]) -> str:
    return f"{100 * np.mean(list(answers)):.1f} %"


# --- Speed -------------------------------------------------------------------------------------------


def measured(what: str, work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Do the work; print and return its seconds and the megabytes it needed at its peak."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    before = 0.0
    if clear.exists():
        # Else work would fit into what earlier work has left.
        gc.collect()
        ctypes.CDLL("libc.so.6").malloc_trim(0)
        clear.write_text("5")
        before = _megabytes(status, "VmRSS")
    wall, cpu = time.perf_counter(), time.process_time()
    answer = work()
    seconds, processor = time.perf_counter() - wall, time.process_time() - cpu
    memory = _megabytes(status, "VmHWM") - before if clear.exists() else float("nan")
    print(f"{what:<62}{seconds:>8.2f} s {processor:>8.2f} s CPU {memory:>8.0f} MB")
    return answer, seconds, memory


def measured_quietly(work: Callable[[], Any]) -> float:
    """Seconds that the work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _megabytes(status: Path, field: str) -> float:
    line = next(line for line in status.read_text().splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def complete(universe: Universe, columns: list[Column]) -> Universe:
    """The universe without gaps in these columns, because one-hot encoding has no unknown."""
    filled = []
    for column in columns:
        values = pl.col(column.name)
        match column.kind:
            case Kind.NUMBER:
                filled.append(values.cast(pl.Float64).fill_null(values.median()))
            case Kind.FLAG:
                filled.append(values.fill_null(False))
            case _:
                filled.append(values.fill_null("?"))
    frame = universe.frame.select("account_id", "name", *filled)
    return Universe(universe.name, universe.label, frame)


def one_hot(universe: Universe, gower: Gower) -> np.ndarray:
    """The universe as scikit-learn would have it: divisions, choices and flags one-hot, percentiles."""
    choices = [c.name for c in gower.columns if c.kind is not Kind.NUMBER]
    frame = universe.frame.select(
        pl.col(name).cast(pl.String).str.slice(0, 2 if name == "industry" else 99)
        for name in choices
    )
    encoded = OneHotEncoder(sparse_output=False, dtype=np.float32).fit_transform(frame.to_numpy())
    numbers = [
        np.interp(universe.frame[c.name].to_numpy(), *gower.encoded.grid(c.name)).astype(np.float32)
        for c in gower.columns
        if c.kind is Kind.NUMBER
    ]
    return np.column_stack([encoded, *numbers])


def plain_gower(universe: Universe, gower: Gower, prototypes: np.ndarray) -> np.ndarray:
    """Distances of the nearest accounts, each distance worked out in full."""
    best = []
    for row in prototypes:
        total = np.zeros(len(universe))
        for column in gower.columns:
            values = universe.frame[column.name]
            own = values[int(row)]
            if column.kind is Kind.NUMBER:
                ranks = np.interp(values.to_numpy(), *gower.encoded.grid(column.name))
                total += np.abs(ranks - ranks[row])
            elif column.kind is Kind.INDUSTRY:
                section = {code: _levels(code) for code in values.unique().to_list()}
                far = {
                    code: sum(a != b for a, b in zip(levels, section[own], strict=True)) / 4
                    for code, levels in section.items()
                }
                total += values.replace_strict(far, return_dtype=pl.Float64).to_numpy()
            else:
                total += (values != own).cast(pl.Float64).to_numpy()
        total /= len(gower.columns)
        total[prototypes] = np.inf
        best.append(np.sort(np.partition(total, NEIGHBOURS)[:NEIGHBOURS]))
    return np.array(best)


def _levels(code: str) -> tuple[str, ...]:
    from icp_core.reference import industry

    return industry.section_of(code[:2]) or code, code[:2], code[:4], code[:5]


def speed(rows: int) -> None:
    """Learning and twins on a universe of that size."""
    print(f"Python {platform.python_version()}, {platform.machine()}; {rows:,} accounts")
    universe = universe_of(rows)
    deals = demo_deals(universe.frame, customers=CUSTOMERS)
    result, _, _ = measured(
        "attributes, profile and backtest from 300 customers",
        lambda: learn(universe, deals, today=TODAY),
    )
    print(f"  {result.verdict}")
    measured("twins of all of the best", result.twins)
    best = set(result.customers.frame["account_id"].head(PROTOTYPES))
    measured("twins of 50 customers", lambda: result.twins(best))

    columns = [c for c in attributes_of(universe)[0] if c.kind is not Kind.TAGS]
    columns = [c for c in columns if c.name != "municipality"]
    full = complete(universe, columns)
    rows_of = result.customers.rows("best")[:PROTOTYPES]
    gower = Gower.on(full, columns)

    def encode() -> None:
        for column in columns:
            gower.encoded.codes(column)
        gower.encoded.masks(tuple(column.name for column in columns))
        choices = tuple(c for c in columns if c.kind is not Kind.NUMBER)
        # The order by groups is made when first asked for.
        assert len(gower.encoded.together(choices)[0].order)

    def rival() -> Any:
        encoded = one_hot(full, gower)
        return NearestNeighbors(n_neighbors=NEIGHBOURS, algorithm="brute").fit(encoded), encoded

    print(f"nearest {NEIGHBOURS} of {PROTOTYPES} customers by {len(columns)} columns")
    _, coding, memory = measured("  ours: encoding", encode)
    ours, searching, peak = measured(
        "  ours: search, exact Gower distance",
        lambda: nearest(gower.to(full.frame[rows_of]), NEIGHBOURS, without=rows_of),
    )
    memory = max(memory, 0) + max(peak, 0)
    (search, encoded), encoding, held = measured("  scikit-learn: one-hot encoding", rival)
    _, theirs, peak = measured(
        f"  scikit-learn: brute force over {encoded.shape[1]} columns",
        lambda: search.kneighbors(encoded[rows_of]),
    )
    held = max(held, encoded.nbytes / 2**20) + max(peak, 0)
    searches = [
        (
            measured_quietly(
                lambda: nearest(gower.to(full.frame[rows_of]), NEIGHBOURS, without=rows_of)
            ),
            measured_quietly(lambda: search.kneighbors(encoded[rows_of])),
        )
        for _ in range(REPEATS)
    ]
    searching, theirs = (float(np.median(times)) for times in zip(*searches, strict=True))
    found = ours.sort("prototype", "distance")["distance"].to_numpy().reshape(PROTOTYPES, -1)
    exact = np.allclose(found, plain_gower(full, gower, rows_of), atol=1e-12)
    print(f"  same distances as Gower worked out in full: {exact}")
    print(f"  search alone, median of {REPEATS} in turn: {searching:.2f} s against {theirs:.2f} s")
    print(f"  encoding and search: {coding + searching:.2f} s against {encoding + theirs:.2f} s")
    print(f"  memory {memory:.0f} MB against {held:.0f} MB")


def large() -> None:
    """Learning where every account of a large list was won or lost, with and without its proof."""
    universe = universe_of(LABELLED)
    people = universe.frame["employees"].fill_null(20).cast(pl.Float64).to_numpy()
    chance = 0.1 + 0.6 / (1 + np.exp(4 - np.log1p(people)))
    won = np.random.default_rng(1).random(len(universe)) < chance
    deals = Outcomes.of(
        universe.frame.select("account_id").with_columns(
            outcome=pl.Series(np.where(won, "won", "lost"))
        )
    )
    columns = [column.name for column in attributes_of(universe)[0]]
    print(f"Python {platform.python_version()}, {platform.machine()}; {LABELLED:,} deals")
    for judge in (False, True):
        measured(
            f"{LABELLED_COLUMNS} columns, {'with' if judge else 'without'} the proof",
            lambda judge=judge: learn(
                universe,
                deals,
                against="worst",
                leave_out=columns[LABELLED_COLUMNS:],
                judge=judge,
                today=TODAY,
            ),
        )


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--large", action="store_true", help="learn from 45,000 deals")
    parser.add_argument("--quality", action="store_true", help="simulations instead of timings")
    options = parser.parse_args()
    with threadpool_limits(1 if options.quality else None):
        if options.quality:
            quality()
        elif options.large:
            large()
        elif GIVE_BACK[1] in os.environ.get(GIVE_BACK[0], ""):
            speed(options.accounts)
        else:
            # Polars reads it when it is loaded.
            os.environ.update([GIVE_BACK])
            os.execv(sys.executable, [sys.executable, "-m", "benchmarks.learning", *sys.argv[1:]])


if __name__ == "__main__":
    main()
