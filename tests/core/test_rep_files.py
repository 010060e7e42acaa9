import io
import zipfile
from datetime import date

from icp_core.exporting.rep_files import archive, file_name, safe_name


def test_a_rep_of_any_name_gives_a_name_that_every_system_takes():
    assert safe_name("Åsa Öberg / Nord") == "asa-oberg-nord"
    assert safe_name("../../etc/passwd") == "etc-passwd"
    assert safe_name("=cmd|' /C calc'!A0") == "cmd-c-calc-a0"
    assert safe_name("王小明") == "rep"
    assert len(safe_name("x" * 500)) == 60


def test_the_files_of_fictional_companies_say_so():
    on = date(2026, 9, 1)
    assert (
        file_name("Anna", on=on, suffix=".csv", fictional=False) == "accounts-anna-2026-09-01.csv"
    )
    assert file_name("Anna", on=on, suffix=".xlsx", fictional=True).startswith("FICTIONAL-")


def test_two_reps_of_one_safe_name_keep_both_files_and_the_same_files_make_the_same_archive():
    files = [("a.csv", b"1"), ("a.csv", b"2"), ("b.csv", b"3")]
    content = archive(files)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == {
            "a.csv": b"1",
            "a-2.csv": b"2",
            "b.csv": b"3",
        }
    assert archive(files) == content
