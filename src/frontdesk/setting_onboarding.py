"""The sections of the settings that are about new clients and the pool of numbers."""

from typing import Annotated

from pydantic import Field

from frontdesk.setting_kinds import Part

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
