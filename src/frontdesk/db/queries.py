"""Named queries: SQL lives in files, each statement under a `-- name: verb_noun` line, and is fetched by that name."""

import re
from importlib import resources

__all__ = ["Queries", "load_queries"]

_NAME = re.compile(r"^-- name: *(\w+) *$", re.MULTILINE)


class Queries:
    """The statements of one file as attributes; a name that is not there raises AttributeError at once."""

    def __init__(self, source: str, statements: dict[str, str]) -> None:
        self.source = source
        self.statements = statements

    def __getattr__(self, name: str) -> str:
        try:
            return self.statements[name]
        except KeyError:
            raise AttributeError(f"{self.source} has no query named {name}") from None


def load_queries(package: str, filename: str = "queries.sql") -> Queries:
    """Read `filename` beside `package`. Raises ValueError for a name given twice."""
    text = resources.files(package).joinpath(filename).read_text(encoding="utf-8")
    parts = _NAME.split(text)[1:]
    statements: dict[str, str] = {}
    for name, body in zip(parts[::2], parts[1::2], strict=True):
        if name in statements:
            raise ValueError(f"{package}/{filename} names {name} twice")
        statements[name] = _without_comments(body)
    return Queries(f"{package}/{filename}", statements)


def _without_comments(body: str) -> str:
    lines = (line.split(" --")[0] if not line.startswith("--") else "" for line in body.strip().splitlines())
    return "\n".join(line for line in lines if line.strip()).rstrip(";")
