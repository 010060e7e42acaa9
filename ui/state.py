"""What a user has chosen, and the query parameters that carry it.

The view (list and profile) lives in the session and in the address, so that it survives moving
between pages and can be shared. Widgets of a page that should do the same: `widgets.kept`.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Final, Literal

import streamlit as st
from streamlit.errors import StreamlitAPIException

from icp_core.analysis.plan import TeamPlan
from icp_core.errors import IcpError, ProfileError, WorkspaceError
from icp_core.evaluation.engines.addresses import without_secrets
from icp_core.profiles import first_draft
from icp_core.profiles.brief import NO_BRIEF, Brief
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starter, starters
from icp_core.workspace import Draft, SavedVersion, user_name
from ui import data, links, seat, widgets
from ui.texts import _

MAX_ADDRESS: Final = 6_000  # characters of a packed profile; many servers refuse 8 kB
_ONE_STEP: Final = 5.0  # seconds within which what is typed into one field is one change to undo
_TRY_AGAIN: Final = 30.0  # seconds after which a draft is written again that could not be
_MAX_SLUG: Final = 80  # characters shown of a name that an address asks for

SUGGESTED: Final = "suggested"
"""Slug of the profile that the accounts themselves suggest, for lists that no starter is meant for."""

Change = Literal["list", "profile", "edit", "begun", "plan", "team"]
"""What can be taken back."""

_VIEW: Final = "view"
_LAST: Final = "view_last"
_BASE: Final = "view_base"
_EPOCH: Final = "view_epoch"
_HISTORY: Final = "view_history"
_BEGUN: Final = "view_begun"
_SEAT: Final = "draft"
_HEADER: Final = "view_header"
_FAILED_AT: Final = "draft_failed_at"
_UNKEPT: Final = "draft_unkept"
_WAITED: Final = "draft_waited"
_OF_EDIT: Final = (
    "edit:"  # begins the name, in a draft, of a text that waits in a field of the profile
)
_AUTHOR: Final = "author"
_PLAN: Final = "plan"
_CONFLICT: Final = "conflict"
_DATASET: Final = "dataset"
_STARTER: Final = "profile"
_SAVED: Final = "saved"
_VERSION: Final = "version"
_PROFILE: Final = "p"
_BRIEF: Final = "b"
_OF_VIEW: Final = (_DATASET, _STARTER, _SAVED, _VERSION, _PROFILE, _BRIEF, _SEAT)
ACCOUNT: Final = "account"


@dataclass(frozen=True)
class View:
    """What every page shows.

    Attributes
    ----------
    list_name
        Name of the source.
    profile
        The profile as it stands now.
    starter
        Slug of the starter it began as, or `SUGGESTED`; None if it came from the workspace, a file or
        an address.
    edited
        Whether it was changed since.
    saved, version
        Slug and number of the saved version it began as; None if it did not.
    brief
        What is said beside the profile, as it stands now.
    """

    list_name: str
    profile: Profile
    starter: str | None
    edited: bool
    saved: str | None = None
    version: int | None = None
    brief: Brief = NO_BRIEF

    @property
    def agreed(self) -> Agreed:
        """Profile and brief together: what a file and a saved version hold."""
        return Agreed(self.profile, self.brief)

    @property
    def as_saved(self) -> dict[str, Any]:
        """Slug and number of the saved version that the profile is, for records that refer to it."""
        return {} if self.edited else {"slug": self.saved, "number": self.version}


@dataclass(frozen=True)
class _Step:
    """What stood before a change: view, what edits are counted from, and the plan if that changed.

    Where the team's plan was saved, `team` is what it was and what it became. `begun` names what was
    begun beside the profile, and is no part of it yet.
    """

    view: View
    base: Agreed
    plan: TeamPlan | None = None
    team: tuple[TeamPlan, TeamPlan] | None = None
    begun: int | None = None


@dataclass
class _History:
    """What somebody came from, and what was taken back, the nearest last."""

    past: list[_Step] = field(default_factory=list)
    future: list[_Step] = field(default_factory=list)
    typed: tuple[str, float] | None = None
    """The field that the last change was typed into, and when; None where it was not typed."""


def view() -> View:
    """The view of this session; the first call reads it from the address."""
    if _VIEW not in st.session_state:
        _begin()
    current: View = st.session_state[_VIEW]
    return current


def later() -> Callable[[], View]:
    """Gives the view as it stands when it is called, after this run too: for files made at a click."""
    shown_last = widgets.own(_LAST, list[View])
    return lambda: shown_last[0]


def epoch() -> int:
    """Counts how often the profile was replaced as a whole; part of the keys of widgets that edit it."""
    replaced: int = st.session_state.get(_EPOCH, 0)
    return replaced


def edit_key(name: str) -> str:
    """Key of a widget that edits the profile, or what is said beside it."""
    return f"builder_{epoch()}_{name}"


def set_profile(profile: Profile, *, keep: bool = True, typed: str | None = None) -> None:
    """Change the profile by an edit; what it came from is remembered.

    Parameters
    ----------
    profile
        What it becomes.
    keep
        Whether the draft is kept at once; otherwise `keep_draft` has to be called in this run.
    typed
        The field that it is being typed into, if it is: what is typed there in one go is one change to
        take back, in however many parts it was saved.
    """
    _edit(replace(view(), profile=profile), keep=keep, typed=typed)


def begin(one: int) -> None:
    """Something was begun that is no part of the profile yet: `undo` takes that back, and no more.

    Parameters
    ----------
    one
        What names it, for `is_begun` and `end`.
    """
    _happened(_Step(view(), st.session_state[_BASE], begun=one))
    widgets.own(_BEGUN, set[int]).add(one)


def is_begun(one: int) -> bool:
    """Whether it was begun and not taken back since."""
    return one in widgets.own(_BEGUN, set[int])


def end(one: int) -> None:
    """It became part of the profile, or was given up: there is nothing of its own to take back."""
    history = widgets.own(_HISTORY, _History)
    for steps in (history.past, history.future):
        steps[:] = [step for step in steps if step.begun != one]
    widgets.own(_BEGUN, set[int]).discard(one)


def set_brief(brief: Brief, *, typed: str | None = None) -> None:
    """Change what is said beside the profile by an edit; what it came from is remembered.

    Parameters
    ----------
    brief
        What it becomes.
    typed
        As for `set_profile`.
    """
    _edit(replace(view(), brief=brief), typed=typed)


def _edit(changed: View, *, keep: bool = True, typed: str | None = None) -> None:
    edited = changed.agreed != st.session_state[_BASE]
    _show(replace(changed, edited=edited), keep=keep, typed=typed)


def choose_starter(slug: str) -> None:
    """Replace the profile by a starter, or by the one that the accounts suggest.

    Raises
    ------
    ProfileError
        If there is no such starter.
    """
    _replace(_starting(view().list_name, slug))


def open_profile(profile: Profile, brief: Brief = NO_BRIEF) -> None:
    """Replace the profile, and what is said beside it, by those of a file."""
    _replace(View(view().list_name, profile, None, edited=False, brief=brief))


def open_saved(version: SavedVersion) -> None:
    """Replace the profile by a saved version of it, or say that it is just that, but for its name.

    Raises
    ------
    WorkspaceError, ProfileError
        As `SavedVersion.profile`.
    """
    before, drafted = view().agreed, _draft(view())
    _replace(_saved_view(view().list_name, version))
    now = view().agreed
    if now == replace(before, profile=before.profile.replace(name=now.profile.name)):
        seat.drop(drafted)


def revert() -> None:
    """Take back all edits; `undo` brings them back."""
    base: Agreed = st.session_state[_BASE]
    _replace(replace(view(), profile=base.profile, brief=base.brief, edited=False))


@dataclass(frozen=True)
class Offered:
    """What can be done now as a whole.

    Attributes
    ----------
    revert
        Whether the profile was edited.
    undo
        Whether profile, list or plan was changed in this session.
    redo
        Whether a change was taken back, and none was made since.
    """

    revert: bool
    undo: bool
    redo: bool


def offered() -> Offered:
    """What can be done now as a whole."""
    history = widgets.own(_HISTORY, _History)
    return Offered(view().edited, bool(history.past), bool(history.future))


def header_shows(what: Offered | None) -> None:
    """Remember what the page header offers as it stands in the browser; None while it is being drawn."""
    st.session_state[_HEADER] = what


def header_is_current() -> bool:
    """Whether the page header offers what can be done now; not, if its drawing was broken off."""
    return bool(st.session_state.get(_HEADER) == offered())


def undo() -> Change | None:
    """Take back the last change of profile, list or plan; what it was, or None where there is none."""
    history = widgets.own(_HISTORY, _History)
    return _take(history.past, back_to=history.future)


def redo() -> Change | None:
    """Make the change again that was taken back last; what it was, or None where there is none."""
    history = widgets.own(_HISTORY, _History)
    return _take(history.future, back_to=history.past)


def _take(there: list[_Step], *, back_to: list[_Step]) -> Change | None:
    begun = there[-1].begun if there else None
    if begun is not None:
        back_to.append(there.pop())
        widgets.own(_HISTORY, _History).typed = None
        widgets.own(_BEGUN, set[int]).symmetric_difference_update({begun})
        return "begun"
    return _go_to(there, back_to=back_to)


def _go_to(there: list[_Step], *, back_to: list[_Step]) -> Change | None:
    # A browser may send two clicks where one was meant.
    if not there:
        return None
    step, before, planned = there[-1], view(), plan()
    try:
        overtaken = step.team is not None and not _put_team(*step.team)
    except WorkspaceError as error:
        # The step stays, to be taken when the workspace is back.
        widgets.notify(str(error))
        return None
    there.pop()
    widgets.own(_HISTORY, _History).typed = None
    if overtaken:
        return None
    if step.view.list_name not in data.all_lists():
        # It was deleted meanwhile: the profile comes back on the list that is open.
        step = replace(step, view=replace(step.view, list_name=before.list_name))
    team = (step.team[1], step.team[0]) if step.team else None
    back_to.append(_Step(before, st.session_state[_BASE], planned if step.plan else None, team))
    if step.plan:
        _put_plan(step.plan)
        return "team" if step.team else "plan"
    st.session_state[_BASE] = step.base
    st.session_state[_EPOCH] = epoch() + 1
    _put(step.view)
    if step.view.list_name != before.list_name:
        return "list"
    same = (step.view.starter, step.view.saved) == (before.starter, before.saved)
    return "edit" if same and (before.edited or step.view.edited) else "profile"


def set_dataset(name: str) -> None:
    """Look at other accounts.

    A starter that nobody changed gives way to one that suits them; any other profile stays, even if
    it tests columns that these accounts lack, because it is the user's work.
    """
    now = _on_list(name)
    if now.agreed == view().agreed:
        _show(now)
    else:
        _replace(now)


def _on_list(name: str) -> View:
    now = view()
    meant = [entry.slug for entry in starters() if name.partition(":")[0] in entry.suits]
    if now.edited or now.starter is None or now.starter in meant:
        return replace(now, list_name=name)
    return _starting(name, first_starter(name))


def leave_missing_dataset() -> None:
    """Look at other accounts where those of the view were deleted meanwhile."""
    known = data.all_lists()
    if view().list_name not in known:
        widgets.notify(
            _("The accounts were deleted; this is {label} instead.").format(
                label=next(iter(known.values()))
            )
        )
        # Nobody chose it, and nobody can take it back.
        now = _on_list(next(iter(known)))
        if not now.edited:
            st.session_state[_BASE] = now.agreed
        st.session_state[_EPOCH] = epoch() + 1
        _put(now)
        _forget_steps_to(now)


def _forget_steps_to(now: View) -> None:
    """Offer nothing to be taken back that would lead to what is shown already."""
    past = widgets.own(_HISTORY, _History).past
    while past and past[-1].plan is None:
        view = past[-1].view
        if (view.list_name, view.agreed) != (now.list_name, now.agreed):
            return
        past.pop()


def author() -> str:
    """Who works in this session: the name given last, else the one logged in with."""
    if _AUTHOR not in st.session_state:
        st.session_state[_AUTHOR] = seat.name() or user_name()
    name: str = st.session_state[_AUTHOR]
    return name


def set_author(name: str) -> None:
    """Remember who works in this session; a blank name changes nothing."""
    if name.strip() and name.strip() != st.session_state.get(_AUTHOR):
        st.session_state[_AUTHOR] = name.strip()
        seat.keep_name(name)


def team_plan() -> TeamPlan:
    """The team's plan."""
    try:
        return data.workspace().team()
    except WorkspaceError:
        # The page header says what is wrong with the workspace; planning works without it.
        return TeamPlan()


