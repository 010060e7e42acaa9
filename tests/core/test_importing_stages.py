"""What stages of deals mean, and what a deal list of any system says about customers."""

from datetime import date

import polars as pl
import pytest

from icp_core.errors import ImportRefused
from icp_core.importing.customers import DealAnswers, match, read_deals, with_customers
from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.mapping import NO_CURRENCY
from icp_core.importing.stages import meaning


@pytest.mark.parametrize(
    ("expected", "stages"),
    [
        (
            "open",
            "Kundmöte bokat|Proactive outreach|Presentation to customer|Aktiv dialog|Tilbud sendt|"
            "Demo|Tarjous lähetetty|Pågående förhandling|Not yet won|Potential customer|Ej kund|"
            "Contract sent|Decision Maker Bought-In|appointmentscheduled|On hold|Åpen|Ny lead|Active|"
            "Åpent|Åbent|Öppet|Asiakastapaaminen sovittu|Kundemøte avtalt",
        ),
        (
            "won",
            "Closed Won|closedwon|Vunnet|Vunnen affär|Vundet|Voitettu|100 % – won|Avslutad - vunnen|"
            "Solgt|Kauppa voitettu|WON|6. Won|Vi vant|Voitimme kaupan|Vi vann affären",
        ),
        (
            "lost",
            "Closed Lost|closedlost|Not won|Förlorad|Ej vunnen|Ikke vundet|Ei voitettu|Tapt|Tabt|"
            "Hävitty|No thanks|Nej tack|Nei takk|Closed lost - no budget|Out-Sold|Lost: competitor won|"
            "Tabt til konkurrent|Tapt mot konkurrent|Förlorad till konkurrent|Lost to competitor|"
            "Hävisimme|Hävitty kilpailijalle|Vi tapte|Lost on price|Tapt på pris|Valde konkurrent|"
            "Valgte konkurrent",
        ),
        (
            "churned",
            "Churned|Uppsagd|Former customer|Tidigare kund|Tidligere kunde|Entinen asiakas",
        ),
        ("active", "Customer|Existing customer|Befintlig kund|Nuvarande kund|Asiakas|Aktiv kunde"),
        (
            None,
            "Guld|Order|Winback|NDA signed|Solgt til konkurrent|Not lost|Won or lost|Win probable|"
            "Closed|Onboarding|Canceled|42|Vunnet av konkurrent|Won by competitor|Avtal ej påskrivet|"
            "NDA påskrivet|Order|Konkurrent",
        ),
    ],
)
def test_stages_mean_what_their_whole_words_say(expected: str | None, stages: str) -> None:
    wrong = {stage: meaning(stage) for stage in stages.split("|") if meaning(stage) != expected}
    assert not wrong


@pytest.mark.parametrize(
    "stage",
    ["Ja tack!", "Vunnen?", "Offert accepterad", "Tilbud akseptert", "Tilbud accepteret",
     "Tarjous hyväksytty", "Uusi asiakas", "Ny kund", "Kontrakt signert", "Avtal signerat",
     "Avtal påskrivet", "Sopimus allekirjoitettu", "NDA påskrivet", "Avtal signerat?"],
)  # fmt: skip
def test_what_is_nearly_always_won_is_asked(stage: str) -> None:
    assert meaning(stage) is None


def test_an_active_customer_is_one_only_in_a_list_of_customers() -> None:
    assert meaning("Active") == "open"
    assert meaning("Active", of_customers=True) == "active"
    assert meaning("Inactive", of_customers=True) is None


def outcomes(text: str, **options: object) -> dict[str, str]:
    deals = read_deals(text.encode(), **options)  # type: ignore[arg-type]
    return dict(deals.rows.select("name", "outcome").iter_rows())


