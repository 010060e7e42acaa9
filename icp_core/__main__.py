"""The dashboard's work from a command line: `python -m icp_core COMMAND --help`."""

import argparse
import json
import os
import shlex
import sys
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Named
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from icp_core import sources
from icp_core.accounts import demo
from icp_core.accounts.population import Population
from icp_core.analysis.interviews import said
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.revisions import revision_note
from icp_core.analysis.verdict import Verdict
from icp_core.errors import (
    DocumentError,
    ExportError,
    IcpError,
    ImportRefused,
    PlanError,
    ProfileError,
    SourceError,
    WorkspaceError,
)
from icp_core.evaluation import engines
from icp_core.evaluation.engines import EngineAccounts
from icp_core.evaluation.engines.evaluation import LIFT_VARIABLE, SECONDS, lift_limit
from icp_core.evaluation.explain import Explanation, explain
from icp_core.evaluation.market import Market
from icp_core.evaluation.scoreboard import Scoreboard
from icp_core.evaluation.tiers import TOO_LITTLE_KNOWN, UNRANKED, groups
from icp_core.exporting import FORMATS, Preflight
from icp_core.exporting.buying_roles import roles_file, untitled
from icp_core.exporting.cells import guarded
from icp_core.exporting.crm import CRMS, CrmFiles, Where, crm_files
from icp_core.importing import customers, refresh, sandbox
from icp_core.importing.cleaning import Rules
from icp_core.importing.crm_exports import read_org
from icp_core.importing.encodings import CODE_PAGES
from icp_core.importing.guessing import GIVEN_BACK
from icp_core.importing.mapping import DATE_ORDERS, Assignment, Doubt, Mapping
from icp_core.importing.report import QualityReport
from icp_core.importing.team_lists import read_team
from icp_core.profiles.brief import NO_BRIEF
from icp_core.profiles.files import Agreed
from icp_core.profiles.model import Profile
from icp_core.profiles.starters import starters_for
from icp_core.reference import geography, json_text
from icp_core.reference.numbers import number
from icp_core.territories.coverage import UNTOUCHED_DAYS
from icp_core.territories.gaps import Gap
from icp_core.territories.lines import coverage_lines, plan_lines
from icp_core.territories.plan import TerritoryPlan, solve, today
from icp_core.territories.planning import Planning
from icp_core.territories.remarks import remarks_of
from icp_core.territories.sensitivity import if_off, price_of_balance
from icp_core.territories.wishes import Locks, Policy, Wishes
from icp_core.views import ExportSpec, MarketView, view_of
from icp_core.workspace import SavedVersion, Workspace, user_name

if TYPE_CHECKING:
    from icp_core.documents.one_page import Known
    from icp_core.learning import LearningResult

