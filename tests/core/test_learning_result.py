"""From a customer list to a learning result, bad customer lists included."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest

from icp_core.accounts import demo
from icp_core.accounts.universe import Universe
from icp_core.analysis.verification import wilson
from icp_core.errors import LearningError, ProfileError
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.importing.customers import match, read_deals
from icp_core.learning import Outcomes, demo_deals, disagreement, learn
from icp_core.learning.segments import STABLE
from icp_core.profiles.model import Choice, Criterion, Flag, Profile, Role

TODAY = date(2026, 9, 1)
HAND = Profile(
    name="By hand",
    currency="SEK",
    criteria=(
        Criterion(column="industry", role=Role.NICE_TO_HAVE, fit=Choice.of("J"), weight=4),
        Criterion(column="country", role=Role.NICE_TO_HAVE, fit=Choice.of("SE"), weight=9),
    ),
)


@pytest.fixture(scope="module")
def universe():
    return Universe.of(demo.generate(15_000), name="demo", label="Demo", fictional=True)


@pytest.fixture(scope="module")
def deals(universe):
    return demo_deals(universe.frame, customers=300)


@pytest.fixture(scope="module")
def result(universe, deals):
    return learn(universe, deals, hand=HAND, today=TODAY)


def ids(universe, *, customers=True, count=None):
    chosen = universe.frame.filter(pl.col("is_customer") == customers)["account_id"]
    return chosen.to_list()[:count]


def test_the_demo_tells_the_whole_story(result):
    assert result.can_tell
    assert result.fictional
    assert {"industry", "employees", "revenue_growth"} <= {a.column.name for a in result.suggested}
    assert result.proof.method == "forward in time"
    assert "times as many of the best customers in its top 10 %" in result.verdict
    ours = ["is_customer", "owner", "territory", "last_touch"]
    assert [o.column.name for o in result.left_out if o.leaks] == ours
    assert any("facts are younger than" in note for note in result.notes)
    drawbacks = [c for c in result.profile.criteria if c.role is Role.DRAWBACK]
    assert [c.column for c in drawbacks] == ["technologies"]
    assert set(drawbacks[0].fit.tags) & set(demo.OLD_ERP)


def test_the_lift_curve_is_the_gains_over_chance(result):
    judged = result.proof.judged["learned"]
    is_tenth = (pl.col("accounts") - 0.1).abs() < 1e-9
    gains = judged.curve().filter(is_tenth)["value"].item()
    lift = judged.curve(as_lift=True).filter(is_tenth)["value"].item()
    assert lift == pytest.approx(10 * gains)
    assert lift == pytest.approx(judged.measures["lift_10"].value)


def test_what_was_observed_lies_in_its_interval(result):
    bins = result.proof.judged["learned"].calibration_with_intervals()
    assert 2 <= bins.height <= 10  # fewer where many scores are equal
    assert (bins["low"] <= bins["observed"]).all() and (bins["observed"] <= bins["high"]).all()
    first = bins.row(0, named=True)
    expected = wilson(round(first["observed"] * first["accounts"]), first["accounts"]).interval
    assert (first["low"], first["high"]) == pytest.approx((expected.low, expected.high))


def test_attributes_and_levels_are_tables_in_the_order_they_are_read(result):
    table = result.attribute_table()
    assert table["column"].to_list() == [one.column.name for one in result.attributes]
    assert table["suggested"].sum() == len(result.suggested)
    countries = result.levels_of("country")
    assert countries["level"][-1] == "(unknown)"
    known = countries["best"][:-1].to_list()
    assert known == sorted(known, reverse=True)
    numbers = result.levels.filter(pl.col("column") == "employees")
    assert result.levels_of("employees").equals(numbers)


def test_the_suggested_profile_can_be_used_like_any_other(universe, result):
    assert result.profile.currency == "SEK"
    assert result.profile == Profile.from_json(result.profile.to_json())
    assert len(Scoreboard(universe).evaluate(result.profile).matches) > 0


def test_hand_made_and_learned_are_set_against_each_other(result):
    columns, accounts = disagreement(result)
    assert {d.column: d.kind for d in columns}["country"] == "only by hand"
    assert set(accounts["favoured_by"]) == {"hand", "learned"}
    assert result.proof.difference("learned", "hand", "auc").winner == "learned"


def test_what_is_kept_of_the_proof_is_that_of_the_profile_by_hand(result):
    told = result.proven(TODAY)
    assert told.lift == result.proof.judged["hand"].measures["lift_10"]
    assert (told.accounts, told.best) == (result.proof.accounts, result.proof.positives)
    assert told.fictional
    assert replace(result, proof=None).proven(TODAY) is None
    assert replace(result, hand=None).proven(TODAY) is None
    # Learned from these very deals, it is judged as learned: out of sample.
    learned = replace(result, hand=result.profile.replace(name="Adopted"))
    assert learned.proven(TODAY).lift == result.proof.judged["learned"].measures["lift_10"]


def test_the_result_can_be_written_as_json_and_as_text(result):
    content = json.loads(json.dumps(result.to_dict()))
    assert content["fictional"]
    assert content["customers"]["best"] == len(result.customers.rows("best"))
    assert content["proof"]["judged"]["hand"]["measures"]["auc"]["low"] < 1
    text = "\n".join(result.lines())
    assert "(FICTIONAL)" in text
    assert "Suggested profile" in text
    assert "AUC" in text


def test_the_same_seed_gives_the_same_result_and_another_one_does_not(universe, deals, result):
    again = learn(universe, deals, hand=HAND, today=TODAY)
    assert again.to_dict() == result.to_dict()
    other = learn(universe, deals, hand=HAND, today=TODAY, seed=2, judge=False)
    assert other.to_dict()["attributes"] != result.to_dict()["attributes"]


def test_won_deals_can_be_compared_with_lost_ones(universe, deals):
    found = learn(universe, deals, against="worst", today=TODAY, judge=False)
    assert found.compared == "the worst"
    assert found.labelled.positive.mean() == pytest.approx(
        len(found.customers.rows("best")) / len(found.customers.frame)
    )
    assert not any(c.role is Role.DRAWBACK for c in found.profile.criteria)


def test_a_column_that_seems_to_know_the_outcome_can_be_kept(universe, deals):
    kept = learn(universe, deals, keep=("is_customer",), today=TODAY, judge=False)
    assert kept.suggested[0].column.name == "is_customer"


def test_a_leaking_column_is_left_out_by_default(universe, deals):
    won = deals.frame.filter(pl.col("outcome") == "won")["account_id"].implode()
    leaky = universe.frame.with_columns(
        success_manager=pl.when(pl.col("account_id").is_in(won)).then(pl.lit("TeamPlan 1"))
    )
    found = learn(Universe.of(leaky, name="x", label="X"), deals, today=TODAY, judge=False)
    out = {o.column.name: o.reason for o in found.left_out}
    assert "is filled for" in out["success_manager"]
    assert "success_manager" not in {c.column for c in found.profile.criteria}


def test_the_twins_of_a_result_are_no_customers_and_have_names(universe, result):
    found = result.twins(count=30)
    assert found.frame.height == 30
    assert not found.frame["account_id"].is_in(ids(universe)).any()
    one = result.customers.frame["account_id"][0]
    # Whom somebody excluded is no twin, and the next one is.
    first, *others = found.frame["account_id"]
    again = result.twins(count=30, without=[first, "nobody"]).frame["account_id"].to_list()
    assert first not in again and set(others) <= set(again) and len(again) == 30
    assert set(result.twins([one], count=5).frame["nearest_id"]) == {one}
    with pytest.raises(LearningError, match="at least one customer"):
        result.twins(["nobody"])


def test_a_competitors_reference_customers_teach_a_profile_too(universe):
    found = learn(universe, Outcomes.of_customers(ids(universe)[::3]), today=TODAY, judge=False)
    assert found.profile is not None
    assert any("too few to tell what marks them" in note for note in found.notes)
    assert found.suggested[0].column.name == "industry"


def test_one_customer_gives_twins_and_says_how_many_are_needed(universe):
    found = learn(universe, Outcomes.of_customers(ids(universe, count=1)), today=TODAY)
    assert found.profile is None
    assert found.proof is None
    assert found.needed > 100
    assert "1 best customers are too few to learn from" in " ".join(found.notes)
    assert "Can't tell yet" in found.verdict
    assert found.levels.height > 50
    assert found.twins(count=3).frame.height == 3
    assert json.dumps(found.to_dict())
    assert found.lines()


def test_when_all_accounts_are_customers_there_is_nothing_to_compare_with(universe):
    some = Universe.of(universe.frame[:300], name="x", label="X")
    everyone = Outcomes.of_customers(some.frame["account_id"])
    found = learn(some, everyone, today=TODAY)
    assert found.profile is None
    assert "There are only 0 other accounts to compare with" in " ".join(found.notes)
    assert found.twins(count=3, include_customers=True).frame.is_empty()
    with pytest.raises(LearningError, match="no other accounts to compare with"):
        found.segments()


def test_without_any_worst_customer_the_comparison_with_them_says_so(universe):
    only_won = Outcomes.of_customers(ids(universe, count=100))
    found = learn(universe, only_won, against="worst", today=TODAY)
    assert found.profile is None
    assert "only 0 lost or churned customers to compare with" in " ".join(found.notes)


def test_when_nobody_stayed_there_are_no_best_customers(universe):
    lost = pl.DataFrame({"account_id": ids(universe, count=40), "outcome": "lost"})
    found = learn(universe, Outcomes.of(lost), today=TODAY)
    assert "there are no best ones" in " ".join(found.notes)
    assert found.profile is None


def test_constant_columns_and_names_are_left_out_and_fifty_thousand_levels_are_no_trouble():
    rng = np.random.default_rng(0)
    size = 60_000
    frame = pl.DataFrame(
        {
            "account_id": [f"A{i:06}" for i in range(size)],
            "name": "N",
            "same": "always",
            "many": [f"v{i}" for i in rng.integers(0, 50_000, size)],
            "flag": rng.random(size) < 0.5,
        }
    )
    big = Universe.of(frame, name="x", label="X")
    picked = frame.filter("flag")["account_id"].to_list()[:150]
    found = learn(big, Outcomes.of_customers(picked), today=TODAY, judge=False)
    out = {o.column.name: o.reason for o in found.left_out}
    assert out["same"] == "has the same value for every account"
    assert "like a name" in out["many"]
    bare = Universe.of(frame.select("account_id", "name", "same"), name="x", label="X")
    nothing = learn(bare, Outcomes.of_customers(picked), today=TODAY)
    assert "no column that could tell customers from others" in " ".join(nothing.notes)
    # Fewer values per account, so that it counts as a choice: still no sign where there is none.
    wide = Universe.of(
        frame.with_columns(many=pl.Series([f"v{i}" for i in rng.integers(0, 20_000, size)])),
        name="x",
        label="X",
    )
    learned = learn(wide, Outcomes.of_customers(picked), today=TODAY, judge=False)
    assert "many" not in {a.column.name for a in learned.suggested}


def test_a_hand_made_profile_on_a_missing_column_is_refused_at_once(universe, deals):
    odd = Profile(name="x", criteria=(Criterion(column="nope", role=Role.MUST_HAVE, fit=Flag()),))
    with pytest.raises(ProfileError, match="nope"):
        learn(universe, deals, hand=odd)


def test_learning_reports_its_progress_and_can_be_cancelled(universe, deals):
    class CancelledError(Exception):
        pass

    shares = []

    def watch(share, what):
        shares.append(share)
        assert what
        if share > 0.3:
            raise CancelledError

    with pytest.raises(CancelledError):
        learn(universe, deals, today=TODAY, progress=watch)
    assert shares == sorted(shares)


def test_customers_of_two_kinds_make_two_segments_with_a_profile_each():
    rng = np.random.default_rng(4)
    size = 4_000
    kind = rng.random(size)
    software = kind < 0.04
    mills = (kind >= 0.04) & (kind < 0.07)

    def mixed(one, other):
        rest = rng.integers(0, 2, size).astype(bool)
        pick = np.where(software, True, np.where(mills, False, rest))
        return np.where(pick, one, other)

    frame = pl.DataFrame(
        {
            "account_id": [f"A{i:05}" for i in range(size)],
            "name": "N",
            "industry": np.where(
                software,
                "62.01",
                np.where(mills, "17.12", rng.choice(["46.90", "41.20", "70.22", "62.02"], size)),
            ),
            "employees": np.exp(rng.normal(0, 0.3, size))
            * np.where(software, 40, np.where(mills, 900, rng.choice([5, 40, 900], size))),
            "margin": rng.normal(0, 0.03, size) + mixed(0.3, 0.05),
            "abroad": mixed(False, True),
        }
    )
    universe = Universe.of(frame, name="x", label="X")
    customers = Outcomes.of_customers(frame.filter(pl.Series(software | mills))["account_id"])
    found = learn(universe, customers, today=TODAY, judge=False)
    split = found.segments()
    assert len(split.segments) == 2
    assert [round(s.share, 2) for s in split.segments] == [
        round(count / (software | mills)[software | mills].size, 2)
        for count in (software.sum(), mills.sum())
    ]
    assert split.stability.filter(pl.col("segments") == 2)["agreement"][0] >= STABLE
    assert split.segments[0].name != split.segments[1].name
    scoreboard = Scoreboard(universe)
    for segment, members in zip(split.segments, (software, mills), strict=True):
        evaluation = scoreboard.evaluate(segment.profile)
        order = evaluation.matches.rows[evaluation.best(int(members.sum()))]
        assert members[order].mean() > 0.6, "the segment's own profile finds its kind"


@pytest.mark.parametrize("seed", [6, 7])
def test_customers_without_groups_stay_one_segment(seed):
    # Two values of one column always come out the same twice, and as often by chance.
    rng = np.random.default_rng(seed)
    size = 1_000
    frame = pl.DataFrame(
        {
            "account_id": [f"A{i:05}" for i in range(size)],
            "name": "N",
            "employees": rng.normal(50, 10, size),
            "margin": rng.normal(0.1, 0.03, size),
            "letter": rng.choice(list("abcd"), size),
            "flag": rng.random(size) < 0.5,
        }
    )
    customers = Outcomes.of_customers(frame["account_id"][:120])
    found = learn(Universe.of(frame, name="x", label="X"), customers, today=TODAY, judge=False)
    split = found.segments()
    assert len(split.segments) == 1
    assert "one segment" in split.note
    assert split.segments[0].profile == found.profile


def test_a_crm_list_can_be_read_matched_and_learned_from(universe, deals, tmp_path):
    names = universe.frame.select("account_id", "org_number", "name", "country")
    listed = deals.frame.join(names, on="account_id", maintain_order="left").with_columns(
        pl.col("products").list.join("; ")
    )
    path = tmp_path / "customers.csv"
    listed.drop("account_id").write_csv(path)
    matched = match(read_deals(path), universe.frame).outcomes
    told = Outcomes.of(matched, told_on=deals.told_on)
    found = learn(universe, told, today=TODAY, judge=False)
    direct = learn(universe, deals, today=TODAY, judge=False)
    assert len(found.customers.frame) == len(direct.customers.frame)
    assert found.customers.frame["breadth"].sum() == direct.customers.frame["breadth"].sum()
    assert [a.column.name for a in found.suggested] == [a.column.name for a in direct.suggested]
