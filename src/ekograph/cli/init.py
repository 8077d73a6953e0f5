"""`ekograph init`: the folder of a new site, which works at once."""

from __future__ import annotations

from pathlib import Path

import click

from ekograph.cli import fail, options
from ekograph.i18n import Messages, reader_language

_EPILOG = """\b
Examples:
  ekograph init trees --base https://example.org/trees/
  ekograph init birds --from birds.ttl

\b
Exit status: 0 written, 2 nothing was written."""


@click.command("init", epilog=_EPILOG)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False)
@click.option("--base", help="What begins the IRIs of your things; with --from, what relative IRIs are completed with.")
@click.option("--language", "languages", multiple=True, help="Language of the pages, as en; several: once for each.")
@click.option(
    "--from", "origin", type=click.Path(path_type=Path), help="RDF file of a vocabulary or dataset that there is."
)
@options.language
@click.pass_obj
def command(  # noqa: PLR0913, PLR0917 - an argument for each option, as click has it
    site: Path, folder: Path | None, base: str | None, languages: tuple[str, ...], origin: Path | None, lang: str | None
) -> None:
    """Write a new site into FOLDER: settings, ontology, data, a rule, an example query. No file is overwritten."""
    from ekograph.publish.rdf_files import ReadingError
    from ekograph.scaffold import new_site

    messages, notes = Messages("init", reader_language(lang)), Messages("serve", reader_language(lang))
    target = folder or site
    base = base or (None if origin else f"https://example.org/{target.resolve().name.lower().replace(' ', '-')}/")
    if base and not (base.startswith(("http://", "https://")) and (origin or base.endswith("/"))):
        fail(messages("base-form", base=base))
    try:
        if origin:
            made = new_site.around(
                origin, base, languages, lambda key, **values: click.echo(notes(key, **values), err=True)
            )
        else:
            made = new_site.starter(base or "", languages or ("en",))
    except ReadingError as error:
        fail(notes(error.key, **error.values))
    for name in made.files:
        if (target / name).exists():
            fail(messages("exists", path=target / name))
    for name, data in made.files.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_bytes(data)
        click.echo(messages("written", path=target / name))
    click.echo(messages("done", space=made.space, languages=", ".join(made.languages)))
    option = "" if target.resolve() == Path.cwd() else f" --site {target}"
    for step in ("check", "publish", "serve"):
        click.echo(f"  ekograph{option} {step}")
