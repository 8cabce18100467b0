"""Morning, afternoon, evening and night in a folded text. Pure."""

import re

from frontdesk.readers.reading import Daypart, Found

__all__ = ["read_daypart"]

_WORDS: dict[Daypart, str] = {
    "morning": r"mornings?|forenoon|before noon|manha|matin|vormittags?|morgens|mattina|ochtend|vanochtend",
    "afternoon": r"afternoons?|after lunch|apres-midi|nachmittags?|pomeriggio|middag|vanmiddag|esta tarde|por la tarde"
    r"|a tarde",
    "evening": r"evenings?|eve|after work|after dinner|soir|ce soir|abends?|stasera|sera|avond|vanavond",
    "night": r"nights?|tonight|tonite|2nite|overnight|esta noche|por la noche|a noite|nuit|nachts?|notte|nacht",
}
_DAYPART = {part: re.compile(rf"(?<!\w)(?:{words})(?!\w)") for part, words in _WORDS.items()}
_GREETING = re.compile(
    r"\b(?:good|gud|have a (?:good|great|nice|lovely|wonderful)|buenas|bonne|gute[nr]?|bom|boa|goede|christmas"
    r"|new year'?s?|xmas)\s$"
)
_HAILS = re.compile(r"(?:!|,|\.|\s(?:all|team|guys|there|everyone|everybody|folks|sir|madam|ladies))")
_COUNTED = re.compile(
    r"(?:\b(?:\d+|one|two|three|four|five|six|seven|a|per|each|every|few|couple of|many|wedding|date"
    r"|opening)\s(?:more\s)?"
    r"|\d-)$"
)
_STAYS = (" stay", " club")


def read_daypart(folded: str) -> Found[Daypart] | None:
    """The part of the day that the folded text speaks of; a greeting and a count of nights are none."""
    for part, pattern in _DAYPART.items():
        for match in pattern.finditer(folded):
            if match[0] != folded.strip(" .!?,") and _is_said_otherwise(match, folded):
                continue
            return Found(part, match.start(), match.end(), 0.9)
    return None


def _is_said_otherwise(match: re.Match[str], text: str) -> bool:
    """A greeting, or so many nights."""
    at = match.start()
    hails = not text[:at].strip() and _HAILS.match(text, match.end()) is not None
    stays = text.startswith(_STAYS, match.end())
    return hails or stays or bool(_GREETING.search(text, 0, at) or _COUNTED.search(text, 0, at))
