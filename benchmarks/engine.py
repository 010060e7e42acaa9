"""The scoreboard against pandas, Polars and DuckDB doing the same work from the columns.

    python -m benchmarks.engine --accounts 1000000 --times 5

All answer one question: a profile of 12 criteria, 4 of them gates, about one account in six matching;
tier totals, region × tier, industry × tier, score histogram and the best 200. Every round asks with
weights, or with a must-have, that nobody has seen before, and the answers must be the same.

`--times` asks the scoreboard alone the same of that many accounts and of so many times as many, each in
a process of its own, and says how the time and the memory grow.
"""

import argparse
import itertools
import json
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl

from icp_core import sources
from icp_core.accounts import demo
from icp_core.evaluation.expressions import MATCH, dimension, evaluated
from icp_core.evaluation.names import INNER, NAMES
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Choice, Criterion, Flag, PerEmployee, Profile, Range, Role, Tags
from icp_core.reference import industry

BEST = 200
CUT_OFFS = (80, 60, 40)


def profile() -> Profile:
    """Twelve criteria: three must-haves, a knock-out, six nice-to-haves and two drawbacks."""
    must, nice = Role.MUST_HAVE, Role.NICE_TO_HAVE
    return Profile(
        name="Benchmark",
        criteria=(
            Criterion(column="country", role=must, fit=Choice.of("SE", "NO", "DK", "FI")),
            Criterion(column="employees", role=must, fit=Range.between(18, 250)),
            Criterion(
                column="industry", role=must, fit=Choice.of("C", "J", "46", "62", "70", "71")
            ),
            Criterion(column="funding_stage", role=Role.KNOCK_OUT, fit=Choice.of("listed")),
            Criterion(column="revenue_growth", role=nice, fit=Range(a=0, b=0.3), weight=8),
            Criterion(column="margin", role=nice, fit=Range(a=0, b=0.15), weight=5),
            Criterion(
                column="revenue",
                role=nice,
                fit=Range(a=1e6, b=1e7, c=1e8, d=1e9, scale="log"),
                weight=6,
            ),
            Criterion(
                column="technologies",
                role=nice,
                fit=Tags(tags=demo.CLOUD, match="share"),
                weight=7,
            ),
            Criterion(
                column="region",
                role=nice,
                fit=Choice(values={"SE-01": 1, "NO-03": 0.8, "DK-1084": 0.8}, default=0.2),
                weight=3,
            ),
            Criterion(column="recruits_abroad", role=nice, fit=Flag(), weight=2),
            Criterion(
                column="current_ratio", role=Role.DRAWBACK, fit=Range(c=0.8, d=1.2), weight=4
            ),
            Criterion(column="founded", role=Role.DRAWBACK, fit=Range(a=2018, b=2024), weight=3),
        ),
        potential=PerEmployee(rate=120),
    )


@dataclass
class Answer:
    """What everybody must agree on."""

    tiers: np.ndarray
    regions: dict[tuple[str | None, int], int]
    industries: dict[tuple[str | None, int], int]
    histogram: np.ndarray
    best: list[str]
    value: float

    def assert_same(self, other: "Answer") -> None:
        """Fail unless both answers are the same."""
        assert (self.tiers == other.tiers).all()
        assert self.regions == other.regions
        assert self.industries == other.industries
        assert (self.histogram == other.histogram).all()
        assert self.best == other.best
        assert np.isclose(self.value, other.value)


def scoreboard_answer(scoreboard: Scoreboard, asked: Profile) -> Answer:
    """From what the scoreboard keeps."""
    evaluation = scoreboard.evaluate(asked)
    cells = {}
    for by in ("region", "industry"):
        breakdown = evaluation.breakdown(by)
        cells[by] = {
            (key, tier): int(n)
            for key, row in zip(breakdown.keys, breakdown.accounts, strict=True)
            for tier, n in enumerate(row)
            if n
        }
    best = evaluation.matches.rows[evaluation.best(BEST)]
    tiers = evaluation.tiers
    return Answer(
        np.array([tier.accounts for tier in tiers]),
        cells["region"],
        cells["industry"],
        evaluation.scores.sum(axis=0),
        scoreboard.universe.frame["account_id"].gather(best).to_list(),
        sum(tier.potential for tier in tiers),
    )


