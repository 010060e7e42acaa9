"""Whose mail a heading is of: a company's, a person's there, or that of our own people."""

from itertools import pairwise
from typing import Final

from icp_core.importing.headings import MAIL, speaks_of_mail, words
from icp_core.importing.persons import vocabulary


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Who of our own has or made a record.
_OURS: Final = _words(
    "owner owners agare agaren agarens eier eiers eierens ejer ejers ejerens omistaja omistajan "
    "kontoagare ansvarig ansvarigs ansvarlig ansvarliges kundansvarig kundeansvarlig vastuuhenkilo "
    "asiakasvastaava saljare saljarens selger selgers saelger saelgers myyja myyjan salesperson rep "
    "assigned assignee created creator modified updated skapad andrad opprettet oprettet endret "
    "aendret luonut muokannut user bruger bruker anvandare kayttaja"
)
# What makes a mail a person's, besides who he is.
_PERSONAL: Final = _words(
    "personal private privat privata personlig henkilokohtainen direct direkt direkte suora work "
    "jobb arbets job tyo decision maker first last full kontaktens yhteyshenkilon"
)
# A contact alone may be a desk: `Contact Email`.
_DESKS: Final = frozenset(["contact", "contacts", "kontakt", "kontakter", "people"])
_ENDINGS: Final = ("", "s", "n", "ns", "en", "ens", "et", "ets", "in")


def is_mail_of_ours(text: str) -> bool:
    """Whether a heading is of the mail of who has or made a record, which is no mail of the company's.

    Examples
    --------
    >>> [is_mail_of_ours(text) for text in ("Owner Email", "Ansvarig säljare e-post", "Email")]
    [True, True, False]
    """
    spoken = words(text)
    return not _OURS.isdisjoint(spoken) and speaks_of_mail(spoken)


def is_mail_of_a_person(text: str) -> bool:
    """Whether a heading is of the mail of one person at a company.

    Examples
    --------
    >>> [is_mail_of_a_person(text) for text in ("Yhteyshenkilö Sähköposti", "VD mail", "Kontakt e-post")]
    [True, True, False]
    """
    spoken = words(text)
    if not speaks_of_mail(spoken):
        return False
    if {"primary", "main", "first"} & set(spoken) and _DESKS & set(spoken):
        return True
    roles = (vocabulary()["role"] | _PERSONAL) - _DESKS
    joined = ["".join(pair) for pair in pairwise(spoken)]
    return any(
        word.removesuffix(ending) in roles
        for word in (*spoken, *joined)
        for ending in _ENDINGS
        if word.endswith(ending)
    )


def is_mail_of_a_desk(text: str) -> bool:
    """Whether a heading is of a mail to contact a company by: `Kontakt e-post`, `E-mail kontakt`."""
    spoken = words(text)
    beside = [word for word in spoken if word not in _DESKS]
    return len(beside) < len(spoken) and MAIL.fullmatch("".join(beside)) is not None
