"""How people ask for a person, as data: patterns over a folded text."""

from frontdesk.readers.later import Later

__all__ = ["NO_BOT", "WANTS_PERSON"]

_KIND = r"(?:real|live|actual|human|proper|different|other|physical|living|better|senior|local)"
_PERSON = (
    r"(?:person|human|human being|agent|representative|rep|operator|someone|somebody|anyone|anybody|manager"
    r"|supervisor|advisor|adviser"
    r"|assistant|associate|specialist|staff|employee|team|team member|colleague|receptionist|owner|boss|customer "
    r"(?:service|care|support)"
    r"|support|people|expert|executive|consultant|technician|dispatcher|secretary|reception|front desk|help ?desk"
    r"|salesperson|human resources)"
)
_ANY_PERSON = rf"(?:(?:a|an|the|your|some|any|another|one of your|somebody|someone)\s)?(?:{_KIND}\s){{0,2}}{_PERSON}"
_MAY = (
    r"(?:want(?:s|ed)? to|wanna|need to|gotta|have to|(?:would |'d )?like to|love to|wish to|can i|could i|may i"
    r"|might i|can we|could we|let me|let us"
    r"|allow me to|rather|prefer to|prefer|able to|possible to|how (?:do|can|could) i|way to|i can|i could|who (?:can"
    r"|do|should|could) i|trying to|ability to"
    r"|option to|id like to|chance to|please|just)"
)
_TALK = r"(?:talk|speak|chat|converse|took)"
_NOT_MINE = (
    r"(?!\s(?:to|with)\s(?:my|him|her|them|his|their|each|myself)\b)(?!\s(?:spanish|english|french|about "
    r"(?:the weather)))"
)

