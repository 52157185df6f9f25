"""A publisher on loopback: answers what a test tells it to, badly if asked, and keeps what was asked."""

import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Publisher:
    """`pages` maps a path to its answer: a `Page`, or what is called with the handler to answer by itself."""

    def __init__(self):
        self.pages, self.asked, self.stopping = {}, [], threading.Event()
        publisher = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                publisher.asked.append((self.path, dict(self.headers)))
                self.close_connection = True
                with suppress(OSError):  # the reader hung up, as it should
                    publisher.pages.get(self.path, Page(status=404))(self)

            def log_message(self, *_):
                pass

        class Quiet(ThreadingHTTPServer):
            daemon_threads = True
            request_queue_size = 100

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path, host="127.0.0.1"):
        return f"http://{host}:{self.port}{path}"

    def close(self):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()

    def slowly(self, piece, *, every_seconds):
        """Return an answer that sends a piece again and again until the reader hangs up."""

        def answer(handler):
            handler.send_response(200)
            handler.end_headers()
            while not self.stopping.wait(every_seconds):
                handler.wfile.write(piece)

        return answer

    def endless(self, piece, *, most=400_000_000):
        """Return an answer that does not end as long as the reader reads, within what a test machine bears."""

        def answer(handler):
            handler.send_response(200)
            handler.end_headers()
            for _ in range(most // len(piece)):
                handler.wfile.write(piece)

        return answer


class Page:
    """A document with its headers; a reader that gives back its `ETag` is told that nothing has changed."""

    def __init__(self, body=b"", *, status=200, **headers):
        self.body, self.status = body, status
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __call__(self, handler):
        tag = self.headers.get("ETag")
        is_known = tag is not None and handler.headers.get("If-None-Match") == tag
        body = b"" if is_known else self.body
        handler.send_response(304 if is_known else self.status)
        for name, value in self.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


def leads_to(url):
    """Return an answer that leads to another address."""
    return Page(status=302, Location=url)


def a_source(name, address, kind="feed", **facts):
    """Return a source as a file of one's own has it."""
    told = {
        "id": name,
        "title": name,
        "publisher": "p",
        "kind": kind,
        "address": str(address),
        "language": "en",
        "grade": "A",
        "cadence": 1,
        "licence": "none",
    }
    return "".join(["[[source]]\n", *(f"{key} = {json.dumps(value)}\n" for key, value in (told | facts).items())])


def a_feed(*items, **facts):
    """Return RSS with an entry for each (name, text); facts stand in every one."""
    more = "".join(f"<{name}>{value}</{name}>" for name, value in facts.items())
    told = "".join(
        f"<item><title>{name}</title><link>https://news.example/{name}</link><guid>{name}</guid>"
        f"<description>{text}</description>{more}</item>"
        for name, text in items
    )
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>t</title>{told}</channel></rss>".encode()
