"""The preview sheet: what must be read stands above what scrolls, and doubt asks for more than a key."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from textual.widgets import Input, Static

from tests.screens.driver import Driver, driver
from tests.support.action_form import answer, begin, services_with_anna
from tests.support.anna import ANNA, eur, preview
from tests.support.customers import NOW
from tests.support.fake_actions import FakeActions
from wbtui.errors import TimedOut
from wbtui.models.actions import Reason
from wbtui.models.money import Money
from wbtui.models.preview import Change, Lookalike, Preview, PreviewLine, Reversible, Warn
from wbtui.settings import Settings
from wbtui.ui.actions.opening import open_action
from wbtui.ui.actions.sheet import PreviewSheet
from wbtui.ui.dialogs.commit_button import CommitButton

DUPLICATE = Lookalike(at=NOW - timedelta(minutes=9), what="Refund made: €5.00", by="Jo")
FINAL = Reversible(how="no", by="Reversing it means charging the customer again.")
LONG = tuple(Change(path=f"invoice/I/{n}", label=f"Figure {n}", before="1", after="2") for n in range(40))


async def sheet_of(d: Driver, actions: FakeActions, shown: Preview, kind: str = "refund") -> PreviewSheet:
    """Open the sheet of an action with this preview, and read it."""
    actions.answer = lambda _action: shown
    await begin(d, kind)
    if kind == "refund":
        await answer(d, "reason", Reason.COURTESY)
    else:
        await answer(d, "text", "Hello.")
    await d.press_command("form.go_on")
    await d.read_preview()
    assert isinstance(d.screen, PreviewSheet)
    return d.screen


def refund_preview(**members: Any) -> Preview:
    return preview(eur(500), lines=(PreviewLine(label="Refund", money=eur(500)),), **members)


@pytest.mark.parametrize(
    ("doubt", "limit"),
    [
        ({"lookalikes": (DUPLICATE,)}, "5.00"),
        ({"warnings": (Warn(code="x", text="Look at this.", confirm=True),)}, "5.00"),
        ({}, "4.99"),
        ({"due_now": (eur(501),)}, "5.00"),
    ],
    ids=["duplicate", "warning", "above the limit", "charge above the limit"],
)
async def test_doubt_is_confirmed_by_typing_the_amount(doubt: dict[str, Any], limit: str) -> None:
    services, actions = services_with_anna()
    async with driver(services, settings=Settings(confirm_above={"eur": limit})) as d:
        sheet = await sheet_of(d, actions, refund_preview(**doubt))
        await d.expect_text("Type 5.00 to confirm")
        await d.press("ctrl+s")
        await d.expect_text("▲ Type the amount, 5.00, to confirm.")
        await d.type("5.01")
        await d.press("ctrl+s")
        assert d.screen is sheet and actions.confirmed == []
        await d.expect_text("▲ Type the amount, 5.00, to confirm.")
        sheet.query_one(Input).value = "5,00"
        await d.expect_gone("▲ Type the amount")
        await d.commit()
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


async def test_a_long_comment_does_not_push_the_effects_away() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: refund_preview(changes=LONG[:1])
    async with driver(services, size=(80, 40)) as d:
        await begin(d, "refund")
        await answer(d, "reason", Reason.COURTESY)
        await answer(d, "comment", "word " * 999 + "end")
        await d.press_command("form.go_on")
        await d.read_preview()
        await d.expect_text("word…", "(4,998", "Figure 0")


async def test_a_preview_that_timed_out_says_that_nothing_was_sent_and_nothing_about_changes() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: TimedOut("No answer in time.")
    async with driver(services) as d:
        await begin(d, "refund")
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.expect_text("No answer in time.", "Nothing was sent. Press r to try again.")
        assert "check its status" not in d.text()


@pytest.mark.parametrize(("due", "seen"), [(1665, True), (500, False), (0, False)])
async def test_a_charge_besides_the_amount_stands_below_it(due: int, seen: bool) -> None:
    services, actions = services_with_anna()
    async with driver(services, size=(80, 24)) as d:
        sheet = await sheet_of(d, actions, refund_preview(due_now=(eur(due),), changes=LONG))
        head = str(sheet.query_one(".sheet-essentials", Static).content)
        assert f"Due today    {eur(due)}" in head if seen else "Due today" not in head
        body = str(sheet.query_one(".sheet-body", Static).content)
        assert ("Due today" in body) == (due == 500), "once"


@pytest.mark.parametrize("amount", [None, eur(0)], ids=["no amount", "zero"])
async def test_a_duplicate_without_money_is_confirmed_by_typing_yes(amount: Money | None) -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        sheet = await sheet_of(d, actions, preview(amount, lookalikes=(DUPLICATE,)), "append_note")
        await d.expect_text("Type yes to confirm")
        await d.wait_for(lambda: isinstance(sheet.focused, Input), "it can be typed at once")
        await d.type("yes")
        await d.commit()
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


async def test_an_amount_that_is_not_known_is_not_called_none() -> None:
    services, actions = services_with_anna()
    async with driver(services) as d:
        await sheet_of(d, actions, preview(amount_unknown=True))
        await d.wait_for(
            lambda: any("Amount" in line and "Not known in advance" in line for line in d.lines()),
            "it is said",
        )


async def test_a_preview_without_doubt_asks_for_the_key_only() -> None:
    services, actions = services_with_anna()
    long = Warn(code="x", text="Again " * 30, confirm=False)
    async with driver(services) as d:
        mails = tuple(f"team{number}@lumen.example" for number in range(6))
        sheet = await sheet_of(d, actions, refund_preview(warnings=(long,), emails=mails))
        await d.expect_text("Refund      €5.00")
        first, second = (line for line in d.lines() if "@lumen.example," in line or "team5" in line)
        assert first.index("team0") == second.index("team")
        first, second, *_ = (line for line in d.lines() if "Again" in line)
        assert first.index("▲ Again") + 2 == second.index("Again")
        sheet.body.scroll_end(animate=False)
        await d.expect_text("Preview valid until")
        await d.press_command("sheet.commit")
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


async def test_without_colours_the_commit_key_looks_like_a_button_once_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    services, actions = services_with_anna()
    async with driver(services) as d:
        sheet = await sheet_of(d, actions, refund_preview())
        await d.wait_for(lambda: bool(sheet.commit_button.rich_style.underline), "it counts")
        sheet.commit_button.hide_preview()
        await d.wait_for(lambda: not sheet.commit_button.rich_style.underline, "read the preview first")


@pytest.mark.parametrize("size", [(80, 24), (60, 15)], ids=["80x24", "60x15"])
async def test_cautions_and_amount_are_in_view_whatever_scrolls(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    async with driver(services, size=size) as d:
        shown = refund_preview(changes=LONG, lookalikes=(DUPLICATE,), reversible=FINAL)
        sheet = await sheet_of(d, actions, shown)
        for _ in range(2):
            await d.expect_text("Amount       €5.00", "Possible duplicate", "Cannot be undone.")
            await d.expect_text("Type 5.00 to confirm", "ctrl+s  Refund €5.00 to Anna Schmidt")
            sheet.body.scroll_end(animate=False)
        await d.press("ctrl+s")
        await d.type("5.00")
        await d.press("ctrl+s")
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (38, 8)], ids=["80x24", "60x15", "38x8"])
async def test_what_does_not_fit_cannot_be_confirmed(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    warnings = tuple(Warn(code=str(n), text=f"Warning {n}.", confirm=False) for n in range(20))
    async with driver(services, size=size) as d:
        await sheet_of(d, actions, refund_preview(warnings=warnings, reversible=FINAL))
        await d.press("ctrl+s")
        await d.expect_toast("too small to show all")  # below the sheet it would be out of view, too
        assert actions.confirmed == []
        await d.resize(100, 50)
        await d.commit()
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


async def test_a_terminal_of_few_lines_leaves_out_the_empty_ones() -> None:
    services, actions = services_with_anna()
    async with driver(services, size=(80, 18)) as d:
        sheet = await sheet_of(d, actions, refund_preview(reversible=FINAL))
        foot = sheet.query_one(".dialog-foot")
        for height, class_name, above in (
            (18, "-tiny", 0),
            (24, "-low", 1),
            (19, "-tiny", 0),
            (30, "-high", 1),
        ):
            await d.resize(80, height)
            await d.wait_for(lambda: foot.styles.margin.top == above, f"the space at {height} lines")  # noqa: B023
            assert {"-tiny", "-low", "-high"} & sheet.classes == {class_name}


async def test_an_explanation_is_indented_below_what_it_explains() -> None:
    line = PreviewLine(label="Refund", money=eur(500), explanation=" ".join(["explained"] * 12))
    services, actions = services_with_anna()
    async with driver(services, size=(80, 24)) as d:
        await sheet_of(d, actions, preview(eur(500), lines=(line,)))
        starts = [row.index("explained") for row in d.lines() if "explained" in row]
        assert len(starts) == 2 and starts[0] == starts[1]


async def test_who_it_is_goes_on_below_itself_and_not_below_its_label() -> None:
    services, _ = services_with_anna()
    company = {"company": "Lumen Laboratories of Northern Europe GmbH & Co. KG"}
    anna = ANNA.model_copy(update={"metadata": company})
    async with driver(services, size=(80, 24)) as d:
        open_action(d.screen, "create_portal_link", anna, {})
        await d.expect_match(r"│ {14}Lumen Laboratories .*\n│ {14}anna@lumen\.example")


async def test_letters_that_look_alike_are_pointed_out() -> None:
    services, _ = services_with_anna()
    anna = ANNA.model_copy(update={"name": "\u0410nna Schmidt"})
    async with driver(services, size=(80, 24)) as d:
        open_action(d.screen, "create_portal_link", anna, {})
        await d.expect_text("▲ A word mixes Cyrillic and Latin letters, which look alike.")


async def test_a_long_commit_key_names_the_whole_customer() -> None:
    services, actions = services_with_anna()
    anna = ANNA.model_copy(update={"name": f"{'Anna ' * 12}GmbH"})
    async with driver(services, size=(60, 24)) as d:
        open_action(d.screen, "create_portal_link", anna, {})
        await d.read_preview()
        button = d.screen.query_one(CommitButton)
        await d.wait_for(lambda: button.size.height == 2, "the key has two lines")
        await d.expect_text("GmbH  ", "esc  Back")
        await d.press_command("sheet.commit")
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")


async def test_the_commit_button_and_the_undo_window_name_the_keys_of_the_settings() -> None:
    services, actions = services_with_anna()
    keymap = {"sheet.commit": "f10", "sending.cancel": "f9"}
    async with driver(services, settings=Settings(keymap=keymap)) as d:
        await sheet_of(d, actions, refund_preview())
        await d.expect_text("F10  Refund €5.00")
        await d.expect_gone("ctrl+s")
        await d.press("ctrl+s")
        assert isinstance(d.screen, PreviewSheet) and actions.confirmed == []
        await d.press("f10")
        await d.wait_for(lambda: len(actions.confirmed) == 1, "it was confirmed")