BAD_INPUT = 2
SPLITS = (
    "country",
    "region",
    "municipality",
    "section",
    "industry",
    "group",
    "class",
    "size",
    "age",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0, or 2 for bad input with one line on stderr."""
    options = _parser().parse_args(arguments)
    try:
        options.run(options)
    except IcpError as error:
        print(f"error: {error}", file=sys.stderr)
        return BAD_INPUT
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m icp_core",
        description="Target-account planning without a browser: the same numbers as the dashboard.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    score = _command(commands, "score", _score, "the market that a profile makes of the accounts")
    score.add_argument("--rows", type=_count, default=10, help="how many of the best to list")
    score.add_argument(
        "--by",
        choices=SPLITS,
        help="the matches of every segment too, with tiers, customers and potential",
    )
    score.add_argument(
        "--costs",
        action="store_true",
        help="what loosening each must-have and knock-out would bring, and what they leave in a row",
    )
    score.add_argument(
        "--team",
        type=_team,
        metavar="PEOPLExHOURS",
        help="whether the market suits, say, 3x1000: three people with 1,000 hours each a year",
    )
    _decisions(score, "excluded accounts are counted too")
    score.add_argument("--json", action="store_true", help="one JSON object and nothing else")

    _sales_options(commands)

    export = _command(commands, "export", _export, "an account list for an ad platform or a CRM")
    export.add_argument("--format", required=True, choices=sorted(FORMATS))
    export.add_argument("--out", required=True, type=Path, help="file or directory to write to")
    export.add_argument(
        "--tiers",
        type=_list,
        help="for example A,B; all ranked tiers unless given "
        f"({UNRANKED} and {TOO_LITTLE_KNOWN} are some too)",
    )
    export.add_argument("--countries", type=_list, help="for example SE,NO; all unless given")
    export.add_argument(
        "--roles",
        type=Path,
        metavar="ROLES.csv",
        help="write the buying group's job titles with their roles in HubSpot or Salesforce",
    )
    export.add_argument("--customers", choices=("with", "without", "only"), default="with")
    export.add_argument(
        "--author", help="who exports, for the export log; the name logged in with unless given"
    )
    _decisions(export, "excluded accounts come along, and nothing is logged")
    export.add_argument("--json", action="store_true", help="the report as one JSON object")

    _printed(commands)
    load = commands.add_parser("import", help="accounts from any company list or register file")
    load.set_defaults(run=_import)
    load.add_argument("files", nargs="+", type=Path, metavar="FILE")
    load.add_argument("--out", required=True, type=Path, help="Parquet file to write to")
    _headings(load)
    load.add_argument(
        "--code-page",
        choices=tuple(CODE_PAGES),
        help="of text that is not UTF-8; found out unless given",
    )
    load.add_argument("--report", type=Path, help="write the quality report as JSON")
    load.add_argument("--rejects", type=Path, help="write the rejected rows as CSV")
    load.add_argument("--previous", type=Path, help="an older load: say what changed since")
    load.add_argument("--customers", type=Path, help="a deal export or our template, to match")
    _answers(load)
    load.add_argument("--outcomes", type=Path, help="write the matched deals as Parquet")
    load.add_argument(
        "--keep-persons", action="store_true", help="sole proprietors too (personal data)"
    )
    load.add_argument("--keep-inactive", action="store_true", help="bankrupt ones and so on too")
    load.add_argument(
        "--merge-domains",
        action="store_true",
        help="companies that share a web domain are one, whatever their names and numbers",
    )
    load.add_argument("--json", action="store_true", help="one JSON object and nothing else")

    _learning(commands)
    made = commands.add_parser("demo", help="write a fictional list of accounts to a Parquet file")
    made.set_defaults(run=_demo)
    made.add_argument("--rows", type=_count, default=demo.ROWS)
    made.add_argument("--seed", type=int, default=demo.SEED)
    made.add_argument("--out", required=True, type=Path)
    return parser


def _learning(commands: Any) -> None:
    """From customers to a profile."""
    teach = _command(commands, "learn", _learn, "a profile from customers, judged on unseen deals")
    teach.add_argument(
        "--customers",
        type=Path,
        help="a deal export or our template; the demo has fictional deals, other accounts their flag",
    )
    _answers(teach)
    teach.add_argument(
        "--best", type=_count, help="how many are the best; all who stayed unless given"
    )
    teach.add_argument("--worst", type=_count, help="how many are the worst")
    teach.add_argument("--against", choices=("market", "worst"), default="market")
    teach.add_argument("--seed", type=_count, default=1, help="the same seed, the same answer")
    teach.add_argument("--out", type=Path, help="write the suggested profile as JSON")
    teach.add_argument("--author", help="who tests it; the name logged in with unless given")
    _decisions(teach, "what the test of the profile finds is not kept for its one page")
    teach.add_argument("--json", action="store_true", help="one JSON object and nothing else")


def _sales_options(commands: Any) -> None:
    """Who covers what, and who should."""
    _coverage_options(commands)
    _territories_options(commands)


def _coverage_options(commands: Any) -> None:
    covers = _command(
        commands, "coverage", _coverage, "who covers which accounts, and what is left uncovered"
    )
    covers.add_argument(
        "--team",
        type=Path,
        metavar="TEAM.csv",
        help="the reps: name, e-mail, home, hours a year, countries, maximum km; the workspace's team "
        "unless given (of the demo the invented one)",
    )
    covers.add_argument(
        "--days", type=_count, default=UNTOUCHED_DAYS, help="after which an account is neglected"
    )
    covers.add_argument(
        "--rows", type=_count, default=10, help="how many accounts that nobody owns to list"
    )
    _decisions(covers, "owners are those of the list, excluded accounts are counted too")
    covers.add_argument("--json", action="store_true", help="one JSON object and nothing else")


def _territories_options(commands: Any) -> None:
    plans = _command(
        commands,
        "territories",
        _territories,
        "a plan of who gets which accounts, and how far it may be from the best",
    )
    plans.add_argument(
        "--team",
        type=Path,
        metavar="TEAM.csv",
        help="the reps, as for coverage; the workspace's team unless given",
    )
    plans.add_argument(
        "--out",
        type=Path,
        metavar="PLAN.csv",
        help="write every account's rep; with --crm, file or directory to write the archive to",
    )
    _crm_options(plans)
    plans.add_argument(
        "--policy",
        choices=[policy.value for policy in Policy],
        default=Policy.RELATIONS.value,
        help="everything moves with its area; customers stay with their rep (relations); or they "
        "move one by one (account)",
    )
    plans.add_argument(
        "--disruption", type=float, default=1.0, help="weight of changing reps against travel"
    )
    plans.add_argument(
        "--hours-tolerance", type=float, default=0.05, help="around an even share of the hours"
    )
    plans.add_argument(
        "--potential-tolerance", type=float, default=0.10, help="likewise of the potential"
    )
    plans.add_argument(
        "--open-borders",
        action="store_true",
        help="reps without countries work everywhere, not only where they live",
    )
    plans.add_argument(
        "--lock",
        action="append",
        default=[],
        metavar="WHAT=REP",
        help="an account_id, or a code of a municipality, region or country, that a rep gets or "
        "keeps; can be repeated",
    )
    _decisions(plans, "owners are those of the list, excluded accounts take part")
    plans.add_argument("--json", action="store_true", help="one JSON object and nothing else")
    plans.set_defaults(seconds=30)


def _crm_options(plans: argparse.ArgumentParser) -> None:
    """What carries a plan into a CRM."""
    plans.add_argument(
        "--crm",
        choices=sorted(CRMS),
        help="write the files that carry the plan into a CRM, in one archive with a report",
    )
    plans.add_argument(
        "--crm-export",
        action="append",
        default=[],
        type=Path,
        metavar="FILE",
        help="what the CRM exported of itself, to match ids with: users and accounts, of Salesforce "
        "territories and their accounts and users too; can be repeated",
    )
    for name, what in (
        ("model", "model that new territories are made in"),
        ("type", "type of new territories"),
        ("parent", "territory above new ones"),
    ):
        plans.add_argument(
            f"--territory-{name}", metavar="ID", help=f"Salesforce's id of the {what}"
        )
    plans.add_argument(
        "--author",
        help="who writes files for a CRM, for the export log; the name logged in with unless given",
    )


def _printed(commands: Any) -> None:
    """The one page."""
    page = _command(commands, "document", _document, "the one page of a profile, to print")
    page.add_argument(
        "--out", required=True, type=Path, help="PDF to write to; a .docx or .png by its ending"
    )
    page.add_argument(
        "--saved",
        metavar="KEY",
        help="the saved profile that it is, by its key: of interviews and version, and of everything "
        "where no file is named; found by what stands in the file, else by its name, unless given",
    )
    page.add_argument("--author", help="who makes it; the name logged in with unless given")
    _decisions(page, "excluded accounts are counted, and nothing is known of samples looked up")


def _headings(load: argparse.ArgumentParser) -> None:
    """What becomes of a list's headings."""
    load.add_argument("--mapping", type=Path, help="what becomes of the headings, as JSON")
    load.add_argument("--write-mapping", type=Path, help="write the mapping used, to correct it")
    load.add_argument(
        "--name-column", metavar="HEADING", help="the column with the names of the companies"
    )
    load.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="HEADING=WHAT",
        help="what a heading is: a column, a currency or 'by country', thousands, millions, "
        "'per cent', 'as written', unknown, 'day first', 'month first', 'own column' or 'leave out'; "
        "can be repeated",
    )
    load.add_argument("--country", help="of rows that name none, for example SE")


