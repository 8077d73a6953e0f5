"""The settings of a site: read from ekograph.toml, then from EKOGRAPH_* in the environment."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple
from urllib.parse import urlsplit

FILE_NAME = "ekograph.toml"

_PREFIX = "EKOGRAPH_"


#: What a site can mostly be: concepts, an ontology, a catalogue, other data.
PROFILES = ("skos", "owl", "dcat", "rdf")

#: Forms of the dumps, and the modules that they are written with.
MORE_DUMPS = MappingProxyType({"parquet": "pyarrow", "zst": "zstandard"})

#: The form that texts of a setting have, and what to do about another. An IRI is what RFC 3987 allows after a scheme.
_FORMS = {
    "base": (r"(?s)https?://.*[/#]", "give an http(s) IRI that ends in a slash or a hash"),
    "own": (
        r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]+",
        "give what the IRIs of your things begin with, as in https://example.org/voc/",
    ),
    "images": (r"https?://[A-Za-z0-9.-]+(:\d+)?", "give scheme and host alone, as in https://example.org"),
    "profile": ("|".join(PROFILES), f"the profiles are {', '.join(PROFILES)}"),
    "security_contact": (
        r"(?s)(mailto:|https://|tel:).*",
        "give an address that begins with mailto:, tel: or https://",
    ),
    "contact": (r"(?s)(mailto:|https?://).*", "give an address that begins with mailto: or https://"),
}

#: How much a finding of a rule of the check can matter.
_SEVERITIES = ("off", "info", "warning", "violation")


class PlainError(Exception):
    """What a command cannot go on after; the text is for people and says all."""


class ConfigError(PlainError):
    """A setting that cannot be used; the text says which, and what to do."""


class Settings(NamedTuple):
    """All settings of one site, with what the documentation says of them.

    Each can be given as EKOGRAPH_<NAME> too; lists are separated by commas.
    """

    root: Path
    base: Annotated[str, "IRI under which the site's things are named; ends in a slash or a hash."] = ""
    own: Annotated[tuple[str, ...], "Further IRIs that begin the names of the site's things."] = ()
    title: Annotated[str, "Name of the site, where neither its theme nor its data has one."] = ""
    profile: Annotated[str, "What the site mostly is: skos, owl, dcat or rdf; empty: by its data."] = ""
    contact: Annotated[
        str, "Where readers write, as mailto:… or https://…; the feedback link of each page adds its address."
    ] = ""
    dataset: Annotated[str, "IRI of the dataset of the catalogue that is this site's own, where it has several."] = ""
    public_url: Annotated[
        str, "Where this copy lives, perhaps below a path, as https://example.fi/data; empty: host and port."
    ] = ""
    languages: Annotated[tuple[str, ...], "Languages of pages and messages, in order of fallback."] = ("en",)
    host: Annotated[str, "Address to listen on."] = "127.0.0.1"
    port: Annotated[int, "Port to listen on."] = 8000
    allowed_hosts: Annotated[tuple[str, ...], "Host names answered besides that of public_url and loopback."] = ()
    security_contact: Annotated[
        str, "Where to tell of weaknesses, as mailto:… or https://…; told at /.well-known/security.txt (RFC 9116)."
    ] = ""
    trusted_proxy: Annotated[str, "Address of the proxy whose X-Forwarded-For names the client; empty: none."] = ""
    processes: Annotated[int, "How many processes serve; they share what memory queries may take."] = 1
    snapshots: Annotated[
        str, "Folder of the published snapshots, relative to the site; or s3://BUCKET/PREFIX, and a folder of copies."
    ] = "snapshots"
    keep: Annotated[int, "How many snapshots are kept."] = 20
    more_dumps: Annotated[
        tuple[str, ...], "Further forms of the dumps: parquet (needs the extra parquet), zst (needs the extra zstd)."
    ] = ()
    union_default_graph: Annotated[bool, "Whether the default graph is the union of all graphs."] = True
    query_seconds: Annotated[float, "Wall time a query may take, in seconds."] = 10.0
    query_memory_mb: Annotated[int, "Memory a query may take, in MB."] = 384
    dataset_mb: Annotated[int, "Memory a large dataset may take, in MB; a larger one is queried on disk."] = 512
    result_mb: Annotated[int, "Size of an answer to a query, in MB."] = 50
    access_log: Annotated[bool, "Whether each request is logged as a line of JSON, without its query."] = False
    memory_mb: Annotated[int, "Memory that checking and publishing a large site aim to stay within, in MB."] = 1000
    builder: Annotated[str, "What builds a large site: local, or a Spark cluster, as spark://host:port."] = "local"
    theme: Annotated[str, "Folder of the site's own templates, messages and hooks, relative to the site."] = ""
    images: Annotated[
        tuple[str, ...], "Hosts whose pictures pages show, as https://example.org; those of others are links."
    ] = ()
    checks: Annotated[
        tuple[str, ...], "Rules beside the site's own: skos, owl, or files of shapes of others, relative to the site."
    ] = ()
    severity: Annotated[
        Mapping[str, str],
        "A table: how much a finding of the check's own rules matters, by its id: off, info, warning or violation.",
    ] = MappingProxyType({})
    remote_endpoint: Annotated[str, "SPARQL endpoint of another store, to answer in place of the embedded engine."] = ""

    @property
    def snapshots_dir(self) -> Path:
        """The folder of the snapshots, or of the copies of those in a bucket, absolute."""
        folder = self.snapshots.partition(" ")[2].strip() or "snapshots" if self.bucket else self.snapshots
        return self.root / folder

    @property
    def bucket(self) -> str:
        """The URL of the bucket that has the snapshots; "" where a folder has them."""
        return self.snapshots.partition(" ")[0] if self.snapshots.startswith("s3://") else ""

    @property
    def theme_dir(self) -> Path | None:
        """The folder of the theme, absolute; None where the site names none."""
        return self.root / self.theme if self.theme else None

    @property
    def address(self) -> str:
        """The URL this copy is reached at, without a slash at its end."""
        if self.public_url:
            return self.public_url
        # All addresses of a machine together are none that anybody could ask.
        name = "localhost" if self.host in {"0.0.0.0", "::", ""} else self.host  # noqa: S104 - looked for, not bound
        host = f"[{name}]" if ":" in name else name
        return f"http://{host}:{self.port}"


def load(root: Path, **overrides: Any) -> Settings:
    """Settings of the site in `root`; `overrides` (from the command line) win where they are not None.

    Raises ConfigError for an unreadable file, an unknown setting, or a value that cannot be used.
    """
    path = root / FILE_NAME
    values = _from_file(path) if path.exists() else {}
    values |= {name: os.environ[_env(name)] for name in names() if _env(name) in os.environ}
    for variable in sorted(name for name in os.environ if name.startswith(_PREFIX)):
        if variable not in map(_env, names()):
            # Loaded for those who need it.
            import logging
            from difflib import get_close_matches

            log = logging.getLogger("ekograph")
            nearest = "".join(f"; did you mean {name}?" for name in get_close_matches(variable, map(_env, names()), 1))
            log.warning("%s in the environment is no setting and has no effect%s", variable, nearest)
    values |= {name: value for name, value in overrides.items() if value is not None}
    settings = Settings(root=root.resolve())
    for name, value in values.items():
        settings = settings._replace(**{name: _converted(name, value, getattr(settings, name))})
    return _checked(settings)


def names() -> list[str]:
    """The names of all settings, in the order of the documentation."""
    return [name for name in Settings._fields if name != "root"]


def _env(name: str) -> str:
    return f"{_PREFIX}{name.upper()}"


def _from_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    unknown = sorted(set(values) - set(names()))
    if unknown:
        raise ConfigError(f"{path}: there is no setting {unknown[0]!r}; the settings are {', '.join(names())}")
    return values


def _converted(name: str, value: Any, default: Any) -> Any:
    """`value` in the type of `default`; text (from the environment) is read as TOML would."""
    kind = type(default)
    try:
        if kind is tuple:
            return tuple(value) if isinstance(value, list | tuple) else tuple(filter(None, value.split(",")))
        if kind is bool and isinstance(value, str):
            return {"true": True, "1": True, "false": False, "0": False}[value.lower()]
        if kind is bool and not isinstance(value, bool):
            raise ValueError(value)
        if kind is MappingProxyType:
            if set(value.values()) - set(_SEVERITIES) or not all(rule.startswith("gate-") for rule in value):
                raise ConfigError(f"{name} is {value!r}; give {', '.join(_SEVERITIES)} to rules that begin with gate-")
            return MappingProxyType(dict(value))
        return kind(value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"the setting {name} cannot be {value!r}; it is of type {kind.__name__}") from error


def _checked(settings: Settings) -> Settings:
    for name, (form, advice) in _FORMS.items():
        value = getattr(settings, name)
        for part in value if isinstance(value, tuple) else [value] if value else []:
            if not re.fullmatch(form, part):
                raise ConfigError(f"{name} {'holds' if isinstance(value, tuple) else 'is'} {part!r}; {advice}")
    url = urlsplit(settings.public_url)
    if settings.public_url and (url.scheme not in {"http", "https"} or not url.netloc or url.query or url.fragment):
        raise ConfigError(
            f"public_url is {settings.public_url!r}; give scheme and host, "
            "perhaps a path, as in https://data.example.fi or https://example.fi/data"
        )
    for name in settings.more_dumps:
        if name not in MORE_DUMPS or not find_spec(MORE_DUMPS[name]):
            forms = ", ".join(f"{form} (pip install {module})" for form, module in MORE_DUMPS.items())
            raise ConfigError(f"more_dumps holds {name!r}, which is unknown or not installed; there are {forms}")
    _check_numbers(settings)
    if not settings.languages:
        raise ConfigError("languages is empty; name at least one, as in languages = ['en']")
    if settings.base.endswith("#"):
        # The terms are named after the hash; graphs and other documents have names beside them.
        settings = settings._replace(base=f"{settings.base[:-1]}/", own=(settings.base, *settings.own))
    return settings._replace(public_url=settings.public_url.rstrip("/"))


def _check_numbers(settings: Settings) -> None:
    if not 0 <= settings.port <= 65535:
        raise ConfigError(f"port is {settings.port}; ports are 1 to 65535")
    for name in ("query_seconds", "query_memory_mb", "result_mb", "memory_mb", "keep", "processes"):
        if getattr(settings, name) <= 0:
            raise ConfigError(f"{name} is {getattr(settings, name)}; it must be above 0")
    if settings.dataset_mb < 0:
        raise ConfigError(f"dataset_mb is {settings.dataset_mb}; it must be 0, for none, or above")
