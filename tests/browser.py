"""A real browser: one look at an address, or a visit in which forms are filled in and sent, without any script."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SECONDS = 90
WAIT_SECONDS = 20
LAN_HOST = "tocsin.test"
"""This machine under a name: over plain HTTP browsers trust it less than 127.0.0.1, and tell it less."""

SWITCHES = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking",
    f"--host-resolver-rules=MAP {LAN_HOST} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip
ON_THREE_AND_FOUR = 'exec "$@" 3<&"$ASKED" 4>&"$TOLD"'
"""Chromium's protocol speaks over the file descriptors 3 and 4, which may be taken here."""
COMPLAINTS = ("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")


def browse(address: str, *, switches: Sequence[str] = (), folder: Path | None = None) -> tuple[str, list[str]]:
    """Return the page as Chromium has built it, and what its console and its network said."""
    with tempfile.TemporaryDirectory(prefix="tocsin-chromium-", ignore_cleanup_errors=True) as profile:
        command = [str(CHROMIUM), *SWITCHES, f"--user-data-dir={profile}", "--enable-logging=stderr"]
        seen = subprocess.run(
            [*command, *switches, address], cwd=folder, capture_output=True, text=True, timeout=SECONDS, check=True
        )
    return seen.stdout, [line for line in seen.stderr.splitlines() if "CONSOLE" in line]


@contextmanager
def visit(*switches: str) -> Iterator["Visit"]:
    """Open a browser for as long as the block lasts."""
    (asked, ask), (told, tell) = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(prefix="tocsin-chromium-", ignore_cleanup_errors=True) as profile:
        command = [str(CHROMIUM), *SWITCHES, *switches, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
        process = subprocess.Popen(
            ["/bin/bash", "-c", ON_THREE_AND_FOUR, "bash", *command],
            env={**os.environ, "ASKED": str(asked), "TOLD": str(tell)},
            pass_fds=(asked, tell),
            stderr=subprocess.DEVNULL,
        )
        os.close(asked)
        os.close(tell)
        alarm = threading.Timer(SECONDS, process.kill)
        alarm.start()
        try:
            yield Visit(ask, told)
        finally:
            alarm.cancel()
            process.terminate()
            process.wait(SECONDS)
            os.close(ask)
            os.close(told)


class Visit:
    """One page of a browser; `complaints` is what its console and its network said."""

    def __init__(self, ask: int, told: int) -> None:
        self.complaints: list[str] = []
        self._ask, self._told, self._held, self._last, self._loads = ask, told, b"", 0, 0
        self._session: dict[str, str] = {}
        target = self.do("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.do("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.do(f"{domain}.enable")

    def open(self, address: str) -> None:
        """Go to an address."""
        before = self._loads
        self.do("Page.navigate", url=address)
        self._wait(before)

    def click(self, part: str) -> None:
        """Click on a part of the page, named by a selector."""
        found = f"document.querySelector({json.dumps(part)})"
        assert self.read(f"{found} !== null && ({found}.click(), true)"), f"there is no {part}"

    def fill(self, field: str, text: str) -> None:
        """Type into a field, named by a selector."""
        found = f"document.querySelector({json.dumps(field)})"
        self.read(f"{found}.focus()")
        self.do("Input.insertText", text=text)
        assert self.read(f"{found}.value") == text, f"{field} cannot be typed into"

    def press(self, button: str) -> None:
        """Press a button, named by a selector, and wait for the page that follows."""
        before = self._loads
        self.click(button)
        self._wait(before)

    def read(self, expression: str) -> Any:
        """Return what an expression is in the page."""
        return self.do("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def draw(self, file: Path, *, width: int, height: int, dark: bool) -> None:
        """Keep a picture of the page on a screen of this size."""
        self.do("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.do("Emulation.setEmulatedMedia", features=features)
        file.write_bytes(base64.b64decode(self.do("Page.captureScreenshot")["data"]))

    def do(self, method: str, **parameters: Any) -> Any:
        """Have one thing done by the browser and return its result."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters, **self._session}
        os.write(self._ask, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._last:
            pass
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def _wait(self, before: int) -> None:
        while self._loads == before:
            self._next()

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._held:
            assert select.select([self._told], [], [], WAIT_SECONDS)[0], (
                "the browser does not answer, or no page follows"
            )
            some = os.read(self._told, 1 << 20)
            assert some, "the browser has ended"
            self._held += some
        message, _, self._held = self._held.partition(b"\0")
        told: dict[str, Any] = json.loads(message)
        if told.get("method") in COMPLAINTS:
            self.complaints.append(json.dumps(told["params"]))
        self._loads += told.get("method") == "Page.loadEventFired"
        return told