def _tier(score: nw.Expr) -> nw.Expr:
    chain = nw.when(score >= CUT_OFFS[0]).then(nw.lit(0))
    for index, cut_off in enumerate(CUT_OFFS[1:], start=1):
        chain = chain.when(score >= cut_off).then(nw.lit(index))
    return chain.otherwise(nw.lit(len(CUT_OFFS)))


def _matches(accounts: object, asked: Profile, columns: dict) -> nw.LazyFrame:
    """The matches with all that is grouped by; the rest of the work is each engine's own."""
    gates = asked.replace(criteria=asked.gates)
    scored = asked.replace(criteria=asked.scored)
    frame = evaluated(nw.from_native(accounts), gates, columns=columns)
    # Gates first, so that the engines score only what is left, as the others do.
    frame = frame.filter(nw.col(NAMES.state) == MATCH).select(*columns)
    return evaluated(frame, scored, columns=columns).select(
        "account_id",
        "region",
        nw.col(INNER.score).alias(NAMES.score),
        nw.col(INNER.potential).alias(NAMES.potential),
        division=dimension("industry", columns=columns),
        tier=_tier(nw.col(INNER.score)),
    )


def polars_answer(frame: pl.DataFrame, asked: Profile, columns: dict) -> Answer:
    """Lazy expressions from the columns, then group-bys over the matches, all cores."""
    matches = _matches(frame.lazy(), asked, columns).to_native().collect()
    by = {
        name: dict(zip(zip(*counted[[name, "tier"]], strict=True), counted["len"], strict=True))
        for name in ("region", "division")
        for counted in [matches.group_by(name, "tier").len()]
    }
    best = matches.top_k(4 * BEST, by=["score"]) if matches.height > 4 * BEST else matches
    least = best["score"].min()
    best = matches.filter(pl.col("score") >= least).sort(
        ["score", "potential", "account_id"], descending=[True, True, False], nulls_last=True
    )
    counts = matches.group_by("tier").len()
    tiers = np.zeros(len(CUT_OFFS) + 1, dtype=np.int64)
    tiers[counts["tier"].to_numpy()] = counts["len"].to_numpy()
    points = matches.group_by(pl.col("score").floor().clip(0, 99).cast(pl.Int64)).len().drop_nulls()
    histogram = np.zeros(100, dtype=np.int64)
    histogram[points["score"].to_numpy()] = points["len"].to_numpy()
    return Answer(
        tiers,
        by["region"],
        by["division"],
        histogram,
        best["account_id"].head(BEST).to_list(),
        matches["potential"].sum(),
    )


def duckdb_answer(connection: duckdb.DuckDBPyConnection, asked: Profile, columns: dict) -> Answer:
    """The same expressions inside DuckDB, over its own table; the matches are kept for the rest."""
    matches = _matches(connection.table("accounts"), asked, columns).to_native()
    matches.to_table("matches")
    kept = connection.table("matches")
    count = duckdb.FunctionExpression("count", duckdb.ConstantExpression(1)).alias("n")
    by = {}
    for name in ("region", "division"):
        rows = kept.aggregate(
            [duckdb.ColumnExpression(name), duckdb.ColumnExpression("tier"), count]
        )
        by[name] = {(key, tier): n for key, tier, n in rows.fetchall()}
    tiers = np.zeros(len(CUT_OFFS) + 1, dtype=np.int64)
    for tier, n in kept.aggregate([duckdb.ColumnExpression("tier"), count]).fetchall():
        tiers[tier] = n
    histogram = np.zeros(100, dtype=np.int64)
    floored = duckdb.FunctionExpression("floor", duckdb.ColumnExpression("score")).alias("point")
    for point, n in kept.aggregate([floored, count]).fetchall():
        if point is not None:
            histogram[min(int(point), 99)] += n
    column = duckdb.ColumnExpression
    best = kept.sort(
        column("score").desc().nulls_last(),
        column("potential").desc().nulls_last(),
        column("account_id").asc(),
    ).limit(BEST)
    answer = Answer(
        tiers,
        by["region"],
        by["division"],
        histogram,
        [row[0] for row in best.select("account_id").fetchall()],
        float(kept.sum("potential").fetchall()[0][0]),
    )
    kept = best = None
    connection.execute("DROP TABLE matches")
    return answer


