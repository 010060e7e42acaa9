"""Gower's distance by the book, for one pair of accounts at a time."""

from icp_core.reference.industry import section_of

LEAST_KNOWN = 0.5


def lineage(code):
    return [section_of(code[:2]) or code, *(code[:n] for n in (2, 4, 5) if n <= len(code))]


def codes_apart(one, other):
    """0 as far as both go; else by the level of NACE at which they part."""
    for level, (a, b) in enumerate(zip(lineage(one), lineage(other), strict=False)):
        if a != b:
            return 1 - level / 4
    return 0.0


def percentile(values):
    """Share of the known values below one, those equal to it counting half."""
    known = [value for value in values if value is not None]
    return lambda value: sum((a < value) + (a == value) / 2 for a in known) / len(known)


def differences(one, other, columns, percentiles):
    """How far two accounts are apart in each column that both know, by name.

    `percentiles` has a function of the value for each column of numbers.
    """
    parts = {}
    for name in columns:
        a, b = one[name], other[name]
        if a is None or b is None:
            continue
        if name in percentiles:
            parts[name] = abs(percentiles[name](a) - percentiles[name](b))
        elif isinstance(a, list):
            parts[name] = 1 - len({*a} & {*b}) / len({*a} | {*b}) if a or b else 0.0
        elif name == "industry":
            parts[name] = codes_apart(a, b)
        else:
            parts[name] = float(a != b)
    return parts


def distance(parts, weights):
    """The weighted mean of the differences; None where too little is known of both."""
    known = sum(weights[name] for name in parts)
    if known < LEAST_KNOWN * sum(weights.values()):
        return None
    return sum(weights[name] * apart for name, apart in parts.items()) / known
