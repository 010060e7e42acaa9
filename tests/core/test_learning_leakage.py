"""Columns that know the outcome, and running numbers."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from benchmarks.learning import noise
from icp_core.accounts.columns import describe
from icp_core.accounts.universe import Universe
from icp_core.learning import Outcomes, leakage, learn
from icp_core.learning.labelled import label, levels_of
from icp_core.learning.levels import attributes_of


def leaks_of(made, **columns):
    """Reasons by column, where these columns are added to the labelled accounts."""
    frame = made.frame.with_columns(**columns)
    universe = Universe.of(frame, name="x", label="X")
    rows = universe.frame.with_row_index("row").join(
        pl.DataFrame({"account_id": frame["account_id"], "hit": made.positive > 0}), on="account_id"
    )
    hits = rows.sort("row")["hit"].to_numpy()
    every = np.arange(len(made))
    used, _ = attributes_of(universe)
    labelled = label(
        universe,
        every[hits],
        every[~hits],
        levels_of(universe, used),
        days={int(row): date(2025, 1, 1) for row in every},
    )
    found = leakage.leaks(labelled, universe, np.random.default_rng(0))
    return {out.column.name: out.reason for out in found}


def test_columns_that_know_the_outcome_are_named():
    made = noise(1)
    positive = made.positive > 0
    size = len(made)
    found = leaks_of(
        made,
        contract=pl.Series([f"c{i % 4}" if hit else None for i, hit in enumerate(positive)]),
        spend=pl.Series(np.where(positive, 100.0, 0.0) + np.arange(size) % 7),
        half=pl.Series(np.where(positive, 1.0, 0.0) + np.random.default_rng(0).normal(0, 1, size)),
        onboarded=pl.lit(date(2025, 6, 1)),
    )
    assert set(found) == {"contract", "spend", "onboarded"}
    assert "filled for 100 % of the best customers and none of the others" in found["contract"]
    assert "almost perfectly" in found["spend"]
    assert "dated after the deal" in found["onboarded"]


@pytest.mark.parametrize("seed", range(3))
def test_what_many_customers_and_next_to_no_others_have_is_asked_about(seed):
    made = noise(seed + 20)
    best, size = made.positive > 0, len(made)
    rng = np.random.default_rng(seed)

    def among_best(share):
        return best & (rng.random(size) < share)

    found = leaks_of(
        made,
        onboarding=pl.Series(
            [rng.choice(["done", "open"]) if hit else None for hit in among_best(0.6)],
            dtype=pl.String,
        ),
        portal=pl.Series(among_best(0.94)),
        plan=pl.Series(np.where(among_best(0.4), "gold", rng.choice(["none", "trial"], size))),
        tickets=pl.Series(np.where(among_best(0.7), rng.poisson(4, size) + 1, 0)),
        discount=pl.Series(np.where(among_best(0.5), 0.15, 0.0)),
        labels=pl.Series(
            [["vip", "x"] if hit else ["x"] for hit in among_best(0.5)], dtype=pl.List(pl.String)
        ),
        # One in four of the market has this too: no leak, however common among the best.
        cloud=pl.Series(among_best(0.9) | (rng.random(size) < 0.25)),
        # A niche that a register knows is no leak either.
        legal_form=pl.Series(np.where(among_best(0.4), "Foundation", "Limited")),
    )
    assert set(found) == {"onboarding", "portal", "plan", "tickets", "discount", "labels"}
    assert "none of the others" in found["portal"]


def test_few_lost_deals_do_not_make_a_leak_of_a_sharp_difference():
    made = noise(3, size=120, positives=60)
    best = made.positive > 0
    rng = np.random.default_rng(0)
    found = leaks_of(
        made,
        often=pl.Series(best & (rng.random(120) < 0.2)),
        nearly_always=pl.Series(best & (rng.random(120) < 0.95)),
    )
    assert set(found) == {"nearly_always"}


@pytest.mark.parametrize(
    ("name", "numbers", "runs"),
    [
        ("kundnr", lambda rng, n: np.arange(n) + 1, True),
        ("CustomerID", lambda rng, n: rng.permutation(n) + 100_000, True),
        ("asiakasnumero", lambda rng, n: rng.choice(10**9, n, replace=False), True),
        ("x", lambda rng, n: rng.choice(9 * n, n, replace=False) + n, True),
        ("record", lambda rng, n: rng.choice(90_000, n, replace=False) + 10_000, True),
        ("omsättning", lambda rng, n: rng.lognormal(16, 2, n).astype(np.int64), False),
        ("anställda", lambda rng, n: rng.lognormal(3, 1, n).astype(np.int64), False),
        ("score", lambda rng, n: rng.random(n), False),
        ("founded_in", lambda rng, n: rng.integers(1950, 2025, n), False),
    ],
)
def test_a_running_number_is_told_from_a_measure(name, numbers, runs):
    values = pl.Series(name, numbers(np.random.default_rng(0), 1_500))
    column = describe(name, values.dtype)
    assert leakage.is_running_number(values, column) is runs


def lead_list(seed, *, size=1_200):
    """Leads of which a third were won, with facts that help and notes written while selling."""
    rng = np.random.default_rng(seed)
    heads, growth = rng.lognormal(3.5, 1, size), rng.normal(0.1, 0.2, size)
    odds = 1.2 * (np.log(heads) - 3.5) + 5 * (growth - 0.1) - 0.8
    won = rng.random(size) < 1 / (1 + np.exp(-odds))
    notes = ["ringing", "interested", "busy", "contract sent", "will revert"]
    told = [
        [notes[3]] if hit and rng.random() < 0.8 else [str(rng.choice(notes[:3] + notes[4:]))]
        for hit in won
    ]
    frame = pl.DataFrame(
        {
            "account_id": [f"L{i:05}" for i in range(size)],
            "name": [f"Lead {i}" for i in range(size)],
            "heads": heads,
            "growth": growth,
            "letter": rng.choice(list("abcd"), size),
            "notes": pl.Series(told, dtype=pl.List(pl.String)),
            # Known for all leads, and as often among those lost as half of those won.
            "last_activity": np.where(rng.random(size) < 0.9, won, ~won),
        }
    )
    outcomes = pl.DataFrame(
        {"account_id": frame["account_id"], "outcome": np.where(won, "won", "lost")}
    )
    return Universe.of(frame, name="x", label="X"), Outcomes.of(outcomes)


def test_a_column_that_carries_the_model_is_asked_about_and_judged_without():
    universe, outcomes = lead_list(0)
    result = learn(universe, outcomes, against="worst", keep=("notes",))
    assert {asked.column.name for asked in result.asked} <= {"notes", "last_activity"}
    first = result.asked[0]
    assert first.with_it - first.without_it > 0.02
    areas = [p.judged["model"].measures["auc"].value for p in (result.proof, result.proof_without)]
    assert areas[0] - areas[1] > 0.05
    assert "Was this known before the deal?" in result.lines()
    named = [asked["column"] for asked in result.to_dict()["asked"]]
    assert named == [asked.column.name for asked in result.asked]
    # Whoever says no leaves it out.
    without = learn(universe, outcomes, against="worst", leave_out=("notes", "last_activity"))
    assert not {"notes", "last_activity"} & {a.column.name for a in without.attributes}
    assert not {"notes", "last_activity"} & {asked.column.name for asked in without.asked}


def test_notes_of_sellers_are_named_on_the_lead_list():
    universe, outcomes = lead_list(1)
    result = learn(universe, outcomes, against="worst", judge=False)
    assert "notes" in {out.column.name for out in result.left_out if out.leaks}


def test_a_model_that_stands_on_several_legs_asks_nothing():
    made = noise(4)
    assert leakage.questions(made, np.random.default_rng(0)) == ()
