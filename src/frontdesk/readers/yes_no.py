"""Yes and no, in the languages that leads write in. Pure.

The first words decide; further on, only a sentence that says so itself ("that is correct", "I don't want it").
"""

import re

from frontdesk.readers.reading import Found, Intent

__all__ = ["read_yes_no"]

_FILLER = (
    r"(?:(?:oh|ah|um|uh|well|so|hmm|hi|hello|hey|ok|okay|actually|i said|i say|i meant|i mean|thanks|thank you"
    r"|ohh?|great|good|the answer is|my answer is|it's a|that's a|its a|but|please|and|right|i think|i guess|i "
    r"believe|i would say)\b[\s,.!:-]*){0,3}"
)
_NO_FIRST = re.compile(
    rf"^\W*{_FILLER}(?:no|nope|nah|naw|noo+|nay|n|negative|never|not really|not at all|not yet|not this time|not for "
    rf"me|not now|not at the "
    rf"moment|not today|not right now|not quite|not exactly|not interested|not correct|not true|not necessary|not "
    rf"needed|no way|non|nein|nicht|nee|nao|nada|never mind"
    r"|nevermind|i don't|i do not|i dont|i didn't|i did not|i won't|i will not|i wouldn't|i would not|i'd rather not"
    r"|i can't|i am not|i'm not|don't|do not|dont|false|wrong|incorrect|untrue|absolutely not|definitely not"
    r"|certainly not|of course not|neither|it's not|it is not|it isn't|that's not|that is not|that isn't|that's wrong"
    r"|that is wrong|thats not|nothing|none|that's all|that is all|that will be all|thats all|nothing else)(?![\w'])"
    r"(?!\s(?:problem|worries|prob|doubt|idea|\d|one (?:is|has)|know|think so.*but yes|matter|later than|earlier than))"
)
_NO_PROBLEM = re.compile(
    r"^\W*(?:no problem|no worries|no prob|don't mind|i don't mind|no doubt|why not|wouldn't mind|i would not mind|i "
    r"don't see why not|no objections?|can't wait)\b"
)
_YES_FIRST = re.compile(
    rf"^\W*{_FILLER}(?:yes|yess+|yessir|uh huh|uh-huh|mhm|mm-hmm|mmhm|yea|yeah|yeahh|yep|yup|yeap|ya|yah|ye|y|yes+"
    rf"|yas|aye|si|oui|ja|jawohl|jo|sim|da|tak|sure|surely|of course|ofcourse|ofc|course|certainly|absolutely"
    rf"|definitely|affirmative|correct|right|true|exactly|precisely"
    r"|indeed|totally|agreed|i agree|confirmed|confirm|i confirm|i do|i did|i am|i would|i'd love|i will|it is|it "
    r"does|that is (?:right|correct|true|fine|good|it|my)|that's (?:right|correct|true|fine|good|it|my|perfect|great"
    r"|ok|okay)"
    r"|thats (?:right|correct|true|fine|good|it|perfect)|that works|that'll work|that will work|works for me|works"
    r"|sounds (?:good|great|fine|perfect|right|like a plan|ok|lovely)|looks (?:good|great|right|correct)"
    r"|go ahead|go for it|great|cool|awesome|excellent|wonderful|brilliant|lovely|i (?:think|believe|guess|hope) so"
    r"|that's the one|please do|do it|let's do it|lets do it|book it|all good|all right|alright|fine|perfect|ok|okay"
    r"|okey"
    r"|okie|oks?ure|k|kk|you bet|for sure|by all means|my pleasure|why not|no problem|no worries"
    r"|claro|por supuesto|vale|genau|natuerlich|naturlich|gerne|klar|d'accord|bien sur|certo|certamente|va bene|com "
    r"certeza|zeker|natuurlijk|prima|it's (?:right|correct|true|fine|good|okay|ok)|you got it|you're right|you are "
    r"right|got it|all (?:that )?(?:is|looks|sounds) (?:good|great|right|correct|fine))(?![\w'])"
    r"(?!\s(?:not|but no\b|but not\b|until|sign|away (?:from|is)|side|hand|about (?:the|my)|of course not))"
)
_NO_INSIDE = re.compile(
    r"\b(?:is|was|that's|it's|its|thats|are|be)\s(?:\w+\s)?(?:incorrect|wrong|false|untrue|not (?:true|correct|right"
    r"|accurate|the case|what i))\b"
    r"|\b(?:isn't|isnt|is not|wasn't|aren't)\s(?:\w+\s)?(?:true|correct|right|accurate|the case|it)\b"
    r"|\b(?:don't|do not|dont|not)\s(?:think|believe)\s(?:that's|that is|thats|so|it's|it is|that|this)\b"
    r"|\bi\s(?:disagree|decline|refuse|deny)\b|\b(?:i'll|i will|have to|going to|gotta|must)\s(?:pass|decline|say no"
    r"|disagree)\b|\bsay (?:it is |that's )?(?:no|false)\b"
    r"|\bi\s(?:don't|do not|dont)\s(?:want|need|wish|require|care for|like)\b|\bnot (?:interested|in need)\b|\bno "
    r"thank(?:s| you)\b|\b(?:won't|will not|not) be (?:necessary|needed)\b|\bi said no\b|\bthe answer is no\b|\bi'm "
    r"good\b(?!\s(?:with|to|for))|\bnone of (?:that|those"
    r"|these)\b"
    r"|\b(?:that|it|this)\s(?:won't|will not|doesn't|does not)\s(?:work|suit)\b|[.,]\s?(?:so\s)?no\W*$"
)
_YES_INSIDE = re.compile(
    r"\b(?:that|it|this|which|what you said|everything|all)\s?(?:'s| is| was| seems| sounds| "
    r"looks)?\s(?:\w+\s)?(?:is\s)?(?:true|correct|right|accurate|perfect|the case|exactly right|spot on|a "
    r"fact)\b(?!\s(?:now|after|before|away|then|here|there|that)\b)"
    r"|\bi\s(?:\w+\s)?(?:agree|confirm|approve|accept|concur)\b|\byes\b(?!\s?(?:or no|man))|\bi know (?:that|it)(?:'s"
    r"| is)? (?:true|right)\b|\b(?:you|u)\s(?:got|get|have|had|understood)\s(?:it|that|the answer"
    r"|this)\s?(?:\w+\s)?(?:right|correct\w*|perfect\w*|exact\w*|spot on)\b"
    r"|\bgot (?:it|that|the answer) (?:exactly|right|perfectly|correctly)\b|\b(?:works|good|fine|great|perfect|ok"
    r"|okay)\s(?:for|with|by)\s(?:me|us|that)\b|\b(?:please )?(?:go ahead|proceed|book it|confirm it|do that|do "
    r"so)\b(?!\?)"
    r"|\bsounds (?:good|great|fine|perfect|right)\b|\b(?:i'd|i would) (?:love|like) (?:that|to do that|it)\b|\bthat "
    r"(?:would|will|'ll|'d) (?:be|work)\s?(?:great|good|fine|perfect|nice|lovely|wonderful|ok|okay|well|for me)?\b"
    r"|\b(?:i'm|i am) (?:\w+\s)?(?:happy|good|fine|ok|okay|sure|positive) (?:with|about) (?:it|that|this|the)\b"
    r"|\bcount me in\b|\bi(?:'ll| will) (?:take|go with) (?:it|that|this|them)\b"
)
_BEGINS_A_SENTENCE = tuple(
    "i am|i do|i did|i will|i would|it is|it does|y|k|n|da|ja|si|works|right|true|fine|do it|correct".split("|")
)
_ANSWERS = re.compile(r"(?:thanks|thank|please|it is|that|sure|so|indeed|want|affirmative|and|i)\b")
_YES_OR_SO = ("yeah", "yes", "ok", "okay", "right", "sure")
_SO = re.compile(r"(?:so|um|uh)\b")
_OKAY = (
    "great",
    "cool",
    "awesome",
    "excellent",
    "wonderful",
    "brilliant",
    "lovely",
    "ok",
    "okay",
    "alright",
    "all right",
    "perfect",
    "sure",
    "got it",
)
_ASKS = re.compile(
    r"(?:so|but|what|how|when|where|who|why|can|could|is|are|do|does|i need|i want|i have|then|let me|well|wait|my)\b"
)
_LONG = 160


