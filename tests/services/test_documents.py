"""Invoices saved as PDF and text: complete, private, never over another file, harmless whatever they say."""

from __future__ import annotations

import re
import stat
import zlib
from base64 import a85decode
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.anna import INVOICE, LINE, PAYMENT, REFUND, eur
from tests.support.examples import examples
from wbtui.models.invoice import Address, Invoice, Tax
from wbtui.models.page import Source, Stamped
from wbtui.models.payment import CreditNote, PaymentStatus, RefundStatus
from wbtui.services.documents.invoice import InvoiceDocument, invoice_document
from wbtui.services.documents.pdf import render_pdf
from wbtui.services.documents.saving import Format, file_stem, render_text, save_invoice

NOW = datetime(2026, 11, 26, 9, 5, tzinfo=UTC)
NOTE = "This PDF may not show all letters."
TAX = Tax(rate="0.19", mode="exclusive", money=eur(931), name="VAT 19 %")
TAXED = LINE.model_copy(
    update={"period": (date(2026, 11, 14), date(2026, 12, 13)), "tax": TAX, "total": eur(5831)}
)
BILL_TO = Address(line_1="Torstr. 12", zip="10119", city="Berlin", country="DE")
FULL = INVOICE.model_copy(
    update={"lines": (TAXED,), "tax": eur(931), "total": eur(5831), "bill_to": BILL_TO, "vat_id": "DE1"}
)


def stamped(invoice: Invoice = FULL) -> Stamped[Invoice]:
    return Stamped(invoice, NOW, Source.SERVER)


def document(invoice: Invoice = FULL, customer: str = "Anna Schmidt") -> InvoiceDocument:
    return invoice_document(stamped(invoice), customer=customer, state="paid", environment="demo", now=NOW)


def save(folder: Path, file_format: Format, invoice: Invoice = FULL) -> Path:
    return save_invoice(
        folder,
        stamped(invoice),
        file_format,
        customer="Anna Schmidt",
        state="paid",
        environment="demo",
        now=NOW,
    )


def words_of(pdf: bytes) -> str:
    """The texts that the pages of a PDF draw, one a line; letters beyond ASCII are codes of a font."""
    found = []
    for stream in re.findall(rb"stream\r?\n([!-u\sz]+?)~>endstream", pdf):
        found += re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", zlib.decompress(a85decode(stream)))
    return b"\n".join(found).decode("latin-1")


def test_the_text_says_what_was_charged_and_why() -> None:
    assert render_text(document()).decode().splitlines() == [
        "Invoice INV-0041",
        "================",
        "Customer     Anna Schmidt",
        "Bill to      Torstr. 12, 10119 Berlin, DE",
        "VAT ID       DE1",
        "Issued       14 Nov 2026",
        "Due          28 Nov 2026",
        "State        paid",
        "Environment  DEMO",
        "",
        "Line items",
        "----------",
        "€58.31  Pro · monthly (14 Nov 2026 to 13 Dec 2026, 1 × €49.00)",
        "",
        "Totals",
        "------",
        " €49.00  Subtotal",
        "  €9.31  Tax",
        " €58.31  Total",
        "unknown  Account credit",
        " €49.00  Paid",
        "  €0.00  Open",
        " €49.00  Still refundable",
        "",
        "Payments and refunds",
        "--------------------",
        "€49.00  Payment (14 Nov 2026 09:00 UTC, Visa ••4242)",
        "",
        "How each amount was calculated",
        "------------------------------",
        "Pro · monthly: recurring price of the period, 14 Nov 2026 to 13 Dec 2026.",
        "- Price before discount and tax: €49.00",
        "- VAT 19 % of €49.00, added on top: €9.31",
        "- Line total: €58.31",
        "",
        "Saved by wbtui on 26 Nov 2026 09:05 UTC. Data as of 26 Nov 2026 09:05 UTC.",
        "This is a copy for your information, not the original invoice.",
    ]


@pytest.mark.parametrize(("quantity", "shown"), [("1", "1 unit"), ("2", "2 units"), ("1.5", "1.5 units")])
def test_a_line_without_a_unit_price_has_a_number_of_units(quantity: str, shown: str) -> None:
    line = LINE.model_copy(update={"period": None, "quantity": quantity, "unit_price": None})
    assert document(FULL.model_copy(update={"lines": (line,)})).items[0].details == shown


