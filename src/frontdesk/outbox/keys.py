"""The ledger key: the one way it is made, and how question keys are compared. Pure."""

import hashlib
import json
import unicodedata

__all__ = ["dedupe_key", "normal_question_key"]


def dedupe_key(scope: str, reply_type: str, question_key: str | None, ordinal: int, cause: str) -> str:
    """The one way a ledger key is made: SHA-256 (64 hex digits) of canonical JSON of its five parts.

    `scope` is the conversation (`conversation:7`) or another scope; `ordinal` counts within the turn; `cause` is the
    first inbound id of the burst, `seq:enrolment:step`, `manual:` and the caller's key, or the lead's local day.
    """
    parts = [scope, reply_type, normal_question_key(question_key), ordinal, cause]
    canonical = json.dumps(parts, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def normal_question_key(key: str | None) -> str:
    """A question key as keys compare it: NFKC, lower case, runs of anything but letters and digits as one `_`."""
    folded = unicodedata.normalize("NFKC", key or "").casefold()
    words = "".join(c if c.isalnum() else " " for c in folded).split()
    return "_".join(words)
