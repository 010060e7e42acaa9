"""What a profile reads and accounts lack is unknown for all: in memory and on engines alike."""

import duckdb
import pytest

from icp_core import sources
from icp_core.accounts.universe import Universe
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.profiles.model import (
    Choice,
    ColumnPotential,
    Criterion,
    Flag,
    Profile,
    Range,
    Role,
    Tags,
)

SWEDISH = Criterion(column="country", role=Role.MUST_HAVE, fit=Choice.of("SE"))
LACKING = {
    "a must-have": (Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(10)),),
    "one that lets unknowns pass": (
        Criterion(column="my_flag", role=Role.MUST_HAVE, fit=Flag(), missing="pass"),
    ),
    "one that fails unknowns": (
        Criterion(column="my_flag", role=Role.MUST_HAVE, fit=Flag(), missing="fail"),
    ),
    "a knock-out": (Criterion(column="my_text", role=Role.KNOCK_OUT, fit=Choice.of("a")),),
    "what is weighed": (
        Criterion(column="technologies", role=Role.NICE_TO_HAVE, fit=Tags(tags=("SAP",)), weight=3),
        Criterion(column="founded", role=Role.DRAWBACK, fit=Range.between(None, 1990)),
        Criterion(column="revenue", role=Role.NICE_TO_HAVE, fit=Range.between(1e6)),
    ),
}


@pytest.fixture(scope="module")
def accounts():
    return sources.load("demo:2000").frame.drop("employees", "technologies", "founded")


@pytest.fixture(scope="module")
def tables(accounts, tmp_path_factory) -> dict[str, str]:
    """An address by kind, each on a file of its own: one program opens a file in one way only."""
    found = {}
    for kind in ("duckdb", "ibis+duckdb"):
        file = tmp_path_factory.mktemp("lacking") / "accounts.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.register("given", accounts.to_arrow())
            connection.execute("CREATE TABLE accounts AS SELECT * FROM given")
        found[kind] = f"{kind}://{file}?table=accounts"
    return found


@pytest.mark.parametrize("criteria", LACKING.values(), ids=LACKING)
@pytest.mark.parametrize("kind", ["duckdb", "ibis+duckdb"])
@pytest.mark.parametrize("lift_up_to", [0, 10_000])
def test_it_is_the_same_everywhere(accounts, tables, criteria, kind, lift_up_to) -> None:
    profile = Profile(
        name="P", criteria=(SWEDISH, *criteria), potential=ColumnPotential(column="my_amount")
    )
    universe = Universe.of(accounts, name="m", label="M")
    lacking = profile.lacking(universe.columns)
    assert "my_amount" in lacking
    whole = Scoreboard(universe.with_unknown(lacking)).evaluate(profile).market
    engine = EngineAccounts(engines.connect(tables[kind]), lift_up_to=lift_up_to)
    found = engine.with_unknown(profile.lacking(engine.columns)).evaluate(profile).market
    assert (found.matching, found.possible) == (whole.matching, whole.possible)
    assert found.coverage == pytest.approx(whole.coverage)
    assert [one.accounts for one in found.tiers] == [one.accounts for one in whole.tiers]
    assert found.potential_unknown == whole.potential_unknown == whole.matching


def test_nothing_is_added_where_nothing_lacks(accounts, tables) -> None:
    universe = Universe.of(accounts, name="m", label="M")
    assert universe.with_unknown(
        Profile(name="P", criteria=(SWEDISH,)).lacking(universe.columns)
    ) is (universe)
    engine = EngineAccounts(engines.connect(tables["duckdb"]))
    assert engine.with_unknown({}) is engine
