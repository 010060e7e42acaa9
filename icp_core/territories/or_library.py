"""Generalised assignment problems in the format of the OR-Library (Beasley 1990)."""

from pathlib import Path

import numpy as np

from icp_core.errors import SourceError
from icp_core.reference.arrays import Floats
from icp_core.territories.generalised import AssignmentProblem


def read_or_library(path: Path) -> dict[str, AssignmentProblem]:
    """The problems of a file, by name: the file's own, with a number where it holds several.

    A problem is agents m, units n, m × n costs, m × n uses and m capacities, all divided by white space
    in any way. Before several of them stands how many there are.

    Raises
    ------
    SourceError
        If the file cannot be read, or holds something else.
    """
    try:
        numbers = np.array(path.read_text(encoding="ascii").split(), dtype=np.float64)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path} holds no assignment problems: {error}.") from error
    one, end = _problem(numbers, 0)
    if one is not None and end == len(numbers):
        return {path.stem: one}
    found: dict[str, AssignmentProblem] = {}
    count, end = int(numbers[0]) if len(numbers) else 0, 1
    for number in range(1, count + 1):
        one, end = _problem(numbers, end)
        if one is None:
            break
        found[f"{path.stem}-{number}"] = one
    if not found or len(found) < count or end != len(numbers):
        raise SourceError(
            f"{path} holds no assignment problems: agents, units, costs, uses and capacities do not "
            "add up."
        )
    return found


def _problem(numbers: Floats, start: int) -> tuple[AssignmentProblem | None, int]:
    """The problem that begins there, and where it ends; None where none can."""
    if len(numbers) < start + 2:
        return None, start
    agents, units = numbers[start], numbers[start + 1]
    if not (1 <= agents <= len(numbers) and 1 <= units <= len(numbers)) or agents % 1 or units % 1:
        return None, start
    m, n = int(agents), int(units)
    end = start + 2 + 2 * m * n + m
    if end > len(numbers):
        return None, start
    body = numbers[start + 2 : end]
    return AssignmentProblem.of(
        cost=body[: m * n].reshape(m, n),
        use=body[m * n : 2 * m * n].reshape(m, n),
        upper=body[2 * m * n :],
    ), end
