"""The one page: always one, read by machines too, and typed text only stands there."""

import io
import json
import unicodedata
from datetime import date
from functools import cache

import polars as pl
import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from icp_core import sources
from icp_core.accounts.universe import Universe
from icp_core.analysis.interviews import Said
from icp_core.analysis.proven import Proven
from icp_core.analysis.verification import Stratum, Tally, wilson
from icp_core.documents import printing, region_map
from icp_core.documents.one_page import (
    LARGEST,
    NOTHING_KNOWN,
    SMALLEST,
    Known,
    OnePage,
    Stamp,
    checksum,
    content,
    generated,
    proven_in_words,
)
from icp_core.documents.printing import Ink, Typeset
from icp_core.documents.word_file import word_file
from icp_core.errors import DocumentError
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.intervals import Estimate
from icp_core.profiles.brief import ANSWERS, NO_BRIEF, Brief, BuyingRole, Persona
from icp_core.profiles.model import Choice, Criterion, Flag, Profile, Range, Role, Tier, TierPolicy
from icp_core.profiles.starters import starters_for
from icp_core.reference.numbers import bounds, number
from icp_core.views import view_of

DAY = date(2026, 11, 27)
STAMP = Stamp(DAY, "Åsa Öhrström", 7)
CTO = Persona(
    key="cto",
    name="CTO",
    role=BuyingRole.DECISION_MAKER,
    at_ideal_customer=False,
    goals=("Färre driftstörningar", "en räkning som går att förutse"),
    objections=("Risk vid flytt",),
    channels=("Fagblad",),
)
BRIEF = Brief(
    segment="Økonomi & drift – čáhppes",
    challenges="Fakturaen vokser raskere enn inntekten; ŋ đ š æ ø å ≥ 1\u202f000",
    how_we_help="Fordelt kostnad på to uker → färre öar",
    no_thanks="egen datahall",
    goal="12 nya kunder",
    buying_group=(CTO,),
)


@cache
def market(source="listed"):
    universe = sources.load(source)
    return view_of(Scoreboard(universe).evaluate(starters_for(universe)[0].profile))


def page(brief=BRIEF, *, of=None, known=NOTHING_KNOWN):
    return OnePage(content(of or market(), brief, stamp=STAMP, known=known), DAY)


def read(made):
    reader = PdfReader(io.BytesIO(made))
    text = "\n".join(one.extract_text() for one in reader.pages)
    # A line of the page may end anywhere, but in a range.
    seen = unicodedata.normalize("NFC", text).replace("\u200b", "").replace("\u2060", "")
    return reader, " ".join(seen.split())


@pytest.mark.parametrize("source", ["listed", "norway", "demo:2000"])
@pytest.mark.parametrize("brief", [NO_BRIEF, BRIEF], ids=["nothing said", "said"])
def test_the_page_is_one_tagged_and_says_what_the_market_says(source, brief):
    found = market(source)
    reader, text = read(page(brief, of=found).pdf())
    assert len(reader.pages) == 1
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] is True or root["/MarkInfo"]["/Marked"].value is True
    assert root["/Lang"] == "en"
    assert b"pdfuaid" in root["/Metadata"].get_data()
    assert reader.metadata.title == found.profile.name
    assert reader.metadata.author == "Åsa Öhrström"
    for part in (
        bounds(found.totals.tam).replace("\u202f", " "),
        *(number(tier.accounts) for tier in found.totals.ranked),
        "Version 7 · 2026-11-27 · Åsa Öhrström",
        f"sha256 {checksum(found.profile, brief)[:12]}",
        "How we know",
    ):
        assert " ".join(part.split()) in text.replace("\u202f", " "), part
    assert ("Fictional data" in text) is found.population.fictional


def test_letters_of_every_language_here_can_be_read_again():
    _reader, text = read(page().pdf())
    for part in (
        "Økonomi & drift – čáhppes",
        "ŋ đ š æ ø å ≥ 1 000",
        "Fordelt kostnad på to uker → färre öar",
        "Färre driftstörningar · en räkning som går att förutse",
        "Decision maker CTO (not at the customer)",
        "No, thanks, to: egen datahall",
        "Goal: 12 nya kunder",
    ):
        assert part in text.replace("\u202f", " "), part