def test_open_stages_of_hubspot_make_no_customers() -> None:
    text = (
        "Deal Name,Associated Company (Primary),Deal Stage,Amount,Close Date\n"
        "1,Alfa AB,Kundmöte bokat,1,2026-03-01\n2,Beta AB,Proactive outreach,1,2026-03-01\n"
        "3,Gamma AB,Presentation to customer,1,2026-03-01\n4,Delta AB,Aktiv dialog,1,2026-03-01\n"
        "5,Epsilon AB,Closed Won,1,2025-12-01\n6,Zeta AB,Not won,1,2025-12-01\n"
        "7,Eta AB,Vunnet,1,2025-12-01\n8,Theta AB,Förlorad,1,2025-12-01\n"
    )
    names = [line.split(",")[1] for line in text.splitlines()[1:]]
    accounts = pl.DataFrame({"account_id": names, "name": names, "country": ["SE"] * 8})
    deals = read_deals(text.encode())
    flagged = with_customers(accounts, match(deals, accounts).outcomes)
    assert flagged.filter("is_customer")["name"].to_list() == ["Epsilon AB", "Eta AB"]
    assert deals.rejected["reason"].to_list() == ["the deal is open"] * 4
    assert not deals.unknown


@pytest.mark.parametrize(
    ("system", "text", "expected"),
    [
        (
            "HubSpot",
            "dealname,dealstage,hs_is_closed_won,hs_is_closed,amount,closedate,associated_company\n"
            "a,closedwon,true,true,1,2025-01-01,A\nb,98765,true,true,1,2025-01-01,B\n"
            "c,98766,false,true,1,2025-01-01,C\nd,98767,false,false,1,2025-01-01,D\n",
            {"A": "won", "B": "won", "C": "lost"},
        ),
        (
            "HubSpot",
            "Deal Name,Deal Stage,Is Closed Won,Is closed lost,Associated Company\n"
            "a,Avtal klart,true,false,A\nb,Kund,false,false,B\nc,Nej,false,true,C\n",
            {"A": "won", "C": "lost"},
        ),
        (
            "Salesforce",
            "Id,Name,StageName,IsClosed,IsWon,Amount,CloseDate,Account.Name\n"
            "1,x,Signed,true,true,5,2025-01-02,A\n2,x,Signed,true,false,5,2025-01-02,B\n"
            "3,x,Guld,false,false,5,2025-01-02,C\n",
            {"A": "won", "B": "lost"},
        ),
        (
            "deals",
            "account_name,stage,amount,close_date\n"
            "A,Closed Won,1000,2025-01-02\nB,Closed Lost,2,2025-02-02\n",
            {"A": "won", "B": "lost"},
        ),
        (
            "Pipedrive",
            "Deal - Title,Deal - Organization,Deal - Stage,Deal - Status,Deal - Value\n"
            "x,A,Proposal,Won,1\nx,B,Proposal,Lost,1\nx,C,Won?,Open,1\n",
            {"A": "won", "B": "lost"},
        ),
        (
            "Dynamics",
            "Topic,Potential Customer,Status,Status Reason,Actual Revenue,Actual Close Date\n"
            "x,A,Won,Won,1,2025-01-02\nx,B,Open,In Progress,1,\nx,C,Lost,Canceled,1,2025-01-02\n",
            {"A": "won", "C": "lost"},
        ),
        (
            "Dynamics",
            "name,statecode,estimatedvalue,customer\nx,1,1,A\nx,0,1,B\nx,2,1,C\n",
            {"A": "won", "C": "lost"},
        ),
        (
            "deals",
            "Salg;Firma;Status;Beløp;Salgsdato\n"
            "x;A;Solgt;1;02.03.2025\nx;B;Tapt;1;02.03.2025\nx;C;Åpen;1;\n",
            {"A": "won", "B": "lost"},
        ),
        (
            "deals",
            "Namn;Företag;Status;Värde (tkr);Avslutsdatum\n"
            "x;A;Vunnen;12;2025-03-01\nx;B;Avtal;1;2025-03-01\n",
            {"A": "won"},
        ),
        (
            "deals",
            "Asiakas;Vaihe;Arvo;Kauppapäivä\n"
            "A;Voitettu;1 €;1.2.2025\nB;Tarjous lähetetty;1;\nC;Hävitty;1;\n",
            {"A": "won", "C": "lost"},
        ),
        (
            "deals",
            "Company,Description,Stage,Probability,Value (SEK),Closed date\n"
            "A,x,Order,100,1,2025-01-01\nB,x,Lost,0,1,2025-01-01\n",
            {"B": "lost"},
        ),
    ],
)  # fmt: skip
def test_each_systems_own_columns_decide(system: str, text: str, expected: dict[str, str]) -> None:
    assert read_deals(text.encode()).system == system
    assert outcomes(text) == expected


