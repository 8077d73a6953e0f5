"""`ekograph serve`: serve the current snapshot; with --watch, publish again when a source changes."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ekograph.cli import fail, options
from ekograph.config import Settings, load
from ekograph.i18n import Messages, reader_language
from ekograph.publish.file_watcher import state, watch
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.urls import NO_BASE

if TYPE_CHECKING:
    from ekograph.web.service.live import Service


@click.command(epilog="Example: ekograph serve --port 8080 --watch\n\nExample: ekograph serve catalogue.trig")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: any free one.")
@click.option("--watch", "watching", is_flag=True, help="Publish again whenever a source changes.")
@click.option(
    "--no-union",
    "union_default_graph",
    flag_value=False,
    default=None,
    help="Keep the named graphs out of the default graph of queries.",
)
@options.language
@click.pass_obj
def command(site: Path, /, path: Path | None, lang: str | None, *, watching: bool, **given: Any) -> None:
    """Serve the published snapshot of the site; without one, publish it first.

    While there is none, as when the data does not conform, everything is answered 503; a snapshot goes live by itself.

    With PATH, serve that RDF file or folder (nq, trig, ttl, nt, jsonld, rdf) as it is, without a site and its rules.
    """
    messages = Messages("serve", reader_language(lang))
    logging.basicConfig(format="ekograph: %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if path is None:
        sys.exit(_serve_site(site, load(site, **given), messages, watching=watching))
    if watching:
        fail(messages("watch_needs_a_site"))
    sys.exit(_serve_anything(path, given, messages))


def _serve_site(site: Path, settings: Settings, messages: Messages, *, watching: bool) -> int:
    republishing = _Republishing(site, messages) if watching else None
    shelf = SnapshotRepository(settings.snapshots_dir)
    if republishing or shelf.current_name() is None:
        # What was published stays; where nothing was, the server waits for it, and the findings say what to mend.
        _ = republishing.publish() if republishing else _publish(site, messages.language)
    return _serve(settings, messages, republishing)


def _serve_anything(path: Path, given: dict[str, Any], messages: Messages) -> int:
    """Serve a file or a folder from a snapshot that lasts as long as the server."""
    from ekograph.publish.plain_rdf import ReadingError, publish_as_it_is

    with tempfile.TemporaryDirectory(prefix="ekograph-") as folder:
        settings = load(Path(folder), base=NO_BASE, **given)
        try:
            publish_as_it_is(path, settings)
        except ReadingError as error:
            fail(messages(error.key, **error.values))
        return _serve(settings, messages, None)


def _serve(settings: Settings, messages: Messages, republishing: _Republishing | None) -> int:
    """Serve until a signal comes; returns the exit status."""
    from ekograph.web.server import listen, serve

    try:
        listening, settings = listen(settings)
    except OSError as error:
        fail(_cannot_listen(settings, messages, error))

    def ready(live: Service) -> None:
        click.echo(_first_words(settings, live, messages))
        if republishing:
            republishing.begin(live)

    try:
        return serve(settings, listening, ready, watched=republishing is not None)
    finally:
        if republishing:
            republishing.stopped.set()


def _first_words(settings: Settings, live: Service, messages: Messages) -> str:
    """What is served and where, or why nothing is yet and what to do."""
    if live.name is not None:
        return messages("serving", url=settings.address, snapshot=live.name)
    shelf = SnapshotRepository(settings.snapshots_dir.resolve())
    key = "nothing_whole" if shelf.current_name() else "nothing_published"
    return messages(key, url=settings.address, shelf=shelf.path, site=settings.root)


class _Republishing:
    """Publishes whenever the sources change; what does not conform is told to the terminal and to /health."""

    def __init__(self, site: Path, messages: Messages) -> None:
        self.stopped = threading.Event()
        self._site = site
        self._messages = messages
        # Looked at before the first publication, so that no edit falls between that and the watching.
        self._seen = state(site)
        self._last = (0, "")

    def publish(self) -> tuple[int, str]:
        """Publish the sources as they are now; returns the exit status and what was said."""
        self._last = _publish(self._site, self._messages.language)
        return self._last

    def begin(self, live: Service) -> None:
        """Watch, in a thread of its own, from now on."""
        self._tell(live)
        threading.Thread(target=self._watch, args=(live,), daemon=True).start()

    def _watch(self, live: Service) -> None:
        def changed() -> None:
            self.publish()
            self._tell(live)

        watch(self._site, self._seen, changed, self.stopped)

    def _tell(self, live: Service) -> None:
        from ekograph.web.service.live import ServiceProblem

        status, findings = self._last
        live.trouble = ServiceProblem.now(self._messages("not_published"), findings) if status else None


def _publish(site: Path, language: str) -> tuple[int, str]:
    """Publish in a process of its own, so that nothing of the press stays in the memory of the server.

    Returns the exit status and what was said, which the terminal shows too.
    """
    arguments = [sys.executable, "-m", "ekograph", "--site", str(site), "publish", "--lang", language]
    done = subprocess.run(arguments, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    click.echo(done.stdout, nl=False)
    return done.returncode, done.stdout


def _cannot_listen(settings: Settings, messages: Messages, error: OSError) -> str:
    key = {errno.EADDRINUSE: "port_in_use", errno.EACCES: "port_forbidden"}.get(error.errno or 0, "cannot_listen")
    return messages(key, host=settings.host, port=settings.port, reason=error.strerror or str(error))