def is_what_if() -> bool:
    """Whether this session plans with something else than the team's plan."""
    return st.session_state.get(_PLAN) is not None


def plan() -> TeamPlan:
    """The plan that numbers follow from: this session's what-if, else the team's."""
    draft: TeamPlan | None = st.session_state.get(_PLAN)
    return draft or team_plan()


def set_plan(changed: TeamPlan) -> None:
    """Plan with this in this session; what was planned before is remembered."""
    before = plan()
    if changed != before:
        _happened(_Step(view(), st.session_state[_BASE], before))
        _put_plan(changed)


def save_plan(saved: TeamPlan) -> None:
    """Make this the team's plan, and plan with it; undoing brings the team's plan back that was before.

    Raises
    ------
    WorkspaceError
        If it cannot be saved.
    """
    before, now = team_plan(), plan()
    data.workspace().save_team(saved, author=author())
    _happened(_Step(view(), st.session_state[_BASE], now, (before, saved)))
    st.session_state[_PLAN] = None


def _put_team(saved: TeamPlan, instead_of: TeamPlan) -> bool:
    """Whether the team's plan is that again; it is not where somebody saved another one since."""
    if data.workspace().team() != instead_of:
        widgets.notify(_("Somebody saved another plan for the team since; that stays."))
        return False
    data.workspace().save_team(saved, author=author())
    return True


