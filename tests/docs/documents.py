"""The documents as tests read them: texts, code, commands, tables."""

import re
import shlex
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_FOLDERS = (".", "docs", "docs/adr", "deploy")
PAGES = tuple(sorted(str(path.relative_to(ROOT)) for folder in _FOLDERS for path in (ROOT / folder).glob("*.md")))
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


@cache
def page(name):
    """Return a document's text."""
    return (ROOT / name).read_text("utf-8")


def blocks(name, language=""):
    """Return the fenced blocks of a document in a language (none: shell, output and queries)."""
    return [body for told, body in _FENCE.findall(page(name)) if told == language]


def spans(name):
    """Return what stands between backticks within the prose."""
    return _SPAN.findall(_FENCE.sub("", page(name)))


def rows(name):
    """Return the cells of every table row, with backticks removed from none of them."""
    lines = (line for line in page(name).splitlines() if line.startswith("| "))
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("| "))] for line in lines]


def commands(name, program):
    """Return the words of each command of a program that a document's blocks tell, comments left out."""
    found = []
    for block in blocks(name):
        for line in block.replace("\\\n", " ").splitlines():
            for part in re.split(r"\s\|\s", line):
                words = _words(part, program)
                if words:
                    found.append(words)
    return found


def _words(part, program):
    """Return the words from the program on, where it stands first (settings before it do not count)."""
    try:
        words = shlex.split(part, comments=True)
    except ValueError:
        return []
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words = words[1:]
    if words[:3] == ["docker", "compose", "exec"]:
        words = words[4:]
    return words if words and words[0].rpartition("/")[2] == program else []
