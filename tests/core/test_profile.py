import json

import polars as pl
import pytest
import strategies
from hypothesis import given, settings

from icp_core.accounts.columns import describe_all
from icp_core.errors import IcpError, ProfileError
from icp_core.profiles.model import (
    Band,
    Choice,
    ColumnPotential,
    Criterion,
    EmployeeBands,
    Flag,
    PerEmployee,
    Profile,
    Range,
    Tags,
    Tier,
    TierPolicy,
)

SIZED = Criterion(column="employees", role="must_have", fit=Range.between(30, 200))
COLUMNS = describe_all(
    {
        "account_id": pl.String(),
        "name": pl.String(),
        "employees": pl.Int64(),
        "industry": pl.String(),
        "technologies": pl.List(pl.String()),
        "azure_spend": pl.Float64(),
    }
)


@settings(max_examples=200, deadline=None)
@given(profile=strategies.profiles())
def test_a_profile_survives_being_written_and_read(profile):
    again = Profile.from_json(profile.to_json())
    assert again == profile
    assert hash(again) == hash(profile)


def test_an_edit_returns_a_copy():
    profile = Profile(name="P", criteria=(SIZED,))
    edited = profile.changing(0, weight=9)
    assert edited.criteria[0].weight == 9
    assert profile.criteria[0].weight == 5
    assert profile.adding(SIZED).without(0) == profile
    with pytest.raises(ValueError):
        profile.name = "Q"


def broken(**changes):
    content = json.loads(Profile(name="P", criteria=(SIZED,)).to_json())
    return json.dumps(content | changes)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\xfe", "cannot be read as JSON"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("[]", "does not hold a JSON object"),
        ("{}", "schema_version None"),
        (broken(schema_version=2), "schema_version 2; this program reads 1"),
        (broken(name=""), "at name"),
        (broken(colour="red"), "at colour"),
        (broken(currency="euro"), "at currency"),
        (broken(valid_from="2027-01-01", valid_until="2026-01-01"), "before it starts"),
        (
            broken(criteria=[SIZED.model_dump(mode="json") | {"weight": 11}]),
            "at criteria[0].weight",
        ),
        (
            broken(
                criteria=[
                    SIZED.model_dump(mode="json") | {"fit": {"kind": "range", "a": 5, "b": 3}}
                ]
            ),
            "a (5) is above b (3)",
        ),
        (
            broken(criteria=[SIZED.model_dump(mode="json") | {"fit": {"kind": "range", "a": 5}}]),
            "needs both a and b",
        ),
        (
            broken(
                criteria=[
                    SIZED.model_dump(mode="json")
                    | {"fit": {"kind": "range", "a": float("nan"), "b": 3}}
                ]
            ),
            "at criteria[0].fit",
        ),
    ],
)
def test_a_bad_file_gives_one_message_with_the_place(text, says):
    with pytest.raises(ProfileError) as caught:
        Profile.from_json(text)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, IcpError) and isinstance(caught.value, ValueError)


def test_a_broken_edit_leaves_the_profile_as_it_was():
    profile = Profile(name="P", criteria=(SIZED,))
    with pytest.raises(ProfileError, match="above"):
        profile.changing(0, fit={"kind": "range", "a": 9, "b": 9, "c": 3, "d": 3})
    assert profile.criteria == (SIZED,)


@pytest.mark.parametrize(
    ("kind", "thresholds", "says"),
    [
        ("cut_off", [60, 60], "must start below"),
        ("cut_off", [120], "never exceeds 100"),
        ("value", [1e5, 4e5], "must start below"),
        ("capacity", [10.5], "whole number"),
        ("capacity", [0], "whole number"),
    ],
)
def test_a_tier_policy_that_makes_no_sense_is_refused(kind, thresholds, says):
    tiers = tuple(Tier(name=f"T{i}", threshold=value) for i, value in enumerate(thresholds))
    with pytest.raises(ValueError, match=says):
        TierPolicy(kind=kind, tiers=tiers)


@pytest.mark.parametrize(
    ("index", "threshold", "expected"),
    [
        (2, 30, [80, 60, 30]),
        (1, 80, [80.5, 80, 40]),
        (0, 50, [50, 49.5, 40]),
        (2, 100, [100, 99.5, 99]),
        (0, 0, [1, 0.5, 0]),
        (1, 1000, [100, 99.5, 40]),
    ],
)
def test_another_threshold_changes_a_copy_and_takes_its_neighbours_along(
    index, threshold, expected
):
    policy = TierPolicy()
    assert [tier.threshold for tier in policy.with_threshold(index, threshold).tiers] == expected
    assert [tier.threshold for tier in policy.tiers] == [80, 60, 40]


def test_floor_cap_and_bands_take_their_neighbours_along():
    model = EmployeeBands(
        floor=5, cap=9, bands=tuple(Band(at_least=at, amount=at) for at in (0, 20, 50))
    )
    assert (model.from_floor(12).cap, model.up_to_cap(3).floor) == (12, 3)
    assert model.up_to_cap(None).floor == 5
    for place, at, expected in ((1, 60, [0, 60, 61]), (1, 0, [0, 1, 50]), (2, 10, [0, 9, 10])):
        assert [band.at_least for band in model.changed(place, at_least=at).bands] == expected
    assert [band.amount for band in model.changed(1, amount=7).bands] == [0, 7, 50]


