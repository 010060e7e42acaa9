"""Take the pictures of the printed page in docs/images: the demo's, tested on its deals, and a sample's.

python docs/printed.py
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
AUTHOR = "Åsa Öhrström"
SAVING = """
import sys
from icp_core.profiles.starters import starters
from icp_core.workspace import Workspace

entry = next(one for one in starters() if sys.argv[1] in one.suits)
Workspace.open().save_profile(
    entry.profile, brief=entry.brief, author=sys.argv[2], why="", based_on=0
)
"""


def main() -> None:
    """Save the starter of each list, test it where there are deals, and print it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"ICP_DATA_DIR": folder}

        def run(*arguments: object) -> None:
            command = [sys.executable, *map(str, arguments)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=sys.stderr)  # noqa: S603

        for source in ("demo", "listed"):
            run("-c", SAVING, source, AUTHOR)
            if source == "demo":
                run("-m", "icp_core", "learn", "--accounts", source, "--author", AUTHOR)
            picture = IMAGES / f"printed-{source}.png"
            options = ("--accounts", source, "--author", AUTHOR, "--out", picture)
            run("-m", "icp_core", "document", *options)


if __name__ == "__main__":
    main()
