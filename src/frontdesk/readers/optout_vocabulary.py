"""The parts that English opt-outs are made of: who writes what to whom, and what beside it makes it something else."""

__all__ = ["CLAUSE_END", "FOR_GOOD", "GONE", "HALT", "KINDS", "LIST", "ME", "MINE", "NOT_OURSELVES", "NOT_TOLD_NOT_TO",
           "NOT_YET", "ORDER_TO_HALT", "STRESS", "TEXTS", "WRITE", "WRITING", "YOU_DO"]  # fmt: skip


def _after_none_of(*words: str) -> str:
    return "".join(rf"(?<!\b{word} )" for word in words)


_PHONE = r"(?:phone|number|cell|mobile|line)"
_NOT_OLD = r"(?:(?!old|other|work|office|home|wifes|husbands|moms)\w+ )?"
ME = rf"(?:me|us|this (?:number|phone|person|line)|(?:my|our) {_NOT_OLD}{_PHONE})\b"
MINE = (
    rf"(?:my (?:\w+ )?{_PHONE}|my (?:name|contact|info|information|details|data)(?: (?:info|information|details))?"
    rf"|this (?:{_PHONE}|phone number))"
)

WRITE = (
    r"(?:text|message|contact|email|spam|bother|harass|pester|annoy|bug|disturb|ping|sms|write(?: to)?|reach out to"
    r"|communicate with)"
)
WRITING = (
    r"(?:texting|messaging|contacting|emailing|spamming|bothering|harassing|pestering|annoying|bugging|disturbing"
    r"|pinging"
    r"|hounding|stalking|reaching out to|sending to|writing(?: to)?|text|message|contact|bother)"
)
TEXTS = (
    r"(?:texts|messages|message|sms|notifications?|reminders?|spam|alerts|ads|promos|promotions|marketing"
    r"|solicitations?"
    r"|calls|robocalls|communications?|correspondence)\b(?! from (?!you|your|this|u\b))"
)
KINDS = (
    r"(?:please|with|the|these|those|this|all|of|your|any|anymore|my|getting|receiving|sending|further|future|more"
    r"|additional|me|us|to|from|annoying|stupid|damn|dumb|fucking|constant|automated|automatic|auto|promotional"
    r"|marketing|text|sms|unwanted|unsolicited|daily|so|many|such)"
)
"""What may stand between "stop" and the texts."""

LIST = (
    r"(?:off |from |out )(?:of )?(?:(?:your|the|this|that|any|all|every|its|these) )?"
    r"(?:(?:contact|mailing|text|texting|sms|call|calling|marketing|distribution|email|message|messaging|phone|spam"
    r"|subscriber|client|customer|future|further|lead|broadcast|notification|send|mass) ){0,2}"
    r"(?:lists?|database|system|records?|contacts|distribution|subscription|files?|group|chat|thread|here|this|texts"
    r"|messages|notifications|reminders|rotation|campaigns?|phone ?book|address book)\b"
)
"""What one may be taken off; a schedule or a waiting list is none of it."""

NOT_YET = (
    r"(?! (?:(?:right )?before|after|until|till|til|unless|while|during|if|when|the|yet"
    r"|at (?:night|work|home|\d|this|that|such)|(?:so|this|that|too) (?:late|early)|late|early|tonight|today|tomorrow"
    r"|in the (?:morning|evening|middle|afternoon|day)|on (?:mon|tues|wednes|thurs|fri|satur|sun)\w*"
    r"|on (?:the )?weekends?|on (?:whatsapp|facebook|messenger|my day))\b)"
)
"""No time and no place follows: silence is wanted for good, not then or there."""

FOR_GOOD = r"(?:anymore|again|any longer|ever|further|from now on|no more|please stop)\b"
CLAUSE_END = (
    r"(?= \||$| (?:please|now|again|anymore|already|immediately|asap|right|altogether|thanks|thank|im|so|ok|okay"
    r"|for good)\b)"
)
GONE = (
    r"(?= \||$| (?:please|now|and|immediately|asap|or|thanks|thank|right|again|i|im|permanently|completely|already"
    r"|from your)\b)"
)

HALT = "stop quit cease discontinue halt"
STRESS = r"(?: (?:please|with|all|the|your|ever|just|constantly|always|fucking|damn|to)){0,3}"

YOU_DO = _after_none_of(
    *("i", "we", "they", "he", "she", "you", "it", "who", "why", "if", "people", "usually", "still")
)
"""An order has no subject but you: not "he doesn't call", not "why don't you text"."""

ORDER_TO_HALT = (
    _after_none_of("wont", "cant", "dont", "never", "not", "doesnt", "didnt", "couldnt", "wouldnt", "non", "why")
    + _after_none_of("did you", "did they", "if you")
    + r"(?:(?<!\bi )|(?<=\bdo i )|(?<=\bcan i )|(?<=\bcould i ))"
)
"""Not "it won't stop", not "why did you stop"; but "how do I stop"."""

NOT_OURSELVES = _after_none_of(
    *("need to", "have to", "had to", "got to", "gotta", "i should", "i must", "ill", "lets", "will", "i want to")
)
"""Not "I need to stop texting", which is about the writer."""

NOT_TOLD_NOT_TO = _after_none_of("dont", "not", "didnt", "never", "wont", "dont want to")
"""Not "don't remove me"."""
