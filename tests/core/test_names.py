import polars as pl
import pytest

from icp_core.accounts.company_names import normalised
from icp_core.accounts.web_hosts import is_shared_host


def key(name: str) -> str | None:
    return pl.select(normalised(pl.lit(name, dtype=pl.String))).item()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Exempel AB", "EXEMPEL Aktiebolag"),
        ("AB Exempel (publ)", "Exempel AB"),
        ("A/S Nørd & Søn", "Nørd & Søn A.S."),
        ("Esimerkki Oy", "Esimerkki Oyj Abp"),
        ("Dæmi hf.", "Dæmi ehf"),
        ("Ｅxempel AB", "Exempel AB"),
        ("O'Hara  ApS", "OHara"),
        ("Foto-Huset AS", "Foto Huset ASA"),
    ],
)
def test_spellings_of_one_company_meet(one, other):
    assert key(one) == key(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Strand AB", "Stränd AB"),
        ("Exempel Invest AB", "Exempel AB"),
        ("Kabab AB", "Kab AB"),
        ("Da Capo AB", "Capo AB"),
        ("Nord AB Syd", "Nord Syd"),
    ],
)
def test_different_companies_stay_apart(one, other):
    assert key(one) != key(other)


def test_a_name_that_is_only_a_legal_form_keeps_it():
    assert key("AB") == "ab"
    assert key("AS Oy") == "as"


def test_punctuation_alone_is_no_key():
    assert key("***") is None
    assert key("") is None


def test_mail_and_social_hosts_are_shared_and_own_domains_are_not():
    hosts = pl.Series(["www.Facebook.com", "gmail.com", "notgmail.com", "exempel.se", None])
    assert pl.select(is_shared_host(pl.lit(hosts))).to_series().to_list() == [
        True, True, False, False, None,
    ]  # fmt: skip
