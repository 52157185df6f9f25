"""Finds many phrases in one pass over a text's words."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Generic, TypeVar

from ahocorasick_rs import AhoCorasick, MatchKind

T = TypeVar("T")
Found = tuple[int, int, T]
"""First word, the word after the last, and what the phrase stands for."""


class Matcher(Generic[T]):
    """Phrases, each a row of words, and what they stand for. Words match whole: `tin` is not in `tinder`."""

    def __init__(self, phrases: Iterable[tuple[Sequence[str], T]]) -> None:
        grouped: dict[tuple[str, ...], list[T]] = {}
        for words, meaning in phrases:
            if words:
                grouped.setdefault(tuple(words), []).append(meaning)
        self._phrases = [(len(words), meanings) for words, meanings in grouped.items()]
        self._automaton = AhoCorasick([f" {' '.join(words)} " for words in grouped], matchkind=MatchKind.Standard)

    def find(self, words: Sequence[str]) -> list[Found[T]]:
        """Return every occurrence in the order of their ends, overlapping ones too; linear in text and findings."""
        haystack = f" {' '.join(words)} "
        found: list[Found[T]] = []
        counted, last = 0, 0
        for phrase, _, end in self._automaton.find_matches_as_indexes(haystack, overlapping=True):
            last += haystack.count(" ", counted, end - 1)  # ends only grow, so each letter is counted once
            counted = end - 1
            length, meanings = self._phrases[phrase]
            for meaning in meanings:
                found.append((last - length, last, meaning))  # noqa: PERF401 - a comprehension would hide the count
        return found


class Spotter:
    """Pieces of text that stand for something, found anywhere in a text, in words and across them."""

    def __init__(self, pieces: Iterable[str]) -> None:
        self._automaton = AhoCorasick(list(pieces), matchkind=MatchKind.Standard)

    def find(self, text: str) -> dict[int, list[int]]:
        """Return the letters at which each piece begins, by the pieces' places in the order they were given in."""
        found: dict[int, list[int]] = {}
        for piece, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            found.setdefault(piece, []).append(start)
        return found


def anchored(pattern: re.Pattern[str], text: str, starts: Iterable[int]) -> Iterator[re.Match[str]]:
    """Give the matches that begin at one of the letters, from left to right, none over another.

    For a pattern of many alternatives this is several times as fast as its own search, which tries each letter.
    """
    end = 0
    for start in sorted(set(starts)):
        match = pattern.match(text, start) if start >= end else None
        if match is not None:
            end = match.end()
            yield match


def longest(found: Iterable[Found[T]]) -> list[Found[T]]:
    """Return the occurrences in text order without those that lie within a longer one or overlap an earlier one.

    Several meanings of one and the same phrase all stay.
    """
    kept: list[Found[T]] = []
    first, end = -1, 0
    for item in sorted(found, key=lambda hit: (hit[0], -hit[1])):
        if item[0] >= end:
            first, end = item[0], item[1]
            kept.append(item)
        elif (item[0], item[1]) == (first, end):
            kept.append(item)
    return kept
