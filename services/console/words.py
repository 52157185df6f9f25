"""Values as people read them, and text from outside made harmless to look at."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.severity import Level
from streams.knowledge.load import load

FACET_TITLES: Final = MappingProxyType(
    {
        "level": "Level",
        "material": "Material",
        "actor": "Who acts",
        "class": "What happens",
        "status": "State",
        "maturity": "How far it is",
        "language": "Language",
    }
)
"""The facets of the first page, in order, as their headings say them."""

_MATERIALS: Final = MappingProxyType(
    {
        "ree-light": "light rare earths",
        "ree-heavy": "heavy rare earths",
        "pgm": "platinum group",
        "superhard": "superhard materials",
        "phosphorus": "phosphorus (P4)",
    }
)
"""Materials whose id does not speak for itself."""

_CLASSES: Final = MappingProxyType(
    {
        "state_trading_or_exporter_whitelist": "exporter whitelist",
        "technology_export_control": "technology control",
        "reexport_or_extraterritorial_control": "re-export control",
        "reporting_or_traceability_duty": "reporting duty",
        "local_processing_requirement": "local processing",
        "import_restriction_or_tariff": "import tariff or limit",
        "price_floor_or_benchmark": "price floor",
        "production_quota_or_halt": "production limit",
        "licence_or_permit_revocation": "permit revoked",
        "mine_or_plant_outage": "plant outage",
        "armed_conflict_or_seizure": "armed conflict",
        "logistics_or_customs_disruption": "logistics disruption",
        "new_supply_or_substitution": "new supply",
        "cooperation_or_policy_signal": "policy signal",
    }
)
"""Short words for classes with long names; the others are read by their own names."""

_LANGUAGES: Final = MappingProxyType(
    {
        "ar": "Arabic", "bg": "Bulgarian", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek",
        "en": "English", "es": "Spanish", "et": "Estonian", "fi": "Finnish", "fr": "French", "ga": "Irish",
        "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ko": "Korean",
        "lt": "Lithuanian", "lv": "Latvian", "mt": "Maltese", "nl": "Dutch", "pl": "Polish", "pt": "Portuguese",
        "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovene", "sv": "Swedish", "tr": "Turkish",
        "uk": "Ukrainian", "und": "not known", "vi": "Vietnamese", "zh": "Chinese",
    }
)  # fmt: skip

_HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""Controls, and letters that reorder or hide others. U+200C and U+200D stay: Persian and emoji need these joiners."""


def label(field: str, value: str) -> str:
    """Return a field's value in words: `CN` of `actor` is China; one without better words loses its joints."""
    match field:
        case "actor" | "target" | "place":
            return _countries().get(value.upper(), value)
        case "material":
            return _MATERIALS.get(value, value.replace("-", " "))
        case "class":
            return _CLASSES.get(value, value.replace("_", " "))
        case "language":
            return _LANGUAGES.get(value, value)
    return value.replace("_", " ")


def source_title(source_id: str) -> str:
    """Return the title of a source of figures; the id of one that the knowledge base does not list."""
    known = load().sources.get(source_id)
    return known.title if known else source_id


def level_step(level: Level) -> int:
    """Return 1 for watch to 4 for emergency."""
    return tuple(Level).index(level) + 1


def visible(text: str) -> str:
    """Return the text with hidden and reordering letters written out: `<U+202E>`."""
    return _HIDDEN.sub(lambda found: f"⟨U+{ord(found.group()):04X}⟩", text)


@cache
def _countries() -> Mapping[str, str]:
    """Read the knowledge base when first asked; short names where the official one is a sentence."""
    short = {"CD": "DR Congo", "RU": "Russia", "KR": "South Korea", "KP": "North Korea", "IR": "Iran", "TW": "Taiwan"}
    return {code: place.name for code, place in load().places.items()} | short
