"""The types of alert that the desk raises: what each means, what to do first, how it travels. Data, for docs too."""

from dataclasses import dataclass

__all__ = ["KINDS", "TEST", "Kind", "kind_of"]

TEST = "TEST"
"""The type that `frontdesk alerts test` raises."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of alert. `noun` is how many of it are said: "3 clients stuck".

    `avoids_sms`: it is about what carries texts, so that these come last. `by_mail_first`: where it is not HIGH, it
    goes by Slack or e-mail if there is one. `inhibited_by`: while an alert of these types is open, that one says it.
    """

    alert_type: str
    means: str
    do_first: str
    noun: str
    avoids_sms: bool = False
    by_mail_first: bool = False
    inhibited_by: tuple[str, ...] = ()


KINDS = {
    kind.alert_type: kind
    for kind in (
        Kind(
            "STUCK_CLIENT",
            "a new client has not got further in the set-up for longer than its state allows",
            "`frontdesk stuck`: it names whose turn it is and the next step; text or call the owner",
            "clients stuck",
            by_mail_first=True,
        ),
        Kind(
            "PAYMENT_BLOCK",
            "a new client has not paid for longer than is waited for, and cannot go on",
            "see in Stripe whether the payment failed; send the owner the payment link again",
            "clients unpaid",
        ),
        Kind(
            "POOL_EMPTY",
            "a client has paid, waits for a number, and the pool has none that fits",
            "buy a number of the client's country at the carrier, then `frontdesk pool add`: whoever waits longest is "
            "served by itself within ten seconds, and the alert is over",
            "pools empty",
        ),
        Kind(
            "NUMBER_NOT_BOUGHT",
            "a number is wanted and the desk may not or cannot buy one",
            "the alert says why: raise the cap it names, or buy a number yourself and `frontdesk pool add` it",
            "purchases not made",
        ),
        Kind(
            "POOL_LOW",
            "few numbers are left for new clients; nobody waits yet",
            "`frontdesk pool list` says which numbers rest and until when; buy more at the carrier, then "
            "`frontdesk pool add`, or lower `pool.low_water`",
            "pools low",
            by_mail_first=True,
            inhibited_by=("POOL_EMPTY",),
        ),
        Kind(
            "OPENAI_FAILURE",
            "five readings by the language model failed in a row; the rules read alone meanwhile",
            "`frontdesk doctor`: it asks the model and says what to mend",
            "models failing",
        ),
        Kind(
            "INVARIANT_VIOLATION",
            "something is in the database that must never be",
            "open the alert: it names the check and the rows; stop what writes them, and keep the log",
            "checks broken",
        ),
        Kind(
            "DEAD_LETTERS",
            "webhooks that no retry could help",
            "`frontdesk events dead`, mend the cause, then replay",
            "kinds of dead letters",
        ),
        Kind(
            "OUTBOX_STALLED",
            "messages that may go have not gone for minutes",
            "`frontdesk outbox numbers` and `frontdesk outbox switches`; is a worker alive (`frontdesk status`)?",
            "outboxes stalled",
            avoids_sms=True,
            inhibited_by=("PROVIDER_DOWN", "WORKER_DOWN"),
        ),
        Kind(
            "PROVIDER_DOWN",
            "a carrier does not answer or refuses the account; messages wait",
            "`frontdesk outbox numbers` shows its last error; then the carrier's status page and the balance",
            "carriers down",
            avoids_sms=True,
        ),
        Kind(
            "UNKNOWN_SENDS",
            "messages of which nobody knows whether they were sent wait for a person",
            "`frontdesk outbox list --needs-a-person`, look at the carrier, then `frontdesk outbox resolve`",
            "numbers with unknown sends",
            inhibited_by=("PROVIDER_DOWN",),
        ),
        Kind(
            "OPTED_OUT_ADMIN",
            "ADMIN_PHONE sent STOP: the carrier lets no alert through to it",
            "text START from that phone to the number that it stopped",
            "phones cut off",
            avoids_sms=True,
        ),
        Kind(
            "WORKER_DOWN",
            "no process of a role is alive: webhooks are kept, nothing is handled",
            "start `frontdesk up`, or `frontdesk worker` and `frontdesk scheduler`; the log says why it ended",
            "roles down",
            avoids_sms=True,
        ),
        Kind(TEST, "a try of the way to you", "nothing: it arrived", "tests"),
    )
}
"""By type. Those of one's own need not stand here."""


def kind_of(alert_type: str) -> Kind:
    """The kind, or a plain one for a type of somebody's own."""
    return KINDS.get(alert_type) or Kind(
        alert_type, "an alert of your own", "what its text says", alert_type.lower().replace("_", " ") + " alerts"
    )
