"""Interviews: what was said stays, the newest answer holds, and each talk counts once a claim."""

import io
from datetime import UTC, date, datetime, timedelta

import pytest
from pypdf import PdfReader

from icp_core.analysis.interviews import (
    MAX_ANSWER,
    Evidence,
    InterviewKind,
    form,
    guide,
    heads,
    missing_kinds,
    own_questions,
    questions,
    said,
)
from icp_core.documents.guide import guide_file
from icp_core.errors import WorkspaceError
from icp_core.profiles.model import Profile

DAY = date(2026, 11, 27)
LANGUAGES = ("en", "sv", "nb", "da", "fi")


@pytest.fixture
def saved(workspace):
    workspace.save_profile(Profile(name="Nordic SaaS"), author="Eva", why="", based_on=0)
    return workspace


def begun(workspace, **changes):
    facts = {"kind": InterviewKind.BEST, "on_day": DAY, "author": "Eva"}
    return workspace.begin_interview("nordic-saas", **(facts | changes))


def test_every_question_and_head_is_there_in_five_languages():
    keys = [one.key for one in questions()]
    assert len(set(keys)) == len(keys) >= 20
    for one in questions():
        assert all(one.text[language].endswith("?") for language in LANGUAGES)
        assert all(heads()[one.head][language] for language in LANGUAGES)
    for language in LANGUAGES:
        assert guide(language).count("?") == len(keys)
        assert all(texts[language] for texts in form().values())


@pytest.mark.parametrize(
    ("kind", "asked", "never"),
    [
        ("best", "To whom would you recommend us", "What made you decide against us?"),
        ("worst", "What did you expect that did not come?", "To whom would you recommend us"),
        ("lost", "What made you decide against us?", "Why are you still here?"),
        ("prospect", "What would have to happen", "What has changed since you began?"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_nobody_is_asked_what_only_others_can_answer(kind, asked, never, language):
    kind = InterviewKind(kind)
    assert asked in guide("en", kind)
    assert never not in guide("en", kind)
    made = guide_file("Økonomi & drift – čáhppes #include", language, kind, on=DAY)
    reader = PdfReader(io.BytesIO(made))
    text = " ".join(" ".join(one.extract_text() for one in reader.pages).split())
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert "Økonomi & drift – čáhppes #include" in text
    assert form()[kind][language] in text
    for one in questions(kind):
        assert one.text[language] in text


def test_an_interview_is_kept_with_the_company_it_was_with(saved):
    one = begun(saved, company=" Åsa & co ", account_id="SE-1", persona="cto", consent=True)
    (found,) = saved.interviews("nordic-saas")
    assert found == one
    assert (found.company, found.kind, found.on_day) == ("Åsa & co", InterviewKind.BEST, DAY)
    assert saved.interviews_held("nordic-saas") == 1
    assert saved.interviews("another") == []


def test_the_newest_answer_holds(saved):
    one = begun(saved)
    saved.keep_reply(one.id, "goals-year", "First", author="Eva")
    saved.keep_reply(one.id, "Own question?", "Yes – ŋ", author="Eva")
    saved.keep_reply(one.id, "goals-year", "Second", author="Ola")
    assert saved.replies(one.id) == {"goals-year": "Second", "Own question?": "Yes – ŋ"}
    assert [one.key for one in own_questions(saved.replies(one.id))] == ["Own question?"]


def test_of_two_answers_kept_at_once_the_one_said_last_holds(saved, monkeypatch):
    one = begun(saved)
    saved.keep_reply(one.id, "goals-way", "Half a sentence", author="Eva")
    earlier = datetime.now(UTC) - timedelta(seconds=1)
    monkeypatch.setattr("icp_core.workspace.interviews.now", lambda: earlier)
    saved.keep_reply(one.id, "goals-way", "Half a", author="Eva")
    assert saved.replies(one.id) == {"goals-way": "Half a sentence"}


def test_what_was_once_said_is_told_from_what_is_new(saved):
    one = begun(saved)
    for text in ("Before", "", "Now"):
        saved.keep_reply(one.id, "goals-year", text, author="Eva")
    assert saved.was_said(one.id, "goals-year", "Before")
    assert saved.was_said(one.id, "goals-year", "Now")
    assert not saved.was_said(one.id, "goals-year", "Never")
    assert not saved.was_said(one.id, "goals-way", "Now")
    assert not saved.was_said(begun(saved).id, "goals-year", "Now")


def test_a_quote_counts_until_it_is_taken_back(saved):
    one, other = begun(saved), begun(saved, kind=InterviewKind.LOST)
    saved.add_evidence(one.id, " Soon ", about="brief.urgency", supports=True, author="Eva")
    saved.add_evidence(other.id, "Never", about="brief.urgency", supports=False, author="Eva")
    first, second = saved.evidence("nordic-saas")
    assert (first.quote, first.supports, second.interview_id) == ("Soon", True, other.id)
    saved.take_back_evidence(first.id, author="Ola")
    assert saved.evidence("nordic-saas") == [second]


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda w, _one: w.begin_interview("none", kind="best", on_day=DAY, author="Eva"), "none"),
        (lambda w, _one: begun(w, company="x" * 101), "company"),
        (lambda w, one: w.keep_reply(one, "q", "x" * (MAX_ANSWER + 1), author="Eva"), "answer"),
        (lambda w, one: w.keep_reply(one, "q", "x", author=" "), "name"),
        (
            lambda w, one: w.add_evidence(one, " ", about="b", supports=True, author="Eva"),
            "quote needs its words",
        ),
        (lambda w, _one: w.keep_reply(999, "q", "x", author="Eva"), "saved"),
    ],
)
def test_what_cannot_be_kept_says_why_and_nothing_is_kept(saved, wrong, says):
    one = begun(saved)
    with pytest.raises(WorkspaceError, match=says):
        wrong(saved, one.id)
    assert saved.interviews_held("nordic-saas") == 1
    assert saved.replies(one.id) == {}


def test_each_talk_counts_once_on_a_side():
    quotes = [
        Evidence(n, interview, "q", about, supports)
        for n, (interview, about, supports) in enumerate(
            [(1, "a", True), (1, "a", True), (2, "a", True), (2, "a", False), (3, "b", False)]
        )
    ]
    first, second = said(quotes, 9)
    assert (first.about, first.supporting, first.contradicting) == ("a", 2, 1)
    assert (second.about, second.supporting, second.contradicting) == ("b", 0, 1)


def test_which_kinds_are_missing(saved):
    assert missing_kinds([begun(saved)]) == (
        InterviewKind.WORST,
        InterviewKind.LOST,
        InterviewKind.PROSPECT,
    )
