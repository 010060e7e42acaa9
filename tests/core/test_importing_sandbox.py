"""Untrusted files in a child process: what hostile ones cost, what comes back, and how a child ends."""

import io
import itertools
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl
import psutil
import pytest

from icp_core.__main__ import main
from icp_core.errors import ImportRefused, ProfileError, SourceError
from icp_core.importing import child as children
from icp_core.importing import load as in_process
from icp_core.importing import nursery, sandbox
from icp_core.importing.child import Allowance, Child
from icp_core.importing.customers import match, read_deals
from icp_core.importing.mapping import Mapping
from icp_core.importing.tables import Progress, Scratch
from icp_core.paths import sweep, temporary_base
from icp_core.profiles.model import Profile

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"
HOSTILE = FIXTURES / "hostile"
PROFF = FIXTURES / "proff.csv"

SECONDS = 20
MEMORY = 1 << 30


@pytest.fixture(autouse=True)
def scratch(own_workspace: Path) -> Path:
    """Where folders with intermediate files are, so that none can be overlooked."""
    folder = temporary_base()
    folder.mkdir(parents=True)
    return folder


def is_nursery(one: psutil.Process) -> bool:
    return "icp_core.importing.in_nursery" in one.cmdline()


def ours() -> list[psutil.Process]:
    """Children that have files: those of the nursery, and those that were started anew."""
    found = []
    for one in psutil.Process().children(recursive=True):
        # One may end while it is looked at.
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            mother = one.parent()
            if "icp_core.importing.in_child" in one.cmdline() or (mother and is_nursery(mother)):
                found.append(one)
    return found


@dataclass
class Used:
    """The most memory that any child had to itself, and the seconds of processor that all took."""

    memory: int = 0
    by_process: dict[int, float] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        # Not on the clock: the machine that tests run on may be busy with others.
        return sum(self.by_process.values())


@contextmanager
def measured() -> Iterator[Used]:
    """What children use, once the context is left."""
    found = Used()
    done = threading.Event()

    def look() -> None:
        children: list[psutil.Process] = []
        for turn in itertools.count():
            if done.wait(0.01):
                return
            # Who there is takes a look at every process of the machine, and so a tenth of the turns.
            if turn % 10 == 0:
                children = psutil.Process().children(recursive=True)
            for one in children:
                try:
                    used, times = one.memory_info(), one.cpu_times()
                except psutil.Error:
                    continue
                found.memory = max(found.memory, used.rss - used.shared)
                found.by_process[one.pid] = times.user + times.system

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield found
    finally:
        done.set()
        watcher.join()


