from collections.abc import Iterator

import pytest

from tests.answering.chat import OPEN


@pytest.fixture(autouse=True)
def closed_models() -> Iterator[None]:
    """Close the connections of the models that a test has used."""
    yield
    while OPEN:
        OPEN.pop().close()