def _decisions(parser: argparse.ArgumentParser, then: str) -> None:
    parser.add_argument(
        "--ignore-decisions", action="store_true", help=f"do without the workspace: {then}"
    )


def _answers(parser: argparse.ArgumentParser) -> None:
    """What a list or its deals leave open."""
    parser.add_argument(
        "--currency", type=str.upper, help="of amounts that name none, for example SEK"
    )
    parser.add_argument(
        "--date-order",
        choices=tuple(DATE_ORDERS),
        help="of dates where nothing in their column tells day from month",
    )
    parser.add_argument(
        "--stage",
        action="append",
        default=[],
        metavar="STAGE=OUTCOME",
        help="what a stage of the deals, or a value of the list's column of customers, means that is "
        "not understood: won, lost, churned, active or open; can be repeated",
    )


def _command(commands: Any, name: str, run: Any, summary: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary)
    parser.set_defaults(run=run)
    names = ", ".join(source.name for source in sources.BUILT_IN)
    parser.add_argument(
        "--accounts",
        required=True,
        help=f"{names}, demo:ROWS, a file, or an engine's address (docs/scaling.md)",
    )
    parser.add_argument(
        "--profile", type=Path, help="a profile file; a fitting starter unless given"
    )
    parser.add_argument(
        "--include-inactive", action="store_true", help="bankrupt ones and so on too"
    )
    parser.add_argument(
        "--seconds",
        type=_count,
        default=SECONDS,
        help="limit on a question to an engine; 0 for none",
    )
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def _team(text: str) -> TeamPlan:
    people, times, hours = text.partition("x")
    if not times:
        raise argparse.ArgumentTypeError(f"{text!r} is not of the form 3x1000")
    return TeamPlan(people=_count(people), hours_each=_count(hours))


def _list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _workspace(options: argparse.Namespace) -> Workspace | None:
    """The workspace, unless told to do without: numbers and lists never ignore decisions by accident."""
    if options.ignore_decisions:
        return None
    try:
        return Workspace.open()
    except WorkspaceError as error:
        raise WorkspaceError(f"{error} Or do without it: --ignore-decisions.") from error


def _view(
    options: argparse.Namespace,
    workspace: Workspace | None,
    *,
    lift: bool = False,
    profile: Profile | None = None,
) -> MarketView:
    excluded = workspace.exclusions() if workspace else {}
    marks = workspace.customer_marks() if workspace else {}
    owners = workspace.owners() if workspace else {}
    territories = workspace.territories() if workspace else {}
    inactive = options.include_inactive
    accounts: Scoreboard | EngineAccounts
    if engines.is_address(options.accounts):
        engine = engines.connect(options.accounts)
        accounts = EngineAccounts(
            engine,
            seconds=options.seconds,
            include_inactive=inactive,
            lift_up_to=lift_limit() if lift else 0,
        )
        accounts = accounts.without(excluded).assigned(owners, territories)
        population: Population = engine
    else:
        loaded = sources.load(options.accounts, include_inactive=inactive)
        universe = loaded.marked(marks).assigned(owners, territories).without(excluded)
        accounts, population = Scoreboard(universe), universe
    profile = profile or _by_hand(options, population)
    if profile is None:
        raise ProfileError(
            f"No starter profile fits the columns of {population.name}; name one with --profile."
        )
    return view_of(accounts.evaluate(profile))


def _by_hand(options: argparse.Namespace, universe: Population) -> Profile | None:
    """The profile that was named, else the first starter that fits, if one does."""
    if options.profile is not None:
        return _profile(options.profile)
    return next((entry.profile for entry in starters_for(universe)), None)


def _profile(path: Path) -> Profile:
    return _agreed(path).profile


def _agreed(path: Path) -> Agreed:
    try:
        content, size = _bounded(path), path.stat().st_size
    except OSError as error:
        raise ProfileError(f"The profile {path} cannot be read ({error.strerror}).") from error
    remarks: list[str] = []
    agreed = Agreed.from_file(str(path), content, size=size, remarks=remarks)
    for remark in remarks:
        print(f"note: {remark}", file=sys.stderr)
    return agreed


