"""Some of the bad input, each case in a process of its own; `make faults` tries all of it."""

from __future__ import annotations

import os

import pytest

from tests.faults.corpus import cases
from tests.faults.inputs import judge

SOME = (
    "binary.txt",
    "bomb.pdf",
    "deep.jsonl",
    "100,000 cells.html",
    "100,000 deep.html",
    "endless.txt",
    "growing.txt",
    "laughs.xml",
    "file entity.docx",
    "locked.pdf",
    "pipe.txt",
    "only a head.csv",
    "scanned.pdf",
    "surrogate in id.jsonl",
    "upwards.docx",
    "wide cells.docx",
)


def test_there_are_many_cases_each_with_its_own_name():
    names = [case.name for case in cases()]
    assert len(names) >= 80
    assert len(set(names)) == len(names)
    assert set(SOME) <= set(names)


@pytest.mark.timeout(400)
@pytest.mark.skipif(os.name != "posix", reason="limits and special files are POSIX")
@pytest.mark.parametrize("case", [case for case in cases() if case.name in SOME], ids=lambda case: case.name)
def test_bad_input_is_ingested_or_rejected_with_a_reason(case):
    outcome = judge(case)
    assert outcome.right, (outcome.became, outcome.detail)
    if case.name == "scanned.pdf":
        assert "OCR" in outcome.detail
