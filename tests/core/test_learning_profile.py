"""The scorecard, and the ordinary profile made of it."""

import numpy as np
import polars as pl
import pytest

from icp_core.accounts.columns import describe
from icp_core.accounts.universe import Universe
from icp_core.errors import LearningError
from icp_core.learning import evidence, scorecard, suggestion
from icp_core.learning.evidence import Evidence
from icp_core.learning.labelled import label, levels_of
from icp_core.learning.levels import Levels, attributes_of
from icp_core.profiles.model import Choice, Criterion, Flag, Profile, Range, Role, Tags

NICE, MUST, DRAW, KNOCK = Role.NICE_TO_HAVE, Role.MUST_HAVE, Role.DRAWBACK, Role.KNOCK_OUT


def made(positive, **columns):
    size = len(positive)
    frame = pl.DataFrame({"account_id": [f"A{i:05}" for i in range(size)], "name": "N"} | columns)
    universe = Universe.of(frame, name="made", label="Made")
    used, _ = attributes_of(universe)
    rows = np.arange(size)
    order = np.concatenate([rows[positive > 0], rows[positive == 0]])
    found = label(
        universe,
        order[: int(positive.sum())],
        order[int(positive.sum()) :],
        levels_of(universe, used),
    )
    return universe, found


@pytest.fixture(scope="module")
def planted():
    """A strong number, a weaker flag, a copy of the number with noise, and two columns of noise."""
    rng = np.random.default_rng(3)
    size = 4_000
    heads = np.exp(rng.normal(3, 1, size)).round()
    flag = rng.random(size) < 0.4
    odds = -3.2 + 1.8 * ((heads >= 30) & (heads <= 200)) + 1.0 * flag
    positive = (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(float)
    return made(
        positive,
        heads=heads,
        flag=flag,
        copy=heads * np.exp(rng.normal(0, 0.4, size)),
        noise=rng.normal(0, 1, size),
        letter=rng.choice(list("abcdef"), size),
    )[1]


@pytest.fixture(scope="module")
def learned(planted):
    return suggestion.learn_from(planted, None, np.random.default_rng(0))


def test_what_matters_is_proven_and_noise_is_not(learned):
    finding = {a.column.name: a.finding for a in learned.attributes}
    assert finding == {
        "heads": "proven",
        "flag": "proven",
        "copy": "overlaps",
        "noise": "unproven",
        "letter": "unproven",
    }
    assert [p.name for p in learned.card.sharpest] == ["heads", "flag"]


def test_each_suggested_attribute_has_a_plain_sentence(learned):
    first = learned.suggested[0]
    assert first.sentence().startswith("Heads (")
    assert "% of the best customers" in first.sentence()
    assert "times as common (95 % interval" in first.sentence()
    assert "not proven" in next(a for a in learned.suggested if a.column.name == "copy").sentence()
    noise = next(a for a in learned.attributes if a.column.name == "noise")
    assert "can't tell yet" in noise.sentence()


def test_the_shares_are_those_of_accounts_the_levels_were_not_learned_from(planted, learned):
    flag = next(a for a in learned.attributes if a.column.name == "flag")
    best = planted.positive > 0
    has = planted.frame["flag"].to_numpy()
    # The flag speaks for an account in every fold, so the cross-fitted share is the plain one.
    assert flag.share_best == pytest.approx(has[best].mean())
    assert flag.share_others == pytest.approx(has[~best].mean())
    assert flag.lift.value == pytest.approx(has[best].mean() / has[~best].mean())


def test_the_profile_is_an_ordinary_one_with_the_planted_range_and_weights(planted, learned):
    profile = learned.profile
    assert profile == Profile.from_json(profile.to_json())
    by_column = {c.column: c for c in profile.criteria}
    heads = by_column["heads"]
    assert heads.role is NICE
    assert 20 <= heads.fit.b <= 33
    assert heads.fit.c is None or 120 <= heads.fit.c <= 260
    assert heads.weight == 10, "the strongest weighs most"
    assert by_column["flag"].fit == Flag(value=True)
    # Log-odds 1.0 against 1.8 is 5.6 on the scale of ten.
    assert 4 <= by_column["flag"].weight <= 8
    assert "noise" not in by_column
    assert {c.weight for c in suggestion.equal_weights(profile).criteria} == {5}


def test_tiers_potential_and_currency_come_from_the_profile_it_is_compared_with(planted):
    hand = Profile(name="Hand", currency="SEK", offer="Y")
    profile = suggestion.learn_from(planted, None, np.random.default_rng(0), like=hand).profile
    assert (profile.currency, profile.offer) == ("SEK", "Y")
    assert profile.name == "Learned from the best customers"


def test_one_sided_evidence_becomes_a_must_have_and_the_rest_does_not():
    rng = np.random.default_rng(5)
    size = 3_000
    nordic = rng.random(size) < 0.5
    flag = rng.random(size) < 0.4
    odds = np.where(nordic, -2.2 + 1.5 * flag, -30)
    positive = (rng.random(size) < 1 / (1 + np.exp(-odds))).astype(float)
    _, found = made(positive, land=np.where(nordic, "north", "south"), flag=flag)
    profile = suggestion.learn_from(found, None, rng).profile
    roles = {c.column: c.role for c in profile.criteria}
    assert roles == {"land": MUST, "flag": NICE}


def test_what_marks_the_worst_becomes_a_drawback(planted):
    rng = np.random.default_rng(8)
    size = 600
    positive = (np.arange(size) < 300).astype(float)
    old = rng.random(size) < np.where(positive > 0, 0.4, 0.1)
    _, worst = made(
        positive,
        heads=np.exp(rng.normal(3, 1, size)).round(),
        flag=rng.random(size) < 0.4,
        copy=np.exp(rng.normal(3, 1, size)),
        noise=rng.normal(0, 1, size),
        letter=np.where(old, "z", rng.choice(list("abc"), size)),
    )
    profile = suggestion.learn_from(planted, worst, rng).profile
    drawbacks = [c for c in profile.criteria if c.role is DRAW]
    assert [c.column for c in drawbacks] == ["letter"]
    assert drawbacks[0].fit.values["z"] == 1


def test_without_signal_there_is_no_profile():
    rng = np.random.default_rng(2)
    _, found = made(
        (np.arange(1_000) < 100).astype(float),
        number=rng.normal(0, 1, 1_000),
        letter=rng.choice(list("abc"), 1_000),
    )
    assert suggestion.learn_from(found, None, rng).profile is None


def test_labels_that_are_all_the_same_are_refused():
    for count in (0, 50):
        _, found = made((np.arange(50) < count).astype(float), number=np.arange(50.0))
        with pytest.raises(LearningError, match="All accounts have the same label"):
            scorecard.fit(found, np.random.default_rng(0))
    _, found = made((np.arange(50) < 2).astype(float), number=np.arange(50.0))
    with pytest.raises(LearningError, match="2 positives and 48 others are too few"):
        scorecard.fit(found, np.random.default_rng(0))


def test_companies_are_never_split_between_folds(planted):
    shared = planted.take(np.arange(100))
    shared = type(shared)(
        shared.frame, shared.positive, np.arange(100) // 4, shared.day, shared.coded
    )
    folds = scorecard.folds_of(shared, np.random.default_rng(0))
    assert all(len(set(folds[shared.company == company])) == 1 for company in range(25))


def fit_of(column, weights, dtype=None, edges=None, names=(), **more):
    levels = Levels(describe(column, dtype or pl.String()), names, edges)
    return suggestion.fit_from(Evidence(levels, np.array(weights), **more))


def test_a_peak_becomes_a_range_with_slopes_where_the_evidence_fades():
    # Bins: below 10, 10–20, 20–50, 50–90, 90 or more; the last weight is of the unknown.
    edges = np.array([10.0, 20, 50, 90])
    fit = fit_of("x", [-1, 0.2, 1.0, 0.6, -0.5, 0], pl.Float64(), edges)
    assert fit == Range(a=10, b=20, c=90, d=90)
    assert fit_of("x", [-1, -0.5, 0.1, 0.8, 1.0, 0], pl.Float64(), edges) == Range(a=20, b=50)
    assert fit_of("x", [1, 0.9, 0.1, -1, -1, 0], pl.Float64(), edges) == Range(c=20, d=50)
    assert fit_of("x", [-1, -1, -1, -1, -1, 5], pl.Float64(), edges) is None


def test_choices_are_graded_by_their_evidence():
    fit = fit_of("x", [2.0, 1.0, 0.1, -1.0, 0.0], names=("a", "b", "c", "d"))
    assert fit == Choice(values={"a": 1.0, "b": 0.5})
    assert fit_of("x", [-1.0, 0.5, 0.0], pl.Boolean(), names=("no", "yes")) == Flag(value=True)
    tags = fit_of("x", [-0.1, 0.5, 0.0], pl.List(pl.String()), names=("p", "q", "r"), tags=(0, 2))
    assert tags == Tags(tags=("p", "r"))


def test_industries_are_named_at_the_highest_level_that_says_it():
    codes = pl.Series("industry", ["62.01"] * 30 + ["63.11"] * 30 + ["58.11"] * 30 + ["47.11"] * 60)
    levels = Levels.of(describe("industry", pl.String()), codes)
    positive = np.array(([1] * 15 + [0] * 15) * 2 + [0] * 90, dtype=float)
    learned = evidence.learn(levels.code(codes), positive, np.full(150, 0.2))
    fit = suggestion.fit_from(learned)
    graded = {code: fit.values.get(code) for code in ("J", "62", "63", "58", "G", "47")}
    assert graded["G"] is None
    assert graded["47"] is None
    assert max(graded["62"] or graded["J"], 0) >= 0.9
    assert (graded["58"] or 0) < 0.4


def test_hand_made_and_learned_are_compared_column_by_column():
    def criterion(column, role, weight=5):
        return Criterion(column=column, role=role, fit=Flag(), weight=weight)

    hand = Profile(
        name="h",
        criteria=(
            criterion("a", NICE, 8),
            criterion("b", NICE, 5),
            criterion("c", NICE, 5),
            criterion("d", MUST),
            criterion("e", NICE),
            criterion("k", KNOCK),
        ),
    )
    learned = Profile(
        name="l",
        criteria=(
            criterion("a", NICE, 3),
            criterion("b", NICE, 4),
            criterion("c", DRAW, 2),
            criterion("d", NICE, 9),
            criterion("f", NICE, 1),
            criterion("k", DRAW, 2),
        ),
    )
    found = {d.column: (d.hand, d.learned, d.kind) for d in suggestion.disagreements(hand, learned)}
    assert found == {
        "a": (8, 3, "other size"),
        "c": (5, -2, "opposite sign"),
        "d": (MUST, 9, "other role"),
        "e": (5, None, "only by hand"),
        "f": (None, 1, "only learned"),
        "k": (KNOCK, -2, "other role"),
    }


def test_accounts_that_the_profiles_rank_apart_are_shown():
    frame = pl.DataFrame(
        {
            "account_id": ["A1", "A2", "A3"],
            "name": ["One", "Two", "Three"],
            "x": [True, False, True],
            "y": [False, True, True],
        }
    )
    one = Profile(name="x", criteria=(Criterion(column="x", role=NICE, fit=Flag()),))
    two = Profile(name="y", criteria=(Criterion(column="y", role=NICE, fit=Flag()),))
    apart = suggestion.ranked_apart(frame, one, two)
    assert dict(apart.select("account_id", "favoured_by").iter_rows()) == {
        "A1": "hand",
        "A2": "learned",
    }
    assert suggestion.ranked_apart(frame, one, one).is_empty()


def test_the_ranking_puts_matches_before_possible_accounts_before_the_rest():
    frame = pl.DataFrame(
        {
            "account_id": ["A", "B", "C", "D"],
            "name": "N",
            "gate": [True, None, False, True],
            "nice": [False, True, True, True],
        }
    )
    profile = Profile(
        name="p",
        criteria=(
            Criterion(column="gate", role=MUST, fit=Flag()),
            Criterion(column="nice", role=NICE, fit=Flag()),
        ),
    )
    assert suggestion.ranking(frame, profile).tolist() == [4.0, 3.0, 1.0, 5.0]
