"""What is kept of a plan: its figures as they were, who gets what, and what adopting it would do."""

import io
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Annotated, Any, Final

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from icp_core.analysis.team import Team, key_of
from icp_core.errors import PlanError
from icp_core.reference import faults
from icp_core.territories.plan import TerritoryPlan
from icp_core.territories.planning import Planning
from icp_core.territories.wishes import Locks, Policy, Wishes

SCHEMA_VERSION: Final = 1

ACCOUNTS: Final = pl.Schema(
    {"account_id": pl.String, "name": pl.String, "owner": pl.String, "after": pl.String}
)
"""Of the accounts of a saved plan: the owner that each had then, and the rep it gets."""

OfRep = dict[str, float | int | str | None]


class KeptPlan(BaseModel):
    """A plan as it is saved, but for its accounts: nothing here is worked out anew when it is read.

    Attributes
    ----------
    schema_version
        Of this record.
    list_name, list_label
        The accounts that it was made of: by name, and as people read it.
    profile, currency
        Whose matches they are, and what amounts are in.
    fictional
        Whether the companies are invented.
    wishes, locks
        What was asked for, by the names of `Wishes` and `Locks`.
    disruption
        The weight of changing reps.
    figures, figures_before
        Of the plan and of the day it was made on, as `TerritoryPlan.figures`.
    reps
        As `TerritoryPlan.reps`, with `hours_before` and `accounts_before`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Annotated[int, Field(ge=1, le=SCHEMA_VERSION)] = SCHEMA_VERSION
    list_name: str
    list_label: str
    profile: str
    currency: str
    fictional: bool
    wishes: dict[str, Any]
    locks: dict[str, Any]
    disruption: float
    figures: dict[str, float | int | None]
    figures_before: dict[str, float | int | None]
    reps: tuple[OfRep, ...]

    @classmethod
    def of(
        cls,
        plan: TerritoryPlan,
        now: TerritoryPlan,
        *,
        list_name: str,
        list_label: str,
        profile: str,
        currency: str,
        fictional: bool,
    ) -> "KeptPlan":
        """What is kept of a plan, and of the owners of today beside it."""
        before = now.reps().select("name", hours_before="hours", accounts_before="accounts")
        reps = plan.reps().join(before, on="name", how="left", maintain_order="left")
        locks = plan.planning.locks
        return cls(
            list_name=list_name,
            list_label=list_label,
            profile=profile,
            currency=currency,
            fictional=fictional,
            wishes=wishes_of(plan),
            locks={one.name: _plain(getattr(locks, one.name)) for one in fields(Locks)},
            disruption=plan.disruption,
            figures=plan.figures,
            figures_before=now.figures,
            reps=tuple(reps.to_dicts()),
        )

    @classmethod
    def from_json(cls, text: str) -> "KeptPlan":
        """The record out of its JSON.

        Raises
        ------
        PlanError
            If a newer program wrote it.
        """
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            raise PlanError(
                f"A saved plan cannot be read ({where}: {faults.said(first)}); a newer version of this "
                "program may have saved it. Update this program."
            ) from error

    def to_json(self) -> str:
        """As text, the same for the same plan."""
        return self.model_dump_json()

    def asked(self, team: Team) -> tuple[Wishes, Locks]:
        """What was asked for, as far as the team still has the reps that locks name."""
        wishes = Wishes(
            **(
                self.wishes
                | {
                    "policy": Policy(self.wishes["policy"]),
                    "named": frozenset(self.wishes["named"]),
                }
            )
        )
        names = set(team.names)
        locks = Locks(
            accounts={key: rep for key, rep in self.locks["accounts"].items() if rep in names},
            areas={key: rep for key, rep in self.locks["areas"].items() if rep in names},
            reps=frozenset(names.intersection(self.locks["reps"])),
        )
        return wishes, locks

    @property
    def potential(self) -> tuple[float, float]:
        """Least and most of all reps together."""
        return self._sum("potential_low"), self._sum("potential_high")

    def _sum(self, name: str) -> float:
        return float(sum(_number(one.get(name)) for one in self.reps))


def wishes_of(plan: TerritoryPlan) -> dict[str, Any]:
    """What was asked for, as it is kept."""
    wishes = plan.planning.wishes
    return {one.name: _plain(getattr(wishes, one.name)) for one in fields(Wishes)}


def accounts_kept(plan: TerritoryPlan, owners: pl.DataFrame) -> pl.DataFrame:
    """The accounts of a plan as they are saved.

    Parameters
    ----------
    plan
        Who gets what.
    owners
        account_id and owner of the list, in their own words.

    Returns
    -------
    polars.DataFrame
        As `ACCOUNTS`.
    """
    return (
        plan.table()
        .select("account_id", "name", "after")
        .join(
            owners.select("account_id", "owner"), on="account_id", how="left", maintain_order="left"
        )
        .select(ACCOUNTS.names())
        .cast(ACCOUNTS)
    )


def packed(accounts: pl.DataFrame) -> bytes:
    """Accounts of a plan as they are stored; a million of them take some twelve megabytes."""
    out = io.BytesIO()
    accounts.select(ACCOUNTS.names()).cast(ACCOUNTS).write_parquet(out, compression="zstd")
    return out.getvalue()


def unpacked(content: bytes) -> pl.DataFrame:
    """The accounts out of what `packed` made of them.

    Raises
    ------
    PlanError
        If it is something else.
    """
    try:
        return pl.read_parquet(io.BytesIO(content)).select(ACCOUNTS.names()).cast(ACCOUNTS)
    except pl.exceptions.PolarsError as error:
        raise PlanError("The accounts of a saved plan cannot be read.") from error


def reopened(kept: KeptPlan, accounts: pl.DataFrame, planning: Planning) -> TerritoryPlan:
    """A saved plan over the accounts of today: nothing is searched for.

    Accounts that are new since then, and those whose planned rep has left the team, stay with whom they
    have today.
    """
    place = {name: at for at, name in enumerate(planning.team.names)}
    planned = planning.accounts.select("account_id").join(
        accounts.select(
            "account_id",
            rep=pl.col("after").replace_strict(place, default=None, return_dtype=pl.Int64),
        ),
        on="account_id",
        how="left",
        maintain_order="left",
    )["rep"]
    rep = np.where(planned.is_null(), planning.owner, planned.fill_null(0).to_numpy())
    return TerritoryPlan(planning, rep.astype(np.int64), kept.disruption)


@dataclass(frozen=True, eq=False)
class Adoption:
    """What adopting a saved plan would do to the accounts of today.

    Every account of the plan stands in one of the parts.

    Attributes
    ----------
    given
        account_id, name, owner (of today), after: those that get their planned rep.
    there
        How many have it already.
    changed
        Likewise, and `owner_then`: whose owner somebody changed since the plan was saved.
    gone
        account_id, name, after: not in the list any more.
    left
        account_id, name, owner, after: whose planned rep has left the team.
    nobody
        How many the plan gives to nobody: who has them keeps them.
    fresh
        Accounts of the market that the plan does not know.
    """

    given: pl.DataFrame
    there: int
    changed: pl.DataFrame
    gone: pl.DataFrame
    left: pl.DataFrame
    nobody: int
    fresh: int

    def owners(self, *, changed_too: bool = False) -> dict[str, str]:
        """The planned rep by account_id.

        Parameters
        ----------
        changed_too
            Whether those whose owner was changed since get their planned rep as well.
        """
        rows = [self.given, self.changed] if changed_too else [self.given]
        return {key: rep for one in rows for key, rep in one.select("account_id", "after").rows()}


def adoption(
    accounts: pl.DataFrame, now: pl.DataFrame, team: Team, market: pl.Series | None = None
) -> Adoption:
    """What adopting a saved plan would do.

    Parameters
    ----------
    accounts
        Of the plan, as `ACCOUNTS`.
    now
        account_id and owner of all accounts of the list, as they are today.
    team
        Of today.
    market
        Ids of the accounts that match today, to tell which the plan does not know.
    """
    owners = now.select("account_id", today=pl.col("owner"), is_there=pl.lit(True))
    rows = accounts.join(owners, on="account_id", how="left", maintain_order="left")
    rep, then = _key("today", team), _key("owner", team)
    planned = _key("after", team)
    rows = rows.with_columns(
        what=pl.when(pl.col("after").is_null())
        .then(pl.lit("nobody"))
        .when(pl.col("is_there").is_null())
        .then(pl.lit("gone"))
        .when(~pl.col("after").is_in(list(team.names)))
        .then(pl.lit("left"))
        .when(rep.eq_missing(planned))
        .then(pl.lit("there"))
        .when(rep.ne_missing(then))
        .then(pl.lit("changed"))
        .otherwise(pl.lit("given"))
    )
    names = ["account_id", "name"]

    def part(what: str, *more: pl.Expr | str) -> pl.DataFrame:
        return rows.filter(pl.col("what") == what).select(*names, *more)

    today = pl.col("today").alias("owner")
    counts = dict(rows["what"].value_counts().iter_rows())
    fresh = 0
    if market is not None:
        fresh = int((~market.is_in(accounts["account_id"].implode())).sum())
    return Adoption(
        given=part("given", today, "after"),
        there=counts.get("there", 0),
        changed=part("changed", today, "after", pl.col("owner").alias("owner_then")),
        gone=part("gone", "after"),
        left=part("left", today, "after"),
        nobody=counts.get("nobody", 0),
        fresh=fresh,
    )


def _key(column: str, team: Team) -> pl.Expr:
    """What two spellings of one owner have in common, and a rep's name and e-mail address."""
    return pl.col(column).map_batches(lambda names: _keys(names, team), return_dtype=pl.String)


def _keys(names: pl.Series, team: Team) -> pl.Series:
    distinct = names.drop_nulls().unique()
    found = [key_of(team.owner_key(name) or name) or None for name in distinct]
    return names.replace_strict(distinct, found, default=None, return_dtype=pl.String)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    return value


def _number(value: float | int | str | None) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
