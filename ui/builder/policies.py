"""The rest of the profile: tiers, potential, and what it is about."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from icp_core.analysis import tier_policies
from icp_core.profiles import first_draft
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.model import (
    MAX_TIERS,
    ColumnPotential,
    EmployeeBands,
    PerEmployee,
    Potential,
    Profile,
    RevenueShare,
    Tier,
    TierPolicy,
)
from icp_core.reference import currency
from icp_core.views import MarketView
from ui import state, typed
from ui.builder import words
from ui.builder.editing import apply, draft, held
from ui.controls import most_letters, one_of
from ui.format import currency_sign, labelled
from ui.texts import _

_MOST_BANDS: Final = 8  # bands of headcount, a row each
_NEAR: Final = ("EUR", "SEK", "NOK", "DKK", "ISK", "USD", "GBP")


def _edits(name: str, shown: Any, change: Callable[[Profile, Any], Profile]) -> dict[str, Any]:
    """Key and callback of a widget that shows a part of the profile, and changes that part alone."""
    return {
        "key": draft(name, shown),
        "on_change": lambda: apply(lambda: change(state.view().profile, held(name))),
    }


# Tiers -------------------------------------------------------------------------------------------


def tiers(profile: Profile, market: Callable[[], MarketView]) -> None:
    """Edit how matches are ranked into tiers."""
    policy = profile.tiers
    kinds = {
        "cut_off": _("Score"),
        "capacity": _("Capacity"),
        "value": _("Potential"),
    }
    meanings = {
        "cut_off": _("A tier takes every match from its least score upward."),
        "capacity": _("The best matches fill the tiers, best tier first."),
        "value": _("A tier takes every match from its least potential upward."),
    }

    one_of(
        _("Rank into tiers by"),
        kinds,
        labelled=True,
        **_edits(
            "tiers_kind",
            policy.kind,
            lambda now, kind: now.replace(tiers=market().under(now).usual_policy(kind)),
        ),
    )
    st.caption(meanings[policy.kind])
    st.number_input(
        _("Number of tiers"),
        1,
        MAX_TIERS,
        **_edits("tiers_count", len(policy.tiers), _of_tiers(tier_policies.resized)),
    )
    st.slider(
        _("Least that must be known, % of the weight"),
        0,
        100,
        step=5,
        help=_(
            "A match of which less is known is in no tier: it counts as too little known and comes "
            "first in the list to verify. 0 asks for nothing."
        ),
        **_edits(
            "tiers_least_coverage",
            round(100 * policy.least_coverage),
            _of_tiers(lambda now, percents: now.replace(least_coverage=percents / 100)),
        ),
    )
    for place in range(len(policy.tiers)):
        _tier(policy, place, labelled(currency_sign(profile.currency)))


def _of_tiers(change: Callable[[TierPolicy, Any], TierPolicy]) -> Callable[[Profile, Any], Profile]:
    return lambda now, value: now.replace(tiers=change(now.tiers, value))


def _tier(policy: TierPolicy, place: int, unit: str) -> None:
    """Name of a tier, and where it begins; one that it would pass moves along."""
    tier = policy.tiers[place]
    left, right = st.columns([1, 3], gap="small")
    with left:
        typed.text_field(
            _("Tier {place}").format(place=place + 1),
            most=most_letters(Tier, "name"),
            **_edits(
                f"tiers_{place}_name",
                tier.name,
                _of_tiers(lambda now, name: now.renamed(place, name.strip())),
            ),
        )
    is_counted = policy.kind == "capacity"
    edits = _edits(
        f"tiers_{policy.kind}_{place}",
        int(tier.threshold) if is_counted else float(tier.threshold),
        _of_tiers(lambda now, to: now.with_threshold(place, to or 0)),
    )
    match policy.kind:
        case "cut_off":
            label = _("Least score of {tier}").format(tier=labelled(tier.name))
            right.slider(label, 0.0, 100.0, step=0.5, format="%g", **edits)
        case "capacity":
            label = _("Accounts in {tier}").format(tier=labelled(tier.name))
            right.number_input(label, 1, **edits)
        case _:
            label = _("Least potential of {tier}, {currency} a year").format(
                tier=labelled(tier.name), currency=unit
            )
            right.number_input(label, 0.0, step=10_000.0, format="%.0f", **edits)


# Potential ---------------------------------------------------------------------------------------


def potential(offers: Offers, profile: Profile) -> None:
    """Edit what an account could be worth."""
    model, models = profile.potential, words.potential_models()
    st.selectbox(
        _("Potential of an account"),
        list(models),
        format_func=lambda name: models[name][0],
        **_edits(
            "potential_model",
            model.model,
            lambda now, kind: now.replace(
                potential=first_draft.potential(offers, kind, now.potential)
            ),
        ),
    )
    st.caption(models[model.model][1])
    _model_inputs(offers, model, labelled(currency_sign(profile.currency)))
    left, right = st.columns(2, gap="small")
    with left:
        _amount(_("At least"), model.floor, lambda now, to: now.from_floor(to or 0))
    with right:
        _amount(_("At most"), model.cap, lambda now, to: now.up_to_cap(to), open_end=True)
    st.selectbox(
        _("Currency"),
        [*_NEAR, *(code for code in currency.currencies() if code not in _NEAR)],
        format_func=_currency,
        help=_(
            "Of rates, amounts and tiers by potential, which stay as they are; "
            "columns in euro are converted."
        ),
        **_edits(
            "potential_currency",
            profile.currency,
            lambda now, code: now.replace(currency=code),
        ),
    )


def _model_edits(name: str, shown: Any, change: Callable[[Any, Any], Potential]) -> dict[str, Any]:
    return _edits(
        f"potential_{name}",
        shown,
        lambda now, value: now.replace(potential=change(now.potential, value)),
    )


def _amount(
    label: str,
    shown: float | None,
    change: Callable[[Any, Any], Potential],
    *,
    name: str = "",
    step: float = 1000.0,
    open_end: bool = False,
) -> None:
    st.number_input(
        label,
        0.0,
        value=None,
        step=step,
        format="%.0f",
        placeholder=_("no cap") if open_end else "0",
        **_model_edits(name or label, None if shown is None else float(shown), change),
    )


def _model_inputs(offers: Offers, model: Potential, unit: str) -> None:
    """What one model asks for; an emptied number counts as 0."""
    match model:
        case PerEmployee(rate=rate):
            _amount(
                _("{currency} per employee a year").format(currency=unit),
                rate,
                lambda now, to: now.replace(rate=to or 0),
                name="rate",
                step=50.0,
            )
        case RevenueShare(share=share):
            st.number_input(
                _("Share of revenue, %"),
                0.0,
                100.0,
                step=0.05,
                format="%.2f",
                **_model_edits(
                    "share",
                    round(100 * share, 6),
                    lambda now, to: now.replace(share=(to or 0) / 100),
                ),
            )
        case ColumnPotential(column=column):
            options = {one.name: _(one.label) for one in offers.numbers}
            st.selectbox(
                _("Column"),
                list(options),
                format_func=options.__getitem__,
                **_model_edits("column", column, lambda now, name: now.replace(column=name)),
            )
        case EmployeeBands(bands=bands):
            st.number_input(
                _("Number of bands"),
                1,
                max(_MOST_BANDS, len(bands)),
                **_model_edits("bands", len(bands), lambda now, count: now.resized(count)),
            )
            for place in range(len(bands)):
                _band(model, place, unit)


def _band(model: EmployeeBands, place: int, unit: str) -> None:
    """Where a band begins, and its amount; one that it would pass moves along."""
    band = model.bands[place]
    left, right = st.columns(2, gap="small")
    left.number_input(
        _("Employees from"),
        0,
        **_model_edits(
            f"from_{place}",
            band.at_least,
            lambda now, to: now.changed(place, at_least=to or 0),
        ),
    )
    with right:
        _amount(
            _("{currency} a year").format(currency=unit),
            band.amount,
            lambda now, to: now.changed(place, amount=to or 0),
            name=f"amount_{place}",
        )


def _currency(code: str) -> str:
    """A currency, with the day of its rate where none is set any more."""
    day = currency.old_rate(code)
    return code if day is None else _("{code}, rate of {day}").format(code=code, day=day)


# About -------------------------------------------------------------------------------------------


def about(profile: Profile) -> None:
    """Edit what the profile is called, what it is for, and how long it holds."""

    def edits(name: str) -> dict[str, Any]:
        shown = getattr(profile, name)
        return _edits(f"about_{name}", shown, lambda now, to: now.replace(**{name: to}))

    def text(name: str) -> dict[str, Any]:
        return {"most": most_letters(Profile, name), **edits(name)}

    typed.text_field(_("Name"), **text("name"))
    typed.text_field(_("Description, thirty words at best"), area=True, **text("description"))
    st.caption(_("{count} words").format(count=len(profile.description.split())))
    typed.text_field(_("Offer"), **text("offer"))
    left, right = st.columns(2, gap="small")
    left.date_input(_("Holds from"), value=None, **edits("valid_from"))
    right.date_input(_("Holds until"), value=None, **edits("valid_until"))
