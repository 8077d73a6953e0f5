"""Literals as a reader of a language writes them: numbers, dates, times, durations, texts, markup.

No value changes: what has no known form is shown as it is written. Forms are those of XML Schema 1.1 part 2.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date

from markupsafe import Markup, escape
from pyoxigraph import Literal

from ekograph.i18n import Messages
from ekograph.rdf.vocab import RDF, XSD

GEO = "http://www.opengis.net/ont/geosparql#"

#: Texts longer than this are cut; the other formats have the whole.
MOST_CHARACTERS = 20_000

_MONTHS = {
    "fi": "tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu",
    "sv": "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    "en": "January|February|March|April|May|June|July|August|September|October|November|December",
}
#: Between groups of three digits; Finnish and Swedish use a space that does not break.
_GROUP = {"en": ","}
_MOST_GROUPED = 15

#: Letters that are written from right to left: the blocks of Unicode that are kept for them.
_LETTER_TO_THE_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_NUMBER = re.compile(r"([+-]?)(\d*)(\.\d+|\.)?([eE][+-]?\d+)?")
_ZONE = r"(Z|[+-]\d\d:\d\d)?"
_DATE = re.compile(rf"(\d{{4}})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(\.\d+)?)?{_ZONE}")
_TIME = re.compile(rf"(\d\d):(\d\d):(\d\d)(\.\d+)?{_ZONE}")
_YEAR = re.compile(rf"(-?\d{{4,}})(?:-(\d\d))?{_ZONE}")
_MONTH_DAY = re.compile(rf"--(?:(\d\d)(?:-(\d\d))?|-(\d\d)){_ZONE}")
_DURATION = re.compile(
    r"(-?)P(?=.)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?=.)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
_UNITS = ("year", "month", "day", "hour", "minute", "second")

_INTEGERS = frozenset(
    f"{XSD}{name}"
    for name in (
        *("integer", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger"),
        *("negativeInteger", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte"),
    )
)
_NUMBERS = _INTEGERS | {f"{XSD}decimal", f"{XSD}double", f"{XSD}float"}
_PARTIAL_DATES = frozenset(f"{XSD}{name}" for name in ("gYear", "gYearMonth", "gMonthDay", "gMonth", "gDay"))
_DURATIONS = frozenset(f"{XSD}{name}" for name in ("duration", "dayTimeDuration", "yearMonthDuration"))
#: Datatypes of plain texts, whose name tells a reader nothing.
_TEXTS = frozenset(
    {
        *(f"{XSD}{name}" for name in ("string", "normalizedString", "token", "language", "Name", "NCName", "NMTOKEN")),
        *(f"{RDF}{name}" for name in ("langString", "dirLangString", "PlainLiteral")),
    }
)
#: Datatypes of code, which is shown as it is written.
_CODE = frozenset(
    {f"{RDF}JSON", f"{RDF}XMLLiteral", f"{XSD}hexBinary", f"{XSD}base64Binary"}
    | {f"{GEO}{name}Literal" for name in ("wkt", "gml", "geoJSON", "kml", "dggs")}
)

# Elements that texts are written with; a text with any of them, closed, is taken for HTML.
_ELEMENTS = "a|abbr|b|blockquote|code|dd|dl|dt|em|h[1-6]|i|li|ol|p|pre|s|small|span|strong|sub|sup|table|td|th|tr|u|ul"
_HTML = re.compile(rf"<({_ELEMENTS})(?:\s[^<>]*)?>[^\0]*</\1\s*>|<br\s*/?>", re.IGNORECASE)
_ALLOWED = frozenset(_ELEMENTS.replace("h[1-6]", "h4|h5|h6").split("|")) | {"br", "thead", "tbody", "tfoot", "caption"}

_MARKDOWN = re.compile(
    r"\*\*\S[^*\n]{0,200}\*\*|`[^`\n]{1,200}`|\[[^\]\n]{1,200}\]\((?:https?://|mailto:)[^\s)]+\)|^#{1,6} \S"
    r"|(?:^|\n) {0,3}(?:[-*+]|\d\d?[.)]) +\S[^\n]*\n+ {0,3}(?:[-*+]|\d\d?[.)]) +\S",
    re.MULTILINE,
)

# fmt: off
_LANGUAGES = {
    "fi": "Suomi", "sv": "Svenska", "en": "English",
    "ar": "العربية", "bg": "Български", "ca": "Català", "cs": "Čeština", "cy": "Cymraeg", "da": "Dansk",
    "de": "Deutsch", "el": "Ελληνικά", "es": "Español", "et": "Eesti", "eu": "Euskara", "fa": "فارسی",
    "fr": "Français", "ga": "Gaeilge", "gl": "Galego", "he": "עברית", "hi": "हिन्दी", "hr": "Hrvatski",
    "hu": "Magyar", "id": "Indonesia", "is": "Íslenska", "it": "Italiano", "ja": "日本語", "ko": "한국어",
    "lt": "Lietuvių", "lv": "Latviešu", "mt": "Malti", "nb": "Bokmål", "nl": "Nederlands", "nn": "Nynorsk",
    "no": "Norsk", "pl": "Polski", "pt": "Português", "ro": "Română", "ru": "Русский", "se": "Davvisámegiella",
    "sk": "Slovenčina", "sl": "Slovenščina", "sq": "Shqip", "sr": "Српски", "tr": "Türkçe", "uk": "Українська",
    "zh": "中文",
}
# fmt: on

#: What the switcher of languages has for those whose readers are used to more than a name.
_SWITCH_NAMES = {"fi": "Suomeksi", "sv": "På svenska", "en": "In English"}

_RIGHT_TO_LEFT = frozenset(["ar", "arc", "ckb", "dv", "fa", "he", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi"])


def shown(literal: Literal, language: str, messages: Messages) -> Markup | None:
    """A literal that is no text, as `language` writes it; None for texts, and for what has no form of its own."""
    form = _FORMS.get(literal.datatype.value)
    return form(literal.value, language, messages) if form else None


def _number(text: str, language: str, _: Messages) -> Markup:
    return escape(number(text, language))


def _date(text: str, language: str, _: Messages) -> Markup:
    written = moment(text, language)
    # HTML has no date with a time zone.
    if written == text or (len(text) > 10 and "T" not in text):
        return escape(written)
    return Markup('<time datetime="{}">{}</time>').format(text, written)


def _boolean(text: str, _: str, messages: Messages) -> Markup:
    key = {"1": "sparql.true", "true": "sparql.true", "0": "sparql.false", "false": "sparql.false"}.get(text)
    return escape(messages(key) if key else text)


def is_text(literal: Literal) -> bool:
    """Whether the datatype of a literal tells a reader nothing beside its text."""
    return literal.datatype.value in _TEXTS


def number(text: str, language: str) -> str:
    """A number in its lexical form of XML Schema, as it is written in `language`; other text as it is.

    Digits are grouped from 10,000 on, so that a year stays one; leading zeros and exponents stay. A number of more than
    15 digits is rather a key than an amount, and stays as it is.
    """
    match = _NUMBER.fullmatch(text)
    if text in {"INF", "+INF", "-INF"}:
        return ("−" if text[0] == "-" else "") + "∞"
    if not match or not (match[2] or match[3]) or match[3] == ".":
        return text
    sign, whole, fraction, exponent = match.groups(default="")
    if 4 < len(whole) <= _MOST_GROUPED and not whole.startswith("0"):
        first = len(whole) % 3
        groups = [whole[:first], *(whole[at : at + 3] for at in range(first, len(whole), 3))]
        whole = _GROUP.get(language, "\N{NO-BREAK SPACE}").join(filter(None, groups))
    sign = sign if language == "en" else sign.replace("-", "−")
    return f"{sign}{whole}{fraction if language == 'en' else fraction.replace('.', ',')}{exponent}"


def day(text: str, language: str) -> str:
    """The date that `text` (xsd:date or xsd:dateTime) begins with, as it is written in `language`; else the text."""
    match = _DATE.fullmatch(text)
    try:
        when = date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        when = None
    if when is None:
        return text
    if language in {"sv", "en"}:
        return f"{when.day} {_month(when.month, language)} {when.year}"
    return f"{when.day}.{when.month}.{when.year}"


def moment(text: str, language: str) -> str:
    """A date with its time and time zone, as far as it has them; other text as it is."""
    match, written = _DATE.fullmatch(text), day(text, language)
    if not match or written == text:
        return text
    if match[4]:
        between = {"fi": " klo ", "sv": " kl. ", "en": ", "}.get(language, " ")
        written += between + _clock(match[4], match[5], match[6], match[7] or "", language)
    return written + _zone(match[8])


def duration(text: str, language: str, messages: Messages) -> str:
    """A duration in words; other text as it is."""
    match = _DURATION.fullmatch(text)
    if not match:
        return text
    parts = [
        messages(f"duration.{unit}", count=1 if amount == "1" else number(amount, language))
        for unit, amount in zip(_UNITS, match.groups()[1:], strict=True)
        if amount
    ]
    return ("−" if match[1] else "") + " ".join(parts)


def html(text: str) -> Markup:
    """HTML that is safe to stand in a page: elements of texts, without scripts, styles and frames."""
    import nh3

    safe = nh3.clean(
        text[:MOST_CHARACTERS],
        tags=set(_ALLOWED),
        attributes={"a": {"href", "hreflang"}, "*": {"lang", "dir", "title"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="external",
    )
    return Markup(f'<div class="html">{safe}</div>')  # noqa: S704 - cleaned by nh3


def marked_up(text: str) -> Markup | None:
    """A text with its markup, made safe, where it is written in HTML or Markdown; None for a plain text.

    Taken for HTML is what has an element that is closed again, or a line break; for Markdown (CommonMark, and tables)
    what has strong text, code, a link to the web, a heading or a list.
    """
    text = cut(text)
    if "<" in text and _HTML.search(text):
        return html(text)
    if not _MARKDOWN.search(text):
        return None
    from markdown_it import MarkdownIt

    return html(MarkdownIt("commonmark", {"html": False, "breaks": True}).enable("table").render(text))


def cut(text: str) -> str:
    """A text, cut where it is too long for a page."""
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def language_name(tag: str) -> str:
    """What its speakers call a language; the tag of one that is not known."""
    return _LANGUAGES.get(tag.lower(), tag)


def switch_name(tag: str) -> str:
    """What speakers of a language choose it by in the switcher."""
    return _SWITCH_NAMES.get(tag.lower()) or language_name(tag)


def direction_within(text: str) -> str:
    """The direction of a text whose language is not known: "auto" if it has letters of Hebrew, Arabic and others."""
    return "auto" if _LETTER_TO_THE_LEFT.search(text) else ""


def direction_of(tag: str) -> str:
    """The direction of a language that is written from right to left, "rtl", or ""."""
    subtags = tag.lower().split("-")
    script = next((part for part in subtags[1:] if len(part) == 4), "")
    if script:
        return "rtl" if script in {"arab", "hebr", "thaa", "syrc", "nkoo"} else ""
    return "rtl" if subtags[0] in _RIGHT_TO_LEFT else ""


def _month(number_: int, language: str) -> str:
    names = _MONTHS.get(language, _MONTHS["en"]).split("|")
    return f"{names[number_ - 1]}kuu" if language == "fi" else names[number_ - 1]


def _clock(hours: str, minutes: str, seconds: str, fraction: str, language: str) -> str:
    colon = "." if language == "fi" else ":"
    tail = f"{colon}{seconds}{fraction if language == 'en' else fraction.replace('.', ',')}"
    return f"{hours}{colon}{minutes}{tail if seconds != '00' or fraction else ''}"


def _time(text: str, language: str, _: Messages) -> Markup:
    match = _TIME.fullmatch(text)
    if not match:
        return escape(text)
    return escape(_clock(match[1], match[2], match[3], match[4] or "", language) + _zone(match[5]))


def _partial_date(text: str, language: str, _: Messages) -> Markup:
    """A year, a month, a day or two of them."""
    year, match = _YEAR.fullmatch(text), _MONTH_DAY.fullmatch(text)
    month = int((year and year[2]) or (match and match[1]) or 0)
    number_ = int((match and (match[2] or match[3])) or 0)
    if not (year or match) or month > 12 or number_ > 31 or (year and (text.startswith("-") or year[2] == "00")):
        return escape(text)
    if year:
        written = f"{_month(month, language)} {year[1]}" if year[2] else year[1]
    elif not number_:
        written = _month(month, language) if month else text
    elif language in {"sv", "en"}:
        written = f"{number_} {_month(month, language) if month else ''}".strip()
    else:
        written = f"{number_}.{f'{month}.' if month else ''}"
    return escape(written + _zone(year[3] if year else match and match[4]))


def _zone(zone: str | None) -> str:
    return "" if not zone else " UTC" if zone in {"Z", "+00:00"} else f" UTC{zone.replace('-', '−')}"


_FORMS: Mapping[str, Callable[[str, str, Messages], Markup]] = {
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys((f"{XSD}date", f"{XSD}dateTime", f"{XSD}dateTimeStamp"), _date),
    **dict.fromkeys(_PARTIAL_DATES, _partial_date),
    **dict.fromkeys(_DURATIONS, lambda text, language, messages: escape(duration(text, language, messages))),
    **dict.fromkeys(_CODE, lambda text, _language, _messages: Markup("<code>{}</code>").format(cut(text))),
    f"{XSD}time": _time,
    f"{XSD}boolean": _boolean,
    f"{RDF}HTML": lambda text, _language, _messages: html(text),
}
