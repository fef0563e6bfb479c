"""Ingest, update, remove, ask, kill, restart and rebuild, in any order, beside a plain dictionary."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from assistant.library import Library
from assistant.library.failpoints import STEPS
from tests.faults.child import Operation, apply, killed, text_of
from tests.library.support import ENCODER, matching, nearest

NUMBERS = st.lists(st.integers(0, 9), min_size=1, max_size=4, unique=True)


class LibraryMachine(RuleBasedStateMachine):
    """A library, and what a dictionary says that it holds."""

    @initialize(fresh=st.sampled_from([0, 1000]))
    def begin(self, fresh: int) -> None:
        self.folder = Path(mkdtemp())
        self.fresh, self.turn = fresh, 0
        self.model: dict[str, str] = {}
        self.library = self.opened()

    def opened(self) -> Library:
        return Library.open(self.folder, ENCODER, fresh=self.fresh)

    def operation(self, kind: str, numbers: list[int]) -> Operation:
        self.turn += 1
        return Operation(kind, {f"a{number}": text_of(number, self.turn) for number in numbers})

    @rule(numbers=NUMBERS)
    def put(self, numbers: list[int]) -> None:
        """Ingest articles, and update those that are there."""
        done = self.operation("put", numbers)
        apply(self.library, done)
        self.model = done.after(self.model)

    @rule(numbers=NUMBERS)
    def remove(self, numbers: list[int]) -> None:
        done = self.operation("remove", numbers)
        apply(self.library, done)
        self.model = done.after(self.model)

    @rule()
    def rebuild(self) -> None:
        self.library.rebuild()

    @rule()
    def restart(self) -> None:
        self.library.close()
        self.library = self.opened()

    @rule(
        kind=st.sampled_from(["put", "put", "remove", "rebuild"]),
        numbers=NUMBERS,
        step=st.sampled_from(STEPS),
        running=st.booleans(),
    )
    def kill(self, kind: str, numbers: list[int], step: str, running: bool) -> None:
        """Let another process do something and die at a step; this one goes on reading meanwhile, or starts after it."""
        if not running:
            self.library.close()
        dying = self.operation(kind, numbers)
        done = killed(self.folder, dying, step=step, times=1)
        if not running:
            self.library = self.opened()
        wanted = dying.after(self.model)
        seen = {row.article.id: row.article.text for row in self.library.articles()}
        for id_ in {*self.model, *wanted, *seen}:
            assert seen.get(id_) in ({wanted.get(id_)} if done else {self.model.get(id_), wanted.get(id_)})
        self.model = seen

    @precondition(lambda self: self.model)
    @rule(at=st.integers(0, 100), line=st.integers(0, 9))
    def ask(self, at: int, line: int) -> None:
        """Search for a passage that is there, and for one of a version that is not."""
        text = self.model[sorted(self.model)[at % len(self.model)]]
        passage = text.split("\n")[line]
        assert passage in nearest(self.library, passage, 3)
        assert passage in matching(self.library, passage, limit=3)
        gone = text_of(at % 10, self.turn + 1).split("\n")[line]
        assert gone not in nearest(self.library, gone, 3)

    @invariant()
    def holds_what_the_dictionary_holds(self) -> None:
        assert {row.article.id: row.article.text for row in self.library.articles()} == self.model

    def teardown(self) -> None:
        if not hasattr(self, "library"):
            return
        self.library.close()
        try:
            with self.opened() as library:
                assert [one for one in library.doctor(deep=True) if not one.ok] == []
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX")
@pytest.mark.timeout(600)
class TestLibrary(LibraryMachine.TestCase):
    settings = settings(
        max_examples=int(os.environ.get("MACHINE_EXAMPLES", "6")),
        stateful_step_count=12,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
