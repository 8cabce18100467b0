"""Lead forms: whoever posts a filled-in form by Standard Webhooks, and our own JSON API, one source of forms each.

The signature is checked in `standard_webhooks`, a form's fields are found in `form_fields`. Each source has a path, a
secret and a mapping of its own.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

from frontdesk.errors import Malformed, NoSuchSource
from frontdesk.message import Item, LaneClass
from frontdesk.provider import Answer, Batch, HttpRequest, Profile, Refused, Retries
from frontdesk.providers.form_fields import agreed, found_fields
from frontdesk.providers.json_body import read_json_object
from frontdesk.providers.standard_webhooks import check_signature, webhook_id
from frontdesk.told import LeadSubmitted

__all__ = ["LEAD_FORM", "PROFILES", "LeadForms", "Source", "address_of"]

LEAD_FORM = "lead_form"

# Source: Standard Webhooks, "Operational considerations": ten tries over 76 hours, spread out more and more.
PROFILES: dict[str, Profile] = {
    LEAD_FORM: Profile(
        webhook_type=LEAD_FORM,
        path="/webhooks/leads/{source}",
        max_body=1024 * 1024,
        batch=Batch.ONE,
        dedupe_for=timedelta(days=4),
        ack_deadline=timedelta(seconds=15),
        dedupe_path="webhook-id",
        acknowledge=Answer(202, "application/json", b'{"status":"received"}'),
        overload=Answer(503, "text/plain", b"The desk cannot keep this form right now; please send it again later."),
        retries=Retries(times=9, within=timedelta(hours=76), set_up="", unasked=""),
        refused=Refused.RETRIED,
        listed=False,
    )
}

_MOST_FIELDS = 1000


@dataclass(frozen=True, slots=True)
class Source:
    """One source of forms: the keys that sign, where fields stand in its JSON, the client that its leads belong to."""

    keys: tuple[bytes, ...] = ()
    places: Mapping[str, str] = field(default_factory=dict)
    client_id: int | None = None


class LeadForms:
    """All sources of lead forms as one Provider."""

    name: str = "forms"
    profiles: Mapping[str, Profile]

    def __init__(self, sources: Mapping[str, Source], *, now: Callable[[], datetime]) -> None:
        """`now` is real time, which signatures are held against. A source without keys takes no webhooks."""
        self.profiles = PROFILES
        self.sources = dict(sources)
        self._now = now

    def greet(self, request: HttpRequest) -> None:
        """None: nobody asks for a greeting."""

    def verify(self, request: HttpRequest) -> None:
        """Check the signature by the secrets of the path's source. Raises NoSuchSource or Forged."""
        source = self._source(request)
        check_signature(request.headers, request.body, self.sources[source].keys, self._now())

    def parse(self, webhook_type: str, request: HttpRequest) -> list[Item]:
        """The one item of a form. Raises NoSuchSource or Malformed."""
        if webhook_type != LEAD_FORM:
            raise Malformed(f"Forms have no webhook of the type {webhook_type!r}.")
        source, sent_id = self._source(request), webhook_id(request.headers)
        if not sent_id:
            raise Malformed("The form has no webhook-id.")
        return [self.item(source, f"lead_form:{source}:{sent_id}", _form(request))]

    def item(
        self,
        source: str,
        request_id: str,
        form: Mapping[str, Any],
        *,
        client_id: int | None = None,
        function_name: str = "webhook",
    ) -> Item:
        """The item of a filled-in form, however it came. Its lane is the person's, so that two forms come in order."""
        known = self.sources.get(source, Source())
        fields = found_fields(form, known.places)
        person = re.sub(r"\D", "", fields.get("phone", "")) or fields.get("email", "").lower() or request_id
        return Item(
            webhook_type=LEAD_FORM,
            request_id=request_id,
            our_address=address_of(source),
            other_address=person,
            lane_class=LaneClass.MESSAGE,
            payload={"source": source, "submission_id": request_id, "client_id": client_id, "form": form},
            channel="form",
            function_name=function_name,
            to_account=True,
        )

    def read(self, webhook_type: str, payload: Mapping[str, Any]) -> LeadSubmitted:
        """What a stored form tells, by the mapping that its source has now, so that a replay finds a mended one.

        Raises Malformed.
        """
        source, sent_id, form = payload.get("source"), payload.get("submission_id"), payload.get("form")
        if webhook_type != LEAD_FORM or not isinstance(source, str) or not isinstance(sent_id, str):
            raise Malformed("The stored event holds no form.")
        known, client_id = self.sources.get(source, Source()), payload.get("client_id")
        fields = found_fields(form if isinstance(form, Mapping) else {}, known.places)
        own = client_id if isinstance(client_id, int) else None
        consent = agreed(fields)
        return LeadSubmitted(source, sent_id, fields, consent, known.client_id if own is None else own)

    async def aclose(self) -> None:
        """Nothing to close."""

    def _source(self, request: HttpRequest) -> str:
        source = unquote(request.url.partition("#")[0].partition("?")[0].rstrip("/").rpartition("/")[2]).lower()
        if source not in self.sources or not self.sources[source].keys:
            raise NoSuchSource(
                "There is no source of lead forms of this name here: correct the end of the URL, or set it up as "
                "[forms.<name>] with its secret."
            )
        return source


def address_of(source: str) -> str:
    """The address that stands for a source where a number would stand."""
    return f"form:{source}"


def _form(request: HttpRequest) -> dict[str, Any]:
    """The fields of a body: JSON, or a form as browsers send it. Raises Malformed."""
    if "x-www-form-urlencoded" not in request.headers.get("content-type", "").lower():
        return read_json_object(request.body, "a lead form")
    try:
        return dict(parse_qsl(request.body.decode("utf-8", "replace"), max_num_fields=_MOST_FIELDS))
    except ValueError as error:
        raise Malformed(f"The form has more than {_MOST_FIELDS} fields.") from error
