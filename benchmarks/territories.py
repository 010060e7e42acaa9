"""How good plans of territories are, how near the proof comes, and how long both take.

    python -m benchmarks.territories [--json]
    python -m benchmarks.territories --instances FOLDER [--seconds 60] [--json]

The first plans the demo with 20,000 matches and 20 reps, then aggregates and bounds a million; the
second runs every file of generalised assignment instances in the OR-Library's format through the solver.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from icp_core.accounts import demo
from icp_core.accounts.universe import Universe
from icp_core.analysis.plan import TeamPlan
from icp_core.errors import SourceError
from icp_core.evaluation.in_memory import Evaluation
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.starters import starters_for
from icp_core.territories.assignment import assign
from icp_core.territories.frontier import frontier, one_more
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.highs import Clock
from icp_core.territories.matched import Matched
from icp_core.territories.or_library import read_or_library
from icp_core.territories.plan import solve
from icp_core.territories.planning import Planning
from icp_core.territories.relaxation import relax
from icp_core.territories.team import Rep, team_of
from icp_core.territories.units import accounts_of
from icp_core.territories.wishes import Policy, Wishes


def instance(name: str, problem: AssignmentProblem, seconds: float) -> dict[str, Any]:
    """Name, value, bound, gap (a share of the bound) and seconds of one instance.

    The value is null where no plan was found that keeps the limits.
    """
    plan = assign(problem, seconds=seconds)
    feasible = plan.value < float("inf")
    return {
        "name": name,
        "value": _plain(plan.value) if feasible else None,
        "bound": _plain(plan.bound),
        "gap": plan.gap,
        "seconds": round(plan.seconds, 2),
    }


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else number


def instances(folder: Path, seconds: float, *, as_json: bool) -> None:
    """Print a line an instance of a folder, or of one file."""
    files = [folder] if folder.is_file() else sorted(p for p in folder.iterdir() if p.is_file())
    for path in files:
        try:
            problems = read_or_library(path)
        except SourceError:
            if path.suffix == ".md" or folder.is_dir():
                continue  # what lies beside the instances
            raise
        for name, problem in problems.items():
            row = instance(name, problem, seconds)
            if as_json:
                print(json.dumps(row), flush=True)
            else:
                gap = "no plan" if row["gap"] is None else f"{row['gap']:.3%}"
                print(
                    f"{name:<16} {problem.agents:>3} × {problem.units:<5} value {row['value']} "
                    f"bound {row['bound']} gap {gap} in {row['seconds']} s",
                    flush=True,
                )


def market(rows: int) -> tuple[Evaluation, TeamPlan]:
    """The demo, all of it matching, and 20 reps with homes in the largest municipalities."""
    universe = Universe.of(demo.generate(rows), name="demo", label="Demo", fictional=True)
    starter = starters_for(universe)[0].profile
    scored = tuple(one for one in starter.criteria if not one.role.is_gate)
    evaluation = Scoreboard(universe).evaluate(starter.model_copy(update={"criteria": scored}))
    largest = (
        universe.frame.group_by("country", "municipality")
        .len()
        .sort(["len", "municipality"], descending=[True, False])
    )
    random = np.random.default_rng(1)
    reps = [
        Rep(
            name=f"Rep {code}",
            home=code,
            hours=100.0 * random.integers(8, 17),
            countries=(country,),
        )
        for country, count in {"SE": 8, "NO": 4, "DK": 4, "FI": 4}.items()
        for code in largest.filter(pl.col("country") == country)["municipality"].head(count)
    ]
    team = team_of(reps)
    return evaluation, TeamPlan(team=team)


def owned(accounts: pl.DataFrame, reps: int) -> pl.DataFrame:
    """Accounts of which two in three have an owner, a rep at random, so that moves have a price."""
    random = np.random.default_rng(2)
    owner = np.where(
        random.random(len(accounts)) < 2 / 3, random.integers(reps, size=len(accounts)), -1
    )
    return accounts.with_columns(owner=pl.Series(owner))


def plans(*, as_json: bool) -> None:
    """Print how long bound, plans, frontier and one more rep take, and how good the plans are."""
    found: dict[str, Any] = {}
    for rows, policy in ((20_000, Policy.RELATIONS), (1_000_000, Policy.RELATIONS)):
        evaluation, plan = market(rows)
        wishes = Wishes(policy=policy)
        begun = time.perf_counter()
        accounts = accounts_of(Matched(evaluation, plan), wishes)
        planning = Planning(owned(accounts, len(plan.team)), plan.team, plan, wishes=wishes)
        problem = planning.problem()
        relaxed = relax(problem, Clock(time.monotonic() + 60))
        seconds = time.perf_counter() - begun
        found[f"{rows:,} accounts: aggregate and bound, s"] = round(seconds, 2)
        assert relaxed.ended
        if rows > 100_000:
            continue
        for limit in (10, 30):
            solved = solve(planning, seconds=limit, enough=0.0)
            found[f"{rows:,} accounts: gap in {limit} s"] = solved.gap
        begun = time.perf_counter()
        points = frontier(planning)
        found["frontier of nine, s"] = round(time.perf_counter() - begun, 2)
        found["largest gap on the frontier"] = max(point.gap or 0 for point in points)
        begun = time.perf_counter()
        places = one_more(planning)
        found[f"one more rep in {len(places)} places, s"] = round(time.perf_counter() - begun, 2)
    if as_json:
        print(json.dumps(found))
        return
    for name, number in found.items():
        shown = f"{number:.3%}" if "gap" in name else f"{number}"
        print(f"{name:<48} {shown}")


def main() -> None:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--instances", type=Path, help="folder or file with instances")
    parser.add_argument("--seconds", type=float, default=60, help="for each instance")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object a line and nothing else"
    )
    options = parser.parse_args()
    if options.instances:
        instances(options.instances, options.seconds, as_json=options.json)
    else:
        plans(as_json=options.json)


if __name__ == "__main__":
    main()
