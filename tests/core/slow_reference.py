"""The market by the book: plain Python over dictionaries, one account at a time, obvious and slow."""

import struct
from fractions import Fraction
from math import ceil, floor, log10

# Of NACE Rev. 2, which a profile's letters are of.
SECTIONS = {"C": range(10, 34), "J": range(58, 64), "K": range(64, 67), "M": range(69, 76)}
# Eurostat's correspondence, of the codes that the strategies draw.
ONLY_OLD = {"62.0", "62.01", "62.02", "62.03", "62.09", "63.11"}
ONLY_NEW = {"62.10", "62.20", "62.90"}
OF_NEW = {
    "62.90": ["62.09"],
    "62.10": ["62.01"],
    "62.20": ["62.02", "62.03"],
    "62": ["62.01", "62.02", "62.03", "62.09"],
    "10.1": ["10.11", "10.12", "10.13"],
}
OF_OLD = {
    "62.01": ["62.10"],
    "62.02": ["62.20"],
    "62.03": ["62.20"],
    "62.09": ["62.90"],
    "62": ["62.10", "62.20", "62.90"],
    "10.1": ["10.11", "10.12", "10.13"],
    "63.11": ["60.39", "63.10"],
}


# Divisions and groups that the strategies draw, by revision.
CLASSES = {
    "2": {
        "62": ["62.01", "62.02", "62.03", "62.09"],
        "10.1": ["10.11", "10.12", "10.13"],
    },
    "2.1": {"62": ["62.10", "62.20", "62.90"], "10.1": ["10.11", "10.12", "10.13"]},
}


def single(number):
    """The nearest 32-bit float."""
    return struct.unpack("f", struct.pack("f", number))[0]


def known(account, column):
    """What is known in a column: no NaN, no infinity, and of people only whole ones."""
    value = account.get(column)
    if isinstance(value, float) and not abs(value) <= 2**53:
        return None
    return floor(value) if value is not None and column == "employees" else value


def band(account):
    """Every headcount that an account may have, rising; one very large one where the band is open."""
    low, high = account.get("employees_low"), account.get("employees_high")
    if (low is None and high is None) or (None not in (low, high) and low > high):
        return None
    last = 3_000 if high is None else high
    return [*range(low or 0, last + 1), *([10**12] if high is None else [])]


def fit(test, column, account):
    value = known(account, column)
    if value is None:
        low, high = bounds(test, column, account)
        return low if low == high else None
    if test.kind == "range":
        return single(trapezoid(test, value))
    if test.kind == "flag":
        return 1.0 if value == test.value else 0.0
    if test.kind == "tags":
        found = sum(tag in value for tag in test.tags)
        return single(
            {
                "any": float(found > 0),
                "all": float(found == len(test.tags)),
                "share": found / len(test.tags),
            }[test.match]
        )
    if column == "industry":
        if len(value) == 1:
            whole = test.values.get(value, test.default)
            # Of the other revision only what this one leaves open counts.
            newer = of_newer(test)
            finer = [
                one
                for key, one in test.values.items()
                if len(key) > 1
                and int(key[:2]) in SECTIONS[value]
                and not (key in newer and value in test.values)
            ]
            return single(whole) if all(one == whole for one in finer) else None
        revision = account.get("industry_revision") or "2"
        if value in CLASSES[revision] and value not in test.values:
            fits = {industry(test, one, revision) for one in CLASSES[revision][value]}
            return single(fits.pop()) if len(fits) == 1 else None
        return single(industry(test, value, revision))
    return single(test.values.get(value, test.default))


def industry(test, code, revision):
    code = code[:5]
    is_new = code in ONLY_NEW or (revision == "2.1" and code not in ONLY_OLD)
    revision = "2.1" if is_new else "2"
    newer = of_newer(test)
    own = newer if revision == "2.1" else set(test.values) - newer
    found = by_prefix(test, own, code, letters=revision == "2")
    if found is not None:
        return found
    counterparts = (OF_NEW if revision == "2.1" else OF_OLD).get(code, [code])
    others = set(test.values) - own
    fits = [by_prefix(test, others, one, letters=revision == "2.1") for one in counterparts]
    met = any if len(code) == 5 else all
    if met(fit is not None for fit in fits):
        return max(test.default if fit is None else fit for fit in fits)
    return test.default


def of_newer(test):
    """The keys of a test that are of Rev. 2.1."""
    newer = {key for key in test.values if key in ONLY_NEW}
    if newer and not ONLY_OLD & set(test.values):
        newer = {key for key in test.values if len(key) > 1}
    return newer


def by_prefix(test, keys, code, letters):
    for length in range(len(code), 1, -1):
        if code[:length] in keys:
            return test.values[code[:length]]
    for letter, divisions in SECTIONS.items():
        if letters and letter in keys and int(code[:2]) in divisions:
            return test.values[letter]
    return None


