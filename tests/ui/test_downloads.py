"""Every file has a name that no other user's file has, and there is one place that sees to it."""

import ast
from pathlib import Path

import pytest
import streamlit as st
from app_pages import ROOT, Open
from streamlit.runtime.media_file_storage import MediaFileKind
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.testing.v1 import AppTest

from ui.downloads import MARK, marked

SAMPLE = (
    65_536  # bytes at the start, in the middle and at the end, of which Streamlit looks at a file
)
LARGE = 1_500_000  # bytes; up to 1 MiB it looks at the whole file
CSV, XLSX = "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def sources() -> list[Path]:
    return [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]


def test_every_download_goes_through_the_one_place_that_marks_names() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr == "download_button")
        or (isinstance(node, ast.alias) and node.name == "download_button")
        or (isinstance(node, ast.Constant) and node.value == "download_button")
    }
    assert users == {"ui/downloads.py"}


def of_length(differing: bytes, *, at: int, length: int = LARGE) -> bytes:
    """A file that differs from its like only in what Streamlit does not look at."""
    return b"a" * at + differing + b"a" * (length - at - len(differing))


@pytest.mark.parametrize(
    ("one", "other", "mime"),
    [
        (of_length(b"x", at=100_000), of_length(b"y", at=100_000), CSV),
        (of_length(b"x", at=SAMPLE), of_length(b"y", at=SAMPLE), CSV),
        (of_length(b"verified", at=400_000), of_length(b"excluded", at=400_000), CSV),
        (of_length(b"x" * 9_999, at=900_000), of_length(b"y" * 9_999, at=900_000), XLSX),
        (
            of_length(b"x", at=LARGE - SAMPLE - 1),
            of_length(b"y", at=LARGE - SAMPLE - 1),
            "application/json",
        ),
        (
            of_length("Å".encode(), at=1 << 20, length=5 << 20),
            of_length("Ä".encode(), at=1 << 20, length=5 << 20),
            CSV,
        ),
    ],
    ids=["middle", "behind-sample", "decision", "workbook", "before-sample", "letters"],
)
def test_two_files_alike_in_length_and_samples_are_two_files(
    one: bytes, other: bytes, mime: str
) -> None:
    storage = MemoryMediaFileStorage("/media")

    def kept(content: bytes, name: str) -> bytes:
        key = storage.load_and_get_id(content, mime, MediaFileKind.DOWNLOADABLE, name)
        return storage.get_file(key).content

    assert kept(one, "a.csv") == kept(other, "a.csv"), "Streamlit tells them apart by itself now"
    assert kept(one, marked("a.csv", one)) == one
    assert kept(other, marked("a.csv", other)) == other


def test_a_marked_name_stays_readable() -> None:
    name = "accounts-linkedin-a-b_2026-11-26.csv"
    assert marked(name, "content") == "accounts-linkedin-a-b_2026-11-26_ed7002b4.csv"
    assert marked("mapping.json", b"content") == "mapping_ed7002b4.json"
    assert marked("a.b-c.xlsx", b"content") == "a.b-c_ed7002b4.xlsx"


def offer(lazy: bool) -> None:
    from ui.downloads import download

    content = "a,b\n" if not lazy else lambda: "a,b\n"
    download("Get it", content, name="list.csv", mime="text/csv", key="get")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that pages offered."""
    offered: list[str] = []
    real = st.download_button

    def spied(*args, file_name: str, **options):
        offered.append(file_name)
        return real(*args, file_name=file_name, **options)

    monkeypatch.setattr(st, "download_button", spied)
    return offered


def test_a_file_made_at_the_click_has_another_name_in_every_session_and_drawing(
    names: list[str],
) -> None:
    app = AppTest.from_function(offer, args=(True,)).run()
    app.run()
    AppTest.from_function(offer, args=(True,)).run()
    assert len(set(names)) == 3
    assert all(len(name) == len("list_.csv") + MARK for name in names)


def test_a_file_that_is_there_has_one_name_for_everybody(names: list[str]) -> None:
    for _session in range(2):
        AppTest.from_function(offer, args=(False,)).run()
    assert set(names) == {marked("list.csv", "a,b\n")}


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("pages/3_Map.py", {}),
        ("pages/5_Accounts.py", {}),
        ("pages/8_Export.py", {}),
        ("pages/7_Versions.py", {"versions_part": "Compare"}),
        ("pages/10_Learn.py", {}),
    ],
)
def test_two_sessions_are_never_offered_files_of_one_name(
    open_page: Open, names: list[str], path: str, parameters: dict[str, str]
) -> None:
    open_page(path, dataset="demo", **parameters)
    first = set(names)
    names.clear()
    open_page(path, dataset="demo", **parameters)
    assert first and names
    assert not first & set(names)
