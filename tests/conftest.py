"""What all tests share: how the processors share them, and a workspace of their own."""

import itertools
import os
import sys
from pathlib import Path

# Each process of the tests has its share of the processors: handing a few rows from thread to thread
# costs a sixth of all that tests take. Read by Polars when it is imported.
os.environ.setdefault("POLARS_MAX_THREADS", "1")

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadFileScheduling

from icp_core.workspace import DIRECTORY_VARIABLE, URL_VARIABLE

# The test-only references, and the pages as tests open them, are importable by name.
sys.path[:0] = [str(Path(__file__).parent / room) for room in ("core", "ui")]

_NUMBERS = itertools.count(1)

# Property tests prove what holds, not how fast: on a busy machine an example may take any time.
settings.register_profile("any speed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any speed")

# Each takes up to 2 GB; and beyond so many, those that stay together below take the longest.
_MOST_PROCESSES = 4

# Every processor is busy with one of these, so one process has them all, one after the other: a server
# and Chromium, where people's patience is tested, a cluster, and two processes of tampered files.
_TAKES_ALL = ("tests/browser/", "tests/core/test_spark_cluster.py", "tests/fuzz/")
_TOGETHER = "browser and cluster"

# Longest first, so that no processor is left with one of these while the others have nothing to do.
_LONG = (
    _TOGETHER,
    "tests/core/test_importing_sandbox.py",
    "tests/core/test_exporting_matches.py",
    "tests/core/test_importing_hostile.py",
    "tests/core/test_learning_proof.py",
    "tests/core/test_market_against_reference.py",
    "tests/core/test_engines.py",
    "tests/core/test_learning_quality.py",
    "tests/ui/test_import_page.py",
    "tests/ui/test_engine_dataset.py",
)


def _room(nodeid: str) -> str:
    """Tests that one process has all of: a file's, or those that take every processor."""
    return _TOGETHER if nodeid.startswith(_TAKES_ALL) else nodeid.split("::", 1)[0]


class _ByRoom(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return _room(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> LoadFileScheduling:
    """Keep together what shares a server, a cluster or a universe."""
    return _ByRoom(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One process a processor, and one more; none beside pytest's own if only one file is asked for.

    Whoever waits for a browser or a child leaves a processor to the others.
    """
    asked = {argument.split("::", 1)[0] for argument in config.args}
    if len(asked) == 1 and asked.pop().endswith(".py"):
        return 0
    return min((os.cpu_count() or 1) + 1, _MOST_PROCESSES)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    order = {room: place for place, room in enumerate(_LONG)}
    items.sort(key=lambda item: order.get(_room(item.nodeid), len(order)))


@pytest.fixture(autouse=True)
def own_workspace(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Where a workspace of the test's own would be; nobody's real decisions are touched."""
    folder = tmp_path_factory.getbasetemp() / f"workspace-{next(_NUMBERS)}"
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(folder))
    return folder
