"""Whether the receiver takes a file, what to do if not, and what else to be warned of."""

from collections.abc import Mapping
from typing import Literal

import polars as pl

from icp_core.exporting.formats import Format
from icp_core.reference import geography
from icp_core.reference.numbers import number

Customers = Literal["with", "without", "only"]
"""Whether existing customers are kept, left out, or the only ones kept."""


def blockers(
    target: Format, kept: pl.DataFrame, *, size: int, dropped: Mapping[str, int], suppressed: int
) -> list[str]:
    """Why the receiver would refuse the kept rows, each with what to do about it; empty if not."""
    rows = kept.height
    if rows < target.min_rows:
        remedies = [
            "lower a tier's cut-off",
            "include those with missing data",
            "loosen a must-have",
        ]
        if dropped["other_tier"]:
            remedies.insert(0, f"add tiers (the others hold {number(dropped['other_tier'])})")
        if dropped["too_little_known"]:
            remedies.insert(
                0,
                f"find out more of those too little known ({number(dropped['too_little_known'])})",
            )
        if dropped["other_country"]:
            remedies.insert(
                0, f"add countries (the others hold {number(dropped['other_country'])})"
            )
        if suppressed:
            remedies.insert(0, f"keep customers ({number(suppressed)})")
        *most, last = remedies
        advice = f"To raise it, {', '.join(most)} or {last}."
        if rows == 0:
            return [f"There is no company to export. {advice}"]
        return [
            f"{target.label} needs at least {number(target.min_rows)} companies and this "
            f"one has {number(rows)}. "
            f"{advice}"
        ]
    found = []
    if target.max_rows is not None and rows > target.max_rows:
        found.append(
            f"{target.label} takes at most {number(target.max_rows)} companies and this one "
            f"has {number(rows)}. "
            f"{_split(kept, most=target.max_rows)}"
        )
    elif target.max_bytes is not None and size > target.max_bytes:
        found.append(
            f"{target.label} takes at most {target.max_bytes / 1e6:.0f} MB and this one has "
            f"{size / 1e6:.1f} MB. {_split(kept, most=int(rows * target.max_bytes / size))}"
        )
    return found


def _split(kept: pl.DataFrame, *, most: int) -> str:
    """How to make files of at most so many companies: by tier or country, whichever does."""
    parts = kept.select(
        tier=pl.col("tier").fill_null("unranked"),
        country=pl.col("country").replace(dict(geography.COUNTRIES)).fill_null("country unknown"),
    )
    by = {
        name: parts.group_by(*keys)
        .len()
        .sort("len", *keys, descending=[True] + [False] * len(keys))
        for name, keys in (
            ("tier", ["tier"]),
            ("country", ["country"]),
            ("country and tier", ["country", "tier"]),
        )
    }
    for name, sizes in by.items():
        if sizes["len"].max() <= most:  # type: ignore[operator]
            shown = [f"{' '.join(row[:-1])} {number(row[-1])}" for row in sizes.iter_rows()]
            return f"Split it by {name}: {', '.join(shown)}."
    largest = int(by["country and tier"]["len"][0])
    return (
        f"Even by country and tier one part holds {number(largest)}: raise a tier's cut-off or add a "
        f"must-have until none holds more than {number(most)}."
    )


def warnings(
    target: Format,
    *,
    kept: pl.DataFrame,
    fictional: bool,
    customers_unknown: int,
    opted_out: int,
    name_only: int,
    same_domain: int,
) -> list[str]:
    """What may go wrong with a file that the receiver takes."""
    rows = kept.height
    found = []
    if fictional:
        found.append("These companies are invented; use the file to try things out only.")
    if target.min_rows <= rows < target.advised_rows:
        found.append(
            f"{target.label}: {number(target.advised_rows)} companies or more are advised, "
            "so that enough "
            f"members match; this one has {number(rows)}."
        )
    if target.is_ad_audience:
        if rows and name_only / rows > 0.5:
            found.append(
                f"{100 * name_only / rows:.0f}\u00a0% of the companies have a name only; "
                "some 60–70\u00a0% of those are matched, against 80–90\u00a0% with a domain."
            )
        if kept["marketing_opt_out"].null_count() == rows > 0:
            found.append(
                "These accounts do not say who opted out of advertising; check the register first."
            )
    elif opted_out:
        found.append(opted_out_warning(opted_out))
    if same_domain:
        found.append(
            f"{target.label}: all that share a web domain are one company there, so of those only the "
            f"best is written and {number(same_domain)} are left out."
        )
    pages = int(kept["person_page"].sum())
    if pages and not target.for_people:
        found.append(
            f"{number(pages)} LinkedIn addresses are persons' pages, not the company's; "
            "they are left out."
        )
    if customers_unknown:
        found.append(customers_unknown_warning(customers_unknown))
    unreadable = kept.select(
        pl.col("country").replace("", None).is_not_null() & pl.col("country_code").is_null()
    ).to_series()
    if not target.for_people and unreadable.any():
        found.append(
            f"{number(int(unreadable.sum()))} companies have a country that is not a "
            "two-letter code; it is "
            "left blank."
        )
    return found


def customers_unknown_warning(accounts: int) -> str:
    """What a file says of accounts of which nobody knows whether they are customers."""
    return (
        f"Of {number(accounts)} of the accounts it is not known whether they are customers: "
        "they count as "
        "none. Load your customers on the Import page to tell them apart."
    )


def opted_out_warning(companies: int) -> str:
    """What a file with companies that opted out says of them."""
    return (
        f"{number(companies)} of the companies opted out of advertising; do not make an ad audience of "
        "them."
    )
