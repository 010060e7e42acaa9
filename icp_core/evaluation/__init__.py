"""The market that a profile makes of accounts: in memory, and where accounts stay in an engine."""
