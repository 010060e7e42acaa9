"""Colours keep their order and can be told apart."""

import pytest

from icp_core.tiers import UNRANKED
from ui import theme


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
    assert len(set(colours.values())) == count + 1, "every tier and the unranked has its own colour"


def test_three_tiers_have_the_colours_of_the_design() -> None:
    assert theme.tier_colours(["A", "B", "C"], dark=False) == {
        "A": "#0B4F6C",
        "B": "#2E9CCA",
        "C": "#A9D6E5",
        UNRANKED: "#D0D5DA",
    }


@pytest.mark.parametrize("dark", [False, True])
def test_shading_runs_from_the_background_to_the_best_tier(dark: bool) -> None:
    light = [luminance(colour) for colour in theme.sequential(dark=dark)]
    assert light == sorted(light, reverse=not dark)
    assert theme.sequential(dark=dark)[-1] == theme.tier_colours(["A"], dark=dark)["A"]


def test_text_on_a_colour_reads() -> None:
    assert theme.on_colour("#0B4F6C") == "#FFFFFF"
    assert theme.on_colour("#A9D6E5") != "#FFFFFF"
