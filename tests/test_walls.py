"""The walls of the house: who may import whom, read from the code and seen in a fresh interpreter."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from docs.picture import LAYERS

PACKAGE = Path(__file__).parents[1] / "src" / "ekograph"


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


def layer_of(module: str) -> tuple[str, int]:
    """The folder or top-level file that a module belongs to, and the number of its layer."""
    part = module.split(".")[1]
    part = {"scaffold": "cli", "lsp": "cli"}.get(part, part)
    return part, next(number for number, layer in enumerate(LAYERS) if part in layer)


@pytest.mark.parametrize("module", sorted(set(modules()) - {"ekograph", "ekograph.__main__"}))
def test_a_module_imports_from_its_own_folder_and_from_lower_layers_only(module):
    part, layer = layer_of(module)
    for imported in (imports_of(modules()[module]) & modules().keys()) - {"ekograph"}:
        other, below = layer_of(imported)
        assert other == part or below > layer, f"{module} imports {imported}"


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
        commands = ("ekograph.cli.", "ekograph.lsp.")
        if name not in {"ekograph.cli", "ekograph.__main__"} and not name.startswith(commands):
            visit(name, ())


def test_the_worker_knows_what_it_talks_in_reads_and_writes_and_nothing_else_of_ekograph():
    allowed = {"ekograph.engine", "ekograph.engine.errors", "ekograph.urls"} | {
        f"ekograph.engine.{name}" for name in ("workers", "direct", "diagnostics")
    }
    code = "import sys, ekograph.engine.workers.worker; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    ours = {".".join(module.split(".")[:3]) for module in loaded if module.startswith("ekograph.")}
    assert {"ekograph.engine.workers"} < ours <= allowed
    assert not {"asyncio", "uvicorn", "fastapi", "jinja2", "click"} & set(loaded)


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("ekograph.web.api.search", {"rdflib", "pyshacl", "shacl", "pyld"}),
        ("ekograph.web.server", {"rdflib", "pyshacl", "shacl", "fastapi", "starlette", "jinja2", "pydantic"}),
        ("ekograph.publish.pipeline", {"fastapi", "starlette", "uvicorn", "rdflib", "pyshacl"}),
        ("ekograph.validation.check", {"rdflib", "pyshacl", "fastapi"}),
        ("ekograph.cli", {"rdflib", "pyoxigraph", "fastapi", "uvicorn", "jinja2"}),
    ],
)
def test_importing_a_module_loads_nothing_it_does_not_need(module, absent):
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not absent & set(loaded)
