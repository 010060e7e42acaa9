"""The Interviews page's parts: the talks, what was answered, and what it says of the profile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any, Final

import streamlit as st

from icp_core.accounts.columns import Column
from icp_core.analysis.interviews import (
    ASKED_FOR,
    MAX_ANSWER,
    MAX_QUOTE,
    Evidence,
    Interview,
    InterviewKind,
    Question,
    guide,
    heads,
    missing_kinds,
    own_questions,
    questions,
    said,
)
from icp_core.analysis.listing import Wanted
from icp_core.documents.one_page import questions as answers_called
from icp_core.errors import IcpError
from icp_core.profiles.brief import ANSWERS, CLAIMS, Brief
from icp_core.views import MarketView
from icp_core.workspace.database import MAX_NAME
from ui import data, navigation, state, theme, typed, widgets
from ui.builder import editing
from ui.controls import one_of, section
from ui.downloads import download
from ui.format import in_sentence, labelled, number, plain
from ui.state import View
from ui.texts import _

_OF_ONE_TALK: Final = {
    "interviews_company": "",
    "interviews_title": "",
    "interviews_persona": None,
    "interviews_consent": False,
}
_CHOSEN: Final = "interviews_chosen"


def kinds() -> dict[InterviewKind, str]:
    """Whom one talks with."""
    return {
        InterviewKind.BEST: _("Best customer"),
        InterviewKind.WORST: _("Worst customer"),
        InterviewKind.LOST: _("Lost deal"),
        InterviewKind.PROSPECT: _("Not yet a customer"),
    }


def languages() -> dict[str, str]:
    """Languages of the guide, each in its own."""
    return {"en": "English", "sv": "Svenska", "nb": "Norsk", "da": "Dansk", "fi": "Suomi"}


def _claims() -> dict[str, str]:
    return {
        "goals": _("goals"),
        "challenges": _("challenges"),
        "objections": _("objections"),
        "triggers": _("triggers"),
        "channels": _("channels"),
        "value_propositions": _("promises"),
        "kpis": _("measures"),
    }


@dataclass(frozen=True)
class Talks:
    """What was kept for a saved profile, and the claims that it can speak to."""

    slug: str
    interviews: Sequence[Interview]
    evidence: Sequence[Evidence]
    claims: Mapping[str, str]


def talks(view: View, slug: str, columns: Mapping[str, Column]) -> Talks:
    """Read what was kept.

    Raises
    ------
    WorkspaceError
        If the workspace cannot be read.
    """
    workspace = data.workspace()
    return Talks(
        slug,
        workspace.interviews(slug),
        workspace.evidence(slug),
        _claims_of(view.brief, columns),
    )


def _claims_of(brief: Brief, columns: Mapping[str, Column]) -> dict[str, str]:
    called = answers_called(_)
    found = {f"brief.{name}": called[name] for name in ANSWERS}
    for persona in brief.buying_group:
        for claim in CLAIMS:
            found[f"persona:{persona.key}.{claim}"] = f"{persona.name}: {_claims()[claim]}"
    for column in columns.values():
        found[f"criterion:{column.name}"] = _("Criterion: {column}").format(
            column=in_sentence(_(column.label))
        )
    return found


def _named(about: str, claims: Mapping[str, str]) -> str:
    """What a claim is called, also where its persona or column is gone."""
    if about in claims:
        return claims[about]
    kind, _sign, what = about.partition(":")
    if kind == "persona":
        key, _dot, claim = what.partition(".")
        return _("{persona}, who is gone: {claim}").format(
            persona=key, claim=_claims().get(claim, claim)
        )
    if kind == "criterion":
        return _("Criterion: {column}, which this list lacks").format(column=what)
    return about


# The talks ---------------------------------------------------------------------------------------


def asked_for(kept: Talks) -> None:
    """Say how many talks there were of those asked for, and of which kind there was none."""
    least, most = ASKED_FOR
    count = len(kept.interviews)
    missing = [kinds()[kind].lower() for kind in missing_kinds(kept.interviews)]
    line = _("{count} of {least}–{most} interviews.").format(
        count=number(count), least=number(least), most=number(most)
    )
    if missing:
        line += " " + _("None yet with: {kinds}.").format(kinds=", ".join(missing))
    st.caption(plain(line))


def choose(view: View, kept: Talks, market: MarketView) -> Interview | None:
    """Draw the choice of a talk, and the way to begin one."""
    by_id = {one.id: one for one in kept.interviews}
    chosen = None
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        if by_id:
            chosen = st.selectbox(
                _("Interview"),
                list(by_id),
                format_func=lambda key: _label(by_id[key]),
                key=_CHOSEN,
                width=420,
            )
        with st.popover(_("New interview"), icon=":material/add:"):
            _new(view, kept, market)
    return by_id.get(chosen) if chosen is not None else None


def _label(one: Interview) -> str:
    who = one.company or one.job_title or kinds()[one.kind]
    return f"{one.on_day} · {who} · {kinds()[one.kind]}"


def _new(view: View, kept: Talks, market: MarketView) -> None:
    kind = one_of(_("With"), kinds(), labelled=True, key="interviews_kind")
    company = typed.text_field(_("Company"), most=MAX_NAME, key="interviews_company")
    title = typed.text_field(
        _("Job title"),
        most=MAX_NAME,
        help=_("No person's name: it is not needed, and it is personal data."),
        key="interviews_title",
    )
    people = {one.key: one.name for one in view.brief.buying_group}
    persona = st.selectbox(
        _("Persona"),
        [None, *people],
        format_func=lambda key: _("none of them") if key is None else people[key],
        placeholder=_("none of them"),
        key="interviews_persona",
    )
    day = st.date_input(_("Day"), date.today(), key="interviews_day")
    language = st.selectbox(
        _("Language"), list(languages()), format_func=languages().__getitem__, key="interviews_in"
    )
    consent = st.checkbox(_("They agreed that their words are kept"), key="interviews_consent")
    if st.button(
        _("Begin"),
        type=theme.emphasis(),
        disabled=not consent or company is None or title is None,
        help=None if consent else _("Ask them first whether their words may be kept."),
        key="interviews_begin",
    ):
        try:
            begun = data.workspace().begin_interview(
                kept.slug,
                kind=kind,
                on_day=day,
                author=state.author(),
                company=company or "",
                account_id=_account(market, company or ""),
                persona=persona,
                job_title=title or "",
                language=language,
                consent=consent,
            )
        except IcpError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        widgets.own("interviews_begun", list[int])[:] = [begun.id]
        st.rerun()


def take_begun() -> None:
    """Choose the talk that was just begun; before the choice is drawn.

    What was said of whom it was with is not so of the next one, least of all that they agreed.
    """
    begun = widgets.own("interviews_begun", list[int])
    if begun:
        widgets.set_kept(_CHOSEN, begun.pop())
        for key, nobody in _OF_ONE_TALK.items():
            widgets.set_kept(key, nobody)


def _account(market: MarketView, company: str) -> str | None:
    """The account of that name, if there is exactly one."""
    wanted = company.strip().casefold()
    if not wanted or "filters" not in market.supports:
        return None
    rows = market.page(Wanted(state="any", text=company), limit=20).rows
    found = [
        key
        for key, name in rows.select("account_id", "name").iter_rows()
        if (name or "").strip().casefold() == wanted
    ]
    return found[0] if len(found) == 1 else None


def about(one: Interview, market: MarketView) -> None:
    """Say whom the talk was with."""
    facts = [kinds()[one.kind], one.job_title, one.company]
    if one.account_id is not None:
        here = market.names([one.account_id]).height if "filters" in market.supports else 1
        facts.append(_("on this list") if here else _("not on this list any more"))
    facts.append(_("asked by {author}").format(author=one.author))
    st.caption(plain(" · ".join(fact for fact in facts if fact)))


def replies(one: Interview) -> None:
    """Draw the questions with what was answered, each kept as one types."""
    given = data.workspace().replies(one.id)
    # What was answered stays in view, whatever the kind of the talk is asked now.
    asked_now = [key for key, text in given.items() if text.strip()]
    every = [
        *(each for each in questions() if one.kind in each.kinds or each.key in asked_now),
        *own_questions(given),
    ]
    head = ""
    for question in every:
        if question.head != head:
            head = question.head
            section(plain(heads()[head][one.language] if head else _("Your own")))
        _reply(one, question, given.get(question.key, ""))
    key = f"interviews_ask_{one.id}"
    typed.text_field(
        _("A question of your own"), most=MAX_QUOTE, key=key, on_change=lambda: _ask(one, key)
    )


def _ask(one: Interview, key: str) -> None:
    """Keep a question of one's own, unanswered."""
    asked = (widgets.now(key) or "").strip()

    def ask() -> None:
        workspace = data.workspace()
        if asked not in workspace.replies(one.id):
            workspace.keep_reply(one.id, asked, "", author=state.author())

    if asked and _try(ask):
        widgets.set_kept(key, "")


