"""A workspace and a list in which every text of a person is hostile, for UI and browser tests.

As Markdown, each would draw a picture, a link or a formula, or be an address that can be clicked.
"""

from dataclasses import dataclass
from datetime import date
from itertools import cycle
from pathlib import Path

import polars as pl

from icp_core.analysis.content_plan import Piece, Stage
from icp_core.analysis.interviews import InterviewKind
from icp_core.analysis.verification import Answer, draw
from icp_core.importing.library import Library
from icp_core.importing.load import run_import
from icp_core.profiles.brief import (
    ANSWERS,
    CLAIMS,
    Aspect,
    Brief,
    BuyingRole,
    Focus,
    Persona,
    Readiness,
    Titles,
)
from icp_core.profiles.model import (
    Choice,
    Criterion,
    Profile,
    Role,
    Tags,
    Tier,
    TierPolicy,
)
from icp_core.workspace import Status, Workspace

HOST = "evil.example"
SHORT = ("![](//evil.example)", "[l](//evil.example)", "www.evil.example")
"""Names of tiers, which are short."""

LONG = (
    f"![i](http://{HOST}/a.png)",
    f"[press here](https://{HOST}/l)",
    f"https://{HOST}/bare?a=1&b=2",
    f"www.{HOST}/www",
    f"eva@{HOST}",
    f"<img src=//{HOST}/h.png> &lt;b&gt; `c` **b** _i_ ~~s~~",
    f"[x][1] $x^2$ :red[c] :smile: :material/home: <https://{HOST}> mailto:eva@{HOST}",
    f'<a href="https://{HOST}/p">p</a>',
    "| a | # h => -> {name} %{x} \\ ![r][1]",
)
EVERY = (
    *SHORT,
    *LONG,
    "HTTPS://EVIL.example WWW.evil.example wwww.evil.example",
    "xmpp:eva@evil.example/x (https://evil.example) //evil.example http://[::1]/",
    "[a]: http://evil.example",
    "[^1] ![a][b] [a](<http://evil.example>)",
    ":streamlit: :material_home: :help[x] :small[y] Ø::x:: [[x]] 12:05:30",
    "$x^2$ and $$y$$ and $5 or $6",
    "# h",
    "- li",
    "1. li",
    "> q",
    "===",
    "---",
    "~~~",
    "```",
    "| a | b |",
    "-> and <- and <-> and -- and >= <= ~=",
    "\\[x\\](http://evil.example) \\",
    "&lt;img src=//evil.example&gt; &copy; &#x41;",
    "<!-- x --> <script>alert(1)</script>",
    "![",
    "](",
    "www.",
    "tab\there",
    "javascript:alert(1) ftp://evil.example tel:+46 #12 +3 -4 a_b_c *x*",
    "Åsa & Söner, C:\\new\\www.x.y 😀",
)
"""All of these and more, for single elements."""

_HEADING = f"![h](//{HOST}/h)"
_TAGS = f"[t](//{HOST}/t)"


@dataclass(frozen=True)
class World:
    """What was made.

    Attributes
    ----------
    source
        Name of the list.
    slug
        Of the saved profile, which has two versions.
    profile
        The newer version, which matches some of the accounts.
    accounts
        Their ids.
    """

    source: str
    slug: str
    profile: Profile
    accounts: tuple[str, ...]


def _brief() -> Brief:
    texts = cycle(LONG)
    answers = {name: next(texts)[:400] for name in ANSWERS}
    people = tuple(
        Persona(
            key=f"p{place}",
            name=next(texts)[:80],
            role=role,
            titles=Titles(en=(next(texts)[:80],)),
            **{name: (next(texts)[:200],) for name in CLAIMS},
        )
        for place, role in enumerate(BuyingRole)
    )
    row = Readiness(aspect=Aspect.ABLE, statement=next(texts)[:200], column="employees")
    return Brief(
        **answers,
        segment=next(texts)[:80],
        goal=next(texts)[:200],
        buying_group=people,
        readiness=(row,),
        focus=Focus(pipeline=next(texts)[:200]),
    )


