"""X's own OpenAPI document, where it lies beside the project: what it says of a request.

document = Document.there()         None where it is not
document.complaints("POST", "/2/tweets", {"text": "A pier"})    → [] if it has none
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

PLACE = Path(__file__).resolve().parents[3] / "shared" / "corpora" / "x-openapi.json"
_HERE = "urn:x"
# The document's names of today; X takes those that tweepy knows as well.
_RENAMED = {"tweet.fields": "post.fields", "note_tweet": "note_post"}


class Document:
    """Requests held to it."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._told = told
        resource = DRAFT202012.create_resource(told)
        self._registry: Registry[Any] = Registry().with_resource(_HERE, resource)

    @staticmethod
    @cache
    def there() -> Document | None:
        """The one beside the project."""
        if not PLACE.is_file():
            return None
        return Document(json.loads(PLACE.read_text(encoding="utf-8")))

    def complaints(self, method: str, address: str, body: Any) -> list[str]:
        """What is wrong with a request."""
        path, query = urlsplit(address).path, parse_qs(urlsplit(address).query)
        for template, ways in self._told["paths"].items():
            found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template), path)
            if found and method.lower() in ways:
                way = ways[method.lower()]
                given = {name: [value] for name, value in found.groupdict().items()}
                return [*self._values(way, given | query), *self._body(way, body)]
        return [f"{method} {path} is not in the document"]

    def _body(self, way: dict[str, Any], body: Any) -> list[str]:
        wanted = way.get("requestBody")
        if wanted is None:
            return [] if body is None else ["a body where none is wanted"]
        return self._wrong(body, wanted["content"]["application/json"]["schema"])

    def _values(self, way: dict[str, Any], given: dict[str, list[str]]) -> list[str]:
        known = {one["name"]: one for one in map(self._parameter, way.get("parameters", []))}
        named = {_RENAMED.get(name, name): value for name, (value,) in given.items()}
        lacking = {name for name, one in known.items() if one.get("required")} - set(named)
        wrong = [f"{name} is missing" for name in lacking]
        for name, value in named.items():
            if name not in known:
                wrong.append(f"{name} is not known")
                continue
            wrong += self._wrong(_typed(known[name]["schema"], value), known[name]["schema"])
        return wrong

    def _parameter(self, one: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in one:
            return one
        found: dict[str, Any] = self._told
        for step in one["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        return found

    def _wrong(self, value: Any, schema: dict[str, Any]) -> list[str]:
        whole = json.loads(json.dumps(schema).replace('"#/', f'"{_HERE}#/'))
        checker = Draft202012Validator(whole, registry=self._registry)
        return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(value)]


def _typed(schema: dict[str, Any], value: str) -> Any:
    if schema.get("type") == "array":
        return [_RENAMED.get(part, part) for part in value.split(",")]
    return int(value) if schema.get("type") == "integer" else value
