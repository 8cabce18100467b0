"""`frontdesk tools`: what a voice agent may call, as the definitions that are pasted at its provider."""

import orjson
import typer

from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import say
from frontdesk.desk import BUILT_IN_TOOLS
from frontdesk.providers.vapi_webhooks import PROFILES, VAPI
from frontdesk.tools import Tool, make_tool

__all__ = ["tools"]


def tools(context: typer.Context) -> None:
    """Print the built-in tools of voice agents as JSON, to paste into an assistant at Vapi (model.tools)."""
    base = quiet_settings(context).public_url
    url = f"{base.rstrip('/')}{PROFILES[VAPI].path}" if base else None
    definitions = [_definition(make_tool(function), url) for function in BUILT_IN_TOOLS]
    # Written as it is: the names in it are the provider's and the tools' own.
    say(orjson.dumps(definitions, option=orjson.OPT_INDENT_2).decode())


def _definition(tool: Tool, url: str | None) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    definition: dict[str, object] = {"type": "function", "function": function}
    return definition | ({"server": {"url": url}} if url else {})
