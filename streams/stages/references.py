"""Legal references in a text, in one canonical form each: `CN-MOFCOM-2025-61`, `WT-DS592`, `CD-ARECOMS-2025-4`."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

_NUMBER = r"(?:nos?\.?\s{0,3}|number\s{1,3}|n°\s{0,3}|№\s{0,3}|#)"
_SEPARATOR = r"\s{0,3}(?:,\s{0,3}and|,|and|&|、|和)\s{0,3}"
_ISSUERS_ZH = {
    "国务院": "CN-STATECOUNCIL",
    "商务部": "CN-MOFCOM",
    "海关总署": "CN-GACC",
    "工业和信息化部": "CN-MIIT",
    "自然资源部": "CN-MNR",
}
_ISSUERS_EN = (
    ("mofcom", "CN-MOFCOM"),
    ("ministry of commerce", "CN-MOFCOM"),
    ("commerce ministry", "CN-MOFCOM"),
    ("gacc", "CN-GACC"),
    ("general administration of customs", "CN-GACC"),
    ("china", "CN-MOFCOM"),
    ("chinese", "CN-MOFCOM"),
    ("beijing", "CN-MOFCOM"),
)
_LOOK_BACK = 48
"""Letters before a Chinese notice's number in which its issuers stand."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One legal reference: canonical form, its offsets, issuer, number and year where it has them."""

    ref: str
    start: int
    end: int
    issuer: str
    number: str
    year: int | None


Found = Iterator[tuple[str, str, int | None, int, int]]
Reader = Callable[[re.Match[str]], Found]


