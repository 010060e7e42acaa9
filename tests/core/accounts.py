"""Hand-made accounts for tests that count."""

import polars as pl
import strategies
from hypothesis import HealthCheck, Phase, settings

from icp_core.accounts.universe import Universe
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import Criterion, Range, Role


def examples(count):
    """Settings for random universes; shrinking one takes minutes, and the first is small enough."""
    return settings(
        max_examples=count,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
    )


def universe(*rows, **columns):
    """Accounts X-0, X-1 … with the facts given; columns that no account names are unknown."""
    named = [
        dict.fromkeys(strategies.SCHEMA)
        | {"account_id": f"X-{place}", "name": f"Account {place}"}
        | row
        for place, row in enumerate(rows)
    ]
    return Universe.of(
        pl.DataFrame(named, schema=strategies.SCHEMA | columns), name="hand", label="By hand"
    )


def scoreboard(*rows, **columns):
    """A scoreboard of such accounts."""
    return Scoreboard(universe(*rows, **columns))


def must(column, test, **changes):
    return Criterion(column=column, role=Role.MUST_HAVE, fit=test, **changes)


def nice(column, test, weight=5, **changes):
    return Criterion(column=column, role=Role.NICE_TO_HAVE, fit=test, weight=weight, **changes)


def drawback(column, test, weight=5, **changes):
    return Criterion(column=column, role=Role.DRAWBACK, fit=test, weight=weight, **changes)


def knock_out(column, test, **changes):
    return Criterion(column=column, role=Role.KNOCK_OUT, fit=test, **changes)


def rising(low, high):
    """Fit 0 at `low` and below, 1 from `high` on, linear between."""
    return Range(a=low, b=high)


def ids(universe, rows):
    return universe.frame["account_id"].gather(rows).to_list()
