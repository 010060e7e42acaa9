"""Which code page a list without UTF-8 is in: `python -m benchmarks.encodings`.

Names and places of the shipped Nordic companies are written in each code page that a Nordic list may
come in, in samples of 20 and of 1,000 rows. Given are only the lines that are not UTF-8, as when a file
is read. Compared are Windows-1252 always, charset-normalizer among the plausible code pages, and what
the product does (`icp_core.importing.encodings`). A guess is right where all lines read as they were.

    python -m benchmarks.encodings [--samples N]
"""

import argparse
import random
from collections import Counter
from typing import Final

import polars as pl
from charset_normalizer import from_bytes

from icp_core.importing.encodings import CODE_PAGES, USUAL, guess_code_page, is_utf_8
from icp_core.sources import listed, norway

WRITTEN_IN: Final = (
    "cp1252",
    "latin_1",
    "iso8859_15",
    "iso8859_10",
    "mac_roman",
    "cp850",
    "cp865",
)
_NORDIC: Final = "ÅÄÖÆØåäöæøÉéÜü"


def lines() -> list[str]:
    """Names with places; half in a register's capitals, half with a capital first."""
    found = []
    for path, columns in (
        (listed.FILE, ("name", "city")),
        (norway.FILE, ("navn", "forretningsadresse.poststed")),
    ):
        rows = pl.read_csv(path, infer_schema=False).select(columns).drop_nulls().rows()
        found += [";".join(row) for row in rows]
    # The Swedish and Finnish sample is spelled without its letters: these are put back.
    letters = str.maketrans({"Ø": "Ö", "Æ": "Ä", "ø": "ö", "æ": "ä"})
    swedish = [line.translate(letters) for line in found]
    return [
        line if place % 2 else line.title()
        for place, line in enumerate(found + swedish)
        if all(character < "\x80" or character in _NORDIC for character in line)
    ]


def detected(given: bytes) -> str:
    """What charset-normalizer takes for it among the plausible code pages; else Windows-1252."""
    best = from_bytes(given, cp_isolation=list(CODE_PAGES)).best()
    return best.encoding if best else USUAL


def main() -> int:
    """Print how often each is right."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=40)
    samples = parser.parse_args().samples
    everything = lines()
    print(f"{len(everything):,} lines, {samples} samples of each\n")
    print("| written in | rows | Windows-1252, % | charset-normalizer, % | ours, % |")
    print("|---|---:|---:|---:|---:|")
    for rows in (20, 1_000):
        for written_in in WRITTEN_IN:
            draw = random.Random(f"{written_in} {rows}")
            right: Counter[str] = Counter()
            for _ in range(samples):
                lines_ = [line.encode(written_in) for line in draw.sample(everything, rows)]
                foreign = [line for line in lines_ if not is_utf_8(line)]
                given = b"\n".join(foreign)
                guesses = {
                    "rule": USUAL,
                    "detector": detected(given),
                    "ours": guess_code_page(foreign),
                }
                for who, guess in guesses.items():
                    right[who] += given.decode(guess, errors="replace") == given.decode(written_in)
            shares = (f"{100 * right[who] / samples:.0f}" for who in ("rule", "detector", "ours"))
            print(f"| {written_in} | {rows:,} | {' | '.join(shares)} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
