"""Twilio's REST of numbers over a simulated carrier: those of the account, those for sale, and buying one.

Source: Twilio, AvailablePhoneNumber Local and IncomingPhoneNumber resources. A list of numbers for sale has one page.
"""

import asyncio
from typing import Any
from urllib.parse import parse_qsl
from uuid import NAMESPACE_URL, uuid5

import phonenumbers
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from frontdesk.simulator.answers import FORM, error, refused, throttled
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.faults import Fault
from frontdesk.simulator.refusals import Refusal
from frontdesk.simulator.unanswered import Dropped, Hung

__all__ = ["number_routes"]

_PAGE = 1000
_FOR_SALE = 50


def number_routes(carrier: Carrier, account: str) -> list[Route]:
    """The routes of numbers below an account's path."""

    async def list_owned(request: Request) -> Response:
        return refused(request, carrier) or JSONResponse(_page(carrier))

    async def list_for_sale(request: Request) -> Response:
        return refused(request, carrier) or JSONResponse(_for_sale(request, carrier))

    async def buy(request: Request) -> Response:
        return refused(request, carrier) or await _buy(request, carrier)

    return [
        Route(f"{account}/IncomingPhoneNumbers.json", list_owned, methods=["GET"]),
        Route(f"{account}/IncomingPhoneNumbers.json", buy, methods=["POST"]),
        Route(account + "/AvailablePhoneNumbers/{country}/Local.json", list_for_sale, methods=["GET"]),
    ]


def _page(carrier: Carrier) -> dict[str, Any]:
    """The account's numbers, all on one page."""
    base = f"/2010-04-01/Accounts/{carrier.account_sid}/IncomingPhoneNumbers"
    rows = [_owned(carrier, number) for number in (*carrier.numbers, *carrier.shop.bought)]
    page = {"page": 0, "page_size": _PAGE, "start": 0, "end": max(len(rows) - 1, 0), "uri": f"{base}.json"}
    return {"incoming_phone_numbers": rows, "next_page_uri": None, "previous_page_uri": None, **page}


def _owned(carrier: Carrier, number: str) -> dict[str, Any]:
    """One number; its webhooks are those of its order, else the hooks' own, unless its texts go elsewhere."""
    order = carrier.shop.bought.get(number, {})
    return {
        "account_sid": carrier.account_sid,
        "capabilities": {"voice": True, "sms": True, "mms": True, "fax": False},
        "friendly_name": order.get("FriendlyName") or number,
        "phone_number": number,
        "sid": f"PN{uuid5(NAMESPACE_URL, number).hex}",
        "sms_method": "POST",
        "sms_url": carrier.hooks.elsewhere.get(number, order.get("SmsUrl", carrier.hooks.sms_url)),
        "status": "in-use",
        "status_callback": order.get("StatusCallback", ""),
        "voice_url": order.get("VoiceUrl", carrier.hooks.voice_url),
    }


def _for_sale(request: Request, carrier: Carrier) -> dict[str, Any]:
    asked, country = request.query_params, request.path_params["country"].upper()
    size = asked.get("PageSize", "")
    limit = min(int(size), _PAGE) if size.isascii() and size.isdigit() else _FOR_SALE
    found = carrier.shop.for_sale(country, asked.get("AreaCode", ""), limit, carrier.numbers)
    rows = [
        {
            "address_requirements": "none",
            "beta": False,
            "capabilities": {"voice": True, "SMS": True, "MMS": True},
            "friendly_name": phonenumbers.format_number(
                phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.NATIONAL
            ),
            "iso_country": country,
            "phone_number": number,
        }
        for number in found
    ]
    return {"available_phone_numbers": rows, "uri": f"{request.url.path}?{request.url.query}"}


async def _buy(request: Request, carrier: Carrier) -> Response:
    """Sell a number, with whatever trouble the faults have in store before and after."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return error(415, "Unsupported Media Type", status=415)
    order = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
    faults = carrier.faults
    if faults.strikes(Fault.THROTTLE):
        return throttled(carrier)
    if faults.strikes(Fault.HTTP_500_BEFORE_ACCEPT):
        return error(20500, "Internal Server Error", status=500)
    if faults.strikes(Fault.DROP_BEFORE_ACCEPT):
        return Dropped()
    try:
        number = carrier.shop.buy(order, carrier.numbers)
    except Refusal as refusal:
        return error(refusal.code, refusal.message, status=refusal.status)
    await asyncio.sleep(faults.delay_seconds)
    if faults.strikes(Fault.HTTP_500_AFTER_ACCEPT):
        return error(20500, "Internal Server Error", status=500)
    if faults.strikes(Fault.DROP_AFTER_ACCEPT):
        return Dropped()
    if faults.strikes(Fault.HANG_AFTER_ACCEPT):
        return Hung()
    return JSONResponse(_owned(carrier, number), status_code=201)
