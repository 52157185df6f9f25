"""From what a publisher sends as text, which may be a page or a fragment of HTML, to plain text."""

import html
import re
from itertools import accumulate
from typing import Final

from selectolax.lexbor import LexborHTMLParser

MAX_LEAD_LETTERS: Final = 200
"""How long a title may be that is made from the beginning of a text."""

_MAX_PAGE_LETTERS: Final = 300_000
"""Above this a page is read without a search for its main part, which takes seconds for each megabyte."""

MAX_DEPTH: Final = 2_000
"""How deep elements may be nested for a parser, whose time grows with the square of the depth."""

_TAGS: Final = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|caption|center|cite|code|dd|del|details|div|dl|dt|em|embed|"
    "figcaption|figure|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|label|li|link|main|mark|meta|"
    "nav|noscript|object|ol|option|p|picture|pre|q|s|script|section|small|source|span|strike|strong|style|sub|summary|"
    "sup|svg|table|tbody|td|tfoot|th|thead|time|title|tr|tt|u|ul|var|video|wbr"
)
_MARKUP: Final = re.compile(rf"</?(?:{_TAGS})(?=[\s/>])|<!--|<!doctype|<!\[cdata\[", re.IGNORECASE)
_PAGE: Final = re.compile(r"<(?:html|body)(?=[\s>])|<!doctype\s+html", re.IGNORECASE)
# Only the beginning of a tag is matched: a search for its end takes quadratic time on a row of `<p`.
_BREAKS: Final = re.compile(
    r"(?=</?(?:article|aside|blockquote|dd|div|dl|dt|figcaption|figure|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|"
    r"pre|section|table|tr|ul)[\s/>])|(?=<br[\s/>])",
    re.IGNORECASE,
)
_TAG: Final = re.compile("<[^<>]*>")
_NESTING: Final = re.compile(r"</?(?!(?:br|dd|dt|hr|img|input|li|link|meta|p|wbr)[\s/>])[a-z]", re.IGNORECASE)
_CELL: Final = re.compile(r"(?=</t[dh][\s>])", re.IGNORECASE)
_UNSPOKEN: Final = ["script", "style", "noscript", "template", "iframe", "object", "svg", "head"]

_CONTROLS: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufff9-\ufffb]")
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_PARAGRAPH: Final = re.compile(r"\n[^\S\n]*\n\s*")
_SENTENCE_END: Final = re.compile("[.!?](?=\\s)|[\u3002\uff01\uff1f]|\n")


def plain_text(text: str) -> str:
    """Return the words of a plain text, an HTML fragment or an HTML page, as paragraphs divided by one empty line.

    Within a paragraph every run of white space is one space. Entities are decoded once; control characters and
    invisible ones that would part a word are gone. Total on any text.
    """
    if "<" in text and _MARKUP.search(text):
        text = _without_markup(text)
    elif "&" in text:
        text = html.unescape(text)
    return "\n\n".join(filter(None, map(_folded, _PARAGRAPH.split(text))))


def plain_title(title: str) -> str:
    """Return the title as one line of plain text without controls of the writing direction."""
    return _one_line(plain_text(title))


def lead_of(text: str) -> str:
    """Return the first sentence of a plain text, cut between words at `MAX_LEAD_LETTERS`."""
    end = _SENTENCE_END.search(text, 0, MAX_LEAD_LETTERS + 1)
    if end:
        return _one_line(text[: end.end()])
    if len(text) <= MAX_LEAD_LETTERS:
        return _one_line(text)
    words, _, _ = text[:MAX_LEAD_LETTERS].rpartition(" ")
    return _one_line(words or text[:MAX_LEAD_LETTERS])


def _folded(paragraph: str) -> str:
    folded = " ".join(paragraph.split())
    # Nearly every paragraph is clean then, and to see that is ten times as fast as to look for what is not.
    return folded if folded.isprintable() else " ".join(_CONTROLS.sub("", folded).split())


def _one_line(text: str) -> str:
    return text if text.isprintable() else _BIDI.sub("", text.replace("\n\n", " ")).strip()


def _without_markup(text: str) -> str:
    if text.count("<") > MAX_DEPTH and markup_depth(text) > MAX_DEPTH:
        return html.unescape(_TAG.sub(" ", text))
    if len(text) <= _MAX_PAGE_LETTERS and _PAGE.search(text):
        return _main_part(text) or _all_parts(text)
    return _all_parts(text)


def markup_depth(text: str) -> int:
    """Return how deep the elements are nested at the deepest."""
    return max(accumulate(-1 if tag[1] == "/" else 1 for tag in _NESTING.findall(text)), default=0)


def _main_part(page: str) -> str:
    """Return the article of a page without menus and notices; nothing where none is found."""
    import trafilatura  # noqa: PLC0415 - takes 260 ms and few sources send pages

    article = trafilatura.extract(page, include_comments=False, include_formatting=False, fast=True)
    # One line of the answer is one paragraph of the page.
    return (article or "").replace("\n", "\n\n")


def _all_parts(fragment: str) -> str:
    """Return all that a browser would show; white space of the source means nothing, blocks are paragraphs."""
    folded = _CELL.sub(" ", _BREAKS.sub("\n\n", " ".join(fragment.split())))
    tree = LexborHTMLParser(folded)
    tree.strip_tags(_UNSPOKEN)
    return tree.body.text() if tree.body else ""
