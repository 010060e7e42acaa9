"""`python -m icp_core import`: files in, accounts, report and rejects out."""

import io
import json
import os
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import polars as pl

from icp_core.__main__ import main

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "tests" / "fixtures"


def run(*arguments):
    """The command, in this process: its return code and what it prints."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["import", *map(str, arguments)])
    return SimpleNamespace(returncode=code, stdout=out.getvalue(), stderr=err.getvalue())


def test_a_list_becomes_accounts_with_a_report_and_rejects(tmp_path):
    source = tmp_path / "list.csv"
    source.write_text("Företag,Org.nr,Ort,Weird\nExempel AB,5566778899,Lund,7\n,,=1+1,\n")
    out, report, rejects = (tmp_path / name for name in ("u.parquet", "r.json", "r.csv"))
    mapping = tmp_path / "m.json"
    first = (source, "--out", out, "--report", report, "--rejects", rejects)
    done = run(*first, "--write-mapping", mapping)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2  rows read" in done.stdout
    accounts = pl.read_parquet(out)
    assert accounts["account_id"].to_list() == ["SE-5566778899"]
    assert json.loads(report.read_text())["rejected"] == 1
    (rejected,) = pl.read_csv(rejects).to_dicts()
    assert rejected["row"] == 3
    assert rejected["cells"] == ",,=1+1,"

    corrected = json.loads(mapping.read_text())
    for one in corrected["assignments"]:
        if one["heading"] == "Weird":
            one |= {"column": "employees", "kind": None}
    mapping.write_text(json.dumps(corrected))
    assert run(*first, "--mapping", mapping).returncode == 0
    assert pl.read_parquet(out)["employees"].to_list() == [7]


def test_shared_domains_are_merged_and_a_code_page_taken_if_asked(tmp_path):
    source, out = tmp_path / "list.csv", tmp_path / "u.parquet"
    source.write_bytes("name,website\nØst A,group.no\nVest B,group.no\n".encode("mac_roman"))
    done = run(source, "--out", out, "--json")
    assert json.loads(done.stdout)["apart"] == 1
    assert pl.read_parquet(out)["name"].to_list() == ["Øst A", "Vest B"]
    assert run(source, "--out", out, "--merge-domains", "--code-page", "cp1252").returncode == 0
    assert pl.read_parquet(out)["name"].to_list() == ["¯st A"]


def test_a_newer_load_tells_what_changed_and_customers_are_matched(tmp_path):
    older, newer = tmp_path / "older.csv", tmp_path / "newer.csv"
    older.write_text("name,employees,owner\nA,10,Kim\nB,10,\n")
    newer.write_text("name,employees\nA,20\nC,10\n")
    deals = tmp_path / "deals.csv"
    deals.write_text("name,outcome\nA,won\nUnknown,lost\n")
    old, new, won = (tmp_path / name for name in ("old.parquet", "new.parquet", "won.parquet"))
    assert run(older, "--out", old, "--country", "SE").returncode == 0
    done = run(
        newer, "--out", new, "--country", "se", "--previous", old,
        "--customers", deals, "--outcomes", won, "--json",
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    answer = json.loads(done.stdout)
    assert answer["changes"] == {"new": 1, "gone": 1, "moved": 1}
    counts = {"matched": 1, "ambiguous": 0, "unmatched": 1}
    assert answer["customers"] == counts | {"stages": {}}
    rows = pl.read_parquet(new).sort("name").select("name", "owner", "is_customer").rows()
    assert rows == [("A", "Kim", True), ("C", None, False)]
    assert pl.read_parquet(won)["outcome"].to_list() == ["won"]


def test_a_bad_file_is_one_line_and_leaves_the_old_result_alone(tmp_path):
    out = tmp_path / "u.parquet"
    out.write_bytes(b"what was there")
    for name, content in (("a.csv", b""), ("b.xlsx", b"%PDF-1.7"), ("c.csv", b"name\n")):
        (tmp_path / name).write_bytes(content)
        done = run(tmp_path / name, "--out", out)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("error: ")
        assert done.stderr.count("\n") == 1
    nowhere = tmp_path / "none" / "u.parquet"
    done = run(FIXTURES / "danish.csv", "--out", nowhere)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert out.read_bytes() == b"what was there"
    assert len(list(tmp_path.iterdir())) == 4


def test_what_was_assumed_is_asked_and_answered(tmp_path):
    source, out = tmp_path / "us.csv", tmp_path / "u.parquet"
    source.write_text("Company,Country,Revenue,Growth\nA,US,25000000,119\nB,DE,9000000,4\n")
    done = run(source, "--out", out)
    assert done.returncode == 0
    questions = [line for line in done.stdout.splitlines() if line.startswith("Question: ")]
    assert len(questions) == 2
    assert "Revenue → revenue: it has no currency: choose one" in questions[0]
    assert "Growth → revenue_growth: taken for per cent" in questions[1]
    assert pl.read_parquet(out)["revenue"].to_list() == [None, None]
    done = run(source, "--out", out, "--currency", "usd", "--set", "growth=as written", "--json")
    answer = json.loads(done.stdout)
    assert answer["questions"] == []
    accounts = pl.read_parquet(out)
    assert accounts["revenue_original"].to_list() == [25e6, 9e6]
    assert accounts["revenue_growth"].to_list() == [119, 4]
    done = run(source, "--out", out, "--set", "Omsetning=USD")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert "no heading Omsetning" in done.stderr


def test_the_column_of_names_can_be_named_and_a_refusal_leaves_the_mapping(tmp_path):
    source, out, mapping = (tmp_path / name for name in ("l.csv", "u.parquet", "m.json"))
    source.write_text("Benämning;Postort\nAlfa AB;Malmö\nBeta AB;Lund\n", encoding="utf-8")
    done = run(source, "--out", out, "--write-mapping", mapping)
    assert done.returncode == 2
    assert "no column with company names" in done.stderr
    assert "Benämning, Postort" in done.stderr
    corrected = json.loads(mapping.read_text())
    corrected["assignments"][0] |= {"column": "name", "kind": None}
    mapping.write_text(json.dumps(corrected))
    assert run(source, "--out", out, "--mapping", mapping).returncode == 0
    out.unlink()
    assert run(source, "--out", out, "--name-column", "benämning").returncode == 0
    assert pl.read_parquet(out)["name"].to_list() == ["Alfa AB", "Beta AB"]


def test_stages_that_nobody_understands_are_asked(tmp_path):
    source, deals, out = (tmp_path / name for name in ("l.csv", "d.csv", "u.parquet"))
    source.write_text("Company,Country\nAlfa AB,SE\nBeta AB,SE\nGamma AB,SE\n")
    deals.write_text("Company,Stage,Amount\nAlfa AB,Guld,1\nBeta AB,Proposal,1\nGamma AB,Won,1\n")
    done = run(source, "--out", out, "--customers", deals)
    assert "Which of these stages mean a customer? “Guld” (1)." in done.stdout
    assert "--stage STAGE=OUTCOME" in done.stdout
    assert pl.read_parquet(out)["is_customer"].to_list() == [None, False, True]
    done = run(source, "--out", out, "--customers", deals, "--stage", "guld=active", "--json")
    assert json.loads(done.stdout)["customers"]["stages"] == {}
    assert pl.read_parquet(out)["is_customer"].to_list() == [True, False, True]
    done = run(source, "--out", out, "--customers", deals, "--stage", "Guld=kund")
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)


def test_what_is_no_file_is_never_replaced(tmp_path):
    source, pipe = tmp_path / "list.csv", tmp_path / "pipe"
    source.write_text("Name,Country\nExempel AB,SE\n")
    os.mkfifo(pipe)
    done = run(source, "--out", pipe)
    assert done.returncode == 2
    assert "is no file that could be replaced" in done.stderr
    assert pipe.is_fifo()
