"""What is assumed of amounts and fractions whose currency or unit nobody named, to be asked about."""

import re
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Mapping_
from collections.abc import Set as AbstractSet
from typing import Final

import polars as pl

from icp_core.importing import values
from icp_core.importing.figures import CURRENCIES
from icp_core.importing.headings import parse, words
from icp_core.importing.mapping import AMOUNTS, FRACTIONS, Assignment, Doubt, Mapping
from icp_core.reference import geography
from icp_core.reference.numbers import number

# Whose amounts without a currency are each country's own.
_NORDIC: Final = frozenset({"SE", "NO", "DK", "FI", "IS"})
# Vendors whose lists give dollars without saying so, by a word in one of their headings.
_IN_DOLLARS: Final = (
    "apollo",
    "zoominfo",
    "crunchbase",
    "cb rank",
    "pitchbook",
    "lusha",
    "clearbit",
)
# Words for amounts that do not tell in whose country the list was made.
_ENGLISH: Final = frozenset(
    {"revenue", "revenues", "turnover", "sales", "income", "profit", "ebit", "annualrevenue"}
)
# What Proff Forvalt calls its columns; its small amounts are thousands of Norwegian crowns.
_PROFF: Final = re.compile(
    r"juridisk selskapsnavn|nace-bransjekode|nace-beskrivelse|(?:sum driftsinnt|driftsres|sum salgsinnt|"
    r"sum eiend|sum egenkap)\w*\.?(?:,\s*20\d\d)?"
)
_OWN_HEADINGS: Final = 3
_PROFF_SAYS: Final = "Proff gives thousands of Norwegian crowns"
# A person brings in more than this a year in any currency; with fewer pairs nobody can tell.
_LEAST_REVENUE_EACH: Final = 10_000.0
# Of companies without headcounts beside them: the least middle amount that goes for one in full, and
# the one below which nobody can tell thousands from millions. Profits are a tenth of revenues.
_LEAST_IN_FULL: Final = 1e6
_LEAST_LIKELY: Final = 1e5
_PROFIT: Final = 0.1
# No list of companies has amounts so small in full, whatever the heading says of the currency.
_NEVER_IN_FULL: Final = 1e3
_FEWEST: Final = 3
# Share of cells that name a currency themselves, from which nothing is assumed.
_MOST_TELL: Final = 0.5
_PER_CENT: Final = 0.01
_FRACTIONS_BESIDE: Final = "some cells say %, the others are taken for fractions (0.15 is 15 %)"
_FRACTIONS_UNDER: Final = (
    "the heading says per cent, but the values are taken for fractions (0.15 is 15 %): that is how "
    "small they are"
)


def is_of_proff(names: Iterable[str]) -> bool:
    """Whether headings are those of Proff Forvalt."""
    return sum(_PROFF.fullmatch(name.casefold()) is not None for name in names) >= _OWN_HEADINGS


def in_country(mapping: Mapping, country: str) -> Mapping:
    """The mapping of a list that names no country, once a person has said which it is.

    A currency that could not be told for want of a country is assumed now.

    Parameters
    ----------
    mapping
        As guessed.
    country
        ISO 3166-1 alpha-2.
    """
    assignments = {}
    for one in mapping.assignments:
        if "no currency" in one.doubts and not mapping.of("country"):
            left = tuple(doubt for doubt in one.doubts if doubt != "no currency")
            sure = one.confidence if left else round(parse(one.heading).confidence, 2)
            bare = one.model_copy(update={"doubts": left, "confidence": sure})
            assignments[one.heading] = _without_currency(
                bare, {country}, vendor=_dollar_vendor(a.heading for a in mapping.assignments)
            )
        else:
            assignments[one.heading] = one
    return mapping.replace(country=country, assignments=tuple(assignments.values()))


def doubt_fractions(guesses: dict[str, Assignment], sample: pl.DataFrame) -> None:
    """Per cent without a sign, by the distribution of all years of a column.

    A cell with a sign of its own says nothing of those without.
    """
    for column in FRACTIONS:
        every = [a for a in guesses.values() if a.column == column and not a.doubts]
        for assignment in every:
            # A spreadsheet shows `15 %` and keeps 0.15, whatever its heading says.
            bare = _bare_figures([assignment], sample)
            if assignment.unit == _PER_CENT and column != "current_ratio" and _are_fractions(bare):
                guesses[assignment.heading] = assignment.doubting(
                    "per cent", 0.6, _FRACTIONS_UNDER, unit=1.0
                )
        own = [a for a in every if a.unit == 1.0]
        figures = _bare_figures(own, sample)
        said = per_cent_by(column, figures)
        mixed = any(sample[a.heading].str.contains("%").any() for a in own)
        if said is None and mixed and (figures != 0).any():
            said = 1.0, 0.6, _FRACTIONS_BESIDE
        if said is None:
            continue
        unit, confidence, reason = said
        for assignment in own:
            guesses[assignment.heading] = assignment.doubting(
                "per cent", confidence, reason, unit=unit
            )


