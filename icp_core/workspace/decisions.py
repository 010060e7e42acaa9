"""What people decided about accounts, and the accounts they added by hand.

Decisions are keyed by `account_id`, so they hold across profiles and lists.
"""

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

import polars as pl
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    Select,
    Text,
    cast,
    func,
    insert,
    literal,
    select,
    update,
)

from icp_core.accounts import columns
from icp_core.errors import IcpError, UniverseError, WorkspaceError
from icp_core.workspace import schema
from icp_core.workspace.database import (
    MAX_NAME,
    MAX_NOTE,
    MAX_REASON,
    Database,
    bounded,
    frame_of,
    inserting,
    named,
    now,
)

BY_HAND: Final = "added by hand"

NOBODY: Final = "(nobody)"
"""Owner of an account that somebody took from its owner, whatever its list says."""

_logger: Final = logging.getLogger(__name__)

_MAX_IN: Final = 1_000
_DECIDED: Final = ("status", "detail", "note", "owner", "customer", "territory")
_UNDECIDED: Final = ("open", "", "", "", "", "")
_TEXT: Final = pl.String()
_MOMENT: Final = pl.Datetime("us", "UTC")


class Status(StrEnum):
    """Where an account stands: not decided, fine, kept out, or described wrongly."""

    OPEN = "open"
    VERIFIED = "verified"
    EXCLUDED = "excluded"
    WRONG_DATA = "wrong_data"


class CustomerMark(StrEnum):
    """Whether somebody marked an account as a customer, or left that to its list."""

    AS_LISTED = ""
    YES = "yes"
    NO = "no"


class GivenAs(StrEnum):
    """What accounts were given to their owners as: some of them by hand, or a plan of territories."""

    ACCOUNTS = "accounts"
    PLAN = "plan"


@dataclass(frozen=True)
class SavedGiving:
    """That somebody gave accounts to owners, as far as it can be taken back.

    Attributes
    ----------
    change
        Number of the change, to take it back.
    accounts
        How many were given.
    author, given_at
        Who gave them, and when (UTC).
    standing
        Those that nobody decided on since: what taking it back changes.
    adopted
        Whether a saved plan was adopted by it.
    """

    change: int
    accounts: int
    author: str
    given_at: datetime
    standing: tuple[str, ...] = field(repr=False)
    adopted: bool = False


_MAX_GIVINGS: Final = 500
_NEEDS_DETAIL: Final = {
    Status.EXCLUDED: "An exclusion needs its reason; say why the account is left out.",
    Status.WRONG_DATA: "Wrong data needs what is right; say what the facts should be.",
}


def kept_by(
    decisions: pl.DataFrame, statuses: Sequence[Status]
) -> tuple[list[str] | None, list[str]]:
    """The accounts that some decisions keep (None for all), and those they leave out.

    Parameters
    ----------
    decisions
        As `Decisions.decisions` gives them.
    statuses
        To keep; none keeps all. `OPEN` keeps whoever was never decided on too.
    """
    if not statuses:
        return None, []
    chosen = pl.col("status").is_in(list(statuses))
    if Status.OPEN in statuses:
        # Whoever was never decided on stands in no row, so the others are left out instead.
        return None, decisions.filter(~chosen)["account_id"].to_list()
    return decisions.filter(chosen)["account_id"].to_list(), []


def with_decisions(accounts: pl.DataFrame, decisions: pl.DataFrame) -> pl.DataFrame:
    """Accounts with what was decided on them, null where nothing was.

    Returns
    -------
    polars.DataFrame
        The accounts in their order with `decision` and `decision_note`.
    """
    ids = accounts["account_id"].implode()
    decided = decisions.filter(pl.col("account_id").is_in(ids)).select(
        "account_id",
        pl.when(pl.col("status") != Status.OPEN).then("status").alias("decision"),
        pl.col("note").replace("", None).alias("decision_note"),
    )
    return accounts.join(decided, on="account_id", how="left", maintain_order="left")


