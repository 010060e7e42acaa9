"""What all tests share: the folder of test-only references is importable by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "core"))