def _put_plan(changed: TeamPlan) -> None:
    st.session_state[_PLAN] = None if changed == team_plan() else changed


def conflict() -> SavedVersion | None:
    """The version that overtook the save being tried."""
    newest: SavedVersion | None = st.session_state.get(_CONFLICT)
    return newest


def set_conflict(newest: SavedVersion | None) -> None:
    """Remember, or with None forget, what overtook the save being tried."""
    st.session_state[_CONFLICT] = newest


def hand_picked() -> tuple[str, ...]:
    """Ids of the accounts of this list that were picked to learn from, the first picked first."""
    ids: tuple[str, ...] = st.session_state.get(_hand_picked(), ())
    return ids


def pick_by_hand(ids: Iterable[str]) -> None:
    """Add accounts to those picked to learn from."""
    st.session_state[_hand_picked()] = tuple(dict.fromkeys((*hand_picked(), *ids)))


def drop_hand_picked() -> None:
    """Pick none any more."""
    st.session_state.pop(_hand_picked(), None)


def _hand_picked() -> str:
    return f"hand_picked_{view().list_name}"


def opened_account() -> str | None:
    """Id of the account that is looked at; it is part of the address."""
    return st.query_params.get(ACCOUNT) or None


def open_account(account_id: str | None) -> None:
    """Look at an account, or with None at the list again."""
    if account_id is not None:
        st.query_params[ACCOUNT] = account_id
    elif ACCOUNT in st.query_params:
        del st.query_params[ACCOUNT]


