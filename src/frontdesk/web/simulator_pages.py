"""/simulator: a phone to text the desk with, and the carrier's faults as buttons. Only with a simulated carrier."""

import re
from html import unescape
from typing import Any
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.clients import pool as numbers
from frontdesk.desk import Desk
from frontdesk.simulator import Carrier
from frontdesk.simulator.faults import Fault
from frontdesk.web import views
from frontdesk.web.cashier import cashier_routes
from frontdesk.web.forms import read_form
from frontdesk.web.pages import admitted
from frontdesk.web.paths import go_to
from frontdesk.web.phone import screen
from frontdesk.web.rendering import Renderer

__all__ = ["simulator_routes"]

LEAD = "+12025550143"
"""The phone that is shown first: a number that belongs to nobody."""

OWNER = "+12025550111"
"""A new owner's phone, to be set up with."""

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")
_LAST_ROWS = 40
_FAULTS = {
    Fault.DROP_AFTER_ACCEPT: "take the message, then drop the connection",
    Fault.HTTP_500_AFTER_ACCEPT: "take the message, then answer 500",
    Fault.THROTTLE: "refuse with 429 Too Many Requests",
    Fault.NO_RECEIPTS: "deliver, but send no receipts",
}


def simulator_routes(desk: Desk, renderer: Renderer, carrier: Carrier | None) -> list[Route]:
    """The simulator's pages, or the page that says why there is none."""
    if carrier is None:
        return [Route("/simulator", admitted(_Off(renderer).page))]
    pages = _Simulator(desk, renderer, carrier)
    return [
        Route("/simulator", admitted(pages.page), methods=["GET"]),
        Route("/parts/phone", admitted(pages.phone_part), methods=["GET"]),
        Route("/parts/faults", admitted(pages.faults_part), methods=["GET"]),
        Route("/simulator/texts", admitted(pages.text), methods=["POST"]),
        Route("/simulator/faults", admitted(pages.toggle_fault), methods=["POST"]),
        Route("/simulator/calls", admitted(pages.call), methods=["POST"]),
        *cashier_routes(desk, renderer, carrier),
    ]


class _Off:
    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer

    async def page(self, request: Request) -> Response:
        detail = (
            "The simulator is off, because provider credentials are set: texts go to real phones. "
            "To use it, start the desk without TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN."
        )
        return self._renderer.page(
            request, "notice.html", status=404, code=404, title="No simulator here", detail=detail
        )


