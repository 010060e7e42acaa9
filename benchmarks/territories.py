"""How good plans of territories are, how near the proof comes, and how long both take.

    python -m benchmarks.territories --instances FOLDER [--seconds 60] [--json]

runs every file of generalised assignment instances in the OR-Library's format through the solver.
"""

import argparse
import json
from pathlib import Path
from typing import Any

from icp_core.errors import SourceError
from icp_core.territories.assignment import assign
from icp_core.territories.generalised import AssignmentProblem
from icp_core.territories.or_library import read_or_library


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


if __name__ == "__main__":
    main()
