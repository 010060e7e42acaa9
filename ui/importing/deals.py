"""Won, lost, churned and active customers of a loaded list: matched, decided, kept."""

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeVar

import polars as pl
import streamlit as st

from icp_core.errors import IcpError
from icp_core.importing.customers import DealAnswers, Deals, MatchedDeals, match, template
from icp_core.importing.dates import Order
from icp_core.importing.library import ImportedList, Library
from icp_core.importing.mapping import NO_CURRENCY
from icp_core.importing.sandbox import match_deals
from icp_core.importing.stages import ANSWERS, OPEN, OUTCOMES
from ui import data, navigation, shell, theme
from ui.controls import section
from ui.downloads import download
from ui.format import labelled, number, percent, plain
from ui.importing.mapping import currencies, date_orders
from ui.importing.session import DealReview, ImportSession
from ui.tables import Field, Table
from ui.texts import _, ngettext

_ROWS = 8
_STAGES = 20
_NONE = ""
_Answer = TypeVar("_Answer", bound=str)


def draw(imported: ImportedList, session: ImportSession) -> None:
    """Draw the deals that stay with a list, and a file of more."""
    _kept(imported)
    waiting = session.reviews.get(imported.key)
    if waiting is None:
        _choose(imported, session)
    else:
        _decide(imported, session, waiting)


def words() -> dict[str, str]:
    """The four outcomes, as shown."""
    texts = (_("won"), _("lost"), _("churned"), _("active"))
    return dict(zip(OUTCOMES, texts, strict=True))


def _kept(imported: ImportedList) -> None:
    with shell.guard():
        outcomes = Library().outcomes(imported.key)
    if outcomes is None:
        return
    counts = dict(outcomes["outcome"].value_counts().iter_rows())
    with st.container(border=True), st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            ngettext(
                "**{count} deal stays with {name}**",
                "**{count} deals stay with {name}**",
                outcomes.height,
            ).format(count=number(outcomes.height), name=plain(imported.label)),
            width="content",
        )
        st.caption(
            " · ".join(
                f"{number(counts[outcome])} {label}"
                for outcome, label in words().items()
                if outcome in counts
            ),
            width="content",
        )
        if st.button(_("Forget them"), icon=":material/delete:", key="deals_forget"):
            with shell.guard():
                Library().keep_outcomes(imported.key, outcomes.clear())
            st.rerun()
        navigation.link("learn", _("Learn from them"), ":material/arrow_forward:")


def _choose(imported: ImportedList, session: ImportSession) -> None:
    with st.container(border=True):
        st.markdown(
            _("**Won, lost, churned and active customers of {name}**").format(
                name=plain(imported.label)
            )
        )
        file = st.file_uploader(
            _("Deal export"),
            label_visibility="collapsed",
            key=f"deals_file_{session.round}_{imported.key}",
        )
        st.caption(
            _(
                "A deal export of HubSpot, Salesforce or Pipedrive, a CRM's companies with a column "
                "that says which are customers, or our template. Companies are found by national "
                "number, then domain, then name and country."
            )
        )
        with st.container(horizontal=True):
            opened = st.button(
                _("Match"),
                type=theme.emphasis(),
                icon=":material/join_inner:",
                disabled=file is None,
                key="deals_match",
            )
            download(
                _("Template"),
                template(),
                name="customers-template.csv",
                mime="text/csv",
                key="deals_template",
            )
    if opened and file is not None:
        try:
            with st.spinner(_("Matching the deals")):
                session.reviews[imported.key] = _read(file, file.name, imported)
        except IcpError as error:
            session.problem = str(error)
        st.rerun()


def _read(
    file: io.BytesIO, name: str, imported: ImportedList, answers: DealAnswers | None = None
) -> DealReview:
    """A list of deals beside the accounts, as its questions were answered, now or before."""
    accounts = data.universe(imported.source).frame
    given = answers or DealAnswers()

    def read() -> tuple[Deals, MatchedDeals]:
        return match_deals(
            file,
            accounts,
            name=name,
            answers=given.stages,
            assumed_currency=given.currency,
            date_order=given.date_order,
        )

    deals, matches = read()
    known = given.beside(Library().remembered_answers(deals.fingerprint))
    if deals.questions and known != given:
        given = known
        deals, matches = read()
    return replace(review(name, deals, matches, accounts), file=file, answers=given)


