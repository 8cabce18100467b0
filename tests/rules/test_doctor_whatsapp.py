"""What the doctor says of WhatsApp's settings."""

from typing import Any

import pytest

from frontdesk.commands.checks import State
from frontdesk.commands.checks_whatsapp import check_whatsapp
from frontdesk.commands.given import missing_for_whatsapp
from frontdesk.settings import Settings

RIGHT: dict[str, Any] = {
    "whatsapp_token": "EA" + "x" * 60,
    "whatsapp_app_secret": "0123456789abcdef" * 2,
    "whatsapp_verify_token": "a-long-one-of-my-own",
    "whatsapp_phone_number_id": "106540352242922",
    "whatsapp": {"numbers": {"+15550783881": "106540352242922"}},
    "public_url": "https://desk.example.test/",
}


def told(**changes: Any) -> dict[str, Any]:
    return {check.name: check for check in check_whatsapp(Settings(**{**RIGHT, **changes}))}


def test_right_settings_are_well_and_the_url_to_paste_is_told() -> None:
    checks = told()
    assert {check.state for check in checks.values()} == {State.OK}
    assert checks["Webhook of WhatsApp"].found == "https://desk.example.test/webhooks/whatsapp"


@pytest.mark.parametrize(
    ("name", "value", "state"),
    [
        ("whatsapp_token", "106540352242922|app", State.WARN),
        ("whatsapp_app_secret", "EAAthisisthetoken", State.FAIL),
        ("whatsapp_app_secret", "0" * 31, State.FAIL),
        ("whatsapp_verify_token", "sesame", State.WARN),
        ("whatsapp_phone_number_id", "+15550783881", State.FAIL),
    ],
)
def test_each_setting_of_another_shape_is_named_with_its_mending(name: str, value: str, state: State) -> None:
    check = told(**{name: value})[name.upper()]
    assert (check.state, len(check.todo) > 30) == (state, True)
    assert value not in check.found or name == "whatsapp_phone_number_id"


@pytest.mark.parametrize("name", [name for name in RIGHT if name.startswith("whatsapp_")])
def test_half_an_account_is_refused_by_name(name: str) -> None:
    settings = Settings(**{**RIGHT, name: None})
    assert missing_for_whatsapp(settings) == [name.upper()]
    assert told(**{name: None})[name.upper()].state is State.FAIL
    assert not settings.on_whatsapp


def test_nothing_is_said_where_nothing_is_set_and_a_first_client_is_missed() -> None:
    nothing = {name: None for name in RIGHT if name.startswith("whatsapp_")}
    assert told(**nothing) == {}
    assert told(whatsapp={})["whatsapp.numbers"].state is State.WARN
    assert told(whatsapp={}, twilio_number="+12025550100").get("whatsapp.numbers") is None


def test_whatsapp_alone_is_no_simulation() -> None:
    assert not Settings(**RIGHT).simulated
    assert Settings().simulated
