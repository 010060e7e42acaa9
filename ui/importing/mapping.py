"""What becomes of each heading of a file: shown with sample values, corrected by the user."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from icp_core.accounts.columns import BY_NAME, CANONICAL, Kind
from icp_core.errors import ImportRefused
from icp_core.importing.dates import Order
from icp_core.importing.guessing import GIVEN_BACK, OTHER_CODES
from icp_core.importing.mapping import (
    AMOUNTS,
    NO_CURRENCY,
    SURE,
    UNITS,
    Assignment,
    Doubt,
    Mapping,
    Meaning,
    fingerprint,
)
from icp_core.importing.stages import CUSTOMERS
from icp_core.reference import currency
from icp_core.reference.geography import COUNTRIES
from ui import widgets
from ui.controls import apart, one_of
from ui.downloads import download
from ui.format import labelled, number, percent, plain, spoken
from ui.importing.session import ImportSession, OpenedFile, import_session
from ui.texts import _, ngettext

_ROWS: Final = 20
_WIDTHS: Final = (3.0, 6.0)
# Pixels, wide enough for the longest usual choice.
_BOXES: Final = {
    "becomes": 184, "kind": 120, "unit": 120, "decimal": 104, "currency": 116, "date_order": 200,
    "means": 320,
}  # fmt: skip
_LEAVE_OUT: Final = "-"
_OWN: Final = "+"
_SAMPLE_LENGTH: Final = 24
_USUAL: Final = ("EUR", "SEK", "NOK", "DKK", "ISK", "USD", "GBP", "CHF")
# The field that a question is answered with.
_ANSWERED_BY: Final[dict[Doubt, str]] = {
    "meaning": "becomes", "customers": "means", "currency": "currency", "no currency": "currency",
    "unit": "unit", "no unit": "unit", "per cent": "unit", "date order": "date_order",
}  # fmt: skip
_KINDS: Final = ("choice", "number", "tags", "flag")


def columns() -> dict[str, str]:
    """What a heading can become, as shown, by what stands for it."""
    inputs = {
        "industry_text": _("Industry, in words"),
        "currency": _("Currency of the amounts"),
        "email": _("E-mail, for its domain"),
        "address": _("Address, for its postcode and town"),
        "post_town": _("Postcode and town in one"),
        "municipality_beside": _("Municipality, second"),
        "region_beside": _("Region, second"),
    }
    return (
        {_OWN: _("Column of its own"), _LEAVE_OUT: _("Leave out")}
        | {column.name: _(column.label) for column in CANONICAL}
        | inputs
    )


def to_check(mapping: Mapping) -> tuple[Assignment, ...]:
    """Guesses that are not sure."""
    return tuple(row for row in mapping.assignments if row.is_assumed)


def summary(mapping: Mapping) -> str:
    """How many headings become what, in one line."""
    used = sum(bool(one.column) and not one.is_extra for one in mapping.assignments)
    own = sum(one.is_extra for one in mapping.assignments)
    left = sum(one.column is None for one in mapping.assignments)
    return _("{used} recognised · {own} columns of its own · {left} left out").format(
        used=used, own=own, left=left
    )


def open_questions(session: ImportSession) -> list[tuple[int, Assignment, Doubt]]:
    """What was assumed of the open files and nobody has answered, by the file's place."""
    return [
        (place, row, doubt)
        for place, opened in enumerate(session.opened)
        if opened.file.register is None
        for row, doubt in opened.file.mapping.asked()
    ]


def is_nameless(session: ImportSession) -> bool:
    """Whether no open file says what the companies are called, without which nothing is loaded."""
    return not any(opened.file.mapping.of("name") for opened in session.opened)


def questions(session: ImportSession) -> None:
    """Draw what was assumed as questions, which hold the load back, and a way to agree to all."""
    asked_now = open_questions(session)
    session.asked = len(asked_now)
    if not asked_now:
        return
    several = len(session.opened) > 1
    with st.container(border=True):
        st.markdown(
            ngettext(
                "**{count} question before the load**",
                "**{count} questions before the load**",
                len(asked_now),
            ).format(count=len(asked_now))
        )
        for place, row, doubt in asked_now[:_ROWS]:
            _question(place, row, doubt, of=session.opened[place].file.name if several else "")
        if len(asked_now) > _ROWS:
            st.caption(_("{count} more follow.").format(count=len(asked_now) - _ROWS))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button(
                _("Take all as assumed"),
                icon=":material/done_all:",
                on_click=_agree,
                key="import_agree",
            )
            st.caption(
                _(
                    "Answers are remembered for files with the same headings. "
                    "What cannot be assumed stays unknown."
                ),
                width="content",
            )


