"""The estimate of a form: previews side by side, with their warnings."""

from __future__ import annotations

from tests.support.anna import preview
from tests.support.customers import TODAY
from wbtui.models.preview import Warn
from wbtui.ui.actions.estimate import estimate_text

DECLINED = Warn(code="payment_fails", text="The charge will be declined.", confirm=True)
ENDS = Warn(code="ends", text="The subscription ends.", confirm=False)


def test_a_warning_of_one_column_names_it_and_a_common_one_does_not() -> None:
    now = preview(warnings=(DECLINED, ENDS))
    later = preview(warnings=(ENDS,))
    text = estimate_text([("Now", now), ("At renewal", later)], TODAY, 76).plain
    assert text.splitlines()[-2:] == ["▲ Now: The charge will be declined.", "▲ The subscription ends."]


def test_a_single_preview_names_no_column() -> None:
    text = estimate_text([("", preview(warnings=(DECLINED,)))], TODAY, 76).plain
    assert text.splitlines()[-1] == "▲ The charge will be declined."
