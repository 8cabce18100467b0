"""A table, once as Rich prints it and once as Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.table import Table as RichTable

__all__ = ["Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells as text; the first `left` columns stand left, the others right. `notes` say how to read it."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = ()
    left: int = 1

    def rich(self) -> RichTable:
        """For the terminal."""
        table = RichTable(title=self.title, title_justify="left", caption="\n".join(self.notes), caption_justify="left")
        for place, heading in enumerate(self.headings):
            table.add_column(heading, justify="left" if place < self.left else "right")
        for row in self.rows:
            table.add_row(*row)
        return table

    def markdown(self) -> str:
        """For the page; the notes follow as lines of text."""
        marks = ["---" if place < self.left else "---:" for place in range(len(self.headings))]
        lines = [_line(self.headings), _line(marks), *map(_line, self.rows)]
        return "\n".join([*lines, *(f"\n{note}" for note in self.notes)])


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
