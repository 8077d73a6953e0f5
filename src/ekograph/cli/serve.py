"""`ekograph serve`: serve the current snapshot; with --watch, publish again when a source changes."""

from __future__ import annotations

import errno
import logging
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ekograph.cli import fail, options
from ekograph.config import FILE_NAME, Settings, load
from ekograph.i18n import Messages, reader_language
from ekograph.snapshots.repository import SnapshotRepository
from ekograph.snapshots.snapshot import SnapshotError
from ekograph.urls import NO_BASE
from ekograph.validation.suppression import FILE as SUPPRESSED

if TYPE_CHECKING:
    from ekograph.web.service.live import Service

#: Seconds between looks at a bucket, and at the sources: one stat each, for some dozens of files.
_MIRROR_EVERY, _LOOK_EVERY = 1.0, 0.2

#: The folders a site is published from.
_FOLDERS = ("ontology", "data", "shapes", "queries", "descriptions", "theme")

log = logging.getLogger("ekograph")

#: Seconds after which a server that has begun to serve has time for what its data lacks.
_AFTER_START = 1.0


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
def command(site: Path, /, path: Path | None, lang: str | None, *, watching: bool, **overrides: Any) -> None:
    """Serve the published snapshot of the site; without one, publish it first.

    While there is none, as when the data does not conform, everything is answered 503; a snapshot goes live by itself.

    With PATH, serve that RDF file or folder as it is, without a site and its rules: nq, trig, ttl, nt, jsonld or rdf,
    also compressed (gz, zst).
    """
    messages = Messages("serve", reader_language(lang))
    logging.basicConfig(format="ekograph: %(message)s", level=logging.INFO, stream=sys.stderr)
    logging.getLogger("uvicorn").setLevel(logging.WARNING)
    if path is None:
        sys.exit(_serve_site(site, lambda: load(site, **overrides), messages, watching=watching))
    if watching:
        fail(messages("watch_needs_a_site"))
    sys.exit(_serve_path(path, overrides, messages))


def _serve_site(site: Path, reread: Callable[[], Settings], messages: Messages, *, watching: bool) -> int:
    settings = reread()
    if watching:
        republisher = _Republisher(site, messages)
        republisher.publish()
        try:
            return _serve(settings, messages, republisher.start, reread, watched=True)
        finally:
            republisher.stopped.set()
    if settings.bucket:
        return _serve(settings, messages, _Mirror(settings).start, reread)
    if SnapshotRepository(settings.snapshots_dir).current_name() is None:
        # Where it does not conform, the server waits for a snapshot, and the findings say what to mend.
        _publish(site, messages.language)
    return _serve(settings, messages, reread=reread)


def _serve_path(path: Path, overrides: dict[str, Any], messages: Messages) -> int:
    """Serve a file or a folder from a snapshot that lasts as long as the server."""
    from ekograph.build.jobs import failure, subprocess_job
    from ekograph.cli.terminal import progress
    from ekograph.publish.plain_rdf import publish_as_it_is
    from ekograph.publish.rdf_files import ReadingError

    def note(key: str, **values: object) -> None:
        click.echo(messages(key, **values), err=True)

    # By default SIGTERM would end the process at once and leave the folder behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with tempfile.TemporaryDirectory(prefix="ekograph-") as folder:
        settings = load(Path(folder), base=NO_BASE, theme="", **overrides)
        try:
            unfinished = publish_as_it_is(path, settings, note, lambda step: progress(messages(step)))
        except ReadingError as error:
            progress("")
            fail(messages(error.key, **error.values))
        progress("")
        if not unfinished:
            return _serve(settings, messages)
        ended = threading.Event()
        with ExitStack() as stack:

            def prepare(service: Service) -> None:
                # The first pages go before the rest of the work.
                if ended.wait(_AFTER_START):
                    return
                job = stack.enter_context(subprocess_job("ekograph.publish.plain_rdf", folder, keep=False))
                if (code := job.wait()) and not ended.is_set():
                    reason = str(failure(code).strerror)
                    log.error("%s", messages("not_prepared", folder=folder, reason=reason, path=path))
                    service.lack(reason)

            note("unfinished")
            try:
                return _serve(
                    settings, messages, lambda service: threading.Thread(target=prepare, args=[service]).start()
                )
            finally:
                ended.set()


