"""The team as territories see it: its reps, and the invented one of the demo."""

from icp_core.accounts import demo
from icp_core.accounts.population import Population
from icp_core.analysis.plan import TeamPlan
from icp_core.analysis.team import Rep, Team, key_of, km_between, rep, team_of

__all__ = ["Rep", "Team", "demo_team", "key_of", "km_between", "rep", "team_for", "team_of"]


def demo_team() -> Team:
    """The invented reps who sell to the demo's companies."""
    return Team(
        reps=tuple(
            Rep(
                name=one.name,
                email=one.email,
                home=one.home,
                hours=one.hours,
                countries=(one.country,),
                max_km=one.max_km,
            )
            for one in demo.TEAM
        )
    )


def team_for(plan: TeamPlan, population: Population) -> Team:
    """The team's reps; of invented companies the invented ones, where nobody named others."""
    return plan.team if plan.team or not population.fictional else demo_team()
