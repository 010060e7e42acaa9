"""The errors this library raises for its callers' mistakes.

Every one is an `IcpError` and also the built-in error a Python programmer would expect. The message
is one sentence for the person at the screen: what is wrong, where, and what to do about it.
"""


class IcpError(Exception):
    """Base of all errors that are shown to the user as a message instead of a stack trace."""


class ProfileError(ValueError, IcpError):
    """A profile that is malformed, of an unknown version, or does not fit the universe."""


class UniverseError(ValueError, IcpError):
    """A set of accounts that cannot be used: empty, of the wrong shape, or lacking a column."""


class AccountError(LookupError, IcpError):
    """An account that the universe does not hold."""


class PlanError(ValueError, IcpError):
    """A team's plan with a value out of its range."""


class LearningError(ValueError, IcpError):
    """Customers that cannot be learned from: none, none in the universe, or all alike."""


class SourceError(ValueError, IcpError):
    """A source of accounts that cannot be found, reached or read."""


class ImportRefused(SourceError):
    """A file of accounts that cannot be loaded as it is."""


class ExportError(ValueError, IcpError):
    """An account list that the receiving system would refuse."""


class CurrencyError(LookupError, IcpError):
    """A currency or a day that has no exchange rate."""


class WorkspaceError(RuntimeError, IcpError):
    """A workspace that cannot be opened, read or written, or something it refuses to keep."""


class DocumentError(ValueError, IcpError):
    """A document that cannot be made as it is: too long for its page, or refused by the typesetter."""