def review(name: str, deals: Deals, matches: MatchedDeals, accounts: pl.DataFrame) -> DealReview:
    """Deals to agree to, with as many of the accounts as decisions need."""
    ids = [*matches.matched["account_id"], *matches.ambiguous["candidates"].explode().drop_nulls()]
    few = accounts.filter(pl.col("account_id").is_in(pl.Series(ids, dtype=pl.String).implode()))
    told = [column for column in ("name", "city", "org_number", "domain") if column in few.columns]
    labels = few.select("account_id", pl.concat_str(told, separator=" · ", ignore_nulls=True))
    return DealReview(name, deals, few, dict(labels.iter_rows()), matches)


def _decide(imported: ImportedList, session: ImportSession, review: DealReview) -> None:
    now = match(review.deals, review.accounts, decisions=review.decisions)
    with st.container(border=True):
        st.markdown(f"**{plain(review.name)}** · {plain(review.deals.system)}")
        with st.container(horizontal=True):
            st.metric(_("Deals and customers"), number(review.deals.rows.height), border=True)
            st.metric(_("Found in the list"), percent(now.rate), border=True)
            st.metric(_("To decide"), number(now.ambiguous.height), border=True)
            st.metric(_("Not in the list"), number(now.unmatched.height), border=True)
        _questions(review, imported, session)
        _ambiguous(review, imported)
        _unmatched(now)
        for note in review.deals.notes:
            st.caption(plain(note))
        if review.deals.rejected.height:
            reasons = review.deals.rejected["reason"].value_counts(sort=True).iter_rows()
            listed = "; ".join(f"{number(count)} × {_(reason)}" for reason, count in reasons)
            st.caption(plain(_("Left out: {reasons}.").format(reasons=listed)))
        adding = False
        if imported.outcomes:
            adding = st.segmented_control(
                _("With those that are here"),
                [True, False],
                format_func=lambda beside: _("Beside them") if beside else _("In their place"),
                default=True,
                required=True,
                key="deals_adding",
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            keep = st.button(
                _("Keep {what}").format(what=_counted(review.deals, now.matched.height)),
                type=theme.emphasis(),
                icon=":material/check:",
                disabled=not now.matched.height or bool(review.deals.questions),
                key="deals_keep",
            )
            away = st.button(_("Discard"), icon=":material/close:", key="deals_away")
            if review.deals.questions:
                st.caption(_("Answer the questions above first."), width="content")
    if keep:
        try:
            Library().keep_outcomes(
                imported.key, now.outcomes, adding=adding, in_doubt=now.in_doubt
            )
        except IcpError as error:
            session.problem = str(error)
            st.rerun()
        session.notice = _("Kept. Customers of {name} are marked.").format(name=imported.label)
    if keep or away:
        del session.reviews[imported.key]
        session.round += 1
        st.rerun()


def _questions(review: DealReview, imported: ImportedList, session: ImportSession) -> None:
    """Draw what the list leaves open, and read the deals again once somebody says."""
    deals = review.deals
    if not deals.questions or review.file is None:
        return
    answered = ask(deals, f"{imported.key}_{deals.fingerprint}")
    if answered is None:
        return
    given, assumed = answered
    try:
        Library().remember_answers(deals.fingerprint, given)
        session.reviews[imported.key] = _read(
            review.file, review.name, imported, given.beside(review.answers)
        )
        session.notice = assumed
    except IcpError as error:
        session.problem = str(error)
    st.rerun()


def ask(deals: Deals, key: str) -> tuple[DealAnswers, str] | None:
    """Draw what a list of deals leaves open, as questions.

    Parameters
    ----------
    deals
        As read.
    key
        Of the widgets.

    Returns
    -------
    tuple or None
        The answers once a button was pressed, and what was assumed of the rest, in words.
    """
    said = DealAnswers(_stages(deals, key), _currency(deals, key), _order(deals, key))
    assuming = deals.assuming(said)
    with st.container(horizontal=True, vertical_alignment="center"):
        use = st.button(
            _("Use these answers"),
            icon=":material/refresh:",
            disabled=said == DealAnswers(),
            key="deals_stages",
        )
        agree = st.button(
            _("Take all as assumed"),
            icon=":material/done_all:",
            disabled=not assuming,
            help=_("What is not answered is taken so."),
            key="deals_agree",
        )
    if assuming:
        st.caption(plain(_("Taken as assumed: {what}").format(what=" ".join(assuming))))
    if agree:
        # What was picked stays, whatever is assumed of the rest.
        assumed = _("Taken as assumed: {what}").format(what=" ".join(assuming))
        return said.beside(deals.as_assumed), assumed
    return (said, "") if use else None


def _stages(deals: Deals, key: str) -> dict[str, str]:
    """Draw which stages nobody understood; what was picked for them."""
    if not deals.unknown:
        return {}
    labels = words() | {OPEN: _("open, left out")}
    section(_("Which of these stages mean a customer?"))
    said = {}
    for place, (stage, count) in enumerate(list(deals.unknown.items())[:_STAGES]):
        picked = st.selectbox(
            labelled(f"{stage} · {_counted(deals, count)}"),
            list(ANSWERS),
            index=None,
            format_func=labels.__getitem__,
            placeholder=_("Choose; left out until then"),
            width=560,
            key=f"deals_stage_{key}_{place}",
        )
        if picked is not None:
            said[stage] = picked
    return said


def _counted(deals: Deals, count: int) -> str:
    """`14 deals`, or `14 companies` of a list of them."""
    named = (
        ngettext("{count} company", "{count} companies", count)
        if deals.is_companies
        else ngettext("{count} deal", "{count} deals", count)
    )
    return named.format(count=number(count))


def _currency(deals: Deals, key: str) -> str | None:
    """Draw the question of the amounts' currency; what was picked."""
    question = ngettext(
        "In which currency are the amounts? {count} names none",
        "In which currency are the amounts? {count} name none",
        deals.no_currency,
    )
    labels = {code: code for code in currencies()} | {NO_CURRENCY: _("Leave them unknown")}
    return _picked(
        question, deals.no_currency, labels, _("Choose; euros until then"), f"deals_currency_{key}"
    )


def _order(deals: Deals, key: str) -> Order | None:
    """Draw the question of the dates' order; what was picked."""
    question = ngettext(
        "Does the day or the month come first? {count} date can be either",
        "Does the day or the month come first? {count} dates can be either",
        deals.no_order,
    )
    return _picked(
        question,
        deals.no_order,
        date_orders(),
        _("Choose; the day until then"),
        f"deals_order_{key}",
    )


def _picked(
    question: str, count: int, labels: Mapping[_Answer, str], until: str, key: str
) -> _Answer | None:
    """Draw a question of as many cells; what was picked."""
    if not count:
        return None
    picked: _Answer | None = st.selectbox(
        question.format(count=number(count)),
        list(labels),
        index=None,
        format_func=labels.__getitem__,
        placeholder=until,
        width=560,
        key=key,
    )
    return picked


def _ambiguous(review: DealReview, imported: ImportedList) -> None:
    rows = review.matches.ambiguous
    if rows.is_empty():
        return
    section(_("Which company is it?"))
    first = 0
    if rows.height > _ROWS:
        first = _ROWS * (st.pagination(-(-rows.height // _ROWS), key="deals_page") - 1)
    for row in rows[first : first + _ROWS].iter_rows(named=True):
        place = int(row["row"])
        options = [*row["candidates"], _NONE]
        decided = review.decisions.get(place, "?")
        picked = st.selectbox(
            labelled(
                " · ".join(
                    part
                    for part in (_("Row {row}").format(row=place), row["name"], row["country"])
                    if part
                )
            ),
            options,
            index=None if decided == "?" else options.index(decided or _NONE),
            format_func=lambda id: review.labels[id] if id else _("None of these"),
            placeholder=_("Choose"),
            width=560,
            key=f"deals_row_{imported.key}_{place}",
        )
        if picked is not None and picked != (decided or _NONE):
            review.decisions[place] = picked or None
            st.rerun()


def _unmatched(matches: MatchedDeals) -> None:
    if matches.unmatched.is_empty():
        return
    shown = (
        Field("name", _("Name"), in_file=False),
        Field("org_number", _("National number"), in_file=False),
        Field("domain", _("Domain"), in_file=False),
        Field("country", _("Country"), in_file=False),
        Field("outcome", _("Outcome"), in_file=False),
        Field("amount", _("Amount, €"), "number", in_file=False),
    )
    names = ("row", *(field.name for field in shown))
    Table(
        matches.unmatched.head(100),
        [*shown, *(Field(name, name, on_page=False) for name in names)],
        title=_("Not in the list"),
        file="unmatched",
        whole=lambda: matches.unmatched,
    ).draw(height="content", unknown="")
