"""How English says "no more texts" without a keyword: phrases over the text as `plain` leaves it."""

from frontdesk.readers.optout_table import CLAUSE_START, Phrase, Table
from frontdesk.readers.optout_vocabulary import (
    CLAUSE_END,
    FOR_GOOD,
    GONE,
    HALT,
    KINDS,
    LIST,
    ME,
    MINE,
    NOT_OURSELVES,
    NOT_TOLD_NOT_TO,
    NOT_YET,
    ORDER_TO_HALT,
    STRESS,
    TEXTS,
    WRITE,
    WRITING,
    YOU_DO,
)

__all__ = ["NO_CALLS", "NO_TEXTS", "OUTRIGHT"]

_SAID_FIRST = rf"(?:{CLAUSE_START}|(?<=\bplease )|(?<=\bjust )|(?<=\bso )|(?<=\band )|(?<=\bnow )|(?<=\bsaid ))"
_FROM_YOU = rf"(?:{TEXTS}|from (?:you|your company|this number|anyone there))"
_OFF = rf"(?:removed|deleted|erased|taken off)(?:{GONE}| {LIST})"

_STOP_TEXTING = (
    Phrase(HALT, rf"{STRESS} {WRITING} {ME}{NOT_YET}", ORDER_TO_HALT),
    Phrase(HALT,
           rf"{STRESS} (?:{WRITING}|calling)(?: (?:and|or) (?:{WRITING}|calling)){{1,2}} {ME}{NOT_YET}", ORDER_TO_HALT),
    Phrase(HALT, rf"{STRESS} (?:texting|messaging|contacting|spamming){CLAUSE_END}", NOT_OURSELVES + ORDER_TO_HALT),
    Phrase("you", rf"(?: (?:guys|people|all|really)){{0,2}} (?:need|have|got) to stop (?:texting|messaging"
                  rf"|contacting){NOT_YET}"),
    Phrase(HALT, rf"(?: {KINDS}){{0,5}} (?:{TEXTS}|contact\b){NOT_YET}", ORDER_TO_HALT),
    Phrase("end cancel disable terminate", rf"(?: {KINDS}){{0,4}} {TEXTS}{NOT_YET}", NOT_TOLD_NOT_TO),
    Phrase("turn", rf" off(?: {KINDS}){{0,4}} {TEXTS}{NOT_YET}", NOT_TOLD_NOT_TO),
    Phrase(HALT, r" (?:sending|with)(?: (?:me|us|any|all|these|this|your|more|so many)){0,4}"
           rf" (?:stuff|things|this|them|these|crap|shit|junk){CLAUSE_END}", ORDER_TO_HALT),
    Phrase(HALT, r" (?:blowing|hitting|lighting|filling) up (?:my|our) (?:phone|inbox|line)", ORDER_TO_HALT),
    Phrase("texts messages reminders notifications calls", r" (?:needs?|have|has|must|should|got) to (?:stop|end"
                                                           r"|cease)\b"),
    Phrase("want need make get like", rf"(?: {KINDS}){{0,3}} {TEXTS} (?:to )?(?:stop|stopped|end|ended|cease)\b"),
    Phrase("cease", r" and desist\b"),
)  # fmt: skip
_NEVER_AGAIN = (
    Phrase("dont never", r"(?: (?:you|ever|even|dare|try to|keep|just|please|fucking)){0,3}"
           rf" (?:{WRITE}|{WRITING}|call|calling|phone)(?: (?:or|and|nor) (?:{WRITE}|call|phone))?"
           rf"(?: {ME})? {FOR_GOOD}{NOT_YET}",
           YOU_DO),
    Phrase("never", rf"(?: (?:ever|please|you)){{0,2}} (?:{WRITE}|call) {ME}{NOT_YET}", YOU_DO),
    Phrase("dont", rf"(?: you)? ever (?:{WRITE}|call) {ME}{NOT_YET}", YOU_DO),
    Phrase("dont never", rf"(?: (?:ever|please|you)){{0,2}} send(?: (?:out|{KINDS})){{0,4}} (?:{TEXTS}|anything|stuff)"
           r"(?! (?:until|till|yet|unless))\b", YOU_DO),
    Phrase("not", rf" to (?:be )?(?:{WRITE}|call|contacted|texted)(?: {ME})? {FOR_GOOD}"),
    Phrase("told asked said asking telling", rf"(?: you| them)? not to (?:{WRITE}|call) {ME}{NOT_YET}"),
    Phrase("dont", r" (?:call|text|contact|disturb)(?: me)? (?:list|registry)\b"),
)  # fmt: skip
_NO_WISH = (
    Phrase("dont never not", r"(?: (?:really|ever|even))? (?:want|wish|like|need|agree|consent|interested|care|expect)"
           rf"(?: (?:in|be|receive|get|have|see|hear|{KINDS})){{0,6}} {_FROM_YOU}{NOT_YET}"),
    Phrase("no", r" longer (?:want|wish|like|need|agree|consent|interested|care)"
           rf"(?: (?:in|be|receive|get|have|see|hear|{KINDS})){{0,6}} {_FROM_YOU}{NOT_YET}"),
    Phrase("rather prefer", rf" not(?: (?:be|receive|get|have|see|hear|{KINDS})){{0,6}} {_FROM_YOU}{NOT_YET}"),
    Phrase("dont never", r" (?:want|wish|need)(?: (?:you|anyone|anybody|them|people|guys|to)){0,3}"
           rf" (?:{WRITING}|{WRITE}|call|calling) (?:{ME}{NOT_YET}|anymore|again)"),
    Phrase("dont never no", r"(?: longer)? (?:want|wish|like|need|consent|agree|care) to be"
           r" (?:texted|contacted|messaged|called|bothered|disturbed|spammed|harassed|pestered|on (?:your|this|the"
           r"|any) (?:\w+ )?list)\b"
           rf"{NOT_YET}"),
    Phrase("no", r" (?:more|further)(?: (?:of|your|these|this|stupid|spam|text|sms|damn)){0,3}"
           rf" (?:{TEXTS}|text|contact|texting|messaging|contacting)\b", rf"(?:{_SAID_FIRST}|(?<=\bwant )|(?<=\bok ))"),
    Phrase("enough tired sick fed", r"(?: (?:up|of|with|and|tired|all|getting|receiving|the|these|your|this)){1,5}"
           rf" (?:{TEXTS}|texting|messaging)(?! (?:my|him|her|them))"),
    Phrase("never didnt", r"(?: \w+)? (?:signed up|sign up|subscribed?|opt(?:ed)? in|ask|asked|consent|consented"
                          r"|agree|agreed)"
           rf"(?: (?:for|in|be|receive|get|{KINDS})){{0,4}} (?:{TEXTS}|texted|contacted|messaged)\b"),
    Phrase("never didnt", r" (?:signed up|sign up|subscribed?|opt(?:ed)? in)(?: (?:for|to))? (?:this|these"
                          r"|any of this)(?= \||$)"),
    Phrase("revoke withdraw revoking withdrawing", r"(?: (?:my|any|all|prior|previous|express)){0,3} (?:consent"
                                                   r"|permission)\b"),
    Phrase("dont never", r" (?:have|had|gave|give|given|granted)(?: you)?(?: my| any)? (?:consent|permission)\b"),
)  # fmt: skip
_OFF_THE_LIST = (
    Phrase("remove delete erase unlist scrub purge drop strike cross scratch take get keep pull leave",
           rf" (?:me|us|myself|{MINE}|it|my contacts)(?: please)?(?: and my \w+)? {LIST}", NOT_TOLD_NOT_TO),
    Phrase("remove delete erase lose forget purge scrub", rf" {MINE}{GONE}",
           NOT_TOLD_NOT_TO + YOU_DO + r"(?<!\bill )(?<!\bmight )(?<!\bdid )"),
    Phrase("remove delete unlist", rf" (?:me|us){GONE}", NOT_TOLD_NOT_TO),
    Phrase("remove delete", rf" {LIST}(?= \||$| please)", _SAID_FIRST),
    Phrase("get", r" off (?:of )?(?:your|this|the) (?:\w+ )?list\b", NOT_TOLD_NOT_TO),
    Phrase("take get", rf" (?:me|us|{MINE}) off{GONE}", NOT_TOLD_NOT_TO),
    Phrase("off", r" (?:of )?(?:your|this|the) (?:\w+ )?list\b", _SAID_FIRST),
    Phrase("i id my", r"(?: (?:number|name))?(?: (?:also|just|really))?"
           r"(?: (?:want|need|would like|like|wish|demand|request|asked|ask|requested))?"
           rf"(?: {MINE})?(?: to be| to get| be)? {_OFF}"),
    Phrase("want need like", rf" (?:me|us|{MINE})(?: to be)? {_OFF}"),
    Phrase("unsubscribe", r"(?! (?:button|link)\b)", NOT_TOLD_NOT_TO),
    Phrase("opt opting opted", r"(?: me| us| my \w+)? out(?= \||$| (?:please|now|from|thanks|asap|immediately|i|and)\b"
           rf"| of(?: (?:it|this|receiving|getting|{KINDS})){{0,3}}(?: {TEXTS}| \||$))", NOT_TOLD_NOT_TO),
)  # fmt: skip
_GO_AWAY = (
    Phrase("leave", r" (?:me|us)(?: the \w+| tf)?(?: \w+ing)? (?:alone|be(?= \||$))",
           YOU_DO + NOT_TOLD_NOT_TO + r"(?<!\bdoesnt )(?<!\bcant )(?<!\bwouldnt )"),
    Phrase("fuck f piss bugger sod screw buzz back go get",
           r" (?:off|away|lost)(?= \||$| (?:please|now|and|you|already|spammer|scammer))", _SAID_FIRST),
    Phrase("im ill i", r"(?: am| will| will be| be)? block(?:ing)? (?:you|this number)\b"),
)  # fmt: skip