def _question(place: int, row: Assignment, doubt: Doubt, *, of: str) -> None:
    """Draw one question: what was assumed and why, the other answers, and a way to agree."""
    field = _ANSWERED_BY[doubt]
    if field == "means":
        _values(place, row, of=of)
        return
    options = answers(field, row)
    name = f"import_ask_{import_session().round}_{place}_{fingerprint([row.heading])}_{field}"
    column = columns().get(str(row.column), str(row.column))
    file = f" ({labelled(of)})" if of else ""
    taken = assumed(row, doubt)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        st.selectbox(
            f"“{labelled(row.heading)}”{file} → {labelled(column)}: "
            + labelled(_(row.reason_of(doubt))),
            list(options),
            # What was taken can be changed, not cleared.
            index=None if taken is None else 0,
            format_func=options.__getitem__,
            placeholder=_("Choose"),
            width=640,
            key=widgets.shown(name, taken),
            on_change=_answer,
            args=(place, row.heading, field, name),
        )
        if taken is not None:
            st.button(
                _("That is right"),
                icon=":material/check:",
                on_click=_agree_to,
                args=(place, row.heading, doubt),
                key=f"{name}_right",
            )


def assumed(row: Assignment, doubt: Doubt) -> Any:
    """The answer that was assumed, as `answers` has it; None where nothing could be."""
    found: dict[Doubt, Any] = {
        "meaning": _OWN if row.is_extra else row.column,
        "currency": row.currency or "",
        "unit": row.unit,
        "per cent": row.unit,
        "date order": row.date_order or "dmy",
    }
    return found.get(doubt)


def _agree_to(place: int, heading: str, doubt: Doubt) -> None:
    session = import_session()
    session.map(place, session.opened[place].file.mapping.agreeing(heading, doubt))


def _values(place: int, row: Assignment, *, of: str) -> None:
    """Draw which values nobody understood, each as a question of its own."""
    counts = import_session().opened[place].file.choices.get(row.heading, {})
    file = f" ({plain(of)})" if of else ""
    st.markdown(f"**{plain(row.heading)}**{file}: {plain(_(row.reason_of('customers')))}")
    known = [plain(value) for value, meaning in row.means.items() if meaning in CUSTOMERS]
    if known:
        st.caption(_("Understood as customers: {values}").format(values=", ".join(known)))
    options = meanings()
    for value in [value for value, meaning in row.means.items() if meaning is None][:_ROWS]:
        name = f"import_means_{import_session().round}_{place}_{fingerprint([row.heading, value])}"
        companies = ngettext("{count} row", "{count} rows", counts.get(value, 0))
        st.selectbox(
            f"{labelled(value)} · " + companies.format(count=number(counts.get(value, 0))),
            list(options),
            index=None,
            format_func=options.__getitem__,
            placeholder=_("Choose; unknown until then"),
            width=640,
            key=widgets.shown(name, None),
            on_change=_say,
            args=(place, value, name),
        )


def meanings() -> dict[Meaning, str]:
    """What a value of a column of customers can mean, as shown."""
    return {
        "active": _("a customer"),
        "churned": _("a customer no more"),
        "open": _("no customer"),
        "unknown": _("It does not say"),
    }


def _say(place: int, value: str, name: str) -> None:
    picked = widgets.picked(name)
    if picked is not None:
        mapping = import_session().opened[place].file.mapping
        import_session().map(place, mapping.saying({value: picked}))


def _agree() -> None:
    session = import_session()
    for place, opened in enumerate(session.opened):
        if opened.file.register is None and opened.file.mapping.questions():
            session.map(place, opened.file.mapping.confirmed())


