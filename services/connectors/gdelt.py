"""Events as GDELT 2.0 exports them every 15 minutes to entries: few of many, since a row is coded by verb and not by topic.

Columns: http://data.gdeltproject.org/documentation/GDELT-Event_Codebook-V2.0.pdf (61, divided by tabs, without a header).
A row is kept when all of this holds:

- it is a root event, of the lead of its article;
- its CAMEO code is one of `CODES` or below it;
- an actor is of a country in `COUNTRIES`;
- its article's address names a material that we know or speaks of a control on trade: GDELT gives no words, and what
  has no words in its address cannot be told from all other news.
"""

import re
import zipfile
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO
from typing import Final
from urllib.parse import unquote, urljoin, urlsplit

from services.connectors.entry import MAX_ENTRIES, MAX_FEED_BYTES, Entry
from streams.errors import InvalidInput
from streams.knowledge.matcher import Matcher
from streams.knowledge.model import Knowledge

MAX_EXPORT_BYTES: Final = 32_000_000
"""Unzipped; a quarter of an hour has some 1 MB."""

CODES: Final = (
    "0311", "057", "061",  # means to cooperate economically, signs an agreement, cooperates
    "0354", "081", "0842", "085",  # eases, or means to ease, sanctions and embargoes; gives property back
    "1211", "1244", "1312", "132",  # refuses to cooperate or to ease, threatens with an embargo or with sanctions
    "143", "144",  # strike or boycott, obstruction
    "163", "171", "172",  # embargo, boycott or sanctions; seizure or damage of property; administrative sanctions
    "19",  # blockade, occupation, fighting
)  # fmt: skip
"""CAMEO codes of what can touch a supply; a code stands for all that begin with it. There is none for an export licence."""

_COUNTRIES: Final = """
AFG AGO ALB ARE ARG ARM AUS AUT BDI BEL BFA BGR BHR BLR BOL BRA BWA CAN CHE CHL CHN CIV CMR COD COL CUB CYP CZE DEU DNK
DOM DZA ECU EGY ESP EST ETH EUR FIN FRA GAB GBR GEO GHA GIN GRC GRL GTM HKG HRV HUN IDN IND IRL IRN ISL ISR ITA JAM JOR
JPN KAZ KEN KGZ KOR LAO LKA LTU LUX LVA MAR MDG MEX MLI MLT MMR MNG MOZ MRT MWI MYS NAM NCL NER NGA NLD NOR NZL PAK PAN
PER PHL PNG POL PRK PRT QAT ROM RUS RWA SAU SEN SGP SLE SRB SVK SVN SWE THA TJK TUR TWN TZA UGA UKR USA UZB VEN VNM ZAF
ZMB ZWE
"""
COUNTRIES: Final = frozenset(_COUNTRIES.split())
"""CAMEO's codes of the countries that mine, refine or carry what is on the lists, and of those that depend on it."""

_COLUMNS: Final = 61
_ID, _NAME_1, _COUNTRY_1, _NAME_2, _COUNTRY_2, _IS_ROOT, _CODE, _ARTICLES, _PLACE, _ADDED, _URL = (
    0, 6, 7, 16, 17, 25, 26, 33, 52, 59, 60,
)  # fmt: skip
_EVERYDAY: Final = frozenset(("lead", "tin", "silver", "coke", "ito", "dap", "ato", "swu"))
"""Names of materials that an address has for other reasons more often."""

_CONTROLS: Final = (
    "critical mineral", "critical minerals", "critical raw material", "critical raw materials", "strategic minerals",
    "export control", "export controls", "export ban", "export bans", "export curb", "export curbs", "export licence",
    "export license", "export quota", "export restrictions", "raw materials",
)  # fmt: skip
_WORD: Final = re.compile("[a-z0-9]+")
_EXPORT: Final = re.compile(r"(?:^|/)(\d{14}\.export\.CSV\.zip)\s*$", re.MULTILINE)
_LEAST_WORDS: Final = 3
_ZIP: Final = b"PK\x03\x04"


def newest_export(content: bytes, *, address: str) -> str:
    """Return the address of the newest export by GDELT's list of its last update, which lies beside the list itself.

    The list names its files by http; the answer keeps the scheme and host of the list's own `address`.
    """
    found = _EXPORT.search(content[:10_000].decode("ascii", "replace"))
    if found is None:
        raise InvalidInput("GDELT: the list of the last update names no export")
    return urljoin(address, str(found[1]))


