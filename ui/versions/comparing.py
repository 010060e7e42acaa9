"""Two versions or profiles side by side: totals, who came, who went, who moved, and why."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.accounts.universe import Universe
from icp_core.analysis.compare import (
    FAILING,
    KNOWN,
    OTHERS,
    POLICY,
    POSSIBLE,
    Comparison,
    GateCause,
    Kind,
    MoveCause,
)
from icp_core.evaluation.market import Market, TierTotal
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starters_for
from icp_core.views import view_of
from icp_core.workspace import SavedProfile, SavedVersion, checksum
from ui import controls, saving, widgets
from ui.areas import tier_label
from ui.builder import words
from ui.format import UNKNOWN, money, number, percent, plain, signed
from ui.headline import headline_data
from ui.state import View
from ui.tables import Field, Table, pages
from ui.texts import _

NOW: Final = "now"
ROWS: Final = 20  # companies a page


@dataclass(frozen=True)
class Side:
    """Something that can be compared: its label as a choice, and what it is."""

    label: str
    of: Agreed | SavedVersion

    @property
    def agreed(self) -> Agreed:
        """The profile, and what is said beside it.

        Raises
        ------
        WorkspaceError, ProfileError
            As `SavedVersion.profile`.
        """
        return self.of if isinstance(self.of, Agreed) else self.of.agreed

    @property
    def profile(self) -> Profile:
        """The profile itself.

        Raises
        ------
        WorkspaceError, ProfileError
            As `SavedVersion.profile`.
        """
        return self.of.profile


def sides(
    view: View,
    universe: Universe,
    *,
    versions: Sequence[SavedVersion],
    saved: Sequence[SavedProfile],
) -> dict[str, Side]:
    """What can be compared: the profile as it stands, its versions, other profiles, and starters."""
    found = {NOW: Side(_("Now: {name}").format(name=view.profile.name), view.agreed)}
    others = [one.newest for one in saved if one.slug != view.saved and not one.archived]
    for one in [*versions, *others]:
        found[f"{one.slug}@{one.number}"] = Side(saving.version_label(one.name, one.number), one)
    for entry in starters_for(universe):
        label = _("Starter: {name}").format(name=entry.profile.name)
        found[f"starter:{entry.slug}"] = Side(label, Agreed(entry.profile, entry.brief))
    taken = Counter(side.label for side in found.values())
    return {
        key: Side(f"{side.label} ({key})", side.of) if taken[side.label] > 1 else side
        for key, side in found.items()
    }


def usual(view: View, choices: dict[str, Side], *, newest: int | None) -> tuple[str, str]:
    """What one would compare first: what changed last."""
    saved = f"{view.saved}@{view.version}"
    if view.edited:
        began = saved if view.saved else f"starter:{view.starter}"
        return (began if began in choices else NOW), NOW
    if view.saved is not None and newest is not None:
        if view.version != newest:
            return saved, f"{view.saved}@{newest}"
        if f"{view.saved}@{newest - 1}" in choices:
            return f"{view.saved}@{newest - 1}", saved
    own = {NOW, saved, f"starter:{view.starter}"}
    return NOW, next((key for key in choices if key not in own), NOW)


def choose(choices: dict[str, Side], before: str, after: str) -> tuple[Side, Side]:
    """Draw the two choices."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        one, other = (
            st.selectbox(
                label,
                list(choices),
                index=list(choices).index(usually),
                format_func=lambda key: choices[key].label,
                width=400,  # on a telephone one below the other, or the versions could not be read
                **widgets.kept(name),
            )
            for label, usually, name in (
                (_("Before"), before, "versions_before"),
                (_("After"), after, "versions_after"),
            )
        )
    # A choice that was kept from another profile or other accounts may be gone.
    return choices.get(one) or choices[before], choices.get(other) or choices[after]


