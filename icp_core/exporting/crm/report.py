"""What files and report are put together in."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from icp_core.analysis.team import Rep
from icp_core.exporting.crm.files import CrmFile, CrmFiles, CrmReport, archive_name, safe
from icp_core.exporting.crm.people import User
from icp_core.importing.crm_exports import Org


class Draft:
    """Files in the making, with what is lacking and what to warn of.

    Parameters
    ----------
    rows
        As `planned` gives them.
    """

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows
        self.files: list[CrmFile] = []
        self.counts: dict[str, int] = {}
        self.lacking: dict[str, list[str]] = {}
        self.warnings: list[str] = []
        self.steps: tuple[str, ...] = ()
        self.left_behind: tuple[str, ...] = ()
        self.cleaned = 0
        self.shortened = 0

    def add(self, name: str, purpose: str, frame: pl.DataFrame) -> None:
        """A file, unless it would have no rows; a file of headings alone is nothing to load."""
        self.counts[name] = frame.height
        if frame.height:
            made, changed = safe(frame)
            self.cleaned += changed
            self.files.append(CrmFile(name, purpose, made))

    def warn(self, text: str) -> None:
        """Say what may go wrong."""
        self.warnings.append(text)

    def lack(self, what: str, *names: str) -> None:
        """Say of whom something is lacking."""
        if names:
            self.lacking.setdefault(what, []).extend(names)

    def lack_reps(self, reps: Iterable[Rep], people: Mapping[str, User]) -> None:
        """Say which reps no account can be given to."""
        for one in reps:
            if why := people[one.name].lacking:
                self.lack(why, one.name)

    def keyed(self, rows: pl.DataFrame, lacking: str) -> pl.DataFrame:
        """Those rows that have an id of their own; of one id twice, with two reps, none."""
        self.lack(lacking, *rows.filter(pl.col("id").is_null())["name"].fill_null("").to_list())
        found = rows.filter(pl.col("id").is_not_null())
        reps = pl.col("after").n_unique().over("id")
        self.lack(
            "Accounts that are one in the CRM and have several reps in the plan",
            *found.filter(reps > 1)["name"].fill_null("").to_list(),
        )
        return found.filter(reps == 1).unique("id", keep="first", maintain_order=True)

    def made(self, crm: str, org: Org, *, on: date, fictional: bool) -> CrmFiles:
        """The archive, with a file for people of what is lacking."""
        files = list(self.files)
        counts = {what: len(names) for what, names in self.lacking.items()}
        if counts:
            every = pl.DataFrame(
                {
                    "Lacking": [what for what, names in self.lacking.items() for _ in names],
                    "Name": [name for names in self.lacking.values() for name in names],
                },
                schema={"Lacking": pl.String, "Name": pl.String},
            )
            frame, _ = safe(every, for_people=True)
            files.append(
                CrmFile("lacking.csv", "What is in no file, by name.", frame, for_people=True)
            )
        given = self.rows.filter(pl.col("after").is_not_null())
        report = CrmReport(
            crm=crm,
            file_name=archive_name(crm, on=on, fictional=fictional),
            fictional=fictional,
            accounts=given.height,
            moved=given.filter(pl.col("before").ne_missing(pl.col("after"))).height,
            rows=self.counts,
            lacking=counts,
            cells_cleaned=self.cleaned + self.shortened,
            warnings=tuple(self.warnings),
            steps=self.steps,
            left_behind=self.left_behind,
            read=org.read,
        )
        return CrmFiles(report, tuple(files))
