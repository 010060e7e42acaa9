"""The Verification page's parts: draw a sample, answer for one account at a time, see what follows."""

from collections.abc import Sequence
from secrets import randbelow
from typing import Final

import polars as pl
import streamlit as st

from icp_core.analysis.verification import (
    Answer,
    Interval,
    Step,
    Stratum,
    Tally,
    Verification,
    at_worst,
    next_open,
)
from icp_core.errors import AccountError, IcpError
from icp_core.evaluation.market import Bounds, Market
from icp_core.evaluation.names import NAMES
from icp_core.views import MarketView
from icp_core.workspace import SavedDraw
from ui import data, state, theme, widgets
from ui.accounts.facts import account_line, facts_table
from ui.builder.results import open_gates, reasons, to_find_out
from ui.controls import section
from ui.format import UNKNOWN, bounds, moment, money, money_bounds, number, percent, plain
from ui.headline import Figure, cards, tam_value, too_little_known, value_bounds
from ui.tables import Field, Table
from ui.texts import _, ngettext

DRAW: Final = "verification_draw"
MOST: Final = 1_000  # accounts a sample; nobody answers more
FIRST: Final = 10  # accounts to look up first: some minutes each, a morning's work
USUAL: Final = 30  # accounts a sample: a share of a half is then known to within 17 points

_TABLE: Final = "verification_drawn"
_SEEDS: Final = 2**31  # seeds to draw from: a whole number that every database keeps
_PLACE_WIDTH: Final = 64  # pixels: four digits
_NAME_WIDTH: Final = 140  # pixels: most names of companies


def answer_name(answer: str | None) -> str:
    """What somebody said of an account."""
    return {
        Answer.FITS: _("Fits"),
        Answer.DOES_NOT: _("Doesn't fit"),
        Answer.CANT_TELL: _("Can't tell"),
        None: _("Open"),
    }[None if answer is None else Answer(answer)]


def stratum_name(stratum: str) -> str:
    """Which part of the market a sample is from."""
    return _("Match") if stratum == Stratum.MATCH else _("Missing data")


def draw_name(saved: SavedDraw, *, current: str) -> str:
    """A sample as a choice: its number, when, who, and whether it is of the profile as it stands.

    Parameters
    ----------
    current
        Checksum of the profile of the view.
    """
    parts = [
        _("Sample {id}").format(id=saved.id),
        moment(saved.drawn_at),
        saved.author,
        "" if saved.checksum == current else _("other profile"),
    ]
    return " · ".join(part for part in parts if part)


def width_sentence(matches: int, *, of: int) -> str:
    """What an answer for that many of the accounts is good for."""
    return _(
        "{count} answers give the precision to within {points} points at worst, 19 times out of 20."
    ).format(count=number(matches), points=number(100 * at_worst(matches, size=of)))


def share(precision: Interval) -> str:
    """`83 %, 66–93 %`, or a dash before the first answer."""
    if precision.estimate is None:
        return UNKNOWN
    low, high = number(100 * precision.low), number(100 * precision.high)
    return f"{percent(precision.estimate)} ({low}–{high})"


def accounts(found: Interval) -> str:
    """`1 100 (950–1 240)`; a range alone while there is no estimate."""
    ends = f"{number(found.low)}–{number(found.high)}"
    return ends if found.estimate is None else f"{number(found.estimate)} ({ends})"


