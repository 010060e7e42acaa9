"""Two plans side by side, in words and by rep."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Literal

import polars as pl
import streamlit as st

from icp_core.reference.numbers import from_to
from icp_core.territories.plan import TerritoryPlan
from icp_core.territories.saved import KeptPlan, wishes_of
from icp_core.views import MarketView
from icp_core.workspace import SavedPlan
from ui.controls import side_by_side
from ui.format import UNKNOWN, money, number, percent, plain, signed
from ui.tables import Field, Table
from ui.territories.keeping import label
from ui.texts import _

_SAME: Final = "0"
_MOST_SHOWN: Final = 12  # reps in the table before it scrolls, as the other half has room for


@dataclass(frozen=True, eq=False)
class Side:
    """A plan that is laid beside another.

    Attributes
    ----------
    label
        As it is called.
    figures
        As `TerritoryPlan.figures`.
    reps
        name, hours, accounts, potential_low, potential_high.
    currency
        Of the amounts.
    asked
        What was asked for, by which a plan costs what it costs; None for the owners of today.
    of
        Whose accounts it is about: the profile that they match, and the list, by its name and as people
        read it.
    """

    label: str
    figures: Mapping[str, float | int | None]
    reps: pl.DataFrame
    currency: str
    asked: tuple[Any, ...] | None = None
    of: tuple[str, str, str] | None = None

    @property
    def potential(self) -> tuple[float, float] | None:
        """Least and most of all reps; None where nobody kept it."""
        if self.reps["potential_low"].null_count() or not self.reps["potential_high"].sum():
            return None
        return float(self.reps["potential_low"].sum()), float(self.reps["potential_high"].sum())


_OF_REP: Final = ("name", "hours", "accounts", "potential_low", "potential_high")


def side_of(saved: SavedPlan) -> Side:
    """A saved plan as it was saved.

    Raises
    ------
    WorkspaceError, PlanError
        As `SavedPlan.kept`.
    """
    return side(label(saved), saved.kept)


def side(name: str, kept: KeptPlan) -> Side:
    """What is kept of a plan, to be laid beside another."""
    reps = pl.DataFrame(
        [{key: one.get(key) for key in _OF_REP} for one in kept.reps],
        schema={key: pl.String if key == "name" else pl.Float64 for key in _OF_REP},
        strict=False,
    )
    of = (kept.profile, kept.list_name, kept.list_label)
    return Side(name, kept.figures, reps, kept.currency, (kept.disruption, kept.wishes), of)


def side_of_plan(name: str, plan: TerritoryPlan, market: MarketView) -> Side:
    """A plan that is not saved, or the owners of today."""
    asked = None if plan.assignment is None else (plan.disruption, wishes_of(plan))
    of = (market.profile.name, market.population.name, market.population.label)
    reps = plan.reps().select(_OF_REP)
    return Side(name, plan.figures, reps, market.profile.currency, asked, of)


def compared(one: Side, other: Side) -> pl.DataFrame:
    """Two plans side by side in words: figure, one, other, difference."""
    rows = []

    def row(
        name: str, key: str, write: Callable[[float], str], change: Callable[[float], str]
    ) -> None:
        first, second = one.figures.get(key), other.figures.get(key)
        rows.append(
            (
                name,
                UNKNOWN if first is None else write(first),
                UNKNOWN if second is None else write(second),
                UNKNOWN if first is None or second is None else change(first - second),
            )
        )

    def amount(value: float) -> str:
        return money(value, one.currency)

    def amounts(value: float) -> str:
        if round(value) == 0:
            return _SAME
        return ("+" if value > 0 else "−") + money(abs(value), one.currency)

    def rounded(value: float) -> str:
        return signed(round(value)) if round(value) else _SAME

    def points(value: float) -> str:
        percents = round(100 * value, 2)
        return f"{signed(percents, digits=2)}\u00a0%" if percents else _SAME

    whole = partial(number, digits=0)
    row(_("Cost by the model"), "value", amount, amounts)
    row(_("Above the best, at most"), "gap", partial(percent, digits=2), points)
    row(_("Hours on the way"), "travel_hours", whole, rounded)
    row(_("Km"), "km", whole, rounded)
    row(_("Work and journeys, hours"), "hours", whole, rounded)
    row(_("Hours out of balance"), "outside_hours", whole, rounded)
    row(_("Accounts that change rep"), "moved", whole, rounded)
    row(_("Accounts that get one"), "new", whole, rounded)
    row(_("Accounts of nobody"), "nobody", whole, rounded)
    row(_("At risk by the changes"), "value_moved", amount, amounts)
    rows.append((_("Potential of the reps"), _ends(one), _ends(other), ""))
    return pl.DataFrame(rows, schema=["figure", "one", "other", "change"], orient="row")


def _ends(found: Side) -> str:
    if found.potential is None:
        return UNKNOWN
    low, high = (money(end, found.currency) for end in found.potential)
    return low if low == high else from_to(low, high)


def reps_compared(one: Side, other: Side) -> pl.DataFrame:
    """The reps of two plans: name, and hours, accounts and potential of each."""
    names = one.reps.rename({key: f"{key}_one" for key in _OF_REP[1:]})
    found = names.join(
        other.reps.rename({key: f"{key}_other" for key in _OF_REP[1:]}),
        on="name",
        how="full",
        coalesce=True,
        maintain_order="left_right",
    )
    return found.with_columns(change=pl.col("hours_one") - pl.col("hours_other"))


def other_accounts(one: Side, other: Side) -> str:
    """What is to be said where two plans are about different accounts; nothing where they are not."""
    if one.of is None or other.of is None or one.of[:2] == other.of[:2]:
        return ""
    lines = (
        _("{plan}: matches of {profile}, in {list}.").format(
            plan=side.label, profile=side.of[0], list=side.of[2]
        )
        for side in (one, other)
        if side.of is not None
    )
    return " ".join((_("The two are about different accounts, and do not compare."), *lines))


def _height(one: Side, other: Side) -> int | Literal["content"]:
    """Of the table of reps, in pixels: all of them, or those that the other half has room for."""
    names = {*one.reps["name"], *other.reps["name"]}
    return "content" if len(names) <= _MOST_SHOWN else 440


def draw(one: Side, other: Side) -> None:
    """Draw two plans side by side."""
    left, right = side_by_side("territories_saved_halves")
    with left:
        Table(
            compared(one, other),
            (
                Field("figure", _("Figure")),
                Field("one", one.label),
                Field("other", other.label if other.label != one.label else f"{other.label} *"),
                Field("change", _("Difference")),
            ),
            title=_("Side by side"),
            file="territories-side-by-side",
        ).draw_printed(unknown="")
        if different := other_accounts(one, other):
            st.caption(plain(different))
        if None not in (one.asked, other.asked) and one.asked != other.asked:
            st.caption(
                _(
                    "The two were asked for different things, which have different prices: their costs "
                    "by the model do not compare."
                )
            )
        if one.currency != other.currency:
            st.caption(_("The two count in different currencies."))
    with right:
        first = one.label
        second = other.label if other.label != first else f"{other.label} *"
        Table(
            reps_compared(one, other),
            (
                Field("name", _("Rep"), pinned=True),
                Field("hours_one", first, "number", digits=0),
                Field("hours_other", second, "number", digits=0),
                Field("change", _("Difference"), "change", digits=0),
                Field("accounts_one", _("Accounts, {plan}").format(plan=first), "number", digits=0),
                Field(
                    "accounts_other", _("Accounts, {plan}").format(plan=second), "number", digits=0
                ),
                Field("potential_low_one", _("Potential, least"), "number", digits=0),
                Field("potential_high_one", _("Most"), "number", digits=0),
                Field(
                    "potential_low_other",
                    _("Least, {plan}").format(plan=second),
                    "number",
                    digits=0,
                ),
                Field(
                    "potential_high_other",
                    _("Most, {plan}").format(plan=second),
                    "number",
                    digits=0,
                ),
            ),
            title=_("Hours of each rep"),
            file="territories-reps-side-by-side",
        ).draw(height=_height(one, other), key="territories_saved_reps")
