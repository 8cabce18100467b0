"""HTTP: webhooks from the profiles, the API from its schema, pages from the routes."""

from collections.abc import Iterable
from typing import Any

from frontdesk.desk import Desk
from frontdesk.testing import WHATSAPP, scratch_settings
from frontdesk.web.app import build_app
from frontdesk.web.hooks import ALIASES
from generator.markdown import Row, code, page, sentence, table

__all__ = ["http_page"]


def http_page() -> str:
    """Webhooks, admin API and pages."""
    channels = {
        "stripe_webhook_secret": "whsec_of_nobody",
        "vapi_secret": "x",
        "dialpad_allow_unsigned": True,
        **WHATSAPP,
    }
    desk = Desk(scratch_settings(**channels), "")
    desk.use_providers(public_base="https://desk.example.com")
    served = build_app(desk)
    schema = served.openapi()
    others = [
        route
        for route in _routes(served.router.routes)
        if route[0] not in schema["paths"] and "/parts/" not in route[0]
    ]
    hooks = {profile.path: kind for kind, (_, profile) in desk.registry.profiles().items()} | ALIASES
    return page(
        "HTTP",
        "## Webhooks",
        "By POST or GET, signed by the provider. What they are answered stands in [Providers](providers.md).",
        table(
            ("Path", "Webhook type"),
            ((code(path), code(kind)) for path, kind in sorted(hooks.items())),
        ),
        "## API",
        f"{schema['info']['description']} The schema itself is served at `/api/openapi.json`. Paths below `/api/admin` "
        "take `Authorization: Bearer` with a token of `ADMIN_TOKEN`; without that setting they answer to this machine "
        "alone. Names in answers are camelCase.",
        *(_operation(path, method, what) for path, ways in schema["paths"].items() for method, what in ways.items()),
        "## Pages",
        table(("Path", "Methods"), ((code(p), ", ".join(m)) for p, m in others if p not in hooks)),
        "`/simulator` is there for the simulated carrier only; its forms post to paths below it. `/metrics` is for "
        "Prometheus: [Monitor](../how-to/monitor.md).",
        "## Shapes",
        *(_shape(name, shape) for name, shape in sorted(schema["components"]["schemas"].items())),
    )  # fmt: skip


def _routes(routes: Iterable[Any]) -> list[tuple[str, list[str]]]:
    ways: dict[str, set[str]] = {}
    for route in routes:
        if (getattr(route, "methods", None) and not getattr(route, "include_in_schema", True)) or hasattr(
            route, "endpoint"
        ):
            ways.setdefault(route.path, set()).update((route.methods or set()) - {"HEAD"})
    return [(path, sorted(methods)) for path, methods in sorted(ways.items())]


def _operation(path: str, method: str, what: dict[str, Any]) -> str:
    lines = [f"### `{method.upper()} {path}`", sentence(what.get("description", what.get("summary", "")))]
    if parameters := what.get("parameters"):
        head = ("Parameter", "In", "Type", "Default", "What it is")
        lines.append(table(head, (_parameter(one) for one in parameters)))
    if body := what.get("requestBody"):
        lines.append(f"Body: {_schema_words(body['content']['application/json']['schema'])}.")
    answers = (
        f"{code}: {_answer(answer)}" for code, answer in what["responses"].items() if code not in ("default", "422")
    )
    return "\n\n".join([*lines, "Answers: " + "; ".join(answers) + "."])


def _parameter(one: dict[str, Any]) -> Row:
    default = code(one["schema"].get("default"))
    return code(one["name"]), one["in"], _schema_words(one["schema"]), default, one.get("description", "")


def _answer(answer: dict[str, Any]) -> str:
    content = next(iter(answer.get("content", {}).values()), {})
    shape = _schema_words(content.get("schema", {}))
    return shape if answer["description"] == "Successful Response" else f"{answer['description'].rstrip('.')} ({shape})"


def _schema_words(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_schema_words(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(code(one) for one in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_schema_words(schema.get('items', {}))}"
    if "additionalProperties" in schema and isinstance(schema["additionalProperties"], dict):
        return f"object of {_schema_words(schema['additionalProperties'])}"
    return {"date-time": "time", "date": "date"}.get(schema.get("format", ""), schema.get("type", "anything"))


def _shape(name: str, shape: dict[str, Any]) -> str:
    if "properties" not in shape:
        return f"### {name}\n\n{_schema_words(shape)}"
    rows = [(code(key), _schema_words(part), part.get("description", "")) for key, part in shape["properties"].items()]
    said = sentence(shape.get("description", ""))
    return "\n\n".join(part for part in (f"### {name}", said, table(("Key", "Type", ""), rows)) if part)
