"""Disks that are full, read-only or damaged: one sentence, and what was there stays as it was."""

import os
import sqlite3
import stat
import subprocess
import sys
import time

import pytest

from icp_core import paths
from icp_core.accounts import demo
from icp_core.errors import ImportRefused, SourceError, WorkspaceError
from icp_core.importing.library import Library
from icp_core.importing.load import load, open_file
from icp_core.profiles.starters import starters
from icp_core.workspace import Workspace

PROFILE = starters()[0].profile


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    path = tmp_path_factory.mktemp("list") / "list.csv"
    demo.generate(3_000).select("name", "country", "org_number", "employees", "revenue").write_csv(
        path
    )
    return load([open_file(path)])


# Each runs in a process of its own, with files limited in length as they are on a full disk.
_LIMITED = """
import resource, signal, sys
from pathlib import Path
import polars as pl
from icp_core.accounts import demo
from icp_core.accounts.on_disk import mapped
from icp_core.errors import IcpError
from icp_core.importing.library import Library
from icp_core.importing.load import load, open_file
from icp_core.profiles.starters import starters
from icp_core.workspace import Workspace

folder, profile = Path(sys.argv[1]), starters()[0].profile
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

def limited(size, action):
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    try:
        action()
        print("kept", size)
    except IcpError as error:
        print("refused", size, error)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))

"""


