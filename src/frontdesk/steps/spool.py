"""Alerts that could not be written, as files in DATA_DIR: one a condition, so that a long outage fills no disk."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import orjson
import structlog

from frontdesk.effects import Alert, Severity

__all__ = ["spool", "spooled", "unspool"]

log = structlog.get_logger(__name__)

_MOST = 1000  # files; a disk that fills helps nobody


def spool(folder: Path | None, alert: Alert) -> bool:
    """Keep an alert in `folder`; false where there is none, or it cannot be written. Never raises."""
    if folder is None:
        return False
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{_name(alert)}.json"
        if not path.exists() and sum(1 for _ in folder.glob("*.json")) >= _MOST:
            return False
        begun = path.with_suffix(f".{os.getpid()}")
        kept = {
            "alert_type": alert.alert_type, "key": alert.key, "severity": alert.severity.value, "title": alert.title,
            "message": alert.message, "resource_id": alert.resource_id,
        }  # fmt: skip
        begun.write_bytes(orjson.dumps(kept))
        begun.replace(path)  # whole or not at all
    except Exception as error:  # the disk is full, or the folder is not ours
        log.warning("alert_not_spooled", alert_type=alert.alert_type, error=str(error))
        return False
    return True


def _name(alert: Alert) -> str:
    return hashlib.sha256(f"{alert.alert_type}\x00{alert.key}".encode("utf-8", "replace")).hexdigest()[:32]


def spooled(folder: Path | None) -> Iterator[tuple[Path, Alert]]:
    """What is kept, each with its file. A file that cannot be read is said so and set aside."""
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        try:
            kept = orjson.loads(path.read_bytes())
            yield path, Alert(**{**kept, "severity": Severity(kept["severity"])})
        except FileNotFoundError:  # another process was faster
            continue
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.error("spooled_alert_not_read", path=str(path), error=str(error))
            path.rename(path.with_suffix(".unreadable"))


def unspool(path: Path) -> None:
    """It is raised: forget the file."""
    path.unlink(missing_ok=True)
