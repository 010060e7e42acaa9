"""The command line on accounts that stay in an engine: the same market and the same files."""

import csv
import hashlib
import json
from io import StringIO

import duckdb
import polars as pl
import pytest

from icp_core.__main__ import main
from icp_core.evaluation.engines import EngineEvaluation
from icp_core.exporting import FORMATS, streamed
from icp_core.profiles.model import Criterion, Profile, Range
from icp_core.profiles.starters import starter
from icp_core.sources import load
from icp_core.workspace import Status, Workspace

ROWS = 6000


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    """One universe as a file and as a folder of Parquet, inactive accounts among them."""
    folder = tmp_path_factory.mktemp("demo")
    frame = load(f"demo:{ROWS}", include_inactive=True).frame
    (folder / "parts").mkdir()
    frame[: ROWS // 2].write_parquet(folder / "parts" / "a.parquet")
    frame[ROWS // 2 :].write_parquet(folder / "parts" / "b.parquet")
    frame.write_parquet(folder / "u.parquet")
    return str(folder / "u.parquet"), f"parquet://{folder}/parts"


def answer(capsys, *arguments):
    assert main([str(argument) for argument in arguments]) == 0
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize("inactive", [(), ("--include-inactive",)])
def test_score_is_the_same_on_an_engine(sources, capsys, inactive):
    file, address = sources
    near = answer(capsys, "score", "--accounts", file, "--json", *inactive)
    far = answer(capsys, "score", "--accounts", address, "--json", "--seconds", "60", *inactive)
    assert far.pop("accounts") == address
    assert near.pop("accounts") == file
    assert far["matching"] > 0
    assert far["fictional"] is True
    for name in ("tiers", "best", "tam_value", "coverage", "largest_share", "breakdowns"):
        assert _rounded(far.pop(name)) == _rounded(near.pop(name))
    assert far == near


def _number(cell):
    """A cell as a number to nine decimals, or as it is."""
    try:
        return round(float(cell), 9)
    except ValueError:
        return cell


def _rounded(value):
    match value:
        case float():
            return round(value, 4)
        case dict():
            return {key: _rounded(one) for key, one in value.items()}
        case list():
            return [_rounded(one) for one in value]
    return value


@pytest.fixture
def wide(tmp_path):
    """A profile that every account matches."""
    starting = starter("nordic-software").profile
    path = tmp_path / "wide.json"
    path.write_text(starting.replace(criteria=starting.scored).to_json())
    return path


@pytest.mark.parametrize("target", ["linkedin", "hubspot", "csv"])
def test_an_export_from_an_engine_is_the_same_file(
    sources, wide, capsys, tmp_path, target, monkeypatch
):
    # Small enough for several parts.
    stream = EngineEvaluation.stream
    monkeypatch.setattr(
        EngineEvaluation, "stream", lambda found, **given: stream(found, **{"rows": 700, **given})
    )
    written = []
    for name, source in zip(("near", "far"), sources, strict=True):
        out = tmp_path / f"FICTIONAL-{name}.csv"
        report = answer(
            capsys,
            *("export", "--accounts", source, "--format", target, "--out", out),
            *("--profile", wide, "--tiers", "A,B,unranked", "--json"),
        )
        assert report.pop("file") == str(out)
        written.append((report, out.read_bytes()))
    (near, near_file), (far, far_file) = written
    near_cells, far_cells = (
        [[_number(cell) for cell in row] for row in csv.reader(StringIO(file.decode("utf-8-sig")))]
        for file in (near_file, far_file)
    )
    assert far_cells == near_cells
    assert len(far_cells) > 300
    assert far_file.startswith(near_file[:100])
    for report in (far, near):
        del report["size_bytes"]  # of numbers that differ in their last digit
    assert far == near


def test_an_export_from_an_engine_obeys_decisions_and_is_logged(sources, capsys, tmp_path):
    _, address = sources
    best = answer(capsys, "score", "--accounts", address, "--json")["best"][0]["account_id"]
    workspace = Workspace.open()
    workspace.decide([best], status=Status.EXCLUDED, detail="Competitor", author="Test")
    out = tmp_path / "FICTIONAL-out.csv"
    report = answer(
        capsys, *("export", "--accounts", address, "--format", "csv", "--out", out, "--json")
    )
    assert report["left_out"] == {"Competitor": 1}
    assert best not in pl.read_csv(out, infer_schema=False)["Account id"].to_list()
    entry = workspace.exports(limit=1)
    assert entry["sha256"].item() == hashlib.sha256(out.read_bytes()).hexdigest()
    assert entry["list_name"].item() == address


def test_only_as_many_matches_as_a_receiver_can_use_leave_the_engine(
    sources, wide, capsys, tmp_path, monkeypatch
):
    monkeypatch.setattr(streamed, "most_rows", lambda target: 400)
    out = tmp_path / "FICTIONAL-out.csv"
    report = answer(
        capsys,
        *("export", "--accounts", sources[1], "--format", "linkedin", "--out", out),
        *("--profile", wide, "--tiers", "A,B,C,unranked", "--json"),
    )
    assert report["rows_in"] == 400
    assert "Only the best 400 of" in report["warnings"][-1]


def test_a_few_times_what_the_receiver_takes_is_taken():
    assert streamed.most_rows(FORMATS["salesforce"]) == 150_000
    assert streamed.most_rows(FORMATS["xlsx"]) == 1_048_575


def test_a_market_without_a_match_writes_no_file(sources, capsys, tmp_path):
    gate = Criterion(column="employees", role="must_have", fit=Range.between(10**9, None))
    none = Profile(name="P", criteria=(gate,))
    (tmp_path / "p.json").write_text(none.to_json())
    out = tmp_path / "out"
    out.mkdir()
    for target in ("csv", "linkedin"):
        done = main(
            [
                *("export", "--accounts", sources[1], "--format", target, "--out", str(out)),
                *("--profile", str(tmp_path / "p.json")),
            ]
        )
        assert done == 2
        assert "no company to export" in capsys.readouterr().err
    assert not list(out.iterdir())


def test_a_slow_question_ends_with_one_line(tmp_path, capsys):
    path = tmp_path / "u.duckdb"
    connection = duckdb.connect(path)
    connection.execute(
        "CREATE TABLE accounts AS SELECT 'X-' || i AS account_id, 'n' AS name, i % 1000 AS employees "
        "FROM range(20000000) t(i)"
    )
    connection.close()
    scored = Criterion(column="employees", role="nice_to_have", fit=Range(a=0, b=900))
    (tmp_path / "p.json").write_text(Profile(name="P", criteria=(scored,)).to_json())
    done = main(
        [
            *("score", "--accounts", f"duckdb://{path}?table=accounts", "--seconds", "1"),
            *("--profile", str(tmp_path / "p.json")),
        ]
    )
    assert done == 2
    message = capsys.readouterr().err
    assert "took longer than 1 s and was stopped" in message
    assert message.count("\n") == 1


def test_learning_says_that_it_needs_every_account_in_memory(sources, capsys):
    assert main(["learn", "--accounts", sources[1]]) == 2
    assert "needs every account in memory" in capsys.readouterr().err
