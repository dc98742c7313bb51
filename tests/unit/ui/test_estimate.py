"""The estimate of a form: previews side by side, with their warnings."""

from __future__ import annotations

from datetime import timedelta

from tests.support.anna import eur, preview
from tests.support.customers import TODAY
from wbtui.models.preview import Change, Rule, Warn
from wbtui.models.subscription import NextCharge
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


def test_an_amount_that_was_typed_is_not_said_again_except_alone() -> None:
    change = Change(path="invoice/1/open", label="Open", before="49.00 eur", after="44.00 eur")
    whole = [("", preview(eur(500), changes=(change,)))]
    assert estimate_text(whole, TODAY, 76, [eur(500)]).plain.split() == ["Open", "€49.00", "→", "€44.00"]
    assert "Amount" in estimate_text(whole, TODAY, 76, [None]).plain
    alone = estimate_text([("", preview(eur(500)))], TODAY, 76, [eur(500)])
    assert alone.plain.split() == ["Amount", "€5.00"]


def test_what_has_no_room_is_counted() -> None:
    changes = tuple(
        Change(path=f"contract/{n}/next_charge", label=f"Next charge of {n}", before=None, after="2026-12-01")
        for n in range(5)
    )
    lines = estimate_text([("", preview(changes=changes))], TODAY, 76).plain.splitlines()
    assert [line.split()[3] for line in lines[:-1]] == ["0", "1", "2"]
    assert lines[-1] == "2 more changes in the preview"
    lines = estimate_text([("", preview(changes=changes[:4]))], TODAY, 76).plain.splitlines()
    assert lines[-1] == "1 more change in the preview"
    assert "more" not in estimate_text([("", preview(changes=changes[:3]))], TODAY, 76).plain


def test_a_refusal_that_several_columns_share_is_said_once() -> None:
    refused = preview(refused=Rule(code="not_refundable", message="INV-0042 is not paid."))
    columns = [("Nothing", preview(eur(500))), ("Credit", refused), ("Refund", refused)]
    assert (
        estimate_text(columns, TODAY, 76).plain.splitlines()[-1] == "■ Credit, Refund: INV-0042 is not paid."
    )


def test_what_would_change_nothing_is_no_mistake() -> None:
    said = "The subscription already has this discount."
    same = preview(refused=Rule(code="nothing_to_do", message=said))
    assert estimate_text([("", same)], TODAY, 76).plain == said


def test_two_columns_without_figures_say_what_changes() -> None:
    status = Change(path="contract/Cont_1/status", label="Status of Pro", before="active", after="canceled")
    end = Change(path="contract/Cont_1/cancel_at", label="End", before=None, after="2026-12-01")
    columns = [("Now", preview(changes=(status,))), ("At period end", preview(changes=(end,)))]
    text = estimate_text(columns, TODAY, 76).plain
    assert [line.split() for line in text.splitlines()[1:]] == [
        ["Status", "of", "Pro", "canceled", "unchanged"],
        ["End", "unchanged", "1", "Dec", "2026"],
    ]
    figures = estimate_text([("Now", preview(eur(500), changes=(status,))), columns[1]], TODAY, 76).plain
    assert "Status of Pro" not in figures


def test_a_next_charge_that_goes_in_both_columns_is_one_row() -> None:
    gone = tuple(
        Change(path=f"contract/Cont_1/next_charge.{name}", label=label, before=before, after=after)
        for name, label, before, after in (
            ("date", "Next charge", "2026-12-01", None),
            ("total", "Next charge total", "49.00 eur", None),
        )
    )
    columns = [("Now", preview(changes=gone)), ("At period end", preview(changes=gone))]
    text = estimate_text(columns, TODAY, 76).plain
    assert [line.split() for line in text.splitlines()[1:]] == [["Next", "charge", "–", "–"]]
    stays = gone[1].model_copy(update={"after": "24.50 eur"})
    columns[1] = ("At period end", preview(changes=(gone[0], stays)))
    assert "Next charge total" in estimate_text(columns, TODAY, 76).plain


def test_a_choice_beside_a_refused_one_says_what_changes() -> None:
    """With a notice period, the end of a period may be a year away."""
    end = Change(path="contract/Cont_1/cancel_at", label="End", before=None, after="2027-12-11")
    refused = preview(refused=Rule(code="date_in_past", message="Notice period."))
    columns = [("Now", refused), ("At period end", preview(eur(500), changes=(end,)))]
    lines = [line.split() for line in estimate_text(columns, TODAY, 76).plain.splitlines()]
    assert ["At", "period", "end"] in lines and ["End", "–", "→", "11", "Dec", "2027"] in lines


