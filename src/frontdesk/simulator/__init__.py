"""A carrier that speaks the real providers' HTTP, with faults on demand: to try things out and to test."""

from frontdesk.simulator.arrivals import Arrival, Fate
from frontdesk.simulator.carrier import Carrier
from frontdesk.simulator.faults import Faults
from frontdesk.simulator.messages import SimulatedMessage
from frontdesk.simulator.model import SimulatedModel
from frontdesk.simulator.model_api import serve_model
from frontdesk.simulator.model_faults import ModelFault
from frontdesk.simulator.server import serve, serve_whatsapp
from frontdesk.simulator.stripe import Cashier
from frontdesk.simulator.voice_agent import VoiceAgent
from frontdesk.simulator.whatsapp import GraphError, WhatsAppCarrier, WhatsAppMessage

__all__ = [
    "Arrival",
    "Carrier",
    "Cashier",
    "Fate",
    "Faults",
    "GraphError",
    "ModelFault",
    "SimulatedMessage",
    "SimulatedModel",
    "VoiceAgent",
    "WhatsAppCarrier",
    "WhatsAppMessage",
    "serve",
    "serve_model",
    "serve_whatsapp",
]