def _reply(one: Interview, question: Question, shown: str) -> None:
    key = f"reply_{one.id}_{sha256(question.key.encode()).hexdigest()[:12]}"
    label = labelled(question.text.get(one.language, question.key))
    first = not widgets.is_there(key) and not widgets.waiting(key)

    def keep(text: str) -> None:
        # Where a page is left while a box is at work, a browser sends every box of it as changed; what
        # somebody else answered meanwhile must not be taken for that.
        if widgets.is_leaving() and text in ("", shown):
            return
        if not _try(lambda: _say(one, question, text)):
            # What could not be kept stays in its box.
            widgets.wait(key, label, text)

    # At first not given by its key: that would take the place of what a browser holds that outlived
    # the server.
    text = typed.text_field(
        label,
        shown if first else "",
        most=MAX_ANSWER,
        area=True,
        live=True,
        key=key if first else widgets.showing(key, shown),
        on_change=lambda: keep(widgets.now(key) or ""),
    )
    if first and text and text != shown and not _was_said(one, question, text):
        # Typed while the server was away: nothing called for it. What was said before is older.
        keep(text)


def _say(one: Interview, question: Question, text: str) -> None:
    workspace = data.workspace()
    # Not what the page showed last: it may have been typed over before it could be drawn.
    if text != workspace.replies(one.id).get(question.key, ""):
        workspace.keep_reply(one.id, question.key, text, author=state.author())


