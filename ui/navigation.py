"""The pages, their groups, and the links between them, which take the view along."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.errors import StreamlitPageNotFoundError

from ui import state, theme
from ui.format import plain
from ui.texts import _

ROOT: Final = Path(__file__).resolve().parent.parent
START: Final = "start"
ACCOUNTS: Final = "accounts"
NO_WIDGETS: Final[Mapping[str, str]] = MappingProxyType({})

_ICONS: Final = {
    START: ":material/home:",
    "builder": ":material/tune:",
    "market": ":material/monitoring:",
    "map": ":material/map:",
    "tiers": ":material/stacks:",
    "accounts": ":material/table_rows:",
    "verification": ":material/fact_check:",
    "versions": ":material/history:",
    "export": ":material/download:",
    "import": ":material/upload_file:",
    "learn": ":material/school:",
    "coverage": ":material/person_pin_circle:",
    "territories": ":material/conversion_path:",
    "one_page": ":material/article:",
    "buying_group": ":material/groups:",
    "interviews": ":material/record_voice_over:",
}
_OTHER_ICON: Final = ":material/draft:"
Width = Literal["content", "stretch"]


@dataclass(frozen=True)
class Page:
    """A page of the app.

    Attributes
    ----------
    key
        Its short name, lower case.
    path
        Of its file, from the root.
    label, icon
        As in the navigation.
    """

    key: str
    path: str
    label: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Pages that belong together.

    Attributes
    ----------
    label, icon
        As in the sidebar.
    pages
        In the order of their links, one at least.
    """

    label: str
    icon: str
    pages: tuple[Page, ...]


def _groups() -> tuple[Group, ...]:
    """The groups that have pages; a page that no group names stands in the last one."""
    named = {
        (_("Profile"), ":material/tune:"): (
            "builder",
            "learn",
            "interviews",
            "buying_group",
            "one_page",
            "versions",
        ),
        (_("Market"), ":material/monitoring:"): ("market", "map", "tiers"),
        (_("Accounts"), ":material/table_rows:"): (ACCOUNTS, "verification"),
        (_("Sales"), ":material/handshake:"): ("coverage", "territories"),
        (_("Data"), ":material/database:"): ("import", "export"),
    }
    found = {one.key: one for one in pages() if one.key != START}
    groups = [
        Group(label, icon, tuple(found.pop(key) for key in keys if key in found))
        for (label, icon), keys in named.items()
    ]
    groups[-1] = replace(groups[-1], pages=(*groups[-1].pages, *found.values()))
    return tuple(one for one in groups if one.pages)


def pages() -> tuple[Page, ...]:
    """The start page and every file in `pages/`, in the order of the numbers before their names."""
    found = [Page(START, "app.py", _("Start"), _ICONS[START])]
    files = (ROOT / "pages").glob("[0-9]*_*.py")
    for file in sorted(files, key=lambda file: int(file.stem.split("_")[0])):
        name = file.stem.split("_", 1)[1]
        key = name.lower()
        label = _(name.replace("_", " "))
        found.append(Page(key, f"pages/{file.name}", label, _ICONS.get(key, _OTHER_ICON)))
    return tuple(found)


def link(
    key: str,
    label: str | None = None,
    icon: str | None = None,
    *,
    widgets: Mapping[str, str] = NO_WIDGETS,
) -> None:
    """A link to a page that takes the address along; nothing if there is no such page.

    Parameters
    ----------
    key
        As in `Page`.
    label, icon
        The page's own unless given; an empty icon is none.
    widgets
        What widgets of that page show when they are reached, as the address writes it.
    """
    for one in pages():
        if one.key == key:
            icon = one.icon if icon is None else icon
            link_to(one, label=label or plain(one.label), icon=icon, widgets=widgets)


def go(key: str) -> None:
    """Go on to a page, taking the view along."""
    path = next(one.path for one in pages() if one.key == key)
    # Parameters of this page's widgets cannot be set from here.
    st.switch_page(path, query_params=state.address())


def sidebar(here: Page) -> None:
    """Start and the groups; a group leads to its first page, and its name is bold on each of them."""
    groups = _groups()
    with st.container(gap="small"):
        for one in pages():
            if one.key == START:
                link_to(one, label=plain(one.label), icon=one.icon, width="stretch")
        for group in groups:
            # Streamlit marks the link to the page itself only.
            label = f"**{plain(group.label)}**" if here in group.pages else plain(group.label)
            link_to(group.pages[0], label=label, icon=group.icon, width="stretch")


def menu(here: Page) -> DeltaGenerator:
    """The sidebar's links on a phone, where the sidebar would stay open over the page that it led to.

    Returns
    -------
    DeltaGenerator
        Where more can be drawn below them.
    """
    # Of each page another one, so that it is closed when the next page comes.
    with (
        st.container(key=theme.PHONE_MENU),
        st.popover(_("Menu"), icon=":material/menu:", type="tertiary", key=f"menu_{here.key}"),
    ):
        sidebar(here)
        return st.container()


def beside(here: Page) -> None:
    """The other pages beside this one."""
    group = next((one.pages for one in _groups() if here in one.pages), ())
    if len(group) > 1:
        with st.container(horizontal=True, gap="xxsmall", width="content"):
            for one in group:
                link_to(one, label=plain(one.label), icon=one.icon)


def link_to(
    target: Page,
    *,
    label: str,
    icon: str,
    width: Width = "content",
    widgets: Mapping[str, str] = NO_WIDGETS,
) -> None:
    """A link to that page, setting widgets of it; the page's name where it runs by itself."""
    try:
        st.page_link(
            target.path,
            label=label,
            icon=icon or None,
            width=width,
            query_params=state.whole_address() | dict(widgets),
        )
    except StreamlitPageNotFoundError:
        # A page file that is run by itself has no other pages to link to.
        st.caption(label)
