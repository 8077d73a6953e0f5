"""`ekograph mcp`: the site for language models, by the Model Context Protocol (https://modelcontextprotocol.io)."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ekograph import __version__
from ekograph.cli import fail

if TYPE_CHECKING:
    from mcp.server import MCPServer

_EPILOG = """\b
Examples:
  ekograph mcp
  ekograph mcp --url https://data.example.fi

A client starts this and talks with it over standard input and output. It asks the site as it is served, so that
queries have the limits of its endpoint.

\b
Exit status: 0 the client has ended, 2 the extra mcp is not installed."""

#: Characters of an answer that a model is given, and seconds that it is waited for.
_MOST, _PATIENCE = 60_000, 60


@click.command("mcp", epilog=_EPILOG)
@click.option("--url", help="Where the site is served; the site's own address where none is given.")
@click.pass_obj
def command(site: Path, url: str | None) -> None:
    """Let language models search, describe and query the served site (Model Context Protocol)."""
    if not find_spec("mcp"):
        fail("the server for language models needs the extra mcp: pip install 'ekograph[mcp]'")
    from ekograph import config

    server(url.rstrip("/") if url else config.load(site).address).run("stdio")


def server(address: str) -> MCPServer:
    """The tools, which ask the site at `address`."""
    import httpx2
    from mcp.server import MCPServer

    client = httpx2.Client(base_url=address, timeout=_PATIENCE, follow_redirects=True)
    made = MCPServer(
        "ekograph",
        version=__version__,
        instructions="Linked data. Search for things by name, describe what you find, and query with SPARQL 1.1;"
        " describe /llms.txt for what there is, and /queries for queries that work.",
    )

    def got(path: str, accept: str, **parameters: str) -> str:
        try:
            reply = client.get(path, params=parameters or None, headers={"Accept": accept})
        except httpx2.HTTPError as error:
            return f"The site at {address} does not answer: {error}. It may have to be started with: ekograph serve"
        text = reply.text
        return text if len(text) <= _MOST else f"{text[:_MOST]}\n… cut: ask for less, with LIMIT or a narrower search"

    @made.tool()
    def search(words: str, language: str = "", limit: int = 20) -> str:
        """Find things by their names, in any language: IRI, page, name and kind of each, as JSON. At most 50."""
        return got("/search.json", "application/json", q=words, lang=language, limit=str(min(max(limit, 1), 50)))

    @made.tool()
    def describe(thing: str) -> str:
        """Tell all that is known of a thing: by the path of its page (Markdown) or its IRI (Turtle)."""
        if thing.startswith("/"):
            return got(thing, "text/markdown, text/plain;q=0.9, */*;q=0.1")
        return got("/sparql", "text/turtle", query=f"DESCRIBE <{thing.strip('<>')}>")

    @made.tool()
    def query(sparql: str) -> str:
        """Ask in SPARQL 1.1: tables as CSV, graphs as Turtle. Prefixes of the site need not be declared."""
        return got("/sparql", "text/csv, text/turtle;q=0.9", query=sparql)

    return made