def address() -> dict[str, str]:
    """Query parameters that bring the view back, here and after a restart.

    The name of the seat, so that edits do not change the address and Back leads to the page before;
    where drafts cannot be kept, `link` itself.
    """
    return {_SEAT: st.session_state[_SEAT]} if _keeps_drafts() else link()


def link() -> dict[str, str]:
    """Query parameters that show anybody the view; without what is too long for one.

    What is said beside the profile goes along where both are short enough together.
    """
    now = view()
    parameters = {_DATASET: now.list_name}
    if now.starter is not None:
        parameters[_STARTER] = now.starter
    if now.saved is not None:
        parameters |= {_SAVED: now.saved, _VERSION: str(now.version)}
    if now.edited or not _is_known(now):
        packed = links.pack(now.profile)
        if len(packed) <= MAX_ADDRESS:
            parameters[_PROFILE] = packed
            if now.brief != _brief_of_base():
                said = links.pack_brief(now.brief)
                if len(packed) + len(said) <= MAX_ADDRESS:
                    parameters[_BRIEF] = said
    return parameters


def is_shareable() -> bool:
    """Whether a link holds the profile as it stands."""
    now = view()
    return _PROFILE in link() or (_is_known(now) and not now.edited)


def is_brief_shareable() -> bool:
    """Whether a link holds what is said beside the profile as it stands."""
    return _BRIEF in link() or view().brief == _brief_of_base()


