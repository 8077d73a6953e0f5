"""The walls of the house: who may import whom, read from the code and seen in a fresh interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "src" / "ekograph"

#: For each part: the parts it may import. What is not named here is a module at the top, which no part owns.
MAY_IMPORT = {
    "authoring": {"authoring"},
    "pages": {"pages"},
    "engine": {"engine"},
    "publish": {"publish", "authoring", "pages", "engine"},
    "web": {"web", "pages", "engine"},
    "cli": {"cli", "authoring", "pages", "engine", "publish", "web"},
}


def imports_of(path: Path) -> set[str]:
    """The modules of ekograph that a file imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
    return {each for each in found if each.split(".")[0] == "ekograph"}


def modules() -> dict[str, Path]:
    names = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        names[".".join(parts).removesuffix(".__init__")] = path
    return names


def part_of(module: str) -> str | None:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in MAY_IMPORT else None


@pytest.mark.parametrize("module", sorted(modules()))
def test_a_part_imports_only_what_its_wall_lets_through(module):
    wanted = {part_of(each) for each in imports_of(modules()[module])} - {None}
    own = part_of(module)
    # The top-level modules are below all parts; the command's entry point alone starts the command line.
    allowed = MAY_IMPORT[own] if own else {"cli"} if module == "ekograph.__main__" else set()
    assert wanted <= allowed


def test_the_imports_make_no_circle():
    known = modules()
    graph = {
        name: {each for each in imports_of(path) if each in known and each != name} for name, path in known.items()
    }
    done: set[str] = set()

    def visit(name: str, way: tuple[str, ...]) -> None:
        assert name not in way, " -> ".join([*way, name])
        if name not in done:
            for each in graph[name]:
                # A package's own name is only its docstring here, but for the command line.
                visit(each, (*way, name))
            done.add(name)

    for name in graph:
        if name not in {"ekograph.cli", "ekograph.__main__"} and not name.startswith("ekograph.cli."):
            visit(name, ())


def test_the_worker_knows_what_it_talks_in_reads_and_writes_and_nothing_else_of_ekograph():
    names = ("board", "borrowed", "faults", "frames", "output", "scanner", "writing")
    own = {f"ekograph.engine.{name}" for name in names}
    known = modules()
    assert imports_of(PACKAGE / "engine" / "worker.py") & known.keys() == own
    below = set().union(*(imports_of(known[name]) & known.keys() for name in own))
    assert below <= own | {"ekograph.percent"}
    assert not imports_of(known["ekograph.percent"])


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ekograph.web.app", {"rdflib", "pyshacl", "shacl", "pyld"}),
        ("ekograph.web.server", {"rdflib", "pyshacl", "shacl", "fastapi", "starlette", "jinja2", "pydantic"}),
        ("ekograph.publish.pipeline", {"fastapi", "starlette", "uvicorn", "rdflib", "pyshacl"}),
        ("ekograph.authoring.check", {"rdflib", "pyshacl", "fastapi"}),
        ("ekograph.cli", {"rdflib", "pyoxigraph", "fastapi", "uvicorn", "jinja2"}),
    ],
)
def test_importing_a_module_loads_nothing_it_does_not_need(module, absent):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)
