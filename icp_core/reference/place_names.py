"""Which places a name or code means: today's, in other languages, and those of the reforms before.

Of namesakes (Herøy, Våler, Os, Habo and Håbo) nobody guesses: letters tell them apart, or the region, or
nothing does. A name of a municipality that was merged counts as a namesake of today's.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import polars as pl

from icp_core.paths import DATA
from icp_core.reference.place_tables import (
    Level,
    municipality_table,
    postcode_table,
    region_table,
)
from icp_core.reference.text import fold, fold_expr

Key = Literal["spelled", "folded"]

_CODE_DIGITS: Final = {"SE": 4, "NO": 4, "DK": 4, "FI": 3}
_REGION_DIGITS: Final = {"SE": 2, "NO": 2, "FI": 2}
_REGION_WORDS: Final = re.compile(
    r"^(?:region|regionen|county of|province of|makunta) | (?:lan|lans|fylke|fylkeskommune|county|"
    r"region|regionen|makunta|makuntaliitto|regionkommun|landsting|amt)$"
)
_MUNICIPALITY_WORDS: Final = re.compile(
    r"^(?:kommun|kommune|municipality of|city of|town of) | "
    r"(?:kommun|kommune|regionskommune|komm?\.?|kn\.?|k:n|kmn\.?|stad|by|kunta|kaupunki|municipality|city|"
    r"tettsted|herred)$"
)


@dataclass(frozen=True)
class Former:
    """A region or municipality of before a reform.

    Attributes
    ----------
    code
        `NO-0219`.
    name
        As it was.
    today
        Codes of what it is part of today; several where it was divided.
    """

    code: str
    name: str
    today: tuple[str, ...]


@cache
def former(level: Level) -> Mapping[str, Former]:
    """Abolished regions or municipalities by code (`data/geo/former_places.csv`)."""
    table = pl.read_csv(DATA / "geo" / "former_places.csv", infer_schema=False)
    return MappingProxyType(
        {
            f"{row['country']}-{row['code']}": Former(
                f"{row['country']}-{row['code']}",
                row["name"],
                tuple(f"{row['country']}-{code}" for code in row["today"].split("|")),
            )
            for row in table.filter(pl.col("level") == level).iter_rows(named=True)
        }
    )


def folded(name: str) -> str:
    """A name regardless of case, accents and hyphens, `aa` as `å`, `&` as `og`."""
    return fold(name.replace("-", " ").replace("&", "og")).replace("aa", "a")


def spelled(name: str) -> str:
    """A name regardless of case, with its letters: Håbo is not Habo, Aarhus is Århus."""
    text = " ".join(name.lower().replace("-", " ").replace("&", "og").split())
    for written, letter in (("aa", "å"), ("æ", "ä"), ("ø", "ö")):
        text = text.replace(written, letter)
    return text


_KEYS: Final[Mapping[Key, Callable[[str], str]]] = {"spelled": spelled, "folded": folded}


def key_expr(name: pl.Expr, key: Key) -> pl.Expr:
    """`spelled` or `folded` as an expression."""
    name = name.str.replace_many(["-", "&"], [" ", "og"])
    if key == "folded":
        return fold_expr(name).str.replace_all("aa", "a", literal=True)
    lower = name.str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()
    return lower.str.replace_many(["aa", "æ", "ø"], ["å", "ä", "ö"])


def _parts(name: str) -> list[str]:
    """A name and, of a bilingual one, its parts."""
    return list(dict.fromkeys([name, *name.split(" - ")]))


@cache
def _municipality_names() -> tuple[tuple[str, str, bool], ...]:
    """Name, code today, and whether the municipality of that name still exists."""
    own = [
        (part, code, True)
        for code, name in municipality_table().select("municipality", "name").iter_rows()
        for part in _parts(name)
    ]
    named = defaultdict(set)
    for part, code, _ in own:
        named[folded(part)].add(code)
    gone = [
        (part, code, False)
        for place in former("municipality").values()
        for part in _parts(place.name)
        # Where one of its parts kept the name, that is the one that is meant.
        for code in sorted(named[folded(part)].intersection(place.today) or place.today)
    ]
    return (*own, *((name, code, True) for name, code in other_names("municipality")), *gone)


def other_names(level: Level) -> list[tuple[str, str]]:
    """Names in other languages with their codes (`data/geo/other_names.csv`)."""
    table = pl.read_csv(DATA / "geo" / "other_names.csv", infer_schema=False)
    return [
        (name, f"{country}-{code}")
        for country, of, code, name in table.iter_rows()
        if of == level and code
    ]


@cache
def _regions_of() -> Mapping[str, str]:
    return MappingProxyType(dict(municipality_table().select("municipality", "region").iter_rows()))


@cache
def _candidates(key: Key, within_region: bool) -> pl.DataFrame:
    """Municipalities that a name can mean, by country and key, and maybe by region.

    Existing municipalities and those merged into others; a postal town's (where more than half of its
    postcodes lie) only if no municipality has the name. A row a name, with the list `municipalities`.
    """
    place = ["country", "place_key", *(["region"] if within_region else [])]
    code = pl.col("municipality")

    def at(names: pl.DataFrame) -> pl.DataFrame:
        keyed = names.with_columns(
            country=code.str.head(2), place_key=key_expr(pl.col("name"), key)
        )
        regions = municipality_table().select("municipality", "region")
        return keyed.join(regions, on="municipality", how="left")

    called = at(
        pl.DataFrame(_municipality_names(), schema=["name", "municipality", "exists"], orient="row")
    )
    counts = (
        at(postcode_table().select("municipality", name="place"))
        .group_by(*place, "municipality")
        .agg(count=pl.len())
    )
    towns = counts.filter(2 * pl.col("count") > pl.col("count").sum().over(place)).join(
        called.filter("exists"), on=place, how="anti"
    )
    return (
        pl.concat([one.select(*place, "municipality") for one in (called, towns)])
        .unique()
        .group_by(place)
        .agg(municipalities=code.sort())
    )


@cache
def place_table(key: Key, *, within_region: bool = False) -> pl.DataFrame:
    """Names that stand for one municipality: `country, place_key, municipality`, maybe `region`.

    Parameters
    ----------
    key
        Whether letters or only base letters count (`key_expr`).
    within_region
        One row a region, in which the name stands for one municipality.
    """
    found = _candidates(key, within_region)
    several = pl.col("municipalities")
    return (
        found.filter(several.list.len() == 1)
        .select(pl.exclude("municipalities"), municipality=several.list.first())
        .sort(pl.all())
    )


@cache
def _index(key: Key) -> Mapping[tuple[str, str], frozenset[str]]:
    """`_candidates` of names without a region."""
    return MappingProxyType(
        {
            (country, name): frozenset(codes)
            for country, name, codes in _candidates(key, False).iter_rows()
        }
    )


def _called(name: str, country: str | None) -> frozenset[str]:
    """Municipalities that a bare name can mean, by its letters if they tell."""
    countries = [country] if country else sorted(_CODE_DIGITS)
    for key, make in _KEYS.items():
        index = _index(key)
        found = frozenset[str]().union(*(index.get((c, make(name)), ()) for c in countries))
        if len(found) == 1 or (found and key == "folded"):
            return found
    return frozenset()


def _code(text: str, country: str | None, digits: Mapping[str, int]) -> str | None:
    """`SE-0180`, `180`, `0180.0` or `3024 Bærum` as a code with its country; None where it is none."""
    match = re.match(
        r"^(?:([A-Z]{2})-)?[A-Z]?[- ]?(\d{1,4})(?:\.0+)?(?=$|[\s,;:(–-])", text.strip()
    )
    match = match or re.search(r"(?:\b([A-Z]{2})-)?\((\d{2,4})\)\s*$", text)
    if not match:
        return None
    prefix = match[1] or country
    return f"{prefix}-{match[2].zfill(digits.get(prefix, 1))}" if prefix else None


_BETWEEN_PLACES: Final = re.compile(
    r"\s[-–]\s|[/,;|+&\n]|\s(?:och|samt|eller|og|ja|sekä|tai|and|or)\s", re.IGNORECASE
)


@cache
def municipalities_called(text: str, country: str | None = None) -> tuple[str, ...]:
    """Codes of today's municipalities that a text can mean; one where it tells, none if unknown.

    Parameters
    ----------
    text
        A code of today or before (`0180`, `SE-0180`, `3024`), a name in any of its languages
        (`Malmö kommun`, `Uusikaupunki/Nystad`), a former name, a town, or a name with its region
        (`Våler i Østfold`, `Herøy (Nordland)`). Of several places (`places_named`) it can mean each.
    country
        ISO 3166-1 alpha-2, if known.

    Examples
    --------
    >>> municipalities_called("0219", "NO"), municipalities_called("Herøy", "NO")
    (('NO-3201',), ('NO-1515', 'NO-1818'))
    """
    code = _code(text, country, _CODE_DIGITS)
    if code and code not in _regions_of() and code in former("municipality"):
        today = former("municipality")[code].today
        names = [part for part in re.split(r"[\d()]+|\s[-–]\s|/|,|;", text) if part.strip(" .-")]
        named = frozenset(today).intersection(*(_called(_bare(n), country) for n in names))
        return tuple(sorted(named or today))
    found = frozenset[str]().union(*places_named(text, country))
    return tuple(sorted(found))


@cache
def places_named(text: str, country: str | None = None) -> tuple[tuple[str, ...], ...]:
    """Places that a text names one after another, each as the municipalities that it can mean.

    `Uusikaupunki - Nystad` says one twice, `Solna, Stockholm` one and where it lies.

    Examples
    --------
    >>> places_named("Malmö, Göteborg"), places_named("Turku / Åbo"), places_named("Solna, Stockholm")
    ((('SE-1280',), ('SE-1480',)), (('FI-853',),), (('SE-0184',),))
    """
    for words in (text, _bare(text)):
        if whole := _called(words, country):
            return (tuple(sorted(whole)),)
    if narrowed := _in_named_region(text, country):
        return (narrowed,)
    found: list[frozenset[str]] = []
    for part in _BETWEEN_PLACES.split(text):
        code = _code(part, country, _CODE_DIGITS)
        if code and code in _regions_of():
            named = [("", frozenset([code]))]
        else:
            names = [name.strip(" .-") for name in re.split(r"[\d()]+", part)]
            named = [(name, _called(_bare(name), country)) for name in names if name]
        for name, meant in named:
            if not meant:
                continue
            regions = set(regions_called(name, country)) if name and found else set()
            if any(_regions_of()[one] in regions for before in found for one in before):
                continue
            at = next((at for at, before in enumerate(found) if before & meant), len(found))
            found[at : at + 1] = [found[at] & meant if at < len(found) else meant]
    return tuple(tuple(sorted(meant)) for meant in found)


def _in_named_region(text: str, country: str | None) -> tuple[str, ...]:
    """Of a name with its region behind, the municipalities there."""
    match = re.fullmatch(r"(.+?)(?:\s+i\s+|\s*[(,]\s*|\s+[-–]\s+)(.+?)\)?", text.strip())
    if not match:
        return ()
    regions = set(regions_called(match[2], country))
    places = _called(_bare(match[1]), country)
    return tuple(sorted(code for code in places if _regions_of()[code] in regions))


def _bare(name: str) -> str:
    """A municipality's name without the words around it: `Göteborgs stad` gives `Göteborg`."""
    text = " ".join(name.split())
    bare = _MUNICIPALITY_WORDS.sub("", text.casefold())
    if bare == text.casefold() or not bare:
        return text
    stems = [bare, bare.removesuffix("s"), bare.removesuffix("n"), f"{bare[:-2]}i"]
    return next((stem for stem in stems if _called(stem, None)), bare)


