"""The one page that everybody shares: what a profile asks for, what it finds, what the team says of it.

Always exactly one A4 page. The text is as large as fits, down to a size that still reads well on a
wall; what does not fit then is not printed, and `OnePage.cut` says how much to cut.

Made from the numbers of a market at that moment, whatever computes them.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from icp_core.analysis.interviews import Said
from icp_core.analysis.proven import Proven
from icp_core.analysis.verification import Tally
from icp_core.documents import region_map, words
from icp_core.documents.printing import Ink, Typeset
from icp_core.documents.words import Translate
from icp_core.errors import DocumentError
from icp_core.evaluation.market import Market
from icp_core.profiles.brief import (
    NO_BRIEF,
    USUAL_PERSONAS,
    Brief,
    BuyingRole,
    Persona,
    word_count,
)
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Criterion, Profile, Role
from icp_core.reference import colours, geography
from icp_core.reference.numbers import UNKNOWN, bounds, money, money_bounds, number, percent
from icp_core.views import MarketView

LARGEST: Final = 10.4
SMALLEST: Final = 7.6
"""Points of the text: larger looks empty, smaller is not read on a wall."""

_STEPS: Final = 4  # halvings of that range: to a fifth of a point
_MOST_CRITERIA: Final = 14
_MOST_VALUES: Final = 4  # values named of one criterion
_MOST_PLACES: Final = 5
_LONGEST_CELL: Final = 130  # letters of a criterion's values
_POINTS: Final = 2  # of a persona's goals and so on
_LONG_DESCRIPTION: Final = 45  # words; the guides ask for thirty
_DIGITS: Final = 12  # of the checksum: as many as anybody compares by eye

_ORDER: Final = (Role.MUST_HAVE, Role.KNOCK_OUT, Role.NICE_TO_HAVE, Role.DRAWBACK)
_PLACE_COLUMNS: Final = ("country", "region", "municipality", "postcode", "city")

PRINTED: Final = (
    "challenges",
    "how_we_help",
    "current_solution",
    "urgency",
    "budget",
    "customer_base",
    "markets",
    "business_goals",
)
"""The typed answers in the order in which the page has them; `no_thanks` stands at the criteria."""


@dataclass(frozen=True)
class Stamp:
    """What tells one print from another.

    Attributes
    ----------
    on
        The day it is made.
    author
        Who makes it; may be blank.
    version
        Number of the saved version that it is; None if it is not saved as it stands.
    """

    on: date
    author: str = ""
    version: int | None = None


@dataclass(frozen=True)
class Known:
    """How the team knows: what was tested and looked up, beside what the market itself tells.

    Attributes
    ----------
    verified
        Answers on the matches drawn at random to be looked up by hand; None where nobody did.
    proven
        What a test of the profile on one's own deals found; None where there was none.
    interviews
        How many customers were interviewed.
    said
        How many of them speak for and against each claim.
    """

    verified: Tally | None = None
    proven: Proven | None = None
    interviews: int = 0
    said: tuple[Said, ...] = ()

    def beside(self, about: str, _: Translate) -> str:
        """How many say what stands there, to follow it; empty where nobody was asked."""
        one = next((one for one in self.said if one.about == about), None)
        if one is None:
            return ""
        line = _("{count} of {all} interviews").format(
            count=number(one.supporting), all=number(one.interviews)
        )
        if one.contradicting:
            line += ", " + _("{count} against").format(count=number(one.contradicting))
        return f" ({line})"


NOTHING_KNOWN: Final = Known()


def proven_in_words(found: Proven, _: Translate = str) -> str:
    """What a test on one's own deals found, in a sentence."""
    judged = _("Tested on {accounts} companies, {best} of them best customers").format(
        accounts=number(found.accounts), best=number(found.best)
    )
    if found.fictional:
        judged += _(" (fictional)")
    judged += _(", on {day}").format(day=found.on)
    if found.lift.includes(1):
        return judged + _(": can’t tell yet whether it beats chance")
    low, high = (number(end, digits=1) for end in (found.lift.low, found.lift.high))
    return judged + _(": the best tenth holds {lift} times what chance finds ({range})").format(
        lift=number(found.lift.value, digits=1), range=f"{low}–{high}"
    )


