"""The offline reader: how long one message takes, how that grows with its length, and how long the first one takes.

    .venv/bin/python bench/reader.py [--texts FILE] [--json]

`--texts` is a file of JSON lines with a "text" and a "context" each, as `frontdesk read --jsonl` takes them; without it
the sentences below. Exit status 1 when a target is missed: p95 10 ms a message, 300 ms for the first line of a new
process, and 100 ms for the slowest of the texts that are made to be slow.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from frontdesk.commands.read_lines import context_of
from frontdesk.readers.fields import read_fields
from frontdesk.readers.folding import READ
from frontdesk.readers.reading import Context

SENTENCES = (
    "Hi, I'm Ada Lovelace, my kitchen sink is leaking. Can someone come tomorrow at 3pm? My number is 415 555 2671.",
    "yes please",
    "STOP",
    "How much for a deep clean of a 2 bedroom flat in Leeds? Budget is 150-200 pounds",
    "12 High Street, Springfield, IL 62704, any time on Friday afternoon or next Tuesday between 9 and 11",
    "I need to move my appointment from the 14th to the 21st of December at half past two in the afternoon",
    "email me at jane dot doe at gmail dot com, I'd rather talk to a real person",
    "Hola, necesito una cita para mañana a las 3 de la tarde",
)
SLOW = (
    *("a", "1", " ", "a ", "1 ", "one ", "and ", "one hundred and ", "$1 ", "$1-", "1-", "1/", "a.", "a@", "a.b@c."),
    *("at 3 ", "at ", "the 1st of ", "street ", "1 a street ", "1 a b c d ", "my name is ", "name ", "no ", "yes "),
    *("i ", "to my ", "put a ", "what cost ", "water ", "in A ", "A ", "zip ", "from 1 to ", "in 1 ", "((", "+1 "),
    *("1.1.", "dot ", "a dot b at ", "tomorrow ", "monday ", "1 may ", "é", "🙂"),
)
CONTEXT = Context(country="US", services=("Plumbing", "Heating & cooling", "Electrical"))
ASKED = (None, "name", "address", "city", "date", "time", "budget")
TARGETS = {"p95_ms": 10.0, "cold_start_ms": 300.0, "slowest_ms": 100.0}


def main() -> int:
    """Measure, print, and say whether the targets are met."""
    options = parse()
    found = {**latency(options.texts, options.rounds), **slow(), **cold_start(options.starts)}
    missed = [name for name, most in TARGETS.items() if found[name] > most]
    if options.json:
        print(json.dumps({**found, "missed": missed}, indent=2))
    else:
        for name, value in found.items():
            target = f"  (target {TARGETS[name]:g})" if name in TARGETS else ""
            print(f"{name:<22} {value if isinstance(value, str) else f'{value:,.3f}'}{target}")
    return 1 if missed else 0


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="bench/reader.py", description="Measure the offline reader.")
    parser.add_argument("--texts", type=Path, help="JSON lines with text and context")
    parser.add_argument("--rounds", type=int, default=5, help="how often each text is read")
    parser.add_argument("--starts", type=int, default=9, help="how many new processes read one line")
    parser.add_argument("--json", action="store_true", help="for programs")
    return parser.parse_args()


def latency(texts: Path | None, rounds: int) -> dict[str, Any]:
    """CPU milliseconds a message, warm: a loaded machine changes little."""
    items = [(one, CONTEXT) for one in SENTENCES]
    if texts is not None:
        lines = [json.loads(line) for line in texts.read_text(encoding="utf-8").splitlines() if line.strip()]
        items = [(line["text"], context_of(_with_now(line))) for line in lines]
    for text, context in items:
        read_fields(text, context)
    took = sorted(_took(text, context) for _ in range(rounds) for text, context in items)
    at = {name: took[min(len(took) - 1, int(len(took) * part))] for name, part in PARTS.items()}
    return {"texts": float(len(items)), **at}


PARTS = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99, "max_ms": 1.0}


def _with_now(line: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = line.get("context") or {}
    return {"reference_datetime": line.get("reference_datetime"), **given}


def _took(text: str, context: Context) -> float:
    start = time.process_time()
    read_fields(text, context)
    return (time.process_time() - start) * 1000


def slow() -> dict[str, Any]:
    """The slowest of texts that repeat one piece, and how its time grows when its length doubles up to what is read."""
    whole, piece, asked = max((_piece(piece, asked, READ), piece, asked) for piece in SLOW for asked in map(str, ASKED))
    half = _piece(piece, asked, READ // 2)
    return {
        "slowest_ms": whole,
        "slowest_text": repr(piece),
        "slowest_asked": asked,
        "growth_when_doubled": whole / half,
    }


def _piece(piece: str, asked: str, length: int) -> float:
    text = piece * (length // len(piece))
    context = Context(field=None if asked == "None" else asked, country="US", services=CONTEXT.services)
    read_fields(text[:50], context)
    return min(_took(text, context) for _ in range(3))


def cold_start(starts: int) -> dict[str, Any]:
    """Milliseconds from the start of a process to its end after one line: the median, and the CPU they take."""
    line = json.dumps({"id": 1, "text": SENTENCES[0], "context": {"reference_datetime": "2026-11-25T09:00:00"}}) + "\n"
    command: Sequence[str] = (sys.executable, "-m", "frontdesk", "read", "--jsonl")
    took, before = [], resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(starts):
        start = time.perf_counter()
        subprocess.run(command, input=line, text=True, check=True, stdout=subprocess.DEVNULL)
        took.append((time.perf_counter() - start) * 1000)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000 / starts
    return {"cold_start_ms": median(took), "cold_start_cpu_ms": cpu}


if __name__ == "__main__":
    sys.exit(main())
