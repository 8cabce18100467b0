"""How people ask for a person, a price, a change or help at once, as data: patterns over a folded text.

The order of use is in `intents`. "Yes" and "no" are in `yes_no`.
"""

import re

__all__ = ["CANCEL", "CHANGE", "DANGER", "HANDOFF", "NOT_NOW", "OUTAGE", "PRICE", "VULNERABLE"]

_PERSON = (
    r"(?:(?:a|an|the|your|some|any|another|one of your)\s)?(?:(?:real|live|actual|human|proper|different|other|physical|living)\s){0,2}"
    r"(?:person|human(?:\sbeing)?|agent|representative|rep|operator|someone|somebody|anyone|anybody|manager|supervisor|advisor|adviser"
    r"|assistant|associate|specialist|staff|employee|team|colleague|receptionist|owner|boss|customer (?:service|care|support)|support"
    r"|customer (?:service|care|support)|people|expert|executive|consultant|technician|dispatcher|secretary|man|woman|guy|lady)"
)
_TO_TALK = r"(?:talk(?:ing)?|speak(?:ing)?|chat(?:ting)?|took|connect(?:ed)?|get through|discuss|converse)"
_MOOD = r"(?:can|could|may|might|i want|i wanna|i need|i'd like|id like|i would like|would like|let me|like|want|need|please|just|wanna|possible|how do i|how can i|ability|able|allow me|rather|prefer)"

HANDOFF = re.compile(
    "|".join((
        rf"\b{_TO_TALK}\s(?:to|with|w/)\s(?:[a-z'-]+\s){{0,2}}?{_PERSON}\b",
        rf"\b{_TO_TALK}\s(?:to|with)\s(?:the\s|your\s)?[a-z]+\s(?:team|department|desk|staff|manager)\b",
        rf"\b(?:put|pass|patch|connect|transfer|switch|forward|direct|redirect|hand|route|send)\s(?:me|us|this|my call)\s(?:\w+\s)?(?:through|over|across|on|up|to|with|along)\b(?!\s(?:the list|a list|your list|an? (?:email|text|message|quote|invoice|link|bill)))",
        rf"\b(?:get|give|find|bring|fetch)\s(?:me|us)\s(?:[a-z]+\s)?(?:to\s)?{_PERSON}\b(?!\s(?:else's|to (?:come|fix|clean|look|help with my|do|paint|mow)|who|that|for my))",
        r"\b(?:real|live|actual)\s(?:person|human|agent|people|operator)\b",
        r"\bhuman\s(?:being|agent|support|assistance|help|operator|please)\b|\ba human\b|^\W*human\W*$",
        r"^\W*(?:agent|operator|representative|person|talk|receptionist|manager|talk to (?:me|us|agent)|call me|customer (?:care|service|support))\W*(?:please|pls|now)?\W*$",
        r"\b(?:want|need|like|have|get)\s(?:a|an|your|some)\s(?:human|representative|operator|agent|real person|live person|manager|supervisor)\b",
        r"\b(?:your|the|a)\s(?:manager|supervisor)\b(?!'s)(?!\s(?:said|told|was|came|is|has|at my))|\bto (?:your|the) boss\b",
        r"\b(?:stop|enough|tired of|sick of|hate|don't want|not)\s(?:\w+\s){0,2}(?:talking|speaking|chatting|dealing)\s(?:to|with)\s(?:a\s|these\s|you\s|this\s)?(?:robots?|bots?|machines?|virtual|automated|ai|computers?)\b",
        r"\b(?:is|are)\s(?:this|you|there)\s(?:a\s)?(?:anyone|anybody|someone|real|human|an actual|a real|a person)\b(?=.*(?:there|person|human|talk|speak|real|\?))(?!\s(?:estate|available to|who))",
        r"\b(?:can|could|will|would)\s(?:someone|somebody|anyone|anybody|a person|a human|your manager|the owner|an agent)\s(?:please\s)?(?:call|ring|phone|contact|reach out|get back)\b",
        r"\b(?:call|ring|phone)\s(?:me|us)\s(?:back|please|asap|when you can|now)?\s*(?:please|asap|now)?\W*$",
        r"\b(?:please|pls|can you|could you|need you to|have someone|have somebody|have anyone|get someone to)\s(?:give me a\s)?(?:call|ring)\s?(?:me|back|us)\b",
        rf"\b(?:customer\s(?:care|service|support)|help\s?desk|call cent(?:er|re))\s(?:number|agent|executive|representative|rep|person|team|contact|no)\b",
        r"\b(?:quiero|puedo|necesito)\shablar\scon\b|\bparler a\b|\bmit (?:einem|jemandem)\s(?:menschen|mitarbeiter|sprechen)|\bparlare con\b|\bfalar com\b|\bspreken met\b",
    ))
)  # fmt: skip
"""Wants a person."""

