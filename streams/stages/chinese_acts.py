"""How China's announcements are cited, in Chinese and in Western languages: numbers, ranges, clauses, issuers."""

import re
from collections.abc import Collection, Iterable, Iterator

from streams.stages.reference_forms import HEAD, Act, Form

_NUMBER = r"(?:nos?\.?\s{0,3}|number(?:s|ed)?\s{1,3}|nr\.?\s{0,3}|n°s?\s{0,3}|nº\s{0,3}|n\.º\s{0,3}|núms?\.?\s{0,3}|№\s{0,3}|#)"
_SEPARATOR = r"\s{0,3}(?:,\s{0,3}(?:and|und|et|y)\b|,|\b(?:and|und|sowie|et|y)\b|&|、|和|及)\s{0,3}"
_RANGE = r"\s{0,2}(?:-|\u2013|\u2014|\b(?:to|through|bis|à|al?)\b)\s{0,2}"
_ITEM = rf"{_NUMBER}?\d{{1,3}}(?![\d.]\d)(?:{_RANGE}{_NUMBER}?\d{{1,3}}(?!\d))?"
_NUMBERS = rf"{_ITEM}(?:{_SEPARATOR}{_ITEM}){{0,23}}"
_OF = r"(?:\s{1,3}(?:of|from|in|von|vom|de|del|aus dem jahre?|des jahres|year)\s{1,3}|/|\s?\(|,\s|\s?\[|\s)"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_WORDS = (
    "announcement", "notice", "mofcom", "gacc", "bekanntmachung", "mitteilung", "ankündigung", "annonce", "avis",
    "anuncio", "aviso", "comunicado", "communiqué",
)  # fmt: skip
_KEYWORD = rf"(?:{'|'.join(_WORDS)})(?:s|en)?\s{{1,3}}"
_NUMERAL = re.compile(r"(?P<first>\d+)(?:(?:[^\d,、和及号]{1,12}|号?[至到—-]第?)(?P<last>\d+))?")
_RANGE_MARK = re.compile(r"-|\u2013|\u2014|to|through|bis|à|al?\b|至|到")
_CONTINUED = re.compile(rf"{_SEPARATOR}{_NUMBER}?(?P<numbers>\d{{1,3}})(?:\s{{1,3}}(?:of|von|de)\s{{1,3}}|/){_YEAR}")
_MAX_RANGE = 40
_MAX_CONTINUED = 24

_ISSUERS_ZH = {
    "关税税则委员会": "CN-TARIFF",
    "税委会": "CN-TARIFF",
    "国务院": "CN-STATECOUNCIL",
    "商务部": "CN-MOFCOM",
    "海关总署": "CN-GACC",
    "工业和信息化部": "CN-MIIT",
    "自然资源部": "CN-MNR",
}
_ISSUERS_WEST = (
    ("mofcom", "CN-MOFCOM"),
    ("ministry of commerce", "CN-MOFCOM"),
    ("commerce ministry", "CN-MOFCOM"),
    ("handelsministerium", "CN-MOFCOM"),
    ("ministère du commerce", "CN-MOFCOM"),
    ("ministerio de comercio", "CN-MOFCOM"),
    ("tariff commission", "CN-TARIFF"),
    ("gacc", "CN-GACC"),
    ("general administration of customs", "CN-GACC"),
    ("chin", "CN-MOFCOM"),
    ("beijing", "CN-MOFCOM"),
    ("peking", "CN-MOFCOM"),
    ("pékin", "CN-MOFCOM"),
    ("pekín", "CN-MOFCOM"),
)
"""Who issued a notice, by the words near its number; joint notices stand in the first ministry's register."""

_LOOK_BACK_ZH = 48
_LOOK_BACK, _LOOK_AHEAD = 90, 60
"""Letters before and after a notice's number in which its issuers stand."""

