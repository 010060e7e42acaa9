"""What interviews say of a profile's claims, to stand beside each."""

from dataclasses import dataclass

from icp_core.analysis.interviews import Said, said
from icp_core.errors import WorkspaceError
from ui import data
from ui.format import number
from ui.state import View
from ui.texts import _


@dataclass(frozen=True)
class Told:
    """How many interviews there were, and how many speak for and against each claim."""

    interviews: int = 0
    claims: tuple[Said, ...] = ()

    def beside(self, about: str) -> str:
        """` · 7 of 9 say so, 1 contradicts`; empty where no quote speaks to it."""
        one = next((one for one in self.claims if one.about == about), None)
        if one is None:
            return ""
        line = _("{count} of {all} say so").format(
            count=number(one.supporting), all=number(one.interviews)
        )
        if one.contradicting:
            line += ", " + _("{count} contradict").format(count=number(one.contradicting))
        return f" · {line}"


def told(view: View) -> Told:
    """What was said of the profile, if it is saved and the workspace can be read."""
    if view.saved is None:
        return Told()
    try:
        workspace = data.workspace()
        count = workspace.interviews_held(view.saved)
        return Told(count, said(workspace.evidence(view.saved), count))
    except WorkspaceError:
        # The page header says what is wrong with the workspace.
        return Told()
