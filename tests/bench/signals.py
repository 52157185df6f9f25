"""Reports as a wire desk would send them: 120 words, different each, the same on every run."""

import random
from collections.abc import Iterator

from schemas.raw import SignalIn

MATERIALS = (
    "gallium",
    "germanium",
    "tungsten",
    "cobalt",
    "graphite",
    "lithium",
    "antimony",
    "nickel",
    "dysprosium",
    "manganese",
)
ACTORS = (
    "China",
    "Indonesia",
    "Zimbabwe",
    "Gabon",
    "Russia",
    "the Democratic Republic of the Congo",
    "Chile",
    "Australia",
)
ACTS = (
    "placed exports under licence", "banned exports of raw ore", "set an export quota", "opened a consultation",
    "suspended shipments for four months", "raised the royalty", "reported an outage at a smelter", "signed a memorandum",
)  # fmt: skip
FILLER = (
    "The ministry said that the decision follows a review of the past year and that traders were told in writing. "
    "Buyers in Europe and in the United States asked for time to adapt their contracts, and two of them said that "
    "stocks would last for less than a quarter. Analysts noted that earlier steps had been announced in stages, each "
    "of them narrower than the press expected, and that licences had taken forty days on average. A spokesman for the "
    "industry declined to comment on volumes, while a customs broker spoke of longer queues at the port"
)


def signals(count: int, *, seed: int = 1, first: int = 0) -> Iterator[SignalIn]:
    """Yield that many reports, numbered from the first: of another number, a report tells of something else."""
    dice = random.Random(seed)
    words = FILLER.split()
    for number in range(first, first + count):
        material, actor, act = dice.choice(MATERIALS), dice.choice(ACTORS), dice.choice(ACTS)
        cut = dice.randrange(len(words))
        told = " ".join((*words[cut:], *words[:cut]))
        day = f"{1 + number % 28:02}"
        yield SignalIn(
            id=f"bench-{number}",
            title=f"{actor} and {material}: desk note {number}",
            text=f"{actor} {act} of {material} with effect from {day} March 2026, notice {number}. {told}.",
            url=f"https://example.org/bench/{number}",
            published_at=f"2026-02-{day}T08:00:00Z",
            language="en",
            source=f"bench-{number % 7}",
        )


def queries(count: int, *, seed: int = 2) -> Iterator[str]:
    """Yield that many rules' queries: narrow and broad ones, on fields and on words."""
    dice = random.Random(seed)
    shapes = (
        "material:{m} AND class:export_ban",
        "material:{m} AND actor:CN AND severity.eu:>=60",
        '"{m} ore" AND severity:>=50',
        "(material:{m} OR material:{n}) AND direction:easing",
        "{m} quota -class:not_relevant",
    )
    for number in range(count):
        yield shapes[number % len(shapes)].format(m=dice.choice(MATERIALS), n=dice.choice(MATERIALS))
