"""From the text of a query to its meaning; every error names the place."""

import re
from collections.abc import Callable
from typing import Final

from schemas.rule import MAX_QUERY_LETTERS
from streams.errors import InvalidInput
from streams.query.ast import Both, Either, Everything, Never, Node
from streams.query.clause import clause, exact_clause, near_clause, range_clause
from streams.query.fields import FIELDS, Field, FieldKind, field_named
from streams.query.near import further_clauses
from streams.text.analyse import alternatives

MAX_DEPTH: Final = 32
MAX_CLAUSES: Final = 256

_SPACE: Final = re.compile(r"\s*")
_FIELD: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*):")
_WORD: Final = re.compile(r'[^\s()"\[\]{}]+')
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED: Final = re.compile(r"\\(.)", re.DOTALL)
_RANGE: Final = re.compile(r'([\[{])\s*("[^"]*"|[^\s"\]}]+)\s+TO\s+("[^"]*"|[^\s"\]}]+)\s*([\]}])')
_OPERATOR: Final = re.compile(r'(?:AND|OR|NOT)(?=[\s()"]|$)')
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_EVERYTHING: Final = re.compile(r"\*(?=[\s()]|$)")
_GAP: Final = re.compile(r"~(\d{1,5})(?=[\s()]|$)", re.ASCII)


def parse(text: str) -> Node:
    """Return what the query means. NOT binds closest, then AND (also where nothing is written), then OR.

    InvalidInput carries the position (letters from 0), and for a misspelt field its nearest name. A query has at most
    4,000 letters, 256 clauses and 32 levels.
    """
    if len(text) > MAX_QUERY_LETTERS:
        raise InvalidInput(
            f"The query has {len(text)} letters; {MAX_QUERY_LETTERS} are allowed.", position=MAX_QUERY_LETTERS
        )
    if surrogate := _SURROGATE.search(text):
        raise InvalidInput("The query holds half a character (a lone surrogate).", position=surrogate.start())
    if not text.strip():
        raise InvalidInput("The query is empty; `*` asks for everything.", position=0)
    return _Parser(text).whole()