_BOOKED = (
    r"(?:appointment|appt|appoinment|apointment|booking|reservation|reservations|bookings|appointments|visit|slot|session|consultation|order|plan|meeting|table|"
    r"service call|service|subscription|trip|room|stay|viewing|showing|tour|cleaning|lesson|class|job|estimate|inspection|delivery|pickup|time)"
)
CANCEL = re.compile(
    "|".join((
        r"\b(?:cancel|cancell|cancle|canceling|cancelling|cancellation|call off)\b",
        rf"\b(?:delete|drop|scrap|undo|remove|revoke|void|withdraw|kill|scratch)\s(?:my|the|our|this|that|all)\s(?:\w+\s){{0,2}}?{_BOOKED}\b",
        r"\b(?:won't|will not|can't|cannot|can not|couldn't|not going to|unable to|not able to|no longer able to)\s(?:be able to\s)?(?:make it|come in|come|attend|be there|show up|be coming|keep (?:my|the|our))\b(?!\s(?:before|until|till|at|on|that day)\b)(?!.*\b(?:resched|another|different|instead|later|earlier|move|change)\b)",
        r"\b(?:no longer|don't|do not)\s(?:need|want|require)\s(?:the|my|this|that|our)\s(?:\w+\s){0,2}?(?:appointment|booking|reservation|visit|order|table|room)\b(?!\s(?:to|until|yet|for now))",
        r"\b(?:quiero|necesito|puedo)\scancelar\b|\bannuler\b|\bstornier\w*|\babsagen\b|\bannullare\b|\bdisdire\b|\bannuleren\b|\bafzeggen\b",
    ))
)  # fmt: skip
"""A booking that is called off. "Cancel my card" is one too: what is cancelled is for a person to see."""

CHANGE = re.compile(
    "|".join((
        r"\b(?:reschedul\w*|re-schedul\w*|rebook\w*|re-book\w*|re-arrang\w*|rearrang\w*|postpon\w*|push\s(?:it|my \w+|the \w+|back)\s?(?:back|to|out)?)\b",
        rf"\b(?:chang\w+|modif\w+|amend\w*|alter\w*|adjust\w*|edit\w*|updat\w+|upgrad\w+|switch\w*|swap\w*|mov(?:e|ing)|shift\w*|extend\w*|revis\w+|correct|shorten\w*|delay\w*|bring forward)\s(?:\w+[\s'])?(?:\w+\s){{0,3}}?(?:{_BOOKED}|date|day|dates|days|check-?in|check-?out|arrival|departure)\b",
        rf"\b{_BOOKED}\b[^.?!]{{0,50}}\b(?:chang\w+|modif\w+|amend\w*|alter\w*|adjust\w*|edited|updat\w+|upgrad\w+|switch\w*|moved?|moving|shift\w*|extend\w*|delayed|different (?:time|day|date))\b",
        r"\b(?:move|change|push|shift|switch|bump|bring|make|do|swap|set|alter|amend|get)\s(?:it|that|this|us|me|my \w+|the \w+|our \w+)\s(?:back\s|up\s|forward\s|from [^.?!]{1,30})?(?:to|for|until|till|instead)\s(?:a\s|an\s|the\s|next\s)?(?:later|earlier|another|different|other|new|next|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|\d)",
        r"\b(?:come|come in|do it|go|meet|book)\s(?:at\s|on\s|in\s|for\s)?(?:a\s|an\s)?(?:later|earlier|another|different|other)\s(?:time|day|date|slot)\b",
        r"\b(?:another|different|later|earlier|other|new)\s(?:time|day|date|slot)\s(?:instead|please|would|works|for (?:my|the|our))",
        rf"\b(?:add|put|include|remove|take)\b[^.?!]{{1,50}}\b(?:to|under|on|in|from|off)\s(?:my|the|our|that|this|existing)\s(?:\w+\s){{0,2}}?(?:{_BOOKED})\b",
        r"\b(?:reprogramar|cambiar (?:la|mi) (?:cita|reserva)|deplacer|reporter|verschieben|umbuchen|spostare|remarcar|verzetten|verplaatsen)\b",
    ))
)  # fmt: skip
"""A booking that is moved or made otherwise."""