def _brief_of_base() -> Brief:
    """What a link says beside the profile without saying it: that of the version or starter it names."""
    base: Agreed = st.session_state[_BASE]
    return base.brief if _is_known(view()) else NO_BRIEF


def write_address() -> None:
    """Keep the draft and bring the address up to date; parameters of other widgets stay as they are."""
    keep_draft()  # first: the address holds the edits of a draft that could not be kept
    wanted = address()
    there = st.query_params.to_dict()
    gone = [name for name in _OF_VIEW if name in there and name not in wanted]
    if not gone and wanted.items() <= there.items():
        return
    try:
        # At once: each change by itself would be a page of its own for the browser's Back.
        st.query_params.from_dict(whole_address())
    except StreamlitAPIException:
        # The address holds widgets of this page, which only they themselves change.
        for name in gone:
            del st.query_params[name]
        st.query_params.update(wanted)


def whole_address() -> dict[str, str]:
    """The view and the widgets of all pages, to take along in a link to another page."""
    others = {name: value for name, value in st.query_params.items() if name not in _OF_VIEW}
    return others | address()


def _begin() -> None:
    asked = st.query_params.to_dict()
    found = seat.drafted(asked[_SEAT]) if _SEAT in asked else None
    if _SEAT in asked and found is None and data.remembers():
        widgets.notify(_("The draft of this address is not kept here any more."))
    if found is None and not asked.keys() & {_DATASET, _STARTER, _SAVED, _PROFILE}:
        found = seat.last()
    is_own = found is not None and found.person == seat.person()
    # Whoever opens another one's address goes on from a copy.
    st.session_state[_SEAT] = seat.take(found.seat) if found and is_own else seat.new_name()
    if found is not None:
        _have_wait(found)  # first: what is kept next is kept with it
        _show(_resumed(found))
        return
    list_name = _known_list(asked.get(_DATASET))
    own, said = _own(asked)
    base = _asked_for(list_name, asked) or _offered(
        list_name, Agreed(own, said or NO_BRIEF) if own else None
    )
    now = Agreed(own or base.profile, base.brief if said is None else said)
    st.session_state[_BASE] = base.agreed
    _show(replace(base, profile=now.profile, brief=now.brief, edited=now != base.agreed))


def _own(asked: Mapping[str, str]) -> tuple[Profile | None, Brief | None]:
    """The profile that an address holds, and what it says beside it; a message where it is damaged."""
    try:
        if _PROFILE not in asked:
            return None, None
        remarks: list[str] = []
        own = links.unpack(asked[_PROFILE][: 2 * MAX_ADDRESS], remarks=remarks)
        for remark in remarks:
            widgets.notify(remark)
    except IcpError as error:
        widgets.notify(f"{error} {_('Another profile is shown instead.')}")
        return None, None
    try:
        said = asked.get(_BRIEF)
        return own, None if said is None else links.unpack_brief(said[: 2 * MAX_ADDRESS])
    except IcpError as error:
        widgets.notify(f"{error} {_('What was said beside the profile is missing.')}")
        return own, None