class _Parser:
    """A recursive descent over one query; `at` is the next letter to read."""

    def __init__(self, text: str) -> None:
        self.text, self.at, self.depth, self.clauses = text, 0, 0, 0

    def whole(self) -> Node:
        node = self.either(None)
        if self.at < len(self.text):  # only a closing parenthesis ends an expression early
            raise InvalidInput("A parenthesis is closed that was not opened.", position=self.at)
        return node

    def either(self, scope: Field | None) -> Node:
        parts = [self.both(scope)]
        while self.operator("OR"):
            parts.append(self.both(scope))
        return parts[0] if len(parts) == 1 else Either(tuple(parts))

    def both(self, scope: Field | None) -> Node:
        parts = [self.term(scope)]
        while self.operator("AND") or self.more():
            parts.append(self.term(scope))
        return parts[0] if len(parts) == 1 else Both(tuple(parts))

    def term(self, scope: Field | None) -> Node:
        if self.operator("NOT") or self.minus():
            return self.nested(lambda: Never(self.term(scope)))
        if operator := _OPERATOR.match(self.text, self.skipped()):
            raise self.error(f"`{operator.group()}` stands where a word, a field or a parenthesis is expected.")
        if self.peek() in ("", ")"):
            place = "before `)`" if self.peek() else "where the query ends"
            raise self.error(f"A word, a field or a parenthesis is expected {place}.")
        if self.peek() == "(":
            return self.nested(lambda: self.group(scope))
        return self.leaf(scope)

    def group(self, scope: Field | None) -> Node:
        opened = self.at
        self.at += 1
        node = self.either(scope)
        if self.peek() != ")":
            raise InvalidInput("A parenthesis is opened and not closed.", position=opened)
        self.at += 1
        if self.text[self.at : self.at + 1] in ("~", "^"):
            raise self.error("`~` and `^` after a parenthesis are not supported.")
        return node

    def leaf(self, scope: Field | None) -> Node:
        named = _FIELD.match(self.text, self.at)
        if named is None or (scope and named.group(1) not in FIELDS):
            return self.counted(scope)
        if scope:
            raise self.error(f"`{named.group(1)}:` stands within the values of `{scope.name}`.", field=scope.name)
        field = field_named(named.group(1), position=self.at)
        self.at = named.end()
        if self.text[self.at : self.at + 1] == "(":
            return self.nested(lambda: self.group(field))
        return self.counted(field)

    def counted(self, scope: Field | None) -> Node:
        self.count(1)
        return self.value(scope)

    def count(self, clauses: int) -> None:
        self.clauses += clauses
        if self.clauses > MAX_CLAUSES:
            raise self.error(f"The query has more than {MAX_CLAUSES} clauses; words near each other count for several.")

    def value(self, scope: Field | None) -> Node:
        start, name = self.at, scope.name if scope else None
        match self.text[start : start + 1]:
            case '"':
                return self.quoted(scope)
            case "=":
                return self.exact(scope)
            case "[" | "{":
                return self.range(scope)
        if scope is None and (star := _EVERYTHING.match(self.text, start)):
            self.at = star.end()
            return Everything()
        word = _WORD.match(self.text, start)
        if word is None:
            raise self.error(f"A value is expected after `{name}:`." if name else "A word is expected.", field=name)
        self.at = word.end()
        return clause(scope, word.group(), position=start, quoted=False)

    def quoted(self, scope: Field | None) -> Node:
        start, name = self.at, scope.name if scope else None
        literal = self.between_quotes(name)
        if self.text[self.at : self.at + 1] not in ("~", "^"):
            return clause(scope, literal, position=start, quoted=True)
        gap = _GAP.match(self.text, self.at)
        if gap is None:
            raise self.error('Words near each other are written `"a b"~3`; `^` is not offered.', field=name)
        self.at = gap.end()
        near = near_clause(scope, literal, int(gap.group(1)), position=start)
        self.count(further_clauses(len(alternatives(near.text).x), near.gap))
        return near

    def exact(self, scope: Field | None) -> Node:
        start, name = self.at, scope.name if scope else None
        self.at += 1
        if self.text[self.at : self.at + 1] == '"':
            return exact_clause(scope, self.between_quotes(name), position=start)
        word = _WORD.match(self.text, self.at)
        if word is None or "*" in word.group():
            raise self.error("A word or words in quotes are expected after `=`.", field=name)
        self.at = word.end()
        return exact_clause(scope, word.group(), position=start)

    def between_quotes(self, name: str | None) -> str:
        found = _QUOTED.match(self.text, self.at)
        if found is None:
            raise self.error("A quotation mark is opened and not closed.", field=name)
        self.at = found.end()
        return _ESCAPED.sub(r"\1", found.group(1))

    def range(self, scope: Field | None) -> Node:
        if scope is None or scope.kind not in (FieldKind.NUMBER, FieldKind.TIME):
            raise self.error("A range needs a field with numbers or times: published:[2026-01-01 TO *].",
                             field=scope.name if scope else None)  # fmt: skip
        found = _RANGE.match(self.text, self.at)
        if found is None:
            raise self.error("A range is written [a TO b] or {a TO b}, with `*` for an open end.", field=scope.name)
        start, self.at = self.at, found.end()
        return range_clause(scope, found.groups(), position=start)

    def nested(self, parse_inner: Callable[[], Node]) -> Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self.error(f"The query is nested more than {MAX_DEPTH} levels deep.")
        node = parse_inner()
        self.depth -= 1
        return node

    def skipped(self) -> int:
        """Go to the next letter that is no space."""
        space = _SPACE.match(self.text, self.at)
        self.at = space.end() if space else self.at
        return self.at

    def peek(self) -> str:
        return self.text[self.skipped() : self.at + 1]

    def operator(self, name: str) -> bool:
        found = _OPERATOR.match(self.text, self.skipped())
        if found is None or found.group() != name:
            return False
        self.at = found.end()
        return True

    def minus(self) -> bool:
        """Take a `-` that stands before something."""
        following = self.text[self.skipped() + 1 : self.at + 2]
        if self.peek() != "-" or following in ("", ")") or following.isspace():
            return False
        self.at += 1
        return True

    def more(self) -> bool:
        """Tell whether another part follows without an operator between."""
        found = _OPERATOR.match(self.text, self.skipped())
        return self.peek() not in ("", ")") and (found is None or found.group() == "NOT")

    def error(self, text: str, *, field: str | None = None) -> InvalidInput:
        return InvalidInput(text, position=self.at, field=field)
