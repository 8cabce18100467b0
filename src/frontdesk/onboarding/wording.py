"""What the desk says to a new owner, state by state. Pure."""

from frontdesk.onboarding.forwarding import forwarding
from frontdesk.onboarding.hours_said import hours_in_words
from frontdesk.onboarding.model import Facts
from frontdesk.onboarding_states import State

__all__ = ["HELP", "LIVE", "OPTED_IN", "OPTED_OUT", "SETTING_UP", "example", "prompt", "recap", "suggested_greeting"]

HELP = (
    "This is the set-up of your front desk by text. "
    "Reply to the last question, BACK to go back, or STOP for no more texts."
)
OPTED_OUT = "You get no more texts from us. Reply START to go on with the set-up."
OPTED_IN = "Welcome back."
SETTING_UP = (
    "Hi! Let's set up your front desk: a few questions by text, about five minutes. Reply BACK to go back at any time."
)
LIVE = "You are live! Callers and texts to {number} are answered for {name} from now on."

_ASKS = {
    State.S1_BUSINESS_NAME: "What is the name of your business?",
    State.S2_SERVICE_TYPE: "What services do you offer? With commas, such as: drain cleaning, boiler repair, leaks",
    State.S3_SERVICE_AREA: "Where do you work? Name towns or areas, such as: Springfield, Shelbyville",
    State.S4_HOURS: "When are you open? For example: Mon-Fri 8-5, Sat 9-1",
}

_EXAMPLES = {
    State.S1_BUSINESS_NAME: "Please send the name that your customers know, such as: Ada's Plumbing",
    State.S2_SERVICE_TYPE: "Please name what you do, with commas, such as: drain cleaning, boiler repair, leaks",
    State.S3_SERVICE_AREA: "Please name towns or areas, such as: Springfield, Shelbyville",
    State.S4_HOURS: "Sorry, I can't read those hours. Please write them such as: Mon-Fri 8-5, Sat 9-1. Or: 24/7",
    State.S5_CONFIRM_LIVE: "Reply READY to go live, or name what to change, such as: CHANGE HOURS",
    State.S7_FORWARDING: (
        "Reply DONE once calls are forwarded, or SKIP to do that later. "
        "For how, reply with your carrier, such as: Verizon"
    ),
    State.S8_GREETING: "Please send what callers should hear, up to 300 characters, or reply OK to use: {greeting}",
    State.S9_TEST_CALL: (
        "To finish, call {number} from any phone. To change something first, reply such as: CHANGE GREETING"
    ),
}


def prompt(facts: Facts) -> str:
    """What the desk says as a state begins, or when it is asked again."""
    match facts.state:
        case State.S0_WELCOME:
            return SETTING_UP
        case State.S5_CONFIRM_LIVE:
            return f"{recap(facts)} {_to_go_live(facts)}"
        case State.S6_ASSIGN_NUMBER:
            return "All done on your side. We are getting your number ready and will text you as soon as it is there."
        case State.S7_FORWARDING:
            how = forwarding(facts.number or "", facts.country)
            return (
                f"Your number is {facts.number}. Forward the calls you miss to it: {how} Reply DONE when set, or SKIP."
            )
        case State.S8_GREETING:
            return f"What should callers hear when you can't answer? Reply OK to use: {suggested_greeting(facts)}"
        case State.S9_TEST_CALL:
            return f"Last step, a test: call {facts.number} from any phone. You are live as soon as the call arrives."
        case State.COMPLETE:
            return LIVE.format(number=facts.number or "your number", name=facts.name or "your business")
        case _:
            return _ASKS[facts.state]


def example(facts: Facts) -> str:
    """What is said to an answer that cannot be used."""
    words = _EXAMPLES.get(facts.state)
    if words is None:
        return prompt(facts)
    return words.format(number=facts.number or "your number", greeting=suggested_greeting(facts))


def recap(facts: Facts) -> str:
    """All that the owner told, to be checked."""
    zone = facts.zone.rpartition("/")[2].replace("_", " ")
    return (
        f"Please check: {facts.name}. Services: {', '.join(facts.services)}. Area: {facts.area}. "
        f"Hours: {hours_in_words(facts.hours)} ({zone} time). "
        "To change one, reply such as CHANGE HOURS, or TIME ZONE Chicago."
    )


def _to_go_live(facts: Facts) -> str:
    if facts.paid:
        return "If all is right, reply READY to go live."
    if facts.pay_link is None:
        return "If all is right, reply READY; we will be in touch about payment, and then you go live."
    return f"If all is right, pay here, then reply READY: {facts.pay_link}"


def suggested_greeting(facts: Facts) -> str:
    """The greeting for callers that is used where the owner has none of their own."""
    name = facts.name or "us"
    return (
        f"Hi, you've reached {name}. We can't take your call right now. "
        "We'll text you in a moment so you can tell us what you need."
    )
