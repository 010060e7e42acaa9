"""Accounts from a Parquet or CSV file that has the canonical columns."""

from pathlib import Path
from typing import Final

import polars as pl

from icp_core.columns import BY_NAME
from icp_core.errors import SourceError
from icp_core.identity import account_ids

SUFFIXES: Final = (".parquet", ".csv")

_YES: Final = ("true", "yes", "1")
_NO: Final = ("false", "no", "0")


def accounts(path: Path) -> pl.DataFrame:
    """Rows of the file; extra columns are kept, and a missing `account_id` is made from the rest.

    In CSV (comma, UTF-8, a header line) tags are separated by `;`, flags are true/false, dates are
    `2026-03-31`, and an empty cell is unknown.

    Raises
    ------
    SourceError
        If the file cannot be read, or a cell does not hold what its column's name promises.
    """
    try:
        frame = pl.read_parquet(path) if path.suffix.lower() == ".parquet" else _csv(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(f"{path} cannot be read as a {path.suffix} file: {error}") from error
    if "account_id" not in frame.columns and "name" in frame.columns:
        frame = frame.select(account_ids(frame), pl.all())
    return frame


def _csv(path: Path) -> pl.DataFrame:
    header = pl.read_csv(path, n_rows=0, infer_schema=False).columns
    as_text = {name: pl.String for name in header if name in BY_NAME}
    frame = pl.read_csv(path, schema_overrides=as_text, infer_schema_length=None)
    return frame.with_columns(_typed(name) for name in as_text)


def _typed(name: str) -> pl.Expr:
    text, dtype = pl.col(name).str.strip_chars().replace("", None), BY_NAME[name].dtype
    if dtype == pl.Boolean:
        values = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
        return text.str.to_lowercase().replace_strict(values, return_dtype=pl.Boolean)
    if dtype == pl.List:
        return text.str.split(";").list.eval(pl.element().str.strip_chars())
    if dtype == pl.Date:
        return text.str.to_date("%Y-%m-%d")
    return text if dtype is None else text.cast(dtype)
