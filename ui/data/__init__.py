"""The only room with caches. What it returns is shared by all users and never changed in place."""

from ui.data.learning import (
    customer_segments,
    fictional_deals,
    learning_result,
    rank_customers,
    ranked_apart,
    twins,
)
from ui.data.lists import (
    TO_VERIFY,
    all_lists,
    comparison,
    countries,
    counts,
    excluded,
    export,
    market,
    offers,
    outcomes,
    stays_in_engine,
    tried_market,
    universe,
)
from ui.data.printed import printed, printed_guide, printed_pdf, printed_word
from ui.data.saved import (
    decisions,
    refresh_saved,
    remembers,
    saved_profiles,
    workspace,
)

__all__ = [
    "TO_VERIFY",
    "all_lists",
    "comparison",
    "countries",
    "counts",
    "customer_segments",
    "decisions",
    "excluded",
    "export",
    "fictional_deals",
    "learning_result",
    "market",
    "offers",
    "outcomes",
    "printed",
    "printed_guide",
    "printed_pdf",
    "printed_word",
    "rank_customers",
    "ranked_apart",
    "refresh_saved",
    "remembers",
    "saved_profiles",
    "stays_in_engine",
    "tried_market",
    "twins",
    "universe",
    "workspace",
]