def _serve(
    settings: Settings,
    messages: Messages,
    then: Callable[[Service], None] = lambda _: None,
    reread: Callable[[], Settings] | None = None,
    *,
    watched: bool = False,
) -> int:
    """Serve until a signal comes, and do something once it has begun; returns the exit status."""
    from ekograph.web.server import listen, serve

    try:
        listening, settings = listen(settings)
    except OSError as error:
        key = {errno.EADDRINUSE: "port_in_use", errno.EACCES: "port_forbidden"}.get(error.errno or 0, "cannot_listen")
        reason = error.strerror or str(error)
        fail(messages(key, host=settings.host, port=settings.port, reason=reason))

    def ready(service: Service) -> None:
        if service.deployment is not None:
            manifest = service.deployment.snapshot.manifest
            profile = messages(f"profile.{manifest.profile or 'rdf'}")
            click.echo(messages("serving", url=settings.address, profile=profile, snapshot=manifest.name))
        else:
            repository = SnapshotRepository(settings.snapshots_dir.resolve())
            key = "nothing_whole" if repository.current_name() else "nothing_published"
            click.echo(messages(key, url=settings.address, shelf=repository.path, site=settings.root))
        then(service)

    return serve(settings, listening, ready, reread, watched=watched)


class _Mirror:
    """Keeps copies of what is current in a bucket; what fails goes to the log and to /health, the last copy stays."""

    def __init__(self, settings: Settings) -> None:
        from ekograph.snapshots.bucket import BucketRepository

        self._repository = BucketRepository(settings.bucket, settings.snapshots_dir, settings.keep)
        # Of several processes only one that has been forked may do this: the client of the bucket has threads.
        empty = self._repository.current_name() is None
        if empty and settings.processes == 1 and (problem := self._follow()):
            log.error("%s", problem)

    def start(self, service: Service) -> None:
        """Follow the bucket in a thread."""
        threading.Thread(target=self._keep, args=[service], daemon=True).start()

    def _keep(self, service: Service) -> None:
        from ekograph.web.service.live import ServiceProblem

        reported = None
        while True:
            problem = self._follow()
            if problem and (reported is None or reported.text != problem):
                log.error("%s", problem)
                service.problem = reported = ServiceProblem.now(problem)
            elif not problem and reported:
                service.problem = None if service.problem is reported else service.problem
                reported = None
            time.sleep(_MIRROR_EVERY)

    def _follow(self) -> str:
        """Look at the bucket; returns what is wrong."""
        try:
            self._repository.follow()
        except (SnapshotError, OSError) as error:
            return str(error)
        return ""


class _Republisher:
    """Publishes whenever the sources change; findings go to the terminal and to /health."""

    def __init__(self, site: Path, messages: Messages) -> None:
        self.stopped = threading.Event()
        self._site = site
        self._messages = messages
        # Read before the first publication, so that no edit falls between that and the watching.
        self._state = _state(site)
        self._last = (0, "")

    def publish(self) -> None:
        """Publish the sources as they are now, and keep the outcome for /health."""
        self._last = _publish(self._site, self._messages.language)

    def start(self, service: Service) -> None:
        """Report to the service, and watch the sources in a thread."""
        self._report(service)
        threading.Thread(target=self._watch, args=[service], daemon=True).start()

    def _watch(self, service: Service) -> None:
        while not self.stopped.wait(_LOOK_EVERY):
            current = _state(self._site)
            if current == self._state:
                continue
            # An editor may write a file in several steps: what is still moving is looked at again.
            while not self.stopped.wait(_LOOK_EVERY / 4) and (latest := _state(self._site)) != current:
                current = latest
            self._state = current
            self.publish()
            self._report(service)

    def _report(self, service: Service) -> None:
        from ekograph.web.service.live import ServiceProblem

        status, findings = self._last
        service.problem = ServiceProblem.now(self._messages("not_published"), findings) if status else None


def _state(root: Path) -> dict[Path, tuple[int, int, int]]:
    """Time of change, size and inode of each source file."""
    folders = (path for folder in _FOLDERS for path in (root / folder).rglob("*"))
    state = {}
    for path in (root / FILE_NAME, root / SUPPRESSED, *folders):
        with suppress(OSError):  # it is gone since it was listed, which the next look sees
            current = path.stat()
            state[path] = current.st_mtime_ns, current.st_size, current.st_ino
    return state


def _publish(site: Path, language: str) -> tuple[int, str]:
    """Publish in a process of its own, so that the server's memory holds nothing of it.

    Returns the exit status and what was printed, which the terminal shows too.
    """
    arguments = [sys.executable, "-m", "ekograph", "--site", str(site), "publish", "--lang", language]
    done = subprocess.run(arguments, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    click.echo(done.stdout, nl=False)
    return done.returncode, done.stdout
