"""The simulator's account, kept in the data directory so that restarts and workers agree, and where `up` listens."""

import hashlib
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from pydantic import SecretStr

from frontdesk.db.locks import make_data_dir, unusable
from frontdesk.errors import SetupError
from frontdesk.settings import Settings

__all__ = [
    "NUMBER",
    "ONBOARDING",
    "POOL",
    "RunningDesk",
    "forget_running",
    "open_account",
    "read_running",
    "simulated",
    "write_running",
]

NUMBER = "+12025550100"
"""The business number of the simulator, where TWILIO_NUMBER is not set."""


ONBOARDING = "+12025550190"
"""The number of the simulator that new owners text, where ONBOARDING_NUMBER is not set."""
POOL = tuple(f"+120255501{at}" for at in range(81, 86))
"""The numbers that the simulator's new owners get."""
_TRYING_SECONDS = 2


def open_account(data_dir: Path) -> tuple[str, str]:
    """The simulated account (sid, auth token) of this data directory, made at the first call."""
    path = data_dir.resolve() / "simulator.json"
    make_data_dir(path.parent)
    try:
        if not path.exists():
            _write(path, {"account_sid": "AC" + secrets.token_hex(16), "auth_token": secrets.token_hex(16)})
        account = orjson.loads(path.read_bytes())
        return str(account["account_sid"]), str(account["auth_token"])
    except OSError as error:
        raise unusable(data_dir, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SetupError(f"{path} is damaged: remove it, and the simulator gets a new account.") from error


def simulated(settings: Settings, api_base: str, url: str | None = None) -> Settings:
    """The settings of a desk at `url` whose carrier is the simulator, which does not sign with PUBLIC_URL.

    New owners pay at the simulator's own cashier, unless there is a link of yours.

    So that trying it out is not slow, texts to one lead may follow soon, unless a setting says otherwise.
    """
    sid, token = open_account(settings.data_dir)
    account = {"twilio_account_sid": sid, "twilio_auth_token": SecretStr(token), "twilio_api_base": api_base}
    number = {
        "twilio_number": settings.twilio_number or NUMBER,
        "onboarding_number": settings.onboarding_number or ONBOARDING,
        "stripe_webhook_secret": settings.stripe_webhook_secret or SecretStr(_stripe_secret(token)),
    }
    onboarding = settings.onboarding
    if onboarding.payment_link is None and url is not None:
        onboarding = onboarding.model_copy(update={"payment_link": f"{url}/simulator/pay"})
    limits = settings.limits
    if "seconds_between" not in limits.model_fields_set:
        limits = limits.model_copy(update={"seconds_between": _TRYING_SECONDS})
    return settings.model_copy(
        update={**account, **number, "onboarding": onboarding, "limits": limits, "public_url": None}
    )


def _stripe_secret(token: str) -> str:
    """The simulated cashier's secret: every process of the data directory finds the same."""
    return "whsec_" + hashlib.sha256(f"cashier:{token}".encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class RunningDesk:
    """The `up` of a data directory: its process, its URL, and the base URL of its simulator if it has one."""

    pid: int
    url: str
    simulator: str | None


def write_running(data_dir: Path, *, url: str, simulator: str | None) -> None:
    """Tell other commands in this data directory where the desk is."""
    make_data_dir(data_dir)
    _write(data_dir / "running.json", {"pid": os.getpid(), "url": url, "simulator": simulator})


def forget_running(data_dir: Path) -> None:
    """Take back what `write_running` told."""
    (data_dir / "running.json").unlink(missing_ok=True)


def read_running(data_dir: Path) -> RunningDesk | None:
    """The desk that runs in this data directory, None where none does."""
    try:
        running = RunningDesk(**orjson.loads((data_dir / "running.json").read_bytes()))
        os.kill(running.pid, 0)
    except PermissionError:
        return running  # it lives, and belongs to another user
    except (OSError, ValueError, TypeError):
        return None  # none was started, or it was killed and left its file behind
    return running


def _write(path: Path, content: Mapping[str, Any]) -> None:
    """Write a private file whole or not at all."""
    aside = path.with_suffix(f".new-{os.getpid()}")
    opened = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    owner = path.parent.stat()
    if os.geteuid() == 0:  # root may run a desk that is somebody else's
        os.fchown(opened, owner.st_uid, owner.st_gid)
    with os.fdopen(opened, "wb") as file:
        file.write(orjson.dumps(content, option=orjson.OPT_INDENT_2) + b"\n")
    os.replace(aside, path)