def test_a_refused_choice_has_no_column() -> None:
    """A dash in it would say that nothing is charged."""
    charge = NextCharge(date=TODAY + timedelta(days=18), total=eur(1264896))
    refused = preview(refused=Rule(code="date_after_period", message="Not charged yet."))
    end = Change(path="contract/Cont_1/cancel_at", label="End", before=None, after="2026-12-05")
    nothing = preview(next_invoice=charge, changes=(end,))
    columns = [("Nothing", nothing), ("Credit", refused), ("Refund", refused)]
    assert [line.split() for line in estimate_text(columns, TODAY, 60).plain.splitlines()] == [
        ["Nothing"],
        ["Next", "invoice", "€12,648.96", "on", "10", "Dec"],
        ["End", "–", "→", "5", "Dec", "2026"],
        ["■", "Credit,", "Refund:", "Not", "charged", "yet."],
    ]
    columns[1] = ("Credit", preview(eur(500)))
    assert estimate_text(columns, TODAY, 60).plain.splitlines()[0].split() == ["Nothing", "Credit"]


def test_account_credit_that_is_used_is_always_said() -> None:
    """A new subscription changes more than the estimate shows; what pays for it is not left out."""
    made = [Change(path=f"contract/new/{name}", label=name, before=None, after="x") for name in "abcd"]
    credit = Change(path="wallet/eur/balance", label="Account credit (EUR)", before="20.00", after="9.29")
    used = preview(changes=(*made, credit))
    alone = estimate_text([("", used)], TODAY, 76).plain.splitlines()
    assert [line.split()[0] for line in alone[:-1]] == ["Account", "a", "b", "c"]
    assert alone[-1] == "1 more change in the preview"
    assert alone[0].split("  ")[1] == "€20.00 → €9.29"
    beside = estimate_text([("Now", used), ("At renewal", preview(eur(0)))], TODAY, 76).plain
    assert "€20.00 → €9.29" in beside


def test_changes_with_the_same_label_stay_apart() -> None:
    """Two subscriptions to one plan: the date of one stood beside the amount of the other."""
    made = [
        Change(path=f"contract/{subscription}/{member}", label=label, before=None, after=after)
        for subscription, day, total in (("a", "2026-12-22", "10.71 eur"), ("b", "2026-12-02", "11.90 usd"))
        for member, label, after in (
            ("next_charge.date", "Next charge", day),
            ("next_charge.total", "Total", total),
        )
    ]
    lines = estimate_text([("", preview(changes=tuple(made)))], TODAY, 76).plain.splitlines()
    assert [line.split()[-3:] for line in lines[:-1]] == [
        ["22", "Dec", "2026"],
        ["–", "→", "€10.71"],
        ["2", "Dec", "2026"],
    ]


def test_two_columns_use_the_whole_width() -> None:
    columns = [("Now", preview(eur(500))), ("At period end, 17 Dec", preview(eur(0)))]
    lines = estimate_text(columns, TODAY, 11 + 21 + 2 + 21).plain.splitlines()
    assert lines[0].endswith(" At period end, 17 Dec")
    assert max(map(len, lines)) <= 55


def test_a_title_too_long_for_its_column_has_two_lines() -> None:
    columns = [("Now", preview(eur(500))), ("At period end, 17 Dec", preview(eur(0)))]
    head, day, *_ = estimate_text(columns, TODAY, 50).plain.splitlines()
    assert head.rstrip().endswith("At period end,")
    assert day.strip() == "17 Dec" and day.index("17") == head.index("At")


def test_a_label_too_long_for_its_column_stands_above_its_values() -> None:
    long = "Amount of the next charge of Business Plus for Agencies"
    now = Change(path="contract/1/next_charge.total", label=long, before="49.00 eur", after="199.00 eur")
    later = Change(path="contract/1/scheduled_change.on", label="Date", before=None, after="2026-12-01")
    columns = [("Now", preview(changes=(now,))), ("At renewal, 14 Dec", preview(changes=(later,)))]
    lines = [line.split() for line in estimate_text(columns, TODAY, 74).plain.splitlines()[1:]]
    assert lines == [long.split(), ["€199.00", "unchanged"], ["Date", "unchanged", "1", "Dec", "2026"]]


def test_what_one_column_leaves_out_is_not_called_unchanged() -> None:
    gone = [Change(path=f"a/b/{n}", label=f"Value {n}", before="here", after=None) for n in range(5)]
    columns = [("Now", preview(changes=tuple(gone))), ("Later", preview(changes=(gone[4],)))]
    *_, last = estimate_text(columns, TODAY, 80).plain.splitlines()
    assert last.split() == ["Value", "4", "–", "–"]


def test_columns_without_a_figure_have_no_headings() -> None:
    refused = preview(refused=Rule(code="not_refundable", message="INV-0042 is not paid."))
    columns = [("Nothing", preview(warnings=(ENDS,))), ("Credit", refused), ("Refund", refused)]
    assert estimate_text(columns, TODAY, 76).plain.splitlines() == [
        "■ Credit, Refund: INV-0042 is not paid.",
        "▲ Nothing: The subscription ends.",
    ]
