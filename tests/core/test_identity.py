"""Domains and account ids."""

import polars as pl
import pytest

from icp_core.accounts.identity import (
    account_ids,
    hashed_id,
    registrable_domain,
    registrable_domains,
)


@pytest.mark.parametrize(
    ("address", "domain"),
    [
        ("http://www.karnovgroup.com", "karnovgroup.com"),
        ("WWW.Example.SE/om-oss?x=1", "example.se"),
        ("Sandebåtsenter.no", "xn--sandebtsenter-ufb.no"),
        ("https://ir.serneke.se/sv", "serneke.se"),
        ("post@firma.co.uk", "firma.co.uk"),
        ("www.facebook.com/firma", None),
        ("ola@gmail.com", None),
        ("http://www.maglechemoswed.cow", None),
        ("n/a", None),
        ("", None),
        (None, None),
    ],
)
def test_the_registrable_domain_of_an_address(address, domain):
    assert registrable_domain(address) == domain
    assert registrable_domains(pl.Series([address], dtype=pl.String)).to_list() == [domain]


def test_an_account_is_known_by_number_then_domain_then_name_and_country():
    accounts = pl.DataFrame(
        {
            "name": ["A", "B", "C", "D", "E"],
            "country": ["NO", "SE", "SE", "SE", None],
            "org_number": ["923609016", None, None, None, None],
            "domain": ["a.no", "b.se", "group.se", "group.se", None],
        }
    )
    assert account_ids(accounts).to_list() == [
        "NO-923609016",
        "domain:b.se",
        hashed_id("C", "SE"),
        hashed_id("D", "SE"),
        hashed_id("E", None),
    ]


def test_spelling_of_a_name_does_not_change_its_id_but_the_country_does():
    assert hashed_id("Älvsjö  Bygg", "SE") == hashed_id("alvsjo bygg", "SE")
    assert hashed_id("Älvsjö Bygg", "SE") != hashed_id("Älvsjö Bygg", "FI")


def test_ids_of_a_column_fold_names_as_single_ids_do():
    names = ["Älvsjö  Bygg", "ØRSTED ÆÐÞ", "Straße 1", "Hôtel İstanbul", " Åbo "]
    accounts = pl.DataFrame({"name": names, "country": ["SE"] * len(names)})
    assert account_ids(accounts).to_list() == [hashed_id(name, "SE") for name in names]