_CLAUSE_WORD = (
    r"(?:clauses?|paragraphs?|articles?|sections?|items?|points?|ziffern?|absatz|klausel|artikel|alinéa|paragraphes?"
    r"|cláusulas?|apartados?|artículos?|párrafos?)"
)
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "one": "1", "two": "2", "three": "3"}
_CLAUSE_BEFORE = re.compile(
    rf"(?:\b{_CLAUSE_WORD}\s(?P<numbers>\d{{1,2}}(?:(?:,\s?|\s(?:and|und|et|y)\s)\d{{1,2}}){{0,5}}|one|two|three)"
    rf"|\b(?P<ordinal>first|second|third|fourth)\s{_CLAUSE_WORD})"
    r"(?:\s(?:of|in|under|the|to|der|des|von|de|del|du|la|le|mofcom|gacc|china|chinese|and|its|joint|ministry|commerce"
    r"|china's|beijing's|mofcom's)){1,9}\s(?:l')?$"
)
_CLAUSE_AFTER = re.compile(rf"[,\s(]{{1,3}}{_CLAUSE_WORD}\s(?P<numbers>\d{{1,2}})\b")
_CLAUSE_ZH = re.compile(
    "(?:\uff08[^\uff09]{0,60}\uff09)?[》\uff09)]{0,2}第(?P<numbers>[一二三四五六七八九十]|\\d{1,2})[款条项]"
)
_DIGITS_ZH = {char: str(at) for at, char in enumerate("一二三四五六七八九十", start=1)}
_CLAUSE_REACH = 90


_OTHER_ACTS = re.compile(
    r"\b(?:law|act|decree|regulation|order|si|instrument|decision|directive|resolution|reg\.|doc\.|permit|licence|case)\s$"
)


def is_chinese(issuer: str) -> bool:
    """Tell whether the issuer counts its notices by year, so that a number alone may stand for one named before."""
    return issuer.startswith("CN-") and issuer != "CN-STATECOUNCIL"


def _numbers(text: str) -> Iterator[tuple[str, int, int]]:
    """Give every number that an enumeration means, with the offsets of the words that do."""
    for match in _NUMERAL.finditer(text):
        first, last = int(match["first"]), match["last"]
        between = text[match.end("first") : match.start("last")] if last else ""
        if last and _RANGE_MARK.search(between) and first < int(last) <= first + _MAX_RANGE:
            for number in range(first, int(last) + 1):
                yield str(number), *match.span()
            continue
        yield match["first"], *match.span("first")
        if last:
            yield last, *match.span("last")


def _clauses(text: str, start: int, end: int) -> tuple[str | None, ...]:
    """Return the clauses of the act named from `start` to `end` that the words around it mean; one null for all."""
    after = _CLAUSE_ZH.match(text, end) or _CLAUSE_AFTER.match(text, end)
    before = _CLAUSE_BEFORE.search(text, max(0, start - _CLAUSE_REACH), start)
    found = before or after
    if found is None:
        return (None,)
    told = found.groupdict()
    if told.get("ordinal"):
        return (_ORDINALS[told["ordinal"]],)
    numbers = told["numbers"]
    return tuple(re.findall(r"\d{1,2}", numbers)) or (_ORDINALS.get(numbers) or _DIGITS_ZH.get(numbers),)


def _told(issuer: str, match: re.Match[str]) -> Iterator[Act]:
    """Give the acts of an enumeration: the whole match for one, each number's own place for several."""
    base, year = match.start("numbers"), int(match["year"])
    numbers = list(_numbers(match["numbers"]))
    for number, start, end in numbers:
        span = match.span() if len(numbers) == 1 else (base + start, base + end)
        alone = len(numbers) == 1
        for clause in _clauses(match.string, *match.span()) if alone else (None,):
            yield Act(issuer, number, year, *span, clause)


def _issuer(match: re.Match[str]) -> str:
    text, start = match.string, match.start()
    near = text[max(0, start - _LOOK_BACK) : start].rpartition(". ")[2] + match[0]
    ahead = text[match.end() : match.end() + _LOOK_AHEAD]
    return next((issuer for where in (near, ahead, text[:HEAD]) for word, issuer in _ISSUERS_WEST if word in where), "")


def _western(match: re.Match[str]) -> Iterator[Act]:
    issuer = _issuer(match)
    if not issuer:
        return
    yield from _told(issuer, match)
    at = match.end()
    for _ in range(_MAX_CONTINUED):
        following = _CONTINUED.match(match.string, at)
        if following is None:
            return
        yield from _told(issuer, following)
        at = following.end()


def _bare(match: re.Match[str]) -> Iterator[Act]:
    """Give what a number with a year means beside China's announcements, unless another kind of act stands before it."""
    if _OTHER_ACTS.search(match.string, max(0, match.start() - _LOOK_BACK_ZH), match.start()):
        return
    if any(word in match.string[:HEAD] for word in ("announcement", "notice", "mofcom")):
        yield from _western(match)