def _bare_figures(assignments: Sequence[Assignment], sample: pl.DataFrame) -> pl.Series:
    """The figures of the cells without a sign of their own."""
    parts = []
    for one in assignments:
        texts = sample[one.heading].drop_nulls()
        bare = texts.filter(~texts.str.contains("%"))
        parts.append(values.numbers(bare, one.decimal))
    return pl.concat(parts or [pl.Series(dtype=pl.Float64)]).drop_nulls()


def _are_fractions(figures: pl.Series) -> bool:
    """Whether figures are hardly per cent: three or more, all below one, none of them whole."""
    size = figures.filter(figures != 0).abs()
    return len(size) >= _FEWEST and bool((size < 1.0).all())


def per_cent_by(column: str, figures: pl.Series) -> tuple[float, float, str] | None:
    """Whether figures without a sign are per cent: the unit, how surely, and why; None where plain.

    Parameters
    ----------
    column
        One of `FRACTIONS`.
    figures
        As they stand.

    Examples
    --------
    >>> per_cent_by("revenue_growth", pl.Series([119.0, 73.0, -12.0, 4.0]))[0]
    0.01
    >>> per_cent_by("margin", pl.Series([0.125, 0.08, -0.03])) is None
    True
    """
    size = figures.filter(figures != 0).abs()
    if not len(size):
        return None
    # A current ratio of 2 is two to one; of 150 it is per cent.
    whole = 20.0 if column == "current_ratio" else 1.0
    above = (size > whole).sum() / len(size)
    if column == "margin" and (figures > 1.0).any():
        # Nobody earns more than the revenue.
        above = max(above, 0.5)
    integers = bool((figures == figures.round()).all())
    if above >= 0.5 or (above > 0 and (integers or (size > 10 * whole).any())):
        return 0.01, 0.75, "taken for per cent: that is how large the values are"
    if above > 0:
        return 1.0, 0.6, "taken for fractions (1.19 is 119 %), although some are above 1"
    return None


def doubt_currencies(
    guesses: dict[str, Assignment], sample: pl.DataFrame, *, countries: AbstractSet[str | None]
) -> None:
    """Amounts whose currency nobody named.

    Parameters
    ----------
    guesses
        By heading, changed.
    sample
        First rows of the file.
    countries
        Of rows that name none.
    """
    if any(a.column == "currency" for a in guesses.values()):
        return
    texts = [sample[a.heading] for a in guesses.values() if a.column == "country"]
    named = texts[0].drop_nulls().unique().to_list() if texts else []
    own: set[str | None] = {geography.country_code(text) for text in named}
    if not texts or texts[0].null_count():
        own |= countries
    for heading, assignment in guesses.items():
        if assignment.column not in AMOUNTS or assignment.currency:
            continue
        cells = sample[heading].drop_nulls()
        stated = pl.select(values.stated_currency(pl.lit(cells)).is_not_null().mean()).item()
        if not len(cells) or stated < _MOST_TELL:
            guesses[heading] = _without_currency(assignment, own, vendor=_dollar_vendor(guesses))


def _dollar_vendor(headings: Iterable[str]) -> str | None:
    """The vendor, by a word in its headings, whose amounts are dollars without saying so."""
    text = " ".join(headings).casefold()
    return next((vendor for vendor in _IN_DOLLARS if vendor in text), None)


def _without_currency(
    assignment: Assignment, countries: AbstractSet[str | None], *, vendor: str | None
) -> Assignment:
    """An amount whose currency nobody named, with what has to be assumed of it."""
    said = set(words(assignment.heading))
    if vendor:
        return assignment.doubting(
            "no currency", 0.5, f"no currency is named, and such lists ({vendor}) are in dollars"
        )
    if not countries <= _NORDIC:
        return assignment.doubting("no currency", 0.5, "it has no currency: choose one")
    # EBIT is called so in every language.
    english = said & _ENGLISH - {"ebit"} or said <= _ENGLISH
    codes = {CURRENCIES.get(str(country)) for country in countries}
    # A list of several countries was made in one of them, whatever its language.
    if english or len(codes) != 1:
        return assignment.doubting(
            "currency", 0.75, "no currency is named: taken for that of each company's country"
        )
    return assignment.doubting(
        "currency",
        0.85,
        f"no currency is named: taken for {codes.pop()}, that of the companies' country",
    )


