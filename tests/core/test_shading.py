"""Classes of areas: about as many in each, and the few above told apart."""

import polars as pl

from icp_core.analysis.shading import shading


def test_classes_hold_about_as_many_areas_each():
    found = shading(pl.Series([None, 0.0, *map(float, range(1, 11))]))
    assert [(one.low, one.high, one.areas) for one in found.classes] == [
        (1, 2, 2), (3, 4, 2), (5, 6, 2), (7, 8, 2), (9, 10, 2),
    ]  # fmt: skip
    assert found.place.tolist() == [-1, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5]
    assert (found.zeros, found.unknown) == (1, 1)


def test_equal_values_share_a_class_and_the_few_above_are_told_apart():
    # Plain quantiles would make two classes of this: 1, and everything above.
    found = shading(pl.Series([1] * 80 + [2] * 10 + [3] * 4 + [9] * 3 + [20] * 2 + [50]))
    assert [(one.low, one.high, one.areas) for one in found.classes] == [
        (1, 1, 80), (2, 2, 10), (3, 3, 4), (9, 9, 3), (20, 50, 3),
    ]  # fmt: skip


def test_there_are_no_classes_without_anything_above_zero():
    for values in ([], [0, 0], [None, None]):
        found = shading(pl.Series(values, dtype=pl.Float64))
        assert found.classes == ()
        assert len(found.place) == len(values)
