"""Which files are sets, what is read of their lines, and what is said of those that are none."""

import json

import pytest

from services.evaluate.naive import Tagger
from services.evaluate.sets import SHAPES, find, read
from streams.errors import InvalidInput
from streams.knowledge.load import load

TAGGER = Tagger(load())
NOTICE = {
    "document_number": "1",
    "publication_date": "2024-05-01",
    "abstract": "Commerce determines that producers from India sold the goods at less than fair value.",
    "label_iso2": ["IN"],
    "label_product": "Pipes",
}
STORY = {
    "newid": 7,
    "date": " 3-MAR-1987 09:00:00.00",
    "title": "PLATINUM MINE",
    "dateline": "LONDON, March 3 -",
    "body": "The mine in South Africa\nproduces platinum and uranium.",
    "topics": ["platinum", "strategic-metal", "acq"],
    "places": ["south-africa", "uk"],
}
CHINESE = {
    "url": "https://notices.example/1",
    "date": "2025-01-02",
    "title": "商务部公告2025年第7号",
    "summary": "自2025年2月1日起施行。镓、锗出口须经许可。",
}
TITLE = {"intervention_type": "Export quota", "title": "Colombia: quota on exports of scrap"}
SIGNAL = {
    "id": "s",
    "title": "China bans gallium exports",
    "text": "",
    "url": None,
    "labels": {"primary": "export_ban"},
}
LINES = {
    "adcvd": NOTICE,
    "reuters-metal": STORY,
    "unrelated": {"newid": 8, "title": "COBANCO INC YEAR NET", "body": "Shr 34 cts"},
    "measures": TITLE,
    "chinese": CHINESE,
    "history": {"id": "E018", "primary": "export_licensing"},
    "labelled": SIGNAL,
}
# The name of a file -> its shape.
NAMES = (
    ("adcvd_labelled", "adcvd"),
    ("reuters21578_metal_trade", "reuters-metal"),
    ("reuters21578_other_topics", "unrelated"),
    ("unrelated_notices", "unrelated"),
    ("intervention_titles", "measures"),
    ("notices_zh", "chinese"),
    ("history_labels", "history"),
    ("event_reports", "labelled"),
    ("traps", "labelled"),
)


def a_set(folder, name, *rows):
    path = folder / f"{name}.jsonl"
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def a_case(folder, shape, row):
    (found,) = find(a_set(folder, "set", row), shape=shape)
    (case,) = read(found, TAGGER)
    return case


def asked(case):
    return [question.figure.name for question in case.questions]


def expected(case):
    """Return what each figure wants, as it is told of a judgement that has nothing of it."""
    nothing = TAGGER.judge(case.post.model_copy(update={"title": "", "text": ""}))
    return {question.figure.name: question.ask(nothing).expected for question in case.questions}


@pytest.mark.parametrize(("name", "shape"), NAMES)
def test_a_set_is_known_by_its_name(tmp_path, name, shape):
    assert [found.shape for found in find(a_set(tmp_path, name), shape=None)] == [shape]


