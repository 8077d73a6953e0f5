"""What large sources say waits on the disk, and is the same when it is read."""

from pathlib import Path

from ekograph.i18n import Messages
from ekograph.rdf.formats import TURTLE
from ekograph.validation.parsing import Texts, TextSpool, parsed
from ekograph.validation.sources import Source


def test_files_say_the_same_from_the_disk():
    messages = Messages("check", "en")
    files = [
        parsed(Source(Path(name), name, "data", f"http://x.example/{name}", TURTLE, text), messages)
        for name, text in {
            "a": b'<http://x.example/a> <http://x.example/p> "a\\u00E4" , [ <http://x.example/p> 1 ] .',
            "b": b"",
            "c": b"<http://x.example/c> <http://x.example/p> <http://x.example/a> .",
        }.items()
    ]
    spool = TextSpool()
    spooled = [file._replace(text=spool.add(file.ntriples)) for file in files]
    assert list(Texts(spooled)) == list(Texts(files)) == [file.ntriples for file in files]
    assert [file.nquads for file in spooled] == [file.nquads for file in files]
    assert list(Texts(spooled)[1:]) == list(Texts(files))[1:]
    assert [file.quads for file in reversed(spooled)] == [file.quads for file in reversed(files)]
