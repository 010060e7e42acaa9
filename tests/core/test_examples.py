"""The examples in docstrings, run as a reader would type them."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for path in sorted((ROOT / "icp_core").rglob("*.py"))
    if ">>> " in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_what_an_example_shows_is_what_comes_back(name):
    run = doctest.testmod(importlib.import_module(name))
    assert run.attempted
    assert not run.failed, "what came instead stands above"


def test_the_public_face_has_examples():
    rooms = {name.split(".")[1] for name in MODULES}
    assert rooms >= {"accounts", "evaluation", "profiles", "reference"}
