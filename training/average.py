"""Average the weights of two runs, one of which goes on from the other: python training/average.py RUN2 RUN1 --share 0.7 --out RUN.

What the later run learned is mostly kept, and what it forgot mostly comes back (WiSE-FT, Wortsman et al. 2022).
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from safetensors.torch import load_file, save_file

WEIGHTS = "model.safetensors"


def main() -> None:
    """Read the command line, average and write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("later", type=Path, help="folder of a run")
    parser.add_argument("earlier", type=Path, help="folder of the run that it went on from")
    parser.add_argument("--share", type=float, default=0.7, help="of the later run")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    shutil.copytree(arguments.later, arguments.out, dirs_exist_ok=True)
    later, earlier = (load_file(one / WEIGHTS) for one in (arguments.later, arguments.earlier))
    mixed = {
        name: (arguments.share * weight + (1 - arguments.share) * earlier[name]).contiguous()
        for name, weight in later.items()
    }
    save_file(mixed, arguments.out / WEIGHTS, metadata={"format": "pt"})


if __name__ == "__main__":
    main()
