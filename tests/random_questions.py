"""Random reports in seven languages and random questions about them, the same ones for the same seed."""

import unicodedata
from datetime import timedelta
from random import Random

from schemas.projection import Kind
from schemas.signal import EventClass, MeasureClaim, Place, Role
from streams.knowledge.load import load
from streams.query.ast import Both, Either, Everything, Never, Phrase, Prefix, Present, Range, Relative, Value, Words
from streams.query.names import material_names, named
from streams.query.near import largest_gap
from streams.query.times import instant_ms
from streams.text.analyse import alternatives
from streams.text.script import is_character
from tests.builders import NOON, a_judgement, a_projection, a_report, a_severity, an_hour_later

ASKED_AT = an_hour_later(hours=48)
THINGS, QUESTIONS = 100, 80
SENTENCES = {
    "en": (
        "China's exporters of gallium need licences and an end-use certificate under notice 61/2025",
        "the mine halted rare-earth output; mines were suspended while miners' unions struck",
        "suspension of licensing: lithium, Cobalt and 2805.30.90 are restricted (3C001)",
    ),
    "de": (
        "Ausfuhrgenehmigungen für Gallium und Germanium, die Häuser und das Haus der Erze",
        "Die Straße zur Grube ist gesperrt; Seltene Erden aus China's Gruben",
    ),
    "fr": (
        "l'exportation des terres rares est suspendue, l'usine minière d'antimoine ferme aujourd'hui",
        "Les licences d'exportation du tungstène à Québec",
    ),
    "es": (
        "las exportaciones de litio y níquel quedan suspendidas en el país",
        "el galio, el año y la mina: licencia de exportación número 61/2025",
    ),
    "zh": ("商务部公告2025年第61号 对镓、锗相关物项实施出口管制", "稀土出口许可 2025年11月10日起暂停实施"),
    "ja": ("ガリウムとカリウムの輸出規制、レアアースの鉱山", "半導体向けのﾀﾝｸﾞｽﾃﾝ輸出管理"),
    "ru": ("Экспорт галлия и германия запрещён до 2027 года", "галлий, лицензии и шахты: йод, вольфрам"),
}
MATERIALS = ("gallium", "germanium", "tin", "ree-light", "ree-heavy", "Tungsten")
COUNTRIES = ("CN", "US", "EU", "JP")
NAMES = material_names(load())


def things(seed, count=THINGS):
    """Return events with ids "0", "1", ..., all told at one time, so that they have one now."""
    random = Random(seed)
    return [a_thing(random, number) for number in range(count)]


def questions(seed, count=QUESTIONS):
    """Return questions whose words are those of the reports, often in a row; some are widened by names of materials."""
    random = Random(f"questions {seed}")
    asked = [a_question(random, depth=2) for _ in range(count)]
    return [named(one, NAMES) if random.random() < 0.3 else one for one in asked]


def a_thing(random, number):
    reports = tuple(a_text(random, f"{number}-{part}") for part in range(random.choice((1, 1, 2, 3))))
    first = NOON.date() + timedelta(days=random.randint(-5, 40))
    claims = (MeasureClaim(effective_from=first, effective_to=first + timedelta(days=random.randint(0, 30))),)
    judgement = a_judgement(
        materials=tuple(random.sample(MATERIALS, random.randint(0, 2))),
        places=tuple(
            Place(code=code, role=random.choice(tuple(Role))) for code in random.sample(COUNTRIES, random.randint(0, 2))
        ),
        event_classes=(random.choice((EventClass.EXPORT_BAN, EventClass.EXPORT_LICENSING, EventClass.STRIKE)),),
        confidence=random.choice((0.0, 0.5, 0.8, 1.0)),
        hs=tuple(random.sample(("280530", "280540", "2805", "810520"), random.randint(0, 2))),
        measures=random.choice(((), claims)),
    )
    return a_projection(
        str(number),
        id=str(number),
        kind=Kind.EVENT,
        reports=reports,
        title=random.choice((reports[0].title, a_row(random))),
        judgement=judgement,
        severity=a_severity(random.randint(58, 62), random.randint(58, 62)),
        published_at=NOON + timedelta(hours=random.randint(-96, 48), milliseconds=random.choice((0, 1))),
        updated_at=ASKED_AT,
    )


