"""Which area of a map is looked at: regions or municipalities, and the one that was pressed."""

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from icp_core.analysis.areas import Areas
from icp_core.reference.geography import Level
from icp_core.views import MarketView
from ui import maps, widgets
from ui.controls import one_of, section
from ui.texts import _


@dataclass(frozen=True)
class AreaChoice:
    """The areas of a map, and the one of them that is looked at.

    Attributes
    ----------
    areas
        The market by area.
    names
        For people, by code.
    code
        Of the area that is looked at; None for none.
    """

    areas: Areas
    names: Mapping[str, str]
    code: str | None


def level_of(kept: str) -> Level:
    """Draw the choice between regions and municipalities, held in `kept`."""
    return one_of(
        _("Areas"),
        {"region": _("Regions"), "municipality": _("Municipalities")},
        **widgets.kept(kept),
    )


def begin(market: MarketView, level: Level, *, kept: str) -> AreaChoice | None:
    """Draw the heading of a map; None, once said why, where there is nothing to draw.

    Parameters
    ----------
    market, level
        What is looked at, and by which areas.
    kept
        What holds the area that is looked at; one of another level or list is forgotten.
    """
    areas = market.areas(level)
    section(_("Who has most matches, by area"))
    obstacle = maps.obstacle(areas, None)
    if obstacle is not None:
        st.info(obstacle)
        return None
    names = areas.names()
    code = widgets.now(widgets.begun(kept, None))
    if code not in names:
        code = None
        widgets.set_kept(kept, None)
    return AreaChoice(areas, names, code)
