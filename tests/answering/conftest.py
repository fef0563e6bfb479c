import gc
from collections.abc import Iterator

import pytest

from assistant.answering.background import BACKGROUND
from tests.answering.chat import OPEN


@pytest.fixture(autouse=True)
def closed_models() -> Iterator[None]:
    """Close the connections of the models that a test has used, and collect what their libraries left in their own thread."""
    yield
    if OPEN:
        BACKGROUND.submit(collected()).result()
    while OPEN:
        OPEN.pop().close()


async def collected() -> None:
    """Collect garbage in the thread where this is awaited."""
    gc.collect()
