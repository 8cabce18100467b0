"""What the doctor says of payments and lead forms: what is right, what is wrong, and how to mend it."""

import base64
from collections.abc import Mapping
from typing import Any

import pytest

from frontdesk.commands.checks import State, check_forms, check_stripe
from frontdesk.commands.checks_onboarding import check_onboarding
from frontdesk.commands.described import MASK, described, is_secret
from frontdesk.testing import scratch_settings

GOOD = "whsec_" + base64.b64encode(bytes(32)).decode()
SHORT = "whsec_" + base64.b64encode(bytes(10)).decode()


@pytest.mark.parametrize(
    ("secret", "state", "found"),
    [
        ("whsec_abc", State.OK, "set; payments of live mode count"),
        ("whsec_new,whsec_old", State.OK, "a pair, for rotation; payments of live mode count"),
        ("sk_live_abc", State.FAIL, "it is not shaped like a signing secret"),
        (" , ", State.FAIL, "it is not shaped like a signing secret"),
    ],
)
def test_the_doctor_knows_a_signing_secret_of_stripe(secret: str, state: State, found: str) -> None:
    checks = list(check_stripe(scratch_settings(stripe_webhook_secret=secret, public_url="https://desk.example.com/")))
    assert (checks[0].name, checks[0].state, checks[0].found) == ("STRIPE_WEBHOOK_SECRET", state, found)
    assert [check.found for check in checks[1:]] == (
        ["https://desk.example.com/webhooks/stripe"] if state is State.OK else []
    )
    assert secret not in "".join(check.found + check.todo for check in checks)


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"secret": GOOD}, [("Webhook for website", State.OK, "https://desk.example.com/webhooks/leads/website")]),
        ({"secret": SHORT}, [("Webhook for website", State.OK, "https://desk.example.com/webhooks/leads/website"),
                             ("FORMS__WEBSITE__SECRET", State.WARN, "shorter than 24 bytes")]),
        ({"secret": "junk!"}, [("FORMS__WEBSITE__SECRET", State.FAIL, "it is no signing secret")]),
        ({}, [("FORMS__WEBSITE__SECRET", State.FAIL, "[forms.website] has neither a secret nor a token: nothing can come")]),
        ({"token": "t" * 32}, []),
        ({"token": "t" * 32, "text": "Hi"}, [("[forms.website] text", State.OK, "the first text goes where a field such as consent, opt-in or agree says yes")]),
    ],
)  # fmt: skip
def test_the_doctor_looks_at_each_source_of_forms(form: Mapping[str, Any], said: list[tuple[str, State, str]]) -> None:
    settings = scratch_settings(forms={"website": form}, public_url="https://desk.example.com")
    assert [(check.name, check.state, check.found) for check in check_forms(settings)] == said


def test_without_either_the_doctor_says_nothing_of_them() -> None:
    assert [*check_stripe(scratch_settings()), *check_forms(scratch_settings())] == []


@pytest.mark.parametrize(
    ("given", "state"),
    [
        ({"onboarding_number": "+12025550100"}, State.FAIL),  # leads text it
        ({"onboarding_number": "+12025550190"}, State.WARN),
        ({"onboarding_number": "+12025550190", "onboarding": {"payment_link": "https://buy.example/a"}}, State.FAIL),
        (
            {
                "onboarding_number": "+12025550190",
                "onboarding": {"payment_link": "https://buy.example/a"},
                "stripe_webhook_secret": "whsec_abc",
            },
            State.OK,
        ),
    ],
)
def test_the_doctor_knows_what_new_owners_need(given: dict[str, Any], state: State) -> None:
    (found,) = check_onboarding(scratch_settings(**given))
    assert (found.name, found.state) == ("ONBOARDING_NUMBER", state)
    assert list(check_onboarding(scratch_settings())) == []


def test_the_secrets_of_a_source_are_masked_wherever_settings_are_shown() -> None:
    settings = scratch_settings(forms={"website": {"secret": GOOD, "token": "t" * 32, "client": 7}})
    shown = {row.name: row.shown for row in described(settings)}
    assert (shown["FORMS__WEBSITE__SECRET"], shown["FORMS__WEBSITE__TOKEN"]) == (MASK, MASK)
    assert shown["FORMS__WEBSITE__CLIENT"] == 7
    assert GOOD not in str(shown)
    assert [is_secret("forms"), is_secret("forms", "website"), is_secret("forms", "website", "secret")] == [True] * 3
    assert not is_secret("forms", "website", "client")


def test_secrets_of_a_source_come_by_file_too(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret").write_text(f"{GOOD}\n")
    monkeypatch.setenv("FORMS__WEBSITE__SECRET_FILE", str(tmp_path / "secret"))
    form = scratch_settings().forms["website"]
    assert form.secret is not None
    assert form.secret.get_secret_value() == GOOD
