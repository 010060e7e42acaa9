"""A profile with its brief: as one file holds them, and one saved version."""

import json
from dataclasses import dataclass
from typing import Final

from icp_core.errors import ProfileError
from icp_core.profiles.brief import NO_BRIEF, Brief, Change
from icp_core.profiles.brief import changes as brief_changes
from icp_core.profiles.frozen import json_object, short
from icp_core.profiles.model import SCHEMA_VERSION, WITH_BRIEF, Profile
from icp_core.reference.json_text import MOST_BYTES
from icp_core.reference.numbers import number


@dataclass(frozen=True)
class Agreed:
    """What a team agrees on: the profile, and beside it what is said in words."""

    profile: Profile
    brief: Brief = NO_BRIEF

    def to_json(self) -> str:
        r"""Both as JSON text; without a brief as the profile alone, which older programs read.

        Examples
        --------
        >>> Agreed(Profile(name="P")).to_json() == Profile(name="P").to_json()
        True
        >>> Agreed(Profile(name="P"), Brief(goal="Ten customers")).to_json()[:23]
        '{\n  "schema_version": 2'
        """
        if self.brief.is_empty:
            return self.profile.to_json()
        content = {
            "schema_version": WITH_BRIEF,
            "profile": json.loads(self.profile.to_json()),
            "brief": self.brief.content,
        }
        return json.dumps(content, ensure_ascii=False, indent=2) + "\n"

    @classmethod
    def from_json(
        cls, text: str | bytes, *, saved: bool = False, remarks: list[str] | None = None
    ) -> "Agreed":
        """Read a profile file of either version.

        Parameters
        ----------
        text, saved, remarks
            As for `Profile.from_json`.

        Raises
        ------
        ProfileError
            As `Profile.from_json`; also of a brief that is not valid.
        """
        content = json_object(text)
        version = content.get("schema_version")
        if version == SCHEMA_VERSION:
            return cls(Profile.of(content, saved=saved, remarks=remarks))
        if version != WITH_BRIEF:
            raise ProfileError(
                f"The profile has schema_version {short(repr(version))}; this program reads "
                f"{SCHEMA_VERSION} and {WITH_BRIEF}. Save it again with the program it came from, or "
                "update this one."
            )
        profile, brief = (content.get(name) for name in ("profile", "brief"))
        if not isinstance(profile, dict) or not isinstance(brief, dict | None):
            raise ProfileError(
                "This is not a profile file: version 2 holds a profile and a brief, each a JSON object."
            )
        if unknown := content.keys() - {"schema_version", "profile", "brief"}:
            raise ProfileError(
                f"The profile file holds {short(repr(min(unknown)))}, which is neither profile nor "
                "brief. Take it out."
            )
        return cls(Profile.of(profile, saved=saved, remarks=remarks), Brief.of(brief or {}))

    @classmethod
    def from_file(
        cls, name: str, content: bytes, *, size: int | None = None, remarks: list[str] | None = None
    ) -> "Agreed":
        """Read a profile file that somebody chose, among others perhaps.

        Parameters
        ----------
        name
            As its user knows it: what is wrong with it begins with that.
        content
            What it holds, or of a file that is too long a part of it.
        size
            Bytes of the whole file; those of the content unless given.
        remarks
            As for `from_json`.

        Raises
        ------
        ProfileError
            As `from_json`; also if the file is longer than any profile, with how long it is.

        Examples
        --------
        >>> Agreed.from_file("nordic.json", b"[]")
        Traceback (most recent call last):
        ...
        icp_core.errors.ProfileError: nordic.json: This is not a profile file: it does not hold a JSON \
object.
        """
        if len(content) > MOST_BYTES:
            size = max(size or 0, len(content))
            raise ProfileError(
                f"{name}: This is not a profile file: it is {number(size / 2**20, digits=1)} MB long, "
                f"and the longest that is read has {MOST_BYTES >> 20} MB."
            )
        try:
            return cls.from_json(content, remarks=remarks)
        except ProfileError as error:
            raise ProfileError(f"{name}: {error}") from error


_TEXTS: Final = ("name", "description", "offer", "valid_from", "valid_until")
"""What a profile says of itself in words."""


def changes(before: Agreed, after: Agreed) -> tuple[Change, ...]:
    """What is said differently, field by field: of the profile itself, then beside it."""
    pairs = ((name, *(_said(one.profile, name) for one in (before, after))) for name in _TEXTS)
    own = tuple(Change(name, was, now) for name, was, now in pairs if was != now)
    return own + brief_changes(before.brief, after.brief)


def _said(profile: Profile, name: str) -> str:
    value = getattr(profile, name)
    return "" if value is None else str(value)


def brief_text(brief: Brief) -> str:
    """A brief alone as JSON text, as a saved version keeps it."""
    return json.dumps(brief.content, ensure_ascii=False, indent=2) + "\n"


def brief_of(text: str | bytes) -> Brief:
    """The brief of such a text.

    Raises
    ------
    ProfileError
        If it is none.
    """
    return Brief.of(json_object(text))
