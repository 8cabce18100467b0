"""`frontdesk tools`: what a voice agent may call, to read, or as the definitions that are pasted at its provider."""

import orjson
import typer

from frontdesk.channels import BUILT_IN_TOOLS
from frontdesk.commands.given import quiet_settings
from frontdesk.commands.printing import AsJson, print_table, say
from frontdesk.providers.vapi_webhooks import PROFILES, VAPI
from frontdesk.tools import Tool, make_tool

__all__ = ["tools"]


def tools(context: typer.Context, as_json: AsJson = False) -> None:
    """List the built-in tools of voice agents; with --json as definitions to paste into an assistant at Vapi."""
    base = quiet_settings(context).public_url
    ours = [make_tool(function) for function in BUILT_IN_TOOLS]
    if as_json:
        url = f"{base.rstrip('/')}{PROFILES[VAPI].path}" if base else None
        # Written as it is: the names in it are the provider's and the tools' own.
        say(orjson.dumps([_definition(tool, url) for tool in ours], option=orjson.OPT_INDENT_2).decode())
        return
    rows = [(tool.name, tool.description, ", ".join(tool.parameters["properties"])) for tool in ours]
    print_table("Tools of voice agents", ("Tool", "What it does", "Takes"), rows)


def _definition(tool: Tool, url: str | None) -> dict[str, object]:
    function: dict[str, object] = {"name": tool.name, "description": tool.description, "parameters": tool.parameters}
    definition: dict[str, object] = {"type": "function", "function": function}
    return definition | ({"server": {"url": url}} if url else {})
