"""Write docs/columns.md from the one place that names the columns.

python docs/columns.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from icp_core.accounts.columns import CANONICAL, fits_for  # noqa: E402

_PANDAS = """
## From and to pandas

In a notebook a frame of accounts becomes a universe, and a universe a frame. NaN becomes unknown, and
unknown stays unknown: headcounts and years come back as `Int64`, flags as `boolean`.

    >>> import pandas as pd
    >>> from icp_core.accounts.universe import Universe
    >>> companies = pd.DataFrame(
    ...     {"account_id": ["a", "b"], "name": ["Exempel AB", "Demo AS"], "employees": [120, None]}
    ... )
    >>> universe = Universe.from_pandas(companies, label="Two companies")
    >>> universe.to_pandas()["employees"].to_list()
    [120, <NA>]
    >>> universe.to_pandas()["employees"].dtype
    Int64Dtype()

Read national numbers and postcodes with `dtype=str`: as numbers they lose their leading zeros.
"""


def table() -> str:
    """The page, in Markdown."""
    lines = [
        "# Columns of an account",
        "",
        "Written by `python docs/columns.py`. Any other column is kept and can be a criterion too:",
        "numbers get a range, yes/no columns a flag, lists of words tags, other words a choice.",
        "",
        "| column | label | kind | unit | what it is | fit |",
        "|---|---|---|---|---|---|",
    ]
    lines += [
        f"| `{column.name}` | {column.label} | {column.kind} | {column.unit or '–'} | "
        f"{column.description} | {', '.join(fits_for(column.kind)) or '–'} |"
        for column in CANONICAL
    ]
    return "\n".join(lines) + "\n" + _PANDAS


if __name__ == "__main__":
    (ROOT / "docs" / "columns.md").write_text(table(), encoding="utf-8")