def questions(_: Translate = str) -> dict[str, str]:
    """What the typed answers are called, by their names in the brief."""
    return {
        "markets": _("Markets they serve"),
        "customer_base": _("Their customers"),
        "budget": _("Budget for this kind of solution"),
        "current_solution": _("What they use today"),
        "challenges": _("Challenges that ours touches"),
        "how_we_help": _("How we help"),
        "urgency": _("How urgent it is"),
        "business_goals": _("What they want to reach"),
        "no_thanks": _("Customers we decline"),
    }


def buying_roles(_: Translate = str) -> dict[BuyingRole, str]:
    """What the parts in a purchase are called."""
    return {
        BuyingRole.DECISION_MAKER: _("Decision maker"),
        BuyingRole.AMBASSADOR: _("Ambassador"),
        BuyingRole.INFLUENCER: _("Influencer"),
        BuyingRole.BLOCKER: _("Blocker"),
    }


def generated(market: MarketView, _: Translate = str) -> dict[str, str]:
    """The answers that the criteria give themselves, by their questions; a dash where none asks."""
    asked = {
        _("Industry"): ("industry", "sector"),
        _("Where they are"): _PLACE_COLUMNS,
        _("Headcount"): ("employees",),
        _("Revenue"): ("revenue",),
    }
    return {question: _answer(columns, market, _) for question, columns in asked.items()}


def _answer(columns: Sequence[str], market: MarketView, _: Translate) -> str:
    """What the criteria on these columns ask for: what must be, else what adds or takes away."""
    asking = [one for one in market.profile.criteria if one.column in columns]
    gates = [one for one in asking if one.role.is_gate]
    said = [
        _("not {values}").format(values=_asks(one, market, _))
        if one.role is Role.KNOCK_OUT
        else _asks(one, market, _)
        for one in gates or asking
    ]
    return "; ".join(dict.fromkeys(said)) or UNKNOWN


def market_value(whole: Market, _: Translate = str) -> str:
    """What the market could be worth a year, as far as it is known."""
    if not whole.tells_value:
        return UNKNOWN
    value, currency = whole.tam_value, whole.profile.currency
    if whole.is_value_open:
        return _("at least {amount}").format(amount=money(value.low, currency))
    return money_bounds(value, currency)


def content(
    market: MarketView,
    brief: Brief = NO_BRIEF,
    *,
    stamp: Stamp,
    known: Known = NOTHING_KNOWN,
    _: Translate = str,
    language: str = "en",
) -> dict[str, Any]:
    """Everything on the page, as plain JSON values in words.

    Parameters
    ----------
    market
        The profile on its accounts.
    brief
        What is said beside it.
    stamp, known
        Of this print.
    _
        Gives a text in the reader's language.
    language
        Of that, as ISO 639-1.
    """
    profile, whole, fictional = market.profile, market.totals, market.population.fictional
    places = _places(market, _)
    asked = questions(_)
    answers = [
        {
            "label": asked[name],
            "text": getattr(brief, name).strip() + known.beside(f"brief.{name}", _),
        }
        for name in PRINTED
        if getattr(brief, name).strip()
    ]
    left = [asked[name] for name in PRINTED if not getattr(brief, name).strip()]
    return {
        "language": language,
        "title": profile.name,
        "author": stamp.author,
        "subtitle": " · ".join(_subtitle(profile, brief, _)),
        "fictional": _("Fictional data") if fictional else "",
        "description": profile.description.strip(),
        "long": word_count(profile.description) > _LONG_DESCRIPTION,
        "figures": _figures(market, _),
        "criteria": [
            {
                "kind": one.role.value,
                "role": _role(one.role, _),
                "name": _label(one, market, _),
                "asks": _asks(one, market, _),
                "weight": "" if one.role.is_gate else str(one.weight),
            }
            for one in _first(profile)
        ],
        "criteria_notes": list(_notes(profile, brief, _)),
        "tiers": _tiers(whole, _),
        **places,
        "answers": answers,
        # Nobody has said anything yet: room to write, for a team around a table.
        "blanks": [] if answers else left,
        "open": _("Not answered yet: {questions}.").format(
            questions=", ".join(one[:1].lower() + one[1:] for one in left)
        )
        if answers and left
        else "",
        "group": [_persona(one, _) for one in _first_personas(brief)],
        "group_note": _("And {count} more in the buying group.").format(
            count=number(len(brief.buying_group) - USUAL_PERSONAS[1])
        )
        if len(brief.buying_group) > USUAL_PERSONAS[1]
        else "",
        "known": list(_known(market, known, _)),
        "footer": {
            "left": " · ".join(_footer(market, brief, stamp, _)),
            "right": _("Company data of {list}").format(list=market.population.label),
        },
        "labels": {
            "description": _("Description"),
            "criteria": _("Which companies"),
            "criteria_columns": ["", _("What"), _("Asked for"), _("Weight")],
            "tiers": _("Tiers"),
            "place": _("Where they are"),
            "place_columns": [_("Most in"), _("Companies")],
            "answers": _("Why they buy"),
            "group": _("Buying group"),
            "group_columns": [
                _("Role"),
                _("Who"),
                _("Wants"),
                _("Objects"),
                _("Reached by"),
            ],
            "known": _("How we know"),
        },
        "colours": {
            "text": colours.TEXT,
            "muted": colours.MUTED,
            "accent": colours.TIERS[0],
        },
    }


