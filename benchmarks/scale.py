"""Accounts larger than memory: DuckDB over Parquet at 1, 5 and 20 million, each in a process of its own.

    python -m benchmarks.scale --accounts 20000000

The fictional universe is written once into `--folder` (a temporary one unless given) and evaluated by
the engine under a memory limit. Every round asks with a weight that nobody has seen before: of accounts
that stay in the engine first, then of those that match or may match lifted from it.
"""

import argparse
import itertools
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from icp_core.accounts import demo
from icp_core.accounts.universe import IN_MEMORY
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.engines.evaluation import LIFTED
from icp_core.evaluation.market import Market
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starter
from icp_core.views import view_of

STEPS = (1_000_000, 5_000_000)
PROFILE = "nordic-software"
READ_ANYWAY = (
    "account_id",
    "status",
    "is_customer",
    "region",
    "municipality",
    "industry",
    "industry_revision",
    "employees",
    "revenue",
)


def written(folder: Path, accounts: int) -> Path:
    """Folder with that many accounts as Parquet files; written whole or not at all.

    The demo has a largest size; beyond it further files come from other seeds, with ids of
    their own, since two seeds share many numbers.
    """
    target = folder / str(accounts)
    if not target.exists():
        part = folder / f".{accounts}.part"
        part.mkdir(parents=True, exist_ok=True)
        for number, first in enumerate(range(0, accounts, demo.MAX_ROWS)):
            rows = min(demo.MAX_ROWS, accounts - first)
            file = part / f"{number}.parquet"
            demo.write(file, rows=rows, seed=demo.SEED + number)
            if number:
                renumbered(file, number)
        part.rename(target)
    return target


def renumbered(file: Path, number: int) -> None:
    """Give the accounts of a further file ids that no other file has."""
    new = file.with_suffix(".new")
    ids = f"replace(account_id, '-', '-{number}') AS account_id"
    with duckdb.connect(config={"memory_limit": "4GB"}) as connection:
        connection.read_parquet(str(file)).project(f"* REPLACE ({ids})").to_parquet(
            str(new), compression="zstd", row_group_size=demo.BLOCK
        )
    new.replace(file)


def questions() -> Iterator[Profile]:
    """The same profile with another weight every time."""
    profile = starter(PROFILE).profile
    places = [i for i, one in enumerate(profile.criteria) if not one.role.is_gate]
    for weights in itertools.product(range(1, 11), repeat=len(places)):
        asked = profile
        for place, weight in zip(places, weights, strict=True):
            asked = asked.changing(place, weight=weight)
        yield asked


def scanned(file: Path, profile: Profile) -> int:
    """Compressed bytes of the columns that one pass over the accounts reads."""
    wanted = {*READ_ANYWAY, *(one.column for one in profile.criteria)}
    found = pq.ParquetFile(file).metadata
    return sum(
        column.total_compressed_size
        for group in map(found.row_group, range(found.num_row_groups))
        for column in map(group.column, range(group.num_columns))
        if column.path_in_schema.split(".")[0] in wanted
    )