def references(text: str) -> list[Reference]:
    """Return the references in the order of the text; linear in its length."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a dotted capital I grows when lowered, and offsets must stay those of the text
        lowered = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    found = [
        Reference(_canonical(issuer, number, year), start, end, issuer, number, year)
        for pattern, reader in dict.fromkeys(row for trigger, row in _TRIGGERED if trigger in lowered)
        for match in pattern.finditer(lowered)
        if not lowered[match.start() - 1 : match.start()].isascii()
        or not lowered[match.start() - 1 : match.start()].isalnum()
        for issuer, number, year, start, end in reader(match)
    ]
    found.sort(key=lambda item: (item.start, -item.end))
    return found


def _canonical(issuer: str, number: str, year: int | None) -> str:
    stripped = number.lstrip("0") or number
    return (
        f"{issuer}-{year}-{stripped}"
        if year
        else f"{issuer}{stripped}"
        if issuer == "WT-DS"
        else f"{issuer}-{stripped}"
    )


def _chinese_issuer(lowered: str) -> str:
    return next((issuer for word, issuer in _ISSUERS_EN if word in lowered), "")


def _announcements(match: re.Match[str]) -> Found:
    issuer = _chinese_issuer(match.string)
    if not issuer:
        return
    year = int(match["year"])
    numbers = list(re.finditer(r"\d+", match["numbers"]))
    for item in numbers:
        base = match.start("numbers")
        whole = match.span() if len(numbers) == 1 else (base + item.start(), base + item.end())
        yield issuer, item[0], year, *whole


def _zh(match: re.Match[str]) -> Found:
    before = match.string[max(0, match.start() - _LOOK_BACK) : match.start()]
    found = [(before.rfind(word), issuer) for word, issuer in _ISSUERS_ZH.items() if word in before]
    # Joint notices are counted by the first ministry's register; another notice's issuer stands before a full stop.
    sentence = max(before.rfind("。"), before.rfind("号"), before.rfind("\uff1b"))
    named = [issuer for issuer in _ISSUERS_ZH.values() if any(at > sentence and issuer == who for at, who in found)]
    yield named[0] if named else "CN-MOFCOM", match["number"], int(match["year"]), *match.span()


def _fixed(issuer: str) -> Reader:
    def read(match: re.Match[str]) -> Found:
        groups = match.groupdict()
        year = groups.get("year")
        number = groups.get("number") or ""
        yield issuer, number, int(year) if year else None, *match.span()

    return read


def _indonesian_law(match: re.Match[str]) -> Found:
    if "indonesia" in match.string:
        yield "ID-LAW", match["number"], int(match["year"]), *match.span()


def _federal_register_page(match: re.Match[str]) -> Found:
    volume, page = re.findall(r"\d[\d,]*", match["number"])
    yield "US-FR", f"{volume}-{page.replace(',', '')}", None, *match.span()


# (words without which the pattern cannot match, the pattern on lower-case text, how it is read). None begins with an
# assertion, so the engine can skip to the first letter; none repeats what repeats the same letters.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], Reader], ...] = (
    (
        ("announcement", "notice", "mofcom", "gacc"),
        re.compile(
            rf"(?:announcement|notice|mofcom|gacc)s?\s{{1,3}}"
            rf"(?P<numbers>{_NUMBER}?\d{{1,3}}(?:{_SEPARATOR}{_NUMBER}?\d{{1,3}}){{0,11}})"
            r"(?:\s{1,3}of\s{1,3}|/|\s?\(|,\s|\s?\[)(?P<year>(?:19|20)\d\d)\b"
        ),
        _announcements,
    ),
    (
        ("announcement", "notice", "mofcom"),
        re.compile(
            r"(?:announcement|notice|mofcom)\s{0,3}[\[(]?(?P<year>20\d\d)[\])]?,?\s{0,3}"
            rf"(?P<numbers>{_NUMBER}\d{{1,3}})\b"
        ),
        _announcements,
    ),
    (
        ("announcement", "notice"),
        re.compile(rf"(?P<year>20\d\d)\s{{1,3}}(?:announcement|notice)\s{{1,3}}(?P<numbers>{_NUMBER}\d{{1,3}})\b"),
        _announcements,
    ),
    (
        ("公告",),
        re.compile(
            "公告\\s?[\u3014\\[\uff08(]?(?P<year>\\d{4})[\u3015\\]\uff09)]?\\s?年?第?\\s?(?P<number>\\d{1,4})\\s?号"
        ),
        _zh,
    ),
    (
        ("国务院令", "国令", "council decree", "council order"),
        re.compile(
            r"(?:国务院令第|国令第|council (?:decree|order)\s{1,3}(?:no\.?\s{0,3})?)(?P<number>\d{2,4})"
            r"(?:号|\s{1,3}of\s{1,3}(?P<year>20\d\d))?"
        ),
        _fixed("CN-STATECOUNCIL"),
    ),
    (("arecoms",), re.compile(r"(?P<number>\d\d{0,2})\s?/\s?arecoms\s?/\s?(?P<year>20\d\d)\b"), _fixed("CD-ARECOMS")),
    (
        ("arecoms",),
        re.compile(
            r"(?:release|decision|communiqué|communique)\s(?:no\.?\s|n°\s?)?(?P<year>20\d\d)/(?P<number>\d{1,3})\b"
        ),
        _fixed("CD-ARECOMS"),
    ),
    (("wt/ds", " ds", "dispute ds"), re.compile(r"(?:wt/ds|ds)\s?(?P<number>\d{3})\b"), _fixed("WT-DS")),
    (
        ("si ", "statutory instrument"),
        re.compile(r"(?:si|statutory instrument)\s(?P<number>\d{1,3})\s?(?:of|/)\s?(?P<year>20\d\d)\b"),
        _fixed("ZW-SI"),
    ),
    (
        ("memr", "esdm", "energy and mineral resources"),
        re.compile(
            r"(?:esdm|memr|energy and mineral resources)\s(?:reg(?:ulation)?\.?\s)?(?:no(?:mor|\.)?\s{0,2})?"
            r"(?P<number>\d{1,3})(?:/|\sof\s)(?P<year>20\d\d)\b"
        ),
        _fixed("ID-MEMR"),
    ),
    (
        ("government regulation", "gr ", "pp "),
        re.compile(
            r"(?:government\sregulation|gr|pp)\s(?:no(?:mor|\.)?\s{0,2})?(?P<number>\d{1,3})(?:/|\sof\s)(?P<year>20\d\d)\b"
        ),
        _fixed("ID-GR"),
    ),
    (
        ("law ",),
        re.compile(r"law\s(?:no\.?\s{0,2})?(?P<number>\d{1,3})(?:/|\sof\s)(?P<year>20\d\d)\b"),
        _indonesian_law,
    ),
    (("proclamation",), re.compile(r"proclamation\s(?:no\.?\s{0,2})?(?P<number>\d{4,5})\b"), _fixed("US-PROC")),
    (
        ("eo ", "e.o.", "executive order"),
        re.compile(r"(?:executive\sorder|eo|e\.o\.)\s(?:no\.?\s{0,2})?(?P<number>\d{5})\b"),
        _fixed("US-EO"),
    ),
    (
        (" fr ", " fed. reg. "),
        re.compile(r"(?P<number>\d{2,3}\s(?:fr|fed\.\sreg\.)\s\d{1,3},?\d{3})\b"),
        _federal_register_page,
    ),
    (
        ("fr doc", "document n", "federal register"),
        re.compile(
            r"(?:fr\sdoc\.?|document\s(?:number|no\.?)|federal\sregister)\s{0,2}(?P<year>20\d\d)-(?P<number>\d{5})\b"
        ),
        _fixed("US-FR"),
    ),
    (
        ("regulation (", "directive ("),
        re.compile(r"(?:regulation|directive)\s\((?:eu|ec)\)\s(?:no\.?\s)?(?P<year>20\d\d)/(?P<number>\d{1,5})\b"),
        _fixed("EU-REG"),
    ),
    (("com(",), re.compile(r"com\((?P<year>20\d\d)\)\s?(?P<number>\d{1,4})\b"), _fixed("EU-COM")),
    (("celex",), re.compile(r"3(?P<year>20\d\d)r(?P<number>\d{4})\b"), _fixed("EU-REG")),
)
_TRIGGERED = tuple((trigger, (pattern, reader)) for triggers, pattern, reader in _PATTERNS for trigger in triggers)
