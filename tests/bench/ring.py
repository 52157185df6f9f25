"""How long it takes from a post to the webhook's arrival, at a steady rate, through a real server process."""

import http.server
import json
import threading
import time
from typing import Self

from tests.processes import Server


def ring(*, per_second: int, seconds: int) -> list[float]:
    """Return the waits in seconds, one for each alert; every post matches the one rule."""
    posted: dict[str, float] = {}
    heard: dict[str, float] = {}
    with _Sink(heard) as sink, Server("--no-history", allowed_hosts=("127.0.0.1",)) as server:
        channel = server.post(
            "/v1/channels", {"kind": "webhook", "title": "bench", "url": sink.url, "max_tlp": "CLEAR"}
        )
        server.post("/v1/rules", {"title": "all", "query": "material:gallium", "channels": [channel["id"]]})
        began = time.monotonic()
        for number in range(per_second * seconds):
            time.sleep(max(0.0, began + number / per_second - time.monotonic()))
            title = f"China places gallium shipment {number} under licence"
            posted[title] = time.monotonic()
            server.post("/v1/intake", {"id": str(number), "title": title, "text": title, "source": "bench"})
        deadline = time.monotonic() + 30
        while len(heard) < len(posted) and time.monotonic() < deadline:
            time.sleep(0.05)
    assert len(heard) == len(posted), f"{len(heard)} of {len(posted)} alerts arrived"
    return [heard[title] - at for title, at in posted.items()]


class _Sink:
    """A webhook receiver that notes when each title arrived first."""

    def __init__(self, heard: dict[str, float]) -> None:
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                heard.setdefault(json.loads(body)["data"]["title"], time.monotonic())
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
