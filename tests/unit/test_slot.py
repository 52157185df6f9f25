"""A worker's folder and the name that it keeps there."""

from services.slot import name_in


def test_a_name_is_kept_with_its_folder_and_no_other_has_it(tmp_path):
    one, other = tmp_path / "0", tmp_path / "1"
    one.mkdir()
    other.mkdir()
    assert name_in(one) == name_in(one)
    assert name_in(one) != name_in(other)
