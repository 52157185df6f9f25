"""Chinese notices: language, number, date and materials; what is right is read off the notice by its own marks."""

import re
from collections.abc import Iterator, Mapping
from datetime import date

from schemas.raw import SignalIn
from schemas.signal import Judgement
from services.evaluate.asking import Case, Figure, How, Question, all_of, one_of, same
from services.evaluate.labelled import dates_of
from services.evaluate.naive import Tagger
from services.evaluate.row import Row

LANGUAGE = Figure("language", naive=False)
NUMBER = Figure("number", naive=False)
DATE = Figure("date", naive=False)
MATERIALS = Figure("materials", How.OVERLAP)

NAMES: Mapping[str, tuple[str, ...]] = {
    "稀土": ("ree-light", "ree-heavy"),
    "超硬材料": ("superhard",),
    "石墨": ("graphite",),
    "镓": ("gallium",),
    "锗": ("germanium",),
    "锑": ("antimony",),
    "钨": ("tungsten",),
    "碲": ("tellurium",),
    "铋": ("bismuth",),
    "钼": ("molybdenum",),
    "铟": ("indium",),
    "锂": ("lithium",),
    "钴": ("cobalt",),
    "镍": ("nickel",),
    "钒": ("vanadium",),
    "钽": ("tantalum",),
    "铌": ("niobium",),
}
"""The names of controlled materials that have no other sense in a notice; other materials are not asked for."""

_OWN_NUMBER = re.compile(r"(?:公告|令)\s*([0-9\u3007零一二三四五六七八九]{4})\s*年\s*第\s*(\d+)\s*号")
_DIGITS = str.maketrans("\u3007零一二三四五六七八九", "00123456789")
_DATES = (
    re.compile(r"发文日期】\s*(\d{4})年(\d{1,2})月(\d{1,2})日"),
    re.compile(r"自(\d{4})年(\d{1,2})月(\d{1,2})日起(?:正式)?(?:实施|施行|执行|生效)"),
)


class ChineseNotice(Row):
    """A page of the export-control site."""

    url: str
    date: date
    title: str
    summary: str


def notice(line: bytes, tagger: Tagger) -> Case:
    """Ask for what the notice prints of itself."""
    del tagger
    row = ChineseNotice.model_validate_json(line)
    post = SignalIn(id=row.url, title=row.title, text=row.summary, published_at=f"{row.date}T00:00:00Z")
    whole = f"{row.title}\n{row.summary}"
    questions = [Question(LANGUAGE, one_of(("zh",), lambda judgement: (judgement.language,)))]
    if own := _OWN_NUMBER.search(row.title) or re.search(f"发布文号】.{{0,12}}?{_OWN_NUMBER.pattern}", row.summary):
        number = f"{own[1].translate(_DIGITS)}-{own[2]}"
        questions.append(Question(NUMBER, all_of((number,), _numbers)))
    questions += [Question(DATE, all_of((_day(found),), dates_of)) for mark in _DATES if (found := mark.search(whole))]
    known = {name for names in NAMES.values() for name in names}
    wanted = [item for name, names in NAMES.items() if name in whole for item in names]
    questions.append(Question(MATERIALS, same(wanted, lambda judgement: known.intersection(judgement.materials))))
    return Case(post, tuple(questions))


def _day(found: re.Match[str]) -> str:
    year, month, day = map(int, found.groups())
    return date(year, month, day).isoformat()


def _numbers(judgement: Judgement) -> Iterator[str]:
    for ref in judgement.refs:
        yield "-".join(ref.split("/")[0].split("-")[-2:])
    for claim in judgement.measures:
        if claim.year and claim.number:
            yield f"{claim.year}-{claim.number}"