def read_yes_no(folded: str) -> Found[Intent] | None:
    """The yes or no of the folded text."""
    said = folded.rstrip()
    if (match := _NO_PROBLEM.match(said)) is not None:
        return _found("yes", match, 0.8)
    if (match := _NO_FIRST.match(said)) is not None:
        return _found("no", match, 0.95)
    yes = _YES_FIRST.match(said)
    if yes is not None and not _is_a_filler(yes, said):
        inside = _NO_INSIDE.search(said, yes.end())
        if inside is None or yes[0].strip(" .,!").endswith(("yes", "yeah", "yep")):
            return _found("yes", yes, 0.95)
        return _found("no", inside, 0.8)
    if len(said) > _LONG:
        return None
    if (match := _NO_INSIDE.search(said)) is not None:
        return _found("no", match, 0.8)
    if (match := _YES_INSIDE.search(said)) is not None:
        return _found("yes", match, 0.75)
    return None


def _is_a_filler(match: re.Match[str], said: str) -> bool:
    """ "Ok so how do I get there?" and "i am calling because" say no yes."""
    rest = said[match.end() :].strip(" .,!-")
    if not rest:
        return False
    first, count = " ".join(match[0].strip(" .,!-").split()[-2:]), len(rest.split())
    if first.endswith(_BEGINS_A_SENTENCE):
        return not _ANSWERS.match(rest) if " " in first else count > 3
    if first.endswith(_YES_OR_SO) and _SO.match(rest):
        return count > 6  # "yeah so my furnace …" begins a story
    if first.endswith(_OKAY):
        return count > 2 and (_ASKS.match(rest) is not None or ("?" in rest and count > 4))
    return False


def _found(value: Intent, match: re.Match[str], confidence: float) -> Found[Intent]:
    start = match.start() + len(match[0]) - len(match[0].lstrip(" .,!-\n"))
    return Found(value, start, max(match.end(), start + 1), confidence)
