"""NACE: hierarchy, titles, codes as lists write them, and search."""

import polars as pl
import pytest

from icp_core.reference import industry


def test_both_revisions_have_every_section_division_group_and_class():
    def counts(revision):
        levels = [entry.level for entry in industry.industries(revision).values()]
        return [levels.count(level) for level in (1, 2, 3, 4)]

    assert counts("2") == [21, 88, 272, 615]
    assert counts("2.1") == [22, 87, 287, 651]


def test_section_j_means_other_divisions_in_the_newer_revision():
    assert industry.divisions_of("J") == ("58", "59", "60", "61", "62", "63")
    assert industry.divisions_of("J", "2.1") == ("58", "59", "60")
    assert industry.section_of("62.01") == "J"
    assert industry.section_of("62.10", "2.1") == "K"
    assert industry.divisions_of("Z") == ()
    assert industry.section_of("00.00") is None


def test_every_division_lies_in_exactly_one_section():
    divisions = [d for s in industry.sections() for d in industry.divisions_of(s.code)]
    assert len(divisions) == len(set(divisions)) == 88


def test_section_titles_are_in_sentence_case_without_stray_digits():
    assert industry.label("J") == "Information and communication"
    assert industry.label("T").startswith(
        "Activities of households as employers; undifferentiated goods-"
    )
    assert industry.label("O", "fi") == (
        "Julkinen hallinto ja maanpuolustus; pakollinen sosiaalivakuutus"
    )
    assert industry.label("G", "da").startswith("Engroshandel og detailhandel;")
    for revision in ("2", "2.1"):
        for entry in industry.industries(revision).values():
            for title in entry.labels.values():
                assert title.upper() != title
                assert not any(letter.isdigit() for letter in title)


def test_a_title_missing_in_norwegian_is_shown_in_english():
    assert industry.label("62.01", "no") == "Programmeringstjenester"
    assert industry.label("98.10", "no") == industry.label("98.10", "en")


def test_an_unknown_code_stands_for_itself():
    assert industry.label("00.00") == "00.00"


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("62.010", "62.01"),
        ("62010", "62.01"),
        ("6201", "62.01"),
        ("62.01.1", "62.01"),
        ("620100", "62.01"),
        ("J62.01", "62.01"),
        ("J 62", "62"),
        ("J62", "62"),
        ("j", "J"),
        (" 62.0 ", "62.0"),
        ("620", "62.0"),
        ("1.11", "01.11"),
        ("01110", "01.11"),
        ("00.000", None),
        ("Q62", None),
        ("62.99", None),
        ("software", None),
        ("", None),
        (None, None),
    ],
)
def test_codes_are_read_as_lists_write_them(written, code):
    assert industry.normalise(written) == code


def test_a_code_of_the_newer_revision_is_not_one_of_the_older():
    assert industry.normalise("62.100") is None
    assert industry.normalise("62.100", "2.1") == "62.10"


def test_a_column_of_codes_gives_what_each_code_gives():
    codes = pl.Series(["62.010", None, "00.000", "46.694", "62.010"])
    assert industry.normalised(codes).to_list() == ["62.01", None, None, "46.69", "62.01"]
    assert industry.normalised(pl.Series([None], dtype=pl.String)).to_list() == [None]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("62.01", "62.01"),
        ("6201", "62.01"),
        ("J", "J"),
        ("construction", "F"),
        ("Byggverksamhet", "F"),
        ("BYGGE- OG ANLEGGSVIRKSOMHET", "F"),
        ("rakentaminen", "F"),
        ("fremstillingsvirksomhed", "C"),
        ("kiinteistoalan toiminta", "L"),
        ("sofware", "58.2"),
    ],
)
def test_search_puts_the_industry_meant_first(text, first):
    assert industry.search(text)[0].code == first


def test_search_by_code_lists_the_code_before_what_lies_under_it():
    found = [entry.code for entry in industry.search("62")]
    assert found[:3] == ["62", "62.0", "62.01"]


def test_search_in_one_language_leaves_the_others_out():
    assert "F" in {entry.code for entry in industry.search("rakentaminen", "fi")}
    assert "F" not in {entry.code for entry in industry.search("rakentaminen", "sv")}


def test_search_for_nothing_finds_nothing():
    assert industry.search("  ") == ()
    assert industry.search("qqqqqqqq") == ()


def test_codes_stand_under_their_sections_in_the_order_of_the_classification():
    codes = ["62.01", "J", "C", "62", "10", "62.0", "99.99"]
    assert industry.in_order(codes) == ["C", "10", "J", "62", "62.0", "62.01", "99.99"]


def test_a_code_is_titled_by_whichever_revision_has_it():
    assert industry.titled("62.01") == "62.01 Computer programming activities"
    newer = next(c for c in industry.industries("2.1") if c not in industry.industries("2"))
    assert industry.titled(newer) == f"{newer} {industry.label(newer, revision='2.1')}"
    assert industry.titled("99.99") == "99.99"