# Its parts ---------------------------------------------------------------------------------------


def _subtitle(profile: Profile, brief: Brief, _: Translate) -> Iterator[str]:
    if brief.segment.strip():
        yield brief.segment.strip()
    if profile.offer.strip():
        yield profile.offer.strip()
    if profile.valid_from and profile.valid_until:
        yield _("{start} to {end}").format(start=profile.valid_from, end=profile.valid_until)
    elif profile.valid_until:
        yield _("until {end}").format(end=profile.valid_until)
    if brief.goal.strip():
        yield _("Goal: {goal}").format(goal=brief.goal.strip())


def _figures(market: MarketView, _: Translate) -> list[dict[str, str]]:
    whole = market.totals
    told = market.population.tells_customers
    notes = {
        "matches": _("{count} of them lack data").format(count=number(whole.possible))
        if whole.possible
        else _("of {count} looked at").format(count=number(whole.universe)),
        "value": _("unknown for {count}").format(count=number(whole.value_unknown))
        if whole.value_unknown
        else _("known for all of them"),
        "tiers": _("{count} in no tier").format(count=number(whole.matching - whole.in_a_tier)),
        "customers": _("{count} are customers").format(count=number(whole.customers))
        if told
        else _("customers unknown"),
    }
    names = " · ".join(tier.name for tier in whole.ranked)
    made = [
        (_("Matching companies (TAM)"), bounds(whole.tam), notes["matches"]),
        (_("Potential a year"), market_value(whole, _), notes["value"]),
        (
            _("Tiers {names}").format(names=names),
            " · ".join(number(tier.accounts) for tier in whole.ranked[:4]),
            notes["tiers"],
        ),
        (
            _("Not yet customers"),
            number(whole.white_space) if told else UNKNOWN,
            notes["customers"],
        ),
    ]
    return [{"label": label, "value": value, "note": note} for label, value, note in made]


def _first(profile: Profile) -> Sequence[Criterion]:
    """The criteria that have room: what decides first, then what weighs most."""
    ordered = sorted(profile.criteria, key=lambda one: (_ORDER.index(one.role), -one.weight))
    gates = [one for one in ordered if one.role.is_gate]
    scored = [one for one in ordered if not one.role.is_gate]
    # Some of each, so that no page leaves out all that scores.
    most_gates = max(_MOST_CRITERIA - len(scored), _MOST_CRITERIA * 2 // 3)
    kept = gates[:most_gates]
    return [*kept, *scored[: _MOST_CRITERIA - len(kept)]]


def _role(role: Role, _: Translate) -> str:
    return {
        Role.MUST_HAVE: _("Must"),
        Role.KNOCK_OUT: _("Never"),
        Role.NICE_TO_HAVE: _("Plus"),
        Role.DRAWBACK: _("Minus"),
    }[role]


def _label(criterion: Criterion, market: MarketView, _: Translate) -> str:
    return _(words.column_of(criterion.column, market.population.columns).label)


def _asks(criterion: Criterion, market: MarketView, _: Translate) -> str:
    column = words.column_of(criterion.column, market.population.columns)
    return _shortened(words.fit_summary(criterion.fit, column, _, most=_MOST_VALUES))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1].rstrip() + "…"


def _notes(profile: Profile, brief: Brief, _: Translate) -> Iterator[str]:
    more = len(profile.criteria) - len(_first(profile))
    if more > 0:
        yield _("And {count} more criteria in the profile.").format(count=number(more))
    if not profile.criteria:
        yield _("No criterion yet: every company matches.")
    if brief.no_thanks.strip():
        yield _("No, thanks, to: {whom}").format(whom=brief.no_thanks.strip())


