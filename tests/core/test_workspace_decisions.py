import time
from datetime import date

import polars as pl
import pytest
from alembic import command
from sqlalchemy import create_engine, update

from icp_core.errors import UniverseError, WorkspaceError
from icp_core.workspace import (
    BY_HAND,
    NOBODY,
    CustomerMark,
    GivenAs,
    Status,
    Workspace,
    kept_by,
    schema,
    with_decisions,
)
from icp_core.workspace.database import migrations

COLUMNS = [
    *("account_id", "status", "detail", "note", "owner", "customer", "territory"),
    *("author", "decided_at"),
]


def standing(workspace, account_id):
    return workspace.decisions([account_id]).drop("customer", "territory", "decided_at").rows()


def test_a_decision_keeps_status_reason_note_and_owner_apart(workspace):
    workspace.decide(["SE-1"], author="Eva", owner="Ola")
    workspace.decide(["SE-1"], author="Eva", status=Status.EXCLUDED, detail=" in liquidation ")
    workspace.decide(["SE-1"], author="Åse", note="called on Monday")
    assert standing(workspace, "SE-1") == [
        ("SE-1", "excluded", "in liquidation", "called on Monday", "Ola", "Åse")
    ]
    workspace.decide(["SE-1"], author="Eva", status=Status.VERIFIED, owner="")
    assert standing(workspace, "SE-1") == [("SE-1", "verified", "", "called on Monday", "", "Eva")]


def test_decisions_choose_accounts_and_stand_beside_them(workspace):
    workspace.decide(["SE-1"], author="Eva", status=Status.VERIFIED, note="good", owner="Ola")
    workspace.decide(["SE-2"], author="Eva", status=Status.EXCLUDED, detail="closed")
    workspace.decide(["SE-3"], author="Eva", note="call")
    decisions = workspace.decisions()
    assert kept_by(decisions, ()) == (None, [])
    assert kept_by(decisions, [Status.VERIFIED]) == (["SE-1"], [])
    # SE-4 was never decided on, and is open as SE-3 is.
    assert kept_by(decisions, [Status.OPEN, Status.VERIFIED]) == (None, ["SE-2"])
    accounts = pl.DataFrame({"account_id": ["SE-4", "SE-3", "SE-1"]})
    assert with_decisions(accounts, decisions).rows() == [
        ("SE-4", None, None),
        ("SE-3", None, "call"),
        ("SE-1", "verified", "good"),
    ]


def test_a_mark_as_customer_stands_apart_from_the_other_decisions_and_can_be_taken_back(workspace):
    workspace.decide(["SE-1", "SE-2"], author="Eva", customer=CustomerMark.YES)
    workspace.decide(["SE-2"], author="Ola", customer=CustomerMark.NO)
    workspace.decide(["SE-1"], author="Eva", status=Status.VERIFIED, note="since May")
    workspace.decide(["SE-3"], author="Eva", note="call")
    assert workspace.customer_marks() == {"SE-1": True, "SE-2": False}
    # Nobody is left out of the market for being a customer.
    assert workspace.exclusions() == {}
    workspace.decide(["SE-1"], author="Eva", customer=CustomerMark.AS_LISTED)
    assert workspace.customer_marks() == {"SE-2": False}
    assert workspace.decision_history("SE-1")["customer"].to_list() == ["", "yes", "yes"]


def test_marks_written_before_there_were_any_are_as_listed(tmp_path):
    url = f"sqlite:///{tmp_path / 'w.sqlite'}"
    workspace = Workspace.open(url)
    workspace.decide(["SE-1"], author="Eva", note="call")
    workspace.close()
    engine = create_engine(url)
    config = migrations()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0002")
    engine.dispose()
    workspace = Workspace.open(url)
    assert workspace.customer_marks() == {}
    workspace.decide(["SE-1"], author="Eva", customer=CustomerMark.YES)
    assert workspace.decision_history("SE-1")["customer"].to_list() == ["yes", ""]
    workspace.close()