class Decisions(Database):
    """Decisions on accounts, their history, and accounts added by hand."""

    def decide(
        self,
        account_ids: Iterable[str],
        *,
        author: str,
        status: Status | None = None,
        detail: str = "",
        note: str | None = None,
        owner: str | None = None,
        territory: str | None = None,
        customer: CustomerMark | None = None,
    ) -> int:
        """Decide on one account or many, in one transaction: all of them or, on any error, none.

        Parameters
        ----------
        account_ids
            The accounts; repeated ones count once.
        author
            Who decides.
        status
            None leaves status and detail as they are; `Status.OPEN` takes a decision back.
        detail
            Why excluded, or what is right where the data is wrong; belongs to `status`.
        note, owner, territory
            None leaves as it is; an empty text clears, so that what the list says holds again. `NOBODY`
            as the owner takes the account from whoever has it.
        customer
            Whether it is a customer, whatever its list says; None leaves as it is.

        Returns
        -------
        int
            Number of accounts decided on.

        Raises
        ------
        WorkspaceError
            If nothing is decided, a reason is missing, an id is blank, or the database refuses.
        """
        given = {"note": note, "owner": owner, "territory": territory}
        values: dict[str, Any] = {
            name: text.strip() for name, text in given.items() if text is not None
        }
        bounded(values.get("note", ""), MAX_NOTE, what="note")
        bounded(values.get("owner", ""), MAX_NAME, what="owner's name")
        bounded(values.get("territory", ""), MAX_NAME, what="territory's name")
        detail = bounded(detail.strip(), MAX_REASON, what="reason")
        if status is None and detail:
            raise WorkspaceError(
                "A reason belongs to a status; choose excluded or wrong data, or write a note instead."
            )
        if customer is not None:
            values["customer"] = str(customer)
        if status is not None:
            if not detail and status in _NEEDS_DETAIL:
                raise WorkspaceError(_NEEDS_DETAIL[status])
            values |= {"status": str(status), "detail": "" if status is Status.OPEN else detail}
        if not values:
            raise WorkspaceError(
                "Nothing was decided; choose a status, a note, an owner, a territory, or whether it is "
                "a customer."
            )
        author = named(author)
        # One order for everybody: two bulk decisions never wait for each other's rows.
        ids = sorted(set(_ids(account_ids)))
        if not ids:
            return 0
        with self._writing() as connection:
            change = _begun(connection, author)
            _put(connection, _rows(connection, ids, values | {"change_id": change}), values)
            _recorded(connection, change)
        return len(ids)

    def assign(
        self,
        owners: Mapping[str, str],
        *,
        author: str,
        territories: Mapping[str, str] | None = None,
        given_as: GivenAs = GivenAs.ACCOUNTS,
    ) -> int:
        """Give accounts to their owners, each its own, in one transaction that can be taken back.

        Parameters
        ----------
        owners
            By `account_id`; `NOBODY` takes an account from whoever has it, an empty text leaves it to
            its list.
        author
            Who gives them.
        territories
            By `account_id`, of accounts that get an owner too; those left out keep theirs.
        given_as
            Under which it is found in `givings`.

        Returns
        -------
        int
            Number of the change, for `take_back`; 0 where there was nothing to do.

        Raises
        ------
        WorkspaceError
            If a name is too long, an id is blank, or the database refuses.
        """
        author = named(author)
        with self._writing() as connection:
            change = given(connection, owners, territories or {}, author=author)
            if change:
                connection.execute(
                    insert(schema.settings).values(
                        key=_giving_key(given_as),
                        content=str(change),
                        author=author,
                        saved_at=now(),
                    )
                )
        return change

    def take_back(self, change: int, *, author: str) -> int:
        """Have accounts stand as they stood before a change; those decided on since stay as they are.

        Parameters
        ----------
        change
            Number of the change.
        author
            Who takes it back, which the history tells.

        Returns
        -------
        int
            Accounts that stand as before.
        """
        author = named(author)
        with self._writing() as connection:
            return taken_back(connection, change, author=author)

    def givings(self, given_as: GivenAs) -> list[SavedGiving]:
        """What was given and can be taken back, in whole or in part, newest first.

        Adopted plans are among the plans; what was taken back, or decided on since to the last account,
        is left out.
        """
        settings, adopted = schema.settings.c, schema.adoptions.c
        decisions, changes = schema.decisions.c, schema.changes.c
        history = schema.decision_history.c
        found = []
        with self._reading() as connection:
            noted = connection.execute(
                select(settings.content)
                .where(settings.key == _giving_key(given_as))
                .order_by(settings.id.desc())
                .limit(_MAX_GIVINGS)
            ).scalars()
            numbers = {int(one) for one in noted if one.isdecimal()}
            plans = set[int]()
            if given_as is GivenAs.PLAN:
                plans.update(
                    connection.execute(
                        select(adopted.change_id)
                        .where(adopted.taken_back_at.is_(None))
                        .order_by(adopted.id.desc())
                        .limit(_MAX_GIVINGS)
                    ).scalars()
                )
            standing: dict[int, list[str]] = {}
            asked = sorted(numbers | plans)
            for key, change in connection.execute(
                select(decisions.account_id, decisions.change_id).where(
                    decisions.change_id.in_(asked)
                )
            ):
                standing.setdefault(change, []).append(key)
            about = (
                select(changes.id, changes.author, changes.decided_at, func.count())
                .join_from(schema.changes, schema.decision_history, history.change_id == changes.id)
                .where(changes.id.in_(list(standing)))
                .group_by(changes.id, changes.author, changes.decided_at)
                .order_by(changes.id.desc())
            )
            for change, author, given_at, accounts in connection.execute(about):
                found.append(
                    SavedGiving(
                        change,
                        accounts,
                        author,
                        given_at,
                        tuple(sorted(standing[change])),
                        adopted=change in plans,
                    )
                )
        return found

    def owners(self) -> dict[str, str | None]:
        """Owner by account_id of every account that somebody gave one; None where nobody is to be."""
        return {
            key: None if owner == NOBODY else owner for key, owner in self._given("owner").items()
        }

    def territories(self) -> dict[str, str]:
        """Territory by account_id of every account that somebody gave one."""
        return self._given("territory")

    def _given(self, name: str) -> dict[str, str]:
        table = schema.decisions.c
        query = select(table.account_id, table[name]).where(table[name] != "")
        with self._reading() as connection:
            return {row.account_id: row[1] for row in connection.execute(query)}

    def decisions(self, account_ids: Sequence[str] | None = None) -> pl.DataFrame:
        """Where each account stands that anybody ever decided on.

        Parameters
        ----------
        account_ids
            Only these; None for all.

        Returns
        -------
        polars.DataFrame
            account_id, status, detail, note, owner, customer, territory, author, decided_at (UTC),
            by account_id.
        """
        table = schema.decisions
        names = ("account_id", *_DECIDED, "change_id")
        query = select(*(table.c[name] for name in names))
        if account_ids is not None and len(account_ids) <= _MAX_IN:
            query = query.where(table.c.account_id.in_(account_ids))
        with self._reading() as connection:
            frame = _with_change(connection, query, names)
        if account_ids is not None and len(account_ids) > _MAX_IN:
            frame = frame.filter(pl.col("account_id").is_in(list(account_ids)))
        return frame.drop("change_id").sort("account_id")

    def exclusions(self) -> dict[str, str]:
        """Reason by account_id of every account that is excluded: what exports leave out."""
        table = schema.decisions.c
        query = select(table.account_id, table.detail).where(table.status == Status.EXCLUDED)
        with self._reading() as connection:
            return {row.account_id: row.detail for row in connection.execute(query)}

    def customer_marks(self) -> dict[str, bool]:
        """Whether it is a customer, by account_id, of every account that somebody marked."""
        table = schema.decisions.c
        query = select(table.account_id, table.customer).where(
            table.customer.in_([CustomerMark.YES, CustomerMark.NO])
        )
        with self._reading() as connection:
            return {
                row.account_id: row.customer == CustomerMark.YES
                for row in connection.execute(query)
            }

    def decision_history(self, account_id: str) -> pl.DataFrame:
        """How an account came to stand where it stands, newest first.

        Returns
        -------
        polars.DataFrame
            The columns of `decisions`, one row per change.
        """
        table = schema.decision_history
        names = ("account_id", *_DECIDED, "change_id")
        query = select(*(table.c[name] for name in names)).where(table.c.account_id == account_id)
        with self._reading() as connection:
            frame = _with_change(connection, query, names)
        return frame.sort("change_id", descending=True).drop("change_id")

    def revision(self) -> str:
        """A short text that changes whenever a decision or an account added by hand does.

        Made for cache keys: reading it costs next to nothing.
        """
        changes, added = schema.changes.c, schema.added_accounts.c
        # Counts as well: on PostgreSQL a lower number can be committed after a higher one.
        query = select(
            select(func.count(changes.id)).scalar_subquery(),
            select(func.max(changes.id)).scalar_subquery(),
            select(func.count(added.id)).scalar_subquery(),
            select(func.count(added.removed_at)).scalar_subquery(),
        )
        with self._reading() as connection:
            return "-".join(str(part or 0) for part in connection.execute(query).one())

    def add_account(
        self,
        account: Mapping[str, Any],
        *,
        author: str,
        list_name: str | None = None,
        replace: bool = False,
    ) -> None:
        """Add an account by hand.

        Parameters
        ----------
        account
            Values by column, `account_id` and `name` at least; `source` says "added by hand" unless
            given.
        author
            Who adds it.
        list_name
            Name of the only list it belongs to; None for all.
        replace
            Whether it may take the place of one added before (which stays on record).

        Raises
        ------
        UniverseError
            If the values are not those of an account.
        WorkspaceError
            If it was added before, or the database refuses.
        """
        author = named(author)
        row = {name: value for name, value in account.items() if value is not None}
        for name, value in row.items():
            if isinstance(value, str):
                bounded(value, MAX_REASON, what=name)
        try:
            frame = columns.conform(pl.DataFrame([{"source": BY_HAND, **row}]))
        except UnicodeError as error:
            raise UniverseError(
                "A value of the account holds half a character; write it again. Nothing was saved."
            ) from error
        (key,) = _ids(frame["account_id"])
        table, here = schema.added_accounts, list_name or ""
        same = (
            (table.c.account_id == key) & (table.c.list_name == here) & table.c.removed_at.is_(None)
        )
        with self._writing() as connection:
            if replace:
                connection.execute(
                    update(table).where(same).values(removed_by=author, removed_at=now())
                )
            added = connection.execute(
                inserting(connection, table)
                .values(
                    account_id=key,
                    list_name=here,
                    content=frame.write_ndjson(),
                    author=author,
                    added_at=now(),
                )
                .on_conflict_do_nothing()
                .returning(table.c.id)
            ).first()
            if added is None:
                raise WorkspaceError(
                    f"The account {key} was added by hand before; replace it, or give another id."
                )

    def remove_account(self, account_id: str, *, author: str, list_name: str | None = None) -> None:
        """Take an account added by hand out again; it stays on record.

        Raises
        ------
        WorkspaceError
            If it was not added by hand.
        """
        table = schema.added_accounts
        with self._writing() as connection:
            removed = connection.execute(
                update(table)
                .where(table.c.account_id == account_id, table.c.list_name == (list_name or ""))
                .where(table.c.removed_at.is_(None))
                .values(removed_by=named(author), removed_at=now())
            )
            if not removed.rowcount:
                raise WorkspaceError(
                    f"The account {account_id} was not added by hand; exclude it instead."
                )

    def added_accounts(
        self, list_name: str | None = None, *, damaged: list[str] | None = None
    ) -> pl.DataFrame:
        """The accounts added by hand, in canonical types, ready to be appended to a universe.

        One that the database no longer holds whole is left out, so that all others stay.

        Parameters
        ----------
        list_name
            Those for this list and those for all; None for the latter only. Where an account
            was added to both, the list's own counts.
        damaged
            Takes the ids of those that are left out.
        """
        table = schema.added_accounts
        query = (
            select(table.c.account_id, table.c.content)
            .where(table.c.list_name.in_({"", list_name or ""}), table.c.removed_at.is_(None))
            .order_by(table.c.list_name.desc(), table.c.id)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        frames = [columns.conform(pl.DataFrame({name: [] for name in columns.REQUIRED}))]
        for account_id, content in rows:
            try:
                frames.append(_account(content))
            except (ValueError, TypeError, RecursionError, pl.exceptions.PolarsError, IcpError):
                _logger.warning("The account %s added by hand is damaged", account_id)
                if damaged is not None:
                    damaged.append(account_id)
        found = pl.concat(frames, how="diagonal")
        return found.unique("account_id", keep="first", maintain_order=True)


def _account(content: str) -> pl.DataFrame:
    """An account as it was added."""
    used = json.loads(content)
    if not isinstance(used, dict) or not isinstance(content, str):
        raise TypeError
    types = {column.name: column.dtype for column in columns.CANONICAL if column.name in used}
    return columns.conform(
        pl.read_ndjson(content.encode(), infer_schema_length=None, schema_overrides=types)
    )


def _giving_key(given_as: GivenAs) -> str:
    return f"given:{given_as}"


def _ids(account_ids: Iterable[str]) -> list[str]:
    ids = list(account_ids)
    if any(not key or not key.strip() or "\0" in key for key in ids):
        raise WorkspaceError(
            "An account has a blank or broken id; give it one of its own. Nothing was saved."
        )
    return ids


def _begun(connection: Connection, author: str) -> int:
    """A change of somebody's, with its number."""
    found: int = connection.execute(
        insert(schema.changes)
        .values(author=author, decided_at=now())
        .returning(schema.changes.c.id)
    ).scalar_one()
    return found


def given(
    connection: Connection,
    owners: Mapping[str, str],
    territories: Mapping[str, str] = MappingProxyType({}),
    *,
    author: str,
) -> int:
    """Give accounts as `Decisions.assign` does, in the caller's transaction; the change's number."""
    for name in {*owners.values(), *territories.values()}:
        bounded(name, MAX_NAME, what="owner's or territory's name")
    together: dict[tuple[str, str | None], list[str]] = {}
    for key in sorted(_ids(owners)):
        together.setdefault((owners[key].strip(), territories.get(key)), []).append(key)
    if not together:
        return 0
    change = _begun(connection, author)
    for (owner, territory), ids in together.items():
        values = {"owner": owner}
        if territory is not None:
            values["territory"] = territory.strip()
        _put(connection, _rows(connection, ids, values | {"change_id": change}), values)
    _recorded(connection, change)
    return change


def taken_back(connection: Connection, change: int, *, author: str) -> int:
    """Have accounts stand as before a change, in a transaction of the caller's; how many do."""
    history = schema.decision_history
    mine = select(schema.decisions.c.account_id).where(schema.decisions.c.change_id == change)
    earlier = (
        select(history.c.account_id, func.max(history.c.change_id).label("change_id"))
        .where(history.c.change_id < change, history.c.account_id.in_(mine))
        .group_by(history.c.account_id)
        .subquery()
    )
    before = select(history.c.account_id, *(history.c[name] for name in _DECIDED)).join(
        earlier,
        (history.c.account_id == earlier.c.account_id)
        & (history.c.change_id == earlier.c.change_id),
    )
    stood = {row[0]: tuple(row[1:]) for row in connection.execute(before)}
    together: dict[tuple[str, ...], list[str]] = {}
    for key in sorted(connection.execute(mine).scalars()):
        together.setdefault(stood.get(key, _UNDECIDED), []).append(key)
    if not together:
        return 0
    again = _begun(connection, author)
    for state, ids in together.items():
        values = dict(zip(_DECIDED, state, strict=True))
        _put(connection, _rows(connection, ids, values | {"change_id": again}), values)
    _recorded(connection, again)
    return sum(map(len, together.values()))


def _put(connection: Connection, rows: Select[Any], values: Mapping[str, Any]) -> None:
    """Have accounts stand so; what the values do not name stays as it is."""
    names = [*values, "change_id"]
    statement = inserting(connection, schema.decisions).from_select(["account_id", *names], rows)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["account_id"],
            set_={name: statement.excluded[name] for name in names},
        )
    )