@cache
def former_called(level: Level, text: str, country: str | None = None) -> Former | None:
    """The abolished region or municipality that a text names, if today's has no such code or name.

    Parameters
    ----------
    level
        Of the place.
    text
        A code or name.
    country
        ISO 3166-1 alpha-2, if known.
    """
    digits = _CODE_DIGITS if level == "municipality" else _REGION_DIGITS
    code = _code(text, country, digits)
    if code and code in former(level):
        return former(level)[code]
    bare = folded(_bare(text) if level == "municipality" else _bare_region(text))
    if bare in _present(level, country):
        return None
    return next(
        (
            place
            for place in former(level).values()
            if country in (None, place.code[:2]) and bare in map(folded, _parts(place.name))
        ),
        None,
    )


@cache
def _present(level: Level, country: str | None) -> frozenset[str]:
    """Folded names that today's places have, in any language."""
    if level == "municipality":
        named = [(name, code) for name, code, exists in _municipality_names() if exists]
    else:
        own = region_table().select("name", "region").iter_rows()
        named = [(part, code) for name, code in own for part in _parts(name)]
        named = [(_bare_region(name), code) for name, code in (*named, *other_names("region"))]
    return frozenset(folded(name) for name, code in named if country in (None, code[:2]))


def _bare_region(name: str) -> str:
    """A region's folded name without the words around it."""
    return _REGION_WORDS.sub("", _REGION_WORDS.sub("", folded(name)))