def test_a_folder_gives_the_sets_that_are_in_it(tmp_path):
    for name in ("traps", "notices_zh", "something"):
        a_set(tmp_path, name)
    (tmp_path / "traps.txt").write_text("no lines")
    assert [(found.path.stem, found.shape) for found in find(tmp_path, shape=None)] == [
        ("notices_zh", "chinese"),
        ("traps", "labelled"),
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_reads_its_lines_under_any_name(tmp_path, shape):
    case = a_case(tmp_path, shape, LINES[shape])
    assert case.questions


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("line", ["{}", "[]", "{", "null", '"x"', "\ud800"])
def test_a_line_of_another_shape_is_refused_by_its_number(tmp_path, shape, line):
    path = tmp_path / "set.jsonl"
    path.write_text(f"{json.dumps(LINES[shape])}\n\n{line}\n", encoding="utf-8", errors="surrogatepass")
    (found,) = find(path, shape=shape)
    with pytest.raises(InvalidInput, match="line 3") as refused:
        list(read(found, TAGGER))
    assert SHAPES[shape].expects in str(refused.value)


def test_a_name_that_tells_nothing_needs_a_shape(tmp_path):
    path = a_set(tmp_path, "something")
    with pytest.raises(InvalidInput, match="--as"):
        find(path, shape=None)
    with pytest.raises(InvalidInput, match="adcvd"):
        find(path, shape="adcdv")
    with pytest.raises(InvalidInput, match="no set"):
        find(tmp_path, shape=None)


def test_a_file_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(InvalidInput, match="cannot read"):
        list(read(find(tmp_path / "traps.jsonl", shape=None)[0], TAGGER))


def test_a_notice_that_names_its_countries_counts_twice(tmp_path):
    assert len(asked(a_case(tmp_path, "adcvd", NOTICE))) == 2
    assert len(asked(a_case(tmp_path, "adcvd", {**NOTICE, "label_iso2": ["IN", "TR"]}))) == 1


def test_a_story_is_asked_for_its_own_topics_and_places(tmp_path):
    case = a_case(tmp_path, "reuters-metal", STORY)
    assert expected(case)["metals"] == "pgm, strategic-metal"
    assert expected(case)["countries, any mention"] == "GB, ZA"


def test_a_state_that_is_gone_is_asked_for_as_what_stands_for_it(tmp_path):
    case = a_case(tmp_path, "reuters-metal", {**STORY, "places": ["ussr", "west-germany"]})
    assert expected(case)["countries, any mention"] == "DE, RU"


def test_a_kind_that_is_on_no_map_is_not_asked_for(tmp_path):
    assert asked(a_case(tmp_path, "measures", TITLE)) == [
        "kind of measure",
        "kind of measure, exports and imports only",
    ]
    assert asked(a_case(tmp_path, "measures", {**TITLE, "intervention_type": "Loan guarantee"})) == ["kind of measure"]
    assert asked(a_case(tmp_path, "measures", {**TITLE, "intervention_type": "Post-migration treatment"})) == []


def test_a_chinese_notice_is_asked_for_what_it_prints(tmp_path):
    told = expected(a_case(tmp_path, "chinese", CHINESE))
    assert told == {
        "language": "zh",
        "number": "2025-7",
        "date": "2025-02-01",
        "materials": "gallium, germanium",
    }


def test_a_year_in_chinese_figures_is_read(tmp_path):
    case = a_case(tmp_path, "chinese", {**CHINESE, "title": "商务部令二\u3007二五年第5号"})
    assert expected(case)["number"] == "2025-5"


def test_only_labels_that_are_there_are_asked_for(tmp_path):
    labels = {"primary": "export_ban", "materials": ["gallium"], "announced": "2024-12", "refs": []}
    case = a_case(tmp_path, "labelled", {**SIGNAL, "labels": labels})
    assert asked(case) == ["primary class", "materials", "printed references", "printed dates"]


def test_a_trap_is_one_question(tmp_path):
    labels = {"trap": "denial", "asserted": False, "materials": ["gallium"]}
    assert asked(a_case(tmp_path, "labelled", {**SIGNAL, "labels": labels})) == ["traps"]


def test_a_label_that_is_no_label_is_refused(tmp_path):
    (found,) = find(a_set(tmp_path, "traps", {**SIGNAL, "labels": {"primry": "export_ban"}}), shape=None)
    with pytest.raises(InvalidInput, match="primry"):
        list(read(found, TAGGER))


def test_a_label_of_no_report_of_the_history_pack_is_refused(tmp_path):
    (found,) = find(a_set(tmp_path, "history_labels", {"id": "E999"}), shape=None)
    with pytest.raises(InvalidInput, match="E999"):
        list(read(found, TAGGER))
