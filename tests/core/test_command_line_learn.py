"""Learning from the command line, and customer lists as people hand them over."""

import json

import polars as pl
import pytest

from icp_core.__main__ import main
from icp_core.accounts import demo
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.importing import customer_lists
from icp_core.learning import demo_deals, learn
from icp_core.profiles.model import Profile
from icp_core.sources import load

SMALL = "demo:3000"


@pytest.fixture(scope="module")
def small():
    return load(SMALL)


def written(path, rows):
    pl.DataFrame(rows).write_csv(path)
    return str(path)


def test_learn_prints_what_the_library_finds_and_writes_the_profile(tmp_path, capsys, small):
    out = tmp_path / "learned.json"
    assert main(["learn", "--accounts", SMALL, "--json", "--out", str(out)]) == 0
    answer = json.loads(capsys.readouterr().out)
    result = learn(small, demo_deals(small.frame), judge=False)
    assert answer["fictional"] is True
    assert answer["customers"]["best"] == len(result.customers.rows("best"))
    shown = [one["column"] for one in answer["attributes"] if one["suggested"]]
    assert shown == [one.column.name for one in result.suggested]
    assert answer["file"] == str(out)
    # The tiers are those of the hand-made profile, the criteria the learned ones.
    assert Profile.from_json(out.read_bytes()).criteria == result.profile.criteria


def test_learn_reads_a_deal_export_and_says_what_was_not_found(tmp_path, capsys, small):
    named = small.frame.filter(pl.col("is_customer")).head(30)
    file = written(
        tmp_path / "customers.csv",
        {
            "org_number": [*named["org_number"], "999999999"],
            "country": [*named["country"], "NO"],
            "outcome": ["won"] * 30 + ["lost"],
        },
    )
    assert main(["learn", "--accounts", SMALL, "--customers", file]) == 0
    shown = capsys.readouterr().out
    assert "30 rows found their account, 1 are not among them." in shown
    assert "30 best customers, 0 worst" in shown
    assert "FICTIONAL" in shown


def test_too_few_customers_are_an_answer_and_no_profile_is_written(tmp_path, capsys, small):
    named = small.frame.filter(pl.col("is_customer")).head(1)
    file = written(
        tmp_path / "one.csv",
        {
            "org_number": named["org_number"],
            "country": named["country"],
            "outcome": ["active"],
        },
    )
    out = tmp_path / "learned.json"
    assert main(["learn", "--accounts", SMALL, "--customers", file, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "1 best customers are too few to learn from" in shown
    assert "no profile was written" in shown
    assert not out.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--accounts", "norway"), "marked as a customer"),
        (("--accounts", SMALL, "--customers", "missing.csv"), "missing.csv"),
    ],
)
def test_nothing_to_learn_from_is_one_line_and_exit_code_2(arguments, said, capsys):
    assert main(["learn", *arguments]) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_a_pasted_list_is_found_by_name_and_number(small):
    one, two = small.frame.unique("name", keep="none", maintain_order=True).head(2).to_dicts()
    text = f"{one['name']}\n{two['account_id']}\n\nNobody AB\n"
    found = customer_lists.from_text(text, small)
    assert set(found.outcomes.frame["account_id"]) == {one["account_id"], two["account_id"]}
    assert set(found.outcomes.frame["outcome"]) == {"active"}
    assert (found.matched, found.unmatched, found.missing) == (2, 1, ("Nobody AB",))


def test_a_line_may_be_an_address_or_a_name_with_its_domain():
    listed = load("listed")
    one, two = listed.frame.unique("domain", keep="none", maintain_order=True).head(2).to_dicts()
    # An account id may be the domain itself.
    text = f"domain:{one['domain']}\nhttps://www.{two['domain']}/about"
    found = customer_lists.from_text(text, listed)
    assert found.outcomes.frame["account_id"].to_list() == [one["account_id"], two["account_id"]]
    text = f"https://www.{one['domain']}/about\nAnother name, Inc.; {two['domain']}"
    found = customer_lists.from_text(text, listed)
    assert found.outcomes.frame["account_id"].to_list() == [one["account_id"], two["account_id"]]


@pytest.mark.parametrize(
    ("text", "said"), [("  \n", "is empty"), ("Nobody AB\nNo one", "None of the 2 rows")]
)
def test_a_list_without_a_company_of_these_accounts_says_what_to_do(small, text, said):
    with pytest.raises(LearningError, match=said):
        customer_lists.from_text(text, small)


def test_marked_customers_are_taken_as_they_are():
    universe = Universe.of(demo.generate(500), name="demo", label="Demo", fictional=True)
    expected = universe.frame.filter(pl.col("is_customer"))["account_id"].to_list()
    assert customer_lists.flagged(universe).frame["account_id"].to_list() == expected
