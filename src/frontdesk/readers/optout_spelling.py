"""How a text is spelt out before its words are looked at: one case, no accents, one spelling, clauses apart. Pure."""

import re
import unicodedata

__all__ = ["plain"]

_READ = 4000
"""Characters that are looked at; a text message has at most 1,600."""

_APOSTROPHES = "'’‘ʼ´`′＇‛ʹ‵ʻ"
_INSIDE = re.compile(rf"(?<=\w)[{_APOSTROPHES}](?=\w)|(?<=n)[;\"](?=t\b)")  # "don;t": the key beside the apostrophe
_UNSEEN = re.compile(r"[\u0300-\u036f\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\u00ad]")
_NOT_DECOMPOSED = str.maketrans("łøđıæ", "lodia")
_SPACED_DASH = re.compile(r"\s[-–—]+\s|[–—]|--+")
_CLAUSE_END = re.compile(r"[^\w\s\-'\"“”„«»<>*~@&#+%$€£=^/\\]+|_+")
_NO_WORD = re.compile(r"[^\w|]+")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")

_SHORT = {
    "pls": "please", "plz": "please", "plse": "please", "pleas": "please", "txt": "text", "txts": "texts",
    "txting": "texting", "txtin": "texting", "textin": "texting", "msg": "message",
    "msgs": "messages", "mesg": "message", "msging": "messaging", "messagin": "messaging", "callin": "calling",
    "sendin": "sending", "botherin": "bothering", "spammin": "spamming", "u": "you", "ur": "your",
    "yall": "you", "thx": "thanks", "ty": "thanks", "tnx": "thanks", "thanx": "thanks", "dnt": "dont",
    "donot": "dont", "doent": "dont", "odnt": "dont", "nomore": "no more", "num": "number", "nbr": "number",
    "wrng": "wrong", "rong": "wrong", "stp": "stop", "sotp": "stop", "stpo": "stop", "tsop": "stop",
    "st0p": "stop", "sttop": "stop", "sstop": "stop", "stopp": "stop", "dtop": "stop", "stope": "stop",
    "optout": "opt out", "unsub": "unsubscribe", "stopall": "stop all", "ph": "phone", "fone": "phone",
    "cannot": "cant", "gonna": "going to", "wanna": "want to", "pple": "people", "smses": "sms",
}  # fmt: skip
_OFTEN_MISTYPED = (
    "texting messaging message messages contact contacting calling sending remove number unsubscribe please "
    "wrong anymore interested notifications reminders bothering harassing"
).split()


def _slips(word: str) -> set[str]:
    """A letter left out, doubled, or changed with its neighbour; never the first one, so that `bother` is no `other`.

    No letter is replaced by another: that makes other words (message and massage, sending and spending).
    """
    return {
        *(word[:at] + word[at + 1 :] for at in range(1, len(word))),
        *(word[:at] + word[at] + word[at:] for at in range(1, len(word))),
        *(word[:at] + word[at + 1] + word[at] + word[at + 2 :] for at in range(1, len(word) - 1)),
    }


_SPELT = {slip: word for word in _OFTEN_MISTYPED for slip in _slips(word)}
for _word in _OFTEN_MISTYPED:
    _SPELT[_word] = _word  # "messages" without its s is a word of its own
_SPELT.update(_SHORT)
_NUMBER_SIGN = re.compile(r"\bwrong ?(?:#|no\.)")
_STOP_TO = re.compile(r"\bstop ?2 ?(?=[a-z])")
_UNSUBSCRIBE = re.compile(r"\bun ?s[ubscrie]{6,10}\b")
_JOINED = re.compile(
    r"\b(?:do|does|did|is|are|was|wo|ca|would|could|should|have|has|had|will|can) n(?:o)?t\b"
    r"|\b(?:don|doesn|didn|isn|aren|wasn|won|can|wouldn|couldn|shouldn|haven|hasn) t\b"
    r"|\b(?:any more|i am|you are|you have|it is|that is|i would|i have|i will|opt outs|e mails?"
    r"|text messag(?:e|es|ing)|every one|some one|no body|phone calls?|s m s)\b"
)
_AS = {
    "any more": "anymore", "i am": "im", "you are": "youre", "you have": "youve", "it is": "its", "that is": "thats",
    "i would": "id", "i have": "ive", "i will": "ill", "opt outs": "opt out", "e mail": "email", "e mails": "emails",
    "text message": "message", "text messages": "messages", "text messaging": "messaging",
    "every one": "everyone", "some one": "someone", "no body": "nobody", "phone call": "call", "phone calls": "calls",
    "s m s": "sms", "will not": "wont", "can not": "cant", "ca nt": "cant", "wo nt": "wont",
}  # fmt: skip


def plain(text: str) -> str:
    """Lower-case words with one space between, ` | ` between clauses; accents, apostrophes and quotes are gone.

    Punctuation, line breaks and emoji end a clause; a hyphen inside a word is a space. Common slips and short forms are
    spelt out: "pls dont txt" is "please dont text".
    """
    text = _INSIDE.sub("", text[:_READ])
    if not text.isascii():
        text = _UNSEEN.sub("", unicodedata.normalize("NFKD", text))
    text = text.casefold().translate(_NOT_DECOMPOSED)
    text = _NO_WORD.sub(
        " ",
        _CLAUSE_END.sub(" | ", _SPACED_DASH.sub(" | ", _NUMBER_SIGN.sub("wrong number", text.replace("\n", " | ")))),
    )
    words = [_spelt(word) for word in text.replace("|", " | ").split()]
    joined = _JOINED.sub(_join, _UNSUBSCRIBE.sub("unsubscribe", _STOP_TO.sub("stop to ", " ".join(words))))
    return " | ".join(clause for part in joined.split("|") if (clause := part.strip()))


def _spelt(word: str) -> str:
    found = _SPELT.get(word)
    if found is None and (short := _DRAWN_OUT.sub(r"\1", word)) != word:
        return _SPELT.get(short, short)
    return word if found is None else found


def _join(match: re.Match[str]) -> str:
    found = match[0]
    if found in _AS:
        return _AS[found]
    first = found.split()[0]
    return f"{first}t" if first.endswith("n") else f"{first}nt"
