"""Contact details, notes and metadata on the overview: all of them, whole."""

from __future__ import annotations

from typing import Any

import pytest

from tests.screens.driver import Driver, driver
from tests.screens.gallery import CONTROL, MARKUP
from tests.support.action_form import services_with_anna
from tests.support.anna import ANNA
from tests.support.fake_services import FakeServices
from wbtui.app import Start
from wbtui.models.customer import CustomerStatus, Email
from wbtui.ui.tabs.contact import ContactPanel, MetadataPanel, NotesPanel

START = Start(screen="customer", id="Cust_1")
LONG = "word " * 60 + "the end"


def services_with(**members: Any) -> FakeServices:
    services, _ = services_with_anna()
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update=members))
    return services


def shown(d: Driver, panel: type[ContactPanel | NotesPanel | MetadataPanel]) -> list[str]:
    """All lines of a panel, also what is scrolled out of view."""
    return [line.strip() for line in str(d.screen.query_one(panel).body.render()).splitlines()]


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)], ids=str)
async def test_everything_that_is_known_is_shown_whole(size: tuple[int, int]) -> None:
    emails = tuple(Email(label=f"team {n}", address=f"team{n}@lumen.example") for n in range(12))
    metadata = {"company": "Lumen Labs GmbH", **{f"key_{n}": f"value {n}" for n in range(50)}, "essay": LONG}
    services = services_with(
        emails=emails, metadata=metadata, reference="LUM-77", vat_id="DE123456789", notes=f"First.\n{LONG}",
        status=CustomerStatus.TEMPORARY,
    )  # fmt: skip
    async with driver(services, size=size, start=START) as d:
        await d.expect_text("Anna Schmidt · Lumen Labs GmbH", "○ not registered")
        await d.wait_for(lambda: d.screen.query_one(MetadataPanel).display, "metadata is shown")
        contact = shown(d, ContactPanel)
        assert [line.split() for line in contact[2:14]] == [
            ["team", str(n), f"team{n}@lumen.example"] for n in range(12)
        ]
        text = " ".join(" ".join(contact).split())
        for part in ("address Torstr. 12, 10119 Berlin, DE", "reference LUM-77", "VAT ID DE123456789",
                     "since 7 Dec 2022", "ID Cust_1"):  # fmt: skip
            assert part in text
        rows = shown(d, MetadataPanel)
        assert [line.split() for line in rows[:50]] == [[f"key_{n}", "value", str(n)] for n in range(50)]
        assert " ".join(rows[50:]).split() == ["essay", *LONG.split()]
        notes = ["First.", *LONG.split()]
        await d.wait_for(lambda: " ".join(shown(d, NotesPanel)).split() == notes, "the notes are whole")


async def test_without_metadata_there_is_no_panel_for_it() -> None:
    services = services_with(metadata={"company": "Lumen Labs GmbH", "empty": ""}, notes=None)
    async with driver(services, start=START) as d:
        await d.expect_text("─ Contact ", "─ Notes ", "main", "anna@lumen.example")
        assert "─ Metadata " not in d.text()
        assert shown(d, NotesPanel) == ["–"]


async def test_details_from_outside_are_text() -> None:
    evil = " ".join([*CONTROL, *MARKUP])
    services = services_with(
        name=evil, emails=(Email(label=evil, address=evil),), reference=evil, vat_id=evil, notes=evil,
        metadata={evil: evil, "company": evil},
    )  # fmt: skip
    async with driver(services, size=(80, 24), start=START) as d:
        await d.wait_for(lambda: d.screen.query_one(MetadataPanel).display, "metadata is shown")
        for line in [*d.lines(), *shown(d, ContactPanel), *shown(d, NotesPanel), *shown(d, MetadataPanel)]:
            assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)
