"""What the chain adds to the model's own time: python -m benchmarks.chain [--encoder builtin] [--record].

The model is the scripted server of the tests, without delay. The bare call is the same model with the same messages;
the chain's figures leave the search out. A long answer is read and judged at four lengths.
"""

from __future__ import annotations

import argparse
import json
import statistics
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

from assistant.answering.extractive import ExtractiveAnswerer
from assistant.answering.generative import PROMPT, GenerativeAnswerer, Request
from assistant.answering.models import chat_model, close_model
from assistant.answering.verdicts import Judge
from assistant.answering.writing import Writing
from assistant.encoders import load_encoder
from assistant.settings import Settings
from assistant.text.aliases import Aliases
from assistant.types import Encoder, Hit
from benchmarks.verdicts import sentences, sources
from tests.scripted import Script, ScriptedServer

RESULTS = Path(__file__).with_name("results")
QUESTION = "How many children went to school in Pavlodar region?"
REPLY = (
    "More than 140 thousand children went to school in Pavlodar region [1]. The school in Ekibastuz has 1,200 places "
    "and opens in March 2025 [1]. Kazakhstan sold 820,000 tonnes of flour abroad in four months [2]."
)
TIMES = 40
MARKERS_PER_CHARACTER = 500 / 20_000


def timed(texts: Callable[[], Iterable[str]]) -> tuple[float, float]:
    """Return milliseconds to the first text and to the end."""
    started, first = perf_counter(), 0.0
    for text in texts():
        if text and not first:
            first = perf_counter() - started
    return 1000 * first, 1000 * (perf_counter() - started)


def overhead(encoder: Encoder, hits: list[Hit]) -> dict[str, float]:
    """Compare the chain with the bare call, turn by turn."""
    with ScriptedServer(Script(REPLY, piece=8)) as server:
        model = chat_model(Settings(chat_model="scripted", chat_base_url=server.url))
        answerer = GenerativeAnswerer(model, encoder, ExtractiveAnswerer(encoder))
        request = Request(QUESTION, tuple(hits), "en", (), None)
        messages = answerer.chain(hits).steps[:-1]  # type: ignore[attr-defined]  # a Runnable does not name its steps
        prompt = (messages[0] | PROMPT).invoke(request)

        def bare() -> Iterable[str]:
            return (str(chunk.text) for chunk in model.stream(prompt))

        def chain() -> Iterable[str]:
            return (
                event.text
                for event in answerer.stream(QUESTION, hits, "en")
                if event.kind in ("delta", "answer")
            )

        for warm in (bare, chain):
            timed(warm)
        pairs = [(timed(bare), timed(chain)) for _ in range(TIMES)]
        close_model(model)
    return {
        "bare first": statistics.median(one[0] for one, _ in pairs),
        "bare total": statistics.median(one[1] for one, _ in pairs),
        "chain first": statistics.median(two[0] for _, two in pairs),
        "chain total": statistics.median(two[1] for _, two in pairs),
        "added to the first delta": statistics.median(two[0] - one[0] for one, two in pairs),
        "added in all": statistics.median(two[1] - one[1] for one, two in pairs),
    }


def long_answer(length: int) -> str:
    """Make an answer of this length of the verdict set's sentences, each varied, with a marker every 40 characters."""
    texts = [one.claim for one in sentences()]
    parts: list[str] = []
    size = number = placed = 0
    while size < length:
        claim = texts[number % len(texts)]
        marks = max(1, round(MARKERS_PER_CHARACTER * size) - placed + 1)
        placed += marks
        cited = claim.sources or (1,)
        words = claim.text.rstrip(".").split()
        turn = number // len(texts)
        part = f"{' '.join(words[turn:] + words[:turn])} {''.join(f'[{(cited[0] + at - 1) % 10 + 1}]' for at in range(marks))}. "
        parts.append(part)
        size += len(part)
        number += 1
    return "".join(parts)[:length]


def reading(encoder: Encoder, hits: list[Hit]) -> dict[str, dict[str, Any]]:
    """Time reading and judging answers of several lengths, each by a new judge."""
    told = {}
    Writing(Judge(hits, encoder, Aliases.load()), "en").feed(long_answer(2_000))
    for length in (5_000, 10_000, 20_000, 40_000):
        text = long_answer(length)
        runs = []
        for _ in range(3):
            started = perf_counter()
            writing = Writing(Judge(hits, encoder, Aliases.load()), "en")
            writing.feed(text)
            writing.close()
            runs.append(1000 * (perf_counter() - started))
        told[f"{length:,} characters"] = {
            "markers": text.count("["),
            "sentences": len(writing.verdicts),
            "ms": min(runs),
        }
    return told


def main() -> None:
    """Measure, print, and record if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--encoder", default="builtin")
    parser.add_argument("--record", action="store_true", help="keep the figures in results/")
    options = parser.parse_args()
    if options.encoder == "hash":
        from assistant.encoders.fake import HashEncoder

        encoder: Encoder = HashEncoder()
    else:
        encoder = load_encoder(options.encoder)
    hits = sources()
    told = {
        "date": date.today().isoformat(),
        "encoder": encoder.name,
        "milliseconds": {name: round(value, 2) for name, value in overhead(encoder, hits[:5]).items()},
        "read and judged": reading(encoder, hits),
    }
    print(json.dumps(told, indent=1))
    if options.record:
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / f"chain-{told['date']}.json"
        path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
