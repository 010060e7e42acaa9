"""What a load did: rows, rejects, merges, columns, and what the gaps mean."""

import polars as pl
import streamlit as st

from icp_core.accounts.columns import BY_NAME
from icp_core.errors import IcpError
from icp_core.importing.duplicates import BY, INTO, KEPT_APART, SHARED, kept_apart
from icp_core.importing.library import ImportedList, Library
from icp_core.importing.report import QualityReport
from ui import widgets
from ui.controls import section, side_by_side
from ui.downloads import download
from ui.format import moment, number, plain
from ui.tables import Field, Table
from ui.texts import _, ngettext

_SHOWN = 1_000
_FEW = 8
_HEIGHT = 320


def draw(imported: ImportedList) -> None:
    """Draw the report of a loaded list."""
    library = Library()
    report = library.report(imported.key)
    _counts(report)
    left, right = side_by_side("import_report_halves", shares=(2, 3), gap="small")
    with left.container(border=True, height="stretch"):
        section(_("What the gaps mean"))
        for gap in report.gaps or (_("Nothing that a profile usually asks for is missing."),):
            st.markdown(f":small[{plain(_(gap))}]")
        told = [sentence for column in report.columns for sentence in column.sentences()]
        if told:
            section(_("What was decided about cells"))
        for sentence in told:
            st.markdown(f":small[{plain(sentence)}]")
        section(_("Files"))
        for file in report.files:
            facts = [file.register_name or file.kind, number(file.rows) + " " + _("rows")]
            st.caption(plain(" · ".join([file.name, *facts, *file.notes])))
            for remark in file.remarks:
                st.markdown(f":small[{plain(_(remark))}]")
        for rate in report.rates:
            st.caption(
                _("{currency} to euros at the rate of {day}").format(
                    currency=rate.currency, day=rate.on
                )
            )
        download(
            _("Report"),
            report.to_json,
            name=f"report-{imported.key}.json",
            mime="application/json",
            key="import_report",
        )
    with right.container(border=True, height="stretch"):
        _columns(report)
    if report.rejected:
        with st.container(border=True):
            _rejected(library, imported, report)
    if report.apart:
        with st.container(border=True):
            _apart(library, imported, report)
    if report.numbers or report.disowned:
        with st.container(border=True):
            _numbers(imported, report)
    if report.merged:
        with st.container(border=True):
            _merged(library, imported, report)


def _counts(report: QualityReport) -> None:
    with st.container(horizontal=True):
        st.metric(_("Rows read"), number(report.read), border=True)
        st.metric(_("Companies kept"), number(report.kept), border=True)
        st.metric(_("Merged into another"), number(report.merged), border=True)
        st.metric(_("Rejected"), number(report.rejected), border=True)
    st.caption(_("Loaded {when}.").format(when=moment(report.loaded_at)))


def columns_data(report: QualityReport) -> pl.DataFrame:
    """Every column of the accounts: how full, how many cells were invalid or changed."""
    return pl.DataFrame(
        [
            {
                "column": BY_NAME[one.name].label if one.name in BY_NAME else one.name,
                "filled": round(one.filled, 3),
                "invalid": one.invalid,
                "changed": one.changed,
                "examples": ", ".join(one.examples),
            }
            for one in report.columns
        ],
        schema={
            "column": pl.String,
            "filled": pl.Float64,
            "invalid": pl.Int64,
            "changed": pl.Int64,
            "examples": pl.String,
        },
    )


def _columns(report: QualityReport) -> None:
    Table(
        columns_data(report),
        (
            Field("column", _("Column"), pinned=True),
            Field("filled", _("Filled"), "share_bar", digits=1),
            Field(
                "invalid",
                _("Invalid"),
                "number",
                digits=0,
                width="small",
                help=_("Cells that could not be read; they are unknown now."),
            ),
            Field(
                "changed",
                _("Changed"),
                "number",
                digits=0,
                width="small",
                help=_("Cells written differently: a code for a name, for example."),
            ),
            Field(
                "examples",
                _("Examples"),
                help=_("Some of the cells that could not be read."),
            ),
        ),
        title=_("Columns"),
    ).draw(height=360)


def _rejected(library: Library, imported: ImportedList, report: QualityReport) -> None:
    Table(
        pl.DataFrame(
            {"reason": [_(one) for one in report.reasons], "rows": list(report.reasons.values())}
        ),
        (
            Field("reason", _("Reason"), in_file=False),
            Field("rows", _("Rows"), "number", in_file=False),
            *(Field(name, name, on_page=False) for name in ("file", "row", "reason", "cells")),
        ),
        title=_("Rejected rows"),
        file=f"rejected-{imported.key}",
        whole=lambda: library.rejected(imported.key),
    ).draw_printed()
    st.caption(_("The file has the row numbers, the reasons and the cells as they were."))


