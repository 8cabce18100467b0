"""A small judge of requests and answers by an OpenAPI 3.0 document: no more than its document needs.

A schema word that it does not know is an error, never passed over: so nothing is taken for valid because it was not looked at.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote

__all__ = ["Contract"]

_CHECKED = {"type", "enum", "pattern", "minLength", "maxLength", "minimum", "maximum", "nullable", "items"}
_CHECKED |= {"properties", "required", "additionalProperties", "format"}
_IGNORED = {"title", "description", "default", "example", "examples"}
_FORMATS = {
    "uri": re.compile(r"https?://[^\s]+"),
    # What the document calls so holds channels and short codes too.
    "phone-number": re.compile(r"(whatsapp:)?\+?[A-Za-z0-9.]+"),
    "iso-country-code": re.compile(r"[A-Z]{2}"),
    "http-method": re.compile(r"GET|POST"),
    "int64": re.compile(r"-?[0-9]+"),
    "date-time": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*"),
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
}


class Contract:
    """One OpenAPI document; each check returns what is wrong, one sentence a fault, empty when all is well."""

    def __init__(self, path: Path) -> None:
        self._document: dict[str, Any] = json.loads(path.read_text("utf-8"))

    def faults_of_request(
        self, method: str, target: str, content_type: str = "", body: bytes = b"", headers: Sequence[str] = ()
    ) -> list[str]:
        """What is wrong with a request; `target` is its path with the query, `headers` the names that it has."""
        path, _, query = target.partition("?")
        template, operation, in_path = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is no operation"]
        parameters = operation.get("parameters", [])
        faults = [f"{template}: {fault}" for fault in self._parameters(parameters, "path", list(in_path.items()))]
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
        faults += self._parameters(parameters, "query", pairs)
        if operation.get("security") and "authorization" not in headers:
            faults.append("no Authorization header")
        return faults + self._body(operation, content_type, body)

    def faults_of_answer(self, method: str, path: str, status: int, answer: Any) -> list[str]:
        """What is wrong with the JSON of an answer."""
        _, operation, _ = self._operation(method, path)
        if operation is None:
            return [f"{method} {path} is no operation"]
        described = operation["responses"].get(str(status)) or operation["responses"].get(f"{status // 100}XX")
        if described is None:
            return [f"HTTP {status} is not described"]
        return list(self._value(described["content"]["application/json"]["schema"], answer, f"HTTP {status}"))

    def _operation(self, method: str, path: str) -> tuple[str, dict[str, Any] | None, dict[str, str]]:
        for template, operations in self._document["paths"].items():
            names = re.findall(r"\{(\w+)\}", template)
            shape = re.sub(r"\\\{\w+\\\}", "([^/]+)", re.escape(template))
            found = re.fullmatch(shape, path)
            # A template without a place for a value goes first: `Messages.json` is no `Messages/{Sid}.json`.
            if found and method.lower() in operations:
                return template, operations[method.lower()], dict(zip(names, map(unquote, found.groups()), strict=True))
        return path, None, {}

    def _parameters(self, described: Sequence[Any], where: str, pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
        known = {one["name"]: one for one in described if one["in"] == where}
        names = [name for name, _ in pairs]
        for name, value in pairs:
            if name not in known:
                yield f"{where}: {name} is unknown"
            elif names.count(name) > 1:
                yield f"{where}: {name} is given twice"
            else:
                yield from self._value(known[name]["schema"], self._coerced(known[name]["schema"], value), name)
        yield from (f"{where}: {n} is missing" for n, one in known.items() if one.get("required") and n not in names)

    def _body(self, operation: Mapping[str, Any], content_type: str, body: bytes) -> list[str]:
        described = operation.get("requestBody", {}).get("content", {})
        if not described:
            return ["a body where none belongs"] if body else []
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in described:
            return [f"the body is {kind or 'of no type'}, not {', '.join(described)}"]
        schema = self._resolved(described[kind]["schema"])
        given: dict[str, Any] = {}
        for name, value in parse_qsl(body.decode("utf-8"), keep_blank_values=True, strict_parsing=True):
            field = self._resolved(schema["properties"].get(name, {}))
            if field.get("type") == "array":
                given.setdefault(name, []).append(value)
            elif name in given:
                return [f"{name} is given twice"]
            else:
                given[name] = self._coerced(field, value)
        return list(self._value(schema, given, "body"))

    def _coerced(self, schema: Mapping[str, Any], text: str) -> Any:
        """A text of a form or query as the type that it stands for, where it is one."""
        kind = self._resolved(schema).get("type")
        if kind == "integer" and re.fullmatch(r"-?[0-9]+", text):
            return int(text)
        return {"true": True, "false": False}.get(text, text) if kind == "boolean" else text

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        reference = schema.get("$ref")
        return self._document["components"]["schemas"][reference.rpartition("/")[2]] if reference else schema

    def _value(self, schema: Mapping[str, Any], value: Any, at: str) -> Iterator[str]:
        schema = self._resolved(schema)
        if unknown := set(schema) - _CHECKED - _IGNORED:
            raise NotImplementedError(f"{at}: this judge does not know {', '.join(sorted(unknown))}")
        if value is None and schema.get("nullable"):
            return
        expected = _TYPES[schema["type"]] if "type" in schema else object
        if not isinstance(value, expected) or (
            isinstance(value, bool) and expected is not bool and expected is not object
        ):
            yield f"{at}: {value!r} is no {schema['type']}"
            return
        if "enum" in schema and value not in schema["enum"]:
            yield f"{at}: {value!r} is none of {schema['enum']}"
        if isinstance(value, str):
            yield from self._text(schema, value, at)
        elif isinstance(value, list):
            for place, one in enumerate(value):
                yield from self._value(schema.get("items", {}), one, f"{at}[{place}]")
        elif isinstance(value, dict):
            yield from self._object(schema, value, at)
        elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
            yield f"{at}: {value} is out of bounds"

    def _text(self, schema: Mapping[str, Any], value: str, at: str) -> Iterator[str]:
        if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
            yield f"{at}: {value!r} has the wrong length"
        if "pattern" in schema and not re.search(schema["pattern"], value):
            yield f"{at}: {value!r} is not like {schema['pattern']}"
        if "format" in schema and not _FORMATS[schema["format"]].fullmatch(value):
            yield f"{at}: {value!r} is no {schema['format']}"

    def _object(self, schema: Mapping[str, Any], value: Mapping[str, Any], at: str) -> Iterator[str]:
        properties = schema.get("properties", {})
        yield from (f"{at}: {name} is missing" for name in schema.get("required", ()) if name not in value)
        for name, one in value.items():
            if name in properties:
                yield from self._value(properties[name], one, f"{at}.{name}")
            elif schema.get("additionalProperties") is False:
                yield f"{at}: {name} is unknown"
