"""Who stops or starts what: verbs and their objects, and whether the two together tighten or ease supply.

Stopping a flow tightens, stopping a restriction eases, starting either does the reverse; a verb whose object is another
verb ("lifts the suspension of exports", "stops issuing licences") turns that one's outcome, so signs multiply.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from schemas.signal import Maturity
from streams.knowledge.lexicon import Act, Target
from streams.knowledge.matcher import longest
from streams.stages.enrich import Cue, Part
from streams.text.script import is_character

_REACH = 8
"""Words between a verb and its object at most."""

_SUBJECT_REACH = 16
"""The same where the goods stand between: "puts tungsten, tellurium, bismuth and indium under licensing"."""

_CHARACTER_REACH = 30
"""The same in Chinese, where a word is a character or two and the object's noun comes last."""

_VERB_REACH = 3
_NOUN_LINKS = frozenset(("of", "on", "for", "to"))
_BREAKS = frozenset(
    (
        "on",
        "for",
        "against",
        "to",
        "from",
        "by",
        "until",
        "after",
        "in",
        "with",
        "at",
        "over",
        "of",
        "and",
        "or",
        "as",
        "that",
    )
)
_CLAUSES = frozenset(("as", "after", "while", "when", "because", "amid", "before", "since", "although", "but"))
"""Words that begin another clause: of "permits lapse as a ban begins" it is not the ban that lapses."""

_SPANS = frozenset(("from", "until", "till", "as", "with"))
"""Words behind a verb that tell when, before its object: "suspends, from 7 November until 10 November, the notices"."""

_PASSIVE = frozenset(
    ("is", "are", "was", "were", "be", "been", "being", "get", "got", "remain", "remains", "stay", "stays")
)
_NEGATIONS = frozenset(("not", "no", "never", "neither", "without", "nor", "nicht", "kein", "keine", "不", "未"))
_SIGNS = {Act.STOP: -1, Act.START: 1, Act.CUT: -1, Act.RAISE: 1, Act.SUBJECT: 1, Act.TIGHTEN: 1, Act.RELAX: -1}


@dataclass(frozen=True, slots=True)
class Frame:
    """A verb and its object: `tightens` is +1 or -1, `target` what is acted on in the end.

    `status` is what a stopped restriction becomes; `first` and `last` count words (end exclusive).
    """

    tightens: int
    act: Act
    target: Target
    status: Maturity | None
    first: int
    last: int
    outermost: bool


class _Object(NamedTuple):
    first: int
    last: int
    target: Target


