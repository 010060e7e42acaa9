"""Profiles from hostile hands, and how large one may be."""

import json

import pytest

from icp_core.errors import ProfileError, WorkspaceError
from icp_core.profiles.model import (
    MAX_AMOUNT,
    MAX_BANDS,
    MAX_CRITERIA,
    MAX_TEXT,
    MAX_VALUES,
    Choice,
    Criterion,
    Flag,
    PerEmployee,
    Profile,
    Role,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.workspace import Status, Workspace
from icp_core.workspace.database import MAX_NAME, MAX_NOTE, MAX_REASON

BARE = '{"schema_version": 1, "name": "x"%s}'
DIGITS = "1" * 4_301
HOSTILE = {
    "a version of 4,301 digits": f'{{"schema_version": {DIGITS}}}',
    "a version of 4,000 digits": f'{{"schema_version": {DIGITS[:4000]}, "name": "x"}}',
    "a weight of 4,301 digits": BARE % f', "criteria": [{{"column": "a", "weight": {DIGITS}}}]',
    "a rate of 400 digits": BARE
    % f', "potential": {{"model": "per_employee", "rate": {DIGITS[:400]}}}',
    "a rate of 1e400": BARE % ', "potential": {"model": "per_employee", "rate": 1e400}',
    "a rate of 1e300": BARE % ', "potential": {"model": "per_employee", "rate": 1e300}',
    "NaN": BARE % ', "potential": {"model": "per_employee", "rate": NaN}',
    "Infinity": BARE % ', "potential": {"model": "per_employee", "rate": -Infinity}',
    "nested lists": "[" * 100_000 + "]" * 100_000,
    "nested objects": '{"a":' * 50_000 + "1" + "}" * 50_000,
    "nested criteria": BARE % (', "criteria": ' + "[" * 5_000 + "]" * 5_000),
    "a name twice": '{"schema_version": 1, "name": "x", "name": "y"}',
    "a value twice": BARE % ', "criteria": [{"column": "country", "role": "must_have", "fit": {'
    '"kind": "choice", "values": {"SE": 1, "SE": 0}}}]',
    "half a character": '{"schema_version": 1, "name": "a\\ud800"}',
    "half a character in a key": '{"schema_version": 1, "name": "x", "\\udfff": 1}',
    "a long kind": BARE
    % f', "criteria": [{{"column": "a", "role": "must_have", "fit": {{"kind": "{"k" * 9_000}"}}}}]',
    "a long field": BARE % f', "{"f" * 9_000}": 1',
    "a long name": '{"schema_version": 1, "name": "%s"}' % ("n" * 9_000),
    "cut short": '{"schema_version": 1, "name": "x',
    "no JSON": "PK\x03\x04",
    "a number": "1e5",
    "nothing": "",
}
"""By what is wrong with each."""


@pytest.mark.parametrize("what", HOSTILE)
@pytest.mark.parametrize("as_bytes", [False, True])
def test_a_hostile_profile_is_refused_in_a_short_sentence(what, as_bytes):
    text = HOSTILE[what]
    with pytest.raises(ProfileError) as refusal:
        Profile.from_json(text.encode() if as_bytes else text)
    assert len(str(refusal.value)) < 800
    str(refusal.value).encode()


@pytest.mark.parametrize("content", [b"\xff\xfe{", b"\x80", b"\x00\x00\x00", b"\xef\xbb\xbf["])
def test_bytes_that_are_no_text_are_refused(content):
    with pytest.raises(ProfileError):
        Profile.from_json(content)


def criteria(count):
    return tuple(
        Criterion(column=f"c{place}", role=Role.NICE_TO_HAVE, fit=Flag()) for place in range(count)
    )


def one(fit, column="country"):
    return (Criterion(column=column, role=Role.NICE_TO_HAVE, fit=fit),)


def values(count, length=5):
    return Choice.of(*(f"{place:0{length}}" for place in range(count)))


BEYOND = {
    "criteria": Profile(name="x", criteria=criteria(MAX_CRITERIA + 1)),
    "values": Profile(name="x", criteria=one(values(MAX_VALUES + 1))),
    "tags": Profile(
        name="x", criteria=one(Tags(tags=tuple(map(str, range(MAX_VALUES + 1)))), "technologies")
    ),
    "a value": Profile(name="x", criteria=one(values(1, MAX_TEXT + 1))),
    "a column": Profile(name="x", criteria=one(Flag(), "c" * (MAX_TEXT + 1))),
    "an amount": Profile(name="x", potential=PerEmployee(rate=MAX_AMOUNT * 2)),
    "a threshold": Profile(
        name="x", tiers=TierPolicy(kind="value", tiers=(Tier(name="A", threshold=MAX_AMOUNT * 2),))
    ),
    "bands": Profile.model_validate(
        {
            "name": "x",
            "potential": {
                "model": "employee_bands",
                "bands": [{"at_least": n, "amount": 1} for n in range(MAX_BANDS + 1)],
            },
        }
    ),
}


@pytest.mark.parametrize("what", BEYOND)
def test_a_file_beyond_a_limit_is_refused_and_says_which(what):
    with pytest.raises(ProfileError, match="holds at most"):
        Profile.from_json(BEYOND[what].to_json())


@pytest.mark.parametrize("what", BEYOND)
def test_what_was_saved_before_there_were_limits_opens_and_may_be_edited(what, tmp_path):
    workspace = Workspace.open(f"sqlite:///{tmp_path / 'w.sqlite'}")
    saved = workspace.save_profile(BEYOND[what], author="Kim", why="", based_on=0)
    opened = workspace.version(saved.slug).profile
    assert opened == BEYOND[what]
    assert opened.replace(description="still mine").criteria == opened.criteria


def test_a_large_profile_may_shrink_but_not_grow():
    large = BEYOND["criteria"]
    assert len(large.without(0).criteria) == MAX_CRITERIA
    with pytest.raises(ProfileError, match="at most 50 criteria"):
        large.adding(criteria(1)[0])
    with pytest.raises(ProfileError, match="at most 50 criteria"):
        Profile(name="x", criteria=criteria(MAX_CRITERIA)).adding(criteria(1)[0])


def test_what_is_at_a_limit_is_accepted():
    for profile in (
        Profile(name="x", criteria=criteria(MAX_CRITERIA)),
        Profile(name="x", criteria=one(values(MAX_VALUES))),
        Profile(name="x", criteria=one(values(1, MAX_TEXT))),
        Profile(name="x", potential=PerEmployee(rate=MAX_AMOUNT)),
    ):
        assert Profile.from_json(profile.to_json()) == profile


def test_texts_that_are_too_long_are_refused_and_nothing_is_saved(tmp_path):
    workspace = Workspace.open(f"sqlite:///{tmp_path / 'w.sqlite'}")
    profile, decide = Profile(name="x"), workspace.decide
    for attempt in (
        lambda: workspace.save_profile(profile, author="a" * (MAX_NAME + 1), why="", based_on=0),
        lambda: workspace.save_profile(
            profile, author="Kim", why="w" * (MAX_REASON + 1), based_on=0
        ),
        lambda: decide(["A"], author="Kim", note="n" * (MAX_NOTE + 1)),
        lambda: decide(["A"], author="Kim", owner="o" * (MAX_NAME + 1)),
        lambda: decide(["A"], author="Kim", status=Status.EXCLUDED, detail="d" * (MAX_REASON + 1)),
        lambda: workspace.add_account(
            {"account_id": "A", "name": "n" * (MAX_REASON + 1)}, author="Kim"
        ),
    ):
        with pytest.raises(WorkspaceError, match="shorten it"):
            attempt()
    assert workspace.profiles() == []
    assert workspace.decisions().is_empty()
    assert workspace.added_accounts().is_empty()
    decide(["A"], author="a" * MAX_NAME, note="n" * MAX_NOTE, owner="o" * MAX_NAME)
    assert json.loads(profile.to_json())["name"] == "x"