class _Simulator:
    def __init__(self, desk: Desk, renderer: Renderer, carrier: Carrier) -> None:
        self._desk = desk
        self._renderer = renderer
        self._carrier = carrier

    @property
    def _numbers(self) -> list[str]:
        """Our numbers that a phone can text."""
        settings = self._desk.settings
        own = [*self._carrier.numbers, settings.twilio_number, settings.onboarding_number]
        return list(dict.fromkeys(number for number in own if number))

    async def _offered(self, ours: str) -> list[tuple[str, str]]:
        """The numbers worth texting, each with what it is: the pool's free ones would answer nobody."""
        settings = self._desk.settings
        async with views.reading(self._desk) as tx:
            rows = await numbers.list_numbers(tx, "ASSIGNED")
        named = {row.phone_e164: row.client_name for row in rows}
        if settings.onboarding_number:
            named[settings.onboarding_number] = "new owners"
        return [(number, named.get(number, "")) for number in self._numbers if number in named or number == ours]

    async def call(self, request: Request) -> Response:
        """A phone calls the desk, through the real webhook; shows what the caller hears."""
        form = await read_form(request)
        phone, ours = self._chosen(form)
        status, answer = await self._carrier.call(phone, ours)
        said = re.findall(r"<Say>(.*?)</Say>", answer.decode("utf-8", "replace"))
        heard = unescape(said[0]) if said else "nothing, and it hangs up" if status == 200 else f"an error ({status})"
        return go_to(request, f"/simulator?{urlencode({'from': phone, 'to': ours, 'heard': heard})}")

    async def page(self, request: Request) -> Response:
        phone, ours = self._chosen(request.query_params)
        context: dict[str, Any] = {
            **await self._phone(phone, ours),
            **self._delivery(request.query_params.get("answered")),
            "numbers": await self._offered(ours),
            "owner": OWNER,
            "onboarding": self._desk.settings.onboarding_number,
            "heard": request.query_params.get("heard"),
            "faults": self._faults(),
            "body": "",
            "twice": False,
        }
        return self._renderer.page(request, "simulator.html", **context)

    async def phone_part(self, request: Request) -> Response:
        return self._renderer.page(request, "_phone.html", **await self._phone(*self._chosen(request.query_params)))

    async def faults_part(self, request: Request) -> Response:
        return self._renderer.page(request, "_faults.html", faults=self._faults())

    async def text(self, request: Request) -> Response:
        """A phone texts the desk, through the real webhook over HTTP."""
        form = await read_form(request)
        phone, ours = self._chosen(form)
        body, twice = form.get("body", "").strip()[:1600], "twice" in form
        statuses = await self._carrier.text(phone, ours, body, times=2 if twice else 1) if body else []
        answered = ",".join(map(str, statuses)) or ("-" if body else None)
        if "hx-request" in request.headers:
            context: dict[str, Any] = {**self._delivery(answered), "body": "", "twice": twice}
            return self._renderer.page(request, "_compose.html", headers={"HX-Trigger": "texted"}, **context)
        onward = {"from": phone, "to": ours, **({"answered": answered} if answered else {})}
        return go_to(request, f"/simulator?{urlencode(onward)}")

    async def toggle_fault(self, request: Request) -> Response:
        """Arm a fault for the next occasion, or disarm it."""
        form = await read_form(request)
        fault = next((one for one in _FAULTS if one.value == form.get("fault")), None)
        if fault is None:
            raise HTTPException(400, "There is no such fault.")
        self._carrier.faults.next(fault, 0 if _armed(self._carrier, fault) else 1)
        if "hx-request" in request.headers:
            return self._renderer.page(request, "_faults.html", faults=self._faults())
        return go_to(request, "/simulator")

    def _chosen(self, given: Any) -> tuple[str, str]:
        """The phone and our number, from a query or a form. Raises HTTPException 400."""
        phone = re.sub(r"[\s().-]", "", given.get("from") or LEAD)
        if not _E164.fullmatch(phone):
            raise HTTPException(400, f"{phone[:20]} is not a phone number with its country code, like {LEAD}.")
        numbers = self._numbers
        if not numbers:
            raise HTTPException(404, "The simulated carrier has no number for the desk; set TWILIO_NUMBER.")
        ours = given.get("to") or numbers[0]
        if ours not in numbers:
            raise HTTPException(400, f"{ours[:20]} is not a number of this desk; it has {', '.join(numbers)}.")
        return phone, ours

    async def _phone(self, phone: str, ours: str) -> dict[str, Any]:
        async with views.reading(self._desk) as tx:
            ledger = await views.phone_ledger(tx, phone=phone, our_number=ours, limit=_LAST_ROWS)
            opted_out = await views.opted_out(tx, phone=phone, our_number=ours)
        items = screen(self._carrier.phone(phone)[-2 * _LAST_ROWS :], ledger, ours)[-_LAST_ROWS:]
        return {
            "phone": phone,
            "ours": ours,
            "items": items,
            "opted_out": opted_out,
            "conversation_id": ledger[0].conversation_id if ledger else None,
        }

    def _delivery(self, answered: str | None) -> dict[str, Any]:
        """How the webhook answered, from what `text` put into the URL."""
        if answered == "-":
            return {"answers": []}
        codes = answered.split(",")[:10] if answered else None
        return {"answers": codes if codes and all(re.fullmatch(r"\d{1,3}", code) for code in codes) else None}

    def _faults(self) -> list[tuple[str, str, bool]]:
        return [(fault.value, words, _armed(self._carrier, fault)) for fault, words in _FAULTS.items()]


def _armed(carrier: Carrier, fault: Fault) -> bool:
    """Whether the next occasion will have this fault; the carrier has no public word for it."""
    return carrier.faults.armed(fault) > 0