def pandas_answer(frame: pd.DataFrame, asked: Profile, sections: dict[str, list[str]]) -> Answer:
    """Vectorised pandas as an analyst would write it: gates first, then scores of what is left."""
    matching = np.ones(len(frame), dtype=bool)
    for criterion in asked.gates:
        fit = pandas_fit(criterion, frame[criterion.column], sections)
        matching &= fit.gt(0) if criterion.role is Role.MUST_HAVE else fit.eq(0)
    matches = frame[matching]
    points = pd.Series(0.0, index=matches.index)
    known = pd.Series(0.0, index=matches.index)
    for criterion in asked.scored:
        fit = pandas_fit(criterion, matches[criterion.column], sections)
        if criterion.role is Role.NICE_TO_HAVE:
            points += (fit * criterion.weight).fillna(0)
            known += fit.notna() * criterion.weight
        else:
            points -= (fit * criterion.weight).fillna(0)
    score = (points / known.where(known > 0)).clip(0, 1)
    score = np.floor(score * 1e6 + 0.5) * 1e-4
    tier = pd.Series(len(CUT_OFFS), index=matches.index)
    for cut_off in CUT_OFFS:
        tier -= score >= cut_off
    potential = matches["employees"] * asked.potential.rate
    by = pd.DataFrame(
        {
            "account_id": matches["account_id"],
            "region": matches["region"],
            "division": matches["industry"].str[:2],
            "score": score,
            "tier": tier,
            "potential": potential,
        }
    )
    cells = {
        name: {
            (None if pd.isna(key) else key, tier): int(n)
            for (key, tier), n in by.groupby([name, "tier"], dropna=False).size().items()
        }
        for name in ("region", "division")
    }
    best = by.nlargest(BEST, ["score", "potential"], keep="all").sort_values(
        ["score", "potential", "account_id"], ascending=[False, False, True]
    )
    return Answer(
        np.bincount(tier, minlength=len(CUT_OFFS) + 1),
        cells["region"],
        cells["division"],
        np.bincount(score.dropna().clip(upper=99).astype(int), minlength=100),
        best["account_id"].head(BEST).tolist(),
        float(potential.sum()),
    )


def pandas_fit(
    criterion: Criterion, values: pd.Series, sections: dict[str, list[str]]
) -> pd.Series:
    """The fit of one criterion, rounded to 32 bits, NaN where unknown."""
    test = criterion.fit
    match test:
        case Range():

            def axis(number: pd.Series | float) -> pd.Series | float:
                return np.log10(1 + np.maximum(number, 0)) if test.scale == "log" else number

            fit = pd.Series(1.0, index=values.index)
            if test.a is not None:
                rise = axis(test.b) - axis(test.a)
                slope = (axis(values) - axis(test.a)) / rise if rise else 0.0
                fit = fit.where(values >= test.b, slope).where(values >= test.a, 0.0)
            if test.d is not None:
                fall = axis(test.d) - axis(test.c)
                slope = (axis(test.d) - axis(values)) / fall if fall else 0.0
                fit = fit.where(values <= test.c, slope).where(values <= test.d, 0.0)
        case Choice() if criterion.column == "industry":
            fit = pd.Series(test.default, index=values.index)
            division = values.str[:2]
            for key, of_key in test.values.items():
                inside = sections[key] if len(key) == 1 else [key]
                fit = fit.mask(division.isin(inside), of_key)
        case Choice():
            fit = values.map(test.values).astype(float).fillna(test.default)
        case Tags():
            found = sum(
                values.map(lambda tags, tag=tag: tags is not None and tag in tags).astype(float)
                for tag in test.tags
            )
            fit = found / len(test.tags)
        case Flag():
            fit = (values == test.value).astype(float)
    return fit.where(values.notna()).astype("float32").astype("float64")


def new_weights(asked: Profile) -> Iterator[Profile]:
    """The profile with weights nobody has seen."""
    rng = np.random.default_rng(1)
    while True:
        yield asked.replace(
            criteria=tuple(
                c if c.role.is_gate else c.replace(weight=int(rng.integers(1, 11)))
                for c in asked.criteria
            )
        )


def changed_must_have(asked: Profile) -> Iterator[Profile]:
    """The profile with a headcount that nobody has asked for."""
    for step in itertools.count(1):
        yield asked.changing(1, fit=Range.between(18 + step % 7, 250 + step))


Ask = Callable[[Profile], Answer]


