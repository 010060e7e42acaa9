"""Who may import whom, held against every file."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
INTERFACE = {"streamlit", "plotly", "pydeck"}
FORBIDDEN = {
    "icp_core": INTERFACE | {"ui", "pages", "app", "benchmarks", "tests"},
    "ui": {"pages", "app", "benchmarks", "tests"},
    "pages": {"pages", "app", "benchmarks", "tests"},
}
# Each may import those before it. The loose files are the ground that all stand on.
LOOSE = ("errors", "paths", "intervals")
ORDER = (
    "reference",
    "accounts",
    "profiles",
    "evaluation",
    "analysis",
    "territories",
    "learning",
    "importing",
    "exporting",
    "views",
    "documents",
    "sources",
    "workspace",
    "__main__",
)
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


def modules(root, *tops):
    """Every module below these folders, or files, by its dotted name."""
    found = {}
    for top in tops:
        path = root / top
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path.with_suffix(".py")]:
            parts = file.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def imports(found):
    """Which of the modules each one imports: also inside functions, and for the type checker alone."""
    graph = {}
    for name, file in found.items():
        package = name.split(".") if file.name == "__init__.py" else name.split(".")[:-1]
        graph[name] = set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                graph[name].update(imported.name for imported in node.names)
            elif isinstance(node, ast.ImportFrom):
                above = package[: len(package) + 1 - node.level] if node.level else []
                source = ".".join([*above, *filter(None, [node.module])])
                for imported in node.names:
                    inside = f"{source}.{imported.name}"
                    graph[name].add(inside if inside in found else source)
        graph[name] &= found.keys()
    return graph


def upwards(graph):
    """Imports of a room by one below it, as "importer → imported"."""
    ranks = dict.fromkeys(LOOSE, -1) | {room: place for place, room in enumerate(ORDER)}

    def rank(module):
        return ranks[module.split(".")[1]]

    return [
        f"{name} → {target}"
        for name, targets in graph.items()
        for target in sorted(targets)
        if "." in name and "." in target and rank(target) > rank(name)
    ]


def circle(graph):
    """The modules of one circle of imports, or nothing."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_only_what_all_rooms_stand_on_lies_loose_in_the_library():
    loose = {path.stem for path in (ROOT / "icp_core").glob("*.py")}
    assert loose <= {*LOOSE, "__init__", "__main__"}
    rooms = {path.parent.name for path in (ROOT / "icp_core").glob("*/__init__.py")}
    assert rooms <= set(ORDER)


def test_no_room_of_the_library_imports_one_that_comes_after_it():
    assert upwards(imports(modules(ROOT, "icp_core"))) == []


def test_imports_never_go_round_in_a_circle():
    assert circle(imports(modules(ROOT, "icp_core", "ui", "pages", "app"))) == []


PLANTED = {
    "at the top": "from icp_core.evaluation import market",
    "of a name": "from icp_core.evaluation.market import Market",
    "plainly": "import icp_core.evaluation.market as m",
    "relatively": "from ..evaluation.market import Market",
    "in a function": "def f():\n    from icp_core.evaluation import market",
    "for types": "if TYPE_CHECKING:\n    from icp_core.evaluation.market import Market",
}


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED)
def test_an_import_upwards_and_the_circle_it_closes_are_found_wherever_they_stand(
    tmp_path, planted
):
    for room in ("profiles", "evaluation"):
        (tmp_path / "icp_core" / room).mkdir(parents=True)
        (tmp_path / "icp_core" / room / "__init__.py").touch()
    (tmp_path / "icp_core" / "errors.py").touch()
    model = tmp_path / "icp_core" / "profiles" / "model.py"
    model.write_text("import icp_core.errors")
    (tmp_path / "icp_core" / "evaluation" / "market.py").write_text(
        "from icp_core.profiles.model import Profile"
    )
    sound = imports(modules(tmp_path, "icp_core"))
    assert sound["icp_core.evaluation.market"] == {"icp_core.profiles.model"}
    assert (upwards(sound), circle(sound)) == ([], [])
    model.write_text(planted)
    broken = imports(modules(tmp_path, "icp_core"))
    assert upwards(broken) == ["icp_core.profiles.model → icp_core.evaluation.market"]
    assert set(circle(broken)) == {"icp_core.profiles.model", "icp_core.evaluation.market"}


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


def test_numbers_in_texts_are_written_in_one_place():
    """Thin spaces between thousands come from `reference.numbers`; a comma would be Python's own."""
    found = [
        f"{path.relative_to(ROOT)}:{spec.lineno}"
        for path in ROOT.glob("icp_core/**/*.py")
        if path.name != "numbers.py"
        for spec in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(spec, ast.FormattedValue)
        and isinstance(spec.format_spec, ast.JoinedStr)
        and any(
            isinstance(part, ast.Constant) and part.value.startswith(",")
            for part in spec.format_spec.values
        )
    ]
    assert found == []