def _was_said(one: Interview, question: Question, text: str) -> bool:
    return data.workspace().was_said(one.id, question.key, text)


def marking(one: Interview, kept: Talks) -> None:
    """Offer to mark a quote as speaking for or against a claim, and show those of this talk."""
    with st.container(border=True):
        section(_("Mark a quote"))
        typed.text_field(
            _("Their words"),
            most=MAX_QUOTE,
            area=True,
            live=True,
            waits=True,
            key=widgets.showing(_quoting(one), ""),
        )
        st.selectbox(
            _("speaks to"),
            list(kept.claims),
            index=None,
            format_func=kept.claims.__getitem__,
            placeholder=_("an answer, a persona’s claim, or a criterion"),
            key="interviews_claim",
        )
        one_of(
            _("Side"),
            {True: _("for it"), False: _("against it")},
            key="interviews_side",
        )
        st.button(
            _("Mark"),
            icon=":material/format_quote:",
            key="interviews_mark",
            on_click=_mark,
            args=(one, kept),
        )
    marked = [quote for quote in kept.evidence if quote.interview_id == one.id]
    if marked:
        with st.container(border=True, gap="xsmall"):
            section(_("Marked in this interview"))
            for quote in marked:
                _quote(quote, about=_named(quote.about, kept.claims))


