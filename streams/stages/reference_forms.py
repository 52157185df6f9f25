"""The forms in which legal acts are cited, but for China's announcements: words to look for, pattern, reading."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from streams.knowledge.matcher import anchored


class Act(NamedTuple):
    """One act as it is cited: who issued it, number, year where told, offsets, the clause where one is meant."""

    issuer: str
    number: str
    year: int | None
    start: int
    end: int
    clause: str | None = None


class Form(NamedTuple):
    """A way to cite: words without which it cannot match, the pattern on lower-case text, and how it is read.

    `leads` tells that the pattern begins with one of those words, so that it is tried there alone and not at each letter.
    No pattern begins with an assertion, so the engine can skip to the first letter; none repeats what repeats the same
    letters.
    """

    triggers: tuple[str, ...]
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], Iterator[Act]]
    leads: bool = False

    def matches(self, lowered: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
        """Give the matches from left to right, none over another; `starts` are the letters where its words begin."""
        return anchored(self.pattern, lowered, starts) if self.leads else self.pattern.finditer(lowered)


_NO = r"(?:no(?:mor|\.)?s?\s{0,2}|n[°º]\s{0,2}|nr\.?\s{0,2}|n\.º\s{0,2}|núm\.?\s{0,2}|number\s)?"
_OF_YEAR = r"(?:\s?/\s?|\s(?:of|of\sthe\syear|from|year|tahun|de|del|von|du)\s|,\s)(?P<year>(?:19|20)\d\d)(?!\d)"
_NUMBER = r"(?P<number>\d{1,5})"
_COUNTRIES = {
    "argentin": "AR", "bolivia": "BO", "brazil": "BR", "brasil": "BR", "chile": "CL", "congo": "CD", "cuba": "CU",
    "gabon": "GA", "ghana": "GH", "guinea": "GN", "india": "IN", "indones": "ID", "indonés": "ID", "kazakhstan": "KZ",
    "kenya": "KE", "madagascar": "MG", "malaysia": "MY", "mexic": "MX", "méxic": "MX", "mongolia": "MN",
    "mozambi": "MZ", "myanmar": "MM", "namibia": "NA", "niger": "NE", "nigeria": "NG", "peru": "PE", "perú": "PE",
    "philippin": "PH", "russia": "RU", "rwanda": "RW", "south africa": "ZA", "tanzania": "TZ", "turk": "TR",
    "ukrain": "UA", "uzbekistan": "UZ", "vietnam": "VN", "viet nam": "VN", "zambia": "ZM", "zimbabwe": "ZW",
    "simbabwe": "ZW", "kongo": "CD", "tansania": "TZ", "jakarta": "ID", "harare": "ZW", "kinshasa": "CD",
    "hanoi": "VN", "libreville": "GA", "dar es salaam": "TZ", "windhoek": "NA", "accra": "GH", "nairobi": "KE",
    "santiago": "CL", "la paz": "BO", "sambia": "ZM",
}  # fmt: skip
"""Countries of mines whose decrees are cited by number, by how their names begin."""

_COUNTRY = re.compile("|".join(sorted(_COUNTRIES, key=len, reverse=True)))
_KINDS = {
    "decre": "DECREE", "décret": "DECREE", "resolu": "RESOLUTION", "order": "ORDER", "regulation": "REG",
    "notification": "NOTIFICATION", "circular": "CIRCULAR", "directive": "DIRECTIVE", "act": "ACT", "law": "LAW",
    "ley": "LAW", "loi": "LAW", "arrêté": "ORDER",
}  # fmt: skip
_COUNTRY_REACH = 200
_ISSUER_REACH = 90
_INDONESIAN = ("indonesi", "jakarta", "yakarta", "esdm", "memr")
_MINING_MINISTRY = (
    "energy and mineral", "mines ministry", "mining ministry", "energy ministry", "minister of energy", "esdm", "memr",
    "energía y recursos minerales", "énergie et des ressources", "energieministerium", "bergbauministerium",
)  # fmt: skip
HEAD = 1_000
"""Letters at the beginning of a text that say whom it is about, where nothing near the act does."""


def _fixed(issuer: str) -> Callable[[re.Match[str]], Iterator[Act]]:
    def read(match: re.Match[str]) -> Iterator[Act]:
        groups = match.groupdict()
        year = groups.get("year") or groups.get("dated")
        yield Act(issuer, groups.get("number") or "", int(year) if year else None, *match.span())

    return read


def _page(match: re.Match[str]) -> Iterator[Act]:
    volume, page = re.findall(r"\d[\d,]*", match["number"])
    yield Act("US-FR", f"{volume}-{page.replace(',', '')}", None, *match.span())


def _instrument(match: re.Match[str]) -> Iterator[Act]:
    head = match.string[:HEAD]
    british = any(word in head for word in ("united kingdom", "british", " uk ", "london"))
    issuer = "GB-SI" if british and "zimbabwe" not in head else "ZW-SI"
    yield Act(issuer, match["number"], int(match["year"]), *match.span())


def _mining_rule(match: re.Match[str]) -> Iterator[Act]:
    """Give a regulation of Indonesia's mining ministry, where that ministry is named and the government is not its issuer."""
    text, start = match.string, match.start()
    head = text[:HEAD]
    before = text[max(0, start - _ISSUER_REACH) : start] + "permen " * match[0].startswith("permen")
    if before.endswith(("government ", "trade ", "finance ")) or not any(word in head for word in _INDONESIAN):
        return
    near = before + text[match.end() : match.end() + _ISSUER_REACH]
    is_ministerial = before.endswith(("ministerial ", "minister's ", "permen "))
    if is_ministerial or any(word in near for word in _MINING_MINISTRY):
        yield Act("ID-MEMR", match["number"], int(match["year"]), *match.span())


