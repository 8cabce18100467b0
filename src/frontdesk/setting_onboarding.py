"""The sections of the settings that are about new clients and the pool of numbers."""

from decimal import Decimal
from typing import Annotated

from pydantic import Field

from frontdesk.setting_kinds import Country, Part

__all__ = ["OnboardingSettings", "PoolSettings"]


class OnboardingSettings(Part):
    """[onboarding]: new owners who text ONBOARDING_NUMBER."""

    payment_link: Annotated[
        str | None,
        Field(
            pattern=r"^https?://\S+$",
            description="a Stripe payment link; the client's id is added to it; empty: you turn payment_active by hand",
        ),
    ] = None
    remind_hours: Annotated[
        tuple[Annotated[float, Field(gt=0, le=24 * 30)], ...],
        Field(
            max_length=5, description="hours of silence after which an owner is reminded, one text each; empty: never"
        ),
    ] = (24, 72)


class PoolSettings(Part):
    """[pool]: the numbers that new clients are served on."""

    quarantine_days: Annotated[
        int, Field(ge=0, le=3650, description="days that a released number rests before another client may get it")
    ] = 45
    low_water: Annotated[int, Field(ge=0, description="fewer free numbers than this raise POOL_LOW; 0: never")] = 2
    same_country: Annotated[
        bool, Field(description="give only numbers with the country code of the owner's phone; off: any number")
    ] = True
    buy: Annotated[
        bool, Field(description="buy numbers when the pool runs low, within buy_per_day and buy_budget; off: you do")
    ] = False
    buy_per_day: Annotated[int, Field(ge=0, le=100, description="numbers bought in any 24 hours at most")] = 2
    buy_budget: Annotated[
        Decimal, Field(ge=0, description="what all numbers that the desk bought may cost together in a month")
    ] = Decimal(10)
    number_price: Annotated[
        Decimal, Field(gt=0, description="what a number costs a month; take it from your carrier's price list")
    ] = Decimal("1.15")
    number_currency: Annotated[
        str, Field(pattern=r"^[A-Z]{3}$", description="of buy_budget and number_price, ISO 4217")
    ] = "USD"
    buy_country: Annotated[
        Country | None, Field(description="where numbers are bought; empty: as COUNTRY, else as the desk's own number")
    ] = None
    area_code: Annotated[
        str, Field(pattern=r"^(\d{3})?$", description="buy in this area of the US or Canada, such as 415; empty: any")
    ] = ""
