"""Colours keep their order and can be told apart."""

import tomllib
from pathlib import Path

import pytest
from PIL import ImageFont

from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED
from ui import theme
from ui.format import THIN

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / ".streamlit" / "config.toml"


def luminance(colour: str) -> float:
    """Relative luminance by the definition of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("count", range(1, 10))
def test_any_number_of_tiers_fades_towards_the_background(count: int, dark: bool) -> None:
    names = [f"T{i}" for i in range(count)]
    colours = theme.tier_colours(names, dark=dark)
    light = [luminance(colours[name]) for name in names]
    assert light == sorted(light, reverse=dark)
    # Every tier, the unranked and the too little known have their own colour.
    assert len(set(colours.values())) == count + 2


def test_three_tiers_have_the_colours_of_the_design() -> None:
    assert theme.tier_colours(["A", "B", "C"], dark=False) == {
        "A": "#0B4F6C",
        "B": "#2E9CCA",
        "C": "#A9D6E5",
        UNRANKED: "#D0D5DA",
        TOO_LITTLE_KNOWN: "#EADBC2",
    }


@pytest.mark.parametrize("dark", [False, True])
def test_shading_runs_from_the_background_to_the_best_tier(dark: bool) -> None:
    light = [luminance(colour) for colour in theme.sequential(dark=dark)]
    assert light == sorted(light, reverse=not dark)
    assert theme.sequential(dark=dark)[-1] == theme.tier_colours(["A"], dark=dark)["A"]


def contrast(one: str, other: str) -> float:
    """Contrast ratio by the definition of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def over(colour: str, below: str, opacity: float) -> str:
    """A colour that lets another shine through."""
    ends = zip(theme.rgb(colour), theme.rgb(below), strict=True)
    return "#" + "".join(f"{round(opacity * a + (1 - opacity) * b):02X}" for a, b in ends)


@pytest.mark.parametrize("name", ["light", "dark"])
def test_chosen_options_and_quiet_text_can_be_read(name: str) -> None:
    # Streamlit writes a chosen option in the primary colour over a tenth of it, captions in three
    # fifths of the text colour, and white on what is filled with the primary colour. On a dark page
    # no colour gives the first and the last 4.5 at once; text that is chosen comes first.
    colours = tomllib.loads(CONFIG.read_text("utf-8"))["theme"][name]
    primary, text = colours["primaryColor"], colours["textColor"]
    page, sidebar = colours["backgroundColor"], colours["sidebar"]["backgroundColor"]
    assert text == theme.text_colour(dark=name == "dark")
    assert contrast(primary, over(primary, page, 0.1)) >= 4.5
    assert contrast("#FFFFFF", primary) >= (4.5 if name == "light" else 3.5)
    for background in (page, sidebar, colours["secondaryBackgroundColor"]):
        assert contrast(over(text, background, 0.6), background) >= 4.5
        assert contrast(colours["grayTextColor"], background) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
def test_a_title_of_an_axis_is_as_quiet_as_its_labels(dark: bool) -> None:
    figure = theme.plotly([], dark=dark, height=100, xaxis={"title": {"text": "Score"}})
    assert figure.layout.xaxis.title.text == "Score"
    assert figure.layout.xaxis.title.font.color == theme.muted_colour(dark=dark)


def test_text_on_a_colour_reads() -> None:
    assert theme.on_colour("#0B4F6C") == "#FFFFFF"
    assert theme.on_colour("#A9D6E5") != "#FFFFFF"


def test_figures_are_of_one_width_and_thousands_stand_apart() -> None:
    font = ImageFont.truetype(ROOT / "static" / "inter-latin-wght-normal.woff2", 1_000)
    (width,) = {font.getlength(digit) for digit in "0123456789"}
    # As a font has no such space, browsers make half of a space of it, too little beside a 1.
    assert font.getlength(THIN) / width > 0.25 > font.getlength(" ") / 2 / width
