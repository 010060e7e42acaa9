"""From a widget to the profile: every edit of the Builder goes through here.

The profile in `ui.state` is the truth. What it cannot hold, a criterion that asks for nothing yet, is in
rows of our own. A quick edit (a weight) redraws the numbers and what hangs on them; any other edit the
profile's part too; and one that changes what the page's header offers, the page.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import streamlit as st

from icp_core.errors import ProfileError
from icp_core.profiles.model import Criterion, Fit, Missing, Profile, Role
from ui import state, widgets
from ui.texts import _

STRIP: Final = "builder_strip"
RESULTS: Final = "builder_results"
PROFILE: Final = "builder_profile"


@dataclass(frozen=True)
class Row:
    """A criterion as the Builder shows it, or one that asks for nothing yet and so counts nothing.

    Attributes
    ----------
    uid
        Names its widgets, whatever stands beside it.
    column, role, weight, missing
        As of a `Criterion`.
    fit
        What it asks for; None until something is chosen.
    before
        What it asked for before it was emptied: undoing brings that back in its place.
    """

    uid: int
    column: str
    role: Role
    weight: int = 5
    missing: Missing = Missing.UNKNOWN
    fit: Fit | None = None
    before: Fit | None = None

    @classmethod
    def of(cls, uid: int, criterion: Criterion) -> "Row":
        """The row of a criterion."""
        return cls(uid, **{name: getattr(criterion, name) for name in Criterion.model_fields})

    @property
    def is_new(self) -> bool:
        """Whether it never asked for anything, so that no undo of the profile tells of it."""
        return self.fit is None and self.before is None

    @property
    def criterion(self) -> Criterion | None:
        """The criterion; None while it asks for nothing."""
        return None if self.fit is None else self._asking(self.fit)

    def is_or_was(self, criterion: Criterion) -> bool:
        """Whether it is that criterion, or was before it was emptied."""
        fit = self.fit or self.before
        return fit is not None and self._asking(fit) == criterion

    def _asking(self, fit: Fit) -> Criterion:
        return Criterion(
            column=self.column, role=self.role, fit=fit, weight=self.weight, missing=self.missing
        )


@dataclass
class _Held:
    """The rows of this session, of which profile they are, which one is open, and ids given so far."""

    rows: list[Row] = field(default_factory=list)
    profile: str = ""
    opened: int | None = None
    given: int = 0

    def next_uid(self) -> int:
        self.given += 1
        return self.given


def _held() -> _Held:
    return widgets.own("builder_rows", _Held)


def rows() -> list[Row]:
    """The profile's criteria as rows, and between them those that ask for nothing yet."""
    kept, profile = _held(), state.view().profile
    if _criteria(kept.rows) != profile.criteria:
        # Another profile begins without what was left unfinished in the one before.
        same = kept.profile == profile.name
        for row in [] if same else kept.rows:
            state.end(row.uid)
        kept.rows = rearranged(kept.rows if same else [], profile.criteria, kept.next_uid)
    kept.profile = profile.name
    return [row for row in kept.rows if not row.is_new or state.is_begun(row.uid)]


def rearranged(
    old: Sequence[Row], criteria: Sequence[Criterion], next_uid: Callable[[], int]
) -> list[Row]:
    """Rows for criteria that were changed elsewhere, by an undo say: those that stay keep their ids."""
    left = list(old)
    made: list[Row] = []
    for criterion in criteria:
        known = [row for row in left if row.is_or_was(criterion)]
        known += [row for row in left if row.fit and row.column == criterion.column]
        if known:
            left.remove(known[0])
        made.append(Row.of(known[0].uid if known else next_uid(), criterion))
    for place, row in enumerate(old):
        if row in left and row.fit is None:
            ahead = {one.uid for one in old[:place]}
            after = [index for index, one in enumerate(made) if one.uid in ahead]
            made.insert(after[-1] + 1 if after else 0, row)
    return made


