"""Numbers as people read them."""

import re

import pytest

from icp_core.evaluation.market import Bounds
from icp_core.reference.numbers import unbroken
from ui.format import (
    bounds,
    in_badge,
    in_sentence,
    labelled,
    money,
    money_bounds,
    number,
    percent,
    percent_bounds,
    plain,
    short,
    signed,
)

T, S = "\u202f", "\u00a0"  # narrow space between thousands, and the one before a unit


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (999, "999"),
        (1284, f"1{T}284"),
        (25_000_000, f"25{T}000{T}000"),
        (-2310, f"−2{T}310"),
        (None, "–"),
    ],
)
def test_thousands_are_set_apart_and_unknown_is_a_dash(value: float | None, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("ends", "text"),
    [((0.016, 0.043), f"1.6–4.3{S}%"), ((0.0161, 0.0163), f"1.6{S}%"), ((0, 0), f"0.0{S}%")],
)
def test_a_range_of_shares_has_its_unit_once(ends: tuple[float, float], text: str) -> None:
    assert percent_bounds(Bounds(*ends), digits=1) == text


def test_a_change_carries_its_sign() -> None:
    assert (signed(28), signed(-3), signed(0)) == ("+28", "−3", "+0")


def test_a_range_of_one_number_is_that_number() -> None:
    assert bounds(Bounds(1284, 1696)) == f"1{T}284–1{T}696"
    assert bounds(Bounds(673, 673)) == "673"


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "€0"),
        (950, "€950"),
        (1_500, f"€1.50{S}k"),
        (2_000_000, f"€2{S}M"),
        (182_400_000, f"€182{S}M"),
        (999_400, f"€999{S}k"),
        (999_999, f"€1{S}M"),
        (12_987_300, f"€13{S}M"),
        (4_200_000_000, f"€4.20{S}bn"),
        (-24_000, f"−€24{S}k"),
    ],
)
def test_money_has_at_most_three_digits_and_one_unit(amount: float, text: str) -> None:
    assert money(amount, "EUR") == text


def test_both_ends_of_an_amount_share_unit_and_decimals() -> None:
    assert money_bounds(Bounds(182e6, 231e6), "EUR") == f"€182–231{S}M"
    assert money_bounds(Bounds(900e3, 1.2e6), "EUR") == f"€0.90–1.20{S}M"
    assert money_bounds(Bounds(0, 5_400), "EUR") == f"€0–5.40{S}k"
    assert money_bounds(Bounds(12.98e6, 24.2e6), "EUR") == f"€13.0–24.2{S}M"


def test_an_amount_may_leave_its_currency_to_a_title() -> None:
    assert short(30_065_000) == f"30.1{S}M"
    assert short(-24_000) == f"−24{S}k"


def test_a_label_in_a_sentence_keeps_its_initials() -> None:
    assert in_sentence("Employees") == "employees"
    assert in_sentence("VAT registered") == "VAT registered"


def test_a_currency_without_a_symbol_stands_by_its_code() -> None:
    assert money(30_065_000, "NOK") == f"NOK{S}30.1{S}M"


def test_an_unknown_amount_is_not_zero() -> None:
    assert money(None, "EUR") == "–"
    assert percent(None) == "–"


def test_a_share_is_shown_in_percent() -> None:
    assert percent(0.623) == f"62{S}%"


def test_text_from_data_cannot_become_markdown() -> None:
    hostile = "[a](http://x) **b** :red[c] $d$ <img> `e`\n# f"
    escaped = plain(hostile)
    assert "\n" not in escaped
    for mark in "[]()*:$<>`#":
        assert escaped.count(mark) == escaped.count("\\" + mark)


@pytest.mark.parametrize(
    "text",
    [
        "https://evil.example/a?b=1",
        "HTTP://evil.example",
        "www.evil.example",
        "see wwww.evil.example",
        "eva@evil.example",
        "mailto:eva@evil.example",
        "xmpp:eva@evil.example/x",
        "a https://x.y and WWW.x.y",
    ],
)
def test_no_address_in_a_text_can_be_clicked(text: str) -> None:
    """GitHub's Markdown looks for these in what is left once escapes are read."""
    shown = re.sub(r"\\(.)", r"\1", plain(text))
    assert not re.search(r"https?://|www\.|[-.\w+]@[-\w]+\.", shown, re.IGNORECASE)
    assert shown.replace("\u2060", "") == text


@pytest.mark.parametrize("text", [":smile:", ":material/home:", ":material_home:", "12:05:30"])
def test_no_name_between_colons_becomes_a_picture(text: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", plain(text))
    assert not re.search(r":[\w+/-]+:", shown)
    assert shown.replace("\u2060", "") == text


def test_entities_and_turns_of_direction_are_not_obeyed() -> None:
    assert plain("&lt;b&gt;") == r"\&lt;b\&gt;"
    assert plain("a\u202eb\u2066c") == "abc"


def test_a_badge_escapes_brackets_itself() -> None:
    assert in_badge("[a](b) *c*") == r"[a]\(b\) \*c\*"
    assert in_badge("a\\[b") == r"a\\[b"


def test_numbers_in_text_keep_their_spaces() -> None:
    assert plain(f"  1{T}284 of\n 12{S}% ") == f"1{T}284 of 12{S}%"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("NOK\u00a030–132\u00a0M", "NOK\u00a030–\u2060132\u00a0M"),
        ("€15–€40 k", "€15–\u2060€40 k"),
        ("−3–−1", "−3–\u2060−1"),
        ("Oslo–Bergen, 2 – 3", "Oslo–Bergen, 2 – 3"),
        ("3–8–12", "3–\u20608–\u206012"),
    ],
)
def test_a_range_of_numbers_stays_on_one_line(text, shown) -> None:
    assert unbroken(text) == shown
    assert unbroken(shown) == shown


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Revenue (kSEK), 2024-12 & C#", "Revenue (kSEK), 2024-12 & C#"),
        ("net_sales of a 20-50 band", "net_sales of a 20-50 band"),
        ("*best* _one_ `x` [a](b)", r"\*best\* \_one\_ \`x\` \[a\](b)"),
        ("# 1", "\u2060# 1"),
        ("1. first", "\u20601. first"),
        (":red[x] :smile:", ":\u2060red\\[x\\] :\u2060smile:"),
        ("&amp; <b>", r"\&amp; \<b>"),
    ],
)
def test_a_label_is_read_as_it_was_written_and_draws_no_markup(text: str, label: str) -> None:
    assert labelled(text).replace("\u2060\u2060", "\u2060") == label