def _tiers(whole: Market, _: Translate) -> list[dict[str, Any]]:
    ranked = whole.ranked
    most = max((tier.accounts for tier in ranked), default=0) or 1
    last = max(len(ranked) - 1, 1)
    currency = whole.profile.currency
    return [
        {
            "name": tier.name,
            "colour": colours.between(colours.TIERS, place / last),
            "share": round(tier.accounts / most, 4),
            "text": _("{count} companies").format(count=number(tier.accounts))
            + _worth(whole.potential_in(tier), currency),
        }
        for place, tier in enumerate(ranked)
    ]


def _worth(amount: float | None, currency: str) -> str:
    return "" if amount is None else f" · {money(amount, currency)}"


def _places(market: MarketView, _: Translate) -> dict[str, Any]:
    """The map, and the regions, else the countries, that have most matches."""
    counted = market.totals.breakdowns["region"].totals().select("key", "accounts")
    counts = {key: count for key, count in counted.iter_rows() if key is not None}
    if not counts:
        return {"map": {"svg": "", "alt": ""}, "places": [], "place_notes": []}
    countries = [one for one in geography.COUNTRIES if any(key[:2] == one for key in counts)]
    drawn = region_map.svg(counts, countries)
    first = sorted(counts.items(), key=lambda one: (-one[1], one[0]))[:_MOST_PLACES]
    unplaced = market.totals.matching - sum(counts.values())
    notes = [_("Darker is more companies.")] if drawn else []
    if unplaced:
        notes.append(_("{count} in no known region.").format(count=number(unplaced)))
    listed = [{"name": geography.name_of(code), "count": number(count)} for code, count in first]
    return {
        "map": {
            "svg": drawn or "",
            "alt": _(
                "Map of {countries}: companies that match by region, most in {regions}."
            ).format(
                countries=", ".join(geography.name_of(one) for one in countries),
                regions=", ".join(f"{one['name']} ({one['count']})" for one in listed),
            ),
        },
        "places": listed,
        "place_notes": [" ".join(notes)] if notes else [],
    }


def _first_personas(brief: Brief) -> Sequence[Persona]:
    """The most important ones, in the team's order: more than five are nobody in particular."""
    ranked = sorted(brief.buying_group, key=lambda one: -one.importance)[: USUAL_PERSONAS[1]]
    return [one for one in brief.buying_group if one in ranked]


def _persona(one: Persona, _: Translate) -> dict[str, str]:
    elsewhere = "" if one.at_ideal_customer else f" ({_('not at the customer')})"
    return {
        "role": buying_roles(_)[one.role],
        "called": one.name,
        "name": one.name + elsewhere,
        **{
            name: " · ".join(getattr(one, name)[:_POINTS]) or UNKNOWN
            for name in ("goals", "objections", "channels")
        },
    }


def _known(market: MarketView, known: Known, _: Translate) -> Iterator[str]:
    whole = market.totals
    yield (
        proven_in_words(known.proven, _)
        if known.proven is not None
        else _("Not tested on own deals yet")
    )
    tally = known.verified
    if tally is not None and tally.answered:
        share = tally.precision
        yield _("{right} of {answered} looked up at random fit ({low} to {high})").format(
            right=number(tally.fits),
            answered=number(tally.answered),
            low=percent(share.low),
            high=percent(share.high),
        )
    else:
        yield _("No sample looked up yet")
    yield (
        _("Customers interviewed: {count}").format(count=number(known.interviews))
        if known.interviews
        else _("No interviews yet")
    )
    if whole.coverage is not None:
        yield _("{share} of what scores weigh is known").format(share=percent(whole.coverage))


def _footer(market: MarketView, brief: Brief, stamp: Stamp, _: Translate) -> Iterator[str]:
    yield (
        _("Version {number}").format(number=stamp.version) if stamp.version else _("Not saved yet")
    )
    yield stamp.on.isoformat()
    if stamp.author.strip():
        yield stamp.author.strip()
    yield f"sha256 {checksum(market.profile, brief)[:_DIGITS]}…"
    if market.population.note and not market.population.fictional:
        # Such as that its companies are no sample of a market.
        yield market.population.note.rstrip(".")


def checksum(profile: Profile, brief: Brief) -> str:
    """SHA-256 of profile and brief as a file holds them; without a brief that of the profile alone."""
    return hashlib.sha256(Agreed(profile, brief).to_json().encode()).hexdigest()