def a_text(random, name):
    language = random.choice(tuple(SENTENCES))
    texts = [" ".join(a_row(random, language) for _ in range(random.randint(0, 2))) for _ in range(2)]
    return a_report(name, title=texts[0], text=texts[1], language=random.choice((language, language, "und")))


def a_row(random, language=None, longest=12):
    """Return a piece of a sentence; of one without spaces, of its letters."""
    words = words_of(random.choice(SENTENCES[language or random.choice(tuple(SENTENCES))]))
    length = random.randint(1, min(longest, len(words)))
    start = random.randint(0, len(words) - length)
    row = "".join(words[start : start + length]).strip() or "mine"
    return without_marks(row) if random.random() < 0.2 else row


def without_marks(text):
    """Return the text as those write it who leave the accents out."""
    return "".join(letter for letter in unicodedata.normalize("NFD", text) if not unicodedata.combining(letter))


def words_of(sentence):
    return [f"{word} " for word in sentence.split()] if sentence.count(" ") > 2 else list(sentence)


def a_question(random, depth):
    if depth and random.random() < 0.6:
        parts = tuple(a_question(random, depth - 1) for _ in range(random.randint(2, 3)))
        return random.choice((Both(parts), Either(parts), Never(parts[0]), Both((parts[0], Never(parts[1])))))
    return random.choice(KINDS)(random)


def a_phrase(random):
    return Phrase(random.choice((None, None, "title", "text")), spoken(random, 3))


def exact_words(random):
    words = spoken(random, 5).split()
    text = " ".join(word for word in words if random.random() < 0.7) or words[0]
    field = random.choice((None, "title", "text"))
    if not (count := len(alternatives(text).x)):
        return Words(field, "mine")
    return Words(field, text, random.randint(0, min(3, largest_gap(count))))


def a_beginning(random):
    tokens = alternatives(spoken(random, 2)).x or ("mine",)
    word = random.choice(tokens)
    field = random.choice((None, "title", "text"))
    if len(word) == 1 and is_character(word):  # whole by itself
        return Words(field, word)
    return random.choice((
        Prefix(field, word[: random.randint(1, len(word))]),
        Prefix("hs", random.choice(("28", "2805", "28054", "9"))),
        Prefix("material", random.choice(("g", "GER", "ree-", "x"))),
    ))  # fmt: skip


def spoken(random, longest):
    """Return words that can be asked for."""
    text = a_row(random, longest=longest)
    return text if alternatives(text).x else "mine"


def a_value(random):
    return random.choice((
        Value("material", random.choice(MATERIALS).upper()),
        Value(random.choice(("actor", "target", "place")), random.choice(COUNTRIES)),
        Value("class", "export_ban"),
        Value("language", random.choice(tuple(SENTENCES))),
        Value("hs", "2805"),
    ))  # fmt: skip


def a_size(random):
    low = random.randint(57, 62)
    begins = instant_ms(NOON) + random.randint(-4, 2) * 86_400_000
    operator, days = random.choice(("<", "<=", ">", ">=")), random.randint(-5, 30)
    return random.choice((
        Range(random.choice(("severity", "severity.us", "severity.eu")), low, random.choice((None, low + 1))),
        Range("confidence", 0.5, None, low_included=random.random() < 0.5),
        Range("published", begins, None),
        Range("published", begins, begins + 86_400_000, high_included=False),
        Relative(random.choice(("published", "expires", "effective")), operator, days, "d", exact=random.random() < 0.5),
    ))  # fmt: skip


def any_value(random):
    return Present(random.choice(("title", "text", "material", "target", "expires", "hs", "severity", "ref")))


def everything(_random):
    return Everything()


KINDS = (a_phrase, a_phrase, a_phrase, exact_words, exact_words, a_beginning, a_value, a_size, any_value, everything)
