"""A document from somebody's server: polite, bounded, and never from the operator's own network."""

import gzip
import threading
import time
import zlib

import pytest

from services.adapters.ssrf import Guard
from services.sources.fetch import NO_VALIDATORS, Fetcher, Limits, Validators
from services.sources.hosts import Hosts
from streams.errors import Forbidden, InvalidInput, Rejected, Unavailable
from tests.publisher import Page, Publisher, leads_to

FEED = b"<rss/>"
LIMITS = Limits(total_seconds=5.0, read_seconds=2.0, max_bytes=1_000_000)


@pytest.fixture
def publisher():
    publisher = Publisher()
    yield publisher
    publisher.close()


def a_fetcher(*, limits=LIMITS, gap_seconds=0.0, allowed=("127.0.0.1",), resolve=None):
    given = {"resolve": resolve} if resolve else {}
    guard = Guard(allowed, schemes=("http", "https"), ports=(80, 443), **given)
    return Fetcher(guard, Hosts(gap_seconds), limits)


@pytest.fixture
def fetcher():
    fetcher = a_fetcher()
    yield fetcher
    fetcher.close()


def get(fetcher, publisher, answer, validators=NO_VALIDATORS):
    publisher.pages["/feed"] = answer
    return fetcher.get(publisher.url("/feed"), validators)


def test_a_document_comes_with_its_type_and_validators(fetcher, publisher):
    answer = Page(
        FEED, Content_Type="text/xml; charset=gb2312", ETag='"1"', Last_Modified="Tue, 24 Nov 2026 10:00:00 GMT"
    )
    page = get(fetcher, publisher, answer)
    assert (page.content, page.content_type) == (FEED, "text/xml; charset=gb2312")
    assert page.validators == Validators('"1"', "Tue, 24 Nov 2026 10:00:00 GMT")


def test_what_has_not_changed_is_not_sent_again(fetcher, publisher):
    first = get(fetcher, publisher, Page(FEED, ETag='"1"', Last_Modified="Tue, 24 Nov 2026 10:00:00 GMT"))
    assert fetcher.get(publisher.url("/feed"), first.validators) is None
    asked = publisher.asked[-1][1]
    assert (asked["if-none-match"], asked["if-modified-since"]) == ('"1"', "Tue, 24 Nov 2026 10:00:00 GMT")


@pytest.mark.parametrize("tag", ['"' + "x" * 1_000 + '"', '"ü"'])
def test_a_validator_that_cannot_be_given_back_is_dropped(fetcher, publisher, tag):
    assert get(fetcher, publisher, Page(FEED, ETag=tag)).validators.etag is None


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(FEED, mtime=0)),
        ("x-gzip", gzip.compress(FEED, mtime=0)),
        ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED)[2:-4]),  # without zlib's header, as some servers send it
        ("identity", FEED),
    ],
)
def test_a_packed_document_is_unpacked(fetcher, publisher, coding, body):
    assert get(fetcher, publisher, Page(body, Content_Encoding=coding)).content == FEED


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Page(b"x" * 1_000_001), "more than 1000000 bytes"),
        (Page(gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"), "more than 1000000 bytes"),
        (Page(gzip.compress(FEED)[:-9], Content_Encoding="gzip"), "breaks off"),
        (Page(FEED, Content_Encoding="gzip"), "unpacked"),
        (Page(FEED, Content_Encoding="br"), "br"),
        (Page(FEED, Content_Encoding="gzip, gzip"), "gzip, gzip"),
    ],
)
def test_a_document_that_is_too_much_or_none_is_refused(fetcher, publisher, answer, told):
    with pytest.raises(InvalidInput, match=told):
        get(fetcher, publisher, answer)


def test_an_endless_document_is_left(fetcher, publisher):
    with pytest.raises(InvalidInput, match="more than"):
        get(fetcher, publisher, publisher.endless(b"x" * 65_536))


@pytest.mark.parametrize(("every", "limits"), [(0.05, Limits(0.5, 5.0, 1_000_000)), (3.0, Limits(5.0, 0.3, 1_000_000))])
def test_a_server_that_drips_or_is_silent_is_left(publisher, every, limits):
    fetcher, began = a_fetcher(limits=limits), time.monotonic()
    with pytest.raises(Unavailable, match="slow"):
        get(fetcher, publisher, publisher.slowly(b"x", every_seconds=every))
    assert time.monotonic() - began < 4.0


