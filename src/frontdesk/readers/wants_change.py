"""How people call off or move what is booked, as data: patterns over a folded text."""

from frontdesk.readers.later import Later

__all__ = ["CALLS_OFF", "MOVES"]

_BOOKED = (
    r"(?:appointments?|appts?|appoinments?|apointments?|bookings?|reservations?|visits?|slots?|sessions?"
    r"|consultations?|orders?|plans?|meetings?|tables?"
    r"|service call|service|subscription|trip|rooms?|stay|viewing|showing|tour|cleaning|lessons?|class|job|estimate"
    r"|inspection|delivery|pickup|time|schedule)"
)
_THING = r"(?:it|that|this|things|everything|the \w+(?: thing)?|my \w+|our \w+)"
_WHEN = (
    r"(?:later|earlier|sooner|another|different|other|new|next|monday|tuesday|wednesday|thursday|friday|saturday"
    r"|sunday|tomorrow|today|tonight|\d)"
)
_CHANGE = (
    r"(?:chang(?:e|ing)|modify(?:ing)?|modification|amend(?:ing)?|amendment|alter(?:ing)?|adjust(?:ing)?|edit(?:ing)?"
    r"|updat(?:e|ing)|upgrad(?:e|ing)|switch(?:ing)?"
    r"|swap(?:ping)?|mov(?:e|ing)|shift(?:ing)?|extend(?:ing)?|revis(?:e|ing)|correct|shorten(?:ing)?|delay(?:ing)?"
    r"|push(?:ing)?|bring)"
)

_CALLS_OFF_NEEDS = tuple(
    "cancel|cancle|out of|rid|take|off|delete|drop|scrap|undo|remove|revoke|void|withdraw|kill|scratch|forget|skip"
    "|make|mak|come"
    "|coming|attend|show|keep|need|want|require|there|anul|annul|stornier|absag|disdire|afzeg".split("|")
)
CALLS_OFF = Later(
    "|".join((
        r"\b(?:cancel|cancell|cancle|cancelling|canceling|cancellation)\b",
        r"\b(?:want|need|like|have|get|got|wants|please|be)\s(?:\w+\s){0,4}?cancell?ed\b",
        rf"\bcall(?:ing)?\s(?:{_THING}\s)?off\b",
        rf"\b(?:delete|drop|scrap|undo|remove|revoke|void|withdraw|kill|scratch|forget|forget about|skip)\s(?:my|the"
        rf"|our|this|that|all)\s(?:\w+\s){{0,2}}?{_BOOKED}\b(?! (?:fee|cost|number))",
        r"\b(?:won't|wont|will not|can't|cant|cannot|can not|couldn't|not going to|not gonna|unable to|not able to"
        r"|no longer able to|ain't gonna)\s(?:be able to\s|be\s)?"
        r"(?:make it|mak(?:e|ing) (?:my|the|our) \w+|come in|come|coming|attend|there|show up|keep (?:my|the"
        r"|our))\b(?!\s(?:before|until|till)\b)(?!.*\b(?:resched|another|different|instead|later|earlier|move"
        r"|change)\b)",
        r"\b(?:not|no longer|aren't|isn't)\s(?:coming|attending|showing up)\b(?!.*\b(?:out|on|through|from|off)\b)",
        rf"\b(?:no longer|don't|do not|dont)\s(?:need|want|require)\s(?:the|my|this|that"
        rf"|our)\s(?:\w+\s){{0,2}}?{_BOOKED}\b(?!\s(?:to|until|yet|for now))",
            rf"\bback(?:ing)? out of (?:the|my|our|this)\b|\bget rid of (?:the|my|our) (?:\w+ )?{_BOOKED}\b",
            r"\btake (?:me|us) off (?:the|your) (?:schedule|calendar|books|diary|appointment\w*)\b",
        r"\b(?:quiero|necesito|puedo|quisiera)\s(?:cancelar|anular)\b|\bannuler\b|\bstornier\w*|\babsagen\b"
        r"|\bannullare\b|\bdisdire\b|\bannuleren\b|\bafzeggen\b|\bcancelar (?:a|o|minha|meu|mi|la)\b",
    )),
    _CALLS_OFF_NEEDS,
)  # fmt: skip
"""A booking that is called off. "Cancel my card" is one too: what is cancelled is for a person to see."""

