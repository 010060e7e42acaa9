"""Files that a user gives: how many and how large together, so that nobody fills the server's memory."""

from dataclasses import dataclass
from typing import Final

import streamlit as st
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from ui import widgets
from ui.format import number, plain
from ui.texts import _

MOST_FILES: Final = 20  # the files of a country's register are six at most
MOST_MB: Final = 400  # all files together; one alone is limited by `server.maxUploadSize`


@dataclass
class _Refused:
    """How often files of this session were refused, and why the last time."""

    times: int = 0
    problem: str = ""


def several_files(label: str, *, key: str) -> list[UploadedFile]:
    """Draw an uploader of several files, at most so many and so large; none of them beyond that.

    Files that are refused are given up at once: an uploader with another key takes the place of theirs.
    """
    refused = widgets.own(f"refused_{key}", _Refused)
    files = st.file_uploader(
        label,
        accept_multiple_files=True,
        label_visibility="collapsed",
        key=f"{key}_{refused.times}",
    )
    problem = _problem([file.size for file in files])
    if problem:
        _give_up(files)
        refused.times += 1
        refused.problem = problem
        st.rerun()
    if files:
        refused.problem = ""
    if refused.problem:
        st.error(plain(refused.problem), icon=":material/error:")
    return files


def _give_up(files: list[UploadedFile]) -> None:
    # By itself Streamlit holds what was uploaded until the session ends.
    run = get_script_run_ctx()
    if run is not None and isinstance(run.uploaded_file_mgr, MemoryUploadedFileManager):
        for file in files:
            run.uploaded_file_mgr.remove_file(run.session_id, file.file_id)


def _problem(sizes: list[int]) -> str:
    if len(sizes) > MOST_FILES:
        return _(
            "{count} files are more than the {most} that are taken at once. Choose fewer; nothing of "
            "these was kept."
        ).format(count=number(len(sizes)), most=number(MOST_FILES))
    total = sum(sizes) / 1_000_000
    if total > MOST_MB:
        return _(
            "{total} MB are more than the {most} MB that are taken at once. Choose fewer or smaller "
            "files; nothing of these was kept."
        ).format(total=number(total), most=number(MOST_MB))
    return ""