def trapezoid(test, value):
    if test.a is not None and value < test.a:
        return 0.0
    if test.d is not None and value > test.d:
        return 0.0

    def axis(x):
        return log10(1 + max(x, 0)) if test.scale == "log" else x

    # Edges so close that the axis cannot tell them apart are one hard edge.
    if test.b is not None and value < test.b and axis(test.a) < axis(test.b):
        return (axis(value) - axis(test.a)) / (axis(test.b) - axis(test.a))
    if test.c is not None and value > test.c and axis(test.c) < axis(test.d):
        return (axis(test.d) - axis(value)) / (axis(test.d) - axis(test.c))
    return 1.0


def bounds(test, column, account):
    """The least and the highest fit that an account may have."""
    heads = band(account) if column == "employees" else None
    if heads is None:
        return 0.0, 1.0
    fits = [single(trapezoid(test, head)) for head in heads]
    return min(fits), max(fits)


def graded(criterion, account):
    value = fit(criterion.fit, criterion.column, account)
    if value is not None or criterion.missing == "unknown":
        return value
    good = 1.0 if criterion.role in ("must_have", "nice_to_have") else 0.0
    return good if criterion.missing == "pass" else 1.0 - good


def percent(share):
    return floor(min(max(share, 0.0), 1.0) * 1e6 + 0.5) * 1e-4


def limits(criterion, account):
    """Between which two an unknown fit lies."""
    if criterion.fit.kind != "range":
        return 0.0, 1.0
    return bounds(criterion.fit, criterion.column, account)


def judge(profile, account):
    """State, score, its range, coverage and the gates' answers for one account."""
    gates, nice, drawbacks = [], [], []
    worst = best = 0.0
    for criterion in profile.criteria:
        value = graded(criterion, account)
        if (
            criterion.role in ("must_have", "knock_out")
            and criterion.fit.kind == "range"
            and fit(criterion.fit, criterion.column, account) is None
        ):
            # A gate asks no more than whether it is above 0, which all numbers of a band may be.
            value = bounds(criterion.fit, criterion.column, account)[0] or value
        if criterion.role == "must_have":
            gates.append(None if value is None else value > 0)
        elif criterion.role == "knock_out":
            gates.append(None if value is None else not value > 0)
        elif criterion.role == "nice_to_have":
            nice.append((criterion.weight, value))
            low, high = (value, value) if value is not None else limits(criterion, account)
            worst, best = worst + criterion.weight * low, best + criterion.weight * high
        else:
            drawbacks.append((criterion.weight, value))
            low, high = (value, value) if value is not None else limits(criterion, account)
            worst, best = worst - criterion.weight * high, best - criterion.weight * low
    if False in gates:
        state = "fail"
    elif None in gates:
        state = "possible"
    else:
        state = "match"
    weights = sum(w for w, _ in nice + drawbacks)
    known = sum(w for w, f in nice + drawbacks if f is not None)
    # As decimals, since 0.7 is no number of binary digits.
    least = Fraction(str(profile.tiers.least_coverage))
    result = {
        "too_little_known": Fraction(known, weights) < least if weights else False,
        "state": state,
        "gates": gates,
        "coverage": known / weights if weights else 1.0,
        "score": 100.0,
        "score_low": 100.0,
        "score_high": 100.0,
    }
    if nice:
        points = sum(w * f for w, f in nice if f is not None)
        points -= sum(w * f for w, f in drawbacks if f is not None)
        base = sum(w for w, f in nice if f is not None)
        whole = sum(w for w, _ in nice)
        result["score"] = percent(points / base) if base else None
        result["score_low"], result["score_high"] = percent(worst / whole), percent(best / whole)
    return result


def potential(model, account):
    if model.model == "employee_bands" and is_for_any(model):
        account = {"employees": 0}
    if model.model in ("per_employee", "employee_bands") and known(account, "employees") is None:
        heads = band(account)
        if heads is None:
            return None
        amounts = {potential(model, {"employees": head}) for head in telling(model, heads)}
        return amounts.pop() if len(amounts) == 1 else None
    if model.model == "column":
        value = known(account, model.column)
        amount = value
    elif model.model == "per_employee":
        value = known(account, "employees")
        amount = None if value is None else value * model.rate
    elif model.model == "revenue_share":
        value = known(account, "revenue")
        amount = None if value is None else value * model.share
    else:
        value = known(account, "employees")
        amount = 0.0
        for one in model.bands:
            if value is not None and value >= one.at_least:
                amount = one.amount
    if value is None:
        return None
    amount = max(amount, model.floor)
    return round(amount if model.cap is None else min(amount, model.cap), 4)


def is_for_any(model):
    """Whether a headcount makes no difference, so that none is needed."""
    return model.bands[0].at_least == 0 and len({band.amount for band in model.bands}) == 1


def telling(model, heads):
    """Those headcounts of a band between which potential changes."""
    steps = {band.at_least for band in model.bands} if model.model == "employee_bands" else set()
    return [head for head in heads if head in steps or head in (heads[0], heads[-1])]