_WANTS_PERSON_NEEDS = tuple(
    "through|help|assist|charge|touch|word|another|different|talk|speak|chat|took|human|person|people|agent|operator"
    "|represent|manager"
    "|supervisor|owner|boss|call|ring|phone"
    "|contact|support|customer|help desk|helpdesk|rep|reception|front desk|connect|transfer|put|pass|patch|switch"
    "|forward|direct|hand|route|send|escalat|someone|somebody|anyone|anybody|live|real|advis|staff|employee|team"
    "|colleague|expert|hablar|parl|sprech|reden|falar|spre".split("|")
)
WANTS_PERSON = Later(
    "|".join((
        rf"\b{_MAY}\s(?:\w+\s){{0,2}}?{_TALK}(?:ing)?\b{_NOT_MINE}",
        rf"(?:^|[.,!?;:-]\s?|\b(?:and|so|then|but|hi|hello|hey|please|no|yes|ok)\s){_TALK}\s(?:to|with|w/)\s(?!my\b"
        rf"|him\b|her\b|them\b|you\b)\w",
        rf"^\W*{_TALK}\W*$",
        rf"\b(?:talk|speak|chat)(?:ing)?\s(?:to|with)\s{_ANY_PERSON}\b(?!\s(?:yesterday|last|earlier|before|already))",
        r"\b(?:put|pass|patch|connect|transfer|switch|forward|direct|redirect|hand|route|send|escalate)\s(?:me|us"
        r"|this|my call|it)\s(?:\w+\s)?"
        r"(?:through|over|across|on|up|to|with|along|please)\b(?!\s(?:an?|the|your|my)\s(?:\w+\s)?(?:list|email|text"
        r"|message|quote|invoice|link|bill|photo|savings|account|address))"
        r"(?!\s(?:a\s)?(?:later|earlier|another|different|next|monday|tuesday|wednesday|thursday|friday|saturday"
        r"|sunday|tomorrow|\d))",
        rf"\b(?:put|connect|patch|get)\s(?:a|an|your|some)\s(?:{_KIND}\s)?{_PERSON}\s(?:on|through)\b",
        rf"\b(?:put|patch|connect)(?:ed|ing)?\s(?:me\s)?(?:through|with|to)\s{_ANY_PERSON}\b|\bbe (?:connected"
        rf"|transferred|put through|forwarded)\b",
        r"\b(?:escalate|hand ?-?(?:off|over)|handover)\b(?!\s(?:the|my) (?:keys?|money|phone))",
        rf"\b(?:get|give|find|bring|fetch|send)\s(?:me|us)\s(?:to\s)?{_ANY_PERSON}\b(?=\s*(?:[.,!?]|$|please|now|asap"
        rf"|on the|else|real|here|instead|immediately|who can (?:\w+\s)?(?:help|answer|assist|understand)))",
        r"\b(?:get|fetch|find)\s(?:your|the)\s(?:manager|supervisor|boss|owner)\b",
        rf"\b(?:want|need|like|have|get|require|prefer)\s(?:a|an|to see a|your|some|to reach "
        rf"a)\s(?:{_KIND}\s){{0,2}}(?:person|human|human being|agent|representative|operator|supervisor)\b(?!\s(?:to"
        rf"|who|for|that)\b(?!\s(?:talk|speak|help|call)))",
        r"\b(?:real|live|actual)\s(?:person|human|agent|people|operator|representative|chat|support|assistant)\b"
        r"|\bhumans?\s(?:being|agent|support|assistance|help|operator|please|there|working|available)\b|\ba human\b",
        r"^\W*(?:(?:please|hi|hello|hey|i want|i need|get|give me|the|an?)\s)*(?:human|person|someone|somebody"
        r"|agent|operator|representative"
        r"|rep|receptionist|manager|supervisor|customer (?:care|service|support)|live chat|support|help ?desk|call "
        r"?back)(?:\s(?:agent|number|team|executive|no))?\W*(?:please|pls|now|asap|available)?\W*$",
        rf"\b(?:contact|reach|call|phone|get (?:a\s)?hold of|get in touch with|hear from|chat to|meet|see|ask "
        rf"for)\s(?:to\s)?(?:(?:the|your|a|an|any)\s)?(?:{_KIND}\s)?(?:customer (?:service|care|support)|support"
        rf"|agent|representative|operator|human|manager|supervisor|owner|help ?desk|person in charge)\b",
        r"\b(?:customer\s(?:care|service|support)|help\s?desk|call cent(?:er|re)|support)\s(?:number|agent|executive"
        r"|representative|rep|person|team|contact|no)\b",
        rf"\b(?:is|are)\s(?:there|this)\s(?:a|an|any|some)?\s?(?:{_KIND}\s)?(?:someone|somebody|anyone|anybody"
        rf"|humans?|person|agent|representative|operator)\b[^.?!]{{0,40}}\b(?:i can|to (?:talk|speak|help)|who can "
        rf"help|there|available|here|real|around|working|human)\b",
        r"\b(?:can|could|will|would|should|have|get|need|please|ask|tell|let)\s(?:someone|somebody|anyone|anybody|a "
        r"person|a human|the \w+|your \w+|an agent|you guys|you)\s(?:please\s|to\s|just\s|maybe\s){0,2}(?:call|ring"
        r"|phone|contact)\s(?:me|us|back|him|her)\b",
        r"\b(?:call|ring|phone)\s(?:me|us)(?:\sback)?(?:\s(?:please|asap|now|immediately|when you can|today))?\W*$"
        r"|\b(?:call|ring|phone)\s(?:me|us)\sback\b",
        r"\b(?:give|get|have|arrange|request|want|need|like|schedule)\s(?:me\s|us\s)?(?:a\s)?(?:call ?back|phone call"
        r"|ring|quick call|call)\b(?!\s(?:out|in|center|sign))",
        r"\bto (?:your|the) (?:boss|manager|supervisor|owner|front desk|reception)\b(?<!talked to your boss)",
        r"\b(?:your|the)\s(?:manager|supervisor)\s(?:on the (?:line|phone)|please|now)\b",
            rf"\b(?:connect|transfer|forward|switch|direct|escalate)(?:ed)?(?:\s(?:me|us|this))?\s(?:to"
            rf"|with)\s{_ANY_PERSON}\b",
            r"\bconnect (?:me|us)\b|\b(?:forward|transfer|redirect|escalate) my call\b|\bget (?:me|us) through\b",
            r"\b(?:put|get) (?:me|us) in (?:touch|contact) with\b|\bin charge\b|\ba word with (?:your|the|a|an|one "
            r"of)\b",
            rf"\bput (?:someone|somebody|{_ANY_PERSON}) (?:else )?on\b",
            r"\b(?:another|different|new) (?:agent|person|representative|operator|human|advisor)\b(?=\W*$"
            r"|\W*(?:please|now))",
            rf"\b(?:help|assistance|support|number|details|contact) (?:from|of|for) {_ANY_PERSON}\b",
            r"\b(?:someone|somebody|anyone|anybody|person|human) (?:i can |i could |we can |to )(?:talk|speak|chat)\b",
            r"\b(?:someone|somebody|anyone) (?:from|at|in|on) (?:your|the) \w+ (?:to |please )?(?:call|ring|phone"
            r"|contact|reach)\b"
            r"|\breach out to (?:me|us)\b",
        r"\b(?:quiero|puedo|necesito|quisiera)\shablar\b|\bparler (?:a|avec)\b|\bmit (?:einem|einer"
        r"|jemandem)\s(?:\w+\s)?(?:menschen|mitarbeiter\w*|person|sprechen|reden)\b|\bparlare con\b|\bfalar com\b"
        r"|\bspreken met\b|\biemand spreken\b",
    )),
    _WANTS_PERSON_NEEDS,
)  # fmt: skip
"""Wants a person, or a call from one."""

_NO_BOT_NEEDS = tuple("bot|virtual|automated|machine|computer|ai|a.i".split("|"))
NO_BOT = Later(
    r"\b(?:no|stop|enough|tired|sick|hate|don't|dont|not|without|useless|stupid|than|instead of|you're|youre|isn't"
    r"|talking to|with)\b[^.?!]{0,40}"
    r"\b(?:bots?|robots?|chat ?bots?|virtual (?:agents?|assistants?)|automated (?:system|service|message|reply"
    r"|response)s?)\b"
    r"|\b(?:talk|speak|chat|deal)\w*\s(?:to|with)\s(?:\w+\s)?(?:machines?|computers?|a\.?i\.?)\b",
    _NO_BOT_NEEDS,
)
"""Wants no machine; with "don't", too."""
