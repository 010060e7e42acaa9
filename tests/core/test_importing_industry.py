"""NACE in lists: both revisions in one column, and criteria of one that meet accounts of the other."""

import json
from pathlib import Path

import polars as pl
import pytest

from icp_core.__main__ import main
from icp_core.accounts.universe import Universe
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.importing.load import ImportResult, run_import
from icp_core.importing.values import leading_code
from icp_core.profiles.model import Choice, Criterion, Profile
from icp_core.reference import industry

NUMBERS = ("923609016", "974760673", "937884117", "971032081", "985399077")
M66 = (
    "name,country,org_number,industry,industry_revision\nGammel Programvare AS,NO,923609016,62.01,2\n"
    "Ny Programvare AS,NO,974760673,62.10,2.1\nNy Utgiver AS,NO,937884117,58.29,2.1\n"
)


def load(tmp_path: Path, *codes: str) -> ImportResult:
    rows = "".join(f"Firma {n} AS;{n};{code}\n" for n, code in zip(NUMBERS, codes, strict=False))
    path = tmp_path / "list.csv"
    path.write_text(f"Navn;Orgnr;Næringskode\n{rows}", encoding="utf-8")
    return run_import([path])


def read(loaded: ImportResult) -> list[tuple[str | None, str | None]]:
    return loaded.accounts.select("industry", "industry_revision").rows()


def test_a_column_with_codes_of_both_revisions_keeps_each_as_its_own(tmp_path: Path) -> None:
    loaded = load(tmp_path, "62.010", "62.020", "62.100", "62.200", "58.290")
    assert read(loaded) == [
        ("62.01", "2"), ("62.02", "2"), ("62.10", "2.1"), ("62.20", "2.1"), ("58.29", "2"),
    ]  # fmt: skip
    column = next(c for c in loaded.report.columns if c.name == "industry")
    assert column.remarks == {"codes of NACE Rev. 2.1 beside Rev. 2, kept as such": 2}


def test_a_list_of_the_newer_revision_is_of_it(tmp_path: Path) -> None:
    loaded = load(tmp_path, "62.100", "62.200", "62.900", "58.290", "47.110")
    assert {revision for _, revision in read(loaded)} == {"2.1"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("62010", "62010"),
        ("62.010 Programmeringstjenester", "62.010"),
        ("SNI 62010", "62010"),
        ("SNI2007: 62010", "62010"),
        ("NACE 62.01 - Computer programming", "62.01"),
        ("62010; 62020", "62010"),
        ("62.01Z", "62.01"),
        ("6201Z", "6201"),
        ("J 62.01", "J 62.01"),
        ("Programvara", None),
    ],
)
def test_codes_as_lists_write_them(written: str, code: str | None) -> None:
    assert pl.DataFrame({"x": [written]}).select(leading_code(pl.col("x"))).item() == code


def test_codes_that_a_sheet_made_dates_of_are_named(tmp_path: Path) -> None:
    loaded = load(tmp_path, "62.010", "62.020", "10.11", "10-nov", "58.290")
    column = next(c for c in loaded.report.columns if c.name == "industry")
    assert column.remarks == {"Excel made dates of codes (10.11 became 10-nov): unknown": 1}


def test_the_correspondence_has_every_class_but_the_one_without_forerunner() -> None:
    for revision in ("2", "2.1"):
        classes = {c for c, entry in industry.industries(revision).items() if entry.level == 4}
        lacking = classes - set(industry.counterparts(revision))
        # Eurostat: 46.89 has no link, since none could be made to the classes of division 46.
        assert lacking == ({"46.89"} if revision == "2.1" else set())
    pairs = pl.read_csv(
        Path(__file__).parents[2] / "data" / "industry" / "nace_rev2_rev21.csv", infer_schema=False
    )
    assert pairs.height == 940
    assert set(pairs["rev21"]) | {"46.89"} == classes


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("62.01", {"62.10"}),
        ("62.02", {"62.20"}),
        ("62.03", {"62.20"}),
        ("41.10", {"68.12"}),
        ("45.20", {"95.31", "95.40"}),
        ("63.91", {"60.31"}),
        ("58.29", {"58.29"}),
        ("47.91", {"47.91"}),
        ("35.12", {"35.13"}),
        ("74.10", {"74.11", "74.12", "74.13", "74.14"}),
    ],
)
def test_successors_of_classes(old: str, new: set[str]) -> None:
    assert industry.counterparts("2")[old] == new


def matching(codes: list[str], *accounts: tuple[str, str | None]) -> list[str]:
    frame = pl.DataFrame(
        {
            "account_id": [f"X-{place}" for place in range(len(accounts))],
            "name": [code for code, _ in accounts],
            "industry": [code for code, _ in accounts],
            "industry_revision": [revision for _, revision in accounts],
        }
    )
    test = Choice.of(*codes)
    board = Scoreboard(Universe.of(frame, name="u", label="u"))
    fits = board.fit(test, "industry").tolist()
    return [code for (code, _), fit in zip(accounts, fits, strict=True) if fit]


BOTH = (
    ("62.01", "2"), ("62.10", "2.1"), ("62.20", "2.1"), ("58.29", "2.1"), ("64.19", "2"),
    ("64.19", "2.1"), ("95.31", "2.1"), ("68.12", "2.1"), ("46.89", "2.1"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("codes", "found"),
    [
        (["J"], ["62.01", "62.10", "62.20", "58.29"]),
        (["K"], ["64.19", "64.19"]),
        (["62.01"], ["62.01", "62.10"]),
        (["62"], ["62.01", "62.10", "62.20"]),
        (["62.10"], ["62.01", "62.10"]),
        (["62.10", "62.20"], ["62.01", "62.10", "62.20"]),
        (["45"], ["95.31"]),
        (["F"], ["68.12"]),
        (["58.29", "62.10"], ["62.01", "62.10", "58.29"]),
        (["99"], []),
    ],
)
def test_a_criterion_of_one_revision_finds_accounts_of_the_other(
    codes: list[str], found: list[str]
) -> None:
    assert matching(codes, *BOTH) == found


def test_a_code_that_one_revision_alone_has_is_of_that_one_whatever_is_said() -> None:
    assert matching(["62.01"], ("62.10", None), ("62.10", "2"), ("62.01", "2.1")) == [
        "62.10", "62.10", "62.01",
    ]  # fmt: skip


@pytest.mark.parametrize(("code", "matches", "newer"), [("J", 3, 2), ("62.01", 2, 1)])
def test_the_run_says_that_codes_are_of_another_revision(
    code: str, matches: int, newer: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts, profile = tmp_path / "a.csv", tmp_path / "p.json"
    accounts.write_text(M66, encoding="utf-8")
    criterion = Criterion(column="industry", role="must_have", fit=Choice.of(code))
    profile.write_text(Profile(name="P", criteria=(criterion,)).to_json(), encoding="utf-8")
    assert main(["score", "--accounts", str(accounts), "--profile", str(profile), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["tam"]["low"] == matches
    assert answer["notes"] == [
        f"The profile's industries are of NACE Rev. 2; {newer} of the matches have codes of Rev. 2.1, "
        "found through Eurostat's correspondence of the two."
    ]
