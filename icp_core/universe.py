"""A universe: every account loaded, with what is known of each column."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from icp_core.columns import Column, conform, describe_all
from icp_core.errors import UniverseError

DATA: Final = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True, eq=False)
class Universe:
    """Accounts in memory, shared by all users and never changed in place.

    Attributes
    ----------
    name
        The source it was loaded from: `demo`, `listed`, `norway`, or a file's path.
    label
        As shown in the dataset list.
    frame
        One row per account, sorted by `account_id` so that row order breaks ties; canonical columns
        in canonical types (`columns.conform`), extras kept.
    fictional
        Whether the companies are invented; then every view and export says so.
    note
        One sentence on what the data can and cannot tell.
    """

    name: str
    label: str
    frame: pl.DataFrame
    fictional: bool = False
    note: str = ""

    @classmethod
    def of(
        cls, frame: pl.DataFrame, *, name: str, label: str, fictional: bool = False, note: str = ""
    ) -> "Universe":
        """A universe of validated accounts.

        Raises
        ------
        UniverseError
            If there are no accounts, or `columns.conform` refuses them.
        """
        if frame.is_empty():
            raise UniverseError(
                f"{label} holds no accounts. Load a list with at least one company."
            )
        return cls(name, label, conform(frame).sort("account_id"), fictional, note)

    def joined(self, accounts: pl.DataFrame) -> "Universe":
        """The universe with a few more accounts; itself if they bring nothing new.

        An account that is here already stays as it is. Of the others only columns that this universe
        has are taken, so that a few accounts never make a column look known.

        Parameters
        ----------
        accounts
            In canonical types, with at least `account_id` and `name`.
        """
        known = {name: self.frame.schema[name] for name in accounts.columns if name in self.columns}
        new = accounts.select(list(known)).join(self.frame, on="account_id", how="anti")
        if new.is_empty():
            return self
        frame = pl.concat([self.frame, new.cast(known, strict=False)], how="diagonal")  # type: ignore[arg-type]
        return replace(self, frame=frame.sort("account_id"))

    def __len__(self) -> int:
        return self.frame.height

    @cached_property
    def columns(self) -> dict[str, Column]:
        """What each column is, by name, in the frame's order."""
        return describe_all(self.frame.schema)

    @property
    def has_coordinates(self) -> bool:
        """Whether at least one account can be drawn as a point."""
        return {"latitude", "longitude"} <= self.columns.keys() and (
            self.frame["latitude"].null_count() < len(self)
        )