def test_every_letter_that_the_font_is_said_to_have_is_printed():
    letters = "".join(map(chr, sorted(printing._printable())))
    words = " ".join(letters[start : start + 20] for start in range(0, len(letters), 20))
    ink = Ink()
    # The typesetter refuses a page with a letter that its font lacks.
    map_ = region_map.svg({"SE-01": 3}, ["SE"])
    assert Typeset("map.typ", {"svg": map_, "alt": ink.text(words)}).pictures(10, per_inch=30)
    said = page(BRIEF.replace(challenges=words[:390]))
    assert said.pdf()
    assert not ink.missing
    assert said.not_printed == ()


@pytest.mark.parametrize(
    ("text", "stands", "missing"),
    [
        ("launch 🚀🚀 now", "launch □ now", ("🚀",)),
        ("שלום עולם", "□ □", None),
        ("#include <stdio.h> *x* _y_ $z$ [[1]] \\n `q`", "#include <stdio.h>", ()),
        ("#set page(width: 1mm)", "#set page(width: 1mm)", ()),
        ("Ｆｕｌｌ ﬁne", "Full fine", ()),
        ("日本語", "□", ("日", "本", "語")),
        ("a\u202eb\u2066c\u200dd\ufeff", "abcd", ()),
        ("e\u0301t\u00e9", "été", ()),
        ("tab\tand\u2028line", "tab and line", ()),
    ],
)
def test_what_is_typed_stands_there_and_does_nothing(text, stands, missing):
    made = page(BRIEF.replace(challenges=text, urgency=text))
    _reader, read_back = read(made.pdf())
    assert stands in read_back
    if missing is not None:
        assert made.not_printed == missing


def test_a_word_without_an_end_stays_on_the_page():
    called = "Lämmönsiirtoteknologiayhtiöitä 30–200"
    of = Scoreboard(sources.load("listed")).evaluate(Profile(name=called))
    made = page(BRIEF.replace(challenges="x" * 400), of=view_of(of))
    reader, text = read(made.pdf())
    assert reader.metadata.title == called, "whole, to be searched and read aloud"
    assert text.replace(" ", "").count("x") >= 400


def test_as_much_as_the_models_take_fits_or_is_told_to_be_cut():
    wordy = "Fördelad kostnad per kund och produkt " * 12
    people = tuple(
        CTO.replace(
            key=f"p{place}",
            name=f"Persona {place} " + "x" * 60,
            goals=(wordy[:200],) * 8,
            objections=(wordy[:200],) * 8,
            channels=(wordy[:200],) * 8,
        )
        for place in range(8)
    )
    everything = Brief(**dict.fromkeys(ANSWERS, wordy[:400]), segment="s" * 80, buying_group=people)
    made = page(everything)
    assert made.size is None
    assert 50 < made.cut.count < made.words
    assert "too full by about" in made.cut.sentence()
    with pytest.raises(DocumentError, match=r"too full by about [\d\s]+ words. Shorten"):
        made.pdf()
    assert made.picture().startswith(b"\x89PNG")


def test_cutting_as_many_words_as_told_makes_it_fit():
    wordy = "Kostnaden vokser raskere enn inntekten og ingen eier den " * 7
    full = Brief(
        **dict.fromkeys(ANSWERS, wordy[:400]),
        buying_group=tuple(
            CTO.replace(key=f"p{place}", goals=(wordy[:200],) * 3, objections=(wordy[:200],) * 3)
            for place in range(8)
        ),
    )
    made = page(full)
    assert made.cut is not None
    share = 1 - made.cut.count * 1.1 / made.words

    def shorter(text):
        return " ".join(text.split()[: int(len(text.split()) * share)])

    cut = full.replace(
        **{name: shorter(getattr(full, name)) for name in ANSWERS},
        buying_group=tuple(
            one.replace(
                goals=tuple(map(shorter, one.goals)), objections=tuple(map(shorter, one.objections))
            )
            for one in full.buying_group
        ),
    )
    assert page(cut).size is not None


ROWS = Universe.of(
    pl.DataFrame({"account_id": ["a", "b"], "name": ["A", "B"], "employees": [10, 90]}),
    name="mine",
    label="Mine",
)