def _quoting(one: Interview) -> str:
    return f"interviews_quote_{one.id}"


def _mark(one: Interview, kept: Talks) -> None:
    # As chosen now: the button may be pressed before the page was drawn with the last choice.
    claim, side = widgets.now("interviews_claim"), widgets.now("interviews_side")
    if claim is None:
        widgets.notify(_("Choose what the quote speaks to, then mark it."))
        return
    quote = widgets.now(_quoting(one)) or ""
    if _try(
        lambda: data.workspace().add_evidence(
            one.id, quote, about=claim, supports=side, author=state.author()
        )
    ):
        widgets.let_go(_quoting(one))
        widgets.confirm(_("Marked: {claim}").format(claim=_named(claim, kept.claims)))


def _try(change: Callable[[], Any]) -> bool:
    """Keep something; why not, if it could not be, as a message of the page."""
    try:
        change()
    except IcpError as error:
        widgets.notify(str(error))
        return False
    return True


# What they say -----------------------------------------------------------------------------------


def counts(kept: Talks, columns: Mapping[str, Column]) -> None:
    """Draw how many say so and how many contradict, claim by claim, with the quotes."""
    found = said(kept.evidence, len(kept.interviews))
    if not found:
        st.markdown(_("No quote is marked yet. Open an interview and mark what they said."))
        return
    st.caption(
        _(
            "Who was interviewed was chosen, not drawn: the counts hold for them, without an interval."
        )
    )
    for one in found:
        with st.container(border=True, gap="xsmall"):
            line = _("{count} of {all} say so").format(
                count=number(one.supporting), all=number(one.interviews)
            )
            if one.contradicting:
                line += ", " + _("{count} contradict").format(count=number(one.contradicting))
            st.markdown(f"**{plain(_named(one.about, kept.claims))}**  \n{plain(line)}")
            for quote in (quote for quote in kept.evidence if quote.about == one.about):
                _quote(quote)
            column = one.about.removeprefix("criterion:")
            if (
                column != one.about
                and column in columns
                and st.button(
                    _("Make it a criterion"),
                    icon=":material/tune:",
                    key=f"interviews_criterion_{column}",
                )
            ):
                editing.add(column)
                words = [quote.quote for quote in kept.evidence if quote.about == one.about]
                widgets.confirm(_("They said: {words}").format(words=f"“{words[-1]}”"))
                navigation.go("builder")


def _quote(one: Evidence, *, about: str = "") -> None:
    sign = ":green[:material/add:]" if one.supports else ":orange[:material/remove:]"
    under = f"  \n:small[:gray[{plain(about)}]]" if about else ""
    with st.container(horizontal=True, wrap=False, vertical_alignment="center", gap="xsmall"):
        st.markdown(f"{sign} “{plain(one.quote)}”{under}", width="stretch")
        st.button(
            _("Take back"),
            type="tertiary",
            key=f"interviews_back_{one.id}",
            on_click=_take_back,
            args=(one,),
        )


def _take_back(one: Evidence) -> None:
    _try(lambda: data.workspace().take_back_evidence(one.id, author=state.author()))


def printed(view: View) -> None:
    """Offer the guide in a language for a kind of talk, to print or to send."""
    with st.container(horizontal=True, gap="small"):
        language = one_of(_("Language"), languages(), key="interviews_guide")
        kind = one_of(_("With"), kinds(), key="interviews_guide_kind")
    text = guide(language, kind)
    name = f"interview-guide-{kind}-{language}"
    with st.container(horizontal=True, gap="small"):
        download(
            _("PDF to print"),
            lambda: data.printed_guide(view.profile.name, language, kind),
            name=f"{name}.pdf",
            mime="application/pdf",
            key="interviews_guide_pdf",
            type=theme.emphasis(),
        )
        download(
            _("Text to send"),
            text,
            name=f"{name}.txt",
            mime="text/plain",
            key="interviews_guide_file",
        )
    st.code(text, language=None, wrap_lines=True)