@cache
def regions_called(text: str, country: str | None = None) -> tuple[str, ...]:
    """Codes of today's regions that a text can mean; several where one was divided.

    Parameters
    ----------
    text
        A code (`01`, `SE-01`, `30`), or a name of today or before with or without `län`, `fylke`,
        `fylkeskommune`, `region`, `maakunta`, in any of its languages.
    country
        ISO 3166-1 alpha-2, if known.

    Examples
    --------
    >>> regions_called("Hordaland", "NO"), regions_called("Viken", "NO")
    (('NO-46',), ('NO-31', 'NO-32', 'NO-33'))
    """
    codes = _region_index()
    code = _code(text, country, _REGION_DIGITS)
    if code and code in codes:
        return codes[code]
    bare = _bare_region(text)
    parts = [part for part in re.split(r"[\d()/,;]+|\s[-–]\s", text) if part.strip(" .-")]
    for name in (folded(text), bare, bare.removesuffix("s"), *(folded(part) for part in parts)):
        for of in [country] if country else sorted(_CODE_DIGITS):
            if found := codes.get(f"{of} {name}"):
                return found
    return ()


@cache
def _region_index() -> Mapping[str, tuple[str, ...]]:
    """Today's regions by code, and by country and folded name with and without words around it."""
    found: dict[str, tuple[str, ...]] = {}

    def add(names: Iterable[str], country: str, codes: tuple[str, ...]) -> None:
        for name in names:
            bare = _REGION_WORDS.sub("", folded(name))
            for form in (
                folded(name),
                bare,
                bare.removesuffix("s") if bare != folded(name) else bare,
            ):
                found.setdefault(f"{country} {form}", codes)

    for code, name, country in region_table().iter_rows():
        found[code] = (code,)
        add(_parts(name), country, (code,))
    for name, code in other_names("region"):
        add([name], code[:2], (code,))
    for place in former("region").values():
        found.setdefault(place.code, place.today)
        add([place.name], place.code[:2], place.today)
    return MappingProxyType(found)


@cache
def find(name: str, country: str | None = None) -> tuple[str, ...]:
    """Codes of the regions and municipalities with a name, regions first.

    Case and accents do not count, other languages' and former names are known (`Gothenburg`, `Åbo`), a
    town stands for its municipality, and `län`, `fylke`, `region` may be left out.

    Examples
    --------
    >>> find("Gothenburg"), find("stockholm", "SE")
    (('SE-1480',), ('SE-01', 'SE-0180'))
    """
    countries = [country] if country else sorted(_CODE_DIGITS)
    regions = [code for of in countries for code in regions_called(name, of)]
    return tuple(dict.fromkeys([*regions, *municipalities_called(name, country)]))