def add(column: str) -> None:
    """Begin a criterion on a column, and open it; for callbacks."""
    kept = _held()
    row = Row(kept.next_uid(), column, Role.MUST_HAVE)
    kept.rows = [*rows(), row]
    kept.opened = row.uid
    state.begin(row.uid)


def open_one(column: str) -> None:
    """Open the criterion on a column, or begin one where there is none; for callbacks and buttons."""
    found = [row.uid for row in rows() if row.column == column]
    if found:
        _held().opened = found[-1]
    else:
        add(column)


def put(uid: int, change: Callable[[Row], Row], *, quick: bool = False) -> None:
    """Change a row, and with it the profile; for callbacks.

    Parameters
    ----------
    uid
        Of the row; nothing happens where it is gone.
    change
        Gives the changed row; without a fit it asks for nothing.
    quick
        As in `apply`.
    """

    def changed(row: Row) -> Row:
        made = change(row)
        return made if made.fit or not row.fit else replace(made, before=row.fit)

    _become(lambda: [changed(row) if row.uid == uid else row for row in rows()], quick=quick)


def remove(uid: int, name: str) -> None:
    """Take a row away, and say by its name that it can come back; for callbacks."""
    if any(row.uid == uid and row.fit for row in rows()):
        widgets.confirm(_("{criterion} is removed. Undo brings it back.").format(criterion=name))
    _become(lambda: [row for row in rows() if row.uid != uid], whole=True)


def _become(change: Callable[[], list[Row]], *, quick: bool = False, whole: bool = False) -> None:
    def changed() -> Profile:
        before, made = rows(), change()
        profile = state.view().profile.replace(criteria=_criteria(made))
        for one in {row.uid for row in before if row.is_new} - {
            row.uid for row in made if row.is_new
        }:
            state.end(one)
        _held().rows = made
        return profile

    apply(changed, quick=quick, whole=whole)


def _criteria(of: Sequence[Row]) -> tuple[Criterion, ...]:
    return tuple(row.criterion for row in of if row.criterion)


def opened() -> int | None:
    """Id of the row whose editor is open."""
    return _held().opened


def toggle(uid: int) -> None:
    """Open the editor of a row instead of any other, or close it; for callbacks."""
    _held().opened = None if opened() == uid else uid


def apply(change: Callable[[], Profile], *, quick: bool = False, whole: bool = False) -> None:
    """Change the profile, and redraw what that changes; for callbacks.

    Parameters
    ----------
    change
        Makes the changed profile from what the widgets hold. Where that is no valid one, the last stays,
        and the page says why.
    quick
        Whether the widget that was used already shows all that changed among the profile's own.
    whole
        Whether the page has something to say.
    """
    if widgets.is_leaving():
        st.rerun()
    try:
        profile = change()
    except ProfileError as error:
        widgets.notify(str(error))
        st.rerun()
    # The draft is kept by the strip: numbers first.
    state.set_profile(profile, keep=False)
    _held().profile = profile.name
    # A run for an edit before may have been broken off by this one, the header not drawn yet.
    if state.header_is_current() and not whole:
        st.rerun([STRIP, RESULTS] if quick else [STRIP, PROFILE, RESULTS])
    st.rerun()


def draft(name: str, value: Any) -> str:
    """Key of a widget that edits `value`: it shows what the profile holds."""
    return widgets.showing(key_of(name), value)


def waiting() -> dict[str, tuple[str, str]]:
    """Texts too long for the profile, and for what is said beside it, that wait to be shortened."""
    return widgets.waiting(key_of(""))


def let_go() -> None:
    """Let them go: what was there before stays."""
    widgets.let_go(*waiting())


def key_of(name: str) -> str:
    """Key of a widget of the Builder; new whenever the whole profile is replaced."""
    return state.edit_key(name)


def held(name: str) -> Any:
    """What the widget of that name holds.

    Raises
    ------
    ProfileError
        If the widget edited a profile that has been replaced since; its late edit is dropped.
    """
    key = key_of(name)
    if not widgets.is_there(key):
        raise ProfileError("The profile was replaced while it was being edited. Edit this one.")
    return widgets.now(key)
