"""What a post may call itself."""

import pytest
from pydantic import ValidationError

from schemas.raw import SEPARATORS, SignalIn, signal_id_of


@pytest.mark.parametrize("separator", SEPARATORS)
def test_no_post_may_be_named_so_that_its_id_is_anothers(separator):
    # Joined, the public report `x<separator>US` would have the id of the report `x` that is US's alone.
    with pytest.raises(ValidationError):
        SignalIn(id=f"x{separator}US")


def test_a_private_report_and_a_public_one_of_the_same_name_are_two():
    assert signal_id_of("wire", "x", party="US") != signal_id_of("wire", "x")


def test_space_around_a_name_is_no_part_of_it():
    assert SignalIn(id=" x ").id == "x"
    with pytest.raises(ValidationError):
        SignalIn(id=" \n")