def build(folder: Path) -> World:
    """Make all of it; the workspace and the library are those of the environment."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = cycle(LONG)
    rows = [
        {
            "name": f"{next(texts)} {number}",
            "website": f"firma{number}.se",
            "country": "SE",
            "city": next(texts),
            "org_number": f"55667788{number:02}",
            "employees": 20 + 7 * number,
            "revenue": 1_000_000 * (number + 1),
            "owner": next(texts),
            "customer": "yes" if number % 5 == 0 else "no",
            _HEADING: LONG[number % 4],
            f"www.{HOST}": LONG[number % 3],
            _TAGS: f"{LONG[0]}; {LONG[3]}" if number % 2 else f"{LONG[1]}; {LONG[2]}",
        }
        for number in range(60)
    ]
    file = folder / f"![f]({HOST}) www.{HOST}.csv".replace("/", "")
    pl.DataFrame([*rows, rows[0], {**rows[1], "name": ""}]).write_csv(file)
    imported = Library().save(run_import([file]), LONG[0])
    universe = Library().open(imported.key)
    own = [name for name in universe.columns if HOST in name or "evil" in name]
    profile = _profile(own)
    workspace = Workspace.open()
    author = LONG[1]
    first = workspace.save_profile(profile, author=author, why=LONG[0], based_on=0)
    second = workspace.save_profile(
        profile.replace(offer=LONG[2]),
        brief=_brief(),
        author=author,
        why=LONG[3],
        based_on=1,
        slug=first.slug,
    )
    workspace.save_profile(
        profile.replace(name=LONG[3]), author=author, why=LONG[4], based_on=0, slug="archived"
    )
    workspace.archive_profile("archived")
    talk = workspace.begin_interview(
        first.slug,
        kind=InterviewKind.LOST,
        on_day=date(2026, 11, 27),
        author=author,
        company=LONG[2][:100],
        job_title=LONG[3][:100],
        account_id=LONG[0],
        consent=True,
    )
    for place, text in enumerate(LONG):
        workspace.keep_reply(talk.id, text[:400], text, author=author)
        workspace.add_evidence(
            talk.id, text[:400], about=f"brief.{ANSWERS[place]}", supports=True, author=author
        )
        piece = Piece(f"k{place}", f"p{place % 4}", Stage.AWARE, text[:120], text[:200])
        workspace.keep_piece(first.slug, piece, author=author)
    ids = universe.frame["account_id"].to_list()
    reasons = cycle(LONG)
    for place, key in enumerate(ids[:12]):
        workspace.decide(
            [key],
            author=LONG[place % len(LONG)],
            status=(Status.EXCLUDED, Status.WRONG_DATA)[place % 2],
            detail=next(reasons),
            note=next(reasons),
            owner=next(reasons),
        )
    sample = draw(ids[12:], ids[:12], match=5, possible=2, seed=1)
    saved = workspace.save_draw(
        sample, list_name=imported.source, profile=second.profile, author=author
    )
    given = dict.fromkeys([*sample.match[:3]], Answer.FITS)
    workspace.answer(saved.id, given, author=LONG[2])
    workspace.log_export(
        author=author,
        list_name=imported.source,
        profile=profile,
        format=LONG[0],
        file_name=LONG[1],
        accounts=3,
        sha256="0" * 64,
        slug=first.slug,
        number=1,
    )
    workspace.close()
    return World(imported.source, first.slug, second.profile, tuple(ids))


def _profile(own: list[str]) -> Profile:
    return Profile(
        name=LONG[0],
        description=" ".join(LONG[:4]),
        offer=LONG[1],
        # Two amounts in one text must not become a formula.
        currency="USD",
        criteria=(
            Criterion(
                column="country", role=Role.MUST_HAVE, fit=Choice(values={"SE": 1, LONG[0]: 0.5})
            ),
            *(
                Criterion(
                    column=name,
                    role=Role.NICE_TO_HAVE,
                    fit=Choice(values=dict.fromkeys(LONG[:4], 1) | {LONG[4]: 0.5}, default=0.2),
                )
                for name in own
                if name != _TAGS
            ),
            Criterion(
                column=_TAGS, role=Role.DRAWBACK, fit=Tags(tags=(LONG[0], LONG[1])), missing="fail"
            ),
        ),
        tiers=TierPolicy(
            tiers=tuple(
                Tier(name=name[:20], threshold=threshold)
                for name, threshold in zip(SHORT, (80, 60, 10), strict=True)
            )
        ),
    )
