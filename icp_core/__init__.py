"""Target-account planning: profile, market, tiers and account lists, without any user interface."""
