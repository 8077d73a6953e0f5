"""`ekograph serve`: serve the current snapshot; with --watch, publish again when a source changes."""

from __future__ import annotations

import errno
import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ekograph.cli import fail
from ekograph.config import Settings, load
from ekograph.i18n import Messages, reader_language
from ekograph.publish.watch import state, watch
from ekograph.shelf import Shelf

if TYPE_CHECKING:
    from ekograph.web.live import Live


@click.command(epilog="Example: ekograph serve --port 8080 --watch")
@click.option("--host", help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0: any free one.")
@click.option("--watch", "watching", is_flag=True, help="Publish again whenever a source changes.")
@click.option("--lang", type=click.Choice(["fi", "sv", "en"]), help="Language of the messages.")
@click.pass_obj
def command(site: Path, host: str | None, port: int | None, watching: bool, lang: str | None) -> None:
    """Serve the published snapshot; without one, publish it first."""
    settings = load(site, host=host, port=port)
    messages = Messages("serve", reader_language(lang))
    logging.basicConfig(format="ekograph: %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    republishing = _Republishing(site, messages) if watching else None
    if republishing or Shelf(settings.snapshots_dir).current_name() is None:
        status, _ = republishing.publish() if republishing else _publish(site, messages.language)
        if status and Shelf(settings.snapshots_dir).current_name() is None:
            sys.exit(status)
    sys.exit(_serve(settings, messages, republishing))


def _serve(settings: Settings, messages: Messages, republishing: _Republishing | None) -> int:
    """Serve until a signal comes; returns the exit status."""
    from ekograph.web.server import listen, serve

    try:
        listening, settings = listen(settings)
    except OSError as error:
        fail(_cannot_listen(settings, messages, error))

    def ready(live: Live) -> None:
        click.echo(messages("serving", url=settings.address, snapshot=live.pair.snapshot.name))
        if republishing:
            republishing.begin(live)

    try:
        return serve(settings, listening, ready, watched=republishing is not None)
    finally:
        if republishing:
            republishing.stopped.set()


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

    def begin(self, live: Live) -> None:
        """Watch, in a thread of its own, from now on."""
        self._tell(live)
        threading.Thread(target=self._watch, args=(live,), daemon=True).start()

    def _watch(self, live: Live) -> None:
        def changed() -> None:
            self.publish()
            self._tell(live)

        watch(self._site, self._seen, changed, self.stopped)

    def _tell(self, live: Live) -> None:
        from ekograph.web.live import Trouble

        status, findings = self._last
        live.trouble = Trouble.now(self._messages("not_published"), findings) if status else None


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