def doubt_scales(
    guesses: dict[str, Assignment], sample: pl.DataFrame, units: Mapping_[str, str]
) -> None:
    """Amounts without a unit that are too small for a company's are in thousands or millions.

    Headcounts beside them tell which; without any, very small ones are unknown until somebody says.
    """
    bare = [
        a
        for a in guesses.values()
        if a.column in AMOUNTS and a.unit == 1.0 and "unit" not in a.doubts
    ]
    # A currency alone (`Revenue (EUR)`) says that the amounts are in full, unless nobody can believe it.
    named = [a for a in bare if parse(a.heading).unit is not None or a.heading in units]
    bare = [a for a in bare if a not in named]
    said = _scale_by_headcount(guesses, bare, sample) or _scale_by_size(bare, sample)
    small = said is not None and (said[0] == "no unit" or said[3] == 1e3)
    if small and is_of_proff(guesses):
        for assignment in bare:
            sure = {"unit": 1e3, "reason": _PROFF_SAYS}
            guesses[assignment.heading] = assignment.model_copy(update=sure)
        said = None
    for assignment in bare:
        if said is not None:
            doubt, confidence, reason, unit = said
            own = doubt == "no unit" and _some_tell(sample[assignment.heading])
            guesses[assignment.heading] = assignment.doubting(
                doubt, confidence, _BARE if own else reason, unit=unit, own_units=own
            )
    middle = _middle(named, sample)
    for assignment in named:
        if middle is not None and middle < _NEVER_IN_FULL * _share_of_revenue(named):
            guesses[assignment.heading] = assignment.doubting(
                "no unit", 0.5, f"amounts around {_shown(middle)} {_TOO_LITTLE}"
            )


_TOO_LITTLE: Final = "are little for companies: thousands or millions? Unknown until one is chosen"
_BARE: Final = (
    "some are bare numbers beside amounts with a unit: thousands or millions? Unknown until one is "
    "chosen"
)
_Scale = tuple[Doubt, float, str, float]


def _scale_by_headcount(
    guesses: Mapping_[str, Assignment], bare: Sequence[Assignment], sample: pl.DataFrame
) -> _Scale | None:
    """The scale of amounts that headcounts beside the revenue tell; a unit of 1 where it is plain."""
    headcounts = [a for a in guesses.values() if a.column == "employees"]
    revenues = [a for a in bare if a.column == "revenue"]
    if not headcounts or not revenues:
        return None
    staff = sample.select(values.headcount(pl.col(headcounts[0].heading))).to_series()
    money = values.numbers(sample[revenues[0].heading], revenues[0].decimal)
    each = (money / staff.set(staff <= 0, None)).drop_nulls()
    each = each.filter(each > 0)
    if len(each) < _FEWEST:
        return None
    middle = float(each.sort()[len(each) // 2])
    if middle >= _LEAST_REVENUE_EACH:
        return None
    unit = 1e3 if middle * 1e3 >= _LEAST_REVENUE_EACH else 1e6
    word = "thousands" if unit == 1e3 else "millions"
    return "unit", 0.6, f"taken for {word}: as written it is too little for the headcount", unit


def _scale_by_size(bare: Sequence[Assignment], sample: pl.DataFrame) -> _Scale | None:
    """What amounts may be in that neither heading, cells nor headcounts tell."""
    middle = _middle(bare, sample)
    if middle is None:
        return None
    share = _share_of_revenue(bare)
    if middle >= _LEAST_IN_FULL * share:
        return None
    if middle >= _LEAST_LIKELY * share:
        return (
            "unit",
            0.75,
            f"no unit is named: taken as written ({_shown(middle)} in the middle)",
            1.0,
        )
    return (
        "no unit",
        0.5,
        f"no unit is named, and amounts around {_shown(middle)} {_TOO_LITTLE}",
        1.0,
    )


def _middle(assignments: Sequence[Assignment], sample: pl.DataFrame) -> float | None:
    """The middle of the amounts whose cells name neither scale nor currency; None if there are few."""
    column = next((c for c in AMOUNTS if any(a.column == c for a in assignments)), None)
    parts = []
    for one in assignments:
        if one.column == column:
            texts = sample[one.heading].drop_nulls()
            told = pl.select(values.names_unit(pl.lit(texts))).to_series()
            parts.append(values.numbers(texts.filter(~told), one.decimal))
    sizes = pl.concat(parts or [pl.Series(dtype=pl.Float64)]).drop_nulls().abs()
    sizes = sizes.filter(sizes > 0).sort()
    return float(sizes[len(sizes) // 2]) if len(sizes) else None


def _some_tell(texts: pl.Series) -> bool:
    """Whether some cells say themselves in what they are."""
    return bool(pl.select(values.names_unit(pl.lit(texts.drop_nulls())).any()).item())


def _share_of_revenue(assignments: Sequence[Assignment]) -> float:
    return 1.0 if any(a.column == "revenue" for a in assignments) else _PROFIT


def _shown(amount: float) -> str:
    return number(amount) if amount >= 100 else f"{amount:g}"