def value_ends(model, account):
    """The least and the most that an account could be worth; the most is None without a limit."""
    value = potential(model, account)
    if value is not None:
        return value, value
    by_headcount = model.model in ("per_employee", "employee_bands")
    heads = band(account) if by_headcount else None
    if heads is None:
        if model.model != "employee_bands":
            return 0.0, model.cap
        steps = [0, *(band.at_least for band in model.bands)]
        return 0.0, max(potential(model, {"employees": head}) for head in steps)
    amounts = [potential(model, {"employees": head}) for head in telling(model, heads)]
    is_open = heads[-1] == 10**12 and model.model == "per_employee" and model.cap is None
    return min(amounts), None if is_open else max(amounts)


def order(match):
    def falling(value):
        return (value is None, -(value or 0))

    return (
        match["too_little_known"],
        *falling(match["score"]),
        *falling(match["potential"]),
        match["account_id"],
    )


def tier(policy, place, match):
    """Index of the tier of the match that stands at that place of the ranking."""
    if match["too_little_known"]:
        return len(policy.tiers) + 1
    room = 0
    for index, one in enumerate(policy.tiers):
        room += one.threshold
        by = "least_potential" if policy.kind == "value" else "score"
        if match[by] is None:
            continue
        reached = place < room if policy.kind == "capacity" else match[by] >= one.threshold
        if reached:
            return index
    return len(policy.tiers)


def size(account):
    employees = known(account, "employees")
    if employees is None:
        # Of a band all headcounts must lie in one class.
        heads = band(account)
        classes = {size({"employees": head}) for head in heads} if heads is not None else {None}
        return classes.pop() if len(classes) == 1 else None
    for least, label in ((1000, "1000+"), (250, "250–999"), (50, "50–249"), (10, "10–49")):
        if employees >= least:
            return label
    return "0–9"


def market(profile, accounts):
    """Everything a market holds, as plain values."""
    judged = [
        account | judge(profile, account) | {"potential": potential(profile.potential, account)}
        for account in accounts
    ]
    matches = sorted((a for a in judged if a["state"] == "match"), key=order)
    possible = [a for a in judged if a["state"] == "possible"]
    ends = {a["account_id"]: value_ends(profile.potential, a) for a in judged}
    for place, match in enumerate(matches):
        # Of whom nothing is known nobody can say that they are worth nothing at least.
        told = band(match) is not None and profile.potential.model in (
            "per_employee",
            "employee_bands",
        )
        match["least_potential"] = ends[match["account_id"]][0] if told else match["potential"]
        match["tier"] = tier(profile.tiers, place, match)
    most = [ends[a["account_id"]][1] for a in matches + possible]
    keys = {
        "region": lambda a: a.get("region"),
        "municipality": lambda a: a.get("municipality"),
        "industry": lambda a: a["industry"][:2] if a.get("industry") else None,
        "size": size,
    }
    breakdowns = {}
    for name, key in keys.items():
        cells = breakdowns[name] = {}
        for match in matches:
            cell = cells.setdefault((key(match), match["tier"]), [0, 0.0])
            cell[0] += 1
            cell[1] += match["potential"] or 0.0
    histogram = [0] * 100
    for match in matches:
        if match["score"] is not None:
            histogram[min(int(match["score"]), 99)] += 1
    known = sorted((m["potential"] for m in matches if m["potential"] is not None), reverse=True)
    gates = []
    for g in range(len(profile.gates)):
        answers = [a["gates"][g] for a in judged]
        without = [a["gates"][:g] + a["gates"][g + 1 :] for a in judged]
        dropped = sum(all(rest) for rest in without)
        gates.append(
            (
                answers.count(True),
                answers.count(False),
                answers.count(None),
                dropped - len(matches),
            )
        )
    return {
        "matches": matches,
        "universe": len(accounts),
        "matching": len(matches),
        "possible": len(possible),
        "potential": sum(known),
        "potential_possible": sum(a["potential"] or 0 for a in possible),
        "potential_unknown": len(matches) - len(known),
        "potential_least": sum(ends[m["account_id"]][0] for m in matches),
        "potential_high": sum(
            ends[a["account_id"]][0 if ends[a["account_id"]][1] is None else 1]
            for a in matches + possible
        ),
        "unlimited": most.count(None),
        "customers": sum(bool(m.get("is_customer")) for m in matches),
        "customers_unknown": sum(m.get("is_customer") is None for m in matches),
        "tiers": [
            (
                sum(m["tier"] == t for m in matches),
                sum(m["potential"] or 0 for m in matches if m["tier"] == t),
                sum(bool(m.get("is_customer")) for m in matches if m["tier"] == t),
            )
            for t in range(len(profile.tiers.tiers) + 1 + bool(profile.tiers.least_coverage))
        ],
        "breakdowns": breakdowns,
        "histogram": histogram,
        "unscored": sum(m["score"] is None for m in matches),
        "gates": gates,
        "largest_share": sum(known[: ceil(0.2 * len(known))]) / sum(known) if sum(known) else None,
        "coverage": sum(m["coverage"] for m in matches) / len(matches) if matches else None,
    }
