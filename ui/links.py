"""A profile, and what is said beside it, as text for an address, and back."""

import base64
import binascii
import json
import zlib
from typing import Final

from icp_core.errors import ProfileError
from icp_core.profiles.brief import Brief
from icp_core.profiles.files import brief_of
from icp_core.profiles.model import Profile

MAX_PROFILE_BYTES: Final = 200_000
"""Unpacked: far above any profile or brief, far below a bomb."""


def pack(profile: Profile) -> str:
    """A profile as text for an address: its JSON, compressed, in URL-safe base 64."""
    return _packed(profile.model_dump_json(exclude_none=True))


def pack_brief(brief: Brief) -> str:
    """A brief as such text."""
    return _packed(json.dumps(brief.content, ensure_ascii=False, separators=(",", ":")))


def unpack(text: str, *, remarks: list[str] | None = None) -> Profile:
    """The profile that `pack` made text of.

    Parameters
    ----------
    text
        As it stands in the address.
    remarks
        As for `Profile.from_json`.

    Raises
    ------
    ProfileError
        If it is anything else, or unpacks to more than a profile needs.
    """
    return Profile.from_json(_unpacked(text), remarks=remarks)


def unpack_brief(text: str) -> Brief:
    """The brief that `pack_brief` made text of.

    Raises
    ------
    ProfileError
        As `unpack`.
    """
    return brief_of(_unpacked(text))


def _packed(content: str) -> str:
    return base64.urlsafe_b64encode(zlib.compress(content.encode(), 9)).decode().rstrip("=")


def _unpacked(text: str) -> bytes:
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
    return content