def test_what_is_not_understood_is_asked_and_the_answer_counts() -> None:
    text = "Company,Stage,Amount\nA,Guld,1\nB,Guld,1\nC,Order,1\nD,Closed won,1\n"
    deals = read_deals(text.encode())
    assert dict(deals.unknown) == {"Guld": 2, "Order": 1}
    assert deals.question is not None
    assert "“Guld” (2), “Order” (1)" in deals.question
    assert set(deals.rejected["reason"]) == {"nobody has said what its stage means"}
    assert outcomes(text) == {"D": "won"}
    told = read_deals(text.encode(), answers={"guld": "active", "Order": "open"})
    assert told.question is None
    assert told.rows["outcome"].to_list() == ["active", "active", "won"]
    assert told.fingerprint == deals.fingerprint
    with pytest.raises(ImportRefused, match="one of won, lost, churned, active, open"):
        read_deals(text.encode(), answers={"Guld": "customer?"})


def test_a_list_of_companies_with_a_status_is_no_list_of_deals() -> None:
    with pytest.raises(ImportRefused, match="no deal export"):
        read_deals(b"Company,Status\nAlfa AB,Aktiv\n")


def test_amounts_have_the_currency_that_heading_row_or_cell_names() -> None:
    text = "Company,Stage,{}\nA,Won,{}\n"
    rate = read_deals(text.format("Amount (SEK)", "1000").encode()).rows["amount"][0]
    assert rate == pytest.approx(1000 * 0.09, rel=0.2)
    for heading, cell in (("Amount (tkr SEK)", "1"), ("Amount", "SEK 1 000"), ("Amount", "1 TSEK")):
        deals = read_deals(text.format(heading, cell).encode())
        assert deals.rows["amount"].to_list() == [pytest.approx(rate)]
        assert not any("currency" in note for note in deals.notes)
    bare = text.format("Amount", "1000").encode()
    asked = "1 amounts name no currency: taken for euros. Say which it is."
    assert asked in read_deals(bare).notes
    assert read_deals(bare, assumed_currency="SEK").rows["amount"][0] == pytest.approx(rate)


@pytest.mark.parametrize(
    ("deals", "amounts", "asked"),
    [
        ("Company,Stage,Amount\nA,Won,1000\nB,Lost,5\n", [None, None], 2),
        ("Firma;Status;Verdi\nA;Vunnet;1000\nB;Tapt;kr 5\n", [None, None], 2),
        ("Företag;Fas;Belopp;Valuta\nA;Vunnen;1000;EUR\nB;Vunnen;7;\n", [1000, None], 1),
        ("Yritys;Vaihe;Arvo (€)\nA;Voitettu;1 000\n", [1000], 0),
        ("Company,Stage,Amount\nA,Won,€1 000\nB,Won,\n", [1000, None], 0),
        ("name,outcome,amount,currency\nA,won,1000,\nB,won,5,EUR\n", [None, 5], 1),
        ("Deal - Status,Deal - Organization,Deal - Value\nWon,A,1000\n", [None], 1),
    ],
)
def test_the_currency_of_deals_that_name_none_is_asked_for(
    deals: str, amounts: list[float | None], asked: int
) -> None:
    read = read_deals(deals.encode())
    assert read.no_currency == asked
    assert bool(read.questions) == bool(asked)
    left = read_deals(deals.encode(), assumed_currency=NO_CURRENCY)
    assert (left.questions, left.rows["amount"].to_list()) == ((), amounts)
    if asked:
        assert f"In which currency are the amounts? {asked} name none" in read.questions[0]
        answered = read_deals(deals.encode(), assumed_currency=read.as_assumed.currency)
        assert answered.questions == ()
        assert answered.rows.equals(read.rows)


def test_a_currency_without_rates_is_refused() -> None:
    with pytest.raises(ImportRefused, match="XYZ"):
        read_deals(b"Company,Stage,Amount\nA,Won,1\n", assumed_currency="XYZ")