def _chinese(match: re.Match[str]) -> Iterator[Act]:
    before = match.string[max(0, match.start() - _LOOK_BACK_ZH) : match.start()]
    found = [(before.rfind(word), issuer) for word, issuer in _ISSUERS_ZH.items() if word in before]
    # Another notice's issuer stands before a full stop or before that notice's number.
    sentence = max(before.rfind("。"), before.rfind("号"), before.rfind("\uff1b"))
    named = {issuer for at, issuer in found if at > sentence}
    yield from _told(next((item for item in _ISSUERS_ZH.values() if item in named), "CN-MOFCOM"), match)


def _ministerial_order(match: re.Match[str]) -> Iterator[Act]:
    yield Act(f"{_ISSUERS_ZH[match['issuer']]}-ORDER", match["number"], int(match["year"]), *match.span())


def undated(lowered: str, starts: Iterable[int]) -> Iterator[Act]:
    """Give China's notices that are named by number alone: "announcement no. 57", "notice 58 of the commerce ministry".

    `starts` are the letters where the words of `UNDATED` begin.
    """
    if not any(word in lowered for word in _NOTICES):
        return
    for match in UNDATED.matches(lowered, starts):
        if not lowered[match.start() - 1 : match.start()].isalnum():
            yield from UNDATED.read(match)


def _undated(match: re.Match[str]) -> Iterator[Act]:
    issuer, base = _issuer(match), match.start("numbers")
    for number, start, end in _numbers(match["numbers"]) if issuer else ():
        yield Act(issuer, number, None, base + start, base + end)


def named_again(lowered: str, known: Collection[str]) -> Iterator[tuple[str, int, int, str | None]]:
    """Give number, offsets and clause where a notice that is known by its number is named without its year."""
    for match in _AGAIN.finditer(lowered):
        base = match.start("numbers")
        numbers = list(_numbers(match["numbers"]))
        for number, start, end in numbers:
            if number in known:
                clauses = _clauses(lowered, *match.span()) if len(numbers) == 1 else (None,)
                yield from ((number, base + start, base + end, clause) for clause in clauses)


_ZH_NUMBERS = r"(?P<numbers>\d{1,4}(?:\s?号?\s?[、,\uff0c和及至到—-]\s?(?:及|和)?第?\s?\d{1,4}){0,23})\s?号"
_AGAIN = re.compile(
    rf"(?:(?:{'|'.join(_WORDS)})(?:s|en)?\s{{1,3}}{_NUMBER}?|\b{_NUMBER}|公告第|、第|和第)(?P<numbers>{_NUMBERS})(?![\d/])"
)

_NOTICES = ("announcement", "notice", "mofcom", "bekanntmachung", "anuncio", "annonce", "avis n")
_NUMBER_ALONE = re.compile(
    r"(?:(?:announcement|notice|mofcom|bekanntmachung|anuncio|annonce|avis)(?:s|en)?"
    r"(?:\s{1,3}|[^.\d\n]{1,40}?\(?(?=no))|nos\.?\s)"
    rf"(?P<numbers>{_NUMBER}?[1-9]\d?(?!\d)(?:{_RANGE}{_NUMBER}?\d{{1,3}})?(?:{_SEPARATOR}{_ITEM}){{0,23}})"
    r"(?![\d/%-]|[.,:]\d|\s(?:of|from|\()?\s?(?:19|20)\d\d|\s(?:january|february|march|april|may|june|july|august|september"
    r"|october|november|december|per|percent|tonnes|countries|months|days|years|weeks|hours|companies|firms|entities|items))"
)
UNDATED = Form(
    ("announcement", "notice", "mofcom", "bekanntmachung", "anuncio", "annonce", "avis", "no"),
    _NUMBER_ALONE,
    _undated,
    leads=True,
)
"""The one form that has no year: it tells of an act only where the report's date gives one."""