# Of what is not named here, nobody can say beforehand which of its rows are sound.
REFUSED = {
    "ods_in_disguise_3GB.xlsx",
    "profile_integer_4301_digits.json",
    "xlsx_guard_regex_148s_gil.xlsx",
    "xlsx_shared_string_bomb_single_quotes.xlsx",
    "zip_damaged_lzma.zip",
}
LOADED = {
    "excel_unicode_text_quotes.txt": 4,
    # Its number is a cell that no column can read, and unknown.
    "json_integer_4301_digits.json": 1,
    "list[1].csv": 2,
    "list1.csv": 2,
    "revenue_over_i64_breaks_exports.csv": 5,
}
FILES = sorted(path for path in HOSTILE.rglob("*") if path.is_file())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_hostile_file_costs_a_sentence_and_nothing_else(path: Path, scratch: Path) -> None:
    with measured() as used:
        try:
            report = sandbox.run_import([path]).report
        except ImportRefused as error:
            assert path.name not in LOADED
            said = str(error)
            assert said.startswith(path.name)
            assert len(said) < 400
            assert "Traceback" not in said
            assert "\n" not in said
        else:
            assert path.name not in REFUSED
            assert report.read == report.kept + report.rejected + report.merged
            assert report.kept == LOADED.get(path.name, report.kept)
    assert used.seconds < SECONDS
    assert used.memory < MEMORY
    assert ours() == []
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    "name",
    [
        "json_integer_4301_digits.json",
        "xlsx_far_cell_space.xlsx",
        "parquet_dictionary_bomb_6kB.parquet",
        "zip_damaged_lzma.zip",
    ],
)
def test_hostile_deals_cost_a_sentence_too(name: str, scratch: Path) -> None:
    accounts = pl.DataFrame({"account_id": ["a"], "name": ["Acme"], "country": ["SE"]})
    with measured() as used, pytest.raises(ImportRefused, match=name):
        sandbox.match_deals((HOSTILE / name).read_bytes(), accounts, name=name)
    assert used.seconds < SECONDS
    assert used.memory < MEMORY
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["import", str(HOSTILE / "xlsx_far_cell_lower.xlsx")],
        ["import", str(PROFF), "--customers", str(HOSTILE / "zip_damaged_lzma.zip")],
        ["score", "--accounts", str(HOSTILE / "parquet_dictionary_bomb_6kB.parquet")],
        ["import", str(PROFF), "--mapping", str(HOSTILE / "profile_integer_4301_digits.json")],
        ["score", "--accounts", "listed", "--profile", str(HOSTILE / "json_integer_4301_digits.json")],
    ],
    ids=["list", "deals", "accounts", "mapping", "profile"],
)  # fmt: skip
def test_the_command_line_says_one_line_and_ends_with_bad_input(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.parquet"
    if arguments[0] == "import":
        arguments = [*arguments, "--out", str(out)]
    assert main(arguments) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: ")
    assert said.err.count("\n") == 1
    assert not said.out
    assert not out.exists()


@pytest.mark.parametrize(
    "name", ["proff.csv", "bisnode.csv", "prh_v3.json", "bolagsverket_bulk.txt", "cvr_elastic.json"]
)
def test_a_sound_file_gives_what_it_gives_without_a_child(name: str) -> None:
    here = in_process.run_import([FIXTURES / name])
    there = sandbox.run_import([FIXTURES / name])
    assert there.accounts.equals(here.accounts)
    assert there.rejected.equals(here.rejected)
    assert there.members.equals(here.members)
    assert there.mappings == here.mappings
    same_day = {"loaded_at": here.report.loaded_at}
    assert there.report.model_copy(update=same_day) == here.report


def test_cells_are_as_meant_in_a_child_too(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "Navn;By;Ansatte;OmrÃ¥de;Orgnr;Land\n"
        'TromsÃ¸ BÃ¥t AS;TromsÃ¸;#N/A;Nord;="923609016";Norge\n'
        "Null AS;null;12;n/a;'983971636;Norge\n",
        encoding="utf-8",
    )
    result, opened = sandbox.run_import([path]), sandbox.open_file(path)
    assert result.accounts.equals(in_process.run_import([path]).accounts)
    told = ["name", "city", "employees", "Område", "org_number"]
    assert result.accounts.sort("name").select(told).rows() == [
        ("Null AS", None, 12, None, "983971636"),
        ("Tromsø Båt AS", "Tromsø", None, "Nord", "923609016"),
    ]
    # What the page shows of them beside each heading.
    assert opened.samples["Område"] == ("Nord",)
    assert opened.samples["Navn"] == ("Tromsø Båt AS", "Null AS")


def test_files_of_one_country_join_and_a_mapping_is_taken(tmp_path: Path) -> None:
    norway = tmp_path / "enheter.csv"
    lines = (FIXTURES / "brreg_enheter_header_2026.csv").read_text(encoding="utf-8").splitlines()
    mapping = in_process.open_file(PROFF).mapping
    with pytest.raises(ImportRefused, match="The mapping fits none of the files"):
        norway.write_text("Company,City\nA,Oslo\n", encoding="utf-8")
        sandbox.run_import([norway], mapping=mapping)
    assert lines
    changed = mapping.choosing("ERP", "technologies")
    loaded = sandbox.run_import([PROFF], mapping=changed)
    assert loaded.mappings == {"proff.csv": changed}
    assert "technologies" in loaded.accounts.columns


def test_a_mapping_that_only_pretends_to_fit_is_refused() -> None:
    mapping = in_process.open_file(PROFF).mapping
    renamed = mapping.assignments[0].model_copy(update={"heading": "Something else"})
    forged = mapping.replace(assignments=(renamed, *mapping.assignments[1:]))
    with pytest.raises(ImportRefused, match="other headings"):
        sandbox.open_file(PROFF).with_mapping(forged)


def test_deals_are_matched_as_without_a_child() -> None:
    accounts = in_process.run_import([FIXTURES / "bisnode.csv"]).accounts
    path = FIXTURES / "hubspot_deals.csv"
    deals, matches = sandbox.match_deals(io.BytesIO(path.read_bytes()), accounts, name=path.name)
    here = read_deals(path)
    assert (deals.system, deals.rows.to_dicts()) == (here.system, here.rows.to_dicts())
    assert deals.rejected.equals(here.rejected)
    expected = match(here, accounts)
    assert matches.matched.equals(expected.matched)
    assert matches.ambiguous.equals(expected.ambiguous)
    assert matches.unmatched.equals(expected.unmatched)


BAD = {
    "empty.csv": b"",
    "list.csv": b"%PDF-1.7 and so on",
    "list.xlsx": b"\xd0\xcf\x11\xe0 old",
    "list.zip": b"PK\x03\x04 broken",
    "figures.csv": b"Employees,City\n5,Oslo\n6,Oslo\n",
    "sida.html": b"<!DOCTYPE html><html></html>",
}


@pytest.mark.parametrize("name", BAD)
def test_what_a_reader_refuses_comes_back_in_its_own_words(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(BAD[name])
    with pytest.raises(ImportRefused) as here:
        in_process.run_import([path])
    with pytest.raises(ImportRefused) as there:
        sandbox.run_import([path])
    assert str(there.value) == str(here.value)
    assert type(there.value) is type(here.value)


def test_a_file_that_is_not_there_needs_no_child(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match=r"nowhere\.csv: there is no such file"):
        sandbox.open_file(tmp_path / "nowhere.csv")


# How a child ends ---------------------------------------------------------------------------------


def slow(path: Path, rows: int = 150_000) -> Path:
    """A list that takes some seconds to load."""
    lines = [f"Exempel nummer {n} AB;{n % 997};Malmö" for n in range(rows)]
    path.write_text("\n".join(["Company;Employees;City", *lines]) + "\n", encoding="utf-8")
    return path


def test_a_child_that_is_killed_is_a_sentence_and_leaves_nothing(
    tmp_path: Path, scratch: Path
) -> None:
    opened = sandbox.open_file(slow(tmp_path / "slow.csv"))

    def kill(progress: Progress) -> None:
        if progress.step:
            for one in ours():
                one.kill()

    with pytest.raises(ImportRefused, match=r"slow\.csv: the system ended the process"):
        sandbox.load([opened], on_progress=kill)
    assert ours() == []
    # What was read stays as long as somebody holds it.
    assert sorted(scratch.iterdir()) == sorted(
        [opened.scratch.path, opened.scratch.path.with_suffix(".lock")]
    )
    assert sandbox.load([opened]).report.kept
    del opened
    assert list(scratch.iterdir()) == []


class StopError(Exception):
    """What a page raises when somebody presses cancel."""


def test_cancelling_ends_the_child_at_once(tmp_path: Path, scratch: Path) -> None:
    path = slow(tmp_path / "slow.csv")
    begun = []

    def cancel(progress: Progress) -> None:
        if progress.step == "Reading the rows":
            begun.append(time.monotonic())
            raise StopError

    with pytest.raises(StopError):
        sandbox.open_file(path, on_progress=cancel)
    assert time.monotonic() - begun[0] < 2
    assert ours() == []
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("nursery", [True, False], ids=["forked", "started"])
def test_a_child_does_not_outlive_its_parent_nor_its_files_the_next_start(
    nursery: bool, tmp_path: Path, scratch: Path
) -> None:
    path = slow(tmp_path / "slow.csv", 400_000)
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from icp_core.importing import nursery, sandbox\n"
        f"nursery._only._possible = {nursery}\n"
        "def tell(progress):\n"
        "    if progress.step:\n"
        "        print(progress.step, flush=True)\n"
        "sandbox.run_import([Path(sys.argv[1])], on_progress=tell)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    assert parent.stdout.readline()
    family = psutil.Process(parent.pid).children(recursive=True)
    assert len(family) == (2 if nursery else 1)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert not psutil.wait_procs(family, timeout=10)[1]
    assert list(scratch.iterdir())
    sweep()
    assert list(scratch.iterdir()) == []


def test_children_are_forked_by_one_nursery_and_end_with_it(tmp_path: Path, scratch: Path) -> None:
    """Else every file costs the time to load what reads it: Polars may have begun to start threads."""
    path, seen = slow(tmp_path / "slow.csv"), []

    def look(progress: Progress) -> None:
        if progress.step:
            seen.extend(one.parent() for one in ours())
            if len(set(seen)) == 1 and len(seen) > 5:
                seen[0].kill()

    opened = sandbox.open_file(PROFF)
    with pytest.raises(ImportRefused, match=r"slow\.csv: the system ended the process"):
        sandbox.open_file(path, on_progress=look)
    (mother,) = set(seen)
    assert ours() == []
    # The next file has a nursery of its own, which is as good.
    assert sandbox.load([opened]).report.kept == 3
    assert [is_nursery(one) for one in psutil.Process().children() if one != mother] == [True]


def test_a_process_that_was_forked_has_a_nursery_of_its_own() -> None:
    sandbox.open_file(PROFF)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from icp_core.importing import nursery, sandbox\n"
        "path = Path(sys.argv[1])\n"
        "sandbox.open_file(path)\n"
        "before = nursery._only._nursery\n"
        "if os.fork() == 0:\n"
        "    with sandbox.Child() as child:\n"
        "        assert nursery._only._nursery is not before\n"
        "    nursery._only.end()\n"
        "    os._exit(0)\n"
        "assert os.wait()[1] == 0\n"
        "sandbox.open_file(path)\n"
        "assert nursery._only._nursery is before\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(PROFF)], cwd=ROOT, capture_output=True, check=False
    )
    assert run.returncode == 0, run.stderr.decode()
    assert not run.stderr


def test_without_a_nursery_a_child_is_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    forked = sandbox.run_import([PROFF])
    monkeypatch.setattr(nursery._only, "_possible", False)
    seen: list[str] = []
    started = sandbox.run_import(
        [PROFF], on_progress=lambda _: seen.extend(" ".join(one.cmdline()) for one in ours())
    )
    assert seen
    assert not [line for line in seen if "icp_core.importing.in_child" not in line]
    assert started.accounts.equals(forked.accounts)


def test_two_load_at_once_and_each_gets_its_own(tmp_path: Path) -> None:
    paths = [slow(tmp_path / f"{rows}.csv", rows) for rows in (3_000, 4_000)]
    with ThreadPoolExecutor(2) as both:
        found = list(both.map(lambda path: sandbox.run_import([path]).report, paths))
    assert [report.read for report in found] == [3_000, 4_000]
    assert [report.files[0].name for report in found] == ["3000.csv", "4000.csv"]


@pytest.mark.parametrize(
    ("allowance", "said"),
    [
        (Allowance(memory=20 << 20), "it needs more than 20 MB of memory"),
        (Allowance(seconds=0.2), "it was not done after"),
        (Allowance(disk=1 << 10), r"slow\.csv: "),
    ],
    ids=["memory", "time", "disk"],
)
def test_a_child_that_takes_too_much_is_ended(
    tmp_path: Path, allowance: Allowance, said: str
) -> None:
    path = slow(tmp_path / "slow.csv")
    arguments = {"path": str(path), "name": "slow.csv", "sheet": None, "code_page": None}
    with Child() as child, pytest.raises(ImportRefused, match=said):
        child.run("open", arguments, of="slow.csv", allowance=allowance)
    assert ours() == []


def test_a_child_that_stands_still_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_STANDING", 1.0)
    arguments = {"path": str(PROFF), "name": "proff.csv", "sheet": None, "code_page": None}
    with Child() as child:
        child.process.suspend()
        with pytest.raises(ImportRefused, match="it was not done after"):
            child.run("open", arguments, of="proff.csv", allowance=Allowance())


def test_what_it_may_use_grows_with_the_file_and_not_beyond_the_machine() -> None:
    small = Allowance.to_read(40_000, packed=True)
    assert small.memory < 800 << 20
    assert small.seconds < SECONDS
    large = Allowance.to_read(2 << 30, packed=False)
    assert large.seconds > 5 * 3600
    assert large.memory <= 0.7 * psutil.virtual_memory().total
    assert Allowance.to_load(900, 5).memory < 800 << 20
    assert Allowance.to_load(1_200_000, 30).memory > min(3 << 30, 0.9 * large.memory)


@pytest.mark.parametrize("forked", [True, False], ids=["forked", "started"])
def test_a_child_yields_to_others_and_knows_no_secrets(
    forked: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICP_DATABASE_URL", "postgresql://u:secret@host/name")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    # Neither does a nursery that begins now.
    monkeypatch.setattr(nursery, "_only", nursery._Only())
    monkeypatch.setattr(nursery._only, "_possible", forked)
    seen: dict[str, object] = {}

    def look(progress: Progress) -> None:
        if progress.step and not seen:
            (one,) = ours()
            seen.update(environment=one.environ(), nice=one.nice(), folder=one.cwd())

    prepared = sandbox.open_file(PROFF, on_progress=look)
    assert "secret" not in json.dumps(seen["environment"])
    assert seen["nice"] > psutil.Process().nice() or seen["nice"] == 19  # type: ignore[operator]
    assert seen["folder"] == str(prepared.scratch.path)
    for mother in psutil.Process().children():
        assert not is_nursery(mother) or "secret" not in json.dumps(mother.environ())
    nursery._only.end()
    assert prepared.scratch.path.stat().st_mode & 0o777 == 0o700
    modes = {
        path.name: path.stat().st_mode & 0o077
        for path in prepared.scratch.path.iterdir()
        if path.name != "log.txt"
    }
    assert modes
    assert set(modes.values()) == {0}


# What comes back ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What a child writes for a sound list, by task."""
    folders = {task: tmp_path_factory.mktemp(task) for task in ("open", "load")}
    run = Child.run

    def kept(self: Child, task: str, *rest: object, **named: object) -> None:
        run(self, task, *rest, **named)  # type: ignore[arg-type]
        shutil.copytree(self.scratch.path, folders[task], dirs_exist_ok=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Child, "run", kept)
        sandbox.run_import([PROFF])
    return folders


@pytest.fixture
def tampering(written: dict[str, Path], monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Have what a child wrote be changed before it is looked at."""

    def with_change(task: str, change) -> None:  # type: ignore[no-untyped-def]
        class Replayed:
            def __init__(self) -> None:
                self.scratch = Scratch()

            def __enter__(self) -> "Replayed":
                return self

            def __exit__(self, *_: object) -> None:
                pass

            def run(self, done: str, *_: object, **__: object) -> None:
                shutil.copytree(written[done], self.scratch.path, dirs_exist_ok=True)
                if done == task:
                    change(self.scratch.path)

        monkeypatch.setattr(sandbox, "Child", Replayed)

    return with_change


def test_what_is_not_tampered_with_is_taken(tampering) -> None:  # type: ignore[no-untyped-def]
    tampering("load", lambda folder: None)
    assert sandbox.run_import([PROFF]).report.kept == 3


def told(**changes: object):  # type: ignore[no-untyped-def]
    def change(folder: Path) -> None:
        path = folder / "about.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


@pytest.mark.parametrize(
    "change",
    [
        told(rows=10**12),
        told(rows="many"),
        told(name="another.csv"),
        told(register_name="brreg"),
        told(headings=["x" * 1_000]),
        told(kind="x" * 50),
        told(more="than was asked"),
        told(sheets=["s"] * 10_000),
        lambda folder: (folder / "about.json").write_bytes(b"\xff not JSON"),
        lambda folder: (folder / "about.json").unlink(),
        lambda folder: (folder / "about.json").write_bytes(b" " * (33 << 20)),
    ],
)
def test_what_a_child_says_of_a_file_is_checked(tampering, change) -> None:  # type: ignore[no-untyped-def]
    tampering("open", change)
    with pytest.raises(ImportRefused, match="does not agree with itself"):
        sandbox.open_file(PROFF)


def linked(folder: Path) -> None:
    (folder / "accounts.parquet").unlink()
    (folder / "accounts.parquet").symlink_to("/etc/hostname")


def accounts(change):  # type: ignore[no-untyped-def]
    def changed(folder: Path) -> None:
        path = folder / "accounts.parquet"
        change(pl.read_parquet(path)).write_parquet(path)

    return changed


@pytest.mark.parametrize(
    "change",
    [
        accounts(lambda frame: frame.head(2)),
        accounts(lambda frame: pl.concat([frame] * 3)),
        accounts(lambda frame: frame.with_columns(account_id=pl.lit("the same"))),
        accounts(lambda frame: frame.drop("account_id")),
        accounts(lambda frame: frame.with_columns(employees=pl.lit("many"))),
        accounts(lambda frame: frame.with_columns(own=pl.struct("name", "country"))),
        accounts(lambda frame: frame.with_columns(own=pl.lit("x" * (8 << 20)))),
        lambda folder: (folder / "accounts.parquet").write_bytes(b"PAR1 broken PAR1"),
        lambda folder: (folder / "report.json").write_text("{}"),
        lambda folder: (folder / "rejected.parquet").unlink(),
        linked,
    ],
)
def test_what_a_child_made_of_a_list_is_checked(tampering, change) -> None:  # type: ignore[no-untyped-def]
    tampering("load", change)
    with pytest.raises(ImportRefused, match="does not agree with itself"):
        sandbox.run_import([PROFF])


@pytest.mark.parametrize(
    "said",
    [
        b"not JSON\n",
        b'{"step": 5, "at": 0.5}\n',
        b'{"step": "Reading", "at": NaN}\n',
        b"[" * 60_000 + b"\n",
        b"x" * 200_000,
    ],
)
def test_a_child_that_talks_nonsense_is_ended(said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with Child() as child:
        child._lines.put(said)
        with pytest.raises(ImportRefused, match="it cannot be read"):
            child.run("open", {}, of="list.csv", allowance=Allowance())


def test_a_flaw_in_a_reader_is_logged_and_the_child_can_go_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    whole = {"path": str(PROFF), "name": "proff.csv", "sheet": None, "code_page": None}
    with Child() as child:
        with pytest.raises(ImportRefused, match=r"proff\.csv: it cannot be read"):
            child.run("open", {"path": str(PROFF)}, of="proff.csv", allowance=Allowance())
        assert "KeyError: 'name'" in caplog.text
        with pytest.raises(ImportRefused, match="there is no such file"):
            missing = whole | {"path": "/nowhere", "name": "nowhere"}
            child.run("open", missing, of="nowhere", allowance=Allowance())
        child.run("open", whole, of="proff.csv", allowance=Allowance())
        assert (child.scratch.path / "about.json").is_file()


# Accounts that are named by path, and small documents ---------------------------------------------


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_accounts_with_brackets_in_their_name_are_those_that_were_named(
    tmp_path: Path, suffix: str
) -> None:
    for name in ("list[1]", "list1"):
        frame = pl.DataFrame({"account_id": [name], "name": ["Acme"]})
        write = frame.write_parquet if suffix == ".parquet" else frame.write_csv
        write(tmp_path / f"{name}{suffix}")
    with sandbox.canonical_accounts(tmp_path / f"list[1]{suffix}") as found:
        assert found.collect()["account_id"].to_list() == ["list[1]"]


def test_accounts_whose_cells_are_endless_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "long.parquet"
    frame = pl.DataFrame({"account_id": [str(n) for n in range(90)], "name": "A"})
    frame.with_columns(note=pl.lit("x" * 300_000)).write_parquet(path)
    with (
        pytest.raises(SourceError, match="note has cells that are too long"),
        sandbox.canonical_accounts(path),
    ):
        pass


DOCUMENTS = {
    "digits": '{"schema_version": ' + "1" * 4_301 + "}",
    "negative digits": '{"schema_version": 1, "name": -' + "9" * 5_000 + "}",
    "digits after the point": '{"schema_version": 1.' + "0" * 900_000 + "}",
    "depth": "[" * 200_000,
    "depth of objects": '{"a":' * 100_000,
    "length": " " * (5 << 20),
    "no text": b"\xff\xfe\x00",
    "half a letter": b'{"schema_version": 1, "name": "\xc3"}',
    "a version of many words": json.dumps({"schema_version": ["x"] * 100_000}),
}


@pytest.mark.parametrize("kind", [Profile, Mapping])
@pytest.mark.parametrize("content", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_document_without_bounds_is_one_clear_message(kind, content) -> None:  # type: ignore[no-untyped-def]
    begun = time.monotonic()
    with pytest.raises((ProfileError, ImportRefused)) as refused:
        kind.from_json(content)
    assert len(str(refused.value)) < 500
    assert time.monotonic() - begun < 2
