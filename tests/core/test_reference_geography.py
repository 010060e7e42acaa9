"""Countries, regions, municipalities, postcodes and their names."""

import polars as pl
import pytest

from icp_core.reference import geography


def test_the_tables_hold_every_region_and_municipality():
    regions = [region.country for region in geography.regions()]
    assert {c: regions.count(c) for c in set(regions)} == {"SE": 21, "NO": 15, "DK": 5, "FI": 19}
    places = [entry.country for entry in geography.municipalities()]
    assert {c: places.count(c) for c in set(places)} == {"SE": 290, "NO": 357, "DK": 99, "FI": 308}


def test_every_municipality_lies_in_a_region_of_its_country():
    regions = {region.code for region in geography.regions()}
    for entry in geography.municipalities():
        assert entry.region in regions
        assert entry.code[:3] == entry.region[:3] == f"{entry.country}-"


def test_every_postcode_lies_in_a_municipality():
    assert set(geography.postcode_table()["municipality"]) <= {
        entry.code for entry in geography.municipalities()
    }


def test_codes_have_names_and_unknown_ones_stand_for_themselves():
    assert geography.name_of("SE-0180") == "Stockholm"
    assert geography.name_of("SE-01") == "Stockholms län"
    assert geography.name_of("IS") == "Iceland"
    assert geography.name_of("GB") == "United Kingdom"
    assert geography.name_of("NO-2100") == "NO-2100"
    assert geography.region_of("SE-0180") == "SE-01"
    assert geography.region_of("NO-2100") is None


@pytest.mark.parametrize(
    ("country", "written", "clean"),
    [
        ("SE", "SE-114 55", "11455"),
        ("FI", "180", "00180"),
        ("NO", "277", "0277"),
        ("DK", "DK-2100", "2100"),
        ("SE", "123456", None),
        ("SE", "", None),
        ("SE", "n/a", None),
        ("GB", " SW1A 1AA", "SW1A 1AA"),
        ("GB", " ", None),
    ],
)
def test_postcodes_lose_spaces_and_prefixes_and_regain_zeros(country, written, clean):
    assert geography.clean_postcode(country, written) == clean
    column = pl.select(geography.clean_postcodes(pl.lit(written), pl.lit(country))).item()
    assert column == clean


def test_a_postcode_gives_coordinates():
    assert geography.coordinates("IS", postcode="101") is None
    assert geography.coordinates("SE", postcode="114 55") == (59.3326, 18.0649)


def test_coordinates_fall_back_from_postcode_to_municipality():
    tyreso = (59.21, 18.341)
    assert geography.coordinates("SE", postcode="99999", municipality="SE-0138") == tyreso
    assert geography.coordinates("SE", municipality="SE-0138") == tyreso
    assert geography.coordinates("SE", postcode="99999") is None


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Gothenburg", ("SE-1480",)),
        ("goteborg", ("SE-1480",)),
        ("Copenhagen", ("DK-0101",)),
        ("Åbo", ("FI-853",)),
        ("Århus", ("DK-0751",)),
        ("Kista", ("SE-0180",)),
        ("Stockholm", ("SE-01", "SE-0180")),
        ("Skåne", ("SE-12",)),
        ("Hovedstaden", ("DK-1084",)),
        ("Herøy", ("NO-1515", "NO-1818")),
        ("Atlantis", ()),
    ],
)
def test_places_are_found_by_local_and_english_names(name, codes):
    assert geography.find(name) == codes


def test_a_country_narrows_a_name_that_several_have():
    assert geography.find("Lund") == ("NO-1112", "SE-1281")
    assert geography.find("Lund", "SE") == ("SE-1281",)


def test_countries_are_known_by_code_and_own_name():
    written = ("se", "Sverige", "NORWAY", "Danmark", "Suomi")
    assert [geography.country_code(text) for text in written] == ["SE", "SE", "NO", "DK", "FI"]
    assert geography.country_code("Germany") == "DE"
    assert geography.country_code("Atlantis") is None


def test_locating_a_list_fills_what_is_known_and_keeps_the_rows_in_order():
    accounts = pl.DataFrame(
        {
            "name": ["postcode", "city", "own code", "svalbard", "iceland", "conflict", "nothing"],
            "country": ["SE", "NO", "NO", "NO", "IS", "SE", None],
            "postcode": ["114 55", None, None, "9170", "101", "114 55", "1"],
            "city": [None, "Baerum", None, "Longyearbyen", "Reykjavik", "Lund", None],
            "municipality": [None, None, "NO-0301", "NO-2100", None, "SE-1281", None],
        }
    )
    located = geography.locate(accounts)
    assert located["name"].to_list() == accounts["name"].to_list()
    assert located["municipality"].to_list() == [
        "SE-0180",
        "NO-3201",
        "NO-0301",
        None,
        None,
        "SE-1281",
        None,
    ]
    assert located["region"].to_list() == ["SE-01", "NO-32", "NO-03", None, None, "SE-12", None]
    assert located["postcode"].to_list() == ["11455", None, None, "9170", "101", "11455", "1"]
    # The last known of each: postcode, municipality by city, municipality by code.
    assert located["latitude"].to_list()[:3] == [59.3326, 59.9345, 59.9675]
    assert located["latitude"].to_list()[4] is None
    assert located.columns == [*accounts.columns, "region", "latitude", "longitude"]


def test_a_known_coordinate_is_kept():
    accounts = pl.DataFrame(
        {
            "country": ["SE"],
            "postcode": ["11455"],
            "city": ["X"],
            "latitude": [1.0],
            "longitude": [2.0],
        }
    )
    assert geography.locate(accounts).select("latitude", "longitude").row(0) == (1.0, 2.0)


def test_towns_are_written_as_their_country_does():
    accounts = pl.DataFrame(
        {
            "country": ["SE", "DK", "NO", "SE", "IS"],
            "city": ["VASTERAS", "Copenhagen", "TØNSBERG", "Nowhere", "Reykjavik"],
        }
    )
    assert geography.spell_towns(accounts)["city"].to_list() == [
        "Västerås",
        "København",
        "Tønsberg",
        "Nowhere",
        "Reykjavik",
    ]


def test_boundaries_carry_the_codes_of_the_tables():
    regions = geography.boundaries("region")["features"]
    assert {f["id"] for f in regions} == {region.code for region in geography.regions()}
    swedish = geography.boundaries("municipality", "SE")["features"]
    assert {f["id"] for f in swedish} == {
        entry.code for entry in geography.municipalities() if entry.country == "SE"
    }
    assert all(f["properties"]["region"] == geography.region_of(f["id"]) for f in swedish)


@pytest.mark.parametrize("level", ["region", "municipality"])
def test_an_area_that_people_speak_of_has_places_that_there_are(level):
    known = {one.code for one in (*geography.regions(), *geography.municipalities())}
    groups = geography.place_groups(level)
    assert groups
    for name, codes in groups.items():
        assert len(codes) > 1, name
        assert known.issuperset(codes), name
        assert len(set(codes)) == len(codes), name


def test_southern_sweden_is_that_of_its_regions_cooperation():
    southern = geography.place_groups("region")["Southern Sweden (Sydsverige)"]
    names = ["Blekinge", "Hallands", "Jönköpings", "Kalmar", "Kronobergs", "Skåne"]
    assert sorted(map(geography.name_of, southern)) == [f"{name} län" for name in names]