def test_the_order_of_dates_of_deals_is_asked_where_nothing_tells() -> None:
    text = "Company,Stage,Close Date\nA,Won,{}\nB,Won,01/02/2025\n"
    asked = read_deals(text.format("03/04/2025").encode())
    assert (asked.no_order, asked.rows["closed_on"][0]) == (2, date(2025, 4, 3))
    assert (
        "Does the day or the month come first in the dates? 2 can be either" in asked.questions[0]
    )
    told = read_deals(text.format("03/04/2025").encode(), date_order="mdy")
    assert (told.questions, told.rows["closed_on"][0]) == ((), date(2025, 3, 4))
    assert "closed_on: read as month/day/year, as chosen (2 ×)" in told.notes
    for plain in ("2025-04-03", "13/04/2025", "04/13/2025"):
        assert read_deals(text.format(plain).encode()).no_order == (1 if "-" in plain else 0)
    settled = read_deals(text.format("13/04/2025").encode(), date_order="mdy")
    assert settled.rows["closed_on"][0] == date(2025, 4, 13)
    assert read_deals(b"Company,Stage,Close Date\nA,Won,03.04.2025\n").no_order == 0


# What agreeing takes --------------------------------------------------------------------------------

_OPEN_DEALS = (
    "Company,Stage,Amount,Close Date\nAlfa AB,Guld,10,03/04/2025\nBeta AB,Silver,20,01/02/2025\n"
    "Gamma AB,Won,30,05/06/2025\nDelta AB,Guld,40,05/06/2025\n"
)


def test_agreeing_to_what_is_assumed_says_what_it_takes() -> None:
    deals = read_deals(_OPEN_DEALS.encode(), name="deals.csv")
    assert deals.assuming(DealAnswers()) == (
        "Deals of these stages are open and left out: “Guld” (2), “Silver” (1).",
        "Amounts that name no currency are in euros: 4.",
        "In dates that can be either the day comes first: 4.",
    )
    said = DealAnswers({"Guld": "won", "Silver": "lost"}, "SEK")
    assert deals.assuming(said) == ("In dates that can be either the day comes first: 4.",)
    assert deals.assuming(DealAnswers(said.stages, "SEK", "mdy")) == ()


def test_what_was_answered_is_in_the_notes() -> None:
    agreed = read_deals(_OPEN_DEALS.encode(), name="deals.csv").as_assumed
    deals = read_deals(
        _OPEN_DEALS.encode(), name="deals.csv", answers=agreed.stages,
        assumed_currency=agreed.currency, date_order=agreed.date_order,
    )  # fmt: skip
    assert not deals.questions
    assert set(deals.notes) >= {
        "“Guld” means open, as answered (2 ×)",
        "“Silver” means open, as answered (1 ×)",
        "4 amounts name no currency: taken for EUR, as chosen",
    }


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("10-jan", None), ("nov-50", None), ("2050-11-01", None), ("3. mars", None),
        ("12 lokakuuta", None), ("01-okt", None), ("mar 24", "2024-03-01"),
        ("okt. 2023", "2023-10-01"), ("5. jan 2024", "2024-01-05"), ("Q3 2024", "2024-07-01"),
    ],
)  # fmt: skip
def test_a_band_that_became_a_date_is_no_day_and_takes_no_amount_along(
    written: str, day: str | None
) -> None:
    text = f"Deal Name,Company,Stage,Amount,Currency,Close Date\n1,A AB,Won,1000,SEK,{written}\n"
    deals = read_deals(text.encode(), name="deals.csv")
    assert [str(d) if d else None for d in deals.rows["closed_on"]] == [day]
    assert 50 < deals.rows["amount"][0] < 150
    if day is None:
        assert f"closed_on: 1 cells are no dates, such as “{written}”" in deals.notes
        assert any(note.startswith("amount: 1 closed on no day") for note in deals.notes)
    else:
        assert not any("no dates" in note or "latest rate" in note for note in deals.notes)


def test_a_deal_closed_before_there_were_rates_keeps_its_amount() -> None:
    text = b"Deal Name,Company,Stage,Amount,Currency,Close Date\n1,A AB,Won,1000,SEK,1995-02-01\n"
    deals = read_deals(text, name="deals.csv")
    assert deals.rows["amount"][0] > 0
    assert any(note.endswith("in euros at the latest rate") for note in deals.notes)