def test_a_profile_of_sixty_criteria_and_a_long_description_fits():
    many = tuple(
        Criterion(column="employees", role=Role.NICE_TO_HAVE, fit=Range.between(place, None))
        for place in range(50)
    )
    profile = Profile.of(
        json.loads(Profile(name="P", description="ord " * 150, criteria=many).to_json())
        | {"criteria": [one.model_dump(mode="json") for one in (*many, *many[:10])]},
        saved=True,
    )
    found = view_of(Scoreboard(ROWS).evaluate(profile))
    made = page(NO_BRIEF, of=found)
    _reader, text = read(made.pdf())
    assert "And 46 more criteria in the profile." in text
    assert text.count("ord ord") > 50


def test_a_choice_of_a_thousand_values_takes_a_line():
    values = Choice.of(*(f"SE-{place:04}" for place in range(1_000)))
    profile = Profile(
        name="P",
        criteria=(Criterion(column="municipality", role=Role.MUST_HAVE, fit=values),),
        tiers=TierPolicy(
            tiers=tuple(Tier(name=f"Tier {place}", threshold=90 - place) for place in range(9))
        ),
    )
    rows = Universe.of(
        ROWS.frame.with_columns(municipality=pl.lit("SE-0001"), note=pl.lit("x")),
        name="mine",
        label="Mine",
    )
    found = view_of(Scoreboard(rows).evaluate(profile))
    _reader, text = read(page(of=found).pdf())
    assert "+996" in text


def test_a_market_of_nothing_is_a_page_too():
    profile = Profile(
        name="Nobody",
        criteria=(
            Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(1_000, None)),
        ),
    )
    found = view_of(Scoreboard(ROWS).evaluate(profile))
    _reader, text = read(page(NO_BRIEF, of=found).pdf())
    assert "Nobody" in text


def test_what_criteria_say_is_not_asked_again():
    criteria = (
        Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(30, 200)),
        Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(30, 200), weight=9),
        Criterion(column="employees", role=Role.NICE_TO_HAVE, fit=Range.between(50, 120)),
    )
    found = view_of(Scoreboard(ROWS).evaluate(Profile(name="P", criteria=criteria)))
    assert generated(found) == {
        "Industry": "–",
        "Where they are": "–",
        "Headcount": "30–200",
        "Revenue": "–",
    }


def test_how_the_team_knows_is_said_with_its_interval():
    tally = Tally(Stratum.MATCH, 1_000, 38, 2, 0, 0, wilson(38, 40, size=1_000))
    _reader, text = read(page(known=Known(verified=tally, interviews=9)).pdf())
    share = tally.precision
    assert f"38 of 40 looked up at random fit ({share.low:.0%} to" in text.replace(" %", "%")
    assert "Customers interviewed: 9" in text
    _reader, text = read(page().pdf())
    assert "No sample looked up yet · No interviews yet" in text


def test_the_same_content_on_the_same_day_gives_the_same_bytes():
    assert page().pdf() == page().pdf()


def test_a_warning_of_the_typesetter_is_an_error(monkeypatch, tmp_path):
    made = page()
    assert made.size is not None
    monkeypatch.setattr(printing, "FONTS", tmp_path)
    with pytest.raises(DocumentError, match=r"cannot be set in type: .*font"):
        made.pdf()


def test_what_stands_there_is_large_and_dark_enough():
    picture = page(BRIEF).picture(per_inch=40)
    assert picture.startswith(b"\x89PNG")
    assert SMALLEST <= page(BRIEF).size <= LARGEST


