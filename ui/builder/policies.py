"""The rest of the profile: tiers, potential, and what it is about."""

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from icp_core.analysis import tier_policies
from icp_core.profiles import first_draft
from icp_core.profiles.first_draft import Offers
from icp_core.profiles.model import (
    MAX_TIERS,
    Band,
    ColumnPotential,
    EmployeeBands,
    PerEmployee,
    Potential,
    Profile,
    RevenueShare,
    Tier,
)
from icp_core.reference import currency
from icp_core.views import MarketView
from ui import state
from ui.builder import words
from ui.builder.editing import attempt, draft, edited, held, key_of, show_refusal
from ui.controls import most_letters
from ui.format import plain
from ui.texts import _

_KINDS: Final = ("cut_off", "capacity", "value")
_MODELS: Final = ("per_employee", "revenue_share", "employee_bands", "column")
_MOST_BANDS: Final = 8  # bands of headcount, a row each
_NEAR: Final = ("EUR", "SEK", "NOK", "DKK", "ISK", "USD", "GBP")


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
    with st.container(border=True):
        st.segmented_control(
            _("Rank into tiers by"),
            _KINDS,
            format_func=kinds.__getitem__,
            required=True,
            key=draft("tiers_kind", policy.kind),
            on_change=lambda: attempt(
                lambda: state.view().profile.replace(
                    tiers=market().under(state.view().profile).usual_policy(held("tiers_kind"))
                ),
                tell=True,
            ),
        )
        st.caption(meanings[policy.kind])
        st.number_input(
            _("Number of tiers"),
            1,
            MAX_TIERS,
            key=draft("tiers_count", len(policy.tiers)),
            on_change=lambda: attempt(
                lambda: state.view().profile.replace(
                    tiers=tier_policies.resized(state.view().profile.tiers, held("tiers_count"))
                ),
                tell=True,
            ),
        )
        st.slider(
            _("Least that must be known, % of the weight"),
            0,
            100,
            step=5,
            key=draft("tiers_least_coverage", round(100 * policy.least_coverage)),
            help=_(
                "A match of which less is known is in no tier: it counts as too little known and comes "
                "first in the list to verify. 0 asks for nothing."
            ),
            on_change=lambda: attempt(
                lambda: state.view().profile.replace(
                    tiers=state.view().profile.tiers.replace(
                        least_coverage=held("tiers_least_coverage") / 100
                    )
                ),
                quick=True,
            ),
        )
        names = [f"tiers_{policy.kind}_{len(policy.tiers)}_{i}" for i in range(len(policy.tiers))]

        def change() -> Profile:
            now = state.view().profile
            shown, rest = now.tiers.tiers[: len(names)], now.tiers.tiers[len(names) :]
            made = tuple(
                tier.replace(
                    name=edited(f"{name}_name", tier.name, shown=tier.name, read=str.strip),
                    threshold=held(name) or 0,
                )
                for name, tier in zip(names, shown, strict=False)
            )
            return now.replace(tiers=now.tiers.replace(tiers=(*made, *rest)))

        def changed() -> None:
            attempt(change, quick=True)

        for name, tier in zip(names, policy.tiers, strict=True):
            _tier_row(name, tier, policy.kind, profile.currency, changed)
        show_refusal(change)


def _tier_row(name: str, tier: Tier, kind: str, unit: str, on_change: Any) -> None:
    left, right = st.columns([1, 3], gap="small")
    left.text_input(
        _("Tier"),
        value=tier.name,
        max_chars=most_letters(Tier, "name"),
        key=key_of(f"{name}_name"),
        on_change=on_change,
    )
    key = key_of(name)
    match kind:
        case "cut_off":
            right.slider(
                _("Least score"),
                0.0,
                100.0,
                float(tier.threshold),
                step=0.5,
                format="%g",
                key=key,
                on_change=on_change,
            )
        case "capacity":
            right.number_input(
                _("Accounts"), 1, value=int(tier.threshold), key=key, on_change=on_change
            )
        case _:
            right.number_input(
                _("Least potential, {currency} a year").format(currency=unit),
                0.0,
                value=float(tier.threshold),
                step=10_000.0,
                format="%.0f",
                key=key,
                on_change=on_change,
            )


def potential(offers: Offers, profile: Profile) -> None:
    """Edit what an account could be worth."""
    model = profile.potential

    def change() -> Profile:
        now = state.view().profile
        limits = {"floor": held("potential_floor") or 0, "cap": held("potential_cap")}
        return now.replace(potential=now.potential.replace(**_inputs(now.potential), **limits))

    def changed() -> None:
        attempt(change, quick=True)

    with st.container(border=True):
        st.selectbox(
            _("Potential of an account"),
            _MODELS,
            format_func=words.potential_model,
            key=draft("potential_model", model.model),
            on_change=lambda: attempt(
                lambda: state.view().profile.replace(
                    potential=first_draft.potential(
                        offers, held("potential_model"), state.view().profile.potential
                    )
                ),
                tell=True,
            ),
        )
        st.caption(words.potential_meaning(model))
        _model_inputs(offers, model, profile.currency, changed)
        left, right = st.columns(2, gap="small")
        for side, name, label, value in (
            (left, "potential_floor", _("At least"), model.floor),
            (right, "potential_cap", _("At most"), model.cap),
        ):
            side.number_input(
                label,
                0.0,
                value=None if value is None else float(value),
                step=1000.0,
                format="%.0f",
                placeholder=_("no cap"),
                key=key_of(name),
                on_change=changed,
            )
        st.selectbox(
            _("Currency"),
            [*_NEAR, *(code for code in currency.currencies() if code not in _NEAR)],
            format_func=_currency,
            key=draft("potential_currency", profile.currency),
            on_change=lambda: attempt(
                lambda: state.view().profile.replace(currency=held("potential_currency")),
                tell=True,
            ),
            help=_(
                "Of rates, amounts and tiers by potential, which stay as they are; "
                "columns in euro are converted."
            ),
        )
        show_refusal(change)