# Headings of deals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headings", "cells"),
    [
        # HubSpot, by the names of its programs, and by its labels in five languages.
        ("dealname,dealstage,amount,closedate,company",
         "x,Closed Won,10,2025-03-01,Alfa AB"),
        ("dealname,dealstage,amount,pipeline,hubspot_owner_id,closedate,company",
         "x,closedwon,10,default,1,2025-03-01,Alfa AB"),
        ("Deal Name,Deal Stage,Amount,Close Date,Associated Company",
         "x,Won,10,2025-03-01,Alfa AB"),
        ("properties.dealname,properties.dealstage,properties.amount,properties.closedate,company.name",
         "x,Won,10,2025-03-01,Alfa AB"),
        ("Affärsnamn,Affärsfas,Belopp,Avslutsdatum,Associerat företag",
         "x,Vunnen,10,2025-03-01,Alfa AB"),
        ("Avtalens navn,Avtalefase,Beløp,Lukkedato,Tilknyttet bedrift",
         "x,Vunnet,10,2025-03-01,Alfa AB"),
        ("Aftalenavn,Aftalefase,Beløb,Lukkedato,Tilknyttet virksomhed",
         "x,Vundet,10,2025-03-01,Alfa AB"),
        ("Kaupan nimi,Kaupan vaihe,Summa,Sulkemispäivä,Liittyvä yritys",
         "x,Voitettu,10,2025-03-01,Alfa AB"),
        # Dynamics and Salesforce in other languages than English.
        ("Ämne,Konto,Status,Faktisk intäkt,Faktiskt slutdatum",
         "x,Alfa AB,Vunnen,10,2025-03-01"),
        ("Emne,Potentiel kunde,Status,Faktisk indtægt,Faktisk lukkedato",
         "x,Alfa AB,Vundet,10,2025-03-01"),
        ("Myyntimahdollisuus,Tili,Myyntivaihe,Arvioitu tuotto,Arvioitu päätöspäivä",
         "x,Alfa AB,Voitettu,10,2025-03-01"),
        ("Mulighet,Konto,Fase,Beløp,Sluttdato",
         "x,Alfa AB,Vunnet,10,2025-03-01"),
        ("name,customer,statecode,actualvalue,actualclosedate",
         "x,Alfa AB,Won,10,2025-03-01"),
        # Pipedrive, SuperOffice, Lime, Upsales, Odoo.
        ("Avtale - Tittel,Avtale - Organisasjon,Avtale - Verdi,Avtale - Status,Avtale - Lukket dato",
         "x,Alfa AB,10,Vunnet,2025-03-01"),
        ("Affär - Titel,Affär - Organisation,Affär - Värde,Affär - Status,Affär - Stängd datum",
         "x,Alfa AB,10,Vunnen,2025-03-01"),
        ("Salgstittel,Firma,Salgsstatus,Salgsbeløp,Salgsdato",
         "x,Alfa AB,Solgt,10,2025-03-01"),
        ("description,client,stage,orderValue,closeDate",
         "x,Alfa AB,Won,10,2025-03-01"),
        ("Säljprojekt,Kund,Säljfas,Ordervärde,Beräknat avslut",
         "x,Alfa AB,Vunnen,10,2025-03-01"),
        ("Opportunity,Customer,Stage,Expected Revenue,Expected Closing",
         "x,Alfa AB,Won,10,2025-03-01"),
    ],
)  # fmt: skip
def test_headings_of_deals_are_understood_by_their_parts(headings: str, cells: str) -> None:
    row = read_deals(f"{headings}\n{cells}\n".encode(), name="deals.csv").rows.row(0, named=True)
    read = row["name"], row["outcome"], row["amount"], row["closed_on"]
    assert read == ("Alfa AB", "won", 10.0, date(2025, 3, 1))


@pytest.mark.parametrize(
    "headings",
    [
        "Company name,Lifecycle Stage,Recent Deal Close Date,Number of open deals",
        "Navn,Salg,Ordredato,Status,Omsætning",
        "Navn,Avtale,Kundestatus,Sluttdato",
        "Organization - Name,Organization - Won deals,Organization - Closed deals",
        "Företag,Nettoomsättning,Avslutad,Fas",
    ],
)
def test_companies_with_words_of_deals_are_no_list_of_deals(headings: str) -> None:
    assert signs_of_deals(headings.split(",")) == ()
