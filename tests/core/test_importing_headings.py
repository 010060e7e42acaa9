import polars as pl
import pytest

from icp_core.accounts.columns import BY_NAME
from icp_core.importing.headings import CONTACT, FILE, parse
from icp_core.importing.mapping import INPUTS

HEADINGS = pl.read_csv(FILE, infer_schema=False)


def test_every_meaning_is_a_column_or_a_word_of_the_importer() -> None:
    assert set(HEADINGS["meaning"]) - set(BY_NAME) == INPUTS | {CONTACT, "fte", "not_revenue"}


def test_every_heading_of_the_table_is_known_word_for_word() -> None:
    for meaning, heading in HEADINGS.iter_rows():
        parsed = parse(heading)
        assert (parsed.meaning, parsed.confidence) == (meaning, 1.0), heading


def test_a_heading_stands_once_however_it_is_written() -> None:
    letters = HEADINGS["heading"].str.replace_all(r"[^\pL\d]", "").str.to_lowercase()
    assert letters.filter(letters.is_duplicated()).to_list() == []


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("Juridisk selskapsnavn", "Markedsnavn"),
        ("Sum driftsinntekter", "Sum salgsinntekter"),
        ("Headcount", "Number of employees"),
    ],
)
def test_of_two_headings_with_one_meaning_the_first_in_the_table_ranks_first(
    better: str, worse: str
) -> None:
    first, second = parse(better), parse(worse)
    assert first.meaning == second.meaning
    assert first.rank < second.rank
