"""Tables: what each column is, the title with its download, the rows, and the way to other rows.

A page says what it shows as `Field`s and hands them over with the rows as one `Table`, which draws them
and writes the same columns to a file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from math import ceil
from typing import Any, Final, Literal

import pandas as pd
import polars as pl
import streamlit as st
from pandas.io.formats.style import Styler

from icp_core.accounts.columns import BY_NAME, Column, Kind, describe
from icp_core.accounts.population import Population
from icp_core.evaluation.names import NAMES
from icp_core.exporting.cells import guarded
from icp_core.exporting.prepare import FICTIONAL_PREFIX
from icp_core.profiles.model import Profile
from icp_core.reference import geography, industry
from ui import state, theme, widgets
from ui.areas import short_tier_label
from ui.controls import apart, section
from ui.downloads import download
from ui.format import UNKNOWN, currency_sign, number, percent, plain, signed
from ui.texts import _

ACCOUNT_COLUMNS: Final = (
    "name",
    "tier",
    NAMES.score,
    NAMES.coverage,
    NAMES.potential,
    "country",
    "region",
    "industry",
    "employees",
    "revenue",
    "website",
    "is_customer",
)
"""What a table of accounts shows, as far as the accounts have it."""

Looks = Literal[
    "text",
    "number",
    "year",
    "change",
    "share",
    "score",
    "share_bar",
    "flag",
    "tags",
    "tier",
    "website",
    "link",
]
"""How a column is shown: `year` is a number without thousands, `change` one with its sign, `share` a
share 0…1 in per cent, `score` a bar of 0…100, `share_bar` a bar of a share, `tier` a chip in its colour,
`website` a link that shows its domain."""

_WRITTEN: Final = ("number", "change", "share")


@dataclass(frozen=True)
class Field:
    """A column of a table: where its values stand, what it is called, and how it is shown.

    Attributes
    ----------
    name
        Of the column in the rows.
    heading
        As people read it, on the page and in the file.
    kind
        How it is shown.
    digits
        Decimals. None writes numbers with as many as they need, and shares with one.
    width
        In pixels, or `small`, `medium` or `large`; as Streamlit likes it unless given.
    pinned
        Whether it stays in view when the table scrolls to the side.
    help
        Beside the heading.
    colour
        Of a bar.
    tiers
        Names that a column of tiers may hold, best first, for their colours.
    on_page, in_file
        Whether it stands on the page, and in the file.
    write
        Writes a value as Markdown where the table is printed, in place of the usual way of its kind.
    """

    name: str
    heading: str
    kind: Looks = "text"
    _: KW_ONLY
    digits: int | None = None
    width: int | Literal["small", "medium", "large"] | None = None
    pinned: bool | None = None
    help: str | None = None
    colour: str | None = None
    tiers: Sequence[str] = ()
    on_page: bool = True
    in_file: bool = True
    write: Callable[[Any], str] | None = None

    def config(self) -> Any:
        """How Streamlit shows the column, shares in per cent."""
        make, own = self._own_config()
        return make(self.heading, width=self.width, pinned=self.pinned, help=self.help, **own)

    def _own_config(self) -> tuple[Callable[..., Any], dict[str, Any]]:
        """What makes a column of this kind, and what it takes besides what all take."""
        columns, digits = st.column_config, self.digits or 0
        bar = {"min_value": 0, "max_value": 100, "color": self.colour}
        kinds: dict[Looks, tuple[Callable[..., Any], dict[str, Any]]] = {
            "text": (columns.Column, {}),
            # Written by `Table.draw`, so that it is written as everywhere.
            "number": (columns.NumberColumn, {}),
            "year": (columns.NumberColumn, {"format": "%d"}),
            "change": (columns.NumberColumn, {}),
            "share": (columns.NumberColumn, {}),
            "score": (columns.ProgressColumn, bar | {"format": f"%.{digits}f"}),
            "share_bar": (columns.ProgressColumn, bar | {"format": f"%.{digits}f %%"}),
            "flag": (columns.CheckboxColumn, {}),
            "tags": (columns.ListColumn, {}),
            "tier": (columns.MultiselectColumn, _chips(self.tiers)),
            "website": (columns.LinkColumn, {"display_text": r"https?://(?:www\.)?(.*?)/?$"}),
            "link": (columns.LinkColumn, {"display_text": _("open")}),
        }
        return kinds[self.kind]

    def text(self, value: Any) -> str:
        """A value as Markdown, for a table that is printed."""
        if self.write is not None:
            return self.write(value)
        match self.kind:
            case "share":
                return self.written(100 * value)
            case "number" | "change":
                return self.written(value)
            case _:
                return plain(str(value))

    def written(self, value: float) -> str:
        """A number of a kind in `_WRITTEN` as people read it, a share of one in per cent."""
        match self.kind:
            case "change":
                return signed(value, digits=self.digits or 0)
            case "share":
                return percent(value / 100, digits=1 if self.digits is None else self.digits)
            case _:
                return number(value, digits=self.digits)


@dataclass(frozen=True)
class Table:
    """Rows with what each column is, a title, and a file of them.

    Attributes
    ----------
    rows
        To show, shares as 0…1.
    fields
        Columns in order; others of the rows are not shown.
    title
        Bold above the rows; none if empty.
    file
        Name of the file without its ending; nothing to download if empty.
    population
        The accounts, whose file says so if they are fictional.
    whole
        Gives the rows of the file, where those are not the ones shown.
    """

    rows: pl.DataFrame
    fields: Sequence[Field]
    _: KW_ONLY
    title: str = ""
    file: str = ""
    population: Population | None = None
    whole: Callable[[], pl.DataFrame] | None = None

    def draw(
        self,
        *,
        height: int | Literal["auto", "stretch", "content"] = "auto",
        unknown: str = UNKNOWN,
        key: str | None = None,
        on_row: Callable[[int], None] | None = None,
        opens: Sequence[str] = (),
        **options: Any,
    ) -> None:
        """Draw the title and the rows.

        Parameters
        ----------
        unknown
            What stands for a null.
        key
            Of the table; needed with `on_row` and `opens`.
        on_row
            Called with the place of a row that was clicked.
        opens
            Ids of the accounts in the rows: a click on a name opens its account.
        options
            For `st.dataframe`.
        """
        self.draw_title()
        if on_row is not None and key is not None:

            def clicked() -> None:
                for row in widgets.event(key)["selection"]["rows"]:
                    on_row(row)

            options |= {"selection_mode": "single-row", "on_select": clicked}
        shown = [field for field in self.fields if field.on_page]
        config = {field.name: field.config() for field in shown}
        if opens:
            config |= {
                field.name: _opener(field, opens, key=f"{key}_opened")
                for field in shown
                if field.name == "name"
            }
        in_percent = [
            pl.col(field.name) * 100 for field in shown if field.kind in ("share", "share_bar")
        ]
        as_chips = [
            pl.when(pl.col(field.name).is_not_null())
            .then(pl.concat_list(field.name))
            .alias(field.name)
            for field in shown
            if field.kind == "tier"
        ]
        frame = self.rows.select(list(config)).with_columns(*in_percent, *as_chips)
        if opens:
            # A button whose text is an icon's code would show the icon.
            frame = frame.with_columns(
                pl.col("name").str.replace_all(":material", ":\u2060material")
            )
        written = {field.name: field.written for field in shown if field.kind in _WRITTEN}
        st.dataframe(
            # Numbers stay numbers, to be sorted, beside how they read; days are not times of day.
            Styler(frame.to_pandas(date_as_object=True)).format(written, na_rep=unknown)
            if written
            else frame,
            column_config=config,
            hide_index=True,
            height=height,
            placeholder=unknown,
            key=key,
            **options,
        )

    def draw_printed(self, *, unknown: str = UNKNOWN, **options: Any) -> None:
        """Draw the title and the rows as text between lines, which neither scrolls nor sorts.

        Parameters
        ----------
        unknown
            What stands for a null.
        options
            For `st.table`.
        """
        self.draw_title()
        shown = [field for field in self.fields if field.on_page]
        figures = {
            plain(field.heading): field.text
            for field in shown
            if self.rows.schema[field.name].is_numeric()
            and (field.kind in _WRITTEN or field.write is not None)
        }
        columns = {
            plain(field.heading): self.rows[field.name].to_list()
            if plain(field.heading) in figures
            else [
                unknown if value is None else field.text(value) for value in self.rows[field.name]
            ]
            for field in shown
        }
        draw_figures(columns, figures, unknown=unknown, **options)

    def draw_title(self) -> None:
        """Draw the title with the download beside it; enough where a chart shows the rows."""
        if not self.title:
            return
        # Not at the right end: there a table's own tools lie over it when the mouse comes from below.
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            section(self.title, width="content")
            self.draw_download()

    def draw_download(self, label: str = "") -> None:
        """Draw the download; the file is built when it is asked for."""
        if not self.file:
            return
        name = csv_name(self.file, self.population)
        download(
            label or _("Download"),
            self.to_csv,
            name=name,
            mime="text/csv",
            again=self.whole is not None,
            key=f"download_{name}",
        )

    def to_csv(self) -> bytes:
        """The table as a file for people: UTF-8 with a mark for Excel, shares as 0…1, no formulas."""
        rows = self.rows if self.whole is None else self.whole()
        written = rows.select(
            (
                pl.col(field.name).list.join(", ")
                if isinstance(rows.schema[field.name], pl.List)
                else pl.col(field.name)
            ).alias(field.heading)
            for field in self.fields
            if field.in_file
        )
        texts = [heading for heading, dtype in written.schema.items() if dtype == pl.String]
        guards = (guarded(pl.col(heading)).alias(heading) for heading in texts)
        content = written.with_columns(guards).write_csv(
            include_bom=True, quote_style="non_numeric"
        )
        return content.encode()


def draw_figures(
    columns: Mapping[str, Sequence[Any]],
    figures: Mapping[str, Callable[[Any], str]],
    *,
    unknown: str = UNKNOWN,
    **options: Any,
) -> None:
    """Draw a printed table whose numbers stay numbers, which Streamlit sets one below the other.

    Parameters
    ----------
    columns
        By heading, texts as Markdown.
    figures
        What writes the numbers of a column as Markdown, by its heading.
    unknown
        What stands for a null among them.
    options
        For `st.table`.
    """
    st.table(
        Styler(pd.DataFrame(dict(columns))).format(dict(figures), na_rep=unknown),
        border="horizontal",
        hide_index=True,
        **options,
    )


def _chips(tiers: Sequence[str]) -> dict[str, Any]:
    """Options of a column of tiers with their colours, those of no tier last."""
    colours = theme.tier_colours(tiers, dark=theme.is_dark())
    return {
        "options": list(colours),
        "color": list(colours.values()),
        "format_func": short_tier_label,
    }


def _opener(field: Field, ids: Sequence[str], *, key: str) -> Any:
    """A column of names whose accounts are opened by a click."""
    return st.column_config.ButtonColumn(
        field.heading,
        help=_("Press a name to open the account."),
        type="tertiary",
        alignment="left",
        width=field.width,
        pinned=field.pinned,
        key=key,
        on_click=lambda: state.open_account(ids[widgets.now(key)["row"]]),
    )


def pages(total: int, *, size: int, key: str, alone: bool = False, **options: Any) -> int:
    """Draw which rows of a list are shown, and the way to others.

    Parameters
    ----------
    total
        Rows of the list.
    size
        Rows of a page.
    key
        Of the page number.
    alone
        Whether to draw the number of the page where it is the only one.
    options
        For `st.pagination`.

    Returns
    -------
    int
        Place of the first row to show.
    """
    count = pages_of(total, size=size)
    with apart():
        where = st.container(width="content")
        place = st.pagination(count, key=key, **options) if alone or count > 1 else 1
        first = (place - 1) * size
        where.caption(
            _("{first}–{last} of {total}").format(
                first=number(first + 1),
                last=number(min(first + size, total)),
                total=number(total),
            ),
            width="content",
        )
    return first


def pages_of(total: int, *, size: int) -> int:
    """How many pages that many rows fill; never none."""
    return max(1, ceil(total / size))


def accounts_data(rows: pl.DataFrame, columns: Sequence[str] = ACCOUNT_COLUMNS) -> pl.DataFrame:
    """Accounts as people read them: names for codes, whole addresses for links."""
    shown = rows.select(name for name in columns if name in rows.columns)
    spelled: list[pl.Expr] = []
    for name in ("country", "region", "municipality"):
        if name in shown.columns:
            spelled.append(pl.col(name).replace(dict(geography.names())))
    if "industry" in shown.columns:
        codes = shown["industry"].drop_nulls().unique().to_list()
        titles = {code: f"{code} {industry.label(code)}" for code in codes}
        spelled.append(pl.col("industry").replace(titles))
    for name in ("website", "linkedin_url"):
        if name in shown.columns:
            # Nothing but a web address is opened by a click, whatever a file says.
            bare = pl.col(name).str.strip_chars()
            has_scheme = bare.str.contains(r"^(?i:https?)://")
            spelled.append(pl.when(has_scheme).then(bare).otherwise("https://" + bare).alias(name))
    return shown.with_columns(spelled)


def account_fields(columns: Sequence[str], profile: Profile, *, dark: bool) -> list[Field]:
    """Columns of accounts with their score, tier and potential."""
    tiers = profile.tiers.names
    middle = theme.tier_colours(tiers, dark=dark)[tiers[min(1, len(tiers) - 1)]]
    potential = _("Potential, {currency} a year").format(currency=currency_sign(profile.currency))
    own = {
        "tier": Field("tier", _("Tier"), "tier", width="small", tiers=tiers),
        NAMES.score: Field(NAMES.score, _("Score"), "score", width="small", colour=middle),
        NAMES.coverage: Field(
            NAMES.coverage,
            _("Known"),
            "share",
            digits=0,
            width="small",
            help=_("How much of the weight the score rests on: the coverage."),
        ),
        NAMES.potential: Field(NAMES.potential, potential, "number"),
    }
    return [own[name] if name in own else account_field(name) for name in columns]


def account_field(name: str) -> Field:
    """A column of accounts by what it is."""
    column = BY_NAME.get(name) or describe(name, pl.String())
    label = _(column.label)
    own = {
        "name": Field(name, _("Name"), width="medium", pinned=True),
        "website": Field(name, _("Website"), "website"),
        "linkedin_url": Field(name, _("LinkedIn page"), "link"),
    }
    if name in own:
        return own[name]
    match column.kind:
        case Kind.FLAG:
            return Field(name, label, "flag", width="small")
        case Kind.TAGS:
            return Field(name, label, "tags")
        case Kind.NUMBER:
            return _number_field(column, label)
    return Field(name, label)


def _number_field(column: Column, label: str) -> Field:
    if column.unit == "year":
        return Field(column.name, label, "year", width="small")
    if column.unit == "fraction":
        return Field(column.name, label, "share", width="small")
    unit = ", " + column.unit.replace("EUR", "€") if column.unit.startswith("EUR") else ""
    return Field(column.name, label + unit, "number")


def accounts_table(
    rows: pl.DataFrame,
    profile: Profile,
    *,
    height: int | Literal["auto", "stretch", "content"] = "auto",
    key: str | None = None,
    can_open: bool = False,
) -> None:
    """Draw accounts with the usual columns, best first as they come.

    Parameters
    ----------
    rows
        As `MarketView.page` gives them.
    profile
        Gives the currency and the tiers.
    key
        Of the table.
    can_open
        Whether a click on a name opens the account; needs a key.
    """
    shown = accounts_data(rows)
    fields = account_fields(shown.columns, profile, dark=theme.is_dark())
    opens = rows["account_id"].to_list() if can_open else ()
    Table(shown, fields).draw(height=height, key=key, opens=opens)


def csv_name(name: str, population: Population | None) -> str:
    """A name for the file of a table, which says so if the companies in it are invented."""
    is_fictional = population is not None and population.fictional
    return f"{FICTIONAL_PREFIX if is_fictional else ''}{name}.csv"
