"""/simulator/pay: where a payment link of the simulator leads. Only with a simulated carrier."""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from frontdesk.clients import store as clients
from frontdesk.desk import Desk
from frontdesk.setting_kinds import secrets_in
from frontdesk.simulator import Carrier
from frontdesk.simulator.stripe import Cashier
from frontdesk.web import views
from frontdesk.web.forms import read_form
from frontdesk.web.pages import admitted
from frontdesk.web.rendering import Renderer

__all__ = ["cashier_routes"]


def cashier_routes(desk: Desk, renderer: Renderer, carrier: Carrier) -> list[Route]:
    """The page behind a payment link, and its button."""

    async def page(request: Request) -> Response:
        return await show(request, request.query_params.get("client_reference_id", ""))

    async def pay(request: Request) -> Response:
        """Pay: the cashier tells the desk so by a signed webhook, as Stripe does."""
        ref = (await read_form(request)).get("client_reference_id", "")
        secrets = secrets_in(desk.settings.stripe_webhook_secret)
        if not secrets or not carrier.hooks.sms_url:
            raise HTTPException(404, "The desk takes no payments here: set STRIPE_WEBHOOK_SECRET.")
        here = urlsplit(carrier.hooks.sms_url)
        cashier = Cashier(
            f"{here.scheme}://{here.netloc}/webhooks/stripe", secrets[0], live=desk.settings.payments.mode == "live"
        )
        return await show(request, ref, answered=await cashier.pay(ref))

    async def show(request: Request, ref: str, answered: int | None = None) -> Response:
        if not (ref.isascii() and ref.isdigit() and len(ref) < 19):
            raise HTTPException(400, "The link is broken: it names no client (client_reference_id).")
        async with views.reading(desk) as tx:
            client, phone = await clients.get(tx, int(ref)), await clients.owners_phone(tx, int(ref))
        if client is None:
            raise HTTPException(404, f"There is no client {ref}.")
        return renderer.page(
            request,
            "pay.html",
            client=client,
            phone=phone,
            onboarding=desk.settings.onboarding_number,
            answered=answered,
        )

    return [
        Route("/simulator/pay", admitted(page), methods=["GET"]),
        Route("/simulator/pay", admitted(pay), methods=["POST"]),
    ]
