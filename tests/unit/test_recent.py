"""A memory by identity: it never gives one object another's answer, and it stays small."""

from schemas.recent import Recent


def test_an_object_is_asked_once_while_it_is_remembered():
    asked = []
    recent = Recent(lambda item: asked.append(item) or len(asked), size=2)
    first, second, third = ["a"], ["a"], ["a"]
    assert [recent(first), recent(first), recent(second)] == [1, 1, 2]  # equal objects are not the same object
    assert recent(third) == 3
    assert recent(first) == 4  # forgotten when the third came
    assert len(recent._answers) == 2


def test_a_remembered_object_stays_alive_so_that_its_identity_is_its_own():
    recent = Recent(lambda item: item[0], size=3)
    assert [recent([number]) for number in range(100)] == list(range(100))
