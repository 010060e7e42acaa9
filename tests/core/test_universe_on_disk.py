"""Many accounts lie on disk, and nobody who asks can tell."""

import gc
import os
import resource
import sys
import time
from pathlib import Path

import polars as pl
import pytest
import strategies
from accounts import must, nice, rising

from icp_core import sources
from icp_core.accounts import demo, universe
from icp_core.accounts.on_disk import mapped, scratch
from icp_core.accounts.universe import Universe
from icp_core.analysis.listing import Wanted, page
from icp_core.errors import SourceError, UniverseError
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.importing.library import Library
from icp_core.profiles.model import Choice, Flag, PerEmployee, Profile, Range, Tags
from icp_core.reference.numbers import number

ROWS = 1_500
PROFILE = Profile(
    name="P",
    criteria=(
        must("employees", Range.between(10, 500)),
        must("industry", Choice.of("C", "J", "46")),
        nice("technologies", Tags(tags=demo.CLOUD, match="share")),
        nice("revenue_growth", rising(0, 0.5), weight=8),
        nice("recruits_abroad", Flag(), weight=2),
    ),
    potential=PerEmployee(rate=100),
)


def of(accounts, **changes):
    return Universe.of(accounts, name="x", label="X", **changes)


@pytest.fixture(scope="module")
def accounts():
    return demo.generate(ROWS)


@pytest.fixture
def on_disk(monkeypatch):
    """Whatever has more than one account lies on disk."""
    monkeypatch.setattr(universe, "IN_MEMORY", 1)
    monkeypatch.setattr(sources, "IN_MEMORY", 1)


@pytest.fixture
def both(accounts, monkeypatch):
    """The same accounts in memory and on disk."""
    in_memory = of(accounts)
    monkeypatch.setattr(universe, "IN_MEMORY", 1)
    return in_memory, of(accounts.lazy())


def maps():
    """What is mapped into this process from files of ours."""
    lines = Path("/proc/self/maps").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if "/mapped/" in line]


def test_accounts_on_disk_are_those_in_memory_in_the_same_order(both):
    in_memory, on_disk = both
    assert on_disk.frame["account_id"].is_sorted()
    assert on_disk.frame.schema == in_memory.frame.schema
    assert on_disk.frame.equals(in_memory.frame)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_they_are_mapped_from_files_that_are_gone_with_the_universe(
    accounts, on_disk, own_workspace
):
    gc.collect()
    before = len(maps())
    found = of(accounts)
    assert len(maps()) - before == len(accounts.columns)
    assert all(line.endswith("(deleted)") for line in maps())
    assert list((own_workspace / "mapped").iterdir()) == []
    assert found.frame["name"].n_unique() == ROWS
    del found
    gc.collect()
    assert len(maps()) == before


def test_columns_are_written_one_by_one(own_workspace):
    written = []

    def columns():
        for place in range(3):
            written.append(len(list((own_workspace / "mapped").glob("*/*.arrow"))))
            yield pl.Series(str(place), [place])

    assert mapped(columns()).row(0) == (0, 1, 2)
    assert written == [0, 1, 2]


def test_the_market_the_pages_and_the_search_are_the_same(both):
    here, there = (Scoreboard(one).evaluate(PROFILE) for one in both)
    assert here.market.matching > 20
    assert there.market.tiers == here.market.tiers
    assert there.market.gates == here.market.gates
    for name, breakdown in here.market.breakdowns.items():
        assert there.market.breakdowns[name].keys == breakdown.keys
        assert (there.market.breakdowns[name].accounts == breakdown.accounts).all()
    for asked, sort in (
        (Wanted(), "best"),
        (Wanted(state="fail"), "name"),
        (Wanted(state="possible", text="data"), "city"),
    ):
        ours, theirs = (page(one, asked, sort=sort, limit=20) for one in (here, there))
        assert ours.total == theirs.total > 0
        assert ours.rows.equals(theirs.rows)


def test_accounts_added_by_hand_take_their_place_on_disk_too(both):
    added = pl.DataFrame(
        {"account_id": ["SE-0", both[0].frame["account_id"][5]], "name": ["New", "Known already"]}
    )
    in_memory, on_disk = (one.joined(added) for one in both)
    assert on_disk.frame.height == ROWS + 1
    assert on_disk.frame.equals(in_memory.frame.sort("account_id"))
    assert on_disk.frame["name"].n_chunks() == 1
    assert both[1].joined(added[1:]) is both[1]


