"""A market is the file of its accounts, though only its report and first rows are made at once."""

from datetime import date

import polars as pl
import pytest
import strategies
from accounts import examples
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from icp_core.accounts.universe import Universe
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.exporting import FORMATS, cells, matches, prepare, prepare_matches
from icp_core.exporting.content import Content
from icp_core.exporting.eligibility import eligibility_of
from icp_core.exporting.prepare import PREVIEW
from icp_core.exporting.whole_lists import companies_of
from icp_core.profiles.model import Criterion, Profile, Range, Role, Tier, TierPolicy

ON = date(2026, 3, 1)
NAMES = ["Alfa AB", "ALFA", "  Beta ", "=1+1", '"Sø, & Å"', "", "=", None]
SITES = ["a.no", "b.no", "https://www.facebook.com/x", "gmail.com", " ", None]
EXTRA = {
    "name": st.sampled_from(NAMES),
    "domain": st.sampled_from(SITES),
    "website": st.sampled_from(SITES),
    "city": st.sampled_from(["Åre, \"Norra\"", "\u200bOslo", "-x", "x" * 50, None]),
    "country": st.sampled_from(["NO", "se", "Norge", None]),
    "marketing_opt_out": st.sampled_from([True, False, None]),
    "status": st.sampled_from(["active", "bankrupt", None]),
}  # fmt: skip
TYPES = dict.fromkeys(EXTRA, pl.String) | {"marketing_opt_out": pl.Boolean}


@examples(120)
@given(
    rows=strategies.accounts(),
    extra=st.lists(st.fixed_dictionaries(EXTRA), min_size=40, max_size=40),
    profile=strategies.profiles(),
    tier_name=st.sampled_from(["A", "=A", 'A, "B"']),
    format=st.sampled_from(sorted(FORMATS)),
    customers=st.sampled_from(["with", "without", "only"]),
    countries=st.sampled_from([None, {"NO"}]),
    chosen=st.sampled_from([None, "ranked", "unranked"]),
    excluded=st.sampled_from([{}, {"X-001": "partner", "X-004": "rival", "gone": "x"}]),
    possible_as=st.sampled_from([None, "to verify"]),
)
def test_a_market_is_the_file_of_its_accounts_and_the_report_is_the_same(
    rows, extra, profile, tier_name, format, customers, countries, chosen, excluded, possible_as
):
    one = profile.tiers.tiers[0]
    tiers = (Tier(name=tier_name, threshold=one.threshold), *profile.tiers.tiers[1:])
    profile = profile.replace(tiers=profile.tiers.replace(tiers=tiers))
    accounts = [row | more for row, more in zip(rows, extra, strict=False)]
    frame = pl.DataFrame(accounts, schema=strategies.SCHEMA | TYPES)
    universe = Universe.of(frame, name="random", label="Random", fictional=True).without(excluded)
    scoreboard = Scoreboard(universe)
    wanted = {None: None, "ranked": profile.tiers.names, "unranked": (None,)}[chosen]
    options = {
        "format": format,
        "on": ON,
        "customers": customers,
        "countries": countries,
        "tiers": None if wanted is None else (*wanted, "to verify"),
    }
    whole = companies_of(scoreboard.evaluate(profile), frame.columns, target=FORMATS[format])
    # The other markets meet what the scoreboard kept of the first, of all or some of their matches.
    changed = profile
    for index, criterion in enumerate(profile.criteria):
        changed = changed.changing(index, weight=11 - criterion.weight)
    everybody = profile.replace(criteria=profile.scored)
    for asked in (profile, changed, everybody, profile):
        evaluation = scoreboard.evaluate(asked)
        found = prepare_matches(evaluation, possible_as=possible_as, **options)
        listed = evaluation.page(limit=len(universe))
        if possible_as:
            behind = evaluation.to_verify(len(universe)).with_columns(tier=pl.lit(possible_as))
            listed = pl.concat([listed, behind], how="diagonal_relaxed")
        expected = prepare(listed, profile=asked, fictional=True, whole=whole, **options)
        report = expected.report.to_dict()
        if not FORMATS[format].max_bytes:
            report["size_bytes"] = None
        assert found.report.to_dict() == report
        assert_frame_equal(found.preview, expected.frame.head(PREVIEW))
        # The bytes hold all of the frame, which is made again for each.
        if report["blockers"]:
            assert_frame_equal(found.frame, expected.frame)
        else:
            assert found.to_bytes() == expected.to_bytes()


