from __future__ import annotations

import os

from ingest.parallel import Died, ordered_map


def fragile(number):
    if number == 3:
        os._exit(1)
    return number * 2


def test_one_process_is_this_one():
    assert list(ordered_map(str, range(3), 1)) == ["0", "1", "2"]


def test_results_are_in_order_and_what_kills_its_process_costs_only_itself():
    results = list(ordered_map(fragile, range(6), 2))
    assert isinstance(results.pop(3), Died)
    assert results == [0, 2, 4, 8, 10]