def _model_inputs(offers: Offers, model: Potential, unit: str, changed: Callable[[], None]) -> None:
    """What one model asks for; `_inputs` reads it."""
    match model:
        case PerEmployee(rate=rate):
            st.number_input(
                _("{currency} per employee a year").format(currency=unit),
                0.0,
                value=float(rate),
                step=50.0,
                format="%.0f",
                key=key_of("potential_rate"),
                on_change=changed,
            )
        case RevenueShare(share=share):
            st.number_input(
                _("Share of revenue, %"),
                0.0,
                100.0,
                value=_percent(share),
                step=0.05,
                format="%.2f",
                key=key_of("potential_share"),
                on_change=changed,
            )
        case ColumnPotential(column=column):
            options = {one.name: plain(_(one.label)) for one in offers.numbers}
            st.selectbox(
                _("Column"),
                list(options),
                format_func=options.__getitem__,
                key=draft("potential_column", column),
                on_change=changed,
            )
        case EmployeeBands(bands=bands):
            st.number_input(
                _("Number of bands"),
                1,
                _MOST_BANDS,
                key=draft("potential_bands", len(bands)),
                on_change=lambda: attempt(_rebanded, tell=True),
            )
            for place, band in enumerate(bands):
                left, right = st.columns(2, gap="small")
                left.number_input(
                    _("Employees from"),
                    0,
                    value=band.at_least,
                    key=key_of(_band(place, len(bands), "from")),
                    on_change=changed,
                )
                right.number_input(
                    _("{currency} a year").format(currency=unit),
                    0.0,
                    value=float(band.amount),
                    step=1000.0,
                    format="%.0f",
                    key=key_of(_band(place, len(bands), "amount")),
                    on_change=changed,
                )


def _inputs(model: Potential) -> dict[str, Any]:
    """Fields of a model as its widgets hold them; an emptied number counts as 0."""
    match model:
        case PerEmployee():
            return {"rate": held("potential_rate") or 0}
        case RevenueShare():
            share = edited(
                "potential_share",
                model.share,
                shown=_percent(model.share),
                read=lambda value: (value or 0) / 100,
            )
            return {"share": share}
        case ColumnPotential():
            return {"column": held("potential_column")}
        case EmployeeBands(bands=bands):
            count = len(bands)
            return {
                "bands": tuple(
                    Band(
                        at_least=held(_band(place, count, "from")) or 0,
                        amount=held(_band(place, count, "amount")) or 0,
                    )
                    for place in range(count)
                )
            }


def _currency(code: str) -> str:
    """A currency, with the day of its rate where none is set any more."""
    day = currency.old_rate(code)
    return code if day is None else _("{code}, rate of {day}").format(code=code, day=day)


def _percent(share: float) -> float:
    return round(100 * share, 6)


def _band(place: int, count: int, what: str) -> str:
    return f"potential_band_{count}_{place}_{what}"


def _rebanded() -> Profile:
    """The profile with as many bands as its widget says."""
    now, count = state.view().profile, held("potential_bands")
    if not isinstance(now.potential, EmployeeBands):
        return now
    return now.replace(potential=now.potential.resized(count))


def about(profile: Profile) -> None:
    """Edit what the profile is called, what it is for, and how long it holds."""

    def change() -> Profile:
        texts = {name: held(f"about_{name}") for name in ("name", "description", "offer")}
        dates = {name: held(f"about_{name}") for name in ("valid_from", "valid_until")}
        return state.view().profile.replace(**texts, **dates)

    def changed() -> None:
        attempt(change)

    with st.container(border=True):
        st.text_input(
            _("Name"),
            value=profile.name,
            max_chars=most_letters(Profile, "name"),
            key=key_of("about_name"),
            on_change=changed,
        )
        st.text_area(
            _("Description, thirty words at best"),
            value=profile.description,
            max_chars=most_letters(Profile, "description"),
            height=110,
            key=key_of("about_description"),
            on_change=changed,
        )
        st.caption(_("{count} words").format(count=len(profile.description.split())))
        st.text_input(
            _("Offer"),
            value=profile.offer,
            max_chars=most_letters(Profile, "offer"),
            key=key_of("about_offer"),
            on_change=changed,
        )
        left, right = st.columns(2, gap="small")
        left.date_input(
            _("Holds from"),
            value=profile.valid_from,
            key=key_of("about_valid_from"),
            on_change=changed,
        )
        right.date_input(
            _("Holds until"),
            value=profile.valid_until,
            key=key_of("about_valid_until"),
            on_change=changed,
        )
        show_refusal(change)