def apart_data(report: QualityReport) -> pl.DataFrame:
    """Pairs of companies with one domain that were kept apart, as people read them."""
    words = {"name": _("names"), "national number": _("national numbers")}
    return pl.DataFrame(
        [(one.domain, one.name, one.other_name, words[one.differ]) for one in report.apart_listed],
        schema=dict.fromkeys(("domain", "name", "other_name", "differ"), pl.String),
        orient="row",
    )


def _apart(library: Library, imported: ImportedList, report: QualityReport) -> None:
    Table(
        apart_data(report),
        (
            Field("domain", _("Domain"), in_file=False),
            Field("name", _("Company"), in_file=False),
            Field("other_name", _("Other company"), in_file=False),
            Field("differ", _("What differs"), width="small", in_file=False),
            *(Field(name, name, on_page=False) for name in KEPT_APART),
        ),
        title=ngettext(
            "{count} pair with one domain, kept apart",
            "{count} pairs with one domain, kept apart",
            report.apart,
        ).format(count=number(report.apart)),
        file=f"one-domain-{imported.key}",
        whole=lambda: kept_apart(library.open(imported.key).frame),
    ).draw(height="content" if report.apart <= _FEW else _HEIGHT, unknown="")
    if report.apart > len(report.apart_listed):
        st.caption(
            _("The first {count} are shown; the file has all.").format(
                count=number(len(report.apart_listed))
            )
        )
    with st.container(horizontal=True, vertical_alignment="center"):
        merge = st.button(
            _("Merge them, one company a domain"),
            icon=":material/merge:",
            key="import_merge_shared",
        )
        st.caption(
            _(
                "Firms of one group often share a website. Name and number of the first stay; each "
                "merge can be taken apart again."
            ),
            width="content",
        )
    if merge:
        try:
            library.merge_shared(imported.key)
        except IcpError as error:
            widgets.notify(str(error))
        st.rerun()


def numbers_data(report: QualityReport) -> pl.DataFrame:
    """National numbers at which unlike names stand, and what was made of it, as people read them."""
    became = {
        True: _("one company, as if it was renamed"),
        False: _("kept apart: names and domains differ"),
    }
    rows = [(one.number, ", ".join(one.names), became[one.merged]) for one in report.numbers]
    rows += [
        (
            number_,
            ngettext("{count} row", "{count} rows", count).format(count=number(count)),
            _("none's: too many names, unknown for all"),
        )
        for number_, count in report.disowned.items()
    ]
    schema = dict.fromkeys(("number", "names", "became"), pl.String)
    return pl.DataFrame(rows, schema=schema, orient="row")


def _numbers(imported: ImportedList, report: QualityReport) -> None:
    found = numbers_data(report)
    Table(
        found,
        (
            Field("number", _("National number"), width="small"),
            Field("names", _("Names")),
            Field("became", _("What became of it")),
        ),
        title=_("One national number, different names"),
        file=f"one-number-{imported.key}",
    ).draw(height="content" if found.height <= _FEW else _HEIGHT, unknown="")


def _merged(library: Library, imported: ImportedList, report: QualityReport) -> None:
    section(_("Merged rows"))
    st.caption(plain(_(report.merge_rule)))
    members = library.members(imported.key)
    names = dict(members.select(INTO, "name").unique(INTO, maintain_order=True).iter_rows())
    names = dict(list(names.items())[:_SHOWN])
    chosen = st.selectbox(
        _("Company"),
        list(names),
        index=None,
        format_func=lambda one: names[one] or one,
        placeholder=_("Choose a company to see its rows"),
        width=420,
        key=f"import_merged_{imported.version}",
    )
    if len(names) == _SHOWN:
        st.caption(_("The first {count} companies can be chosen.").format(count=number(_SHOWN)))
    if chosen is None:
        return
    rows = members.filter(pl.col(INTO) == chosen)
    if SHARED in rows[BY]:
        rows = rows.filter(pl.col(BY) == SHARED)
    filled = [name for name in rows.columns if rows[name].null_count() < rows.height]
    Table(rows, [Field(name, name) for name in filled if not name.startswith("#")]).draw()
    words = {
        "number": _("They have the same national number."),
        "domain": _("They have the same domain, and names alike."),
        "name": _("They have names alike, and the same place."),
        SHARED: _("They have the same domain, and you chose one company a domain."),
    }
    st.caption(words.get(rows[BY][0], ""))
    if st.button(_("Take apart"), icon=":material/call_split:", key="import_apart"):
        try:
            library.take_apart(imported.key, chosen)
        except IcpError as error:
            widgets.notify(str(error))
        st.rerun()
