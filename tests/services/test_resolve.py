"""Typed text is resolved to a customer or an invoice, or the error says what was searched."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.anna import ANNA
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.errors import NotCached, NotFound, SeveralMatches
from wbtui.models.customer import Email
from wbtui.services.resolve import resolve, resolve_customer

NAMESAKE = ANNA.model_copy(
    update={"id": "Cust_3", "company": None, "reference": "A-3", "emails": (), "notes": None}
)
CALLED_ANNA_IN_A_NOTE = ANNA.model_copy(
    update={"id": "Cust_2", "name": "Berta Braun", "company": None, "reference": "B-1", "emails": (),
            "notes": "Colleague of Anna Schmidt, Lumen Labs, anna@lumen.example, LUM-77."}
)  # fmt: skip


async def test_several_matches_are_counted_and_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        count = await services.directory.open("a").count()
        with pytest.raises(SeveralMatches) as raised:
            await resolve_customer(services, "a")
        first, *names, last = raised.value.sentence.splitlines()
        assert first == f'{count:,} customers match "a":'
        assert len(names) == 5
        assert all("(Cust_" in name for name in names), names
        assert last == f"  and {count - 5:,} more"


async def test_an_invoice_in_place_of_its_customer_leads_to_the_customer(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        anna = await resolve_customer(services, "anna@lumen.example")
        with pytest.raises(NotFound) as raised:
            await resolve_customer(services, "inv 0042")
        assert raised.value.hint == f"INV-0042 is an invoice of {anna.id}: name that customer."
        with pytest.raises(NotFound) as raised:
            await resolve_customer(services, "inv 99999999")
        assert raised.value.hint == "Search with `wbtui find`."


async def test_a_name_that_a_customer_shares_with_one_not_cached_yet_is_refused(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.cache.put_customers((NAMESAKE,), services.now())
        assert (await resolve_customer(services, "A-3")).id == NAMESAKE.id
        with pytest.raises(SeveralMatches) as raised:
            await resolve_customer(services, "Anna Schmidt")
        shown = raised.value.sentence.splitlines()[1:]
        assert len(shown) == 2 and any(NAMESAKE.id in line for line in shown), shown


def unreadable_anna(response: bytes) -> bytes:
    """A response in which Anna Schmidt has no date."""
    return re.sub(rb'("Anna Schmidt".*?"created":")\d{4}', rb"\1year", response)


@pytest.mark.parametrize("synced", [False, True], ids=["before a sync", "after a sync"])
async def test_a_name_shared_with_one_that_cannot_be_read_is_refused(
    synced: bool, plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(plain_sandbox.url) as proxy:
        proxy.arm(Fault.CHANGE, "GET", "/v1/c/customer", times=None, change=unreadable_anna)
        async with opened(proxy.url, plain_sandbox.key, tmp_path) as services:
            if synced:
                await services.sync.run()
                assert services.sync.is_complete and [one.name for one in services.sync.skipped]
            await services.cache.put_customers((NAMESAKE,), services.now())
            assert (await resolve_customer(services, NAMESAKE.id)).id == NAMESAKE.id
            assert (await resolve_customer(services, "A-3")).id == NAMESAKE.id, "nobody else is found by it"
            with pytest.raises(SeveralMatches) as raised:
                await resolve_customer(services, "Anna Schmidt")
            first, unreadable, readable = raised.value.sentence.splitlines()
            assert first == '2 customers match "Anna Schmidt":'
            assert unreadable.startswith("  Anna Schmidt (") and unreadable.endswith("), can't be read")
            assert readable == f"  Anna Schmidt ({NAMESAKE.id})"


@pytest.mark.parametrize("typed", ["anna", "Anna Schmidt", "lumen labs anna", "anna@lumen", "lum-77", "ANNA"])
async def test_a_customer_is_named_by_words_of_name_e_mail_or_reference(
    sandbox: Sandbox, tmp_path: Path, typed: str
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        await services.cache.put_customers((ANNA, CALLED_ANNA_IN_A_NOTE), services.now())
        assert (await resolve_customer(services, typed)).id == ANNA.id


@pytest.mark.parametrize("typed", ["cfo", "berlin", "country:de", "plan:pro", "4242", "old@lumen.example"])
async def test_a_customer_is_not_named_by_notes_places_cards_or_filters(
    sandbox: Sandbox, tmp_path: Path, typed: str
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        noted = ANNA.model_copy(update={"notes": "Was old@lumen.example. Contract signed by CFO."})
        await services.cache.put_customers((noted,), services.now())
        assert await services.directory.open(typed).count() == 1
        with pytest.raises(NotCached):
            await resolve_customer(services, typed)


async def test_an_id_names_a_customer_by_its_beginning_not_by_a_part(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        one = ANNA.model_copy(update={"id": "Cust_81ab7c20-4242-4bad-9abc-0123456789ab"})
        await services.cache.put_customers((one,), services.now())
        assert (await resolve_customer(services, "cust_81ab7c20")).id == one.id
        assert await services.directory.open("4242").count() == 1, "by the card"
        with pytest.raises(NotCached):
            await resolve_customer(services, "4242")


@pytest.mark.parametrize("typed", ["inv-42", "lumen-42", "ann@lumen.example"])
async def test_a_number_or_an_address_is_not_put_together_from_several(
    sandbox: Sandbox, tmp_path: Path, typed: str
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        others = "invoices@lumen.example", "pat.o'brien@lumen.example"
        emails = (*ANNA.emails, *(Email(label="invoice", address=address) for address in others))
        one = ANNA.model_copy(update={"reference": "LUM-42538", "emails": emails})
        await services.cache.put_customers((one,), services.now())
        with pytest.raises(NotCached):
            await resolve_customer(services, typed)
        for right in ("lum-42", "lum42", "42538", "anna@lumen", "pat.obrien@lumen.example"):
            assert (await resolve_customer(services, right)).id == one.id


async def test_of_several_matches_all_but_those_listed_are_counted(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        noted = [
            CALLED_ANNA_IN_A_NOTE.model_copy(update={"id": f"Cust_{n}", "reference": f"R-{n}"})
            for n in range(10, 40)
        ]
        await services.cache.put_customers((ANNA, NAMESAKE, *noted), services.now())
        with pytest.raises(SeveralMatches) as raised:
            await resolve_customer(services, "schmidt")
        first, *names, last = raised.value.sentence.splitlines()
        assert (first, len(names), last) == ('32 customers match "schmidt":', 2, "  and 30 more")
        assert f"  Anna Schmidt · anna@lumen.example ({ANNA.id})" in names


async def test_an_invoice_number_is_found_after_a_sync_and_before_it_the_error_says_so(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        with pytest.raises(NotFound, match="Nothing is cached yet") as raised:
            await resolve(services, "INV-0041")
        assert "wbtui sync" in raised.value.hint
        await services.sync.run()
        assert (await resolve(services, "INV-0041")).kind == "invoice"
        with pytest.raises(NotFound) as raised:
            await resolve(services, "INV-nothing")
        assert raised.value.sentence == 'No customer or invoice matches "INV-nothing".'
