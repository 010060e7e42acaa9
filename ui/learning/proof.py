"""Whether what was learned holds on deals that learning did not see."""

from datetime import date
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.proven import Proven
from icp_core.errors import WorkspaceError
from icp_core.intervals import Estimate
from icp_core.learning import LearningResult
from icp_core.learning.proof import COMPARED, MEASURES, Candidate, Measure, Proof
from icp_core.profiles.model import Profile
from icp_core.workspace import checksum
from ui import charts_explore, data, state, theme, widgets
from ui.controls import apart, one_of, side_by_side
from ui.format import number, plain
from ui.learning.session import learning
from ui.learning.shared import notes
from ui.learning.suggested import open_in_builder
from ui.tables import Field, Table
from ui.texts import _

_PROVEN: Final = "proven"
_DIGITS: Final[dict[Measure, int]] = {
    "auc": 2,
    "lift_10": 1,
    "lift_20": 1,
    "log_loss": 3,
    "ece": 3,
}


def draw(result: LearningResult) -> None:
    """Draw the verdict, the curves, the measures, the differences, and the leakage check."""
    with st.container(border=True, gap="xsmall"):
        left, right = st.columns([4, 1], gap="small")
        left.markdown(f"**{plain(result.verdict)}**")
        if result.profile is not None and result.can_tell:
            with right.container(horizontal_alignment="right"):
                open_in_builder(result.profile, key="learn_open_proven")
        if result.proof is not None:
            st.caption(method(result.proof))
        _questions(result)
        notes(result)
    if result.proof is None:
        _leaks(result)
        return
    curves, measures, differences, left_out = st.tabs(
        [_("Curves"), _("Measures"), _("Which is better"), _("Columns left out")]
    )
    with curves:
        _curves(result.proof)
    with measures, st.container(border=True, gap="xsmall"):
        _measures(result, result.proof)
    with differences, st.container(border=True, gap="xsmall"):
        _differences(result, result.proof)
    with left_out:
        _leaks(result)


def remember(list_name: str, result: LearningResult) -> None:
    """Keep what the proof says of the current profile, for the one page and for the team."""
    found, seen = result.proven(date.today()), widgets.own(_PROVEN, dict[tuple[str, str], Proven])
    if found is None or result.hand is None:
        return
    key = list_name, checksum(result.hand)
    if seen.get(key) == found:
        return
    seen[key] = found
    if data.remembers():
        try:
            data.workspace().keep_proof(
                found, list_name=list_name, profile=result.hand, author=state.author()
            )
        except WorkspaceError as error:
            widgets.notify(_("The proof was not kept: {reason}").format(reason=error))


def told(list_name: str, profile: Profile) -> Proven | None:
    """What the newest proof said of a profile as it stands; None where there is none.

    Raises
    ------
    WorkspaceError
        If the workspace cannot be read.
    """
    seen = widgets.own(_PROVEN, dict[tuple[str, str], Proven])
    here = seen.get((list_name, checksum(profile)))
    if here is not None or not data.remembers():
        return here
    return data.workspace().proof(list_name=list_name, profile=profile)


def method(proof: Proof) -> str:
    """How it was judged."""
    how = (
        _("Each quarter of the dated deals is judged by what came before it.")
        if proof.method == "forward in time"
        else _("Each fifth is judged by what was learned from the others, twice over.")
    )
    return (
        how
        + " "
        + _(
            "{count} accounts, {best} of them best customers; companies are never split. Intervals hold "
            "95 % of resamples of companies."
        ).format(count=number(proof.accounts), best=number(proof.positives))
    )


def _curves(proof: Proof) -> None:
    dark = theme.is_dark()
    left, right = side_by_side("learn_found_halves", shares=(3, 2), gap="small")
    with left, st.container(border=True, gap="xsmall", height="stretch"):
        with apart():
            st.markdown(f"**{_('Best customers found, by accounts worked')}**", width="content")
            shapes = {"gains": _("Gains"), "lift": _("Lift")}
            as_lift = one_of(_("Curve"), shapes, **widgets.kept("learn_curve")) == "lift"
        curves = {
            name: proof.judged[name].curve(as_lift=as_lift)
            for name in charts_explore.ORDER
            if name in proof.judged
        }
        charts_explore.legend(charts_explore.named(list(curves), dark=dark))
        charts_explore.show(
            charts_explore.gains_chart(curves, as_lift=as_lift, dark=dark),
            key="learn_gains",
            alt=_("Share of the best customers found by share of accounts worked, with bands"),
        )
    with right, st.container(border=True, gap="xsmall", height="stretch"):
        st.markdown(
            f"**{_('Calibration of the learned profile')}**",
            help=_("On the dotted line, what is promised happens. Bars are 95 % intervals."),
        )
        charts_explore.show(
            charts_explore.calibration_chart(
                proof.judged["learned"].calibration_with_intervals(), "learned", dark=dark
            ),
            key="learn_calibration",
            alt=_("Expected share of best customers against what happened, in ten bins"),
        )