def _union_act(match: re.Match[str]) -> Iterator[Act]:
    """Give a regulation of the Union: year before number since 2015, number before year until then."""
    first, second = match["number"], match["year"]
    year, number = (first, second) if len(first) == len("2015") and first[:2] in {"19", "20"} else (second, first)
    is_year = len(year) == len("2015") and year[:2] in {"19", "20"}
    if not is_year:
        return
    kind = "EU-DIR" if match["kind"].startswith(("direct", "richt")) else "EU-REG"
    yield Act(kind, number, int(year), *match.span())


def _national(match: re.Match[str]) -> Iterator[Act]:
    """Give a country's decree, by the country that is named nearest before it, else first in the text."""
    text, start = match.string, match.start()
    near = [item[0] for item in _COUNTRY.finditer(text, max(0, start - _COUNTRY_REACH), start)]
    found = _COUNTRY.search(text, 0, HEAD)
    name = near[-1] if near else found[0] if found else None
    if name is None:
        return
    kind = next(value for word, value in _KINDS.items() if match["kind"].startswith(word))
    yield Act(f"{_COUNTRIES[name]}-{kind}", match["number"], int(match["year"]), *match.span())


_UNION = r"\(?(?:eu|ec|eec|ue|ce|eg|欧盟)\)?"
FORMS: tuple[Form, ...] = (
    Form(
        ("国务院令", "国令", "council decree", "council order", "council's decree", "council's order"),
        re.compile(
            r"(?:国务院令第|国令第|council(?:'s)? (?:decree|order)\s{1,3}(?:no\.?\s{0,3}|number\s)?)(?P<number>\d{2,4})"
            r"(?:号|\s{1,3}of\s{1,3}(?P<year>20\d\d))?"
        ),
        _fixed("CN-STATECOUNCIL"),
    ),
    Form(
        ("state council", "china's decree", "chinese decree", "chinese cabinet", "china's cabinet"),
        re.compile(
            r"(?:decree|order)\s{1,3}(?:no\.?\s{0,3}|number\s)?(?P<number>\d{3})(?![\d,/.]\d|\d)(?:\sof\s(?P<year>20\d\d))?"
        ),
        _fixed("CN-STATECOUNCIL"),
    ),
    Form(
        ("arecoms",),
        re.compile(r"(?P<number>\d\d{0,2})\s?/\s?arecoms\s?/\s?(?P<year>20\d\d)\b"),
        _fixed("CD-ARECOMS"),
    ),
    Form(
        ("arecoms",),
        re.compile(
            r"(?:release|decision|communiqué|communique|décision|decisión|entscheidung)\s(?:arecoms\s)?"
            rf"{_NO}(?:(?P<year>20\d\d)\s?/\s?(?P<number>\d{{1,3}}))\b"
        ),
        _fixed("CD-ARECOMS"),
    ),
    Form(
        ("arecoms",),
        re.compile(
            r"(?:release|communiqué|communique|comunicado|mitteilung)\s(?:de\spresse\s|de\sprensa\s)?(?:arecoms\s)?"
            rf"{_NO}(?P<number>\d{{1,3}}(?!\d)){_OF_YEAR}"
        ),
        _fixed("CD-ARECOMS"),
    ),
    Form(
        ("arecoms",),
        re.compile(
            rf"(?:decision|décision|decisión|entscheidung)\s(?:arecoms\s)?{_NO}(?P<number>\d{{1,3}})"
            rf"(?:\s(?:of|du|del|vom)\s(?:\d{{1,2}}\s)?[a-zéû]{{3,9}}\s(?P<dated>20\d\d)|{_OF_YEAR})"
        ),
        _fixed("CD-ARECOMS"),
    ),
    Form(
        ("wt/ds", " ds", "(ds", "ds3", "ds4", "ds5", "ds6", "wto dispute ", "wto case "),
        re.compile(r"(?:wt/ds|ds|wto\s(?:dispute|case)\s(?:no\.?\s|number\s|ds)?)[\s-]?(?P<number>\d{3})\b"),
        _fixed("WT-DS"),
    ),
    Form(
        ("si ", "s.i.", "statutory instrument"),
        re.compile(rf"(?:si|s\.i\.|statutory instrument)\s{_NO}(?P<number>\d{{1,4}}){_OF_YEAR}"),
        _instrument,
    ),
    Form(
        ("memr", "esdm", "energy and mineral resources"),
        re.compile(
            r"(?:esdm|memr|energy and mineral resources(?: ministry)?(?:'s)?)\s"
            rf"(?:ministerial\s)?(?:reg(?:ulation)?\.?\s|decree\s|\w{{2,9}}\s(?:\w{{2,9}}\s)?regulation\s)?{_NO}(?P<number>\d{{1,3}}(?!\d)){_OF_YEAR}"
        ),
        _fixed("ID-MEMR"),
    ),
    Form(  # "Regulation 11/2019 of the Ministry of Energy and Mineral Resources", "reglamento 11/2019"
        ("regulation", "reglamento", "règlement", "verordnung", "peraturan", "permen "),
        re.compile(
            rf"(?:regulation|permen|reglamento|règlement|verordnung|peraturan\smenteri)\s{_NO}(?P<number>\d{{1,3}}(?!\d)){_OF_YEAR}"
        ),
        _mining_rule,
    ),
    Form(
        ("permendag",),
        re.compile(rf"permendag\s{_NO}(?P<number>\d{{1,3}}){_OF_YEAR}"),
        _fixed("ID-MOT"),
    ),
    Form(
        ("government regulation", "gr ", "pp ", "peraturan pemerintah"),
        re.compile(rf"(?:government\sregulation|peraturan\spemerintah|gr|pp)\s{_NO}(?P<number>\d{{1,3}}){_OF_YEAR}"),
        _fixed("ID-GR"),
    ),
    Form(
        (
            "decree",
            "decreto",
            "décret",
            "dekret",
            "resolu",
            "notification",
            "circular",
            "directive",
            "law ",
            "ley ",
            "loi ",
            " act ",
            "order ",
            "arrêté",
        ),
        re.compile(
            r"(?P<kind>decree|decreto(?:\ssupremo)?|décret|dekret|resolution|resolución|notification|circular"
            rf"|directive|order|law|ley|loi|act|arrêté)\s{_NO}(?P<number>\d{{1,4}}(?!\d)){_OF_YEAR}"
        ),
        _national,
    ),
    Form(  # "the Mining Law of 2009 (No. 4)"
        ("law of ", "act of ", "decree of ", "ley de ", "loi de "),
        re.compile(
            r"(?P<kind>law|act|decree|ley|loi)\s(?:of|de)\s(?P<year>(?:19|20)\d\d),?\s\(?"
            r"(?:no\.?\s|number\s|n[°º]\s)(?P<number>\d{1,4})(?!\d)"
        ),
        _national,
    ),
    Form(
        ("proclamation",),
        re.compile(rf"proclamation\s{_NO}(?P<number>\d{{4,5}})\b"),
        _fixed("US-PROC"),
    ),
    Form(
        ("eo ", "e.o.", "executive order"),
        re.compile(rf"(?:executive\sorder|eo|e\.o\.)\s(?:\(eo\)\s)?{_NO}(?P<number>1\d{{4}})\b"),
        _fixed("US-EO"),
    ),
    Form(
        (" fr ", " fed. reg. "),
        re.compile(r"(?P<number>\d{2,3}\s(?:fr|fed\.\sreg\.)\s\d{1,3},?\d{3})\b"),
        _page,
    ),
    Form(
        ("fr doc", "document n", "federal register"),
        re.compile(
            r"(?:fr\sdoc\.?|document\s(?:number|no\.?)|federal\sregister(?:\sdocument)?(?:\sno\.?)?)\s{0,2}"
            r"(?P<year>20\d\d)-(?P<number>\d{5})\b"
        ),
        _fixed("US-FR"),
    ),
    Form(
        ("regulation", "directive", "verordnung", "règlement", "reglamento", "richtlinie"),
        re.compile(
            r"(?P<kind>regulation|directive|verordnung|richtlinie|règlement|reglamento)\s"
            rf"{_UNION}\s{_NO}(?P<number>\d{{1,5}})/(?P<year>\d{{1,5}})\b"
        ),
        _union_act,
    ),
    Form(("号条例",), re.compile(r"(?P<year>20\d\d)/(?P<number>\d{1,5})号条例"), _fixed("EU-REG")),
    Form(
        ("com(", "com (", "com/"),
        re.compile(r"com\s?(?:\(|/)(?P<year>20\d\d)(?:\)\s?|/)(?P<number>\d{1,4})\b"),
        _fixed("EU-COM"),
    ),
    Form(("3202", "3201"), re.compile(r"3(?P<year>20\d\d)r(?P<number>\d{4})\b"), _fixed("EU-REG")),
    Form(("5202", "5201"), re.compile(r"5(?P<year>20\d\d)dc(?P<number>\d{4})\b"), _fixed("EU-COM")),
)
