"""Filters with operators, and completion."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from wbtui.models.countries import COUNTRIES, OTHER_NAMES, country_code
from wbtui.models.folding import squash
from wbtui.models.query.complete import complete, filter_values, with_filter
from wbtui.models.query.filters import FILTERS, SORTS
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Filter, Span
from wbtui.models.query.values import read_amount

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def only(text: str) -> Filter:
    query = parse(text, now=NOW)
    assert query.problems == ()
    assert query.words == ()
    [found] = query.filters
    return found


@pytest.mark.parametrize(
    ("text", "low", "high", "currency"),
    [
        ("owes>100", 100_001, None, None),
        ("owes>=100", 100_000, None, None),
        ("owes<100", None, 99_999, None),
        ("owes<=0,5", None, 500, None),
        ("owes=49.00", 49_000, 49_000, None),
        ("owes:49", 49_000, 49_000, None),
        ("owes:eur>100", 100_001, None, "eur"),
        ("owes:€>100", 100_001, None, "eur"),
        ("owes:EUR>1.234,56", 1_234_561, None, "eur"),
        ("owes>€1,234.5", 1_234_501, None, "eur"),
        ("owes>1,234", 1_234_001, None, None),
        ("owes:eur>1.234", 1_234_001, None, "eur"),
        ("owes:kwd>1.234", 1_235, None, "kwd"),
        ("owes>1.234kwd", 1_235, None, "kwd"),
        ("owes:kwd>1.234,500", 1_234_501, None, "kwd"),
        ("owes=0.500", 500, 500, None),
        ("mrr:usd>=500", 500_000, None, "usd"),
        ("subscriptions>1", 2, None, None),
        ("subscriptions:0", 0, 0, None),
        ("refunds:pending", 1, None, None),
        ("due:2025", date(2025, 1, 1).toordinal(), date(2025, 12, 31).toordinal(), None),
        ("due:2024-02", date(2024, 2, 1).toordinal(), date(2024, 2, 29).toordinal(), None),
        ("due>2025-06-01", date(2025, 6, 2).toordinal(), None, None),
        ("due>2025", date(2026, 1, 1).toordinal(), None, None),
        ("due<2025", None, date(2024, 12, 31).toordinal(), None),
        ("renews<7d", TODAY.toordinal(), TODAY.toordinal() + 7, None),
        ("renews>2w", TODAY.toordinal() + 15, None, None),
        ("trial<=14d", TODAY.toordinal(), TODAY.toordinal() + 14, None),
        ("ends:today", TODAY.toordinal(), TODAY.toordinal(), None),
        ("renews:tomorrow", TODAY.toordinal() + 1, TODAY.toordinal() + 1, None),
        ("due>=yesterday", TODAY.toordinal() - 1, None, None),
        # As with <7d, dates in the past do not match, unless the day is.
        ("trial<2027", TODAY.toordinal(), date(2026, 12, 31).toordinal(), None),
        ("expires<today", None, TODAY.toordinal() - 1, None),
    ],
)
def test_comparisons_become_ranges(
    text: str, low: int | None, high: int | None, currency: str | None
) -> None:
    found = only(text)
    assert (found.span, found.currency) == (Span(low, high), currency)
    assert only(f"-{text}").negated


def test_an_age_is_relative_to_now() -> None:
    hour = only("changed<1h").span
    assert hour is not None
    assert hour.low is not None
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=hour.low) == NOW - timedelta(hours=1)
    older = only("changed>1h").span
    assert older == Span(None, hour.low)
    assert only("since<1h").span == hour


@pytest.mark.parametrize(
    "text",
    [
        "owes>abc", "owes>", "owes:", "owes:e>1", "owes:eur2>1", "owes:foo>5", "owes>5foo",
        "since>2025-13", "since:20251", "since>",
        "renews<1h", "renews<x", "changed<", "changed<soon", "subscriptions>1.5", "subscriptions>x",
        "mrr:eur>1,2,3", "refunds>many", "plan>pro", "card:12", "country:zz", "has:money", "sub:gone",
    ],
)  # fmt: skip
def test_invalid_operands_are_problems_and_the_rest_applies(text: str) -> None:
    query = parse(f"anna {text} is:active", now=NOW)
    assert query.words == ("anna",)
    assert query.filters == (Filter("is", ("active",)),)
    [problem] = query.problems
    assert (problem.start, problem.end) == (5, 5 + len(text))
    assert problem.message


def test_the_most_similar_name_is_suggested() -> None:
    assert parse("ows>100").problems[0].nearest == "owes"
    assert parse("contry:de").problems[0].nearest == "country:"
    assert parse("sub:cancled").problems[0].nearest in ("canceled", "cancelled")
    assert parse("a<b").words == ("a<b",)


def test_values_are_found_by_the_words_that_screens_and_agents_have_for_them() -> None:
    assert parse("invoice:pending").filters == (Filter("invoice", ("pending_validation",)),)
    assert parse('is:"no plan"').filters == parse("is:no_plan").filters == (Filter("is", ("none",)),)
    assert parse("payment:declined").filters == (Filter("payment", ("failed",)),)
    assert parse("has:chargeback").filters == (Filter("has", ("dispute",)),)


def test_relative_filters_need_the_date() -> None:
    for text in ("renews<7d", "changed<1h", "card:expired", "invoice:overdue", "payment:failed_today"):
        query = parse(text)
        assert query.filters == ()
        assert len(query.problems) == 1
        assert parse(text, now=NOW).problems == ()


def test_three_forms_of_the_age_of_pending_refunds() -> None:
    then = Span(
        None, (NOW - timedelta(days=10) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    )
    for text in ("refunding>10d", "refunds>10d", "refunds:pending>10d"):
        query = parse(text, now=NOW)
        assert query.problems == ()
        assert [(one.name, one.span) for one in query.filters] == [("refunding", then)]
    assert parse("refunds:pending>3", now=NOW).filters[0].span == Span(4, None)


def test_every_example_is_valid() -> None:
    for spec in FILTERS.values():
        for example in (spec.example, *(f"{spec.name}{offer}" for offer in spec.suggestions)):
            query = parse(example, now=NOW)
            assert query.problems == (), example
            assert [found.name for found in query.filters] == [spec.name]


def test_comparisons_round_trip() -> None:
    assert with_filter("anna", "owes", [">100"]) == "anna owes>100"
    assert with_filter("anna owes>100 x", "owes", ["eur>5"]) == "anna owes:eur>5 x"
    assert filter_values("owes:eur>5 since>2025", "owes") == ("eur>5",)
    assert filter_values("owes:eur>5 since>2025", "since") == (">2025",)
    assert with_filter("since>2025 a", "since", []) == "a"


@settings(max_examples=examples(300))
@given(st.decimals(0, 10**9, places=2), st.sampled_from(["{}", "{},{}", "€{}", "{}eur"]))
def test_amount_formats(amount: Decimal, form: str) -> None:
    plain = f"{amount:.2f}"
    text = form.replace("{},{}", plain.replace(".", ",")).replace("{}", plain)
    found = read_amount(text)
    assert found is not None
    assert found[0] == int(amount * 1000)
    assert found[1] == ("eur" if "€" in text or "eur" in text else None)
    assert found[2] == (form != "{}eur")


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "1.2.3.4", "12,34,567", "eur", "€", "49.", "1e5", "a1", "€1usd"]
)
def test_invalid_amounts(text: str) -> None:
    assert read_amount(text) is None


@settings(max_examples=examples(500))
@given(
    st.text(max_size=40)
    | st.builds(
        "{}{}{}{}".format,
        st.sampled_from([*FILTERS, "sort", "x", "-owes"]),
        st.sampled_from(["", ":", ":eur", ":\x00"]),
        st.sampled_from(["<", ">", "<=", ">=", "=", "==", "<>"]),
        st.text("0123456789.,-dhwy€eur\x00٣ ", max_size=12) | st.text(max_size=12),
    )
)
def test_parsing_a_comparison_never_raises(text: str) -> None:
    query = parse(text, now=NOW)
    for found in query.filters:
        if found.span is not None:
            assert -(2**63) <= (found.span.low or 0) < 2**63
            assert -(2**63) <= (found.span.high or 0) < 2**63
    for cursor in range(len(text) + 1):
        for offer in complete(text, cursor):
            assert 0 <= offer.start <= offer.end == cursor


# ── completion ──
def inserts(text: str, **known: tuple[str, ...]) -> list[str]:
    return [offer.insert for offer in complete(text, len(text), known)]


def test_names_come_first_then_values() -> None:
    assert inserts("anna pl") == ["plan:"]
    assert inserts("ow") == ["owes"]
    assert inserts("owes") == ["owes>0", "owes>100"]
    assert inserts("is:past") == ["past_due"]
    assert inserts("-is:fr") == ["frozen", "free"]
    assert inserts("plan:pro,", plan=("Free", "Pro", "Scale Plus")) == ["Free", '"Scale Plus"']
    assert inserts("country:ger", country=("AT", "DE")) == ["de"]
    assert inserts("country:deutschl", country=("AT", "DE")) == ["de"]
    assert inserts("country:espa", country=("ES", "DE")) == ["es"]
    assert inserts("sort:-o") == ["-owes"]
    assert set(inserts("sort:")) <= set(SORTS)
    assert inserts("zzz") == []
    assert inserts("") == []


def test_a_status_in_plain_words_comes_before_filters_that_begin_like_its_last_word() -> None:
    assert inserts("no plan") == ["no plan", "plan:"]
    assert inserts("anna No Plan") == ["No Plan", "plan:"]
    assert inserts("no pl") == ["no plan", "plan:"]
    assert inserts("trial") == ["trial", "trial<7d", "trial<14d"]
    assert inserts("piano plan") == inserts("nono plan") == ["plan:"]
    [typed, _] = complete("no plan", 7)
    assert typed.applied("no plan") == "no plan" and typed.is_whole and typed.sentence.startswith("Never had")


def test_a_completion_replaces_what_it_completes() -> None:
    text = "anna is:pa x"
    [offer] = complete(text, len("anna is:pa"))
    assert text[: offer.start] + offer.insert + text[offer.end :] == "anna is:past_due x"
    assert offer.sentence


def test_filters_are_suggested_from_two_letters_on() -> None:
    assert inserts("p") == inserts("anna r") == inserts("-o") == inserts("smith") == []
    assert inserts("-pl") == ["-plan:"]
    assert inserts('"plan') == []


def test_synonyms_complete_and_used_values_are_not_suggested() -> None:
    assert inserts("is:over") == ["past_due"]
    assert inserts("is:past_due") == inserts("is:overdue") == inserts("plan:pro", plan=("Pro",)) == []
    assert inserts("plan:pro", plan=("Pro", "Pro Plus")) == ['"Pro Plus"']


@pytest.mark.parametrize(
    ("text", "corrected"),
    [
        ("anna plam:pro", "anna plan:pro"),
        ("-plam:pro", "-plan:pro"),
        ("renws<7d", "renews<7d"),
        ("ows:>100", "owes>100"),
        ("is:free,pst_due", "is:free,past_due"),
        ("anna -is:disputed", "anna -has:dispute"),
        ("sort:-ows", "sort:-owes"),
        ("srt:name", "sort:name"),
        ("created>2025", "since>2025"),
        ("anna email:anna@lumen.example", "anna anna@lumen.example"),
        ("usage:5", None),
        ("-plan=pro", "-plan:pro"),
        ("is=past_due", "is:past_due"),
        ("is>past", None),
        ("email=x", None),
        ("sort=na", None),
        ("country:grmany", "country:Germany"),
        ("country:deutshland", "country:Deutschland"),
        ("is:pst_due,free", "is:past_due,free"),
        ("-sort:-ows", "-sort:-owes"),
        ("is:zzzzzz", None),
        ("zzzz:x", None),
    ],
)
def test_unknown_names_are_corrected_to_the_most_similar(text: str, corrected: str | None) -> None:
    assert inserts(text) == []
    problems = parse(text, now=NOW).problems
    assert [one.correction is not None for one in problems] == [corrected is not None] * len(problems)
    for one in problems:
        assert f"{text[: one.start]}{one.correction}{text[one.end :]}" == corrected or corrected is None
    assert corrected is None or (problems and not parse(corrected, now=NOW).problems)


@settings(deadline=None)
@given(st.text(max_size=30), st.sampled_from(["plan:", "-plan:", "anna plan:Other,"]))
def test_completed_plan_names_are_valid(name: str, before: str) -> None:
    for offer in complete(before, len(before), {"plan": [name]}):
        query = parse(offer.applied(before), known={"plan": [name, "Other"]})
        if squash(name) and squash(name) != squash("other"):
            assert query.problems == ()
            assert query.filters[0].values[-1] == name


@settings(deadline=None)
@given(st.text(max_size=30) | st.builds("{}{}".format, st.sampled_from(["is:", "plam", "-cuntry:", "sort:-"]),
       st.text(max_size=12)))  # fmt: skip
def test_completions_change_only_their_range(text: str) -> None:
    for offer in complete(text, len(text), {"plan": ["Pro"], "country": ["DE"]}):
        after = offer.applied(text)
        assert after != text or offer.is_typed
        assert after.startswith(text[: offer.start])


def test_countries() -> None:
    assert len(COUNTRIES) == 249
    assert (country_code("Germany"), country_code("de"), country_code("uk")) == ("DE", "DE", "GB")
    assert country_code("cote d'ivoire") == "CI"
    assert [country_code(name) for name in ("Österreich", "osterreich", "日本")] == ["AT", "AT", "JP"]
    assert set(OTHER_NAMES.values()) <= COUNTRIES.keys()
    assert country_code("zz") is None
