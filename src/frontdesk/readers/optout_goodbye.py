"""A "stop" alone in its clause, the goodbyes beside which it is an opt-out, and other ways to be reached."""

import re

__all__ = ["BARE_STOP", "GOODBYE", "OTHER_WAY", "STOP_AND_GOODBYE", "TEXT_INSTEAD"]

_LEAD = (
    r"(?:(?:please|just|can you|could you|would you|will you|you|kindly|ok|okay|so|now|and|but|enough|its enough|omg"
    r"|seriously|i said|(?:i )?told you to|i asked you to|id like you(?: to)?|i want (?:you )?to|i need you to"
    r"|i like you|dude|guys|man|bro|hey|no|yes|oh|thanks|thank you|sorry|for (?:the love of god|gods sake)"
    r"|thats (?:it|enough)) ){0,5}"
)
_TRAIL = (
    r"(?: (?:it|this|that|now|please|already|immediately|asap|right now|right away|at once|all|everything|thanks"
    r"|thank you|ok|okay|today|sir|bro|guys|doing (?:this|that|it)|with this|(?:this|the) nonsense|talking|you|and"
    r"|stop|im)){0,5}"
)
BARE_STOP = re.compile(rf"{_LEAD}(?:stop|cease|quit (?:it|this|that))(?: to (?:quit|end|unsubscribe|cancel))?{_TRAIL}")

_GOODBYE = (
    r"(?:(?:im|i|ill|we|were|am|are|ive|weve|its|thats|this|is|was|have|really|very|just|sorry|already|the|so"
    r"|but) ){0,4}"
    r"(?:not interested|no interest|no (?:thanks|thank you)|no longer|enough|already|hired|someone else|sold|not me"
    r"|found (?:someone|somebody|another|a|one|it|help)|got (?:it|someone|another)|changed (?:my|our) mind"
    r"|dont (?:want|need|care)|good|all (?:good|set)|done|fine|set|annoying|spam|scam|harassment|unwanted|shut up"
    r"|report|reporting|reported|block|blocking|blocked|who is this|who are you|never (?:signed|asked|gave)|told you"
    r"|asked you|i said|too many|way too|every day)\b"
)
GOODBYE = re.compile(_GOODBYE)
"""What people say who leave, from the start of a clause; beside a bare STOP it makes an opt-out of it."""

STOP_AND_GOODBYE = re.compile(
    rf"{_LEAD}stop{_TRAIL} {_GOODBYE}|{_GOODBYE}(?: (?:anymore|in this|at all|thanks|and|so|but"
    rf"|else)){{0,3}} {_LEAD}stop{_TRAIL}$"
)
"""The same in one clause, without a comma between: "not interested please stop"."""

OTHER_WAY = re.compile(
    r"\b(?:call|phone|ring|email|whatsapp|reach)(?: (?:me|us|instead|back|my|only|is|please|or|at|on|it)\b| \||$)"
    r"|\bcalling\b|\bin person\b"
)
"""Asks to be reached otherwise than by text."""

TEXT_INSTEAD = re.compile(
    r"\b(?:text|texts|message|email|texting|sms|write)(?: (?:me|us|instead|only|is|please|to|back)\b| \||$)"
)
"""Asks to be reached by text."""