def test_accounts_are_given_to_owners_and_taken_from_them_in_one_change(workspace):
    workspace.decide(["SE-1"], author="Eva", owner="Ola", note="call")
    change = workspace.assign(
        {"SE-1": "Åse", "SE-2": " Kari ", "SE-3": NOBODY},
        author="Eva",
        territories={"SE-2": "West"},
    )
    assert workspace.owners() == {"SE-1": "Åse", "SE-2": "Kari", "SE-3": None}
    assert workspace.territories() == {"SE-2": "West"}
    assert workspace.decisions(["SE-1"])["note"].to_list() == ["call"]
    # Somebody decides on one of them meanwhile, which stays.
    workspace.decide(["SE-2"], author="Ola", owner="Nils")
    assert workspace.take_back(change, author="Eva") == 2
    assert workspace.owners() == {"SE-1": "Ola", "SE-2": "Nils"}
    assert workspace.territories() == {"SE-2": "West"}
    assert workspace.decision_history("SE-1")["owner"].to_list() == ["Ola", "Åse", "Ola"]
    # There is nothing left to be taken back.
    assert workspace.take_back(change, author="Eva") == 0
    assert workspace.assign({}, author="Eva") == 0


def test_what_was_given_is_found_to_be_taken_back_as_long_as_that_changes_something(workspace):
    assert workspace.givings(GivenAs.ACCOUNTS) == []
    first = workspace.assign({"SE-1": "Ola", "SE-2": "Ola"}, author="Eva")
    second = workspace.assign({"SE-2": "Kari", "SE-3": "Kari"}, author="Åse")
    plan = workspace.assign({"SE-4": "Kari"}, author="Åse", given_as=GivenAs.PLAN)
    # One account at a time is decided on, not given.
    workspace.decide(["SE-5"], author="Eva", owner="Ola")
    newest, older = workspace.givings(GivenAs.ACCOUNTS)
    assert (newest.change, newest.author, newest.accounts) == (second, "Åse", 2)
    assert (older.change, older.accounts, older.standing) == (first, 2, ("SE-1",))
    assert newest.given_at.tzinfo is not None and not newest.adopted
    assert [one.change for one in workspace.givings(GivenAs.PLAN)] == [plan]
    assert workspace.take_back(second, author="Eva") == 2
    # What takes something back is not itself offered to be taken back.
    assert workspace.givings(GivenAs.ACCOUNTS) == [older]
    workspace.decide(["SE-1"], author="Ola", note="call")
    assert workspace.givings(GivenAs.ACCOUNTS) == []


def test_a_name_that_is_too_long_gives_nobody_anything(workspace):
    with pytest.raises(WorkspaceError, match="name"):
        workspace.assign({"SE-1": "Ola", "SE-2": "x" * 1_000}, author="Eva")
    assert workspace.owners() == {}


def test_the_history_tells_every_step_newest_first(workspace):
    workspace.decide(["SE-1", "SE-2"], author="Eva", status=Status.VERIFIED)
    workspace.decide(["SE-2"], author="Ola", status=Status.WRONG_DATA, detail="80 employees")
    workspace.decide(["SE-2"], author="Eva", status=Status.OPEN)
    history = workspace.decision_history("SE-2")
    assert history.columns == COLUMNS
    assert history.select("status", "detail", "author").rows() == [
        ("open", "", "Eva"),
        ("wrong_data", "80 employees", "Ola"),
        ("verified", "", "Eva"),
    ]
    assert history["decided_at"].is_sorted(descending=True)
    assert workspace.decision_history("SE-1").height == 1
    assert workspace.decision_history("SE-3").is_empty()