def test_only_active_accounts_come_from_a_file(accounts, on_disk, tmp_path):
    accounts.write_parquet(tmp_path / "a.parquet")
    active = (accounts["status"] == "active").sum()
    assert active < ROWS
    assert len(sources.load(str(tmp_path / "a.parquet"))) == active
    assert len(sources.load(str(tmp_path / "a.parquet"), include_inactive=True)) == ROWS
    assert sources.load(str(tmp_path / "a.parquet")).fictional


def test_the_demo_is_the_same_from_disk(on_disk, accounts):
    found = sources.load(f"demo:{ROWS}", include_inactive=True)
    assert found.frame.equals(accounts.sort("account_id"))
    assert found.label.endswith(f"{number(ROWS)} rows")


def test_a_loaded_list_opens_from_disk(on_disk, accounts, own_workspace):
    folder = own_workspace / "universes" / "mine-1" / ("0" * 16)
    folder.mkdir(parents=True)
    accounts.write_parquet(folder / "accounts.parquet")
    about = (
        '{"key": "mine-1", "label": "Mine", "version": "0000000000000000", '
        f'"loaded_at": "2026-01-01T00:00:00Z", "rows": {ROWS}, "files": []}}'
    )
    (folder.parent / "universe.json").write_text(about, encoding="utf-8")
    assert Library().open("mine-1").frame.equals(accounts.sort("account_id"))
    assert len(sources.load("loaded:mine-1")) == (accounts["status"] == "active").sum()


def test_an_id_that_stands_twice_is_refused(on_disk, accounts):
    with pytest.raises(UniverseError, match="stands more than once"):
        of(pl.concat([accounts, accounts[:1]]))


def test_a_column_of_another_type_is_refused(on_disk, accounts):
    with pytest.raises(UniverseError, match="does not hold what its name promises"):
        of(accounts.with_columns(employees=pl.lit("many")))


def test_a_list_without_names_is_refused(on_disk, accounts):
    with pytest.raises(UniverseError, match="lack the column name"):
        of(accounts.drop("name"))


def test_not_a_number_becomes_unknown(on_disk):
    frame = pl.DataFrame(
        {"account_id": ["a", "b"], "name": ["A", "B"], "margin": [float("nan"), 0.5]}
    )
    assert of(frame).frame["margin"].to_list() == [None, 0.5]


def test_a_broken_file_is_named(on_disk, accounts, tmp_path):
    path = tmp_path / "a.parquet"
    accounts.write_parquet(path)
    whole = path.read_bytes()
    path.write_bytes(whole[:2_000] + bytes(20_000) + whole[22_000:])
    with pytest.raises(SourceError, match=r"a\.parquet cannot be read"):
        sources.load(str(path))


def test_a_folder_that_cannot_be_written_says_what_to_do(on_disk, accounts, monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setenv("ICP_DATA_DIR", str(tmp_path / "file"))
    with pytest.raises(SourceError, match="make room there, or set ICP_DATA_DIR"):
        of(accounts)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of a file")
def test_a_full_disk_says_what_to_do_and_leaves_nothing_behind(own_workspace):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        with pytest.raises(SourceError, match="cannot be written"):
            mapped([pl.Series("x", range(100_000))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((own_workspace / "mapped").iterdir()) == []


def test_what_a_killed_program_left_is_removed_a_day_later(own_workspace):
    old, fresh = own_workspace / "mapped" / "old", own_workspace / "mapped" / "fresh"
    for folder in (old, fresh):
        folder.mkdir(parents=True)
        (folder / "0.arrow").touch()
    yesterday = time.time() - 90_000
    os.utime(old, (yesterday, yesterday))
    with scratch():
        pass
    assert not old.exists()
    assert fresh.exists()


def test_few_accounts_stay_in_memory(own_workspace):
    of(pl.DataFrame({"account_id": ["a"], "name": ["A"]}, schema_overrides=strategies.SCHEMA))
    assert not (own_workspace / "mapped").exists()
