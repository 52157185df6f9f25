"""How many reports of 120 words are understood a second on one core, beside the analyser alone, and what a large text costs."""

import time

from schemas.codec import encode
from schemas.raw import SignalIn
from services.wiring import calm_collector
from streams.knowledge.load import load
from streams.rules.compile import RuleSet
from streams.stage import Reference
from streams.stages.understand import understand
from streams.text.analyse import _analysed
from tests.bench.signals import signals
from tests.builders import a_raw

REPORTS, ROUNDS, WORDS = 1_500, 5, 120
SMALL_BYTES, LARGE_BYTES = 5_000, 1_000_000
FILLER = (
    "The ministry gave no further detail about volumes, prices or buyers, and traders in Rotterdam said that they would wait "
    "for the text of the rule before they change their plans."
)


def raw_of(post: SignalIn):
    return a_raw(post.id).model_copy(update={"body": encode(post)})


def of_length(post: SignalIn, words: int) -> SignalIn:
    text = post.text.split()
    while len(text) < words:
        text += FILLER.split()
    return post.model_copy(update={"text": " ".join(text[:words])})


def rates(reference):
    """Return the best rounds' reports a second, of all of it and of the analyser alone, in turns and in CPU time.

    Nothing is kept: a pipeline hands each signal on and forgets it.
    """
    posts = [of_length(post, WORDS) for post in signals(REPORTS)]
    raws, best = [raw_of(post) for post in posts], {"understand": 0.0, "analyse": 0.0}
    for _ in range(ROUNDS):
        for name, act, given in (
            ("understand", lambda raw: list(understand(raw, reference)), raws),
            ("analyse", lambda post: _analysed(f"{post.title} {post.text}", "en"), posts),
        ):
            began = time.process_time()
            for item in given:
                act(item)
            best[name] = max(best[name], REPORTS / (time.process_time() - began))
    return best


def cost_of(reference, size):
    """Return the CPU seconds of one report of this many bytes."""
    post = next(iter(signals(1)))
    raw = raw_of(post.model_copy(update={"text": (f"{post.text} {FILLER} " * (size // 200 + 1))[:size]}))
    began = time.process_time()
    list(understand(raw, reference))
    return time.process_time() - began


def main() -> None:
    """Measure and print."""
    reference = Reference(knowledge=load(), rules=RuleSet())
    for raw in map(raw_of, signals(200)):
        list(understand(raw, reference))
    calm_collector()
    best = rates(reference)
    small = min(cost_of(reference, SMALL_BYTES) for _ in range(9))
    large = min(cost_of(reference, LARGE_BYTES) for _ in range(3))
    ratio = best["analyse"] / best["understand"]
    print(f"understand {best['understand']:,.0f} reports of {WORDS} words a second on one core  (aim: at least 1,500)")
    print(f"analyser alone {best['analyse']:,.0f} a second: understanding costs {ratio:.1f} of it")
    print(f"1 MB costs {large / small:.0f} times 5 KB  (aim: at most 200)")


if __name__ == "__main__":
    main()
