"""Killed in the middle, and two at once: nothing that was reported saved is ever lost."""

import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from icp_core.profiles.model import Profile
from icp_core.workspace import ConflictError, Status, Workspace, checksum

ROOT = Path(__file__).resolve().parents[2]
OPENING = """
    import sys
    from icp_core.workspace import ConflictError
    from icp_core.profiles.model import Profile
    from icp_core.workspace import Status, Workspace
    name, url = sys.argv[1:]
    workspace = Workspace.open(url)
    print("open", flush=True)
"""
SAVES_FOR_EVER = """
    number = 0
    while True:
        number += 1
        profile = Profile(name="Nordic SaaS", offer=f"offer {number}")
        saved = workspace.save_profile(profile, author=name, why="", based_on=None)
        print(saved.number, saved.checksum, flush=True)
"""
SAVES_TWENTY = """
    sys.stdin.readline()
    for number in range(20):
        profile = Profile(name="Nordic SaaS", offer=f"{name} {number}")
        saved = workspace.save_profile(profile, author=name, why="", based_on=None)
        print(saved.number, saved.checksum, flush=True)
"""
SAVES_ON_TOP_OF_THE_FIRST = """
    sys.stdin.readline()
    try:
        profile = Profile(name="Nordic SaaS", offer=name)
        print(workspace.save_profile(profile, author=name, why="", based_on=1).number)
    except ConflictError as error:
        print("conflict", error.newest.number, error.newest.author)
"""
DECIDES_FOR_EVER = """
    ids = [f"SE-{number:06d}" for number in range(30_000)]
    count = 0
    while True:
        count += 1
        workspace.decide(ids, author=name, note=f"round {count}")
        print(count, flush=True)
"""


@pytest.fixture
def start():
    """Starts a program of its own on a workspace; whatever still runs at the end is ended."""
    running: list[subprocess.Popen[str]] = []

    def run(program: str, name: str, url: str) -> subprocess.Popen[str]:
        code = textwrap.dedent(OPENING) + textwrap.dedent(program)
        process = subprocess.Popen(
            [sys.executable, "-c", code, name, url],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield run
    for process in running:
        process.kill()
        process.communicate()


def sound(url: str) -> bool:
    """Whether the database finds itself whole, and no version points nowhere."""
    engine = create_engine(url.replace("postgresql:", "postgresql+psycopg:"))
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            whole = connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
            whole = whole and not connection.execute(text("PRAGMA foreign_key_check")).all()
        else:
            orphans = (
                "SELECT count(*) FROM icp_profile_versions v LEFT JOIN icp_profiles p "
                "ON p.id = v.profile_id WHERE p.id IS NULL"
            )
            whole = connection.execute(text(orphans)).scalar() == 0
    engine.dispose()
    return whole


def test_a_process_killed_while_saving_loses_nothing_it_reported(database_url, start):
    for _ in range(2):
        process = start(SAVES_FOR_EVER, "Eva", database_url)
        assert process.stdout.readline() == "open\n"
        reported = [process.stdout.readline() for _ in range(25)]
        process.kill()
        reported += process.stdout.readlines()
        assert process.wait() == -9
        # The last line may have been cut short by the kill; it was then not reported.
        told = [line.split() for line in reported if line.endswith("\n")]
        assert len(told) >= 25
        workspace = Workspace.open(database_url)
        kept = {version.number: version for version in workspace.history("nordic-saas")}
        assert sorted(kept) == list(range(1, len(kept) + 1))
        for number, digest in told:
            assert kept[int(number)].checksum == digest == checksum(kept[int(number)].profile)
        assert len(kept) - int(told[-1][0]) in (0, 1)
        workspace.close()
        assert sound(database_url)


def test_a_bulk_decision_killed_in_the_middle_is_there_whole_or_not_at_all(database_url, start):
    process = start(DECIDES_FOR_EVER, "Eva", database_url)
    assert process.stdout.readline() == "open\n"
    assert process.stdout.readline() == "1\n"
    time.sleep(0.1)
    process.kill()
    told = 1 + len([line for line in process.stdout.readlines() if line.endswith("\n")])
    workspace = Workspace.open(database_url)
    decisions = workspace.decisions()
    assert decisions.height == 30_000
    (note,) = decisions["note"].unique()
    assert note in (f"round {told}", f"round {told + 1}")
    rounds = workspace.decision_history("SE-000000").height
    assert rounds == workspace.decision_history("SE-029999").height == int(note.split()[1])
    workspace.close()
    assert sound(database_url)


def test_two_processes_saving_at_once_get_a_version_each_and_none_is_lost(database_url, start):
    # Both also meet an empty database, and create its tables at the same moment.
    writers = {name: start(SAVES_TWENTY, name, database_url) for name in ("Eva", "Ola")}
    for writer in writers.values():
        assert writer.stdout.readline() == "open\n"
    for writer in writers.values():
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = {name: writer.stdout.readlines() for name, writer in writers.items()}
    assert [writer.wait() for writer in writers.values()] == [0, 0]
    workspace = Workspace.open(database_url)
    kept = {version.number: version for version in workspace.history("nordic-saas")}
    workspace.close()
    assert sorted(kept) == list(range(1, 41))
    for name, lines in told.items():
        assert len(lines) == 20
        for line in lines:
            number, digest = line.split()
            assert (kept[int(number)].author, kept[int(number)].checksum) == (name, digest)


def test_of_two_who_edit_the_same_version_one_saves_and_one_is_told(database_url, start):
    workspace = Workspace.open(database_url)
    workspace.save_profile(Profile(name="Nordic SaaS"), author="Åse", why="", based_on=0)
    writers = [start(SAVES_ON_TOP_OF_THE_FIRST, name, database_url) for name in ("Eva", "Ola")]
    for writer in writers:
        assert writer.stdout.readline() == "open\n"
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    told = sorted(writer.stdout.read().strip() for writer in writers)
    winner = workspace.version("nordic-saas")
    assert told == ["2", f"conflict 2 {winner.author}"]
    assert [version.number for version in workspace.history("nordic-saas")] == [2, 1]
    workspace.close()


def test_threads_that_share_a_workspace_never_lose_a_version_or_a_decision(workspace):
    def work(name: str) -> int:
        conflicts = 0
        for number in range(10):
            profile = Profile(name="Shared", offer=f"{name} {number}")
            try:
                history = workspace.history("shared")
                base = history[0].number if history else 0
                workspace.save_profile(profile, author=name, why="", based_on=base)
            except ConflictError:
                conflicts += 1
                workspace.save_profile(profile, author=name, why="", based_on=None)
            ids = [f"SE-{key}" for key in range(200)]
            workspace.decide(ids if number % 2 else ids[::-1], author=name, status=Status.VERIFIED)
        return conflicts

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, ["Eva", "Ola", "Åse", "Pia"]))
    history = workspace.history("shared")
    assert [version.number for version in history] == list(range(40, 0, -1))
    assert len({version.checksum for version in history}) == 40
    assert workspace.decision_history("SE-0").height == 40
