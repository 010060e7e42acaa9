"""Four hundred files that somebody has tampered with are imported, or refused in a sentence.

`python -m benchmarks.fuzz --minutes 20` tries more; what it found is in
`tests/core/test_importing_hostile.py`.
"""

import os
import sys

import pytest

from benchmarks import fuzz

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits and peaks are Linux'")

_FILES = 400
"""However busy the machine is."""


def test_tampered_files_are_loaded_or_refused() -> None:
    found = fuzz.run(seed=2026, count=_FILES, processes=min(2, os.cpu_count() or 1))
    assert not found.bad
    assert found.files >= _FILES
    assert found.loaded > 10
    assert found.refused > 10


def test_tampering_repeats_itself() -> None:
    files = fuzz.seeds()
    for number in range(200):
        assert fuzz.tampered(number, 1, files) == fuzz.tampered(number, 1, files)
