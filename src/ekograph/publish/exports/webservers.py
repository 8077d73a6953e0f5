"""Configuration with which common web servers serve an export: types, redirects from things, negotiation."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

from ekograph.rdf import formats

#: The types of the other files in an export, by suffix.
_TYPES = {
    "atom": "application/atom+xml",
    "csv": "text/csv",
    "gz": "application/gzip",
    "geojson": "application/geo+json",
    "parquet": "application/vnd.apache.parquet",
    "zst": "application/zstd",
    "link": "application/link-format",
    "zip": "application/zip",
}
#: Where things are; what lies there is told of at /doc/.
_THINGS, _PAGES = "/id/", "/doc/"
#: Documents of which whoever accepts anything gets RDF.
_FOR_HARVESTERS = ("catalog", r"\.well-known/void", r"ldes(/[0-9a-f-]+)?")


def nginx(languages: Sequence[str], gone: Mapping[str, str]) -> str:
    """For nginx: a file to include in the `http` context, with the root of the export to be filled in.

    `gone` are the pages of what is described no more, and where each has moved to, or "".
    """
    ends = "|".join(item.suffix for item in formats.RDF)
    left = "".join(
        f"    {json.dumps(unquote(page), ensure_ascii=False)} {json.dumps(target or '410')};\n"
        for page, target in gone.items()
    )
    suffixes = "".join(f'    "~*{_pattern(item)}" .{item.suffix};\n' for item in formats.RDF)
    spoken = "".join(f'    "~*^{item}" {item};\n' for item in languages)
    types = "".join(f"        {media_type} {suffix};\n" for suffix, media_type in _media_types().items())
    harvested = "|".join(_FOR_HARVESTERS)
    return f"""# Put this into the http context of nginx and set server_name and root.
map $http_accept_language $ekograph_language {{
    default {languages[0]};
{spoken}}}
map $http_accept $ekograph_page {{
    default .$ekograph_language.html;
{suffixes}    "~*text/html" .$ekograph_language.html;
}}
map $http_accept $ekograph_data {{
    default .ttl;
    "~*text/html" .$ekograph_language.html;
{suffixes}}}
map $uri $ekograph_stem {{
    default $uri;
    "~^(?<ekograph_base>.+?)(?<ekograph_form>(\\.[a-z-]+)?\\.html|\\.({ends}))$" $ekograph_base;
}}
map $ekograph_stem $ekograph_left {{
    default "";
{left}}}
server {{
    listen 80;
    server_name data.example.fi;
    root /srv/ekograph;
    charset utf-8;
    charset_types text/html text/turtle text/csv text/plain;
    default_type application/octet-stream;
    types {{
{types}    }}
    add_header Access-Control-Allow-Origin "*" always;
    add_header X-Content-Type-Options nosniff always;
    add_header Vary "Accept, Accept-Language" always;
    if ($ekograph_left = 410) {{ return 410; }}
    if ($ekograph_left) {{ return 301 $ekograph_left$ekograph_form; }}
    location = / {{ try_files /index.$ekograph_language.html =404; }}
    if ($request_uri ~ ^{_THINGS}(.*)$) {{ return 303 $scheme://$http_host{_PAGES}$1; }}
    location = /sitemap.xml {{ types {{ }} default_type application/xml; }}
    location = /linkset.json {{ types {{ }} default_type application/linkset+json; }}
    location ~ ^/({harvested})$ {{ try_files $uri$ekograph_data =404; }}
    location / {{ try_files $uri $uri$ekograph_page $uri.$ekograph_language.html =404; }}
    location ~ /\\.ekograph-export|/nginx\\.conf|/\\.htaccess {{ return 404; }}
}}
"""


def apache(languages: Sequence[str], gone: Mapping[str, str]) -> str:
    """For Apache with mod_rewrite and mod_headers: the .htaccess of the export; `gone` as for nginx."""
    left = "".join(
        f"RewriteRule ^{re.escape(unquote(page)[1:])}((\\.[a-z-]+){{0,2}})$ "
        + (f"{target}$1 [R=301,NE,L]\n" if target else "- [G,L]\n")
        for page, target in gone.items()
    )
    types = "".join(f"AddType {media_type} .{suffix}\n" for suffix, media_type in _media_types().items())
    spoken = "".join(
        f"RewriteCond %{{HTTP:Accept-Language}} ^{item}\nRewriteRule ^ - [E=LANG:{item}]\n" for item in languages[1:]
    )
    rules = "".join(map(_apache_rule, formats.RDF))
    harvested = "|".join(_FOR_HARVESTERS)
    return f"""Options -MultiViews -Indexes
AddDefaultCharset Off
AddCharset utf-8 .html .ttl .csv .txt
{types}<Files "linkset.json">
ForceType application/linkset+json
</Files>
Header always set Access-Control-Allow-Origin "*"
Header always set X-Content-Type-Options nosniff
Header always append Vary "Accept, Accept-Language"
RewriteEngine On
RewriteRule ^(nginx\\.conf|\\.ekograph-export|\\.htaccess)$ - [R=404,L]
RewriteCond %{{THE_REQUEST}} "^[A-Z]+ (?:https?://[^/ ]+)?{_THINGS}([^ ?]*)"
RewriteRule ^{_THINGS[1:]} {_PAGES}%1 [R=303,NE,L]
{left}RewriteRule ^ - [E=LANG:{languages[0]}]
{spoken}RewriteRule ^$ index.%{{ENV:LANG}}.html [L]
RewriteCond %{{REQUEST_FILENAME}} -f
RewriteRule ^ - [L]
{rules}RewriteCond %{{HTTP_ACCEPT}} !text/html [NC]
RewriteRule ^({harvested})$ $1.ttl [L]
RewriteCond %{{REQUEST_FILENAME}}.%{{ENV:LANG}}.html -f
RewriteRule ^(.*)$ $1.%{{ENV:LANG}}.html [L]
"""


def _media_types() -> dict[str, str]:
    """The media type of every suffix."""
    pages = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    rdf = {item.suffix: item.media_type for item in formats.RDF}
    return {**pages, **rdf, **_TYPES, "json": "application/json", "txt": "text/plain", "xml": "application/xml"}


def _pattern(form: formats.Format) -> str:
    return form.media_type.replace("+", r"\+").replace(".", r"\.")


def _apache_rule(form: formats.Format) -> str:
    return (
        f"RewriteCond %{{HTTP_ACCEPT}} {_pattern(form)} [NC]\n"
        f"RewriteCond %{{REQUEST_FILENAME}}.{form.suffix} -f\n"
        f"RewriteRule ^(.*)$ $1.{form.suffix} [L]\n"
    )