PRICE = re.compile(
    "|".join((
        r"\bhow\s?(?:much|mutch)\b(?!\s(?:time|longer|space|notice|more time|further|of an? |room|water|sugar|later|sooner|does it hurt|i |longer))",
        r"\bwhat(?:'s|s|\sis|\sare|\swould|\swill|\sdo|\sdoes|\sdid)\b[^.?!]{0,60}\b(?:cost|costs|charge|charges|price|prices|pricing|rate|rates|fee|fees|commission|quote|run|runs|going rate|damage|premium)\b",
        r"\b(?:cost|costs|price|prices|pricing|fee|fees|rate|rates|quote|quotes|estimate|estimates|charges)\s(?:of|for|to|on|per|list|range|please|pls|\?|information|info|details|is it|do you)",
        r"\b(?:know|tell|give|send|share|need|want|get|provide|like|about|have|your|the|ballpark|free|rough|see|looking for|check|ask)\b[^.?!]{0,30}\b(?:price|prices|pricing|cost|costs|quote|rates|quotation|price list|estimate|fees|charges)\b(?!\s(?:is higher|is wrong|was|we agreed|reduced|match|dropped|you gave|you sent|visit|appointment))",
        r"\b\w+\s(?:price|prices|pricing|cost|costs|rates|fees)\s*\?*\s*$",
        r"^\W*(?:price|prices|pricing|cost|costs|rates|quote|fees|charges)\b",
        r"\b(?:do|would|will)\s(?:you|they|it|that)\s(?:guys\s)?(?:charge|cost)\b|\b(?:is there|are there|any)\s(?:a|an|any)?\s?(?:\w+\s)?(?:fee|charge|cost|extra cost|charges|fees)\b|\bcharge[sd]?\s(?:for|per)\b|\bper\s(?:hour|night|visit|month|session)\s?\?",
        r"\b(?:is|are)\s(?:it|they|that|this|the \w+|estimates|quotes|consultations)\s(?:free|expensive|included|cheap)\b|\bhow (?:expensive|costly|pricey|cheap)\b",
        r"\b(?:cuanto|quanto)\s(?:cuesta|cobran?|vale|es|custa|costa|sale)\b|\bcombien\s(?:ca|coute|est)|\bwas kostet\b|\bwie viel kostet\b|\bwieviel\b|\bprecios?\b|\bhoeveel kost\b|\bwat kost\b",
    ))
)  # fmt: skip
"""Asks what it costs."""