@st.fragment
def editor(place: int) -> None:
    """Draw the mapping of one open file; a fragment, so that a correction shows at once."""
    session = import_session()
    if place >= len(session.opened):
        return
    if len(open_questions(session)) != session.asked:
        # A correction here answers a question that stands outside of the fragment.
        st.rerun(scope="app")
    opened = session.opened[place]
    mapping = opened.file.mapping
    doubtful = to_check(mapping)
    shows = {
        "all": _("All {count}").format(count=len(mapping.assignments)),
        "check": _("To check {count}").format(count=len(doubtful)),
        "known": _("Recognised"),
        "own": _("Own columns"),
        "out": _("Left out"),
    }
    with apart():
        shown = one_of(_("Headings"), shows, key=f"import_show_{session.round}_{place}")
        download(
            _("Mapping"),
            mapping.to_json,
            name="mapping.json",
            mime="application/json",
            help=_("For loads without a browser: import FILE --mapping mapping.json"),
            key=f"import_mapping_{place}",
        )
    rows = [row for row in mapping.assignments if shown in ("all", _group(row, doubtful))]
    first = 0
    if len(rows) > _ROWS:
        pages = -(-len(rows) // _ROWS)
        page = st.pagination(pages, key=f"import_page_{session.round}_{place}_{shown}")
        first = (page - 1) * _ROWS
    _headings()
    for row in rows[first : first + _ROWS]:
        _row(place, opened, row)
    if not rows:
        st.caption(_("No heading here."))
    _whole_file(place, mapping)


def answers(field: str, row: Assignment) -> dict[Any, str]:
    """What a question can be answered with, as shown."""
    unknown = {NO_CURRENCY: _("Leave the amounts unknown")} if row.column in AMOUNTS else {}
    if field == "currency":
        own = {"": _("Each company's own, by its country")}
        return own | {code: code for code in currencies()} | unknown
    if field == "unit":
        words = (_("as written"), _("thousands"), _("millions"), _("per cent"))
        units: dict[Any, str] = dict(zip(UNITS.values(), words, strict=True))
        if row.column in AMOUNTS:
            del units[UNITS["per cent"]]
        return units | unknown
    if field == "date_order":
        return dict(date_orders())
    return columns()


def date_orders() -> dict[Order, str]:
    """Orders of dates, as shown."""
    return {
        "dmy": _("day first (31/12/2025)"),
        "mdy": _("month first (12/31/2025)"),
        "ymd": _("year first (25/12/31)"),
    }


def _answer(place: int, heading: str, field: str, name: str) -> None:
    mapping = import_session().opened[place].file.mapping
    row = next(one for one in mapping.assignments if one.heading == heading)
    try:
        import_session().map(place, decided(mapping, row, field, widgets.picked(name)))
    except ImportRefused as error:
        widgets.notify(str(error))


def _group(row: Assignment, doubtful: Sequence[Assignment]) -> str:
    if row in doubtful:
        return "check"
    if row.column is None:
        return "out"
    return "own" if row.is_extra else "known"


def _headings() -> None:
    titles = (
        _("Heading, how sure, with values"),
        _("Becomes, with its kind or unit, numbers and currency"),
    )
    for cell, title in zip(st.columns(_WIDTHS, gap="small"), titles, strict=True):
        cell.caption(title)


def _row(place: int, opened: OpenedFile, row: Assignment) -> None:
    heading, values = st.columns(_WIDTHS, gap="small", vertical_alignment="center")
    samples = [_shown(text) for text in opened.file.samples.get(row.heading, ())]
    told = row.is_assumed or row.reason == GIVEN_BACK or row.reason.endswith(OTHER_CODES)
    doubt = [_(row.reason)] if told else []
    sure = ""
    if row.column is not None and not row.is_extra:
        colour = "green" if row.confidence >= SURE else "orange"
        sure = f" :small[:{colour}[{percent(row.confidence)}]]"
    heading.markdown(
        f"**{plain(row.heading)}**{sure}  \n"
        f":small[:gray[{' · '.join([*samples, *map(plain, doubt)]) or _('no values')}]]"
    )
    place_in_file = [other.heading for other in opened.file.mapping.assignments].index(row.heading)
    box = _Box(place, row, f"{place}_{place_in_file}")
    current = _LEAVE_OUT if row.column is None else _OWN if row.is_extra else row.column
    column = BY_NAME.get(row.column or "")
    kind = column.kind if column else None
    # Boxes keep their width and go to the next line where there is no room.
    with values.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        box.draw("becomes", _("Becomes"), columns(), current)
        if row.is_extra:
            words = (_("choice"), _("number"), _("tags"), _("yes or no"))
            box.draw("kind", _("Kind"), dict(zip(_KINDS, words, strict=True)), row.kind)
        elif kind is Kind.NUMBER:
            units = {
                1.0: _("as written"), 1e3: _("thousands"), 1e6: _("millions"), 0.01: _("per cent"),
            }  # fmt: skip
            units.setdefault(row.unit, f"× {row.unit:g}")
            box.draw("unit", _("Unit"), units, row.unit)
        if row.kind == "number" or kind is Kind.NUMBER:
            marks = {".": "1,234.5", ",": "1.234,5"}
            box.draw("decimal", _("Numbers"), marks, row.decimal)
        if row.column in AMOUNTS:
            codes = {"": _("by country")} | {code: code for code in currencies()}
            codes |= {NO_CURRENCY: _("unknown")}
            box.draw("currency", _("Currency"), codes, row.currency or "")
        if row.means:
            box.customers()
        if row.column in ("as_of", "last_touch"):
            orders = {"": _("day first, unless told")} | dict(date_orders())
            box.draw("date_order", _("Order of dates"), orders, row.date_order or "")


def _shown(text: str) -> str:
    """A value as text; an invisible joiner keeps an address from becoming a link."""
    short = plain(text if len(text) <= _SAMPLE_LENGTH else text[: _SAMPLE_LENGTH - 1] + "…")
    return short.replace("www", "w\u2060ww").replace("http", "h\u2060ttp")


@dataclass(frozen=True)
class _Box:
    """Boxes about one heading of one file."""

    place: int
    row: Assignment
    key: str

    def draw(self, field: str, label: str, labels: dict[Any, str], current: Any) -> None:
        """Draw a choice that shows what the mapping says, and corrects it."""
        name = f"import_{field}_{self.key}"
        st.selectbox(
            # A screen reader goes from box to box: each says which heading it is about.
            f"{label}: {spoken(self.row.heading)}",
            list(labels),
            format_func=labels.__getitem__,
            label_visibility="collapsed",
            width=_BOXES[field],
            key=widgets.shown(name, current),
            on_change=self._decide,
            args=(field, name),
        )

    def customers(self) -> None:
        """Draw which values mean a customer."""
        current = [value for value, meaning in self.row.means.items() if meaning in CUSTOMERS]
        name = f"import_customers_{self.key}"
        st.multiselect(
            _("Values that mean a customer: {heading}").format(heading=spoken(self.row.heading)),
            list(self.row.means),
            label_visibility="collapsed",
            placeholder=_("Which mean a customer?"),
            width=_BOXES["means"],
            key=widgets.shown(name, current),
            on_change=self._choose,
            args=(name,),
        )

    def _choose(self, name: str) -> None:
        mapping = import_session().opened[self.place].file.mapping
        before = {value for value, meaning in self.row.means.items() if meaning in CUSTOMERS}
        now = set(widgets.picked(name))
        changed: dict[str, Meaning] = dict.fromkeys(now - before, "active")
        changed |= dict.fromkeys(before - now, "open")
        import_session().map(self.place, mapping.saying(changed))

    def _decide(self, field: str, name: str) -> None:
        mapping = import_session().opened[self.place].file.mapping
        try:
            import_session().map(
                self.place, decided(mapping, self.row, field, widgets.picked(name))
            )
        except ImportRefused as error:
            widgets.notify(str(error))


def currencies() -> tuple[str, ...]:
    """Currencies that amounts can be in, the usual ones first."""
    return (*_USUAL, *(code for code in currency.currencies() if code not in _USUAL))


def decided(mapping: Mapping, row: Assignment, field: str, picked: Any) -> Mapping:
    """A mapping after a person picked something for a heading.

    Parameters
    ----------
    mapping
        Before.
    row
        The heading's assignment in it.
    field
        `becomes`, `kind`, `unit`, `currency`, `decimal` or `date_order`.
    picked
        A column's name or one of the other choices; a kind, factor, code or decimal mark.
    """
    if field == "becomes":
        if picked == _OWN:
            known = BY_NAME.get(row.column or "")
            number = known is not None and known.kind is Kind.NUMBER
            return mapping.choosing(row.heading, None, kind=Kind.NUMBER if number else Kind.CHOICE)
        return mapping.choosing(row.heading, None if picked == _LEAVE_OUT else picked)
    if picked == NO_CURRENCY:
        return mapping.unknowing(row.heading)
    return mapping.changing(row.heading, **{field: picked or None})


def _whole_file(place: int, mapping: Mapping) -> None:
    codes = {"": _("Not known")} | dict(COUNTRIES)
    if mapping.country:
        codes.setdefault(mapping.country, mapping.country)
    revisions = {"2": _("NACE Rev. 2"), "2.1": _("NACE Rev. 2.1")}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for field, label, options, current in (
            ("country", _("Country of rows that name none"), codes, mapping.country or ""),
            ("industry_revision", _("Industry codes"), revisions, mapping.industry_revision),
        ):
            name = f"importfile_{field}_{place}"
            st.selectbox(
                label,
                list(options),
                format_func=options.__getitem__,
                width=260,
                key=widgets.shown(name, current),
                on_change=_decide_file,
                args=(place, field, name),
            )
    if not mapping.of("country"):
        st.caption(
            _("No column names the country: it is assumed for rows that tell no other.")
            if mapping.country
            else _("No column names the country. Each row has the one that it tells, or none.")
        )
    missing = [
        _(BY_NAME[column].label) for column in ("name", "org_number") if not mapping.of(column)
    ]
    if missing:
        st.caption(
            ngettext(
                "No column for {names}: rows are recognised by what is left.",
                "No columns for {names}: rows are recognised by what is left.",
                len(missing),
            ).format(names=plain(", ".join(missing)))
        )


def _decide_file(place: int, field: str, name: str) -> None:
    mapping = import_session().opened[place].file.mapping
    picked = widgets.picked(name) or None
    import_session().map(place, mapping.replace(**{field: picked}, corrected=True))
