"""The rules of the house: who imports whom, what is public, how long a file may be."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path for package in ("assistant", "ingest", "prompts") for path in (ROOT / package).rglob("*.py")
)
ALL_FILES = sorted(
    path
    for path in ROOT.rglob("*.py")
    if not any(part.startswith(".") or part in ("build", "data") for part in path.relative_to(ROOT).parts)
)

# What each part may import of the others. `answering` and `retrieval` never meet.
GROUND = {"types", "errors", "settings"}
BELOW: dict[str, set[str]] = {
    "types": set(),
    "errors": set(),
    "settings": {"errors"},
    "steps": set(),
    "text": GROUND,
    "encoders": GROUND | {"text"},
    "library": GROUND | {"text", "encoders"},
    "retrieval": GROUND | {"text", "encoders", "library"},
    "answering": GROUND | {"text", "encoders", "library", "prompts"},
    "ingest": GROUND | {"text", "encoders", "library"},
    "prompts": set(),
    "asking": GROUND | {"text", "library"},
    "interop": GROUND | {"text", "assistant"},
    "assistant": GROUND
    | {"asking", "steps", "text", "encoders", "library", "retrieval", "answering", "interop", "ingest"},
    "evaluation": GROUND | {"text", "encoders", "library", "assistant"},
    "web": GROUND | {"text", "library", "asking", "assistant"},
    "cli": GROUND | {"text", "encoders", "library", "answering", "assistant", "evaluation", "ingest", "web"},
}
MODULES = "assistant/encoders/modules.py"  # what sentence-transformers itself imports to load our weights
# Heavy or replaceable libraries, and the one place that wraps each.
WRAPPED = {
    "chromadb": {"assistant/library/vectors.py"},
    "tantivy": {"assistant/library/terms.py"},
    "gradio": {f"assistant/web/{name}.py" for name in ("ui", "handlers", "endpoints", "theme")},
    "sentence_transformers": {"assistant/encoders/sentence_transformer.py", MODULES},
}


def part_of(module: str) -> str | None:
    """Return the part of the house that a module belongs to: its second name, or ingest, or prompts."""
    names = module.split(".")
    if names[0] in ("ingest", "prompts"):
        return names[0]
    return names[1] if names[0] == "assistant" and len(names) > 1 else None


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Yield the modules that a file imports, and whether at its top."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, id(node) in top) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative import"
            yield str(node.module), id(node) in top
            if node.module == "assistant":
                yield from ((f"assistant.{alias.name}", id(node) in top) for alias in node.names)


def module_of(path: Path) -> str:
    names = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(names[:-1] if names[-1] == "__init__" else names)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down_only(path):
    own = part_of(module_of(path))
    if own is None:
        return  # assistant/__init__.py names everything
    wrong = {part for module, _ in imports(path) if (part := part_of(module)) not in (None, own, *BELOW[own])}
    assert not wrong, f"{own} imports {', '.join(sorted(wrong))}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_heavy_library_has_one_wrapper(path):
    here = path.relative_to(ROOT).as_posix()
    wrong = {
        name
        for module, _ in imports(path)
        if here not in WRAPPED.get(name := module.partition(".")[0], {here})
    }
    assert not wrong


def test_torch_is_nowhere_imported_at_the_top():
    for path in SOURCES:
        if path == ROOT / MODULES:
            continue
        heavy = [
            module
            for module, top in imports(path)
            if top and module.partition(".")[0] in ("torch", "sentence_transformers")
        ]
        assert not heavy, path


@pytest.mark.parametrize("path", ALL_FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_350_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 350


def test_public_names_are_sorted_and_there():
    assert assistant.__all__ == sorted(assistant.__all__)
    assert len(set(assistant.__all__)) == len(assistant.__all__)
    for name in assistant.__all__:
        assert getattr(assistant, name).__name__ == name
    with pytest.raises(AttributeError):
        getattr(assistant, "nothing")  # noqa: B009 - the attribute is what is tested


def test_import_is_light():
    loaded = "import sys, assistant; print(*{name.partition('.')[0] for name in sys.modules})"
    modules = set(
        subprocess.run(
            [sys.executable, "-c", loaded], check=True, capture_output=True, text=True, cwd=ROOT
        ).stdout.split()
    )
    assert not modules & {
        "numpy",
        "pydantic",
        "chromadb",
        "tantivy",
        "gradio",
        "torch",
        "onnxruntime",
        "langchain_core",
        "rich",
    }