def timed(asks: dict[str, Ask], profiles: Iterator[Profile], rounds: int) -> dict[str, float]:
    """Median seconds of each contestant over the same profiles; asserts the same answers."""
    seconds: dict[str, list[float]] = {name: [] for name in asks}
    for number, asked in enumerate(itertools.islice(profiles, rounds + 1)):
        first = None
        for name, ask in asks.items():
            start = time.perf_counter()
            answer = ask(asked)
            if number:  # the first round warms up
                seconds[name].append(time.perf_counter() - start)
            if first is None:
                first = answer
            first.assert_same(answer)
    return {name: statistics.median(times) for name, times in seconds.items()}


def one_pass(scoreboard: Scoreboard, asked: Profile, rounds: int) -> float:
    """Median seconds of adding up the fits of all matches once: the floor under a new weight."""
    fits = scoreboard.evaluate(asked).matches.scored(asked.scored).fits
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        fits.sum()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measure(accounts: int, rounds: int) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Seconds by task and contestant, and facts about the universe."""
    universe = sources.load(f"demo:{accounts}", include_inactive=True)
    asked = profile()
    scoreboard = Scoreboard(universe)
    needed = sorted({"account_id", "region", "industry_revision", *asked.columns})
    frame = universe.frame.select(needed)
    columns = {name: universe.columns[name] for name in needed}
    connection = duckdb.connect()
    connection.register("arrow", frame.to_arrow())
    connection.table("arrow").to_table("accounts")
    pandas = frame.to_pandas()
    sections = {letter: list(industry.divisions_of(letter, "2")) for letter in "CJ"}
    asks: dict[str, Ask] = {
        "scoreboard": lambda p: scoreboard_answer(scoreboard, p),
        "Polars": lambda p: polars_answer(frame, p, columns),
        "DuckDB": lambda p: duckdb_answer(connection, p, columns),
        "pandas": lambda p: pandas_answer(pandas, p, sections),
    }
    seconds = {
        "new weights": timed(asks, new_weights(asked), rounds),
        "changed must-have": timed(asks, changed_must_have(asked), rounds),
    }
    evaluation = scoreboard.evaluate(asked)
    return seconds, {
        "accounts": accounts,
        "matching": len(evaluation.matches),
        "one pass": one_pass(scoreboard, asked, 20),
    }


def answer_by_line(accounts: int) -> None:
    """Ask the scoreboard alone a new question of the task on each line that comes in.

    Says the seconds of each, and at the end the bytes that it took of this process.
    """
    before = memory()
    scoreboard = Scoreboard(sources.load(f"demo:{accounts}", include_inactive=True))
    loaded = memory()
    asked = profile()
    scoreboard_answer(scoreboard, asked)
    kept = scoreboard.bytes_kept
    questions = {"new weights": new_weights(asked), "changed must-have": changed_must_have(asked)}
    print("ready", flush=True)
    for line in sys.stdin:
        question = next(questions[line.strip()])
        start = time.perf_counter()
        scoreboard_answer(scoreboard, question)
        print(time.perf_counter() - start, flush=True)
    after = memory()
    columns = sum(map(scoreboard.bytes_of, asked.columns))
    tests = {(c.fit, c.column) for c in asked.criteria}
    fits = 4 * len(tests) * accounts
    taken = {
        "criteria columns": columns,
        "fits": fits,
        "criteria columns and fits": columns + fits,
        "kept by the scoreboard after one market": kept,
        "kept by the scoreboard at the end": scoreboard.bytes_kept,
        "process, over its start, loaded": loaded["RssAnon"] - before["RssAnon"],
        "process, over its start, at the end": after["RssAnon"] - before["RssAnon"],
        "mapped from disk and looked at, at the end": after["RssFile"] - before["RssFile"],
    }
    print(json.dumps({name: value / accounts for name, value in taken.items()}), flush=True)


def memory() -> dict[str, int]:
    """Bytes of this process in memory: its own, and pages of files that the system can take back.

    Raises
    ------
    SystemExit
        Where the system does not tell.
    """
    status = Path("/proc/self/status")
    if not status.is_file():
        raise SystemExit("--times reads the memory of a process from Linux.")
    lines = (line.split() for line in status.read_text(encoding="ascii").splitlines())
    return {line[0][:-1]: int(line[1]) * 1024 for line in lines if line[0].startswith("Rss")}


TASKS = ("new weights", "changed must-have")
MOST_BYTES = 150
SLACK = 1.2


def asked_in_turn(sizes: tuple[int, int], rounds: int) -> list[dict[str, float]]:
    """Seconds and bytes of each size, in processes of their own that are asked in turn.

    In turn, so that what else the machine does slows both alike.
    """
    command = (sys.executable, "-m", "benchmarks.engine", "--one", "--accounts")
    started = [
        subprocess.Popen(
            [*command, str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for size in sizes
    ]

    def said(process: subprocess.Popen[str], line: str = "") -> str:
        assert process.stdin is not None
        assert process.stdout is not None
        if line:
            print(line, file=process.stdin, flush=True)
        return process.stdout.readline()

    for process in started:
        assert said(process).strip() == "ready"
    found: list[dict[str, float]] = [{} for _ in sizes]
    for task in TASKS:
        times = [[float(said(process, task)) for process in started] for _ in range(rounds + 1)]
        for one, seconds in zip(found, zip(*times[1:], strict=True), strict=True):
            one[task] = statistics.median(seconds)
    for one, process in zip(found, started, strict=True):
        one.update(json.loads(process.communicate()[0]))
    return found


def growth(accounts: int, times: int, rounds: int) -> list[str]:
    """Print how time and memory grow with the accounts; what misses its target."""
    sizes = accounts, accounts * times
    small, large = asked_in_turn(sizes, rounds)
    print(f"\n| scoreboard alone | {sizes[0]:,} | {sizes[1]:,} | ratio | target |")
    print("|---|---:|---:|---:|---:|")
    missed = []
    most = SLACK * times
    for task in TASKS:
        ratio = large[task] / small[task]
        print(
            f"| {task}, ms | {small[task] * 1e3:.1f} | {large[task] * 1e3:.1f} | {ratio:.1f} "
            f"| at most {most:.0f} |"
        )
        if ratio > most:
            missed.append(f"{task}, {times} × the accounts")
    print("\n| bytes per account | | | target |\n|---|---:|---:|---:|")
    for name in (name for name in small if name not in TASKS):
        limited = name == "criteria columns and fits"
        target = f"under {MOST_BYTES}" if limited else ""
        print(f"| {name} | {small[name]:.0f} | {large[name]:.0f} | {target} |")
        if limited and max(small[name], large[name]) >= MOST_BYTES:
            missed.append("bytes of criteria columns and fits")
    return missed


def ratios(seconds: dict[str, dict[str, float]]) -> dict[str, float]:
    """What the targets are about."""
    weights, gates = seconds["new weights"], seconds["changed must-have"]
    return {
        "new weights, pandas ÷ scoreboard": weights["pandas"] / weights["scoreboard"],
        "new weights, faster engine ÷ scoreboard": min(weights["Polars"], weights["DuckDB"])
        / weights["scoreboard"],
        "changed must-have, pandas ÷ scoreboard": gates["pandas"] / gates["scoreboard"],
    }


TARGETS = {
    "new weights, pandas ÷ scoreboard": 10,
    "new weights, faster engine ÷ scoreboard": 4,
    "changed must-have, pandas ÷ scoreboard": 3,
}


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--times", type=int, help="how time and memory grow with the accounts")
    parser.add_argument("--check", action="store_true", help="fail where a target is missed")
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        answer_by_line(options.accounts)
        return
    seconds, facts = measure(options.accounts, options.rounds)
    print(f"Python {platform.python_version()}, median of {options.rounds} rounds, milliseconds\n")
    names = list(next(iter(seconds.values())))
    print("| | " + " | ".join(names) + " |\n|---|" + "---:|" * len(names))
    for task, times in seconds.items():
        print(f"| {task} | " + " | ".join(f"{times[name] * 1e3:.1f}" for name in names) + " |")
    print("\n| ratio | measured | target |\n|---|---:|---:|")
    measured = ratios(seconds)
    for name, ratio in measured.items():
        print(f"| {name} | {ratio:.1f} | {TARGETS[name]} |")
    print("\n| | |\n|---|---:|")
    print(f"| accounts | {facts['accounts']:,} |")
    print(f"| matching | {facts['matching']:,} |")
    print(f"| one pass over the fits of the matches, ms | {facts['one pass'] * 1e3:.2f} |")
    missed = [name for name, ratio in measured.items() if ratio < TARGETS[name]]
    if options.times:
        missed += growth(options.accounts, options.times, options.rounds)
    if options.check and missed:
        raise SystemExit("Targets missed: " + "; ".join(missed))


if __name__ == "__main__":
    main()
