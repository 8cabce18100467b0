"""How people ask what something costs, as data: patterns over a folded text."""

from frontdesk.readers.later import Later

__all__ = ["ASKS_PRICE"]

_COST = (
    r"(?:cost|costs|price|prices|pricing|fee|fees|rate|rates|quote|quotes|quotation|estimate|estimates|charges"
    r"|price list|tariff)"
)

_ASKS_PRICE_NEEDS = tuple(
    "pay|owe|much|cost|charge|price|pricing|rate|fee|commission|quot|run|premium|damage|estimate|tariff|ballpark"
    "|expensive"
    "|cheap|free|included|pricey|per |cuanto|quanto|combien|kost|wieviel|viel|precio|prix|mutch".split("|")
)
ASKS_PRICE = Later(
    "|".join((
        r"\bhow\s?(?:much|mutch)\b(?!\s(?:time|longer|space|notice|more time|further|of an? |room|water|sugar|later"
        r"|sooner|does it hurt|i |longer|experience|damage))",
        r"\bwhat(?:'s|s|\sis|\sare|\swould|\swill|\sdo|\sdoes|\sdid|\sabout|\skind of|\ssort "
        r"of)?\b[^.?!]{0,60}\b(?:cost|costs|charge|charges|price|prices|pricing|rate|rates|fee|fees|commission|quote"
        r"|run|runs|going rate|premium|damage)\b(?!\s(?:up|out|down|late|into))",
        rf"\b{_COST}\s(?:of|for|to|on|per|list|range|please|pls|\?|information|info|details|is it|do you"
        rf"|wise)(?<!rate of)",
        rf"\b(?:know|tell|give|send|share|need|want|get|provide|like|about|have|your|ballpark|free|rough|see|looking "
        rf"for|check|ask|any|request)\b[^.?!]{{0,30}}\b{_COST}\b"
        r"(?!\s(?:is higher|is wrong|was|we agreed|reduced|match|dropped|you gave|you sent|visit|appointment|card))",
        rf"\b\w+\s{_COST}\s*\?*\s*$|^\W*{_COST}\b|\bballpark\b|\bprice[- ]?wise\b|\bquote me\b",
        r"\b(?:do|would|will|does)\s(?:you|they|it|that)\s(?:guys\s)?(?:charge|cost)\b|\bcharge[sd]?\s(?:for|per"
        r"|me)\b|\bper\s(?:hour|night|visit|month|session|person)\s?\?",
        r"\b(?:is there|are there|any|what)\s(?:a|an|any)?\s?(?:[\w-]+\s){0,3}?(?:fee|charge|cost|charges|fees)\b",
        r"\b(?:is|are)\s(?:it|they|that|this|the \w+|estimates|quotes|consultations|your \w+)\s(?:free|expensive"
        r"|included|cheap)\b|\bhow (?:expensive|costly|pricey|cheap)\b|\bfree (?:estimate|quote|consultation)s?\s?\?",
            r"\b(?:do|will|would|must|should) (?:i|we) (?:have to |need to )?(?:pay|owe)\b(?!\s(?:by|with|in|online"
            r"|now|cash|here))|\bpay extra\b",
        r"\b(?:cuanto|quanto)\s(?:cuesta|cobran?|vale|es|custa|costa|sale|e)\b|\bcombien\s(?:ca|coute|est|pour)"
        r"|\bwas kostet\b|\bwie ?viel kostet\b|\bwieviel\b|\bprecios?\b|\bhoeveel kost\b|\bwat kost\b|\bquel est le "
        r"prix\b",
    )),
    _ASKS_PRICE_NEEDS,
)  # fmt: skip
"""Asks what it costs."""