def _score(options: argparse.Namespace) -> None:
    lift = bool(options.by or options.costs or options.team)
    view = _view(options, _workspace(options), lift=lift)
    rows = view.page(limit=options.rows).rows
    population = view.population
    reasons = explain(rows, view.profile)
    note = revision_note(view) if "segments" in view.supports else None
    if options.json:
        best = [
            _row(row, reason)
            for row, reason in zip(rows.iter_rows(named=True), reasons, strict=True)
        ]
        answer = {"accounts": population.name, "fictional": population.fictional}
        answer |= view.totals.to_dict() | {"best": best} | _more(view, options)
        answer["left_out"] = view.left_out.height
        answer["notes"] = [note] if note else []
        print(json.dumps(answer, ensure_ascii=False))
        return
    lines = _summary(
        population.label,
        view.totals,
        fictional=population.fictional,
        left_out=view.left_out.height,
    )
    if note:
        lines += ["", f"Note: {note}"]
    if options.by:
        lines += _by_segment(view, options.by)
    if options.costs:
        lines += _costs(view)
    if options.team:
        lines += _against_team(view, options.team)
    for line in lines:
        print(line)
    if reasons:
        print("\nBest accounts: score, how much of its weight is known, tier")
    width = max(map(len, groups(view.profile.tiers)))
    for row, reason in zip(rows.iter_rows(named=True), reasons, strict=True):
        why = "  ".join(f"{r.points:+.0f} {r.criterion.column}" for r in reason.strongest)
        shown = "–" if reason.score is None else f"{reason.score:.0f}"
        tier = row["tier"] or UNRANKED
        print(f"{shown:>5} {row['coverage']:>5.0%}  {tier:<{width}} {reason.name:<40} {why}")


def _more(view: MarketView, options: argparse.Namespace) -> dict[str, Any]:
    """What was asked for beside the market, as plain JSON values."""
    more: dict[str, Any] = {}
    if options.by:
        segments = _named(view.segments(options.by), view)
        more["segments"] = {"by": options.by, "rows": segments.to_dicts()}
    if options.costs:
        more["costs"] = [cost.to_dict() for cost in view.costs()]
        more["attrition"] = [stage.to_dict() for stage in view.attrition()]
    if options.team:
        more["verdict"] = _judged(view.verdict(options.team), view.profile)
    return more


def _by_segment(view: MarketView, by: str) -> list[str]:
    lines = ["", f"Matches by {by}"]
    for row in view.segments(by).sort("accounts", descending=True).iter_rows(named=True):
        amount = "unknown" if row["potential"] is None else number(row["potential"])
        lines.append(
            f"{row['key'] or 'unknown':<12}{row['accounts']:>10,} accounts {amount:>18} "
            f"{view.profile.currency}  {number(row['customers'])} customers"
        )
    return lines


def _costs(view: MarketView) -> list[str]:
    lines = ["", "What loosening each by one step brings"]
    for cost in view.costs():
        gained = cost.gained_if_loosened
        more = "no step" if gained is None else f"+{number(gained)} matches"
        lines.append(f"{cost.gate.criterion.column:<18}{more:>20}")
    lines += ["", "Left after each must-have and knock-out"]
    for stage in view.attrition():
        name = stage.criterion.column if stage.criterion else "all accounts"
        lines.append(f"{name:<18}{stage.matching:>10,} match {stage.possible:>10,} possible")
    return lines


def _against_team(view: MarketView, team: TeamPlan) -> list[str]:
    found = view.verdict(team)
    answer = "can't tell yet" if found.breadth is None else found.breadth.replace("_", " ")
    return [
        "",
        f"SAM holds {number(found.sam.low)}–{number(found.sam.high)} accounts, which take "
        f"{number(found.needed.low)}–{number(found.needed.high)} hours of the "
        f"{number(found.available)} a year "
        f"that the team has: {answer}",
    ]


def _named(segments: pl.DataFrame, view: MarketView) -> pl.DataFrame:
    """Segments with the tiers' own names, each after `tier `."""
    names = groups(view.profile.tiers)
    return segments.rename({f"tier_{index}": f"tier {name}" for index, name in enumerate(names)})


def _judged(found: Verdict, profile: Profile) -> dict[str, Any]:
    changes = [
        {
            "action": change.action,
            "column": profile.criteria[change.index].column,
            "sam": vars(change.sam),
            "breadth": change.breadth,
        }
        for change in found.changes
    ]
    return {
        "hours": {"available": found.available, "needed": vars(found.needed)},
        "capacity": found.capacity,
        "sam": vars(found.sam),
        "breadth": found.breadth,
        "changes": changes,
    }


def _row(row: dict[str, Any], reason: Explanation) -> dict[str, Any]:
    kept = ("account_id", "name", "domain", "country", "region", "municipality", "industry", "tier")
    measured = ("score", "score_low", "score_high", "coverage", "potential")
    return {name: row.get(name) for name in (*kept, *measured)} | {
        "points": {
            f"{index}:{one.criterion.column}": round(one.points, 4)
            for index, one in enumerate(reason.reasons)
        }
    }


def _summary(label: str, market: Market, *, fictional: bool, left_out: int) -> list[str]:
    value = market.tam_value
    worth = f"{number(value.low)}–{number(value.high)}"
    if market.is_value_open:
        worth = f"at least {number(value.low)}"
    unknown = f"; unknown: {number(market.customers_unknown)}" if market.customers_unknown else ""
    lines = [
        f"{label}: {number(market.universe)} accounts{' (FICTIONAL)' if fictional else ''}"
        + (f"; excluded and not counted: {number(left_out)}" if left_out else ""),
        f"Profile: {market.profile.name}",
        f"TAM: {number(market.tam.low)}–{number(market.tam.high)} accounts, "
        f"{worth} {market.profile.currency} a year "
        f"({number(market.potential_unknown)} matches of unknown potential)",
        f"Customers: {number(market.customers)}; white space: {number(market.white_space)}{unknown}",
        "",
        "Tiers",
    ]
    lines += [
        f"{tier.name:<16}{tier.accounts:>10,} accounts {number(tier.potential):>18} "
        f"{market.profile.currency}"
        for tier in market.tiers
    ]
    if market.gates:
        lines += ["", "What each must-have and knock-out costs"]
    lines += [
        f"{gate.criterion.column:<18}{gate.passes:>10,} pass {gate.fails:>10,} fail "
        f"{gate.unknown:>10,} unknown   dropped: +{number(gate.gained_if_dropped)} matches"
        for gate in market.gates
    ]
    return lines


