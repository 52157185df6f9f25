"""What happens on a date, by the words before and after it: announced, in effect from it, or until it."""

import re

from schemas.signal import DateRole

_UNTIL = (
    " until", " until and including", " till", " up to and including",
    " through", " up to", " expires on", " expire on", " expiry on", " expires", " ends on", " end on",
    " ending on", " ending", " lapses on", " lapse on", " expiring on", " runs to", " valid to",
    " runs out on", " run out on", " last day is", " last day of", " closes on", " no later than",
    " ends in", " expires in", " lapses in", " bis", " bis zum", " bis ende", " jusqu'au", " jusqu'en",
    " jusqu\u2019au", " jusqu\u2019en", " hasta el", " hasta", " hasta fines de", "至", "到", "截至", "延长至",
)  # fmt: skip
_EFFECTIVE = (
    " effective", " effective on", " effective from", " effective as of", " effect", " effect on", " effect from",
    " effect as of", " from", " starting", " starting on", " starting from", " beginning", " beginning on",
    " beginning in", " starting in", " in force on", " into force on", " into effect on", " into force in",
    " effect in", " as of", " as from", " since", " begins on", " starts on", " start on", " begin on", " begins in",
    " apply on", " applies on", " applicable on", " commencing", " commencing on", " effective date is",
    " effective date of", " effective date:", " effective date", " application:", " on or after", " force:",
    " force since", " ab", " ab dem", " seit", " seit dem", " in kraft am", " mit wirkung vom",
    " wirkung zum", " gilt vom", " à partir du", " à compter du", " à partir de", " à compter de", " dès le", " depuis le",
    " en vigueur le", " en vigueur en", " a partir del", " a partir de", " a partir de el", " desde el", " desde",
    " en vigor el", " en vigor en", "自", "从", "于今年",
)  # fmt: skip
_AFTER_EFFECTIVE = (
    "起", "实施", "施行", "生效", "正式实施", " in kraft", " wirksam", " as the first day", " as the start", " as its start",
)  # fmt: skip
_STOPS = re.compile(
    r"\b(?:ceas|stop|clos|shut|halt|down tools|prohibit|bann?|outlaw)\w*\s(?:(?!\w+ed\s)\w+\s){0,3}?(?:after|on|in|by)$"
)
"""Words by which a day is the first of a halt: "shall cease after 1 August", "the mines closed on 4 September"."""

_DAY_OF_ISSUE = re.compile(
    r"\b(?:effect|force|valid|appl(?:y|ies)|applicable|effective|implemented)\b[^.;\d]{0,20}?"
    r"\b(?:day|date|upon|on|soon as)\b"
    r"[^.;\d]{0,24}?\b(?:publi\w+|issue\w*|issuance|promulgat\w+|signature|signing|adoption)[\s,(on]{0,6}$"
    r"|\bfrom (?:the|its) (?:day|date) of[^.;\d]{0,10}\b(?:publi\w+|issue|issuance|promulgat\w+|signature)[\s,(on]{0,6}$"
    r"|\b(?:force|effect|effective|applies|apply|valid)\b[^.;\d]{0,12}\b(?:today|this day)[\s,(]{0,3}$"
)
"""Words by which an act takes effect on the day that it is issued: "effective upon publication on 15 July"."""

_ISSUING = ("publi", "issu", "promulgat", "sign", "adopt", "today", "this day")
_SINCE_ISSUE = ("公布之日起", "发布之日起", "印发之日起")
_FROM_WHICH = re.compile(r",?\s(?:from|as of|as from|after|since) which (?:date|day|time|moment)\b")
_AFTER_UNTIL = ("止", "为止", "到期")
_AFTER_ANNOUNCED = ("发布", "公布", "宣布", "公告", "印发")
_OF_OLD = (" dates from", " dated from", " dates back to", " goes back to")
_BEFORE_ANNOUNCED = ("发文日期】", "发布日期】", "公布日期】", "成文日期】", "发文日期\uff1a", "发布日期\uff1a")
_ANNOUNCED = re.compile(
    r"\b(?:announc|issu|publish|releas|dated|unveil|declar|decid|adopt|sign|gazett|promulgat|notif|said|statement|notice"
    r"|circulat|present|approv|agree|reach|held|sealed|filed|lodg|brought up to date|made public|submitted|handed down"
    r"|veröffentlich|erließ|verkünd|angekündigt|publi|annonc|anunci|emitid|firmad"
    r")\w*(?:\s(?:it|this|them|so|late|in\s[\w ]{3,20}?))?(?:\s(?:on|in|of|am|vom|le|el|du|del))?$"
)
_LATE = re.compile(
    r"delay|postpon|deferr?(?:s|ed|ing|al)?\b|push(?:es|ed|ing)? back|put(?:s|ting)? off|verschieb|verschob|repouss|report(?:e|é)\b"
    r"|aplaz|pospon|\bnot\s(?:\w+\s){0,5}(?:until|till)\b|推迟|延至|延期|暂缓|moved? (?:back )?from"
)
"""Words by which "until" tells when something begins: the ban is delayed until 2028, it will not apply until May."""

