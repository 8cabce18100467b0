"""The doctor's question about new owners."""

from collections.abc import Iterator

from frontdesk.commands.checks import Check, State
from frontdesk.settings import Settings

__all__ = ["check_onboarding"]


def check_onboarding(settings: Settings) -> Iterator[Check]:
    """What new owners need: a number of their own to text, and a way to pay. Nothing where none is to be set up."""
    name, number = "ONBOARDING_NUMBER", settings.onboarding_number
    if number is None or settings.simulated:  # the simulator has its own cashier
        return
    if number == settings.twilio_number:
        todo = "set it to another number of yours: texts to one that serves a client are those of its leads"
        yield Check(name, State.FAIL, f"{number} is TWILIO_NUMBER too", todo)
    elif settings.onboarding.payment_link is None:
        todo = "set payment_link below [onboarding] in frontdesk.toml; until then turn clients.payment_active by hand"
        yield Check(name, State.WARN, f"{number}, without a payment link", todo)
    elif settings.stripe_webhook_secret is None:
        todo = "set STRIPE_WEBHOOK_SECRET: without it nobody tells the desk that an owner has paid"
        yield Check(name, State.FAIL, f"{number}, with a payment link that tells nobody", todo)
    else:
        yield Check(name, State.OK, number)