def _coverage(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    plan, remarks = workspace.team() if workspace else TeamPlan(), tuple[str, ...]()
    if options.team is not None:
        listed = read_team(options.team)
        plan, remarks = plan.replace(team=listed.team), listed.remarks
    view = _view(options, workspace, lift=True)
    if "coverage" not in view.supports:
        raise SourceError(
            f"Coverage looks at each account, and those of {view.population.label} that match or may "
            f"match are too many to be lifted. Narrow the must-haves, or raise {LIFT_VARIABLE}."
        )
    found = view.coverage(plan, days=options.days)
    gap = view.gap(plan, Gap.NOBODY, limit=options.rows)
    said = tuple(dict.fromkeys((*remarks, *found.remarks)))
    if options.json:
        answer = {
            "accounts": view.population.name,
            "fictional": view.population.fictional,
            "profile": view.profile.name,
            "currency": view.profile.currency,
            **found.to_dict(),
            "nobody": {
                "accounts": gap.total,
                "potential": vars(gap.potential),
                "best": gap.rows.select(_OF_GAP).to_dicts(),
            },
            "notes": said,
        }
        print(json.dumps(answer, ensure_ascii=False))
        return
    _print_heading(view)
    print("", *coverage_lines(found, gap), *(f"Note: {remark}" for remark in said), sep="\n")


_OF_GAP = (
    "account_id",
    "name",
    "country",
    "region",
    "tier",
    "score",
    "potential",
    "nearest",
    "nearest_km",
    "nearest_reaches",
)


def _print_heading(view: MarketView) -> None:
    fictional = " (FICTIONAL)" if view.population.fictional else ""
    print(f"{view.population.label}{fictional}; profile: {view.profile.name}")


def _territories(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    plan, remarks = workspace.team() if workspace else TeamPlan(), tuple[str, ...]()
    if options.team is not None:
        listed = read_team(options.team)
        plan, remarks = plan.replace(team=listed.team), listed.remarks
        # What follows from a home or hours that are missing is told by the plan.
        remarks = tuple(one for one in remarks if one not in listed.team.remarks)
    wishes = Wishes(
        policy=Policy(options.policy),
        disruption=options.disruption,
        hours_tolerance=options.hours_tolerance,
        potential_tolerance=options.potential_tolerance,
        open_borders=options.open_borders,
    )
    carry = _crm(options)
    view = _view(options, workspace, lift=True)
    if "coverage" not in view.supports:
        raise SourceError(
            f"Territories look at each account, and those of {view.population.label} that match or may "
            f"match are too many to be lifted. Narrow the must-haves, or raise {LIFT_VARIABLE}."
        )
    planning = view.planning(plan, wishes=wishes, locks=_locks(options.lock))
    remarks += _held(planning)
    found = solve(planning, seconds=options.seconds)
    carried, out = carry(found, view) if carry else None, options.out
    if carried is not None:
        out = _carried(carried, view, workspace, options)
    elif out is not None:
        _write_plan(found.table(), out)
    notes = tuple(dict.fromkeys((*remarks, *remarks_of(planning))))
    best_tier = view.profile.tiers.names[0]
    if options.json:
        figures = found.figures
        answer = {
            "accounts": view.population.name,
            "fictional": view.population.fictional,
            "profile": view.profile.name,
            "currency": view.profile.currency,
            **{name: figures[name] for name in ("value", "bound", "gap")},
            "seconds": None if found.assignment is None else round(found.assignment.seconds, 2),
            "today": today(planning).figures,
            "plan": figures,
            "reps": found.reps().to_dicts(),
            "moves": found.moves().to_dicts(),
            "areas": found.areas().to_dicts(),
            "if_off": [one.to_dict() for one in if_off(found, best_tier)],
            "price_of_balance": price_of_balance(found).to_dict(),
            "left_out": planning.left_out.height,
            "out": None if out is None else str(out),
            "crm": None if carried is None else carried.report.to_dict(),
            "notes": notes,
        }
        print(json.dumps(answer, ensure_ascii=False))
        return
    _print_heading(view)
    lines = plan_lines(found, currency=view.profile.currency, best_tier=best_tier)
    print(*lines, *(f"Note: {note}" for note in notes), sep="\n")
    if carried is not None:
        print("", *carried.report.lines(), f"Written: {out}", sep="\n")


def _crm(options: argparse.Namespace) -> Callable[[TerritoryPlan, MarketView], CrmFiles] | None:
    """What makes the files for the CRM that is asked for; its exports are read before all else."""
    if options.crm is None:
        return None
    if options.out is None:
        raise ExportError(f"Say with --out where the files for {CRMS[options.crm]} go.")
    where = Where(
        model=options.territory_model, type=options.territory_type, parent=options.territory_parent
    )
    org = read_org((file, file.name) for file in options.crm_export)

    def carry(plan: TerritoryPlan, view: MarketView) -> CrmFiles:
        return crm_files(
            options.crm,
            plan.table(),
            view.accounts().frame,
            plan.planning.team,
            on=date.today(),
            fictional=view.population.fictional,
            org=org,
            where=where,
        )

    return carry


def _carried(
    files: CrmFiles, view: MarketView, workspace: Workspace | None, options: argparse.Namespace
) -> Path:
    """Write the files for a CRM, and put that on record; where they lie."""
    written = files.write(options.out)
    if workspace:
        try:
            workspace.log_export(
                author=options.author or user_name() or "command line",
                list_name=view.population.name,
                profile=view.profile,
                format=files.log_format,
                file_name=written.name,
                accounts=files.report.accounts,
                sha256=files.sha256,
            )
        except WorkspaceError as error:
            raise WorkspaceError(f"{written} was written but not logged. {error}") from error
    return written


def _held(planning: Planning) -> tuple[str, ...]:
    """Refuse locks of what does not exist, and say of which places nothing is there to be locked."""
    idle = planning.locks_of_nothing
    if idle.accounts:
        what, rep = next(iter(idle.accounts.items()))
        raise PlanError(
            f"The lock {what}={rep} names no account of this plan, and no municipality, region or "
            "country: give an account_id that matches the profile, or a code as SE-0180."
        )
    return tuple(
        f"The lock {code}={rep} changes nothing: no account of the plan lies in "
        f"{geography.name_of(code)}."
        for code, rep in idle.areas.items()
    )


def _locks(asked: Sequence[str]) -> Locks:
    accounts: dict[str, str] = {}
    areas: dict[str, str] = {}
    codes = geography.names()
    for lock in asked:
        what, equals, rep = lock.partition("=")
        if not (equals and what.strip() and rep.strip()):
            raise PlanError(f"The lock {lock} is not of the form WHAT=REP, as SE-0180=Anna Berg.")
        kind = areas if what.strip() in codes else accounts
        kind[what.strip()] = rep.strip()
    return Locks(accounts=accounts, areas=areas)


def _write_plan(table: pl.DataFrame, out: Path) -> None:
    try:
        texts = [name for name, dtype in table.schema.items() if dtype == pl.String]
        table.with_columns(guarded(pl.col(name)).alias(name) for name in texts).write_csv(
            out, include_bom=True
        )
    except OSError as error:
        raise ExportError(f"{out} cannot be written ({error.strerror or error}).") from error


def _export(options: argparse.Namespace) -> None:
    workspace = _workspace(options)
    view = _view(options, workspace)
    profile = view.profile
    tiers = options.tiers or list(profile.tiers.names)
    *names, last = groups(profile.tiers)
    unknown = sorted(set(tiers).difference(names, [last]))
    if unknown:
        raise ProfileError(
            f"The profile has no tier {', '.join(unknown)}; it has {', '.join(names)} and {last}."
        )
    spec = ExportSpec(
        format=options.format,
        on=date.today(),
        customers=options.customers,
        countries=tuple(options.countries or ()),
        tiers=tuple(None if tier == UNRANKED else tier for tier in tiers),
    )
    roles = b""
    if options.roles:
        agreed = _agreed(options.profile) if options.profile else _starting(view)
        roles = roles_file(agreed.brief.buying_group, options.format)
    file = view.write(spec, options.out)
    if options.roles:
        _write(options.roles, lambda target: target.write_bytes(roles))
    written, report = file.path, file.report
    if workspace:
        try:
            workspace.log_export(
                author=options.author or user_name() or "command line",
                list_name=view.population.name,
                profile=profile,
                format=options.format,
                file_name=written.name,
                accounts=report.rows_written,
                sha256=file.sha256,
            )
        except WorkspaceError as error:
            raise WorkspaceError(f"{written} was written but not logged. {error}") from error
    if options.json:
        print(json.dumps(report.to_dict() | {"file": str(written)}, ensure_ascii=False))
        return
    for line in _report(report):
        print(line)
    print(f"Written: {written}")
    if options.roles:
        print(f"Written: {options.roles}")
        if lacking := untitled(agreed.brief.buying_group):
            print(f"Note: {lacking}")


def _document(options: argparse.Namespace) -> None:
    # The typesetter takes a while to load, and only this command needs it.
    from icp_core.documents.one_page import NOTHING_KNOWN, Known, OnePage, Stamp, content
    from icp_core.documents.word_file import word_file

    kind = options.out.suffix.lower()
    if kind not in (".pdf", ".docx", ".png"):
        raise DocumentError(f"{options.out} has to end in .pdf, .docx or .png.")
    workspace = _workspace(options)
    asked = _asked_for(options, workspace)
    view = _view(options, workspace, lift=True, profile=asked.profile if asked else None)
    agreed = asked or _starting(view)
    known, saved = NOTHING_KNOWN, None
    if workspace:
        listed = sources.list_key(view.population.name)
        saved = workspace.version(options.saved) if options.saved else workspace.identify(agreed)
        interviews = workspace.interviews_held(saved.slug) if saved else 0
        known = Known(
            workspace.looked_up(list_name=listed, profile=view.profile),
            workspace.proof(list_name=listed, profile=view.profile),
            interviews=interviews,
            said=said(workspace.evidence(saved.slug), interviews) if saved else (),
        )
    page = OnePage(
        content(
            view,
            agreed.brief,
            stamp=Stamp(
                date.today(),
                options.author or user_name(),
                saved.number if saved and saved.agreed == agreed else None,
            ),
            known=known,
        ),
        date.today(),
    )
    makers: dict[str, Callable[[], bytes]] = {
        ".pdf": page.pdf,
        ".png": page.picture,
        ".docx": lambda: word_file(page.content, on=page.on),
    }
    made = makers[kind]()
    if page.not_printed and kind != ".docx":
        print(f"note: □ stands for letters not printed: {' '.join(page.not_printed)}")
    for line in _lacking(known, saved):
        print(f"note: {line}", file=sys.stderr)
    _write(options.out, lambda target: target.write_bytes(made))
    print(f"Written: {options.out}")


def _asked_for(options: argparse.Namespace, workspace: Workspace | None) -> Agreed | None:
    """What a file or the workspace holds; None where neither is named."""
    if options.profile is not None:
        return _agreed(options.profile)
    if options.saved is None:
        return None
    if workspace is None:
        raise WorkspaceError(
            "--saved asks for the workspace, and --ignore-decisions does without it."
        )
    return workspace.version(options.saved).agreed


def _starting(view: MarketView) -> Agreed:
    """The starter that was taken, with what is said beside it."""
    briefs = (one.brief for one in starters_for(view.population) if one.profile == view.profile)
    return Agreed(view.profile, next(briefs, NO_BRIEF))


def _lacking(known: "Known", saved: SavedVersion | None) -> Iterator[str]:
    """What would say more of how the team knows."""
    if known.proven is None:
        yield "not tested on own deals yet: learn --profile, or Proof on the Learn page, does it"
    if known.verified is None:
        yield "no sample looked up yet: the Verification page draws one"
    if saved is None:
        yield "not in the workspace, so no interviews are counted: save the profile, or name --saved"


def _report(report: Preflight) -> list[str]:
    lines = [f"{number:>10,}  {heading}" for heading, number in report.facts()]
    return lines + [f"Note: {text}" for text in (*report.warnings, *report.notes)]


def _pairs(texts: Sequence[str], option: str) -> dict[str, str]:
    """`A=B` by A; the last sign counts, since headings have any."""
    pairs = {}
    for text in texts:
        first, sign, last = text.rpartition("=")
        if not sign or not first.strip() or not last.strip():
            raise ImportRefused(f"{option} {text}: it has to be of the form A=B.")
        pairs[first.strip()] = last.strip()
    return pairs


def _settled(options: argparse.Namespace, mapping: Mapping) -> Mapping:
    """A list's mapping with the answers of the command line; written even if the load is refused."""
    answers = _pairs(options.set, "--set")
    if options.name_column:
        answers[options.name_column] = "name"
    for heading, answer in answers.items():
        # Of several files each answers for its own headings.
        if len(options.files) == 1 or mapping.heading(heading) is not None:
            mapping = mapping.setting(heading, answer)
    if stages := _pairs(options.stage, "--stage"):
        mapping = mapping.saying(stages)
    for one, doubt in mapping.asked():
        if options.currency and doubt in ("currency", "no currency"):
            mapping = mapping.changing(one.heading, currency=options.currency)
        if options.date_order and doubt == "date order":
            mapping = mapping.changing(one.heading, date_order=DATE_ORDERS[options.date_order])
    return mapping


def _import(options: argparse.Namespace) -> None:
    def settle(mapping: Mapping) -> Mapping:
        if options.write_mapping:
            _write_text(options.write_mapping, mapping.to_json())
        mapping = _settled(options, mapping)
        if options.write_mapping:
            _write_text(options.write_mapping, mapping.to_json())
        return mapping

    loaded = sandbox.run_import(
        options.files,
        mapping=Mapping.from_json(_content(options.mapping)) if options.mapping else None,
        rules=Rules(
            keep_persons=options.keep_persons,
            keep_inactive=options.keep_inactive,
            merge_shared=options.merge_domains,
        ),
        country=options.country,
        code_page=options.code_page,
        settle=settle,
    )
    accounts = loaded.accounts
    answer = loaded.report.model_dump(mode="json")
    lines = _quality(loaded.report)
    answer["questions"] = questions = _questions(loaded.mappings)
    answer["given_back"] = given_back = _given_back(loaded.mappings)
    lines += [f"Note: {text}" for text in given_back]
    lines += [f"Question: {text}" for text in questions]
    if options.previous:
        before = sources.load(str(options.previous), include_inactive=True).frame
        accounts = refresh.carry_over(before, accounts)
        changes = refresh.compare(before, accounts)
        answer["changes"] = found = {
            "new": changes.new.height,
            "gone": changes.gone.height,
            "moved": changes.moved["account_id"].n_unique(),
        }
        lines += [f"{count:>10,}  {what}" for what, count in found.items()]
    if options.customers:
        deals, matches = sandbox.match_deals(
            options.customers,
            accounts,
            answers=_pairs(options.stage, "--stage"),
            assumed_currency=options.currency,
            date_order=DATE_ORDERS.get(options.date_order),
        )
        lines += [f"Note: {options.customers.name}: {note}" for note in deals.notes]
        accounts = customers.with_customers(accounts, matches.outcomes, in_doubt=matches.in_doubt)
        if options.outcomes:
            _write(options.outcomes, matches.outcomes.write_parquet)
        answer["customers"] = {
            "matched": matches.matched.height,
            "ambiguous": matches.ambiguous.height,
            "unmatched": matches.unmatched.height,
        }
        lines.append(
            f"Deals: {matches.rate:.0%} matched; {number(matches.ambiguous.height)} ambiguous"
        )
        answer["customers"]["stages"] = dict(deals.unknown)
        answer["questions"] = [*questions, *deals.questions]
        if deals.question:
            lines.append(f"Question: {deals.question} Answer with --stage STAGE=OUTCOME.")
        if deals.no_currency:
            lines.append(f"Question: {deals.currency_question} Answer with --currency SEK.")
        if deals.no_order:
            lines.append(
                f"Question: {deals.order_question} Answer with --date-order 'month first'."
            )
    if options.rejects:
        cells = loaded.rejected.with_columns(
            guarded(pl.col(name)).alias(name) for name in ("file", "reason", "cells")
        )
        _write(options.rejects, partial(cells.write_csv, include_bom=True))
    if options.report:
        _write_text(options.report, loaded.report.to_json())
    if options.write_mapping:
        _write_text(options.write_mapping, loaded.mappings[loaded.report.files[0].name].to_json())
    _write(options.out, accounts.write_parquet)
    if options.json:
        print(json.dumps(answer | {"file": str(options.out)}, ensure_ascii=False))
        return
    for line in lines:
        print(line)
    print(f"Written: {options.out}")


def _questions(mappings: Named[str, Mapping]) -> list[str]:
    """What was assumed of the headings and nobody has answered, and how to answer."""
    return [_asked(*asked) for mapping in mappings.values() for asked in mapping.asked()]


def _asked(one: Assignment, doubt: Doubt) -> str:
    """A question and how to answer it."""
    if doubt == "customers":
        listed = ", ".join(f"“{value}”" for value, meaning in one.means.items() if meaning is None)
        return (
            f"{one.heading} → {one.column}: {one.reason_of(doubt)} {listed}: unknown until somebody "
            "says. Answer with --stage VALUE=active (or churned, or open for no customer)"
        )
    return (
        f"{one.heading} → {one.column}: {one.reason_of(doubt)}. Answer with --set "
        f"{shlex.quote(one.heading)}={_example(one, doubt)}"
    )


def _example(one: Assignment, doubt: Doubt) -> str:
    if doubt in ("currency", "no currency"):
        return "SEK (or another currency, 'by country' or unknown)"
    if doubt == "date order":
        return "'day first' (or 'month first')"
    if doubt == "per cent":
        return "'per cent' (or 'as written')"
    if doubt in ("unit", "no unit"):
        return "thousands (or millions, 'as written')"
    return f"{one.column} (or another column, or 'own column')"


def _given_back(mappings: Named[str, Mapping]) -> list[str]:
    return [
        f"{one.heading}: {one.reason}"
        for mapping in mappings.values()
        for one in mapping.assignments
        if one.reason == GIVEN_BACK
    ]


def _quality(report: QualityReport) -> list[str]:
    counts = (
        (report.read, "rows read"),
        (report.kept, "companies kept"),
        (report.merged, "rows merged into another"),
        (report.rejected, "rows rejected"),
        *((count, f"  {reason}") for reason, count in report.reasons.items()),
    )
    if report.apart:
        counts += ((report.apart, "pairs of companies share a domain and were kept apart"),)
    for merged, what in (
        (True, "national numbers stood at unlike names and became one company each"),
        (False, "national numbers stand at companies of unlike names and domains, kept apart"),
    ):
        if found := sum(one.merged is merged for one in report.numbers):
            counts += ((found, what),)
    for one, rows in report.disowned.items():
        counts += ((rows, f"rows of unlike names have the number {one}; it is unknown for them"),)
    recognised = [
        f"{file.name}: {file.register_name}" for file in report.files if file.register_name
    ]
    lines = [f"{number:>10,}  {what}" for number, what in counts]
    remarks = [f"{file.name}: {text}" for file in report.files for text in file.remarks]
    noted = [f"{file.name}: {'; '.join(file.notes)}." for file in report.files if file.notes]
    told = [sentence for column in report.columns for sentence in column.sentences()]
    return (
        recognised + lines + [f"Note: {text}" for text in (*noted, *remarks, *told, *report.gaps)]
    )


def _learn(options: argparse.Namespace) -> None:
    # scikit-learn takes seconds to load, and only this command needs it.
    from icp_core.importing import customer_lists
    from icp_core.learning import demo_deals, learn

    universe = sources.load(options.accounts, include_inactive=options.include_inactive)
    found = ""
    if options.customers:
        given = customer_lists.from_file(
            options.customers,
            universe,
            answers=_pairs(options.stage, "--stage"),
            currency=options.currency,
            date_order=DATE_ORDERS.get(options.date_order),
        )
        outcomes, found = given.outcomes, given.sentence()
    elif universe.name.partition(":")[0] == "demo":
        outcomes = demo_deals(universe.frame)
    else:
        outcomes = customer_lists.flagged(universe)
    result = learn(
        universe,
        outcomes,
        hand=_by_hand(options, universe),
        best=options.best,
        worst=options.worst,
        against=options.against,
        seed=options.seed,
    )
    _keep_proof(options, universe.name, result)
    if options.out and result.profile:
        _write_text(options.out, result.profile.to_json())
    written = str(options.out) if options.out and result.profile else None
    if options.json:
        answer = result.to_dict() | {"rows": found or None, "file": written}
        print(json.dumps(answer, ensure_ascii=False))
        return
    for line in ([found] if found else []) + result.lines():
        print(line)
    if options.out:
        print(f"Written: {written}" if written else "Nothing is proven, so no profile was written.")


def _keep_proof(options: argparse.Namespace, list_name: str, result: "LearningResult") -> None:
    """Keep what was found of the profile made by hand; where it cannot be, the answer stands."""
    found = result.proven(date.today())
    if found is None or result.hand is None or options.ignore_decisions:
        return
    try:
        Workspace.open().keep_proof(
            found,
            list_name=sources.list_key(list_name),
            profile=result.hand,
            author=options.author or user_name() or "command line",
        )
    except WorkspaceError as error:
        print(f"note: the proof was not kept for the one page. {error}", file=sys.stderr)


def _content(path: Path) -> bytes:
    try:
        return _bounded(path)
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read ({error.strerror}).") from error


def _bounded(path: Path) -> bytes:
    """A document, or as much of it as shows that it is too long."""
    with path.open("rb") as file:
        return file.read(json_text.MOST_BYTES + 1)


def _write_text(path: Path, text: str) -> None:
    _write(path, lambda target: target.write_text(text, encoding="utf-8"))


def _write(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file whole or not at all; what is no file, such as a device, is never replaced."""
    if path.exists() and not path.is_file():
        raise ImportRefused(f"{path} is no file that could be replaced. Name another one.")
    fresh = path.with_name(f".{path.name}.part")
    try:
        write(fresh)
        os.replace(fresh, path)  # noqa: PTH105 - the one call that is atomic on every system
    except OSError as error:
        fresh.unlink(missing_ok=True)
        raise ImportRefused(f"{path} cannot be written ({error.strerror or error}).") from error


def _demo(options: argparse.Namespace) -> None:
    demo.write(options.out, rows=options.rows, seed=options.seed)
    print(f"Written: {options.out} ({number(options.rows)} fictional companies)")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:
        sys.exit(0)
