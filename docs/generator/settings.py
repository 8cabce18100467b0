"""Settings: from the fields of the class, as `frontdesk settings` describes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from frontdesk.commands.described import described, described_section
from frontdesk.setting_channels import FormSettings
from frontdesk.setting_parts import FlowSettings, Question
from frontdesk.settings import Settings
from generator.markdown import code, page, sentence, table

__all__ = ["settings_page"]


_WORDS = {
    "flow.greeting": "said once, before the first question",
    "flow.questions": "asked in this order, what is known is skipped",
    "flow.services": "what the client offers; an answer to a `service` question must name one; none: any answer counts",
    "flow.closing": "said after the last question",
    "flow.passed_on": "said at most once a day when a lead writes on after the end",
}
"""For fields that have no description of their own."""


def settings_page() -> str:
    """Every setting: its name in the environment and in frontdesk.toml, its type, default and help."""
    rows = list(described(Settings.model_construct()))
    sections = {row.path[:-1]: type(_section(row.path[:-1])) for row in rows if len(row.path) > 1}
    parts = [
        "Settings are read once, at the start. Where one is given more than once, the first of these counts: an option "
        "of the command line, the environment, a file that `NAME_FILE` names, `frontdesk.toml`.",
        "`NAME_FILE` works for every setting outside of a section: `TWILIO_AUTH_TOKEN_FILE=/run/secrets/twilio`. "
        "`frontdesk.toml` is looked for in the working directory, or where `FRONTDESK_TOML` says. A name that is no "
        "setting is refused inside a section and ignored outside of one; `frontdesk doctor` points at such a one.",
        "Settings marked **secret** belong in the environment or in a file of their own, and are never printed.",
        "## At the top level",
        _settings_table(row for row in rows if len(row.path) == 1),
    ]
    for name, section in sections.items():
        note = sentence((section.__doc__ or "").partition(":")[2])
        parts += [
            f"## [{'.'.join(name)}]",
            note,
            _settings_table(row for row in rows if row.path[:-1] == name),
        ]
    parts += ["### One entry of flow.questions", _questions(), *_forms(), _own_settings()]
    return page("Settings", *parts)


def _forms() -> Iterator[str]:
    rows = list(described_section(("forms", "source"), FormSettings()))
    yield "## [forms.source]"
    yield (
        f"{sentence((FormSettings.__doc__ or '').partition(':')[2])} `source` stands for its name, in lower case. The "
        "secrets also come by file: `FORMS__SOURCE__SECRET_FILE`."
    )
    yield table(
        ("Environment", "frontdesk.toml", "Default", "What it is"),
        (
            (
                code(row.name),
                "" if row.secret else code(".".join(row.path)),
                code(str(row.default).lower()) if row.default not in (None, "", {}) else "none",
                row.help + (" (**secret**)" if row.secret else ""),
            )
            for row in rows
        ),
    )


def _settings_table(rows: Iterable[Any]) -> str:
    return table(
        ("Environment", "frontdesk.toml", "Type", "Default", "What it is"),
        (
            (
                code(row.name),
                "" if row.secret else code(".".join(row.path)),
                _type_words(_field(row.path).annotation),
                _default(row),
                (row.help or _WORDS.get(".".join(row.path), "")) + (" (**secret**)" if row.secret else ""),
            )
            for row in rows
        ),
    )


def _field(path: Sequence[str]) -> Any:
    return type(_section(path[:-1])).model_fields[path[-1]]


def _section(path: Sequence[str]) -> Any:
    """The section that stands at `path`, with its defaults; an entry of a table such as [sequences] too."""
    part: Any = Settings.model_construct()
    for name in path:
        part = part[name] if isinstance(part, Mapping) else getattr(part, name)
    return part


def _type_words(annotation: Any) -> str:
    words = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false", "Path": "path"}
    words["State"] = "whole numbers by [state](states.md)"
    name = getattr(annotation, "__name__", str(annotation))
    if get_origin(annotation) is not None or name == "UnionType":
        arguments = [one for one in get_args(annotation) if one is not type(None)]
        if all(isinstance(one, str) for one in arguments):
            return ", ".join(code(one) for one in arguments)
        if get_origin(annotation) is tuple:
            return "list of questions" if arguments[0] is Question else "list of texts"
        return _type_words(arguments[0])
    return words.get(name, {"SecretStr": "text"}.get(name, name))


def _default(row: Any) -> str:
    if row.default is None:
        return "none"
    if isinstance(row.default, tuple | frozenset):
        return ", ".join(code(getattr(one, "key", one)) for one in row.default) or "none"
    return code(str(row.default).lower() if isinstance(row.default, bool) else row.default)


def _questions() -> str:
    fields = Question.model_fields.items()
    rows = [
        (code(n), _type_words(f.annotation), "" if f.is_required() else _default(f), f.description) for n, f in fields
    ]
    most = _most(FlowSettings.model_fields["questions"])
    least = f"At most {most} questions. In the environment: `FLOW__QUESTIONS`, as JSON."
    return table(("Key", "Type", "Default", "What it is"), rows) + "\n\n" + least


def _most(field: Any) -> int:
    return next(int(one.max_length) for one in field.metadata if hasattr(one, "max_length"))


def _own_settings() -> str:
    return (
        "## Per client\n\n"
        "The column `clients.settings` (a JSON object) overrides `[limits]` and `[flow]` for one client: "
        '`{"limits": {"per_day": 3}, "flow": {"greeting": "Hello from {business}!"}}`. '
        "What it leaves out holds as set here. Like a section of the file, it refuses names that are no setting."
    )
