"""How sure an event's reading is: its reports' own confidence, their sources' grades, and who confirms them."""

from schemas.marking import EVERYBODY
from schemas.raw import SourceKind
from streams.assemble.event import assemble_event
from tests.builders import NOON, a_judgement, a_signal
from tests.reading import KNOWLEDGE


def told(native_id, *, source="mofcom", kind=SourceKind.OFFICIAL, confidence=0.8, text=None):
    return a_signal(
        native_id,
        source=source,
        source_kind=kind,
        text=text or f"What {native_id} says of gallium.",
        judgement=a_judgement(confidence=confidence),
    )


def confidence(*reports):
    event = assemble_event(reports, KNOWLEDGE, audience=EVERYBODY, version=1, at=NOON)
    return event.judgement.confidence


def test_an_official_report_is_as_sure_as_its_reading():
    assert confidence(told("a")) == 0.8


def test_sources_are_graded_by_their_kind():
    graded = [confidence(told("a", kind=kind)) for kind in (SourceKind.OFFICIAL, SourceKind.PRESS, SourceKind.PERSON)]
    assert graded == sorted(graded, reverse=True)
    assert len(set(graded)) == 3


def test_every_kind_of_source_has_a_grade():
    assert all(0 < confidence(told("a", kind=kind)) <= 1 for kind in SourceKind)


def test_a_second_source_raises_it_and_never_to_certainty():
    both = confidence(told("a"), told("b", source="reuters", kind=SourceKind.PRESS))
    assert confidence(told("a")) < both < 1


def test_a_source_that_repeats_itself_confirms_nothing():
    assert confidence(told("a"), told("b")) == confidence(told("a"))


def test_the_same_words_from_another_source_confirm_nothing():
    assert confidence(told("a", text="Same."), told("b", source="echo", text="same.")) == confidence(told("a"))


def test_the_order_of_reports_changes_nothing():
    reports = [told("a"), told("b", source="reuters", confidence=0.5), told("c", source="afp", confidence=0.8)]
    assert confidence(*reports) == confidence(*reversed(reports))


def test_a_doubtful_report_never_lowers_it():
    assert confidence(told("a"), told("b", source="blog", confidence=0.0)) == confidence(told("a"))