def large(rows: int, city: str) -> Scoreboard:
    frame = pl.DataFrame({"account_id": [f"{n:06}" for n in range(rows)]}).with_columns(
        name=pl.format("Firma {}", "account_id"), country=pl.lit("SE"), city=pl.lit(city)
    )
    return Scoreboard(Universe.of(frame, name="large", label="Large"))


@pytest.mark.parametrize("city", ["Åre", 'Å, "N"', "x" * 230])
@pytest.mark.parametrize("format", ["linkedin", "salesforce"])
def test_the_size_is_known_to_the_byte_before_the_file_is_made(format, city):
    profile = Profile(name='Växande, "mjukvara"')
    found = prepare_matches(large(400, city).evaluate(profile), format=format, on=ON)
    assert found.report.size_bytes == len(found.to_bytes())


def test_a_file_that_is_too_large_is_refused_without_being_made():
    policy = TierPolicy(kind="capacity", tiers=(Tier(name="A", threshold=40_000),))
    evaluation = large(90_000, "x" * 230).evaluate(Profile(name="P", tiers=policy))
    report = prepare_matches(evaluation, format="linkedin", on=ON).report
    assert report.size_bytes > 20_000_000
    assert "Split it by tier: unranked 50\u202f000, A 40\u202f000." in report.blockers[0]


@examples(300)
@given(st.text(alphabet="ab =+-@\t\r\n'\"＝\0\ufeff\u200b\u2028\u00a0\u0085\ufffe,å", max_size=6))
def test_a_text_that_looks_tidy_is_changed_by_nothing(text):
    column = pl.col("text")
    has_text, untidy, *changed = (
        pl.DataFrame({"text": [text]})
        .select(
            has_text=cells.has_text(column),
            untidy=cells.is_untidy(column),
            cleaned=cells.cleaned(column),
            guarded=cells.guarded(column),
            tidied=cells.tidied(column),
        )
        .row(0)
    )
    assert untidy or changed == [text] * 3
    assert has_text == (changed[0] is not None)


@examples(200)
@given(
    st.lists(
        st.one_of(
            st.none(), st.text(max_size=8), st.text(alphabet="=+-@ \t\n'a＝\u200b", max_size=6)
        ),
        min_size=1,
        max_size=8,
    ),
    st.sampled_from(["linkedin", "csv"]),
)
def test_looking_first_changes_the_same_cells_as_cleaning_all(texts, format):
    raw = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    target = FORMATS[format]
    clean = cells.guarded if target.for_people else cells.cleaned
    expected, tidy = raw.select(safe=clean(pl.col("text")), tidy=cells.tidied(pl.col("text")))
    content = Content.of(raw, target)
    assert content.frame["text"].to_list() == expected.to_list()
    assert content.cleaned.to_list() == expected.ne_missing(tidy).cast(pl.Int8).to_list()


def test_what_the_scoreboard_keeps_is_not_asked_for_again(monkeypatch):
    scoreboard = large(400, "Åre")
    first = prepare_matches(scoreboard.evaluate(Profile(name="P")), format="linkedin", on=ON)
    monkeypatch.setattr(matches, "eligibility_of", lambda _: pytest.fail("computed again"))
    again = prepare_matches(scoreboard.evaluate(Profile(name="Q")), format="linkedin", on=ON)
    assert again.report.identifiers == first.report.identifiers


def test_after_another_must_have_only_accounts_that_nobody_asked_for_are_looked_at(monkeypatch):
    frame = pl.DataFrame({"account_id": [f"{n:03}" for n in range(300)]}).with_columns(
        name=pl.format("Firma {}", "account_id"), country=pl.lit("SE"), employees=pl.int_range(300)
    )
    scoreboard = Scoreboard(Universe.of(frame, name="sizes", label="Sizes"))
    looked_at = []

    def looking(accounts):
        looked_at.append(accounts.height)
        return eligibility_of(accounts)

    monkeypatch.setattr(matches, "eligibility_of", looking)
    for low, high in ((1, 100), (1, 120), (50, 90), (200, 250)):
        gate = Criterion(column="employees", role=Role.MUST_HAVE, fit=Range.between(low, high))
        market = scoreboard.evaluate(Profile(name="P", criteria=(gate,)))
        found = prepare_matches(market, format="csv", on=ON)
        assert found.report.rows_written == high - low + 1
    assert looked_at == [100, 20, 51]
