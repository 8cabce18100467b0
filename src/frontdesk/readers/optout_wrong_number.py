"""How people say that the number is not the lead's, and how a lead speaks of a wrong number without leaving."""

import re

from frontdesk.readers.optout_table import CLAUSE_START, Phrase, Table

__all__ = ["CORRECTION", "NOT_THE_LEAD", "SOMEBODY_ELSES"]

_WRONG = (
    r"(?:wrong|incorrect) (?:phone )?(?:number|person|guy|phone|contact|recipient|party|man|lady|woman|no|one|dude)\b"
)
_THING = r"(?! (?:of|on|for|in|is|was|to|with|when|came|size|part|color|colour|\d)\b)"  # "the wrong number of panels"
_TO_US = (
    r"(?:have|got|has|text|texting|texted|texting to|call|calling|called|dialed|dialled|reached|messaging|messaged"
    r"|contacting"
    r"|contacted|sent this to|sending this to|gotten|hit|at|using)"
)

NOT_THE_LEAD = re.compile(
    r"(?:(?:sorry|oops|hi|hello|hey|nope|no|yes|uh|um|ok|lol|dude|i think|i believe|i have|im afraid|afraid|im sorry"
    r"|its|this is"
    r"|thats|the|a|you|must be|think|please|stop|but|sir|maam|thanks|really|clearly) ){0,6}"
    rf"{_WRONG}{_THING}"
)
"""A clause that begins so: little more than "wrong number"."""

SOMEBODY_ELSES = Table({"en": (
    Phrase("you youve", r"(?: (?:must|may|might|have|probably|clearly|just|guys|all|definitely|got|are|is|been"
                        r"|seem to)){0,4}"
           rf"(?: {_TO_US})? (?:the |a )?{_WRONG}{_THING}"),
    Phrase("youre your", rf"(?: \w+)? (?:texting|calling|messaging|contacting) (?:the |a )?{_WRONG}"),
    Phrase("not arent isnt aint", r" the (?:right )?(?:person|one|guy|man|woman|lady)(?: that| who| whom)?"
           r" (?:you|youre|youve)(?: (?:are|were|been))?"
           r" (?:looking|want|wanted|trying|need|after|think|searching|seeking)\b"),
    Phrase("not isnt", r" the right (?:number|person)(?= \||$)"),
    Phrase("dont", r"(?: think you)? have the right (?:number|person)(?= \||$)", r"(?<!\bi )"),
    Phrase("no noone nobody not isnt", r"(?: one| anyone| person| such person)?(?: here| at this number){0,2} (?:by"
                                       r"|with|of|called|named)"
           r"(?: (?:that|this) name| the name)\b"),
    Phrase("no noone nobody", r"(?: one)? here (?:called|named) (?!(?:me|us|you|for|about|back)\b)\w"),
    Phrase("no noone nobody", r"(?: one)? (?:called|named) \w+ (?:here|lives|at this|on this)\b"),
    Phrase("dont", r" know (?:anyone|anybody|a person) (?:by (?:that|this) name|called|named|with that name)\b"),
    Phrase("this that it its", r"(?: (?:number|phone))? (?:isnt|aint|not|no longer|is no longer) (?:his|her|their"
                               r"|\w{2,12}s) (?:number|phone|cell)\b"),
    Phrase("number phone", r" (?:no longer belongs|doesnt belong|was reassigned|has been reassigned|changed owners"
                           r"|belongs to someone)\b"),
    Phrase("doesnt no", r"(?: longer)? (?:have|own|use|uses|has) this (?:number|phone)\b", r"(?<!\bi )"),
    Phrase("new", r" owner of this (?:phone )?number\b"),
    Phrase("mistaken mistaking mixed confused confusing", r" me (?:for|up with|with) (?:someone|somebody|another)\b"),
    Phrase("think", r" im (?:someone|somebody) else\b"),
), "es": (
    Phrase("numero", r" (?:equivocado|incorrecto|erroneo)\b", r"(?:(?<![^|] )|(?<=\bun )|(?<=\btiene el )|"
                                                              r"(?<=\btienes el )|(?<=\bes )|(?<=\btienen el ))"),
    Phrase("persona", r" equivocada(?= \||$)", CLAUSE_START),
    Phrase("equivocado equivocada", r" de numero\b"),
    Phrase("se te", r"(?: ha| has)? equivoc\w{1,6} de (?:numero|persona)\b"),
), "fr": (
    Phrase("mauvais faux", r" numero\b", rf"(?:{CLAUSE_START}|(?<=\bavez le )|(?<=\bavez un )|(?<=\bas le )|"
                                         rf"(?<=\bcest un )|(?<=\bdesole )|(?<=\bcest le ))"),
    Phrase("erreur", r" de numero\b", CLAUSE_START),
    Phrase("trompe*", r" de (?:numero|personne)\b", r"(?<!\bsuis )"),
), "de": (
    Phrase("falsche", r" (?:\w{0,8}nummer|person)(?= \||$)", rf"(?:{CLAUSE_START}|(?<=\bhaben die )|(?<=\bhast die )"
                                                             rf"|(?<=\bist die )|(?<=\bist eine ))"),
    Phrase("falsch", r" verbunden\b"),
    Phrase("sich dich sie", r"(?: (?:wohl|leider|da))? (?:verwahlt|verwaehlt)\b"),
), "it": (
    Phrase("numero", r" (?:sbagliato|errato)(?= \||$)", rf"(?:{CLAUSE_START}|(?<=\bha il )|(?<=\bhai il )|"
                                                        rf"(?<=\bavete il ))"),
    Phrase("ha hai avete", r" sbagliato (?:numero|persona)\b"),
), "pt": (
    Phrase("numero", r" errado(?= \||$)", rf"(?:{CLAUSE_START}|(?<=\bcom o )|(?<=\btem o )|(?<=\be o )|"
                                          rf"(?<=\bpara o )|(?<=\bpro ))"),
    Phrase("enganou", r"(?: se)? (?:de|no) numero\b"),
), "nl": (
    Phrase("verkeerd verkeerde", r" (?:nummer|persoon|number)\b(?! (?:in|op|van)\b)",
           rf"(?:{CLAUSE_START}|(?<=\bheeft het )|(?<=\bheeft een )|(?<=\bhebt het )|(?<=\bhebben het )|"
           rf"(?<=\bis het ))"),
), "pl": (
    Phrase("zly bledny niewlasciwy", r" num(?:b)?er(?= \||$)"),
    Phrase("nie", r" ten num(?:b)?er(?= \||$)"),
    Phrase("pomylil*", r"(?: \w+)? num(?:b)?er\w{0,2}\b"),
    Phrase("pomylka", r"(?= \||$)", rf"(?:{CLAUSE_START}|(?<=\bto ))"),
)})  # fmt: skip
"""Polish numer arrives as "number", which a slip of the pen would leave so."""

CORRECTION = re.compile(
    r"\b(?:my|the) (?:new|correct|right|actual|real|current|other) (?:number|phone|cell|one|no) (?:is|should|\d)"
    r"|\b(?:gave|given|put|wrote|typed|entered|have on file|sent you) (?:you |in |down |them )?(?:the |a |my )?wrong"
    r"|\bmy number is\b|\bis this the wrong|\bdo i have the wrong|\bdid i (?:\w+ ){1,2}the wrong"
)
"""A wrong number that the lead corrects or asks about: nobody left."""