def side_by_side_data(comparison: Comparison) -> pl.DataFrame:
    """TAM and tier totals of both sides, and what changed, in words: figure, before, after, change."""
    before, after = view_of(comparison.before), view_of(comparison.after)
    figures = zip(headline_data(before), headline_data(after), strict=True)
    matches, value, _tiers, white_space = figures
    changed = comparison.changes
    rows = [
        (was.label, was.value, now.value, UNKNOWN if UNKNOWN in (was.value, now.value) else change)
        for (was, now), change in (
            (matches, signed(changed.matches)),
            (value, _amount(changed.potential, after.profile.currency)),
            (white_space, signed(changed.white_space)),
        )
    ]
    rows += [
        (
            place_name(pair.name),
            _total(pair.before, before.totals),
            _total(pair.after, after.totals),
            signed(pair.change),
        )
        for pair in comparison.tiers
    ]
    was, now = (one.profile.tiers.least_coverage for one in (before, after))
    if was != now:
        least = (percent(was), percent(now), f"{signed(100 * (now - was))}\u00a0%")
        rows.append((_("Known at least, for a tier"), *least))
    return pl.DataFrame(rows, schema=["figure", "before", "after", "change"], orient="row")


def _amount(change: float | None, currency: str) -> str:
    if change is None:
        return UNKNOWN
    return ("+" if change >= 0 else "−") + money(abs(change), currency)


def _total(tier: TierTotal | None, whole: Market) -> str:
    if tier is None:
        return UNKNOWN
    potential = money(whole.potential_in(tier), whole.profile.currency)
    return f"{number(tier.accounts)} · {potential}"


def place_name(name: str | None) -> str:
    """Where a company is: a tier or why it is in none, possible, or outside the market."""
    if name is None:
        return UNKNOWN
    own = {POSSIBLE: _("Missing data"), FAILING: _("No match")}
    return own.get(name) or tier_label(name)


def side_by_side(comparison: Comparison) -> None:
    """Draw TAM and tier totals of both sides."""
    Table(
        side_by_side_data(comparison),
        (
            Field("figure", _("Figure"), write=_in_two_lines),
            Field("before", _("Before"), write=_in_two_lines),
            Field("after", _("After"), write=_in_two_lines),
            Field("change", _("Change"), write=_in_two_lines),
        ),
        title=_("Companies and potential a year"),
        file="side-by-side",
    ).draw_printed()
    if comparison.before.profile.currency != comparison.after.profile.currency:
        st.caption(_("The two profiles count in different currencies."))


def _in_two_lines(text: str) -> str:
    first, dot, second = text.partition(" · ")
    return f"{plain(first)}  \n:small[:gray[{plain(second)}]]" if dot else plain(first)


def transitions(comparison: Comparison) -> None:
    """Draw how many companies went from where to where."""
    table = comparison.transition_table()
    names = table.columns[1:]
    Table(
        table.with_columns(pl.col("before").map_elements(place_name, return_dtype=pl.String)),
        (
            Field("before", _("From"), on_page=False),
            Field("before", _("From ↓ to →"), in_file=False),
            *(Field(name, place_name(name), "number", in_file=False) for name in names),
            *(
                Field(name, _("To {place}").format(place=place_name(name)), on_page=False)
                for name in names
            ),
        ),
        title=_("From where to where"),
        file="transitions",
    ).draw_printed(unknown="")


def changes(comparison: Comparison) -> None:
    """Draw who entered, left and changed tier, which criterion did it, and the companies by page."""
    counts: dict[Kind, int] = {
        "entered": len(comparison.entered),
        "left": len(comparison.left),
        "moved": len(comparison.moved),
    }
    labels = kinds()
    with st.container(horizontal=True):
        for kind, count in counts.items():
            st.metric(labels[kind], number(count), border=True)
    if not any(counts.values()):
        st.caption(
            _("Both hold the same companies in the same tiers, on these accounts.")
            if comparison.before.profile != comparison.after.profile
            else _("Criteria, tiers and potential: the same profile on both sides.")
        )
        return
    some = next(kind for kind, count in counts.items() if count)
    kind = controls.one_of(
        _("Companies that"), labels, default=some, **widgets.kept("versions_kind")
    )
    if not counts[kind]:
        st.caption(
            {
                "entered": _("No company entered the market."),
                "left": _("No company left the market."),
                "moved": _("No company changed tier."),
            }[kind]
        )
        return
    left, right = controls.side_by_side("versions_causes_halves", shares=(2, 3), gap="small")
    with left.container(border=True, height="stretch"):
        _causes(comparison, kind)
    with right.container(border=True, height="stretch"):
        _companies(comparison, kind, total=counts[kind])


def kinds() -> dict[Kind, str]:
    """What can have become of a company."""
    return {"entered": _("Entered"), "left": _("Left"), "moved": _("Changed tier")}