# On one page -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """What to take away for a page that is too full.

    Attributes
    ----------
    count
        About how many words.
    longest
        The texts with most words, the longest first, by what they are called, with their words.
    """

    count: int
    longest: tuple[tuple[str, int], ...]

    def sentence(self, _: Translate = str) -> str:
        """It in words."""
        longest = ", ".join(f"{name} ({number(count)})" for name, count in self.longest)
        return _(
            "The page is too full by about {count} words. Shorten the longest: {longest}."
        ).format(count=number(self.count), longest=longest)


@dataclass(frozen=True)
class OnePage:
    """The page as it can be printed.

    Attributes
    ----------
    content
        As `content` gives it.
    on
        The day of the print.
    """

    content: Mapping[str, Any]
    on: date
    _ink: Ink = field(default_factory=Ink, repr=False, compare=False)

    @cached_property
    def _typeset(self) -> Typeset:
        return Typeset("one_page.typ", self._ink.all(self.content))

    @cached_property
    def size(self) -> float | None:
        """Points of the largest text with which everything fits on one page; None where none does."""
        return _largest(lambda size: self._typeset.pages(size) == 1)

    @cached_property
    def not_printed(self) -> tuple[str, ...]:
        """Letters that our font lacks; `printing.NOT_PRINTED` stands for them."""
        _ = self._typeset
        return tuple(sorted(self._ink.missing))

    @property
    def words(self) -> int:
        """Words that were typed."""
        return sum(count for _name, count in _typed(self.content))

    @cached_property
    def cut(self) -> Cut | None:
        """What to take away; None where everything fits."""
        if self.size is not None:
            return None
        # The longest part of every text that fits, all shortened alike, tells how much is too much.
        low, high = 0.0, 1.0
        for _step in range(6):
            middle = (low + high) / 2
            shortened = Typeset("one_page.typ", Ink().all(_scaled(self.content, middle)))
            low, high = (middle, high) if shortened.pages(SMALLEST) == 1 else (low, middle)
        kept = sum(count for _name, count in _typed(_scaled(self.content, low)))
        longest = sorted(_typed(self.content), key=lambda one: -one[1])[:3]
        return Cut(max(self.words - kept, 1), tuple(longest))

    def pdf(self) -> bytes:
        """The page as PDF/UA-1, the same bytes for the same content and day.

        Raises
        ------
        DocumentError
            If it does not fit; the message says what to cut.
        """
        if self.size is None:
            raise DocumentError(self.cut.sentence() if self.cut else "")
        return self._typeset.pdf(self.size, on=self.on)

    def picture(self, *, per_inch: int = 110) -> bytes:
        """The page as PNG; of one that is too full, as much of it as there is room for."""
        return self._typeset.pictures(self.size or SMALLEST, per_inch=per_inch)[0]


def _largest(fits: Callable[[float], bool]) -> float | None:
    if fits(LARGEST):
        return LARGEST
    if not fits(SMALLEST):
        return None
    low, high = SMALLEST, LARGEST
    for _step in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low


def _typed(page: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """What people wrote, by what it is called, in words; empty texts left out."""
    texts = [(page["labels"]["description"], page["description"])]
    texts += [(one["label"], one["text"]) for one in page["answers"]]
    texts += [(page["labels"]["criteria"], one) for one in page["criteria_notes"]]
    texts += [(one["called"], " ".join(one[part] for part in _OF_PERSONA)) for one in page["group"]]
    for name, text in texts:
        if text.strip():
            yield name, max(word_count(text), len(text) // _LONG_WORD)


_LONG_WORD: Final = 16
"""Letters for which a text without spaces counts a word."""

_OF_PERSONA: Final = ("goals", "objections", "channels")


def _scaled(page: Mapping[str, Any], share: float) -> dict[str, Any]:
    """The page with only the first part of every text that people wrote."""

    def first(text: str) -> str:
        pieces = text.split()
        kept = pieces[: int(len(pieces) * share)]
        return " ".join(kept) if len(pieces) > 1 else text[: int(len(text) * share)]

    return {
        **page,
        "description": first(page["description"]),
        "answers": [one | {"text": first(one["text"])} for one in page["answers"]],
        "criteria_notes": [first(one) for one in page["criteria_notes"]],
        "group": [one | {part: first(one[part]) for part in _OF_PERSONA} for one in page["group"]],
    }
