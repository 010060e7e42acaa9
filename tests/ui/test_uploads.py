"""What inputs take at most: too many files are refused and not kept, texts end where models end."""

from contextlib import nullcontext

import pytest
from app_pages import Open, errors

from icp_core.errors import IcpError
from icp_core.profiles.model import Profile, Tier
from ui import uploads
from ui.controls import most_letters
from ui.uploads import MOST_FILES, MOST_MB, _problem

PAGE = "pages/9_Import.py"
MB = 1_000_000


@pytest.mark.parametrize(
    "sizes",
    [[], [1], [200 * MB, 200 * MB], [MOST_MB * MB], [10] * MOST_FILES, [20 * MB] * MOST_FILES],
)
def test_files_within_the_limits_are_taken(sizes: list[int]) -> None:
    assert not _problem(sizes)


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ([1] * (MOST_FILES + 1), "21 files"),
        ([0] * 1_000, "1\u202f000 files"),
        ([200 * MB, 200 * MB, MB], "401 MB"),
        ([(MOST_MB + 1) * MB], "401 MB"),
        ([90 * MB] * 5, "450 MB"),
    ],
)
def test_files_beyond_them_are_named(sizes: list[int], said: str) -> None:
    assert said in _problem(sizes)


def test_refused_files_are_given_up_and_the_next_ones_taken(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "MOST_FILES", 2)
    given_up = []
    monkeypatch.setattr(uploads, "_give_up", given_up.append)
    app = open_page(PAGE)
    files = [(f"{name}.csv", b"name\nA\n", "text/csv") for name in "abc"]
    app.main.file_uploader[0].set_value(files).run()
    assert not app.exception
    assert "3 files are more than the 2" in " ".join(errors(app))
    assert app.button(key="import_open").disabled
    assert not app.main.file_uploader[0].value
    assert [len(those) for those in given_up] == [3]
    app.main.file_uploader[0].set_value(files[:2]).run()
    assert not errors(app)
    assert not app.button(key="import_open").disabled


def test_inputs_take_as_much_as_their_models_and_no_more() -> None:
    assert most_letters(Tier, "name") == 20
    for letters, is_taken in ((most_letters(Profile, "name"), True), (81, False)):
        with nullcontext() if is_taken else pytest.raises(IcpError):
            Profile(name="a").replace(name="x" * letters)
