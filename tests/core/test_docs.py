"""The documentation keeps its promises: what exists is mentioned, and commands are the ones that run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def text(*parts):
    return ROOT.joinpath(*parts).read_text(encoding="utf-8")


def files(folder, pattern="*"):
    return sorted(path for path in (ROOT / folder).rglob(pattern) if path.is_file())


def test_the_readme_gives_the_two_commands_that_ci_runs():
    commands = re.findall(r"^    (pip install .*)$", text("README.md"), re.MULTILINE)
    assert commands == [
        "pip install -r requirements.txt && streamlit run app.py",
        "pip install -r requirements-dev.txt && python -m pytest",
    ]
    for command in commands:
        assert f"'    {command}'" in text(".ci", "run")


@pytest.mark.parametrize("path", files("data"), ids=lambda path: path.name)
def test_every_data_file_has_its_source(path):
    if path.name != "SOURCES.md":
        named = path.name if path.parent.name != "profiles" else "profiles/"
        assert named in text("data", "SOURCES.md")


def test_every_column_is_documented_as_it_is():
    done = subprocess.run(
        [sys.executable, "-c", "import columns; print(columns.table(), end='')"],
        cwd=DOCS,
        env=os.environ | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    assert done.stdout == text("docs", "columns.md")


def test_every_setting_is_documented():
    used = set()
    for folder in ("icp_core", "ui", "pages"):
        for path in files(folder, "*.py"):
            used |= set(re.findall(r"\bICP_[A-Z_]+\b", path.read_text(encoding="utf-8")))
    assert used == set(
        re.findall(r"^\| `(ICP_[A-Z_]+)`", text("docs", "settings.md"), re.MULTILINE)
    )


def test_every_command_is_documented():
    shown = subprocess.run(
        [sys.executable, "-m", "icp_core", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    commands = set(re.findall(r"^    (\w+)(?: {2,}|$)", shown, re.MULTILINE))
    documented = re.findall(r"^\| `(\w+)` \|", text("docs", "command-line.md"), re.MULTILINE)
    assert commands == set(documented)


def test_every_page_has_its_page_of_documentation_with_a_picture():
    names = ["start", *(path.stem.split("_", 1)[1].lower() for path in files("pages", "[0-9]*.py"))]
    for name in names:
        page = text("docs", "pages", f"{name}.md")
        pictures = re.findall(r"\]\((\.\./images/[\w.-]+\.png)\)", page)
        assert pictures, name
        for picture in pictures:
            assert (DOCS / "pages" / picture).exists(), picture


@pytest.mark.parametrize(
    "path", [ROOT / "README.md", *files("docs", "*.md")], ids=lambda path: path.name
)
def test_every_link_inside_the_documentation_leads_somewhere(path):
    for link in re.findall(r"\]\(([^)#]+)[^)]*\)", path.read_text(encoding="utf-8")):
        if "://" not in link:
            assert (path.parent / link).exists(), link