def _causes(comparison: Comparison, kind: Kind) -> None:
    columns = comparison.before.population.columns
    if kind == "moved":
        table = move_causes_data(comparison.why_moved, columns)
        fields = (
            Field("cause", _("What moved them")),
            Field("accounts", _("Companies"), "number"),
            Field("points", _("Points, on average"), "change", digits=1),
        )
        caption = _(
            "For each company, the criterion that changed its score most in the direction in which "
            "it moved. Points: the mean over all that changed tier."
        )
    else:
        causes = comparison.why_entered if kind == "entered" else comparison.why_left
        table = gate_causes_data(causes, columns)
        fields = (
            Field(
                "cause",
                _("What kept them out before")
                if kind == "entered"
                else _("What keeps them out now"),
            ),
            Field("accounts", _("Companies"), "number"),
            Field("alone", _("It alone"), "number"),
        )
        caption = _("A company can miss several; “it alone” counts those that miss nothing else.")
    Table(table, fields, title=_("Which criterion did it"), file=f"why-{kind}").draw_printed()
    st.caption(caption)


def gate_causes_data(causes: Sequence[GateCause], columns: dict[str, Column]) -> pl.DataFrame:
    """The gates with what they ask for: cause, accounts, alone."""
    rows = [(words.gate_name(one.criterion, columns), one.accounts, one.alone) for one in causes]
    schema = {"cause": pl.String, "accounts": pl.Int64, "alone": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def move_causes_data(causes: Sequence[MoveCause], columns: dict[str, Column]) -> pl.DataFrame:
    """What moved companies between tiers: cause, accounts, points."""
    rows = [(cause_name(one.name, columns), one.accounts, one.points) for one in causes]
    schema = {"cause": pl.String, "accounts": pl.Int64, "points": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def cause_name(name: str, columns: dict[str, Column]) -> str:
    """A cause in words: the label of a column, the tiers themselves, or the other companies."""
    if name == POLICY:
        return _("How tiers are drawn")
    if name == OTHERS:
        return _("Other companies or the potential")
    if name == KNOWN:
        return _("How much is known of them")
    return _(columns[name].label) if name in columns else name


def _companies(comparison: Comparison, kind: Kind, *, total: int) -> None:
    columns = comparison.before.population.columns
    seen = {"moved": ("before", "after"), "entered": ("after",), "left": ("before",)}[kind]
    headings = {"before": _("Before"), "after": _("After")}
    scores = {"before": _("Score before"), "after": _("Score after")}
    known = {"before": _("Known before"), "after": _("Known after")}
    if kind != "moved":
        # The other side has none of them.
        headings, scores, known = ({seen[0]: one} for one in (_("Tier"), _("Score"), _("Known")))
    fields = [
        Field("account_id", _("Account"), on_page=False),
        Field("name", _("Name"), width="medium"),
    ]
    for side in seen:
        fields += [
            Field(f"tier_{side}", headings[side], width="small"),
            Field(f"score_{side}", scores[side], "number", digits=0, width="small"),
            Field(f"coverage_{side}", known[side], "share", digits=0, width="small"),
        ]
    fields.append(Field("causes", _("Because of"), "tags", width="medium"))
    place = st.container()
    # A page of another comparison would be one of other companies.
    both = checksum(comparison.before.profile)[:8] + checksum(comparison.after.profile)[:8]
    offset = pages(total, size=ROWS, key=f"versions_page_{kind}_{both}")
    with place:
        Table(
            companies_data(comparison.rows(kind, offset=offset, limit=ROWS), columns),
            fields,
            title=kinds()[kind],
            file=kind,
            population=comparison.before.population,
            whole=lambda: companies_data(comparison.rows(kind, limit=total), columns),
        ).draw(unknown="")


def companies_data(rows: pl.DataFrame, columns: dict[str, Column]) -> pl.DataFrame:
    """Rows of a comparison with tiers and causes in words."""
    return rows.with_columns(
        *(
            pl.Series(name, [place_name(tier) for tier in rows[name]], dtype=pl.String)
            for name in ("tier_before", "tier_after")
        ),
        pl.Series(
            "causes",
            [[cause_name(name, columns) for name in names] for names in rows["causes"]],
            dtype=pl.List(pl.String),
        ),
    )
