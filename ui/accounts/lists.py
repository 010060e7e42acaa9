"""The list of accounts: what is asked for, one page of it, what is selected, the file of all of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from hashlib import blake2b, sha256
from typing import Any, Final, Literal

import polars as pl
import streamlit as st

from icp_core.accounts.columns import Column, Kind, describe
from icp_core.analysis.listing import BEST, Page, Wanted
from icp_core.evaluation.names import NAMES
from icp_core.evaluation.tiers import groups
from icp_core.exporting import FORMATS, Prepared, prepare
from icp_core.exporting.prepare import FICTIONAL_PREFIX
from icp_core.reference import geography
from icp_core.views import MarketView
from icp_core.workspace import Status, kept_by, slug_of, with_decisions
from ui import data, loosening, navigation, state, tables, theme, widgets
from ui.accounts import deciding
from ui.areas import short_tier_label
from ui.controls import one_of
from ui.downloads import download
from ui.format import number, plain
from ui.learning.request import HAND_PICKED, LEARN_FROM
from ui.texts import _, ngettext

ROWS: Final = 50  # accounts a page
HEIGHT: Final = 560  # pixels: the list and its controls in one screen
DECISION: Final = "decision"
NOTE: Final = "decision_note"
OWNER: Final = "owner"

USUAL: Final = (*tables.ACCOUNT_COLUMNS[:4], DECISION, OWNER, *tables.ACCOUNT_COLUMNS[4:])
"""What the table shows unless told otherwise, as far as the accounts have it."""

SEARCH: Final = "find"
STATE: Final = "accounts_state"
TIERS: Final = "accounts_tiers"
REGIONS: Final = "accounts_regions"
OWNERS: Final = "accounts_owners"
TERRITORIES: Final = "accounts_territories"
CUSTOMERS: Final = "accounts_customers"
DECISIONS: Final = "accounts_decisions"
COLUMNS: Final = "accounts_columns"
SORT: Final = "accounts_sort"
ORDER: Final = "accounts_order"

_BLANK: Final[dict[str, Any]] = {
    SEARCH: "", TIERS: [], REGIONS: [], OWNERS: [], TERRITORIES: [], CUSTOMERS: None, DECISIONS: []
}  # fmt: skip
NO_OWNER: Final = "nobody"
"""What the filters on owners and territories call accounts without one, in the address too."""

_ONLY: Final[dict[str | None, bool | Literal["unknown"] | None]] = {
    None: None,
    "customers": True,
    "others": False,
    "unknown": "unknown",
}
_Names = tuple[str | None, ...]
_CLICKED: Final = "accounts_headings_clicked"
_RESULTS: Final = ("tier", NAMES.score, NAMES.coverage, NAMES.potential)
_COMPUTED: Final = (NAMES.score_low, NAMES.score_high)


@dataclass(frozen=True)
class Asked:
    """What the widgets ask for.

    Attributes
    ----------
    wanted
        The filters, those on decisions included.
    statuses
        Decisions to keep; none keeps all.
    columns
        To show, in order.
    sort
        As `listing.page` takes it.
    descending
        Largest first.
    """

    wanted: Wanted
    statuses: tuple[Status, ...]
    columns: tuple[str, ...]
    sort: str
    descending: bool

    @property
    def page_key(self) -> str:
        """Key of the page number, which starts again with every other question."""
        now = state.view()
        question = (
            now.list_name,
            now.profile.to_json(),
            self.wanted.state,
            self.wanted.text,
            self.wanted.tiers,
            self.wanted.regions,
            self.wanted.owners,
            self.wanted.territories,
            self.wanted.customer,
            self.statuses,
            self.sort,
            self.descending,
        )
        return f"accounts_page_{blake2b(repr(question).encode(), digest_size=8).hexdigest()}"


def filters(market: MarketView) -> tuple[Wanted, tuple[Status, ...]]:
    """Draw search and filters.

    Returns
    -------
    tuple
        What they ask for, and the decisions to keep, none for all (which the first covers too).
    """
    profile = market.profile
    states = {
        "match": _("Matches {count}").format(count=number(market.totals.matching)),
        "possible": _("Missing data {count}").format(count=number(market.totals.possible)),
    }
    if "failing" in market.supports:
        states |= {"fail": _("Others"), "any": _("All")}
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        text = st.text_input(
            _("Search"),
            type="search",
            icon=":material/search:",
            placeholder=_("Name, owner, domain, number"),
            label_visibility="collapsed",
            width=260,
            **widgets.kept(SEARCH),
        )
        shown = one_of(_("Accounts"), states, **widgets.kept(STATE))
        tiers: Sequence[str] = ()
        if shown == "match":
            tiers = st.pills(
                _("Tiers"),
                groups(profile.tiers),
                format_func=lambda name: plain(short_tier_label(name)),
                selection_mode="multi",
                wrap=True,
                label_visibility="collapsed",
                **widgets.kept(TIERS),
            )
        st.space("stretch")
        regions, owners, territories, customer, statuses = _filters(market)
    among, without = kept_by(data.decisions(), statuses)
    wanted = Wanted(
        state=shown,
        text=text or "",
        tiers=tuple(tiers),
        regions=tuple(regions),
        owners=owners,
        territories=territories,
        customer=customer,
        among=among,
        without=without,
    )
    return wanted, tuple(statuses)


def _filters(
    market: MarketView,
) -> tuple[list[str], _Names, _Names, bool | Literal["unknown"] | None, list[Status]]:
    filtered = (REGIONS, OWNERS, TERRITORIES, CUSTOMERS, DECISIONS)
    in_use = sum(widgets.holds(name) for name in filtered)
    label = _("Filters") + (f" · {in_use}" if in_use else "")
    with st.popover(label, icon=":material/filter_list:"):
        names = {code: geography.name_of(code) for code in market.values("region")}
        regions = st.multiselect(
            _("Regions"),
            sorted(names, key=lambda code: (code[:2], names[code])),
            format_func=names.__getitem__,
            placeholder=_("All regions"),
            select_all=False,
            **widgets.kept(REGIONS),
        )
        owners = _named(
            market, OWNER, OWNERS, label=_("Owners"), every=_("All owners"), none=_("Nobody")
        )
        territories = _named(
            market,
            "territory",
            TERRITORIES,
            label=_("Territories"),
            every=_("All territories"),
            none=_("None"),
        )
        customers = {
            "customers": _("Customers"),
            "others": _("Not yet customers"),
            "unknown": _("Unknown"),
        }
        customer = st.segmented_control(
            _("Customers"),
            list(customers),
            format_func=customers.__getitem__,
            **widgets.kept(CUSTOMERS),
        )
        statuses = st.pills(
            _("Decision"),
            [status.value for status in Status],
            format_func=deciding.status_name,
            selection_mode="multi",
            **widgets.kept(DECISIONS),
        )
    return regions, owners, territories, _ONLY[customer], [Status(status) for status in statuses]


def _named(
    market: MarketView, column: str, key: str, *, label: str, every: str, none: str
) -> _Names:
    """Draw the filter on owners or territories; nothing where no account has one."""
    named = sorted(market.values(column), key=str.casefold)
    asked = [one for one in widgets.now(key) or () if one != NO_OWNER]
    if not named and not asked:
        return ()
    chosen = st.multiselect(
        label,
        [NO_OWNER, *dict.fromkeys((*named, *asked))],
        format_func=lambda one: none if one == NO_OWNER else one,
        placeholder=every,
        select_all=False,
        **widgets.kept(key),
    )
    return tuple(None if one == NO_OWNER else one for one in chosen)


def layout(market: MarketView, wanted: Wanted, statuses: tuple[Status, ...]) -> Asked:
    """Draw the chooser of columns and order; a click on a heading of the table sets the order too."""
    columns = market.population.columns
    offered = [name for name in offered_columns(columns) if name != "name"]
    usual = [name for name in USUAL if name in offered]
    sortable = [BEST, *(name for name in ("name", *offered) if is_sortable(name, columns))]
    with st.popover(_("Columns"), icon=":material/view_column:"):
        chosen = st.multiselect(
            _("Columns"),
            offered,
            default=usual,
            format_func=heading,
            select_all=False,
            **widgets.kept(COLUMNS),
        )
        sort = st.selectbox(
            _("Order by"),
            sortable,
            format_func=lambda name: _("Best first") if name == BEST else heading(name),
            help=_("Or click a heading of the table."),
            **widgets.kept(SORT),
        )
        orders = {"up": _("Smallest first"), "down": _("Largest first")}
        order = "up"
        if sort != BEST:
            order = one_of(_("Order"), orders, **widgets.kept(ORDER))
    return Asked(wanted, statuses, ("name", *chosen), sort, order == "down")


def offered_columns(columns: dict[str, Column]) -> list[str]:
    """Every column a table of accounts can show, in the order of the chooser."""
    usual = [name for name in tables.ACCOUNT_COLUMNS if name in columns or name in _RESULTS]
    decided = [DECISION, NOTE]
    return list(dict.fromkeys((*usual, *decided, *columns, *_COMPUTED)))


def is_sortable(name: str, columns: dict[str, Column]) -> bool:
    """Whether the whole list can be put in order by a column."""
    if name in (NAMES.score, NAMES.coverage, NAMES.potential):
        return True
    return name in columns and columns[name].kind is not Kind.TAGS


def heading(name: str) -> str:
    """A column as its heading says it."""
    own = {
        "tier": _("Tier"),
        NAMES.score: _("Score"),
        NAMES.potential: _("Potential"),
        NAMES.score_low: _("Score, at least"),
        NAMES.score_high: _("Score, at most"),
        NAMES.coverage: _("Known"),
        DECISION: _("Decision"),
        NOTE: _("Note"),
    }
    return own[name] if name in own else _(describe(name, pl.String()).label)


def one_page(market: MarketView, asked: Asked) -> Page:
    """The page of the list that the user is on; the last if there are fewer now."""
    key = widgets.begun(asked.page_key, 1)

    def at(place: int) -> Page:
        return market.page(
            asked.wanted,
            sort=asked.sort,
            descending=asked.descending,
            offset=(place - 1) * ROWS,
            limit=ROWS,
        )

    place = widgets.now(key)
    # The first search through a large list prepares it.
    with st.spinner(_("Looking through the accounts")):
        page = at(place)
        last = tables.pages_of(page.total, size=ROWS)
        if place > last:
            widgets.set_kept(key, last)
            page = at(last)
    return page


def table(page: Page, market: MarketView, asked: Asked) -> None:
    """Draw one page: a name opens its account, a heading sorts, boxes select."""
    rows = with_decisions(page.rows, data.decisions())
    ids = rows["account_id"].to_list()
    # A column may be left over in the address from other accounts.
    columns = [name for name in asked.columns if name in rows.columns]
    shown = tables.accounts_data(rows, columns)
    if DECISION in columns:
        shown = shown.with_columns(
            pl.Series(
                DECISION,
                [None if one is None else deciding.status_name(one) for one in rows[DECISION]],
                pl.String,
            )
        )
    fields = [
        replace(field, heading=f"{'↓' if asked.descending else '↑'} {field.heading}")
        if field.name == asked.sort
        else field
        for field in _fields(columns, market)
    ]
    chosen = set(selected())
    tables.Table(shown, fields).draw(
        height=HEIGHT,
        unknown="",
        opens=ids,
        selection_mode=["multi-row", "single-column"],
        key=widgets.shown_rows(
            _table_name(), (row for row, key in enumerate(ids) if key in chosen)
        ),
        on_select=lambda: _picked(ids, asked, market.population.columns),
        alt=_("Accounts, one page"),
    )


def _fields(columns: Sequence[str], market: MarketView) -> list[tables.Field]:
    own = {
        name: tables.Field(name, heading(name), "number", digits=0, width="small")
        for name in (NAMES.score_low, NAMES.score_high)
    }
    own |= {name: tables.Field(name, heading(name)) for name in (DECISION, NOTE)}
    usual = tables.account_fields(columns, market.profile, dark=theme.is_dark())
    return [own.get(field.name, field) for field in usual]


def _picked(ids: Sequence[str], asked: Asked, columns: dict[str, Column]) -> None:
    """Remember the rows that are ticked, or sort by the heading that was clicked."""
    selection = widgets.picked(_table_name())["selection"]
    for clicked in selection.get("columns", []):
        if is_sortable(clicked, columns):
            is_number = clicked not in columns or columns[clicked].kind is Kind.NUMBER
            down = not asked.descending if clicked == asked.sort else is_number
            widgets.set_kept(SORT, clicked)
            widgets.set_kept(ORDER, "down" if down else "up")
        widgets.set_kept(_CLICKED, widgets.now(_CLICKED) + 1)
        return
    here = [ids[row] for row in selection["rows"]]
    select([*(key for key in selected() if key not in ids), *here])


def _table_name() -> str:
    # The browser would keep the heading selected; a table with another name starts afresh.
    return f"accounts_{widgets.now(widgets.begun(_CLICKED, 0))}"


def selected() -> tuple[str, ...]:
    """Ids of the accounts of this list that are ticked, on whatever page they were."""
    ids: tuple[str, ...] = widgets.now(widgets.begun(_ticked(), ()))
    return ids


def select(ids: Sequence[str]) -> None:
    """Tick just these accounts."""
    widgets.set_kept(_ticked(), tuple(ids))


def learn_from(ids: Sequence[str]) -> None:
    """Draw the button that picks accounts to learn from, and goes to the page that does."""
    if st.button(
        _("Learn from these"),
        icon=":material/school:",
        help=_("Add the ticked accounts to the customers picked by hand, and learn from those."),
        key="accounts_learn",
    ):
        state.pick_by_hand(ids)
        widgets.set_kept(LEARN_FROM, HAND_PICKED)
        navigation.go("learn")


def _ticked() -> str:
    return f"accounts_ticked_{state.view().list_name}"


def pager(page: Page, asked: Asked) -> None:
    """Draw where the page stands in the list, and the way to others."""
    tables.pages(page.total, size=ROWS, key=asked.page_key, alone=True, persist_state="session")


def empty(market: MarketView, asked: Asked) -> None:
    """Say that there is nothing, and what to do next."""
    if any(widgets.now(name) for name in _BLANK):
        st.caption(_("No account passes these filters."))
        st.button(
            _("Take the filters away"),
            icon=":material/filter_list_off:",
            on_click=_unfilter,
        )
    elif asked.wanted.state == "match":
        st.caption(_("No account matches this profile."))
        loosening.nothing_matches(market)
    else:
        st.caption(_("There are none."))


def _unfilter() -> None:
    for name, blank in _BLANK.items():
        widgets.set_kept(name, blank)


def downloads(market: MarketView, asked: Asked, *, total: int) -> None:
    """Draw the buttons that give the whole list as a file, and put it on record."""
    for name, label in (("csv", "CSV"), ("xlsx", "Excel")):
        download(
            label,
            partial(_content, market, asked, name),
            name=file_name(market, format=name),
            mime=FORMATS[name].mime,
            on_made=_log(market, asked, name),
            # Decisions of others, which do not draw this page anew, are in it.
            again=True,
            help=ngettext(
                "The account on this list, with every column.",
                "All {count} accounts on this list, with every column.",
                total,
            ).format(count=number(total)),
            disabled=not total,
            key=f"accounts_{name}",
        )


def _content(market: MarketView, asked: Asked, format: str) -> bytes:
    return file(market, asked, format=format).to_bytes()


def _log(market: MarketView, asked: Asked, format: str) -> Callable[[str, bytes], None]:
    """What puts a file on record, from outside of the session."""
    view, author = state.view(), state.author()

    def log(file_name: str, content: bytes) -> None:
        data.workspace().log_export(
            author=author,
            list_name=view.list_name,
            profile=view.profile,
            format=format,
            file_name=file_name,
            accounts=len(market.account_ids(asked.wanted)),
            sha256=sha256(content).hexdigest(),
            **view.as_saved,
        )

    return log


def file_name(market: MarketView, *, format: str) -> str:
    """Name of the file of a list; the fictional say so."""
    prefix = FICTIONAL_PREFIX if market.population.fictional else ""
    name = f"accounts-{slug_of(market.profile.name)}-{date.today()}"
    return prefix + name + FORMATS[format].suffix


def file(market: MarketView, asked: Asked, *, format: str) -> Prepared:
    """The whole list as a file for people, guarded against formulas, decisions included.

    Parameters
    ----------
    format
        `csv` or `xlsx`.
    """
    page = market.page(
        asked.wanted,
        sort=asked.sort,
        descending=asked.descending,
        limit=market.totals.universe,
    )
    computed = (*_RESULTS, *_COMPUTED)
    rows = page.rows.select(*market.population.columns, *computed)
    return prepare(
        with_decisions(rows, data.decisions()),
        format=format,
        profile=market.profile,
        fictional=market.population.fictional,
        on=date.today(),
    )
