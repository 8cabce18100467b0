"""What a form's JSON tells of a person: fields by where a source keeps them, else by the names that forms usually give.

Forms come as flat objects, nested ones, and lists of questions with answers. A field that stands less deep wins; of two
that stand equally deep the first.
"""

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["FIELDS", "agreed", "found_fields"]

FIELDS: dict[str, str] = {
    "name": "name fullname yourname contactname customername leadname",
    "first_name": "firstname fname givenname forename first",
    "last_name": "lastname lname surname familyname last",
    "phone": "phone phonenumber mobile mobilephone mobilenumber cell cellphone tel telephone telephonenumber yourphone "
    "contactnumber contactphone phonemobile whatsapp",
    "email": "email emailaddress mail youremail contactemail workemail",
    "service": "service servicetype serviceneeded servicerequested jobtype typeofservice typeofwork",
    "message": "message yourmessage comments comment details description notes enquiry inquiry question howcanwehelp",
    "address": "address streetaddress street fulladdress propertyaddress addressline1",
    "city": "city town suburb",
    "postcode": "postcode postalcode zip zipcode",
    "preferred_time": "preferredtime besttime besttimetocall preferreddate appointment",
    "consent": "consent smsconsent textconsent smsoptin optin agree agreed marketingconsent",
}
"""Our fields and the names by which they are recognised, written without case, blanks and signs."""

_OURS = {alias: field for field, aliases in FIELDS.items() for alias in aliases.split()}
_LABELS = ("label", "name", "key", "title", "question", "field", "id")
_ANSWERS = ("value", "values", "answer", "text")
_YES = frozenset({"true", "yes", "y", "on", "1", "agree", "agreed", "checked", "ja", "oui", "si", "sí", "sim"})
_LONGEST = {"message": 4000}
_USUAL_LONGEST = 300
_MOST = 2000
"""Objects that are looked into; a form has a few dozen."""


def found_fields(form: Mapping[str, Any], places: Mapping[str, str]) -> dict[str, str]:
    """The fields of a person, none of them empty. `places` says where each stands, such as data.contact.mail."""
    found: dict[str, str] = {}
    for field, place in places.items():
        if value := _shown(_at(form, place), field):
            found[field] = value
    for label, value in _labelled(form):
        field = _OURS.get(re.sub(r"[\W_]+", "", label.lower()), "")
        if field and field not in found and (text := _shown(value, field)):
            found[field] = text
    if "first_name" not in found:
        return found
    return {"name": f"{found['first_name']} {found.get('last_name', '')}".strip(), **found}


def agreed(fields: Mapping[str, str]) -> bool:
    """True where the form says that the person agreed to be written to."""
    return fields.get("consent", "").strip().lower() in _YES


def _at(form: Mapping[str, Any], place: str) -> Any:
    """What stands at a place such as `data.answers.0.text`; None where nothing does."""
    value: Any = form
    for step in place.split("."):
        if isinstance(value, Mapping):
            value = value.get(step)
        elif isinstance(value, list) and step.isascii() and step.isdigit() and len(step) < 5:
            value = value[int(step)] if int(step) < len(value) else None
        else:
            return None
    return value


def _labelled(form: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every value with its label, the less deep first."""
    waiting: deque[Any] = deque([form])
    for _ in range(_MOST):
        if not waiting:
            return
        part = waiting.popleft()
        if isinstance(part, list):
            waiting.extend(one for one in part if isinstance(one, Mapping | list))
            continue
        answer = next((name for name in _ANSWERS if name in part), None)
        label = next((part[name] for name in _LABELS if isinstance(part.get(name), str)), None)
        if answer is not None and label is not None:  # a question with its answer
            yield label, part[answer]
            continue
        for name, value in part.items():
            if isinstance(value, Mapping) or (
                isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value)
            ):
                waiting.append(value)
            else:
                yield name, value


def _shown(value: Any, field: str) -> str:
    """A value as text that a column takes; empty where it is none."""
    if isinstance(value, list):
        value = ", ".join(
            filter(None, (_shown(one, field) for one in value[:20] if not isinstance(one, list | Mapping)))
        )
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, int | float):
        value = str(value)
    if not isinstance(value, str):
        return ""
    text = value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8").strip()
    return text[: _LONGEST.get(field, _USUAL_LONGEST)]
