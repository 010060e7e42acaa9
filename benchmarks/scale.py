"""Accounts larger than memory: DuckDB over Parquet at 1, 5 and 20 million, each in a process of its own.

    python -m benchmarks.scale --accounts 20000000

The fictional universe is written once into `--folder` (a temporary one unless given) and evaluated by
the engine under a memory limit. Every round asks with a weight that nobody has seen before.
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
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from icp_core.accounts import demo
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starter

STEPS = (1_000_000, 5_000_000)
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

    The demo has a largest size; beyond it further files come from other seeds, which changes nothing
    that is measured here, though a few companies of two seeds share a number.
    """
    target = folder / str(accounts)
    if not target.exists():
        part = folder / f".{accounts}.part"
        part.mkdir(parents=True, exist_ok=True)
        for number, first in enumerate(range(0, accounts, demo.MAX_ROWS)):
            rows = min(demo.MAX_ROWS, accounts - first)
            demo.write(part / f"{number}.parquet", rows=rows, seed=demo.SEED + number)
        part.rename(target)
    return target


def questions() -> Iterator[Profile]:
    """The same profile with another weight every time."""
    profile = starter("nordic-software").profile
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


def main() -> None:
    """Measure every size up to the one asked for and print one line each."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accounts", type=int, default=20_000_000)
    parser.add_argument("--folder", type=Path, help="where the accounts are kept for the next time")
    parser.add_argument("--memory", default="4GB", help="DuckDB's limit")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        found = measured(options.folder, memory=options.memory, rounds=options.rounds)
        print(json.dumps(found))
        return
    cores = os.cpu_count() or 1
    print(f"{date.today()}  {platform.machine()}, {cores} cores, DuckDB {duckdb.__version__}")
    print(f"memory limit {options.memory}, median of {options.rounds} rounds")
    print(
        f"{'accounts':>12}{'matches':>12}{'market s':>10}{'page s':>8}{'export s':>10}"
        f"{'rows/s·core':>14}{'scan MB':>9}{'kept MB':>9}{'peak MB':>9}"
    )
    with tempfile.TemporaryDirectory(prefix="icp-scale-") as temporary:
        folder = options.folder or Path(temporary)
        for accounts in (*(one for one in STEPS if one < options.accounts), options.accounts):
            place = written(folder, accounts)
            done = subprocess.run(
                [
                    *(sys.executable, "-m", "benchmarks.scale", "--one", "--folder", str(place)),
                    *("--memory", options.memory, "--rounds", str(options.rounds)),
                ],
                stdout=subprocess.PIPE,
                text=True,
                check=True,
            )
            found = json.loads(done.stdout)
            speed = found["accounts"] / found["market"] / cores
            print(
                f"{found['accounts']:>12,}{found['matching']:>12,}{found['market']:>10.2f}"
                f"{found['page']:>8.2f}{found['export']:>10.2f}{speed:>14,.0f}"
                f"{found['scanned'] / 1e6:>9,.0f}{found['kept'] / 1e6:>9,.1f}"
                f"{found['peak'] / 1e6:>9,.0f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
