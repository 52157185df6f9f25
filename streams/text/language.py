"""In which language a text is: as its publisher says, or by its letters."""

from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from streams.text.analyse import LANGUAGES, UNSTEMMED

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SERVED: Final = (*LANGUAGES, "ar", "bg", "hr", "ja", "ko", "lv", "mt", "sk", "sl", "tr", "uk", "vi", "zh")
"""The languages told apart (ISO 639-1): the Union's, and those of the main producers and buyers. Each further one costs
accuracy on short texts."""

MAX_LETTERS: Final = 400
"""How much is read: more makes it slower and hardly surer."""

MIN_BYTES: Final = 20
"""A shorter text in UTF-8 is not guessed at: three English words, or seven Chinese characters."""

_ARTICLE: Final = " the "
_SURELY_ENGLISH: Final = 3
"""No other language has this word three times in 400 letters; not asking the model saves a tenth of a millisecond."""

_TWO_LETTERS: Final = MappingProxyType(
    {
        "ara": "ar", "bul": "bg", "ces": "cs", "chi": "zh", "cmn": "zh", "cze": "cs", "dan": "da", "deu": "de",
        "dut": "nl", "ell": "el", "eng": "en", "est": "et", "fin": "fi", "fra": "fr", "fre": "fr", "ger": "de",
        "gre": "el", "hrv": "hr", "hun": "hu", "in": "id", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko",
        "lav": "lv", "lit": "lt", "mlt": "mt", "nld": "nl", "pol": "pl", "por": "pt", "ron": "ro", "rum": "ro",
        "rus": "ru", "slk": "sk", "slo": "sk", "slv": "sl", "spa": "es", "swe": "sv", "tur": "tr", "ukr": "uk",
        "vie": "vi", "yue": "zh", "zho": "zh",
    }
)  # fmt: skip
"""Other codes of the served languages (ISO 639-2, 639-3 and withdrawn ones) -> ISO 639-1."""


def language_of(given: str | None, text: str) -> str:
    """Return the two-letter language: the given one without its script and region, else the likeliest served one.

    A given code that says nothing (`und`, `mul`, an unknown one of three letters) is as good as none. A text that
    is too short is `und`.
    """
    code = (given or "").replace("_", "-").partition("-")[0].lower()
    code = _TWO_LETTERS.get(code, code)
    return code if len(code) == len("en") else _identified(text[:MAX_LETTERS])


def _identified(text: str) -> str:
    if len(text.encode("utf-8", "replace")) < MIN_BYTES:
        return UNSTEMMED
    if text.count(_ARTICLE) >= _SURELY_ENGLISH:
        return "en"
    language, _score = _identifier().classify(text)
    return str(language)


@cache
def _identifier() -> "LanguageIdentifier":
    """Load the model once, when first asked: that takes 0.2 s, and most sources say their language."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415 - see the docstring

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(SERVED)
    return identifier
