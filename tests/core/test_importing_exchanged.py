"""Columns that stand under each other's headings are found by their cells, and asked."""

import pytest

from icp_core.importing.load import open_file


def _guessed(text: str) -> tuple[dict[str, str | None], set[str]]:
    """What each heading became, and which are asked."""
    mapping = open_file(text.encode(), name="list.csv").mapping
    return (
        {a.heading: a.column for a in mapping.assignments},
        {a.heading for a, doubt in mapping.asked() if doubt == "meaning"},
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Company name,City,Employees\nOslo,Alfa AS,5\nBergen,Beta AS,7\nTromsø,Gamma AS,9\n",
         {"Company name": "city", "City": "name"}),
        # Names without legal forms: only the towns tell.
        ("Navn;By;Ansatte\nAarhus;Nordbo;5\nOdense;Lysgaard;7\nVejle;Bygma;9\n",
         {"Navn": "city", "By": "name"}),
        ("Nimi;Kotipaikka;Liikevaihto\nOulu;Lehto Oy;5\nTurku;Salo Oy;7\nEspoo;Koivu Oy;9\n",
         {"Nimi": "municipality", "Kotipaikka": "name"}),
        ("Företag;Anställda;Grundat\nAlfa AB;1987;12\nBeta AB;2004;45\nCeta AB;1999;310\n",
         {"Anställda": "founded", "Grundat": "employees"}),
        ("Name,Employees,Founded\nA Ltd,1901,8\nB Ltd,2011,22\nC Ltd,2020,90\n",
         {"Employees": "founded", "Founded": "employees"}),
        ("Name,Employees\nA Ltd,1901\nB Ltd,2011\nC Ltd,2020\n", {"Employees": "founded"}),
        ("Företag;Anställda;Omsättning\nA AB;12000000;12\nB AB;9000000;8\nC AB;45000000;40\n",
         {"Anställda": "revenue", "Omsättning": "employees"}),
        ("Firma;Ansatte;Omsetning (tkr)\nA AS;12000;12\nB AS;9000;8\nC AS;45000;40\n",
         {"Ansatte": "revenue", "Omsetning (tkr)": "employees"}),
        ("Företag;Ort;Webb;Postnr\nA AB;a.se;111 22;Lund\nB AB;b.se;222 33;Malmö\nC AB;c.se;98131;Åre\n",
         {"Ort": "website", "Webb": "postcode", "Postnr": "city"}),
        ("Företag;Ort;Webb;Postnr\nA AB;111 22;Lund;a.se\nB AB;222 33;Malmö;b.se\nC AB;98131;Åre;c.se\n",
         {"Ort": "postcode", "Webb": "city", "Postnr": "website"}),
    ],
)  # fmt: skip
def test_columns_under_each_others_headings_change_places_and_are_asked(
    text: str, found: dict[str, str]
) -> None:
    columns, asked = _guessed(text)
    assert {heading: columns[heading] for heading in found} == found
    assert set(found) <= asked


@pytest.mark.parametrize(
    "text",
    [
        "Company name,City,Employees\nAlfa AS,Oslo,5\nBeta AS,Bergen,7\nGamma AS,Tromsø,9\n",
        "Company name,City\nAlfa,Lagos\nBeta,Accra\nGamma,Nairobi\n",
        "Företag;Ort;Anställda;Grundat\nA AB;Lund;12;1987\nB AB;Kiruna;2004;98\nC AB;Malmö;8;1999\n",
        # Large companies, their revenue in billions.
        "Name;Employees;Revenue (SEK bn)\nA AB;120000;400\nB AB;90000;90\nC AB;45000;40\n",
        "Name;Employees;Revenue\nA AB;300;5\nB AB;90;4\nC AB;45;3\n",
        "Name;City;Website;Postcode\nA AB;Lund;a.se;22222\nB AB;Malmö;b.se;21111\nC AB;Åre;c.se;83013\n",
    ],
)  # fmt: skip
def test_columns_in_their_places_are_left_there(text: str) -> None:
    _, asked = _guessed(text)
    assert asked == set()