def test_redirects_do_not_lengthen_the_time(publisher):
    def late(handler):
        time.sleep(0.2)
        leads_to("/feed")(handler)

    fetcher, began = a_fetcher(limits=Limits(0.5, 5.0, 1_000)), time.monotonic()
    with pytest.raises(Unavailable):
        get(fetcher, publisher, late)
    assert time.monotonic() - began < 4.0


@pytest.mark.parametrize(
    ("answer", "error", "wait"),
    [
        (Page(status=429, Retry_After="7"), Unavailable, 7),
        (Page(status=429), Unavailable, 300),
        (Page(status=503, Retry_After="9"), Unavailable, 9),
        (Page(status=500), Unavailable, None),
        (Page(status=408), Unavailable, None),
        (Page(status=403), Rejected, None),
        (Page(status=404), Rejected, None),
        (Page(status=410), Rejected, None),
        (Page(status=206), Rejected, None),
    ],
)
def test_every_status_has_its_consequence(fetcher, publisher, answer, error, wait):
    with pytest.raises(error, match=str(answer.status)) as failed:
        get(fetcher, publisher, answer)
    assert getattr(failed.value, "retry_after_seconds", None) == wait


def test_a_host_that_asks_for_rest_is_not_asked_for_another_document(fetcher, publisher):
    publisher.pages["/other"] = Page(FEED)
    with pytest.raises(Unavailable):
        get(fetcher, publisher, Page(status=429, Retry_After="60"))
    with pytest.raises(Unavailable, match="rest") as failed:
        fetcher.get(publisher.url("/other"))
    assert 50 < failed.value.retry_after_seconds <= 60
    assert [path for path, _ in publisher.asked] == ["/feed"]


def test_a_redirect_is_followed_a_few_times(fetcher, publisher):
    publisher.pages["/there"] = Page(FEED)
    assert get(fetcher, publisher, leads_to("/there")).content == FEED
    with pytest.raises(Rejected, match="more than 5"):
        get(fetcher, publisher, leads_to("/feed"))


@pytest.mark.parametrize(
    "target",
    [
        "http://10.0.0.1/",
        "https://169.254.169.254/latest/meta-data/",
        "http://localhost/",
        "http://[::1]/",
        "http://0x7f.1/",
        "https://inner.example/",  # a name that leads inside
        "file:///etc/passwd",
        "https://user:word@news.example/",
        "http://news.example:22/",
    ],
)
def test_a_redirect_inside_is_not_followed(publisher, target):
    addresses = {"127.0.0.1": ["127.0.0.1"], "inner.example": ["127.0.0.1"]}
    fetcher = a_fetcher(resolve=lambda host, _port: addresses.get(host, ["93.184.216.34"]))
    with pytest.raises(Forbidden):
        get(fetcher, publisher, leads_to(target))
    assert [path for path, _ in publisher.asked] == ["/feed"]


def test_loopback_is_not_called_unless_it_is_allowed(publisher):
    publisher.pages["/feed"] = Page(FEED)
    with pytest.raises(Forbidden):
        a_fetcher(allowed=()).get(publisher.url("/feed"))
    assert publisher.asked == []


@pytest.mark.parametrize(
    "body", [b"", b"HTTP/1.1 2", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"]
)
def test_an_answer_that_breaks_off_is_tried_again(fetcher, publisher, body):
    with pytest.raises(Unavailable):
        get(fetcher, publisher, lambda handler: handler.wfile.write(body))


def test_a_host_is_asked_once_at_a_time_with_a_gap(publisher):
    spans = []

    def answer(handler):
        began = time.monotonic()
        time.sleep(0.05)
        spans.append((began, time.monotonic()))
        Page(FEED)(handler)

    publisher.pages["/feed"] = answer
    fetcher = a_fetcher(gap_seconds=0.1)
    asking = [threading.Thread(target=fetcher.get, args=(publisher.url("/feed"),)) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join(10)
    assert len(spans) == 4
    assert all(later[0] - earlier[1] >= 0.09 for earlier, later in zip(sorted(spans), sorted(spans)[1:], strict=False))


def test_no_cookie_is_kept(fetcher, publisher):
    get(fetcher, publisher, Page(FEED, Set_Cookie="who=me"))
    get(fetcher, publisher, Page(FEED))
    assert "cookie" not in publisher.asked[-1][1]
