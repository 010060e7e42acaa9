"""Domains and account ids."""

from hashlib import blake2b

import polars as pl
import pytest

from icp_core.accounts.identity import (
    account_ids,
    registrable_domain,
    registrable_domains,
)
from icp_core.reference.text import fold


def id_by_name(name, country):
    """Worked out once more, from the single text's folding."""
    key = f"{fold(name)}|{country or ''}".encode()
    return f"name:{blake2b(key, digest_size=8).hexdigest()}"


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
        # Below a registered name of which only a part is shared.
        ("ola@mail.tele.dk", None),
        ("https://hem.utfors.se/firma", None),
        ("sites.google.com/view/firma", None),
        ("post@a.pp.inet.fi", None),
        ("datacvr.virk.dk/enhed/1", None),
        ("www.tele.dk", "tele.dk"),
        ("www.example.com", None),
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
        id_by_name("C", "SE"),
        id_by_name("D", "SE"),
        id_by_name("E", None),
    ]


def test_spelling_of_a_name_does_not_change_its_id_but_the_country_does():
    accounts = pl.DataFrame(
        {
            "name": ["Älvsjö  Bygg", "alvsjo bygg", "Älvsjö Bygg"],
            "country": ["SE", "SE", "FI"],
        }
    )
    one, same, other = account_ids(accounts)
    assert one == same
    assert one != other


def test_ids_of_a_column_fold_names_as_single_ids_do():
    names = ["Älvsjö  Bygg", "ØRSTED ÆÐÞ", "Straße 1", "Hôtel İstanbul", " Åbo "]
    accounts = pl.DataFrame({"name": names, "country": ["SE"] * len(names)})
    assert account_ids(accounts).to_list() == [id_by_name(name, "SE") for name in names]