def new_sample(market: MarketView, *, list_name: str) -> None:
    """Choose how many accounts to draw, and draw them."""
    matches, possible = market.totals.matching, market.totals.possible
    st.caption(
        _(
            "Accounts are drawn at random, so that what is true of the sample holds for the whole, "
            "within the interval shown."
        )
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of_match = _how_many(_("Matches, of {count}"), matches, key="verification_of_match")
        of_possible = _how_many(
            _("Missing data, of {count}"),
            possible,
            key="verification_of_possible",
            help=_("Without any, the share of accounts with missing data that fit stays unknown."),
        )
        st.button(
            _("Draw the sample"),
            type=theme.emphasis(),
            icon=":material/casino:",
            disabled=not of_match + of_possible,
            on_click=_draw,
            args=(market, list_name, of_match, of_possible),
        )
    if of_match:
        st.caption(width_sentence(of_match, of=matches))


def look_up_first(market: MarketView) -> None:
    """Draw the matches that are too little known for a tier, the best first, and what to find out."""
    whole = market.totals
    if not whole.too_little_known:
        return
    with st.container(border=True):
        rows = market.to_verify(min(FIRST, whole.too_little_known))
        Table(
            look_up_data(rows, market),
            (
                Field("account_id", _("Account"), on_page=False),
                Field("name", _("Name"), width="medium"),
                Field(NAMES.score, _("Score"), "number", digits=0, width="small"),
                Field(NAMES.coverage, _("Known"), "share", digits=0, width="small"),
                Field("find_out", _("Find out"), width="large"),
            ),
            title=_("To look up first: too little known for a tier"),
            file="look-up-first",
            population=market.population,
        ).draw(height="content")
        st.caption(
            " ".join(too_little_known(whole))
            + " "
            + _(
                "They stand beside the sample, which stays random: there they have the chance that "
                "every match has, so its share holds for all."
            )
        )


def look_up_data(rows: pl.DataFrame, market: MarketView) -> pl.DataFrame:
    """Accounts with what to find out: account_id, name, score, coverage, find_out."""
    return rows.select(
        "account_id",
        "name",
        NAMES.score,
        NAMES.coverage,
        pl.Series("find_out", to_find_out(rows, market), dtype=pl.String),
    )


def _how_many(label: str, of: int, *, key: str, help: str | None = None) -> int:
    return st.number_input(
        label.format(count=number(of)),
        min_value=0,
        max_value=min(of, MOST),
        value=min(USUAL, of),
        width=170,
        help=help,
        key=key,
    )


def _draw(market: MarketView, list_name: str, of_match: int, of_possible: int) -> None:
    sample = market.sample(match=of_match, possible=of_possible, seed=randbelow(_SEEDS))
    try:
        saved = data.workspace().save_draw(
            sample,
            list_name=list_name,
            profile=market.profile,
            author=state.author(),
            **state.view().as_saved,
        )
    except IcpError as error:
        widgets.notify(str(error))
        return
    widgets.set_kept(DRAW, saved.id)


def headline(verified: Verification, market: MarketView, *, is_current: bool) -> None:
    """Draw what the answers say so far.

    Parameters
    ----------
    is_current
        Whether the sample is of the profile as it stands; then its potential is known too.
    """
    answered = verified.match.answered + verified.possible.answered
    precision = _(
        "Share that fits, with its 95 % Wilson interval, which knows how many of all were answered. "
        "“Can't tell” is left out."
    )
    figures = [
        Figure(label, share(part.precision), _answered(part), precision)
        for label, part in (
            (_("Precision of matches"), verified.match),
            (_("Precision with missing data"), verified.possible),
        )
    ]
    figures.append(
        Figure(
            _("Corrected TAM"),
            accounts(verified.corrected) if answered else UNKNOWN,
            _("counted: {bounds}").format(bounds=bounds(verified.counted)),
            _(
                "Matches × their precision + accounts with missing data × theirs, with a 95 % interval."
            ),
        )
    )
    if is_current and answered and market.totals.tells_value:
        figures.append(_corrected_value(verified, market.totals))
    cards(figures)
    for note in notes(verified):
        st.caption(note)


def _corrected_value(verified: Verification, whole: Market) -> Figure:
    currency, counted = whole.profile.currency, whole.tam_value.high
    label = _("Corrected potential a year")
    note = _("Assumes that accounts of high and low potential fit equally often.")
    if whole.value_unknown:
        least = whole.potential_least, whole.potential_possible
        ends = value_bounds(whole, verified.corrected_bounds(least, counted))
        was = _("counted: {amount}").format(amount=tam_value(whole))
        return Figure(label, ends, was, note)
    value = verified.corrected_value(whole.potential, whole.potential_possible)
    ends = money_bounds(Bounds(value.low, value.high), currency)
    is_open = value.estimate is None
    return Figure(
        label,
        ends if is_open else money(value.estimate, currency),
        _("counted: {amount}").format(amount=money(counted, currency)) if is_open else ends,
        note,
    )


def _answered(part: Tally) -> str:
    if not part.drawn:
        return _("none drawn")
    return _("{answered} of {drawn} answered").format(
        answered=number(part.drawn - part.open), drawn=number(part.drawn)
    )


def notes(verified: Verification) -> list[str]:
    """What a reader of the numbers should know."""
    found = []
    unsure = verified.match.cant_tell + verified.possible.cant_tell
    if unsure and verified.worst is not None and verified.best is not None:
        found.append(
            ngettext(
                "{count} account is left open as “can't tell”: were it a misfit, the corrected TAM "
                "would be {worst}; were it a fit, {best}.",
                "{count} accounts are left open as “can't tell”: were all misfits, the corrected TAM "
                "would be {worst}; were all fits, {best}.",
                unsure,
            ).format(count=number(unsure), worst=number(verified.worst), best=number(verified.best))
        )
    for part in (verified.match, verified.possible):
        if part.size and not part.drawn:
            found.append(
                _(
                    "No {stratum} accounts were drawn, so all {count} of them stay in the range."
                ).format(stratum=stratum_name(part.stratum).lower(), count=number(part.size))
            )
    return found


def card(market: MarketView, saved: SavedDraw, answers: pl.DataFrame, *, is_current: bool) -> None:
    """Draw the account in question with its facts, and the buttons to answer with."""
    given: list[str | None] = answers["answer"].to_list()
    done = sum(answer is not None for answer in given)
    st.progress(
        done / len(given),
        _("{done} of {all} answered").format(done=number(done), all=number(len(given))),
    )
    place = st.pagination(
        len(given),
        max_visible_pages=5,
        key=widgets.begun(_place(saved.id), next_open(given, len(given))),
        persist_state="session",
    )
    now = answers.row(place - 1, named=True)
    key, before = now["account_id"], now["answer"]
    _name(market, key, now["stratum"])
    with st.container(horizontal=True):
        for answer, icon, shortcut in (
            (Answer.FITS, ":material/check:", "F"),
            (Answer.DOES_NOT, ":material/close:", "D"),
            (Answer.CANT_TELL, ":material/question_mark:", "T"),
        ):
            st.button(
                answer_name(answer),
                icon=icon,
                shortcut=shortcut,
                type="secondary" if before == answer else "tertiary",
                key=f"verification_{answer}",
                on_click=_answer,
                args=(saved.id, key, answer, given, place),
            )
        if before is not None:
            st.button(
                _("Take back"),
                icon=":material/undo:",
                type="tertiary",
                on_click=_answer,
                args=(saved.id, key, None, given, place),
            )
    if before is not None:
        st.caption(
            _("{answer}, said {author} on {moment}.").format(
                answer=answer_name(before),
                author=plain(now["author"]),
                moment=moment(now["answered_at"]),
            )
        )
    _facts(market, key, is_current=is_current)


def _row(market: MarketView, key: str) -> pl.DataFrame | None:
    """The account with its score and gates; None if it is no longer in the universe."""
    try:
        return market.row(key)
    except AccountError:
        return None


def _name(market: MarketView, key: str, stratum: str) -> None:
    row = _row(market, key)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        name = key if row is None else row["name"][0]
        st.subheader(plain(name), anchor=False, width="content")
        st.badge(stratum_name(stratum), color="blue" if stratum == Stratum.MATCH else "gray")
        if row is not None and row[NAMES.score][0] is not None:
            st.badge(_("Score {score}").format(score=number(row[NAMES.score][0])), color="gray")
            st.badge(_("{share} known").format(share=percent(row[NAMES.coverage][0])), color="gray")


def _facts(market: MarketView, key: str, *, is_current: bool) -> None:
    row = _row(market, key)
    if row is None:
        st.warning(
            _(
                "This account is no longer among these accounts. Answer from what you know, or say "
                "that you can't tell."
            ),
            icon=":material/search_off:",
        )
        return
    st.markdown(account_line(row.row(0, named=True)))
    if is_current:
        st.markdown(_("**Why:** {reasons}").format(reasons=plain(reasons(row, market)[0])))
        (unknown,) = open_gates(row, market)
        if unknown:
            st.markdown(_("**Find out:** {facts}").format(facts=plain(unknown)))
    facts_table(row, market.population.columns, names=market.profile.columns)


def _answer(
    draw_id: int, key: str, answer: Answer | None, given: list[str | None], place: int
) -> None:
    try:
        data.workspace().answer(draw_id, {key: answer}, author=state.author())
    except IcpError as error:
        widgets.notify(str(error))
        return
    if answer is not None:
        after = [*given]
        after[place - 1] = answer
        widgets.set_kept(_place(draw_id), next_open(after, place))


def drawn_data(market: MarketView, answers: pl.DataFrame) -> pl.DataFrame:
    """The drawn accounts in order: place, name (the id where it is gone), answer, stratum, author."""
    names = market.names(answers["account_id"].to_list())
    return (
        answers.with_row_index("place", offset=1)
        .join(names, on="account_id", how="left", maintain_order="left")
        .select(
            "place",
            pl.coalesce("name", "account_id").alias("name"),
            pl.Series("answer", [answer_name(one) for one in answers["answer"]], pl.String),
            pl.Series("stratum", [stratum_name(one) for one in answers["stratum"]], pl.String),
            "author",
        )
    )


def drawn_table(drawn: pl.DataFrame, saved: SavedDraw) -> None:
    """Draw the drawn accounts; a click on one goes to its place."""
    Table(
        drawn,
        (
            Field("place", _("Number"), "number", width=_PLACE_WIDTH),
            Field("name", _("Name"), width=_NAME_WIDTH),
            Field("answer", _("Answer")),
            Field("stratum", _("Part")),
            Field("author", _("Who")),
        ),
        title=_("Drawn accounts"),
        file=f"sample-{saved.id}",
    ).draw(
        height="stretch",
        unknown="",
        key=_TABLE,
        on_row=lambda row: widgets.set_kept(_place(saved.id), row + 1),
    )


def _place(draw_id: int) -> str:
    return f"verification_place_{draw_id}"


def arithmetic(steps: Sequence[Step]) -> None:
    """Draw the steps from the answers to the corrected TAM."""
    section(_("The arithmetic, from the answers to the corrected TAM"))
    if not steps:
        st.caption(_("It appears with the first answer that is “fits” or “doesn't fit”."))
        return
    Table(
        pl.DataFrame(
            {
                "step": [_(step.what) for step in steps],
                "arithmetic": [step.arithmetic for step in steps],
                "result": [step.result for step in steps],
            }
        ),
        (
            Field("step", _("Step")),
            Field("arithmetic", _("Arithmetic")),
            Field("result", _("Result"), write=_result),
        ),
    ).draw_printed()


def _result(value: float) -> str:
    if abs(value) >= 10:
        return number(value, digits=1)
    return f"{value:.4f}".rstrip("0").rstrip(".")
