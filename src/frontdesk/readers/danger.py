"""What cannot wait, as data: patterns over a folded text."""

from frontdesk.readers.later import Later

__all__ = ["DANGER", "NOT_NOW", "OUTAGE", "VULNERABLE"]

_VESSEL = (
    r"(?:pipes?|water heater|heater|boiler|tank|mains?|hose|water line|line|valve|radiator|hydrant|sprinkler"
    r"|toilet|washer)"
)
_BREAKS = r"(?:burst|bursts|bursted|bursting|exploded|exploding|ruptured|blew|blown|split open|gushing|spraying)"
_INSIDE = (
    r"(?:ceiling|roof|walls?|light|lights|floor|floorboards|basement|kitchen|bathroom|garage|house|home"
    r"|apartment|unit|bedroom|hallway|stairs|place|shop|store|building|cellar|attic|living room|yard)"
)
_ELECTRIC = (
    r"(?:outlet|outlets|socket|panel|breaker|breaker box|fuse ?box|wires?|wiring|switch|light|meter|plug"
    r"|appliance|furnace|dryer|oven|stove|heater|engine)"
)

_DANGER_NEEDS = tuple(
    "allerg|swell|swoll|arrest|jail|custody|emergenc|urgen|notfall|noodgeval|burst|explo|ruptur|blew|blown|split|gush"
    "|spray|broke|break|water|leak|rain"
    "|sewage|sewer|flood|gas|monoxide|alarm|detector|fire|flame|burn|smok|spark|arc|buzz|melt|hot|electrocut|wire"
    "|line|lock|toilet|overflow|ceiling|roof|wall|tree|collaps|fell|bleed|unconscious|breath|pain|attack|stroke"
    "|seizure|overdose|tooth|suicid|hurt|injur|trapped|threat|911|intruder|robbed|stuck".split("|")
)
DANGER = Later(
    "|".join((
        r"\bemergenc(?:y|ies)\b(?!\s(?:contact|exit|brake|fund|plan|number on|room bill))|\burgence\b|\bnotfall\b"
        r"|\bemergencia\b|\bemergenza\b|\bnoodgeval\b",
        r"\burgent(?:ly)?\b(?=.*\b(?:leak|flood|water|gas|fire|power|heat|pain|bleed|lock))|\b(?:leak|flood|water|gas"
        r"|fire|power|heat|pain|bleed|lock)\w*\b.*\burgent\b",
        rf"\b{_VESSEL}\b[^.?!]{{0,40}}\b{_BREAKS}\b|\b{_BREAKS}\b[^.?!]{{0,40}}\b{_VESSEL}\b|\b(?:water"
        rf"|gas)\smain\s(?:\w+\s)?(?:broke|break|is broken|leak\w*)\b",
        r"\bwater\b[^.?!]{0,40}\b(?:everywhere|gushing|pouring|spraying|flooding|shooting|rushing|rising|all over)\b"
        r"|\b(?:gushing|pouring|spraying)\s(?:water|out|from|in)\b",
        r"\b(?:water|leak\w*|sewage|rain)\b[^.?!]{0,30}\b(?:through|from|down|into|out of)\s(?:my|the"
        r"|our)\s(?:\w+\s)?(?:ceiling|walls?|light|lights|light fixture|electrical panel|chandelier)\b",
        r"\b(?:feet|foot|inch|inches|ankle|knee)[\s-](?:of|deep)\b(?=.*\bwater\b)|\bwater\b[^.?!]{0,30}\b(?:feet|foot"
        r"|inches|ankle|knee)[\s-]deep\b|\bstanding water in\b",
        rf"\b(?:is|are|it's|its|getting|got|being|just|already|starting to|{_INSIDE})\s(?:\w+\s)?flood(?:ing|ed)\b"
        rf"|\bflood(?:ing|ed)\s(?:my|the|our)\s{_INSIDE}\b|\bunder water\b",
        r"\b(?:smell\w*|odou?r of|leaking|leak of|whiff of)\s(?:\w+\s){0,3}?gas\b(?!\s(?:station|mileage|prices))"
        r"|\bgas\s(?:leak|smell|odou?r)\w*\b|\bcarbon monoxide\b|\b(?:co|smoke) (?:alarm|detector)\b(?=.*\b(?:going "
        r"off|beeping|won't stop|sounding)\b)",
        r"\b(?:on fire|caught fire|house fire|electrical fire|is burning|in flames)\b|\b(?:smoke|flames?|sparks?"
        r"|fire)\s(?:\w+\s)?(?:coming|shooting|flying|everywhere|pouring|in|out of|from)\b"
        r"|\bsmell\w*\s(?:\w+\s){0,2}(?:smoke|burning)\b|\bburn(?:ing|t) smell\b",
        rf"\b{_ELECTRIC}\b[^.?!]{{0,25}}\b(?:spark\w*|smok(?:ing|es|ed)|burning|arcing|buzzing and hot|melt(?:ed|ing)"
        rf"|hot to the touch)\b|\b(?:sparking|smoking|melted)\s{_ELECTRIC}\b|\b(?:electrocut\w+|live wires?|downed "
        rf"(?:power )?lines?|power line (?:is )?down)\b",
        r"\blocked (?:myself |ourselves |us |me |him |her |my (?:kid|child|baby|son|daughter) )?(?:out|inside"
        r"|in)\b(?!\sof (?:my|the|our) (?:account|online|email|app|phone|computer|laptop))|\block(?:ed)? (?:my|our"
        r"|the)\s(?:\w+\s)?keys? (?:in|inside|out)\b",
        r"\braw sewage\b|\b(?:sewage|sewer)\b[^.?!]{0,40}\b(?:back\w*|coming|everywhere|overflow\w*|flood\w*|up)\b"
        r"|\btoilets?\b[^.?!]{0,30}\boverflow(?:ing|s|ed)\b|\boverflowing\b[^.?!]{0,30}\b(?:toilet|sewage|tub|sink)\b",
        r"\b(?:ceiling|roof|wall)\b[^.?!]{0,30}\b(?:collaps\w+|caved? in|caving in|came down|fell (?:on|through|down"
        r"|in)|falling (?:in|down))\b|\b(?:collapsed|fell through)\b[^.?!]{0,20}\b(?:ceiling|roof|floor)\b"
        r"|\btree\b[^.?!]{0,20}\b(?:fell|fallen|crashed)\b[^.?!]{0,20}\b(?:on|through|into)\b",
        r"\b(?:bleeding|bleeds|unconscious|can't breathe|cannot breathe|cant breathe|not breathing|trouble breathing"
        r"|chest pains?|severe pain|unbearable pain|excruciating|heart attack|a stroke|seizure|overdose|knocked out "
        r"(?:a|my|his|her) (?:\w+\s)?tooth|tooth (?:\w+\s){0,2}knocked out|suicid\w+|(?:is|got|someone) (?:hurt"
        r"|injured|trapped)|life threatening|call 911|911)\b",
            r"\ballergic reaction\b|\b(?:face|lips?|tongue|throat|eyes?|jaw)\b[^.?!]{0,25}\b(?:swollen|swelling"
            r"|swelled)\b"
            r"|\b(?:swollen|swelling)\b[^.?!]{0,25}\b(?:face|lips?|tongue|throat|eyes?|jaw)\b",
            r"\b(?:got|was|been|is|getting|being) arrested\b|\bin (?:jail|custody)\b",
            r"\broof\b[^.?!]{0,25}\bleak\w*\b[^.?!]{0,25}\b(?:right now|badly|bad|everywhere|inside|into)\b",
        r"\b(?:break-?in|broke into|broken into|intruder|being robbed|been robbed|stuck in (?:the|an) (?:elevator"
        r"|lift))\b",
    )),
    _DANGER_NEEDS,
)  # fmt: skip
"""Water, gas, fire, a locked door, a person hurt."""

