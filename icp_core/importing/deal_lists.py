"""Lists of deals that are given as lists of companies: recognised by their headings."""

from icp_core.importing.deal_headings import signs_of_deals
from icp_core.importing.tables import Table


def note_on_deals(table: Table) -> tuple[str, ...]:
    """The sentence of the report on a list of deals; none on other lists."""
    signs = signs_of_deals(table.headings)
    if not signs:
        return ()
    return (
        f"It is a list of deals ({', '.join(signs)}): the deals of one company became one account. Load "
        "it as the list's customers too, to learn from them.",
    )