class _Scene:
    """The verbs and objects of one part, found by word."""

    def __init__(self, part: Part, starts: Sequence[int]) -> None:
        self.words = part.tokens.x
        self.starts = starts
        verbs = longest((cue.first, cue.last, cue) for cue in part.cues if cue.concept.act)
        objects = longest((cue.first, cue.last, cue) for cue in part.cues if cue.concept.target)
        self.verbs: dict[int, Cue] = {first: cue for first, _, cue in verbs}
        self.objects: dict[int, _Object] = {}
        self.ending: dict[int, _Object] = {}
        for first, last, cue in objects:
            assert cue.concept.target is not None  # chosen by it above
            known = self.objects.get(first)
            if known is None or known.target is Target.FLOW:  # one word for both: Exportverbot is a ban
                self.objects[first] = self.ending[last] = _Object(first, last, cue.concept.target)
        self.frames: dict[int, Frame | None] = {}

    def right(self, verb: Cue) -> _Object | Cue | None:
        """Return the object after the verb: the head of the first noun group, or a verb that is its object."""
        if verb.concept.act is Act.SUBJECT:
            return self._subjected(verb)
        if is_character(self.words[verb.first][0]):
            return self._behind(verb)
        dated = verb.last < len(self.words) and self.words[verb.last] in _SPANS
        end = min(verb.last + (_SUBJECT_REACH if dated else _REACH), self._sentence_end(verb.first))
        for at in range(verb.last, end):
            if at in self.objects:
                return self._head(at, end)
            if at in self.verbs and at - verb.last < _VERB_REACH:
                return self.verbs[at]
            if self.words[at] in _CLAUSES:
                return None
        return None

    def _head(self, at: int, end: int) -> _Object | Cue:
        """Return the last of the objects that follow each other from a word on, or the stopping that they suffer."""
        found = self.objects[at]
        while found.last < end and self.words[found.last - 1] not in _BREAKS:  # "tariffs on" ends the noun group itself
            following, inner = self.objects.get(found.last), self.verbs.get(found.last)
            if following is None:  # "extends the export suspension"
                return inner if inner is not None and inner.concept.act is Act.STOP else found
            found = following
        return found

    def _subjected(self, verb: Cue) -> _Object | None:
        end = min(verb.last + _SUBJECT_REACH, self._sentence_end(verb.first))
        items = (self.objects[at] for at in range(verb.last, end) if at in self.objects)
        return next((item for item in items if item.target is Target.RESTRICTION), None)

    def _behind(self, verb: Cue) -> _Object | None:
        """Return the first thing that holds supply back after a Chinese verb, else the first flow."""
        end = min(verb.last + _CHARACTER_REACH, self._sentence_end(verb.first))
        items = [self.objects[at] for at in range(verb.last, end) if at in self.objects]
        held = next((item for item in items if item.target is not Target.FLOW), None)
        return held or next(iter(items), None)

    def left(self, verb: Cue) -> _Object | None:
        """Return the object before the verb: of "the ban on exports was lifted" the ban."""
        begin = max(verb.first - _REACH, self._sentence_begin(verb.first))
        found = next((self.ending[at] for at in range(verb.first, begin, -1) if at in self.ending), None)
        if found is None and verb.concept.status is not None and self.words[verb.first - 1] in _PASSIVE:
            return self._subject(verb)
        while found is not None:
            before = range(found.first - 1, max(found.first - _VERB_REACH - 1, begin), -1)
            linked = next((at for at in before if self.words[at] in _NOUN_LINKS and at in self.ending), None)
            if linked is None:
                return found
            found = self.ending[linked]
        return None

    def _subject(self, verb: Cue) -> _Object | None:
        """Return the measure that a sentence begins with: of "the application of notice 46 on … is suspended" the first."""
        words = range(self._sentence_begin(verb.first), verb.first)
        items = (self.objects[at] for at in words if at in self.objects)
        return next((item for item in items if item.target is Target.RESTRICTION), None)

    def framed(self, verb: Cue) -> Frame | None:
        """Return what the verb does; null without an object or under a negation."""
        before = self.words[max(0, verb.first - 2) : verb.first]
        act = verb.concept.act
        if act is None or not _NEGATIONS.isdisjoint(before):
            return None
        target = None if not _PASSIVE.isdisjoint(before) else self.right(verb)
        if target is None and act is not Act.SUBJECT:
            target = self.left(verb)
        if isinstance(target, Cue):
            return self._turned(verb, act, target)
        if target is None:
            return None
        return Frame(
            tightens=_SIGNS[act] * _value(target.target, act),
            act=act,
            target=target.target,
            status=verb.concept.status,
            first=min(verb.first, target.first),
            last=max(verb.last, target.last),
            outermost=True,
        )

    def _turned(self, verb: Cue, act: Act, inner: Cue) -> Frame | None:
        """Return the frame of a verb whose object is another verb; that one's stays, but no longer decides."""
        frame = self.frames.get(inner.first)
        if frame is None:
            return None
        self.frames[inner.first] = replace(frame, outermost=False)
        return replace(
            frame,
            tightens=_SIGNS[act] * frame.tightens,
            act=act,
            status=verb.concept.status or frame.status,
            first=min(verb.first, frame.first),
        )

    def _sentence_end(self, word: int) -> int:
        at = bisect_right(self.starts, word)
        return self.starts[at] if at < len(self.starts) else len(self.words)

    def _sentence_begin(self, word: int) -> int:
        at = bisect_right(self.starts, word)
        return self.starts[at - 1] if at else 0


def _value(target: Target, act: Act) -> int:
    """Return 1 for what holds supply back and -1 for supply; a quota is the one when set and the other when cut."""
    if act in {Act.TIGHTEN, Act.RELAX}:  # "tightens exports" is no more exports
        return 1
    if target is Target.ALLOWANCE:
        return -1 if act in {Act.CUT, Act.RAISE} else 1
    return 1 if target is Target.RESTRICTION else -1


def frames(part: Part, starts: Sequence[int]) -> list[Frame]:
    """Return the frames of a part in the order of their verbs; `starts` are the words at which sentences begin."""
    scene = _Scene(part, starts)
    # From the last verb to the first: one that is another's object stands behind it and is then worked out already.
    for verb in reversed(scene.verbs.values()):
        scene.frames[verb.first] = scene.framed(verb)
    return [frame for _, frame in sorted(scene.frames.items()) if frame is not None]


def concept_of(frame: Frame) -> str:
    """Return the concept that the lexicon's rules call by capitals."""
    if frame.target is Target.FLOW and frame.act not in {Act.TIGHTEN, Act.RELAX}:
        return "FLOW_STOPPED" if frame.tightens > 0 else "FLOW_STARTED"
    return "TIGHTENED" if frame.tightens > 0 else "EASED"
