"""The page that documents the API: made of its OpenAPI description, without scripts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

STYLE = """
body { font: 16px/1.55 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #1c1b19; background: #fbfaf7; }
h2 { margin: 2.5rem 0 .5rem; font-size: 1.1rem; } code, pre { font: .9em/1.5 ui-monospace, monospace; }
pre { padding: .75rem 1rem; overflow-x: auto; background: #efece4; border-radius: .4rem; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .3rem .8rem .3rem 0; border-bottom: 1px solid #ddd8cc; vertical-align: top; }
a { color: #14507e; } p { white-space: pre-line; }
@media (prefers-color-scheme: dark) {
  body { color: #e9e6df; background: #191815; } pre { background: #26241f; } td, th { border-color: #3a372f; } a { color: #8fc1ea; } }
"""


def api_page(schema: Mapping[str, Any]) -> str:
    """Return the page as HTML."""
    title = escape(schema["info"]["title"])
    body = "".join(_operations(schema))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title}</title><style>{STYLE}</style></head><body><main><h1>{title}</h1>"
        f"<p>{escape(schema['info'].get('description', ''))}</p>"
        f'<p>As OpenAPI: <a href="openapi.json">openapi.json</a></p>{body}</main></body></html>'
    )


def _operations(schema: Mapping[str, Any]) -> Iterator[str]:
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
            yield f"<p>{escape(operation.get('description', ''))}</p>"
            fields = [
                (one["name"], one["schema"], one.get("required", False), one.get("description", ""))
                for one in operation.get("parameters", ())
            ]
            body = _body(schema, operation)
            required = body.get("required", ())
            fields += [
                (name, field, name in required, field.get("description", ""))
                for name, field in body.get("properties", {}).items()
            ]
            yield _table(fields)
            for example in body.get("examples", ()):
                yield f"<pre>{escape(json.dumps(example, ensure_ascii=False, indent=2))}</pre>"


def _body(schema: Mapping[str, Any], operation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema of an operation's JSON body, {} when it has none."""
    content = operation.get("requestBody", {}).get("content", {})
    found = content.get("application/json", {}).get("schema", {})
    name = found.get("$ref", "").rpartition("/")[2]
    body: dict[str, Any] = schema["components"]["schemas"][name] if name else found
    return body


def _table(fields: list[tuple[str, Mapping[str, Any], bool, str]]) -> str:
    if not fields:
        return ""
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code>{' *' if required else ''}</td>"
        f"<td>{escape(_kind(kind))}</td><td>{escape(description)}</td></tr>"
        for name, kind, required, description in fields
    )
    return f"<table><tr><th>field (* needed)</th><th>type</th><th>what</th></tr>{rows}</table>"


def _kind(schema: Mapping[str, Any]) -> str:
    """Say in words what a value is."""
    if "anyOf" in schema:
        kinds = [_kind(one) for one in schema["anyOf"] if one.get("type") != "null"]
        return " or ".join(kinds)
    if "enum" in schema:
        return ", ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"list of {_kind(schema['items'])}"
    named = schema.get("$ref", "").rpartition("/")[2]
    return str(schema.get("format") or schema.get("type") or named)