def _known_list(name: str | None) -> str:
    """The list of that name, else, with a notice where one was asked for, the first one."""
    known = data.all_lists()
    first = next(iter(known))
    if name is None or name in known:
        return name or first
    widgets.notify(
        _("There is no list “{name}” here; this is {label} instead.").format(
            name=without_secrets(name)[:40], label=known[first]
        )
    )
    return first


def _resumed(draft: Draft) -> View:
    """Where a draft left off; what its edits are counted from goes back to its place too."""
    known, list_name = data.all_lists(), draft.list_name
    if list_name not in known:
        list_name = next(iter(known))
        widgets.notify(
            _("The accounts of this profile are no longer here; this is {label} instead.").format(
                label=known[list_name]
            )
        )
    own, base = None, None
    try:
        remarks: list[str] = []
        own = draft.agreed(remarks=remarks)
        base = Agreed.from_json(draft.base) if draft.base else None
        for remark in remarks:
            widgets.notify(remark)
    except IcpError as error:
        widgets.notify(f"{error} {_('Another profile is shown instead.')}")
    began = {_SAVED: draft.slug, _VERSION: str(draft.number), _STARTER: draft.starter}
    asked = {name: value for name, value in began.items() if value is not None}
    found = _asked_for(list_name, asked) or _offered(list_name, base or own)
    st.session_state[_BASE] = found.agreed
    now = own or found.agreed
    return replace(found, profile=now.profile, brief=now.brief, edited=now != found.agreed)


def recent() -> list[Draft]:
    """What this person worked on before, the newest first, without what is shown now."""
    now = _draft(view())
    return [one for one in seat.recent() if (one.seat, one.key) != (now.seat, now.key)]


def resume(draft: Draft) -> None:
    """Go on with something that this person worked on before; it goes on at this seat."""
    before = st.session_state[_BASE]
    changed = _resumed(draft)
    after, st.session_state[_BASE] = st.session_state[_BASE], before
    _replace(changed, counted_from=after)
    _have_wait(draft)


def _have_wait(draft: Draft) -> None:
    """Have the texts of a draft wait in their fields again."""
    for name, (label, text) in json.loads(draft.waiting or "{}").items():
        is_edit = name.startswith(_OF_EDIT)
        widgets.wait(edit_key(name.removeprefix(_OF_EDIT)) if is_edit else name, label, text)


def _waiting() -> str | None:
    """The texts that wait, but for those in fields of a profile that was replaced since."""
    texts = {
        _OF_EDIT + key.removeprefix(edit_key("")) if key.startswith(edit_key("")) else key: one
        for key, one in widgets.waiting().items()
        if key.startswith(edit_key("")) or not key.startswith("builder_")
    }
    return json.dumps(texts) if texts else None


def _draft(one: View) -> Draft:
    base: Agreed = st.session_state[_BASE]
    known = _is_known(one)
    return Draft(
        seat=st.session_state[_SEAT],
        person=seat.person() or "",
        list_name=one.list_name,
        name=one.profile.name,
        starter=one.starter,
        slug=one.saved,
        number=one.version,
        content=one.agreed.to_json() if one.edited or not known else None,
        base=None if known else base.to_json(),
        touched_at=datetime.now(UTC),
        waiting=_waiting(),
    )


def _asked_for(list_name: str, asked: Mapping[str, str]) -> View | None:
    """The saved version or starter that an address names; None, and a notice, if it is not there."""
    if _SAVED in asked:
        number = asked.get(_VERSION, "")
        try:
            return _saved_view(
                list_name,
                data.workspace().version(
                    asked[_SAVED][:_MAX_SLUG],
                    int(number[:9]) if number.isascii() and number.isdigit() else None,
                ),
            )
        except IcpError as error:
            widgets.notify(str(error))
    elif _STARTER in asked:
        try:
            return _starting(list_name, asked[_STARTER])
        except ProfileError:
            widgets.notify(
                _("There is no starter profile “{name}”; choose one above.").format(
                    name=asked[_STARTER][:_MAX_SLUG]
                )
            )
    return None