OUTAGE = Later(
    r"\b(?:no|without|lost|lose)\s(?:\w+\s)?(?:heat|heating|hot water|water|power|electricity|a/?c|air conditioning"
    r"|air|cooling)\b"
    r"|\b(?:heat|heater|heating|furnace|boiler|a/?c|ac unit|air conditioner|air conditioning|air|power|electricity"
    r"|elevator|fridge)\b[^.?!]{0,40}"
    r"\b(?:is out|went out|is off|are out|out|died|is dead|quit|stopped|not working|isn't working|broke|broken|broke "
    r"down|won't turn on|down|failed|gave out|isn't cooling|isn't heating|won't start)\b"
)
VULNERABLE = Later(
    r"\b(?:baby|babies|infant|newborn|toddler|elderly|pregnant|oxygen|disabled|wheelchair|medical (?:equipment"
    r"|device)|dialysis|ventilator|insulin"
    r"|(?:my|our) (?:grand(?:ma|mother|pa|father)|kids|children)|(?:she|he|mom|mother|dad|father|who)(?:'s| is) (?:8"
    r"|9)\d|freezing (?:in here|inside|outside|cold)"
    r"|below (?:zero|freezing)|(?:1\d\d|9\d) degrees|heat ?wave|(?:it's|its|is) (?:\d|1\d|2\d|3\d) (?:degrees"
    r"|outside))\b"
)
"""With these an outage cannot wait either."""

NOT_NOW = Later(
    r"\b(?:last (?:week|month|year|winter|summer|spring|fall)|years? ago|months? ago|weeks? ago|in case of|in an "
    r"emergency|what if"
    r"|if (?:there|a|my|the|i|we)\b[^.?!]{0,30}\b(?:burst|flood|emergenc|leak)"
    r"|not (?:really )?an emergency|no emergency|isn't an emergency|not urgent|non-emergency|do you (?:do|offer"
    r"|handle|have|take|provide) (?:\w+ ){0,2}emergenc\w+|emergency (?:service|services|rates?|fee|fees|calls?"
    r"|plumb\w+|hours)\s?\??$"
    r"|prevent|avoid|insurance (?:quote|policy)|already fixed|was fixed)\b"
)
"""Speaks of danger, and there is none now."""
