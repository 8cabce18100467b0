"""What the command line says for all subcommands, and the settings read with it, once."""

import logging

import typer

from frontdesk import __version__
from frontdesk.commands.faults import read_settings
from frontdesk.commands.options import Given
from frontdesk.errors import SetupError
from frontdesk.logs import configure_logs
from frontdesk.reporting import start_reporting
from frontdesk.settings import Settings

__all__ = ["WHATSAPP_NEEDS", "given_by", "missing_for_whatsapp", "quiet_settings", "settings_of"]

WHATSAPP_NEEDS = ("WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN", "WHATSAPP_PHONE_NUMBER_ID")


def given_by(context: typer.Context) -> Given:
    """The global options of this call."""
    return context.find_object(Given) or Given()


def settings_of(context: typer.Context) -> Settings:
    """The settings for a process that runs on, with logging set up. Raises SetupError."""
    settings = read_settings(given_by(context).values)
    configure_logs(settings.log_format, settings.log_level)
    _hush()
    if settings.sentry_dsn is not None:
        component = context.info_name or "frontdesk"
        start_reporting(settings.sentry_dsn.get_secret_value(), component=component, version=__version__)
    _refuse_half_an_account(settings)
    return settings


def quiet_settings(context: typer.Context, level: str = "warning") -> Settings:
    """The settings for a command that answers and ends: it logs little, or what --log-level asks for."""
    given = given_by(context)
    settings = read_settings(given.values)
    configure_logs(settings.log_format, given.log_level or level)
    _hush()
    return settings


def _hush() -> None:
    for name in ("httpx2", "httpcore2", "httpcore", "openai", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)


def _refuse_half_an_account(settings: Settings) -> None:
    """Half an account would start the simulator in silence, and the operator would wait for real texts."""
    if bool(settings.twilio_account_sid) != bool(settings.twilio_auth_token):
        there, missing = "TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN"
        if not settings.twilio_account_sid:
            there, missing = missing, there
        raise SetupError(f"{there} is set and {missing} is not: set both for Twilio, or neither for the simulator.")
    if lacking := missing_for_whatsapp(settings):
        raise SetupError(f"For WhatsApp {' and '.join(lacking)} must be set too: set all four of it, or none.")


def missing_for_whatsapp(settings: Settings) -> list[str]:
    """The settings that WhatsApp still needs; empty where it has all of them, or none was set."""
    values = {name: getattr(settings, name.lower()) for name in WHATSAPP_NEEDS}
    return [name for name, value in values.items() if not value] if any(values.values()) else []
