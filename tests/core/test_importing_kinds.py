"""Small lists of every kind that once came out wrong: as somebody brought them, and what is right.

The inputs stand in `tests/fixtures/kinds`, a file a kind; `report` is the public page that tells of one.
"""

import tomllib
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from icp_core.errors import ImportRefused
from icp_core.exporting import prepare
from icp_core.importing.customers import read_deals
from icp_core.importing.load import ImportResult, open_file, run_import
from icp_core.profiles.model import Profile

FILES = sorted((Path(__file__).parent.parent / "fixtures" / "kinds").glob("*.toml"))
CASES = {
    f"{file.stem}.{place}": case
    for file in FILES
    for place, case in enumerate(tomllib.loads(file.read_text(encoding="utf-8"))["case"], start=1)
}
# What a case may say; a misspelt word would test nothing.
_WORDS = {
    "what", "report", "text", "accounts", "rows", "absent", "columns", "left_out", "asked", "said",
    "rejected", "country", "exported", "deals", "refused", "apart", "answers",
}  # fmt: skip
# Of little that is known, the seventeenth, `test_too_little_known.py` has the inputs.
KINDS = 16


def written(tmp_path: Path, case: dict[str, Any]) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(case["text"], encoding="utf-8")
    return path


def remarks(result: ImportResult) -> str:
    told = [sentence for column in result.report.columns for sentence in column.sentences()]
    return "\n".join([*told, *(r for f in result.report.files for r in (*f.remarks, *f.notes))])


def loaded(path: Path, case: dict[str, Any]) -> ImportResult:
    def settle(mapping: Any) -> Any:
        for heading, answer in case.get("answers", {}).items():
            mapping = mapping.setting(heading, answer)
        return mapping

    return run_import([path], country=case.get("country"), settle=settle)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_an_input_of_a_kind_comes_out_right(tmp_path: Path, case: dict[str, Any]) -> None:
    assert case.keys() <= _WORDS
    path = written(tmp_path, case)
    if "refused" in case:
        with pytest.raises(ImportRefused, match=case["refused"]):
            run_import([path])
        return
    if "deals" in case:
        deals = read_deals(path).rows
        assert deals["outcome"].to_list() == [word or None for word in case["deals"]]
        return
    mapping = open_file(path).mapping
    becomes = {a.heading: a.column or "" for a in mapping.assignments}
    assert becomes | case.get("columns", {}) == becomes
    if "left_out" in case:
        assert {h for h, column in becomes.items() if not column} == set(case["left_out"])
    if "asked" in case:
        assert {q.heading: list(q.doubts) for q in mapping.questions()} == case["asked"]
    result = loaded(path, case)
    frame = result.accounts
    for column, cells in case.get("accounts", {}).items():
        found = frame[column] if column in frame.columns else pl.Series([None] * frame.height)
        found = found.cast(pl.String) if found.dtype == pl.Date else found
        assert found.to_list() == pytest.approx([None if c == "" else c for c in cells]), column
    assert frame.height == case.get("rows", frame.height)
    assert not set(case.get("absent", ())) & set(frame.columns)
    for words in case.get("said", ()):
        assert words in remarks(result)
    assert result.report.apart == case.get("apart", result.report.apart)
    if "rejected" in case:
        assert Counter(result.rejected["reason"]) == case["rejected"]
    for format, wanted in case.get("exported", {}).items():
        profile = Profile(name="P")
        made = prepare(frame, format=format, profile=profile, fictional=False, on=date(2026, 3, 1))
        for column, cells in wanted.items():
            assert made.frame[column].to_list() == [None if c == "" else c for c in cells]


def test_every_kind_has_inputs_of_its_own_and_some_from_public_reports() -> None:
    assert len(FILES) == KINDS
    for file in FILES:
        own = [case for name, case in CASES.items() if name.startswith(f"{file.stem}.")]
        reports = {case["report"] for case in own if "report" in case}
        assert len(own) >= 5, file.stem
        assert len(reports) >= 2, file.stem


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Kundnr", "choice"), ("Record ID", "choice"), ("Customer number", "choice"),
        ("Asiakasnumero", "choice"), ("Kundenummer", "choice"), ("Account No.", "choice"),
        ("Avtale nr", "choice"), ("Number of licences", "number"), ("Antal lager", "number"),
        ("No of sites", "number"), ("Score", "number"), ("Number of employees in DK", "number"),
    ],
)  # fmt: skip
def test_numbers_that_records_are_called_by_stay_as_written(heading: str, kind: str) -> None:
    text = f"Name;{heading}\nA AB;10001\nB AB;10002\nC AB;10002\n"
    (found,) = [
        a
        for a in open_file(text.encode(), name="list.csv").mapping.assignments
        if a.heading == heading
    ]
    assert found.kind == kind