def test_what_was_paid_and_refunded_is_listed_and_what_failed_is_not() -> None:
    by_transfer = PAYMENT.model_copy(
        update={"method": None, "external_reference": "SEPA 77", "invoice_ids": ("Inv_1", "Inv_2"),
                "status": PaymentStatus.PROCESSING, "disputed": True, "at": NOW}
    )  # fmt: skip
    failed = [PAYMENT.model_copy(update={"status": PaymentStatus.FAILED})]
    done = REFUND.model_copy(update={"status": RefundStatus.SUCCEEDED, "reference": "ARN-7"})
    lost = REFUND.model_copy(update={"status": RefundStatus.FAILED})
    note = CreditNote(id="Cn", number="CN-7", invoice_id="Inv_1", money=eur(500), tax=eur(80),
                      at=NOW + timedelta(days=1), by=None)  # fmt: skip
    invoice = FULL.model_copy(
        update={"payments": (by_transfer, *failed, PAYMENT), "refunds": (lost, done, REFUND),
                "credit_notes": (note,)}
    )  # fmt: skip
    shown = [f"{one.amount} {one.name} ({one.details})" for one in document(invoice).payments]
    assert shown == [
        "€49.00 Payment (14 Nov 2026 09:00 UTC, Visa ••4242)",
        "€22.40 Refund (16 Nov 2026 09:00 UTC, reference ARN-7)",
        "€22.40 Refund (16 Nov 2026 09:00 UTC, pending)",
        "€49.00 Payment (26 Nov 2026, for 2 invoices, reference SEPA 77, processing, disputed)",
        "€5.00 Credit note CN-7 (27 Nov 2026 09:05 UTC)",
    ]
    words = words_of(render_pdf(document(invoice)))
    assert "Payments and refunds" in words and "CN-7" in words
    assert "Payments" not in render_text(document(FULL.model_copy(update={"payments": ()}))).decode()


def test_a_sum_that_is_not_known_is_not_called_none() -> None:
    plain = FULL.model_copy(update={"paid": None, "open": None, "refundable": None})
    assert {"Paid": "unknown", "Open": "unknown", "Still refundable": "unknown"}.items() <= dict(
        document(plain).totals
    ).items()


def test_the_pdf_says_the_same() -> None:
    words = words_of(render_pdf(document()))
    for part in (
        "Invoice INV-0041",
        "Anna Schmidt",
        "Torstr. 12, 10119 Berlin, DE",
        "14 Nov 2026",
        "Subtotal",
    ):
        assert part in words.splitlines()
    assert "58.31" in words and "How each amount was calculated" in words
    assert NOTE not in words


def test_a_pdf_has_as_many_pages_as_it_needs() -> None:
    many = tuple(LINE.model_copy(update={"id": f"l{n}", "name": f"Seat {n}"}) for n in range(200))
    pdf = render_pdf(document(FULL.model_copy(update={"lines": many})))
    assert pdf.count(b"/Type /Page\n") > 5
    assert {f"Seat {n}" for n in range(200)} <= set(words_of(pdf).splitlines())


@pytest.mark.parametrize(
    ("name", "shown", "is_complete"),
    [("Lukasz", "Lukasz", True), ("Wąsik", "Wasik", False), ("Жук", "???", False), ("消費税", "", False)],
)
def test_letters_that_the_pdf_lacks_are_replaced_and_said(name: str, shown: str, is_complete: bool) -> None:
    words = words_of(render_pdf(document(customer=name)))
    assert shown in words.splitlines() or not shown
    assert (NOTE in words) is not is_complete
    assert name in render_text(document(customer=name)).decode()


def test_a_new_file_is_private_and_never_replaces_another(tmp_path: Path) -> None:
    folder = tmp_path / "made" / "demo"
    first, second = save(folder, Format.PDF), save(folder, Format.PDF, INVOICE)
    text = save(folder, Format.TEXT)
    assert [path.name for path in (first, second, text)] == ["INV-0041.pdf", "INV-0041_2.pdf", "INV-0041.txt"]
    assert first.read_bytes() == render_pdf(document())
    assert [stat.S_IMODE(path.stat().st_mode) for path in (first, second, text)] == [0o600] * 3
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    (folder / "INV-0041_3.pdf").symlink_to(tmp_path / "elsewhere")
    assert save(folder, Format.PDF).name == "INV-0041_4.pdf"
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    ("number", "stem"),
    [
        ("INV-0041", "INV-0041"), ("../../etc/passwd", "etc_passwd"), (".bashrc", "bashrc"), ("", "document"),
        ("a\nb\0c", "a_b_c"), ("‮;rm -rf ~", "rm_-rf"), ("x" * 300, "x" * 60), ("-rf", "rf"),
    ],
)  # fmt: skip
def test_the_number_of_an_invoice_as_a_file_name(number: str, stem: str) -> None:
    assert file_stem(number) == stem


HOSTILE = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        [
            "\x1b]52;c;AAAA\x07", "<img src='file:///etc/passwd'/>", "</para><a href='http://x'>y</a>",
            "]]>&amp;", "\u202egnp.exe", "(\\) Tj /Launch", "x" * 5000, "y\n" * 50, "é" + "\u0301" * 40,
        ]
    ),
)  # fmt: skip


@settings(max_examples=examples(25))
@given(customer=HOSTILE, name=HOSTILE, number=HOSTILE, rule=HOSTILE)
def test_hostile_texts_are_only_text(customer: str, name: str, number: str, rule: str) -> None:
    line = TAXED.model_copy(update={"name": name, "discount": eur(1), "discount_rule": rule})
    made = document(FULL.model_copy(update={"number": number, "lines": (line, line)}), customer)
    pdf = render_pdf(made)
    # The compressed contents cannot hold these: what is left is the structure of the file.
    structure = re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL)
    structure = re.sub(rb"/Title \((?:\\.|[^\\)])*\)", b"", structure)
    for active in (b"/URI", b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/Annots"):
        assert active not in structure
    text = render_text(made).decode()
    assert not [char for char in text if ord(char) < 32 and char != "\n"]
    assert "\x7f" not in text and "\u202e" not in text
