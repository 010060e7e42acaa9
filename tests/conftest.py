"""What all tests share: a workspace of their own; the test-only references are importable by name."""

import itertools
import sys
from pathlib import Path

import pytest

from icp_core.workspace import DIRECTORY_VARIABLE, URL_VARIABLE

sys.path.insert(0, str(Path(__file__).parent / "core"))

_NUMBERS = itertools.count(1)


@pytest.fixture(autouse=True)
def own_workspace(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """Where a workspace of the test's own would be; nobody's real decisions are touched."""
    folder = tmp_path_factory.getbasetemp() / f"workspace-{next(_NUMBERS)}"
    monkeypatch.delenv(URL_VARIABLE, raising=False)
    monkeypatch.setenv(DIRECTORY_VARIABLE, str(folder))
    return folder
