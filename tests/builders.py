"""Data for tests: a builder names only what its test is about, and fills in the rest."""

from datetime import UTC, datetime, timedelta

from schemas.codec import encode
from schemas.marking import CLEAR, EVERYBODY, Audience, Tlp
from schemas.projection import Kind, Projection, Report
from schemas.raw import Raw, SignalIn, SourceKind, signal_id_of
from schemas.severity import Severity, level_of
from schemas.signal import EventClass, Judgement, Place, Role, Signal

NOON = datetime(2026, 7, 3, 12, tzinfo=UTC)


def an_hour_later(moment=NOON, *, hours=1):
    return moment + timedelta(hours=hours)


def a_judgement(**changes):
    facts = {
        "relevant": True,
        "language": "en",
        "materials": ("gallium",),
        "places": (Place(code="CN", role=Role.ACTOR),),
        "event_classes": (EventClass.EXPORT_LICENSING,),
        "confidence": 0.8,
    }
    return Judgement(**facts | changes)


def a_severity(us=60, eu=60):
    return Severity(us=us, eu=eu, joint=max(us, eu), level=level_of(max(us, eu)))


def a_report(native_id="r1", **changes):
    source = changes.get("source", "mofcom")
    facts = {
        "signal_id": signal_id_of(source, native_id),
        "native_id": native_id,
        "source": source,
        "source_kind": SourceKind.OFFICIAL,
        "title": "China restricts gallium exports",
        "text": "Exporters of gallium need a licence and an end-use certificate.",
        "url": f"https://news.example/{native_id}",
        "language": "en",
        "published_at": NOON,
        "received_at": an_hour_later(),
    }
    return Report(**facts | changes)


def a_signal(native_id="r1", **changes):
    report = a_report(native_id, **{key: changes[key] for key in changes if key in Report.model_fields})
    judgement = changes.get("judgement") or a_judgement(language=report.language)
    facts = report.model_dump(exclude={"signal_id"}) | {
        "id": report.signal_id,
        "party": "US",
        "marking": CLEAR,
        "backfill": False,
        "judgement": judgement,
        "judged_by": "test",
    }
    return Signal(**facts | changes)


def a_projection(thing="r1", *, reports=None, **changes):
    """Severity may be given as one number for both sides; title, text and language go to the one report."""
    told = {key: changes.pop(key) for key in ("text", "language", "source") if key in changes}
    if "title" in changes:
        told["title"] = changes["title"]
    reports = (
        reports if reports is not None else (a_report(thing, published_at=changes.get("published_at", NOON), **told),)
    )
    if isinstance(severity := changes.pop("severity", 60), int):
        severity = a_severity(severity, severity)
    thing_id = changes.get("id", reports[0].signal_id if reports else thing)
    facts = {
        "kind": Kind.SIGNAL,
        "id": thing_id,
        "origin_id": thing_id,
        "audience": EVERYBODY,
        "version": 1,
        "published_at": NOON,
        "first_seen_at": an_hour_later(),
        "updated_at": an_hour_later(),
        "title": reports[0].title if reports else "",
        "reports": reports,
        "source_count": len({report.source for report in reports}),
        "sources": tuple(dict.fromkeys(report.source for report in reports)),
        "tlp": Tlp.CLEAR,
        "judgement": changes.get("judgement") or a_judgement(language=reports[0].language if reports else "en"),
        "severity": severity,
    }
    return Projection(**facts | changes)


def only_for(*parties):
    return Audience(base=False, parties=parties)


def all_except(*parties):
    return Audience(base=True, parties=parties)


def a_raw(name="r1", **facts):
    """A post as the raw topic keeps it."""
    post = SignalIn(id=name, title="China places gallium under licence", source="press", **facts)
    return Raw(
        signal_id=signal_id_of("press", name),
        source="press",
        source_kind=SourceKind.PRESS,
        party="US",
        received_at=NOON,
        body=encode(post),
        marking=CLEAR,
    )
