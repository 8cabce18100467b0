"""The doctor's questions about new owners, and about the numbers that are bought for them."""

from collections.abc import Iterator

from frontdesk.commands.checks import Check, State
from frontdesk.settings import Settings
from frontdesk.steps.buy_numbers import country_of

__all__ = ["check_buying", "check_onboarding"]


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


def check_buying(settings: Settings) -> Iterator[Check]:
    """Whether the desk can buy numbers, where it is told to."""
    own, name = settings.pool, "pool.buy"
    if not own.buy:
        return
    if not settings.on_twilio and not settings.simulated:
        todo = "set TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, or take pool.buy out"
        yield Check(name, State.FAIL, "on, without an account at Twilio to buy with", todo)
    elif country_of(settings) is None and not settings.simulated:
        yield Check(name, State.FAIL, "on, and nothing tells in which country", "set pool.buy_country, such as US")
    elif not own.buy_per_day or own.number_price > own.buy_budget:
        todo = "raise pool.buy_per_day or pool.buy_budget, or take pool.buy out"
        yield Check(name, State.WARN, "on, and its caps let it buy none", todo)
    else:
        money = f"{own.buy_budget} {own.number_currency} a month for all, {own.number_price} each"
        yield Check(name, State.OK, f"{own.buy_per_day} a day at most, {money}")
