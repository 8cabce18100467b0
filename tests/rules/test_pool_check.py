"""The pool against the provider's list."""

from frontdesk.clients.pool_check import compare

HERE = "https://desk.example/webhooks/twilio/sms#rc=5&rp=all"


def test_each_difference_is_named_once() -> None:
    found = compare(
        {"+1": "ASSIGNED", "+2": "AVAILABLE", "+3": "ASSIGNED", "+4": "RETIRED", "+5": "QUARANTINED"},
        {"+1": HERE, "+3": "https://elsewhere.example/sms", "+5": "", "+6": HERE, "+7": HERE},
        own=["+7"],
        webhook=HERE,
    )
    assert set(found.wrong) == {"+2", "+3", "+5"}
    assert "not in the account" in found.wrong["+2"]
    assert "https://elsewhere.example/sms" in found.wrong["+3"]
    assert "no URL" in found.wrong["+5"]
    assert found.unknown == ("+6",)
    assert (found.troubles["+1"], found.troubles["+4"]) == ("", "")


def test_a_number_whose_paid_time_is_over_is_named() -> None:
    found = compare({"+1": "ASSIGNED", "+2": "RETIRED"}, {"+1": HERE}, webhook=HERE, unpaid=["+1", "+2"])
    assert list(found.wrong) == ["+1"]
    assert "paid_until" in found.wrong["+1"]


def test_the_fragment_is_the_provider_s_own_and_no_url_of_ours_is_no_trouble() -> None:
    assert compare({"+1": "ASSIGNED"}, {"+1": HERE.partition("#")[0]}, webhook=HERE).wrong == {}
    assert compare({"+1": "ASSIGNED"}, {"+1": "https://elsewhere.example"}).wrong == {}
