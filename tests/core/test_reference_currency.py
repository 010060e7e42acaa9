"""Exchange rates."""

from datetime import date

import pytest

from icp_core.errors import CurrencyError, IcpError
from icp_core.reference import currency

# Reference rates of the European Central Bank, units per euro.
SEK_ON_2024_01_05 = 11.2350


def test_a_rate_is_the_reference_rate_of_the_day():
    rate = currency.rate("EUR", "SEK", on=date(2024, 1, 5))
    assert rate.value == pytest.approx(SEK_ON_2024_01_05)
    assert rate.date == date(2024, 1, 5)


def test_a_weekend_takes_the_friday_before():
    assert currency.rate("SEK", on=date(2024, 1, 7)).date == date(2024, 1, 5)
    assert currency.rate("SEK", on=date(2024, 1, 7)).value == pytest.approx(1 / SEK_ON_2024_01_05)


def test_a_cross_rate_goes_by_way_of_the_euro():
    on = date(2024, 1, 5)
    cross = currency.rate("SEK", "NOK", on=on).value
    assert cross == pytest.approx(
        currency.rate("EUR", "NOK", on=on).value / currency.rate("EUR", "SEK", on=on).value
    )


def test_the_future_has_the_latest_rate_and_its_date():
    assert currency.rate("NOK", on=date(2999, 1, 1)) == currency.rate("NOK")


def test_a_currency_is_worth_itself():
    assert currency.rate("EUR").value == 1
    assert currency.rate("DKK", "DKK").value == pytest.approx(1)


@pytest.mark.parametrize("code", ["XXX", "kr", ""])
def test_an_unknown_currency_is_refused_with_the_choices(code):
    with pytest.raises(CurrencyError, match="NOK, NZD") as caught:
        currency.rate(code)
    assert isinstance(caught.value, IcpError)
    assert isinstance(caught.value, LookupError)


def test_a_day_before_the_first_rate_is_refused():
    with pytest.raises(CurrencyError, match="the first is of 1999-01-04"):
        currency.rate("NOK", on=date(1990, 1, 1))