def _measure_names() -> dict[Measure, str]:
    return {name: _(label) for name, label in MEASURES.items()}


def spelled(estimate: Estimate, digits: int) -> str:
    """`0.77 (0.73–0.80)`."""
    value, low, high = (
        number(one, digits=digits) for one in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low}–{high})" if estimate.low >= 0 else f"{value} ({low} … {high})"


def measure_data(proof: Proof) -> pl.DataFrame:
    """One row per way of ranking: candidate, then each measure with its interval as text."""
    names = charts_explore.candidate_names()
    shown: list[Candidate] = [one for one in (*charts_explore.ORDER, "base") if one in proof.judged]
    rows: list[dict[str, str]] = [
        {
            "candidate": names[one],
            **{
                measure: spelled(proof.judged[one].measures[measure], _DIGITS[measure])
                for measure in MEASURES
            },
        }
        for one in shown
    ]
    return pl.DataFrame(rows)


def _measures(result: LearningResult, proof: Proof) -> None:
    Table(
        measure_data(proof),
        [
            Field("candidate", _("Ranked by")),
            *(Field(name, heading) for name, heading in _measure_names().items()),
        ],
        title=_("Out of sample, with 95 % intervals"),
        file="proof",
        population=result.universe,
    ).draw()
    st.caption(
        _(
            "A coin has an area of 0.50 and a lift of 1. Less is better for log-loss and calibration "
            "error."
        )
    )


def difference_data(proof: Proof, measure: Measure) -> pl.DataFrame:
    """One row per pair: first, second, difference (first minus second) with interval, better."""
    names = charts_explore.candidate_names()
    return pl.DataFrame(
        [
            {
                "first": names[one.first],
                "second": names[one.second],
                "difference": spelled(one.estimate, _DIGITS[measure] + 1),
                "better": _("can't tell yet") if one.winner is None else names[one.winner],
            }
            for one in proof.differences
            if one.measure == measure
        ]
    )


def _differences(result: LearningResult, proof: Proof) -> None:
    names = {measure: label for measure, label in _measure_names().items() if measure in COMPARED}
    fields = (
        Field("measure", _("Measure"), on_page=False),
        Field("first", _("First")),
        Field("second", _("Second")),
        Field("difference", _("First minus second")),
        Field("better", _("Better")),
    )
    everything = pl.concat(
        difference_data(proof, name).with_columns(measure=pl.lit(label))
        for name, label in names.items()
    )
    with apart():
        measure = one_of(_("Measure"), names, **widgets.kept("learn_measure"))
        table = Table(
            difference_data(proof, measure),
            fields,
            file="proof-differences",
            population=result.universe,
            whole=lambda: everything,
        )
        table.draw_download()
    table.draw()


def _questions(result: LearningResult) -> None:
    """Ask whether what carries the model was known before the deal, with the proof without it."""
    left_out = learning().settings.leave_out
    if not result.asked and not left_out:
        return
    labels = {asked.column.name: _(asked.column.label) for asked in result.asked}
    if result.asked:
        said = [f"{_(asked.column.label)} {asked.reason}" for asked in result.asked]
        text = _("Were these known before the deal? {columns}.").format(columns="; ".join(said))
        if result.proof_without is not None:
            area = result.proof_without.judged["model"].measures["auc"]
            text += " " + _("Without: AUC {value:.2f} ({low:.2f} to {high:.2f}).").format(
                value=area.value, low=area.low, high=area.high
            )
        st.warning(plain(text), icon=":material/help:")
    labels |= {name: _(result.universe.columns[name].label) for name in left_out}
    st.multiselect(
        _("Leave out what was not"),
        list(labels),
        format_func=labels.__getitem__,
        key=widgets.shown("learn_leave_out", list(left_out)),
        on_change=lambda: learning().change(leave_out=tuple(widgets.picked("learn_leave_out"))),
        help=_("What was filled in while selling helps nobody to find the next customer."),
        width=420,
    )


def _leaks(result: LearningResult) -> None:
    leaking = {one.column.name: one for one in result.left_out if one.leaks}
    kept = learning().settings.keep
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{_('Columns that know the outcome')}**")
        if not leaking and not kept:
            st.caption(_("None was found."))
            return
        for one in leaking.values():
            st.markdown(f"- {plain(f'{_(one.column.label)} {one.reason}')}")
        labels = {name: _(result.universe.columns[name].label) for name in (*leaking, *kept)}
        st.multiselect(
            _("Use all the same"),
            list(labels),
            format_func=labels.__getitem__,
            key=widgets.shown("learn_keep", list(kept)),
            on_change=lambda: learning().change(keep=tuple(widgets.picked("learn_keep"))),
            help=_("They are left out because they help nobody to find the next customer."),
            width=420,
        )
        others = [one for one in result.left_out if not one.leaks]
        if others:
            st.caption(
                plain(
                    _("Left out as well: ")
                    + "; ".join(f"{_(one.column.label)} {one.reason}" for one in others)
                )
            )