def test_the_word_file_has_every_text_whole():
    said = BRIEF.replace(urgency="launch 🚀 שלום\x0b")
    made = page(said)
    word = Document(io.BytesIO(word_file(made.content, on=DAY)))
    texts = [one.text for one in word.paragraphs]
    texts += [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    text = "\n".join(texts)
    for part in ("launch 🚀 שלום", "čáhppes", "Färre driftstörningar", "Stockholms län"):
        assert part in text
    assert word.core_properties.author == "Åsa Öhrström"
    assert len(word.inline_shapes) == 1


def test_a_map_is_drawn_of_the_countries_in_view_only():
    nordic = region_map.svg({"SE-01": 3, "FI-01": 1}, ["SE", "FI"])
    swedish = region_map.svg({"SE-01": 3}, ["SE", "IS"])
    assert nordic.count("<path") > swedish.count("<path") == 21
    assert region_map.svg({"IS": 3}, ["IS", "DE"]) is None
    assert swedish.count(region_map.NOTHING) == 20


lengths = st.integers(min_value=0, max_value=400)


@settings(max_examples=12, deadline=None)
@given(
    st.fixed_dictionaries(dict.fromkeys(ANSWERS, lengths)),
    st.integers(min_value=0, max_value=8),
    st.sampled_from(["å", "ord ", "Kostnaden vokser – ", "x\n", "🚀 "]),
)
def test_whatever_the_lengths_it_is_one_page_or_says_what_to_cut(sizes, people, unit):
    said = Brief(
        **{name: (unit * 400)[:size] for name, size in sizes.items()},
        buying_group=tuple(
            CTO.replace(key=f"p{place}", goals=((unit * 99)[:190],)) for place in range(people)
        ),
    )
    made = page(said)
    if made.size is None:
        assert made.cut.count >= 1
    else:
        assert len(PdfReader(io.BytesIO(made.pdf())).pages) == 1


def test_a_flag_and_a_stranger_column_are_named():
    rows = Universe.of(ROWS.frame.with_columns(uses_erp=pl.lit(True)), name="mine", label="Mine")
    profile = Profile(
        name="P",
        criteria=(Criterion(column="uses_erp", role=Role.KNOCK_OUT, fit=Flag(value=True)),),
    )
    _reader, text = read(page(of=view_of(Scoreboard(rows).evaluate(profile))).pdf())
    assert "Never Uses erp yes" in text


def test_more_than_five_personas_are_counted_and_the_most_important_printed():
    people = tuple(
        CTO.replace(key=f"p{place}", name=f"Persona {place}", importance=1 + place // 3)
        for place in range(7)
    )
    _reader, text = read(page(BRIEF.replace(buying_group=people)).pdf())
    assert "And 2 more in the buying group." in text
    assert [place for place in range(7) if f"Persona {place}" in text] == [0, 3, 4, 5, 6]


def test_what_interviews_say_stands_beside_the_answer():
    told = (Said("brief.challenges", 7, 1, 9), Said("brief.urgency", 9, 0, 9))
    _reader, text = read(page(known=Known(interviews=9, said=told)).pdf())
    assert "1 000 (7 of 9 interviews, 1 against)" in text.replace("\u202f", " ")
    # Nothing is said of how urgent it is.
    assert "9 of 9" not in text


def test_a_proof_is_told_with_its_interval_or_that_it_cannot_tell():
    found = Proven(Estimate(2.41, 1.6, 3.3), 104, 63, fictional=False, on=DAY)
    told = (
        "Tested on 104 companies, 63 of them best customers, on 2026-11-27: the best tenth holds 2.4 "
        "times what chance finds (1.6–3.3)"
    )
    assert proven_in_words(found) == told
    _reader, text = read(page(known=Known(proven=found)).pdf())
    assert told in text
    assert "Not tested" not in text
    unsure = Proven(Estimate(1.4, 0.9, 2.1), 104, 63, fictional=True, on=DAY)
    assert proven_in_words(unsure) == (
        "Tested on 104 companies, 63 of them best customers (fictional), on 2026-11-27: can’t tell "
        "yet whether it beats chance"
    )


def test_the_map_is_described_and_the_headings_are_told_to_a_screen_reader():
    reader, _text = read(page().pdf())
    root = reader.trailer["/Root"]
    kinds, described = [], []

    def walk(node):
        node = node.get_object()
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            kinds.append(str(node.get("/S", "")))
            if "/Alt" in node:
                described.append(str(node["/Alt"]))
            if "/K" in node:
                walk(node["/K"])

    walk(root["/StructTreeRoot"]["/K"])
    assert kinds.count("/H1") + kinds.count("/Title") >= 1
    assert kinds.count("/H2") >= 5
    assert {"/Table", "/TH", "/TD", "/Figure"} <= set(kinds)
    assert any(one.startswith("Map of Sweden, Norway, Denmark, Finland") for one in described)