DANGER = re.compile(
    "|".join((
        r"\bemergenc(?:y|ies)\b(?!\s(?:contact|exit|brake|fund|plan|number on|room bill))|\burgence\b|\bnotfall\b|\bemergencia\b|\bemergenza\b|\bnoodgeval\b|\burgent(?:ly)?\b(?=.*\b(?:leak|flood|water|gas|fire|power|heat|help|pain|bleed|lock))",
        r"\b(?:burst|bursted|bursting|exploded|erupted)\b(?=.*\b(?:pipe|water|heater|main|boiler|tank|line|hose|everywhere|valve|toilet|radiator)\b)|\b(?:pipe|pipes|water heater|boiler|tank|main|hose|line|valve|radiator)\b[^.?!]{0,40}\b(?:burst|bursted|exploded|ruptured|broke open|blew)\b",
        r"\bwater\b[^.?!]{0,40}\b(?:everywhere|gushing|pouring|spraying|flooding|shooting|rushing|rising|through the (?:ceiling|roof|wall))\b|\b(?:gushing|pouring|spraying)\s(?:water|out|from|in)\b",
        r"\b(?:is|are|it's|its|getting|got|being|just|already|starting to|basement|house|kitchen|bathroom|garage|floor|apartment|place)\s(?:\w+\s)?flood(?:ing|ed)\b(?!\s(?:last|back|in \d|a (?:year|month)|years))",
        r"\b(?:smell\w*|odor of|leaking|leak of|whiff of)\s(?:\w+\s){0,3}?gas\b|\bgas\s(?:leak|smell|odor)\b|\bcarbon monoxide\b|\bco (?:alarm|detector)\b",
        r"\b(?:on fire|caught fire|house fire|electrical fire|is burning|smoke (?:coming|from|in|everywhere|pouring)|smell\w* (?:of\s)?(?:smoke|burning|something burning)|burning smell|sparks?|sparking|smoking (?:outlet|panel|breaker)|electrocut\w+|live wire|shocked me)\b(?!\splug)",
        r"\b(?:locked (?:myself |ourselves |us |me )?out|locked in|lock(?:ed)? (?:myself|my(?:self)? keys) (?:in|out))\b(?!\sof (?:my|the|our) (?:account|online|email|app|phone|computer))",
        r"\b(?:sewage|raw sewage)\b[^.?!]{0,40}\b(?:back\w*|coming|everywhere|overflow\w*|flood\w*|up)\b|\boverflowing\b(?=.*\b(?:toilet|sewage|water|tub|sink|now)\b)|\btoilet\b[^.?!]{0,30}\boverflowing\b",
        r"\b(?:ceiling|roof|wall|tree)\b[^.?!]{0,30}\b(?:collaps\w+|caved? in|caving in|came down|fell (?:on|through)|falling in)\b",
        r"\b(?:bleeding|unconscious|can't breathe|cannot breathe|not breathing|chest pain|severe pain|excruciating|heart attack|seizure|overdose|knocked out (?:a|my) tooth|suicid\w+|someone (?:is )?(?:hurt|injured|trapped)|life threatening|call 911|911)\b",
        r"\b(?:break-?in|broke into|intruder|being robbed|been robbed)\b",
    ))
)  # fmt: skip
"""Cannot wait: water, gas, fire, a locked door, a person hurt."""

OUTAGE = re.compile(
    r"\b(?:no|without|lost|lose)\s(?:\w+\s)?(?:heat|heating|hot water|water|power|electricity|a/?c|air conditioning|air|cooling)\b"
    r"|\b(?:heat|heater|heating|furnace|boiler|a/?c|ac unit|air conditioner|air conditioning|air|power|electricity|elevator|fridge)\b[^.?!]{0,40}"
    r"\b(?:is out|went out|is off|are out|out|died|is dead|quit|stopped|not working|isn't working|broke|broken|broke down|won't turn on|down|failed|gave out|isn't cooling|isn't heating|won't start)\b"
)
VULNERABLE = re.compile(
    r"\b(?:baby|babies|infant|newborn|toddler|elderly|pregnant|oxygen|disabled|wheelchair|medical (?:equipment|device)|dialysis|ventilator|insulin"
    r"|(?:my|our) (?:grand(?:ma|mother|pa|father)|kids|children)|(?:she|he|mom|mother|dad|father|who)(?:'s| is) (?:8|9)\d|freezing (?:in here|inside|outside|cold)"
    r"|below (?:zero|freezing)|(?:1\d\d|9\d) degrees|heat ?wave|(?:it's|its|is) (?:\d|1\d|2\d|3\d) (?:degrees|outside))\b"
)
"""With these an outage cannot wait either."""

NOT_NOW = re.compile(
    r"\b(?:last (?:week|month|year|winter|summer|spring|fall|night's)|years? ago|months? ago|weeks? ago|in case of|in an emergency|what if|if (?:there|a|my|the|i|we)\b[^.?!]{0,30}\b(?:burst|flood|emergenc|leak)"
    r"|not an emergency|no emergency|isn't an emergency|not urgent|non-emergency|do you (?:do|offer|handle|have|take|provide) (?:\w+ )?emergenc\w+|emergency (?:service|services|rates?|fee|fees|calls?|plumb\w+|hours)\s?\??$"
    r"|prevent|avoid|insurance (?:quote|policy)|already fixed|was fixed)\b"
)
"""Speaks of danger, and there is none now."""
