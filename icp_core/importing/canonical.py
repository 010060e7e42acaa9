"""Accounts from a Parquet or CSV file that has the canonical columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import polars as pl

from icp_core.accounts.columns import BY_NAME
from icp_core.accounts.identity import account_ids
from icp_core.errors import SourceError

SUFFIXES: Final = (".parquet", ".csv")

_YES: Final = ("true", "yes", "1")
_NO: Final = ("false", "no", "0")


def accounts(path: Path) -> pl.LazyFrame:
    """Rows of the file; extra columns are kept, and a missing `account_id` is made from the rest.

    In CSV (comma, UTF-8, a header line) tags are separated by `;`, flags are true/false, dates are
    `2026-03-31`, and an empty cell is unknown. Of a Parquet file only what is asked for is read, when it
    is: ask within `reading`, too.
    """
    frame = pl.scan_parquet(path, glob=False) if is_parquet(path) else _csv(path).lazy()
    names = frame.collect_schema().names()
    if "account_id" not in names and "name" in names:
        whole = frame.collect()
        frame = whole.select(account_ids(whole), pl.all()).lazy()
    return frame


def is_parquet(path: Path) -> bool:
    """Whether a file is Parquet, by its name."""
    return path.suffix.lower() == ".parquet"


@contextmanager
def reading(path: Path, *, shown: str | None = None) -> Iterator[None]:
    """Say of a file that cannot be read which one it is.

    Parameters
    ----------
    path
        Of the file.
    shown
        The path as the user wrote it.

    Raises
    ------
    SourceError
        If it cannot be read, or a cell does not hold what its column's name promises.
    """
    try:
        yield
    except (pl.exceptions.PolarsError, OSError) as error:
        raise SourceError(
            f"{shown or path} cannot be read as a {path.suffix} file: {error}"
        ) from error


def _csv(path: Path) -> pl.DataFrame:
    header = pl.read_csv(path, glob=False, n_rows=0, infer_schema=False).columns
    as_text = {name: pl.String for name in header if name in BY_NAME}
    frame = pl.read_csv(path, glob=False, schema_overrides=as_text, infer_schema_length=None)
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