def _offered(list_name: str, own: Agreed | None) -> View:
    """Where an address names neither: its own profile, else the first starter that suits."""
    if own is not None:
        return View(list_name, own.profile, None, edited=False, brief=own.brief)
    return _starting(list_name, first_starter(list_name))


def _starting(list_name: str, slug: str) -> View:
    """A starter, or what the accounts suggest; where they cannot be read, the first starter."""
    if slug == SUGGESTED:
        try:
            return View(
                list_name, first_draft.profile(data.universe(list_name)), slug, edited=False
            )
        except IcpError:
            slug = starters()[0].slug
    entry = starter(slug)
    return View(list_name, entry.profile, slug, edited=False, brief=entry.brief)


def _saved_view(list_name: str, version: SavedVersion) -> View:
    agreed = version.agreed
    for remark in version.remarks:
        widgets.notify(remark)
    return View(
        list_name,
        agreed.profile,
        None,
        edited=False,
        saved=version.slug,
        version=version.number,
        brief=agreed.brief,
    )


def _is_known(one: View) -> bool:
    """Whether what it began as can be named, so that only the edits need to be carried along."""
    return one.starter is not None or one.saved is not None


def first_starter(list_name: str) -> str:
    """Slug of what to begin with: a starter meant for the source, else `SUGGESTED`."""
    source = list_name.partition(":")[0]
    return next((entry.slug for entry in starters() if source in entry.suits), SUGGESTED)


def _replace(changed: View, *, counted_from: Agreed | None = None) -> None:
    _remember(changed)
    st.session_state[_BASE] = counted_from or changed.agreed
    st.session_state[_EPOCH] = epoch() + 1
    _put(changed)


def _show(changed: View, *, keep: bool = True, typed: str | None = None) -> None:
    _remember(changed, typed=typed)
    _put(changed, keep=keep)


def _remember(changed: View, *, typed: str | None = None) -> None:
    """Keep the view for `undo`; one that was saved, or opened again, is no change."""
    if _VIEW not in st.session_state:
        return
    before = view()
    if (before.list_name, before.agreed) != (changed.list_name, changed.agreed):
        _happened(_Step(before, st.session_state[_BASE]), typed=typed)


def _happened(step: _Step, *, typed: str | None = None) -> None:
    history = widgets.own(_HISTORY, _History)
    field_before, when = history.typed or (None, 0.0)
    if typed is None or typed != field_before or monotonic() - when > _ONE_STEP:
        history.past.append(step)
    history.future.clear()
    history.typed = None if typed is None else (typed, monotonic())


def _put(changed: View, *, keep: bool = True) -> None:
    st.session_state[_VIEW] = changed
    st.session_state[_UNKEPT] = True
    widgets.own(_LAST, list[View])[:] = [changed]
    if keep:
        keep_draft()


def keep_draft() -> None:
    """Keep the view and what waits in the workspace, where it is not yet, to be found again."""
    waiting = _waiting()
    is_unkept = st.session_state.pop(_UNKEPT, False)
    if not (is_unkept or waiting != st.session_state.get(_WAITED)) or not _keeps_drafts():
        return
    st.session_state[_WAITED] = waiting
    st.session_state[_SEAT] = seat.take(st.session_state[_SEAT])
    error = seat.keep(_draft(view()))
    if error is not None:
        st.session_state[_FAILED_AT] = monotonic()
        widgets.notify(
            _("{error} Until it works again, the address of this page holds your edits.").format(
                error=error
            )
        )


def _keeps_drafts() -> bool:
    """Whether this session's drafts are kept; for a while not, after one could not be written."""
    failed_at = st.session_state.get(_FAILED_AT)
    if failed_at is not None and monotonic() - failed_at < _TRY_AGAIN:
        return False
    return seat.can_keep()
