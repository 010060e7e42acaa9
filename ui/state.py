"""What a user has chosen: the only module that names session keys and query parameters.

The view (dataset and profile) lives in the session and in the address, so that it survives moving
between pages and can be shared. Widgets of a page that should do the same take their key from `kept`.
"""

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from icp_core.errors import IcpError, ProfileError
from icp_core.profile import Profile
from icp_core.starters import starter, starters
from ui.data import datasets
from ui.texts import _

MAX_PROFILE_BYTES: Final = 200_000
MAX_ADDRESS: Final = 6_000

_VIEW: Final = "view"
_BASE: Final = "view_base"
_EPOCH: Final = "view_epoch"
_NOTICES: Final = "view_notices"
_DATASET: Final = "dataset"
_STARTER: Final = "profile"
_PROFILE: Final = "p"


@dataclass(frozen=True)
class View:
    """What every page shows.

    Attributes
    ----------
    dataset
        Name of the source.
    profile
        The profile as it stands now.
    starter
        Slug of the starter it began as; None if it came from a file or an address.
    edited
        Whether it was changed since.
    """

    dataset: str
    profile: Profile
    starter: str | None
    edited: bool


def view() -> View:
    """The view of this session; the first call reads it from the address."""
    if _VIEW not in st.session_state:
        _begin()
    current: View = st.session_state[_VIEW]
    return current


def epoch() -> int:
    """Counts how often the profile was replaced as a whole; part of the keys of widgets that edit it."""
    replaced: int = st.session_state.get(_EPOCH, 0)
    return replaced


def set_profile(profile: Profile) -> None:
    """Change the profile by an edit; the starter it came from is remembered."""
    now = view()
    _show(View(now.dataset, profile, now.starter, edited=profile != st.session_state[_BASE]))


def choose_starter(slug: str) -> None:
    """Replace the profile by a starter.

    Raises
    ------
    ProfileError
        If there is no such starter.
    """
    _replace(view().dataset, starter(slug).profile, slug)


def open_profile(profile: Profile) -> None:
    """Replace the profile by one from a file."""
    _replace(view().dataset, profile, None)


def revert() -> None:
    """Take back all edits."""
    now = view()
    _replace(now.dataset, st.session_state[_BASE], now.starter)


def set_dataset(name: str) -> None:
    """Look at other accounts.

    A starter that nobody changed gives way to one that suits them; any other profile stays, even if
    it tests columns that these accounts lack, because it is the user's work.
    """
    now = view()
    suited = _first_starter(name)
    if now.edited or now.starter is None or suited is None or name in starter(now.starter).suits:
        _show(View(name, now.profile, now.starter, now.edited))
    else:
        _replace(name, starter(suited).profile, suited)


def kept(name: str) -> dict[str, Any]:
    """Arguments for a widget whose value stays when the user moves on and is part of the address.

    Parameters
    ----------
    name
        Unique over all pages, and short: it is the name of the query parameter (`map_measure`).
    """
    return {"key": name, "bind": "query-params"}


def shown(name: str, value: Any) -> str:
    """Key of a widget that shows `value` on this run, whatever it showed before; call it first."""
    key = f"shown_{name}"
    st.session_state[key] = value
    return key


def picked(name: str) -> Any:
    """What the user just picked in the widget that `shown` gave a key; for its callback."""
    return st.session_state[f"shown_{name}"]


def notify(message: str) -> None:
    """Leave a message for the next drawing of the page."""
    st.session_state.setdefault(_NOTICES, []).append(message)


def notices() -> list[str]:
    """Messages left since they were last asked for."""
    left: list[str] = st.session_state.pop(_NOTICES, [])
    return left


def address() -> dict[str, str]:
    """Query parameters that bring the view back; without the edits if they are too long for one."""
    now = view()
    parameters = {_DATASET: now.dataset}
    if now.starter is not None:
        parameters[_STARTER] = now.starter
    if now.edited or now.starter is None:
        packed = pack(now.profile)
        if len(packed) <= MAX_ADDRESS:
            parameters[_PROFILE] = packed
    return parameters


def is_shareable() -> bool:
    """Whether the address holds the whole view."""
    now = view()
    return _PROFILE in address() or not (now.edited or now.starter is None)


def write_address() -> None:
    """Bring the address up to date; parameters of other widgets stay as they are."""
    wanted = address()
    for name in (_DATASET, _STARTER, _PROFILE):
        if name in wanted:
            if st.query_params.get(name) != wanted[name]:
                st.query_params[name] = wanted[name]
        elif name in st.query_params:
            del st.query_params[name]


def whole_address() -> dict[str, str]:
    """The view and the widgets of all pages, to take along in a link to another page."""
    return dict(st.query_params) | address()


def pack(profile: Profile) -> str:
    """A profile as text for an address: its JSON, compressed, in URL-safe base 64."""
    content = profile.model_dump_json(exclude_none=True).encode()
    return base64.urlsafe_b64encode(zlib.compress(content, 9)).decode().rstrip("=")


def unpack(text: str) -> Profile:
    """The profile that `pack` made text of.

    Raises
    ------
    ProfileError
        If it is anything else, or unpacks to more than a profile needs.
    """
    try:
        packed = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        reader = zlib.decompressobj()
        content = reader.decompress(packed, MAX_PROFILE_BYTES)
        if not reader.eof:
            raise zlib.error("cut short or too long")
    except (binascii.Error, ValueError, zlib.error) as error:
        raise ProfileError(
            "The profile in this address is damaged; ask for the link again or for the file."
        ) from error
    return Profile.from_json(content)


def _begin() -> None:
    asked = st.query_params
    known = datasets()
    dataset = asked.get(_DATASET, next(iter(known)))
    if dataset not in known:
        notify(
            _("There is no dataset “{name}” here; this is {label} instead.").format(
                name=dataset[:40], label=next(iter(known.values()))
            )
        )
        dataset = next(iter(known))
    slug: str | None = asked.get(_STARTER)
    if slug is not None and slug not in {entry.slug for entry in starters()}:
        notify(_("There is no starter profile “{name}”.").format(name=slug[:40]))
        slug = None
    own = None
    if _PROFILE in asked:
        try:
            own = unpack(asked[_PROFILE][: 2 * MAX_ADDRESS])
        except IcpError as error:
            notify(str(error))
    if slug is None and own is not None:
        base = own
    else:
        slug = slug or _first_starter(dataset) or starters()[0].slug
        base = starter(slug).profile
    now = own or base
    st.session_state[_BASE] = base
    _show(View(dataset, now, slug, edited=now != base))


def _first_starter(dataset: str) -> str | None:
    return next((entry.slug for entry in starters() if dataset in entry.suits), None)


def _replace(dataset: str, profile: Profile, slug: str | None) -> None:
    st.session_state[_BASE] = profile
    st.session_state[_EPOCH] = epoch() + 1
    _show(View(dataset, profile, slug, edited=False))


def _show(changed: View) -> None:
    st.session_state[_VIEW] = changed
