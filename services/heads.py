"""Requests are parsed by httptools, which takes a head of any size; here it is bounded."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD_BYTES: Final = 65_536
"""Of a request line and its headers, or of what follows a body in chunks. What comes in one piece may be as large as the piece."""


class BoundedHeads(HttpToolsProtocol):
    """Ends a connection that sends more than `MAX_HEAD_BYTES` without coming to a body or to the end of a request."""

    _unread = 0
    _came_on = False

    def data_received(self, data: bytes) -> None:
        """Parse what came; answer 400 and close where a head goes on for too long."""
        self._came_on = False
        super().data_received(data)
        self._unread = 0 if self._came_on else self._unread + len(data)
        if self._unread > MAX_HEAD_BYTES and not self.transport.is_closing():
            self.send_400_response(f"the head of a request has at most {MAX_HEAD_BYTES} bytes")

    def on_headers_complete(self) -> None:
        """Note that the head came to its end."""
        self._came_on = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Note that a body comes."""
        self._came_on = True
        super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that the request came to its end."""
        self._came_on = True
        super().on_message_complete()