CHINESE_FORMS: tuple[Form, ...] = (
    Form(_WORDS, re.compile(rf"{_KEYWORD}(?P<numbers>{_NUMBERS}){_OF}{_YEAR}"), _western, leads=True),
    Form(  # "Announcement No. 61, issued on 9 October 2025"
        _WORDS,
        re.compile(
            rf"{_KEYWORD}(?P<numbers>{_NUMBERS}),?\s\(?(?:(?:issued|dated|published|released|announced|adopted|of|from)\s)?"
            rf"(?:on\s)?(?:(?:\d{{1,2}}\s)?[a-z]{{3,9}}|[a-z]{{3,9}}\s\d{{1,2}}),?\s{_YEAR}"
        ),
        _western,
        leads=True,
    ),
    Form(  # "Announcement of the Ministry of Commerce No. 61 of 2025"
        ("announcement", "notice"),
        re.compile(
            rf"(?:announcement|notice)\s(?:of|by)\s[^.\d\n]{{3,90}}?(?P<numbers>{_NUMBER}\d{{1,3}}){_OF}{_YEAR}"
        ),
        _western,
        leads=True,
    ),
    Form(
        ("announcement", "notice", "mofcom", "gacc", "ministry of commerce", "commerce ministry"),
        re.compile(
            rf"(?:announcement|notice|mofcom|gacc|ministry\sof\scommerce|commerce\sministry),?\s{{0,3}}(?:of\s|from\s)?"
            rf"[\[(]?{_YEAR}[\])]?,?\s{{0,3}}(?:with\sthe\s)?(?P<numbers>{_NUMBER}\d{{1,3}})\b"
        ),
        _western,
        leads=True,
    ),
    Form(
        ("announcement", "notice"),
        re.compile(rf"(?:announcement|notice)\s{_YEAR}\s?[/-]\s?(?P<numbers>\d{{1,3}})(?![\d-])"),
        _western,
        leads=True,
    ),
    Form(
        ("announcement", "notice"),
        re.compile(rf"{_YEAR}\s{{1,3}}(?:announcement|notice)\s{{1,3}}(?P<numbers>{_NUMBER}\d{{1,3}})\b"),
        _western,
    ),
    Form(  # "the announcement (MOFCOM and GACC No. 57, 2025)", "by the commerce ministry, No. 57 of 2025"
        ("mofcom", "gacc", "ministry of commerce", "commerce ministry", "customs"),
        re.compile(
            rf"(?:mofcom|gacc|ministry\sof\scommerce|commerce\sministry|customs),?\s(?:in\s)?(?P<numbers>{_NUMBER}\d{{1,3}}){_OF}{_YEAR}"
        ),
        _western,
        leads=True,
    ),
    Form(  # "No. 61 of the Ministry of Commerce, 2025"
        ("mofcom", "ministry of commerce", "commerce ministry"),
        re.compile(
            rf"(?P<numbers>nos?\.?\s\d{{1,3}}(?!\d))\s(?:of|by|from)\s(?:the\s|china's\s|chinese\s){{0,2}}"
            rf"(?:mofcom|ministry\sof\scommerce|commerce\sministry)[^.;\d\n]{{0,60}}?(?:of|for|in|,|\()\s?{_YEAR}"
        ),
        _western,
    ),
    Form(  # "the 46th announcement of 2024"
        (
            "th announcement",
            "th notice",
            "st announcement",
            "st notice",
            "nd announcement",
            "nd notice",
            "rd announcement",
            "rd notice",
        ),
        re.compile(rf"(?P<numbers>\d{{1,3}})(?:st|nd|rd|th)\s(?:announcement|notice)\s(?:of|in|from)\s{_YEAR}"),
        _western,
    ),
    Form(  # an order has a count of its own beside the announcements
        ("令",),
        re.compile(r"(?P<issuer>商务部|海关总署)令\s?(?P<year>20\d\d)\s?年?\s?第?\s?(?P<number>\d{1,3})\s?号"),
        _ministerial_order,
    ),
    Form(  # "suspends Nos. 55, 56 and 57 of 2025"
        (" no. ", " nos. ", " nos ", "(no. ", "(nos. ", "\nno. "),
        re.compile(
            rf"(?P<numbers>nos?\.?\s\d{{1,3}}(?!\d)(?:{_RANGE}\d{{1,3}})?(?:{_SEPARATOR}{_ITEM}){{0,23}}){_OF}{_YEAR}"
        ),
        _bare,
    ),
    Form(
        ("公告",),
        re.compile(rf"公告\s?[\u3014\[\uff08(]?(?P<year>\d{{4}})[\u3015\]\uff09)]?\s?年?\s?第?\s?{_ZH_NUMBERS}"),
        _chinese,
        leads=True,
    ),
    Form(("公告",), re.compile(rf"(?P<year>\d{{4}})\s?年\s?第?\s?{_ZH_NUMBERS}\s?(?:令|联合)?公告"), _chinese),
)
