"""The register over HTTP: measures on a day, by reference, with what changed, and as a calendar."""

import icalendar
import pytest

from tests.e2e.asking import asker, events_of, is_problem, taken, wait_until

ACT, PAUSE = "CN-MOFCOM-2025-906", "CN-MOFCOM-2025-907"
NOTICE = {
    "id": "reg-1", "source": "probe", "published_at": "2025-10-09T04:00:00Z",
    "title": "China places holmium under export control",
    "text": "MOFCOM Announcement No. 906 of 2025 of 9 October 2025 places holmium under export licensing. "
            "It takes effect on 1 December 2025.",
}  # fmt: skip
SUSPENSION = {
    "id": "reg-2", "source": "probe", "published_at": "2025-11-07T04:00:00Z",
    "title": "China suspends the export control on holmium",
    "text": "By Announcement No. 907 of 2025 of 7 November 2025 MOFCOM suspends Announcement No. 906 of 2025 with immediate effect "
            "until 10 November 2099.",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(server):
    """The two reports, as the register tells them."""
    with asker(server) as client:
        taken(client, NOTICE, SUSPENSION)
        wait_until(lambda: client.get(f"/v1/measures/{ACT}").json().get("status") == "suspended")
        yield client


# A day, the state on it, and whether that is in force.
@pytest.mark.parametrize(
    ("day", "status", "in_force"),
    [
        ("2025-10-01", None, False),
        ("2025-10-20", "announced", False),
        ("2025-11-07", "suspended", False),
        ("2099-11-10", "suspended", False),
        ("2099-11-11", "unknown", False),
    ],
)
def test_a_measure_is_told_as_it_stands_on_any_day(told, day, status, in_force):
    page = told.get("/v1/measures", params={"q": f"ref:{ACT} class:export_licensing", "at": day}).json()
    (item,) = [item for item in page["items"] if item["ref"] == ACT]
    assert (item["at"], item["status_at"], item["in_force"]) == (day, status, in_force)
    assert told.get(f"/v1/measures/{ACT.lower()}", params={"at": day}).json()["status_at"] == status


def test_a_measure_has_its_states_their_sources_and_what_changed(told):
    one = told.get(f"/v1/measures/{ACT}").json()
    assert [(state["status"], state["by"]) for state in one["intervals"]] == [
        ("announced", ACT), ("suspended", PAUSE), ("unknown", PAUSE),
    ]  # fmt: skip
    assert one["kind"] == "measure"
    assert all(state["sources"] for state in one["intervals"])
    versions = told.get(f"/v1/measures/{one['id']}/versions").json()["items"]
    assert versions[0]["changes"][0]["field"] == "new"
    assert ("status", "suspended") in [(change["field"], change["after"]) for change in versions[-1]["changes"]]
    assert len(told.get(f"/v1/measures/{one['id']}/evidence").json()["documents"]) == 2


def test_a_query_finds_measures_by_state_and_by_days_from_now(told):
    found = told.get("/v1/measures", params={"q": f"status:suspended ref:{ACT} expires:>300d"}).json()
    assert [item["ref"] for item in found["items"]] == [ACT]
    assert told.get("/v1/measures", params={"q": f"ref:{ACT} status:suspended expires:<30d"}).json()["total"] == 0


def test_the_calendar_can_be_read_and_names_the_last_day(told):
    answer = told.get("/v1/measures/calendar.ics", params={"q": f"ref:{ACT}"})
    assert answer.headers["content-type"].startswith("text/calendar")
    days = [event["DTSTART"].dt.isoformat() for event in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")]
    assert "2099-11-10" in days


def test_the_stream_tells_measures(told, client):
    told_of = told.get("/v1/events", params={"q": "source:probe"}).json()["total"]
    sent = [(kind, thing) for _, kind, thing in events_of(client, count=told_of, after=0)]
    assert [thing["status"] for kind, thing in sent if kind == "measure" and not thing.get("gone")]


def test_what_is_no_measure_and_what_is_no_day_is_refused(told):
    is_problem(told.get("/v1/measures/CN-MOFCOM-1999-1"), 404)
    is_problem(told.get("/v1/measures", params={"at": "2025-02-30"}), 422)


def test_a_table_of_measures_has_a_row_each(told):
    answer = told.get("/v1/measures.csv", params={"q": f"ref:{ACT}"})
    assert answer.status_code == 200
    assert ACT in answer.text