def parse_gdelt(content: bytes, *, knowledge: Knowledge) -> tuple[Entry, ...]:
    """Return an entry for each article of the rows that are kept, in the export's order, at most `MAX_ENTRIES`.

    The export is zipped or plain. The title is made of the address's words. Raises InvalidInput for an export that is
    empty, too large zipped or unzipped, no archive of one file, or has rows of another shape.
    """
    phrases = _phrases(knowledge)
    entries: dict[str, Entry] = {}
    for position, line in enumerate(BytesIO(_unzipped(content)), start=1):
        row = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
        if len(row) == 1 and not row[0].strip():
            continue
        if len(row) != _COLUMNS:
            raise InvalidInput(f"GDELT: row {position} has {len(row)} columns, not {_COLUMNS}", position=position)
        if len(entries) < MAX_ENTRIES and row[_URL] not in entries and _matters(row):
            words = _words_of(row[_URL])
            if len(words) >= _LEAST_WORDS and phrases.find([word.lower() for word in words]):
                entries[row[_URL]] = _entry(row, words)
    return tuple(entries.values())


def _unzipped(content: bytes) -> bytes:
    if not content.strip():
        raise InvalidInput("GDELT: the export is empty")
    if len(content) > MAX_FEED_BYTES:
        raise InvalidInput(f"GDELT: the export has {len(content)} bytes; the most is {MAX_FEED_BYTES}")
    if not content.startswith(_ZIP):
        return content
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            names = archive.namelist()
            if len(names) != 1:
                raise InvalidInput(f"GDELT: the archive holds {len(names)} files, not one")
            with archive.open(names[0]) as file:
                rows = file.read(MAX_EXPORT_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError, OSError) as exc:
        raise InvalidInput(f"GDELT: the archive cannot be read: {type(exc).__name__}") from exc
    if len(rows) > MAX_EXPORT_BYTES:
        raise InvalidInput(f"GDELT: the export has more than {MAX_EXPORT_BYTES} bytes unzipped")
    return rows


def _phrases(knowledge: Knowledge) -> Matcher[str]:
    """Return the English names of the watched materials and the words for controls, as they stand in addresses."""
    watched = {item.id for item in knowledge.materials.values() if item.watched or item.group}
    names = [
        item.text.lower()
        for item in knowledge.material_names
        if item.language == "en" and watched.intersection(item.materials) and item.text.lower() not in _EVERYDAY
    ]
    return Matcher((_WORD.findall(name), name) for name in (*names, *_CONTROLS))


def _matters(row: Sequence[str]) -> bool:
    abroad = COUNTRIES.intersection((row[_COUNTRY_1], row[_COUNTRY_2]))
    return row[_IS_ROOT] == "1" and row[_CODE].startswith(CODES) and bool(abroad)


def _words_of(url: str) -> list[str]:
    """Return the words of the longest part of an address's path, without an ending and numbers at either end."""
    try:
        parts = unquote(urlsplit(url[:2_000]).path).split("/")
    except ValueError:
        return []
    slug = max(parts, key=lambda part: len(_WORD.findall(part.lower())))
    words = re.findall(r"[^\W_]+", re.sub(r"\.\w{2,5}$", "", slug))
    while words and any(letter.isdigit() for letter in words[-1]):
        words.pop()
    while words and words[0].isdigit():
        words.pop(0)
    return words


def _entry(row: Sequence[str], words: Sequence[str]) -> Entry:
    actors = " and ".join(filter(None, (row[_NAME_1].title(), row[_NAME_2].title())))
    told = [
        f"{' '.join(words).capitalize()}.",
        f"Actors: {actors}." if actors else "",
        f"Place: {row[_PLACE]}." if row[_PLACE] else "",
        f"GDELT event {row[_ID]}, CAMEO code {row[_CODE]}, articles: {row[_ARTICLES]}.",
    ]
    return Entry(
        title=" ".join(words).capitalize(),
        link=row[_URL],
        guid=row[_URL],
        content="\n\n".join(filter(None, told)),
        published_at=_moment(row[_ADDED]),
    ).bounded()


def _moment(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
