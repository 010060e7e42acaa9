"""Tables of accounts, each column shown as what it is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import polars as pl
import streamlit as st

from icp_core.accounts.columns import BY_NAME, Kind, describe
from icp_core.accounts.population import Population
from icp_core.evaluation.names import NAMES
from icp_core.exporting.cells import guarded
from icp_core.exporting.prepare import FICTIONAL_PREFIX
from icp_core.profiles.model import Profile
from icp_core.reference import geography, industry
from ui import theme
from ui.format import UNKNOWN
from ui.texts import _

COLUMNS: Final = (
    "name",
    "tier",
    NAMES.score,
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


def accounts_data(rows: pl.DataFrame, columns: Sequence[str] = COLUMNS) -> pl.DataFrame:
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
    shares = [name for name in shown.columns if name == NAMES.coverage or _unit(name) == "fraction"]
    if shares:
        spelled.append(in_percent(*shares))
    if "website" in shown.columns:
        bare = pl.col("website").str.strip_chars()
        has_scheme = bare.str.contains(r"^https?://")
        spelled.append(pl.when(has_scheme).then(bare).otherwise("https://" + bare))
    return shown.with_columns(spelled)


def accounts_config(columns: Sequence[str], profile: Profile, *, dark: bool) -> dict[str, Any]:
    """How Streamlit shows each of the columns."""
    colours = theme.tier_colours(profile.tiers.names, dark=dark)
    config: dict[str, Any] = {
        "name": st.column_config.TextColumn(_("Name"), width="medium", pinned=True),
        "tier": st.column_config.TextColumn(_("Tier"), width="small"),
        NAMES.score: st.column_config.ProgressColumn(
            _("Score"),
            min_value=0,
            max_value=100,
            format="%.0f",
            width="small",
            color=colours[profile.tiers.names[min(1, len(profile.tiers.names) - 1)]],
        ),
        NAMES.potential: st.column_config.NumberColumn(
            _("Potential, {currency} a year").format(currency=profile.currency), format="localized"
        ),
        "website": st.column_config.LinkColumn(
            _("Website"), display_text=r"https?://(?:www\.)?(.*?)/?$"
        ),
        "linkedin_url": st.column_config.LinkColumn(_("LinkedIn page"), display_text=_("open")),
    }
    return {name: config[name] if name in config else _config_of(name) for name in columns}


def accounts_table(
    rows: pl.DataFrame,
    profile: Profile,
    *,
    columns: Sequence[str] = COLUMNS,
    height: int | Literal["auto", "stretch", "content"] = "auto",
    key: str | None = None,
    **options: Any,
) -> Any:
    """Draw accounts, best first as they come.

    Parameters
    ----------
    rows
        As `Evaluation.rows` returns them.
    profile
        Gives the currency and the tiers.
    columns
        What to show, in order, as far as the rows have it.
    options
        For `st.dataframe`, such as `on_select`.
    """
    shown = accounts_data(rows, columns)
    return st.dataframe(
        shown,
        column_config=accounts_config(shown.columns, profile, dark=theme.is_dark()),
        hide_index=True,
        height=height,
        placeholder=UNKNOWN,
        key=key,
        **options,
    )


def _unit(name: str) -> str:
    return BY_NAME[name].unit if name in BY_NAME else ""


def _config_of(name: str) -> Any:
    column = BY_NAME.get(name) or describe(name, pl.String())
    label = _(column.label)
    if column.kind is Kind.FLAG:
        return st.column_config.CheckboxColumn(label, width="small")
    if column.kind is Kind.NUMBER:
        if column.unit == "year":
            return st.column_config.NumberColumn(label, format="%d", width="small")
        if column.unit == "fraction":
            return share_column(label, width="small")
        unit = ", " + column.unit if column.unit.startswith("EUR") else ""
        return st.column_config.NumberColumn(label + unit, format="localized")
    if column.kind is Kind.TAGS:
        return st.column_config.ListColumn(label)
    return st.column_config.Column(label)


def share_column(label: str, *, digits: int = 1, **options: Any) -> Any:
    """How a table shows shares that are `in_percent`: `62.0 %`."""
    return st.column_config.NumberColumn(label, format=f"%.{digits}f %%", **options)


def in_percent(*shares: str) -> pl.Expr:
    """Shares 0…1 as a table shows them; a file for people keeps the shares."""
    return pl.col(shares) * 100


def table_csv(table: pl.DataFrame, headings: Mapping[str, str]) -> bytes:
    """A table as a file for people: UTF-8 with a mark for Excel, no formulas.

    Parameters
    ----------
    table
        What is shown.
    headings
        Of the columns to write, by name, in order.
    """
    written = table.select(
        pl.col(name).list.join(", ").alias(heading)
        if isinstance(table.schema[name], pl.List)
        else pl.col(name).alias(heading)
        for name, heading in headings.items()
    )
    texts = [heading for heading, dtype in written.schema.items() if dtype == pl.String]
    written = written.with_columns(guarded(pl.col(heading)).alias(heading) for heading in texts)
    return written.write_csv(include_bom=True, quote_style="non_numeric").encode()


def csv_name(name: str, universe: Population) -> str:
    """A name for the file of a table, which says so if the companies in it are invented."""
    return f"{FICTIONAL_PREFIX if universe.fictional else ''}{name}.csv"


def table_title(title: str, content: Callable[[], bytes], *, file_name: str) -> None:
    """A bold title with the download of its table beside it; the file is built when asked for."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"
    ):
        st.markdown(f"**{title}**", width="content")
        table_download(content, file_name=file_name)


def table_download(content: Callable[[], bytes], *, file_name: str) -> None:
    """The download of a table; the file is built when asked for."""
    st.download_button(
        _("Download"),
        content,
        file_name=file_name,
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"download_{file_name}",
    )