def test_what_was_never_decided_is_an_empty_frame_with_the_same_columns(workspace):
    for frame in (workspace.decisions(), workspace.decisions(["SE-1"]), workspace.decisions([])):
        assert frame.columns == COLUMNS
        assert frame.is_empty()
    assert workspace.decisions().schema["decided_at"] == pl.Datetime("us", "UTC")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"status": Status.EXCLUDED}, "needs its reason"),
        ({"status": Status.EXCLUDED, "detail": "  "}, "needs its reason"),
        ({"status": Status.WRONG_DATA}, "needs what is right"),
        ({"detail": "too small"}, "belongs to a status"),
        ({}, "Nothing was decided"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(workspace, given, message):
    with pytest.raises(WorkspaceError, match=message):
        workspace.decide(["SE-1"], author="Eva", **given)
    assert workspace.decisions().is_empty()


def test_a_hundred_thousand_decisions_are_kept_within_seconds_with_their_history(workspace):
    ids = [f"SE-{number:010d}" for number in range(100_000)]
    workspace.decide(ids[:3], author="Ola", note="known")
    start = time.perf_counter()
    count = workspace.decide(ids, author="Eva", status=Status.EXCLUDED, detail="too small")
    assert time.perf_counter() - start < 20
    assert count == 100_000
    start = time.perf_counter()
    frame = workspace.decisions()
    assert time.perf_counter() - start < 5
    assert frame["account_id"].to_list() == ids
    assert frame["status"].unique().to_list() == ["excluded"]
    assert frame["note"].to_list()[:4] == ["known", "known", "known", ""]
    assert workspace.decision_history(ids[2]).height == 2
    assert workspace.decision_history(ids[3]).height == 1
    some = workspace.decisions(ids[::2])
    assert some["account_id"].to_list() == ids[::2]


@pytest.mark.parametrize("bad", ["", "  ", "SE-\0", "X" * 201])
def test_one_bad_row_in_the_middle_leaves_a_bulk_decision_unapplied(workspace, bad):
    workspace.decide(["SE-1"], author="Ola", status=Status.VERIFIED)
    ids = [f"SE-{number}" for number in range(20_000)]
    ids.insert(10_000, bad)
    before, revision = workspace.decisions(), workspace.revision()
    with pytest.raises(WorkspaceError, match=r"[Nn]othing was saved"):
        workspace.decide(ids, author="Eva", status=Status.EXCLUDED, detail="too small")
    assert workspace.decisions().equals(before)
    assert workspace.decision_history("SE-1").height == 1
    assert workspace.decision_history("SE-0").is_empty()
    assert workspace.revision() == revision
    workspace.decide(["SE-0"], author="Eva", status=Status.VERIFIED)
    assert workspace.decisions().height == 2


def test_an_id_repeated_in_a_bulk_decision_counts_once(workspace):
    assert workspace.decide(["SE-1", "SE-1"], author="Eva", note="x") == 1
    assert workspace.decide([], author="Eva", note="x") == 0
    assert workspace.decision_history("SE-1").height == 1


def test_ids_and_texts_that_look_like_sql_or_json_are_kept_as_they_are(workspace):
    odd = ["'; DROP TABLE icp_decisions; --", 'a"b\\c', "{x}", "domain:ålesund.no", "%s :x"]
    workspace.decide(odd, author="O'Hara", status=Status.EXCLUDED, detail="50 % :off 'x'")
    assert workspace.decisions()["account_id"].to_list() == sorted(odd)
    assert workspace.decisions([odd[1]])["detail"].to_list() == ["50 % :off 'x'"]


def test_the_revision_changes_with_every_change_and_only_then(workspace):
    seen = [workspace.revision()]
    workspace.decide(["SE-1"], author="Eva", note="x")
    seen.append(workspace.revision())
    workspace.add_account({"account_id": "SE-9", "name": "Nio AB"}, author="Eva")
    seen.append(workspace.revision())
    workspace.remove_account("SE-9", author="Eva")
    seen.append(workspace.revision())
    assert len(set(seen)) == 4
    workspace.decisions()
    assert workspace.revision() == seen[-1]


def test_an_account_added_by_hand_comes_back_in_canonical_types(workspace):
    account = {
        "account_id": "SE-5561234567",
        "name": "Exempel Å AB",
        "employees": 45,
        "revenue": 1.5e6,
        "technologies": ["Azure", "SAP"],
        "as_of": date(2026, 3, 1),
        "is_customer": False,
        "erp": "Monitor",
        "city": None,
    }
    workspace.add_account(account, author="Eva")
    workspace.add_account({"account_id": "NO-1", "name": "To AS"}, author="Eva", list_name="norway")
    (row,) = workspace.added_accounts().to_dicts()
    assert row["employees"] == 45
    assert row["technologies"] == ["Azure", "SAP"]
    assert row["as_of"] == date(2026, 3, 1)
    assert row["is_customer"] is False
    assert (row["erp"], row["source"]) == ("Monitor", BY_HAND)
    frame = workspace.added_accounts("norway")
    assert set(frame["account_id"]) == {"SE-5561234567", "NO-1"}
    assert frame.schema["employees"] == pl.Int64
    assert workspace.added_accounts("other")["account_id"].to_list() == ["SE-5561234567"]


def test_the_same_account_is_added_once_unless_it_is_to_be_replaced(workspace):
    workspace.add_account({"account_id": "SE-1", "name": "Ett AB"}, author="Eva")
    with pytest.raises(WorkspaceError, match="added by hand before"):
        workspace.add_account({"account_id": "SE-1", "name": "Another AB"}, author="Ola")
    assert workspace.added_accounts()["name"].to_list() == ["Ett AB"]
    workspace.add_account({"account_id": "SE-1", "name": "Uno AB"}, author="Ola", replace=True)
    assert workspace.added_accounts()["name"].to_list() == ["Uno AB"]
    workspace.add_account({"account_id": "SE-1", "name": "Här AB"}, author="Eva", list_name="here")
    assert workspace.added_accounts("here")["name"].to_list() == ["Här AB"]
    workspace.remove_account("SE-1", author="Eva")
    assert workspace.added_accounts().is_empty()
    with pytest.raises(WorkspaceError, match="not added by hand"):
        workspace.remove_account("SE-1", author="Eva")


@pytest.mark.parametrize(
    "content",
    [
        "{", "null", "5", "[]", '"a"', '{"account_id": 5}', '{"schema_version": 1}', "[" * 50_000,
        "9" * 5_000, "",
    ],
)  # fmt: skip
def test_an_added_account_that_is_damaged_is_left_out_and_the_others_stay(workspace, content):
    for key in ("X", "Y"):
        workspace.add_account({"account_id": key, "name": f"{key} AB"}, author="Ada")
    with workspace._writing() as connection:
        connection.execute(
            update(schema.added_accounts)
            .where(schema.added_accounts.c.account_id == "X")
            .values(content=content)
        )
    damaged = []
    assert workspace.added_accounts(damaged=damaged)["name"].to_list() == ["Y AB"]
    assert damaged == ["X"]


def test_what_no_database_holds_is_refused_in_words(workspace):
    with pytest.raises(UniverseError, match="half a character"):
        workspace.add_account({"account_id": "X", "name": "\ud800"}, author="Ada")
    with pytest.raises(WorkspaceError):
        workspace.version("none", 2**70)


def test_an_account_that_is_none_is_refused_with_the_reason(workspace):
    with pytest.raises(UniverseError, match="name"):
        workspace.add_account({"account_id": "SE-1"}, author="Eva")
    with pytest.raises(UniverseError, match="does not hold what its name promises"):
        workspace.add_account(
            {"account_id": "SE-1", "name": "A", "employees": "many"}, author="Eva"
        )
    with pytest.raises(UniverseError, match="An account has no account_id"):
        workspace.add_account({"account_id": " ", "name": "A"}, author="Eva")
    assert workspace.added_accounts().is_empty()


def test_exclusions_are_the_accounts_that_stand_excluded_now(workspace):
    workspace.decide(["SE-1", "SE-2"], author="Eva", status=Status.EXCLUDED, detail="partner")
    workspace.decide(["SE-2"], author="Eva", status=Status.OPEN)
    workspace.decide(["SE-3"], author="Eva", status=Status.VERIFIED)
    assert workspace.exclusions() == {"SE-1": "partner"}
