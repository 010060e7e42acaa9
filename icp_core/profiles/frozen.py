"""What every model of a profile has in common: frozen, validated, one clear message for a bad file."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from icp_core.errors import ProfileError
from icp_core.reference import faults, json_text

_Validated = TypeVar("_Validated", bound=BaseModel)
_MOST_SAID: Final = 300


class FrozenModel(BaseModel):
    """A frozen model; an edit returns a copy."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def replace(self, **changes: Any) -> Self:
        """A validated copy with some fields changed.

        Raises
        ------
        ProfileError
            If the changed model is not valid.
        """
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        return validated(type(self), fields | changes)


def short(text: str) -> str:
    """As much of a text as a message quotes."""
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…"


def validated(
    model: type[_Validated], content: Mapping[str, Any], *, what: str = "profile"
) -> _Validated:
    """The model that the content makes.

    Raises
    ------
    ProfileError
        If it makes none; the message says what it is part of, and has the path of the first field that
        is wrong.
    """
    try:
        return model.model_validate(content)
    except ValidationError as error:
        first, *rest = error.errors()
        more = f" (and {len(rest)} more)" if rest else ""
        reason = short(faults.said(first))
        where = _path(first["loc"])
        raise ProfileError(f"The {what} is not valid{where}: {reason}{more}.") from error


def json_object(text: str | bytes) -> dict[str, Any]:
    """What a profile file holds.

    Raises
    ------
    ProfileError
        If it is no JSON object.
    """
    try:
        content = json_text.parsed(text)
    except ValueError as error:
        raise ProfileError(
            f"This is not a profile file: it cannot be read as JSON ({short(str(error))})."
        ) from error
    if not isinstance(content, dict):
        raise ProfileError("This is not a profile file: it does not hold a JSON object.")
    return content


def _path(location: Sequence[int | str]) -> str:
    """` at criteria[2].fit.a`, from a pydantic location."""
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{short(step)}"
    return f" at {path.lstrip('.')}" if path else ""
