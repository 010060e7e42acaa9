"""The team as territories see it: its reps, and how far each is from a place."""

from icp_core.analysis.team import Rep, Team, key_of, km_between, rep, team_of

__all__ = ["Rep", "Team", "key_of", "km_between", "rep", "team_of"]