def measured(folder: Path, *, memory: str, rounds: int) -> dict[str, Any]:
    """Seconds for a market, a page and the first batch of an export, and what they took."""
    engine = engines.connect(f"parquet://{folder}?memory={memory}")
    scoreboard = EngineAccounts(engine, seconds=None)
    asked = questions()
    kept: list[int] = []
    keep = engine.keep

    @contextmanager
    def weighed(frame: Any) -> Iterator[Any]:
        with keep(frame) as table:
            kept.append(table.to_arrow_table().nbytes)
            yield table

    engine.keep = weighed  # type: ignore[method-assign]
    evaluation = scoreboard.evaluate(next(asked))
    engine.keep = keep  # type: ignore[method-assign]
    market, page, export = [], [], []
    for _ in range(rounds):
        start = time.perf_counter()
        evaluation = scoreboard.evaluate(next(asked))
        market.append(time.perf_counter() - start)
        start = time.perf_counter()
        assert evaluation.page(limit=50).height <= 50
        page.append(time.perf_counter() - start)
        start = time.perf_counter()
        stream = evaluation.stream(limit=300_000)
        next(stream, None)
        stream.close()
        export.append(time.perf_counter() - start)
    return {
        "accounts": evaluation.market.universe,
        "matching": evaluation.market.matching,
        "market": statistics.median(market),
        "page": statistics.median(page),
        "export": statistics.median(export),
        "scanned": scanned(next(folder.glob("*.parquet")), evaluation.profile),
        "kept": kept[0],
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def timed(ask: Callable[[], object]) -> float:
    """Seconds that a question takes."""
    start = time.perf_counter()
    ask()
    return time.perf_counter() - start


def looked_at(market: Market) -> int:
    """Every number of the Market page, computed."""
    return market.matching + len(market.tiers) + len(market.breakdowns) + len(market.histogram)


def lifted(folder: Path, *, memory: str, rounds: int) -> dict[str, Any]:
    """Seconds to count the cells and to lift, milliseconds of what is asked after it, and the room."""
    engine = engines.connect(f"parquet://{folder}?memory={memory}")
    accounts = EngineAccounts(engine, seconds=None, lift_up_to=LIFTED)
    asked = questions()
    first = next(asked)
    count = timed(lambda: accounts.left(first))
    lift = timed(lambda: accounts.lifted(first))
    view = view_of(accounts.evaluate(first))
    opened = timed(lambda: looked_at(view.totals))
    areas = timed(lambda: view.areas("municipality"))
    tiers = timed(view.tier_policies)
    profiles = [next(asked) for _ in range(5 * rounds)]
    weights = [
        timed(lambda profile=one: looked_at(accounts.evaluate(profile).market))  # type: ignore[misc]
        for one in profiles
    ]
    scoreboard = accounts.lifted(first)
    on_disk = len(scoreboard) > IN_MEMORY
    size = int(scoreboard.universe.frame.estimated_size())
    return {
        "accounts": view.totals.universe,
        "lifted": len(scoreboard),
        "cells": len(accounts.cells(first)),
        "count": count,
        "lift": lift,
        "open": opened * 1e3,
        "weight": statistics.median(weights) * 1e3,
        "areas": areas * 1e3,
        "tiers": tiers * 1e3,
        "disk": size if on_disk else 0,
        "kept": scoreboard.bytes_kept + (0 if on_disk else size),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    }


def in_a_process(place: Path, question: str, *, memory: str, rounds: int) -> dict[str, Any]:
    """What one size gives in a process of its own."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchmarks.scale", "--one", question, "--folder", str(place)),
            *("--memory", memory, "--rounds", str(rounds)),
        ],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure every size up to the one asked for and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path, help="where the accounts are kept for the next time")
    parser.add_argument("--memory", default="4GB", help="DuckDB's limit")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=("stay", "lift"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        ask = measured if options.one == "stay" else lifted
        print(json.dumps(ask(options.folder, memory=options.memory, rounds=options.rounds)))
        return
    cores = os.cpu_count() or 1
    print(f"{date.today()}  {platform.machine()}, {cores} cores, DuckDB {duckdb.__version__}")
    print(f"load average {os.getloadavg()[0]:.1f}, memory limit {options.memory}")
    print(f"median of {options.rounds} rounds, of a weight after lifting {5 * options.rounds}")
    sizes = (*(one for one in STEPS if one < options.accounts), options.accounts)
    limits = {"memory": options.memory, "rounds": options.rounds}
    with tempfile.TemporaryDirectory(prefix="icp-scale-") as temporary:
        places = [written(options.folder or Path(temporary), accounts) for accounts in sizes]
        print(
            f"\n{'accounts':>12}{'matches':>12}{'market s':>10}{'page s':>8}{'export s':>10}"
            f"{'rows/s·core':>14}{'scan MB':>9}{'kept MB':>9}{'peak MB':>9}"
        )
        for place in places:
            found = in_a_process(place, "stay", **limits)
            speed = found["accounts"] / found["market"] / cores
            print(
                f"{found['accounts']:>12,}{found['matching']:>12,}{found['market']:>10.2f}"
                f"{found['page']:>8.2f}{found['export']:>10.2f}{speed:>14,.0f}"
                f"{found['scanned'] / 1e6:>9,.0f}{found['kept'] / 1e6:>9,.1f}"
                f"{found['peak'] / 1e6:>9,.0f}",
                flush=True,
            )
        print(
            f"\n{'accounts':>12}{'lifted':>12}{'cells':>8}{'count s':>9}{'lift s':>8}{'open ms':>9}"
            f"{'weight ms':>11}{'areas ms':>10}{'tiers ms':>10}{'disk MB':>9}"
            f"{'kept MB':>9}{'peak MB':>9}"
        )
        for place in places:
            found = in_a_process(place, "lift", **limits)
            print(
                f"{found['accounts']:>12,}{found['lifted']:>12,}{found['cells']:>8,}"
                f"{found['count']:>9.2f}{found['lift']:>8.2f}{found['open']:>9,.0f}"
                f"{found['weight']:>11,.1f}{found['areas']:>10,.0f}{found['tiers']:>10,.0f}"
                f"{found['disk'] / 1e6:>9,.0f}{found['kept'] / 1e6:>9,.0f}"
                f"{found['peak'] / 1e6:>9,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
