"""Who may import whom, held against every file."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INTERFACE = {"streamlit", "plotly", "pydeck"}
FORBIDDEN = {
    "icp_core": INTERFACE | {"ui", "pages", "app", "benchmarks", "tests"},
    "ui": {"pages", "app", "benchmarks", "tests"},
    "pages": {"pages", "app", "benchmarks", "tests"},
}
FILES = [(room, path) for room in FORBIDDEN for path in sorted((ROOT / room).rglob("*.py"))] + [
    ("pages", ROOT / "app.py")
]


def imported(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@pytest.mark.parametrize(("room", "path"), FILES, ids=lambda value: getattr(value, "name", value))
def test_a_file_imports_only_what_its_room_may(room, path):
    assert FORBIDDEN[room].isdisjoint(imported(path))


def test_the_library_runs_without_loading_any_user_interface():
    script = (
        "import pkgutil, importlib, sys, icp_core\n"
        "from icp_core.errors import SourceError\n"
        "for found in pkgutil.walk_packages(icp_core.__path__, 'icp_core.'):\n"
        "    if not found.name.endswith(('__main__', 'env')) and '.versions.' not in found.name:\n"
        "        try:\n"
        "            importlib.import_module(found.name)\n"
        "        except SourceError as error:  # an optional package is not installed\n"
        "            assert 'requirements-scale.txt' in str(error)\n"
        f"print(sorted({INTERFACE!r} & set(sys.modules)))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == "[]", done.stderr
