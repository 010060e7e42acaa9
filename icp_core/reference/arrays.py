"""Arrays by what they hold: one name a type, for every room."""

from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
"""Of no particular type."""
Floats = npt.NDArray[np.float64]
Singles = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
Rows = npt.NDArray[np.int64]
"""Which rows of a universe."""
Places = npt.NDArray[np.intp]
"""Which places of an array, as numpy's own searches answer."""
Codes = npt.NDArray[np.unsignedinteger[Any]]
"""Places in a list of distinct values, as small as they can be."""
Flags = npt.NDArray[np.bool_]
Mask = npt.NDArray[np.uint8]
"""One bit an account."""
FewCounts = npt.NDArray[np.uint8]
"""Counts that stay below 256."""
DrawCounts = npt.NDArray[np.uint16]
"""Counts of draws, of which there are fewer than 65,536."""
Counts = npt.NDArray[np.uint32]
Ranks = npt.NDArray[np.int32]
Labels = npt.NDArray[np.int16]
"""Which of a few labels."""
Texts = npt.NDArray[np.str_]
