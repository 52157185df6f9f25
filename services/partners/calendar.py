"""The register as a calendar (RFC 5545): a whole day for each beginning and each last day of a measure's states."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from icalendar import Alarm, Calendar, Event

from schemas.measure import Interval, Status
from services.wire import MeasureItem

SINCE = timedelta(days=366)
"""What lies further back is history and no date to keep."""

ALARMS = (timedelta(days=30), timedelta(days=7), timedelta(days=1))
_BEGINS = {
    Status.IN_FORCE: "in force from today",
    Status.SUSPENDED: "suspended from today",
    Status.REPEALED: "repealed from today",
}
_ENDS = {
    Status.SUSPENDED: "last day of the suspension; outcome unknown, check",
    Status.IN_FORCE: "last day in force",
}


def calendar(measures: Iterable[MeasureItem], *, base_url: str, now: datetime) -> bytes:
    """Return the calendar; a day is the issuer's, and an entry keeps its UID when a title or a source changes."""
    told = Calendar()
    told.add("prodid", "-//Tocsin//register of measures//EN")
    told.add("version", "2.0")
    told.add("name", "Tocsin: measures on critical minerals")
    told.add("x-wr-calname", "Tocsin: measures on critical minerals")
    told.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for measure in measures:
        for event in _events(measure, base_url, now):
            told.add_component(event)
    return bytes(told.to_ical())


def _events(measure: MeasureItem, base_url: str, now: datetime) -> Iterator[Event]:
    first = now.date() - SINCE
    for one in measure.intervals:
        for day, words in _days(one):
            if day >= first:
                yield _event(measure, day, words, base_url)


def _days(interval: Interval) -> Iterator[tuple[date, str]]:
    if interval.since is not None and interval.status in _BEGINS:
        yield interval.since, _BEGINS[interval.status]
    if interval.until is not None and interval.status in _ENDS:
        yield interval.until, _ENDS[interval.status]


def _event(measure: MeasureItem, day: date, words: str, base_url: str) -> Event:
    event = Event()
    event.add("uid", f"{measure.id}-{day.isoformat()}-{words.split(maxsplit=1)[0]}@tocsin")
    event.add("dtstamp", measure.updated_at)
    event.add("last-modified", measure.updated_at)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PUBLIC" if measure.tlp == "CLEAR" else "CONFIDENTIAL")
    event.add("summary", f"{measure.ref or measure.title}: {words}")
    event.add(
        "description", f"{measure.title}\nMaterials: {', '.join(measure.materials) or 'not told'}\nTLP:{measure.tlp}"
    )
    event.add("categories", [*measure.materials, *measure.event_classes])
    event.add("url", f"{base_url}/?q=id:{measure.id}&kind=measures")
    for before in ALARMS:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", words)
        alarm.add("trigger", -before)
        event.add_component(alarm)
    return event
