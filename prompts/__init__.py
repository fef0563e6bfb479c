"""Every prompt, each a Markdown file in this package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def load_prompt(name: str) -> str:
    """Return a prompt; what stands in {braces} is filled in by its user.

    Args:
        name: Of the file, without its ending.

    Raises:
        FileNotFoundError: There is no such prompt.
    """
    return files(__package__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