_FILLER = re.compile(
    r"(?:\s(?:the|end|close|start|beginning|first|last|day|early|mid|late|of|around|about|year|midnight|on))+$"
)
_YEAR_CUES = (
    " from", " until", " till", " by", " in", " before", " through", " after", " to", " since", " end of",
    " during", " early", " late", " mid", " ab", " bis", " seit", " im jahr", " en", " dès", " depuis", " jusqu'en",
    " desde", " hasta", " starting", " beginning", " between",
)  # fmt: skip
_MONTH_CUES = (
    " in", " from", " until", " by", " since", " end of", " early", " late", " mid", " during", " before", " after",
    " through", " mid-", " early-", " late-", " im", " seit", " bis",
)  # fmt: skip
_JOINTS = frozenset(
    ("to", "-", "\u2013", "\u2014", "through", "until", "bis", "bis zum", "au", "al", "hasta el", "至", "到")
)
_LOOK_BACK, _LATE_BACK = 30, 90
_MAX_JOINT = 12


def role_of(text: str, start: int, end: int) -> DateRole:
    """Return what happens on the date that stands at these letters."""
    before = _before(text, start)
    after = text[end : end + 24].lower()
    bare = _FILLER.sub("", before)
    if before.endswith(_UNTIL) or bare.endswith(_UNTIL) or after.startswith(_AFTER_UNTIL):
        is_start = _LATE.search(_clause(text, start))
        return DateRole.EFFECTIVE if is_start else DateRole.UNTIL
    is_of_old = before.endswith(_OF_OLD)
    if not is_of_old and (
        before.endswith(_EFFECTIVE) or bare.endswith(_EFFECTIVE) or after.startswith(_AFTER_EFFECTIVE)
    ):
        return DateRole.EFFECTIVE
    if before.endswith(" vom") and f"{after} ".startswith(" an "):  # "vom 1. Dezember an"
        return DateRole.EFFECTIVE
    if _STOPS.search(before) or _FROM_WHICH.match(after) or is_day_of_issue(text, start, end):
        return DateRole.EFFECTIVE
    if (
        after.startswith(_AFTER_ANNOUNCED)
        or is_of_old
        or before.endswith(_BEFORE_ANNOUNCED)
        or _ANNOUNCED.search(before)
    ):
        return DateRole.ANNOUNCED
    return DateRole.OCCURRED


def is_day_of_issue(text: str, start: int, end: int) -> bool:
    """Tell whether the words around a date make it the day on which an act is issued and takes effect at once."""
    if text.startswith(_SINCE_ISSUE, end):
        return True
    near = text[max(0, start - _LATE_BACK) : start].lower()
    return any(hint in near for hint in _ISSUING) and _DAY_OF_ISSUE.search(near) is not None


def is_halt(text: str, start: int) -> bool:
    """Tell whether work stops on the day: "the mines closed on 4 September"."""
    return _STOPS.search(_before(text, start)) is not None


def cued_year(text: str, start: int) -> bool:
    """Tell whether the four digits are a year by the word before them; in Chinese the word behind says so."""
    return _before(text, start).endswith(_YEAR_CUES)


def cued_month(text: str, start: int) -> bool:
    """Tell whether a capital month without day and year is one by the word before it: "in August", "since early May"."""
    return _before(text, start).endswith(_MONTH_CUES)


def joins(text: str, end: int, start: int) -> bool:
    """Tell whether the words between two dates make them the first and the last of a span."""
    return start - end <= _MAX_JOINT and text[end:start].strip().lower() in _JOINTS


def _before(text: str, start: int) -> str:
    return f" {text[max(0, start - _LOOK_BACK) : start].lower().rstrip()}"


def _clause(text: str, start: int) -> str:
    near = text[max(0, start - _LATE_BACK) : start].lower()
    for mark in (". ", "\n", "; ", "。", "\uff0c"):
        near = near.rpartition(mark)[2]
    return near
