"""The export log, and where the workspace that keeps it is."""

from typing import Final

import polars as pl
import streamlit as st

from icp_core.exporting import FORMATS
from icp_core.workspace import DIRECTORY_VARIABLE, URL_VARIABLE
from ui import navigation, saving
from ui.controls import section
from ui.format import moment, number, plain
from ui.tables import Field, Table
from ui.texts import _

ROWS: Final = 1_000  # exports listed, newest first


def export_log(log: pl.DataFrame) -> None:
    """Draw what was exported, newest first."""
    if log.is_empty():
        section(_("Export log"))
        st.markdown(
            _(
                "Nothing has been exported yet. Every download of an account list is noted here: "
                "what, when, by whom, how many rows, and the hash of the file."
            )
        )
        navigation.link("export", _("Export a list"), ":material/arrow_forward:")
        return
    Table(
        export_log_data(log),
        (
            Field("exported_at", _("When")),
            Field("author", _("By")),
            Field("list_name", _("Accounts")),
            Field("profile", _("Profile")),
            Field("format", _("Format")),
            Field("file_name", _("File"), width="medium"),
            Field("accounts", _("Rows"), "number"),
            Field("sha256", _("SHA-256")),
        ),
        title=_("Export log"),
        file="export-log",
    ).draw()
    st.caption(
        _(
            "The hash tells whether a file is the one that was exported: compare it with what "
            "`sha256sum` prints, or `Get-FileHash` on Windows."
        )
    )
    if log.height == ROWS:
        st.caption(_("The newest {count} are shown.").format(count=number(ROWS)))


def export_log_data(log: pl.DataFrame) -> pl.DataFrame:
    """The export log in words: times on the reader's clock, formats and versions by name."""
    return log.select(
        pl.Series("exported_at", [moment(when) for when in log["exported_at"]], dtype=pl.String),
        "author",
        "list_name",
        pl.Series(
            "profile",
            [
                saving.version_label(slug, version) if slug else _("not saved")
                for slug, version in log.select("slug", "number").iter_rows()
            ],
            dtype=pl.String,
        ),
        pl.Series(
            "format",
            [FORMATS[name].label if name in FORMATS else name for name in log["format"]],
            dtype=pl.String,
        ),
        "file_name",
        "accounts",
        "sha256",
    )


def workspace_place(where: str) -> None:
    """Say where the workspace is kept, and how to keep it elsewhere."""
    st.caption(
        _("Kept in {place}").format(place=plain(where)),
        help=_(
            "Profiles, decisions and this log are kept there. To keep them elsewhere, start the app "
            "with the environment variable `{directory}` set to a folder, or `{url}` set to the "
            "address of a PostgreSQL database. What is kept here stays here."
        ).format(directory=DIRECTORY_VARIABLE, url=URL_VARIABLE),
    )