def _recorded(connection: Connection, change: int) -> None:
    """Put on record how the accounts of a change stand."""
    names = schema.decision_history.columns.keys()
    connection.execute(
        insert(schema.decision_history).from_select(
            names,
            select(*(schema.decisions.c[name] for name in names)).where(
                schema.decisions.c.change_id == change
            ),
        )
    )


def _rows(connection: Connection, ids: Sequence[str], values: Mapping[str, Any]) -> Select[Any]:
    """One row per id with the same values: a hundred thousand ids travel as one parameter."""
    key: ColumnElement[str]
    if connection.dialect.name == "postgresql":
        key = func.unnest(cast(ids, ARRAY(Text))).column_valued("key")
    else:
        key = func.json_each(json.dumps(ids)).table_valued("value").c.value
    # SQLite reads ON CONFLICT as part of a select that has no WHERE.
    return select(key, *(literal(value) for value in values.values())).where(key != "")


def _with_change(connection: Connection, query: Select[Any], names: Sequence[str]) -> pl.DataFrame:
    frame = frame_of(connection, query, dict.fromkeys(names, _TEXT) | {"change_id": pl.Int64()})
    changes = schema.changes.c
    which = select(changes.id, changes.author, changes.decided_at)
    if frame.height <= _MAX_IN:
        which = which.where(changes.id.in_(frame["change_id"].unique().to_list()))
    about = frame_of(
        connection, which, {"change_id": pl.Int64(), "author": _TEXT, "decided_at": _MOMENT}
    )
    return frame.join(about, on="change_id", how="left")
