"""The report is what the campaigns saw, and the soak tells what grows."""

from __future__ import annotations

from tests.faults.report import TARGET, report
from tests.faults.soak import judge


def test_the_report_is_up_to_date():
    assert TARGET.read_text("utf-8") == report(), "run: python -m tests.faults.report"


def taken(at, memory, files=40.0):
    return at, {"memory, MB": memory, "open files": files, "threads": 9.0, "store, MB": 5.0}


def test_a_leak_is_told_and_noise_is_not():
    steady = [taken(at, 300 + at % 3) for at in range(0, 3600, 10)]
    assert judge(steady)[1] == []
    leaking = [taken(at, 300 + at / 100, 40 + at // 600) for at in range(0, 3600, 10)]
    assert [one.partition(":")[0] for one in judge(leaking)[1]] == ["memory, MB", "open files"]