@pytest.mark.parametrize(
    ("edge", "to", "expected"),
    [
        ("a", 60, (60, 60, 120, 250)),
        ("a", 300, (300, 300, 300, 300)),
        ("d", 10, (10, 10, 10, 10)),
        ("d", None, (20, 50, None, None)),
        ("b", 200, (20, 200, 200, 250)),
        ("b", None, (20, 20, 120, 250)),
        ("c", 400, (20, 50, 400, 400)),
        ("b", 5, (5, 5, 120, 250)),
    ],
)
def test_an_edge_of_a_range_takes_those_along_that_it_would_pass(edge, to, expected):
    moved = Range(a=20, b=50, c=120, d=250).moved(edge, to)
    assert (moved.a, moved.b, moved.c, moved.d) == expected
    assert Range(a=0, b=0, scale="log").moved("a", -3) == Range.between(-3)
    assert Range().moved("c", 10) == Range.between(None, 10)


def test_bands_are_added_at_twice_the_last_and_taken_away_at_the_end():
    bands = EmployeeBands(bands=(Band(at_least=0, amount=3), Band(at_least=20, amount=5)))
    more = bands.resized(3)
    assert more.bands[:2] == bands.bands
    assert more.bands[2] == Band(at_least=40, amount=10)
    assert bands.resized(1).bands == bands.bands[:1]
    # The first band may begin at nobody, and twice nobody is no band above it.
    assert bands.resized(1).resized(2).bands[1].at_least == 10


def test_potential_limits_and_bands_must_rise():
    with pytest.raises(ValueError, match="above cap"):
        PerEmployee(floor=10, cap=5)
    with pytest.raises(ValueError, match="must start above"):
        EmployeeBands(bands=(Band(at_least=50, amount=1), Band(at_least=50, amount=2)))


@pytest.mark.parametrize(
    ("criterion", "says"),
    [
        (Criterion(column="revenue", role="must_have", fit=Range()), "do not have"),
        (Criterion(column="employees", role="must_have", fit=Flag()), "Use range"),
        (Criterion(column="name", role="must_have", fit=Choice.of("x")), "Use another column"),
        (Criterion(column="industry", role="must_have", fit=Choice.of("620")), "not a NACE code"),
        (
            Criterion(column="employees", role="must_have", fit=Tags(tags=("Azure",))),
            "Use range",
        ),
    ],
)
def test_a_criterion_that_the_universe_cannot_answer_is_named(criterion, says):
    with pytest.raises(ProfileError, match=says):
        Profile(name="P", criteria=(criterion,)).check(COLUMNS)


def test_any_extra_column_can_be_a_criterion():
    extra = Criterion(column="azure_spend", role="nice_to_have", fit=Range.between(1e5, None))
    profile = Profile(name="P", criteria=(extra,), potential=ColumnPotential(column="azure_spend"))
    profile.check(COLUMNS)
    assert profile.columns == {"azure_spend"}
    with pytest.raises(ProfileError, match="not a number column"):
        profile.replace(potential=ColumnPotential(column="industry")).check(COLUMNS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["A", "unranked"], ["A", "Tier 2"]),
        (["A", "Unranked", "too little known"], ["A", "Tier 2", "Tier 3"]),
        ([" UNRANKED ", "unranked"], ["Tier 1", "Tier 2"]),
        (["unranked", "Tier 1", "Tier 2"], ["Tier 3", "Tier 1", "Tier 2"]),
        (["Too Little Known"], ["Tier 1"]),
        (["A", "B"], ["A", "B"]),
        (["A", "unranked ones"], ["A", "unranked ones"]),
    ],
)
def test_an_old_file_with_a_tier_called_as_those_in_none_opens_under_another_name(names, expected):
    tiers = [{"name": name, "threshold": 90 - place} for place, name in enumerate(names)]
    content = {"schema_version": 1, "name": "P", "tiers": {"kind": "cut_off", "tiers": tiers}}
    remarks = []
    profile = Profile.from_json(json.dumps(content), remarks=remarks)
    assert list(profile.tiers.names) == expected
    assert len(remarks) == sum(a != b for a, b in zip(names, expected, strict=True))
    assert all("means matches in no tier" in remark for remark in remarks)
    assert Profile.from_json(json.dumps(content), saved=True) == profile
    # What is made anew is refused as before.
    if remarks:
        with pytest.raises(ProfileError, match="means matches in no tier"):
            profile.tiers.replace(tiers=[Tier(name=name, threshold=5) for name in names])


@pytest.mark.parametrize("tiers", [[], {}, "x", {"tiers": "x"}, {"tiers": [1, None, "unranked"]}])
def test_tiers_of_another_shape_are_refused_with_their_place(tiers):
    content = {"schema_version": 1, "name": "P", "tiers": tiers}
    if tiers == {}:
        assert Profile.from_json(json.dumps(content)).tiers.names == ("A", "B", "C")
        return
    with pytest.raises(ProfileError, match="not valid at tiers"):
        Profile.from_json(json.dumps(content))


@pytest.mark.parametrize(
    ("low", "high", "kept"),
    [
        (1.0, 1.0000000000000002, 1.0),
        (0.3, 0.1 + 0.2, 0.3),
        (-0.30000000000000004, -0.3, -0.30000000000000004),
        (1e12, 1e12 + 0.0001220703125, 1e12),
        (0.57 * 400 - 3e-14, 0.57 * 400, 0.57 * 400 - 3e-14),
    ],
)
def test_edges_that_only_rounding_tells_apart_are_one(low, high, kept):
    assert low < high
    found = Range.between(low, high)
    assert (found.a, found.b, found.c, found.d) == (kept,) * 4
    assert Range(a=low, b=high) == Range.between(kept, None)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.000001), (0.0, 5e-324), (5.1, 5.14), (-1, 1)])
def test_edges_that_differ_stay_as_they_are(low, high):
    assert (Range.between(low, high).a, Range.between(low, high).d) == (low, high)