def run_limited(folder, code):
    """What became of every action: a line each."""
    done = subprocess.run(
        [sys.executable, "-c", _LIMITED + code, str(folder)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=paths.DATA.parent,
        env=os.environ | {paths.DIRECTORY_VARIABLE: str(folder)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def test_a_disk_that_is_full_keeps_no_half_list(tmp_path):
    found = run_limited(
        tmp_path,
        """
path = folder / "list.csv"
demo.generate(3_000).select("name", "country", "org_number", "employees", "revenue").write_csv(path)
result = load([open_file(path)])
first = Library().save(result, "First")
for size in (0, 100, 5_000, 40_000):
    limited(size, lambda: Library().save(result, "First", replacing=first.key))
    limited(size, lambda: Library().save(result, "Second"))
    assert Library().lists() == (first,)
    assert len(Library().open(first.key)) == first.rows
    assert len(list((folder / "universes" / first.key).iterdir())) == 2
    assert len(list((folder / "universes").iterdir())) == 1
""",
    )
    assert [line.split()[0] for line in found] == ["refused"] * 8
    assert all("Make room" in line for line in found)


def test_a_disk_that_is_full_makes_no_workspace_and_saves_no_half_version(tmp_path):
    found = run_limited(
        tmp_path,
        """
place = folder / "w" / "w.sqlite"
url = f"sqlite:///{place}"
for size in (0, 4_000, 20_000, 70_000):
    limited(size, lambda: Workspace.open(url))
    assert not any(place.parent.iterdir())

def save():
    for _ in range(200):
        Workspace.open(url).save_profile(profile, author="Kim", why="x" * 400, based_on=None)

Workspace.open(url)
limited(300_000, save)
workspace = Workspace.open(url)
numbers = [one.number for one in workspace.history(workspace.profiles()[0].slug)]
assert numbers and numbers == list(range(len(numbers), 0, -1))
""",
    )
    assert [line.split()[0] for line in found] == ["refused"] * 5


def test_accounts_too_many_for_memory_say_that_the_disk_is_full(tmp_path):
    found = run_limited(
        tmp_path,
        """
frame = demo.generate(20_000)
for size in (0, 5_000, 100_000):
    limited(size, lambda: mapped(iter(frame)))
""",
    )
    assert [line.split()[0] for line in found] == ["refused"] * 3
    assert all("make room" in line for line in found)


@pytest.mark.parametrize("place", ["/sys/kernel/nowhere", "/dev/null/nowhere", "/proc/nowhere"])
def test_a_place_that_cannot_be_written_is_refused(monkeypatch, loaded, place):
    monkeypatch.setenv(paths.DIRECTORY_VARIABLE, place)
    with pytest.raises(WorkspaceError, match=paths.DIRECTORY_VARIABLE):
        Workspace.open()
    with pytest.raises(ImportRefused, match=paths.DIRECTORY_VARIABLE):
        Library().save(loaded, "List")
    assert Library().lists() == ()
    from icp_core.accounts.on_disk import scratch

    with pytest.raises(SourceError, match=paths.DIRECTORY_VARIABLE), scratch():
        pass


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "text", "folder"])
@pytest.mark.parametrize(
    "file", ["accounts.parquet", "report.json", "rejected.parquet", "merged.parquet"]
)
def test_a_list_that_is_damaged_says_so(tmp_path, loaded, file, damage):
    library = Library(tmp_path)
    kept = library.save(loaded, "List")
    path = tmp_path / "universes" / kept.key / kept.version / file
    content = path.read_bytes()
    path.unlink()
    match damage:
        case "empty":
            path.touch()
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "text":
            path.write_text("nothing of the kind")
        case "folder":
            path.mkdir()
    read = {
        "accounts.parquet": library.open,
        "report.json": library.report,
        "rejected.parquet": library.rejected,
        "merged.parquet": library.members,
    }[file]
    with pytest.raises(ImportRefused, match="load its file again"):
        read(kept.key)


def saved(tmp_path):
    file = tmp_path / "w.sqlite"
    workspace = Workspace.open(f"sqlite:///{file}")
    for number in range(30):
        workspace.save_profile(PROFILE, author="Kim", why=f"{number}" * 300, based_on=None)
    workspace.close()
    return file


def use(file):
    workspace = Workspace.open(f"sqlite:///{file}")
    try:
        for one in workspace.profiles():
            for version in workspace.history(one.slug):
                assert version.profile
        workspace.decisions()
        workspace.save_profile(PROFILE, author="Kim", why="", based_on=None)
    finally:
        workspace.close()


def test_an_empty_file_never_becomes_a_new_workspace(tmp_path):
    file = saved(tmp_path)
    file.write_bytes(b"")
    with pytest.raises(WorkspaceError, match="is empty"):
        use(file)
    assert file.stat().st_size == 0


@pytest.mark.parametrize("share", [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_workspace_that_was_cut_short_says_so(tmp_path, share):
    file = saved(tmp_path)
    content = file.read_bytes()
    file.write_bytes(content[: max(1, int(len(content) * share))])
    with pytest.raises(WorkspaceError):
        use(file)


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"nothing of the kind" * 99,
        b"\x00" * 4096,
        b"PK\x03\x04" + b"\x00" * 99,
        b"SQLite format 3\x00",
    ],
)
def test_a_file_that_is_no_database_says_so(tmp_path, content):
    file = tmp_path / "w.sqlite"
    file.write_bytes(content)
    with pytest.raises(WorkspaceError):
        use(file)
    assert file.read_bytes() == content


def test_a_workspace_whose_pages_were_overwritten_says_so(tmp_path):
    file = saved(tmp_path)
    content = bytearray(file.read_bytes())
    content[5000:60000] = os.urandom(55000)
    file.write_bytes(content)
    with pytest.raises(WorkspaceError):
        use(file)


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def loose():
    before = os.umask(0)
    yield
    os.umask(before)


def test_what_is_kept_is_its_users_alone(tmp_path, monkeypatch, loaded, loose):
    base = tmp_path / "new" / "data"
    monkeypatch.setenv(paths.DIRECTORY_VARIABLE, str(base))
    workspace = Workspace.open()
    workspace.save_profile(PROFILE, author="Kim", why="", based_on=0)
    library = Library()
    kept = library.save(loaded, "List")
    library.rename(kept.key, "Other")
    with paths.TemporaryFolder() as folder:
        paths.private_file(folder / "x")
        found = [base, *base.rglob("*")]
        assert {"workspace.sqlite-wal", "universe.json", "accounts.parquet"} <= {
            path.name for path in found
        }
        assert {mode(path) for path in found if path.is_dir()} == {0o700}
        assert {mode(path) for path in found if path.is_file()} == {0o600}


def test_what_an_earlier_version_kept_is_tightened(tmp_path, loose):
    (tmp_path / "universes" / "a").mkdir(parents=True)
    for name in ("workspace.sqlite", "universes/a/universe.json", "somebody-elses.txt"):
        (tmp_path / name).touch()
    paths.tighten(tmp_path)
    assert mode(tmp_path) == 0o700
    assert mode(tmp_path / "universes" / "a") == 0o700
    assert mode(tmp_path / "workspace.sqlite") == 0o600
    assert mode(tmp_path / "universes" / "a" / "universe.json") == 0o600
    assert mode(tmp_path / "somebody-elses.txt") == 0o666


def test_what_a_killed_program_left_goes_at_once_and_a_living_ones_stays(own_workspace):
    code = (
        "from icp_core import paths\nimport time\n"
        "kept = paths.TemporaryFolder()\n(kept.path / 'x').touch()\n"
        "print(kept.path, flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as child:
        folder = paths.temporary_base() / child.stdout.readline().strip().rpartition("/")[2]
        with paths.TemporaryFolder() as ours:
            paths.sweep()
            assert (folder / "x").exists()
            child.kill()
            child.wait()
            paths.sweep()
            assert not folder.exists()
            assert ours.exists()
    assert list(paths.temporary_base().iterdir()) == []


def test_a_folder_that_tells_of_no_owner_stays_a_day(own_workspace):
    old, fresh = paths.temporary_base() / "tmpold", paths.temporary_base() / "tmpfresh"
    old.mkdir(parents=True)
    fresh.mkdir()
    day = time.time() - 2 * 86_400
    os.utime(old, (day, day))
    paths.sweep()
    assert not old.exists()
    assert fresh.exists()


def test_a_database_that_somebody_else_holds_is_busy_not_broken(tmp_path, monkeypatch):
    monkeypatch.setattr("icp_core.workspace.database._WAIT_SECONDS", 0.2)
    file = saved(tmp_path)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(WorkspaceError, match="busy"):
            use(file)