OUTRIGHT = Table({"en": (*_STOP_TEXTING, *_NEVER_AGAIN, *_NO_WISH, *_OFF_THE_LIST, *_GO_AWAY)})
"""Opt-outs whatever else the message says."""

NO_TEXTS = Table({"en": (
    Phrase("dont never", rf"(?: (?:you|dare|just|please|be)){{0,2}} {WRITE}(?: (?:or|and|nor) (?:{WRITE}|call))? {ME}"
           rf"(?! (?:back|any|a|about|on my|in|to|for)\b){NOT_YET}", YOU_DO),
    Phrase("dont", rf"(?: (?:be|keep))? {WRITING} {ME}{NOT_YET}", YOU_DO),
    Phrase("dont", r" (?:call or )?(?:text|message|contact)(?= \||$| (?:please|or call))", _SAID_FIRST),
    Phrase("no", r" (?:texts|messages|sms|contact)(?= \||$| please)", _SAID_FIRST),
)})  # fmt: skip
"""Opt-outs unless the same message asks for another way: "don't text, call me" wants a person, not silence."""

NO_CALLS = Table({"en": (
    Phrase(HALT, rf"{STRESS} (?:calling|phoning|ringing|call) {ME}{NOT_YET}", ORDER_TO_HALT),
    Phrase(HALT, rf"{STRESS} (?:calling|phoning){CLAUSE_END}", NOT_OURSELVES + ORDER_TO_HALT),
    Phrase("dont",
           rf"(?: (?:ever|please|you)){{0,2}} (?:call|phone|ring) {ME}(?= \||$| (?:please|or|and|thanks))", YOU_DO),
    Phrase("dont", r" call(?= \||$)", _SAID_FIRST),
)})  # fmt: skip
"""Opt-outs unless the same message asks for texts instead."""