_MOVES_NEEDS = tuple(
    "suit|work|fit|hour|minutes|a bit|a little|resched|re-sched|book|arrang|postpon|chang|modif|amend|alter|adjust"
    "|edit|updat|upgrad|switch|swap|mov|shift"
    "|exten|revis|correct|short|delay|push|bring|different|later|earlier|sooner|another|other|new|better|instead|add"
    "|put|include|remove|take|bump|make|set|get|reprogram|cambiar|deplacer|report|verschieb|umbuch|spostare|remarcar"
    "|verzet|verplaats".split("|")
)
MOVES = Later(
    "|".join((
        r"\b(?:reschedul\w*|re-schedul\w*|rebook\w*|re-book\w*|re-?arrang\w*|postpon\w*)\b",
        rf"\b{_CHANGE}\s(?:\w+[\s'])?(?:\w+\s){{0,3}}?(?:{_BOOKED}|date|day|dates|days|check-?in|check-?out|arrival"
        rf"|departure)\b",
        r"\b(?:can|could|want to|need to|like to|possible to|able to|wish to|please|must|how do i|have "
        r"to)\b[^.?!]{0,20}\b(?:chang(?:e|ing)|mov(?:e|ing)|switch|swap|shift|push"
        r"|amend|modify|delay|extend|alter)\s(?:it|that|this|them)\b(?!\s(?:out|off|over|myself))|\bbring\s(?:my|the"
        r"|our|it)\s?(?:\w+\s)?forward\b",
        rf"\b{_BOOKED}\b[^.?!]{{0,50}}\b(?:{_CHANGE}|different (?:time|day|date)|moved|changed|extended"
        rf"|rescheduled)\b(?!\s(?:machine|into my|filter))",
        rf"\b(?:move|change|push|shift|switch|bump|bring|make|swap|set|alter|amend|get|put)\s(?:it|that|this|us|me"
        rf"|my \w+|the \w+|our \w+)\s(?:back\s|up\s|forward\s|from [^.?!]{{1,30}}\s)?"
        rf"(?:(?:to|for|until|till)\s(?:a\s|an\s|the\s)?{_WHEN}|later\b|earlier\b|sooner\b|instead\b|forward\b|back\b)",
        r"\b(?:come|come in|do|do it|go|meet|book|need|want|have|find|get|pick|choose|try|prefer|like|at|on"
        r"|for)\s(?:it\s)?(?:at\s|on\s|in\s|for\s)?"
        r"(?:another|(?:a|an|some)\s(?:later|earlier|different|other|new|better))\s(?:time|day|date|slot"
        r"|appointment)\b",
        r"\b(?:another|different|later|earlier)\s(?:time|day|date|slot)\s(?:instead|please|would|works|for (?:my|the"
        r"|our)|if)",
        r"\b(?:can|could|may|shall|would|let's|lets|want|like|prefer|rather|how about|what about"
        r"|please)\b[^.?!]{0,50}\binstead\b(?!\sof (?:you|a|the|my|your) (?:bot|robot|person))",
        rf"\b(?:add|put|include|remove|take)\b[^.?!]{{1,50}}\b(?:to|under|on|in|from|off)\s(?:my|the|our|that|this"
        rf"|existing)\s(?:\w+\s){{0,2}}?{_BOOKED}\b(?!\s(?:email|list))",
        r"\b(?:come|arrive|be there|get there)\s(?:\w+\s)?(?:earlier|later|sooner) than\b",
            r"\b(?:make|do|book|move|have|put) (?:it|that|this|us|me)\b[^.?!]{0,30}\binstead\b",
            r"\bcome (?:in )?(?:an hour|half an hour|a bit|a little|\w+ (?:minutes|hours)) (?:later|earlier)\b",
            r"\b(?:doesn't|does not|don't|won't|no longer|not) (?:suit|work|works|fit)\b[^?!]{0,40}\b(?:another"
            r"|different|other|else)\b",
        r"\b(?:reprogramar|cambiar (?:la|mi) (?:cita|reserva)|deplacer|reporter (?:le|mon|notre)|verschieben|umbuchen"
        r"|spostare|remarcar|verzetten|verplaatsen)\b",
    )),
    _MOVES_NEEDS,
)  # fmt: skip
"""A booking that is moved or made otherwise."""
