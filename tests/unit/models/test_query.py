"""Search parser, filter editing and text folding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from wbtui.models.folding import fold_chunk, sort_key, squash
from wbtui.models.query.complete import filter_values, with_filter
from wbtui.models.query.filters import FILTERS, SORTS
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Filter, Query, Sort

PLANS = {"plan": ("Free", "Pro", "Business", "Scale Plus")}


def test_words_phrases_filters_and_sort() -> None:
    query = parse('anna "lumen labs" plan:Pro,business -plan:free is:past_due sort:-owes')
    assert query.words == ("anna",)
    assert query.phrases == ("lumen labs",)
    assert query.filters == (
        Filter("plan", ("Pro", "business")),
        Filter("plan", ("free",), negated=True),
        Filter("is", ("past_due",)),
    )
    assert query.sort == Sort("owes", descending=True)
    assert query.problems == ()


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("frozen", "inactive"),
        ("not_registered", "temporary"),
        ("Not-Registered", "temporary"),
        ("ACTIVE", "active"),
    ],
)
def test_status_has_synonyms(typed: str, value: str) -> None:
    assert parse(f"status:{typed}").filters == (Filter("status", (value,)),)


@pytest.mark.parametrize("field", SORTS)
def test_every_sort_has_two_directions(field: str) -> None:
    assert parse(f"sort:{field}").sort == Sort(field)
    assert parse(f"sort:-{field}").sort == Sort(field, descending=True)


@pytest.mark.parametrize(
    ("text", "message", "nearest"),
    [
        ("pln:pro", "pln: is not a filter.", "plan:"),
        ("ows>5", "ows is not a filter.", "owes"),
        ("created>2025", "created is not a filter.", "since"),
        ("usage:5", "usage: is not a filter.", None),
        ("email:anna@x.example", "email: is not a filter.", "anna@x.example"),
        ("-name:anna", "name: is not a filter.", None),
        ("is:pastdoo", "is: has no value pastdoo.", "past_due"),
        ("status:frosen", "status: has no value frosen.", "frozen"),
        ("is:disputed", "is: has no value disputed.", "has:dispute"),
        ("is:canceled", "is: has no value canceled.", "sub:canceled"),
        ("card:12", "card: has no value 12. Values: expiring, expired or four digits.", None),
        ("country:zz", "There is no country zz.", None),
        ("plan=pro", "plan needs a colon.", "plan:pro"),
        ("plan>pro", "plan needs a colon, for example plan:pro,business", None),
        (">=", "Write >= without spaces, for example owes>=100", None),
        ("new:2026", "new: needs a month, for example new:2026-10", None),
        ("plan:bussiness", "There is no plan bussiness.", "Business"),
        ("plan:xyzzy", "There is no plan xyzzy. Plans: Free, Pro, Business, Scale Plus.", None),
        ("sort:nam", "Cannot sort by nam.", "name"),
        ("sort:-owes,name", "Only one sort order is used: -owes.", None),
        ("plan:", "plan: needs a value, for example plan:pro,business", None),
        ("sort:", "sort: needs a field, for example sort:-owes", None),
        ("-", "There is nothing to search for here.", None),
        ('"anna', 'Missing closing ".', None),
    ],
)
def test_invalid_parts_are_problems_and_the_rest_applies(
    text: str, message: str, nearest: str | None
) -> None:
    query = parse(f"schmidt {text}", known=PLANS)
    assert query.words == ("schmidt",)
    assert [(p.message, p.nearest) for p in query.problems] == [(message, nearest)]
    problem = query.problems[0]
    assert f"schmidt {text}"[problem.start : problem.end] == text


def test_the_second_of_two_sort_orders_is_reported() -> None:
    query = parse("anna sort:-owes sort:name")
    assert query.sort == Sort("owes", descending=True)
    [problem] = query.problems
    assert (problem.start, problem.message) == (16, "Only one sort order is used: -owes.")


def test_a_word_with_a_colon_is_text_unless_it_is_like_a_filter() -> None:
    copied = parse("2026-06-18 Priya Nair: email:", known=PLANS)
    assert copied.words == ("2026-06-18", "Priya", "Nair:", "email:") and not copied.problems
    assert parse("pln:").problems and parse("plan:").problems


def test_an_amount_and_its_currency_are_one_word() -> None:
    for typed in ("49.00 EUR", "49,00 €", "€ 49", "anna usd 1,200.00"):
        query = parse(typed)
        assert not query.problems and query.words[-1] == typed.removeprefix("anna ")
    assert parse("49 eura 3").words == ("49", "eura", "3")


def test_one_wrong_value_leaves_the_others() -> None:
    query = parse("plan:pro,nope", known=PLANS)
    assert query.filters == (Filter("plan", ("Pro",)),)
    assert len(query.problems) == 1


def test_any_plan_is_accepted_while_plans_are_unknown() -> None:
    assert parse("plan:Whatever").filters == (Filter("plan", ("Whatever",)),)


def test_long_text_is_cut_and_reported() -> None:
    query = parse("x" * 10_001)
    assert any("10,000" in problem.message for problem in query.problems)
    many = parse("word " * 2_000)
    assert len(many.words) == 24
    assert many.problems


@settings(max_examples=examples(200))
@given(st.text(max_size=60) | st.text('abplan:is,"- *^()NEAR\x00\u202e🎉\ud800', max_size=60))
def test_parsing_never_raises_and_problems_are_within_the_text(text: str) -> None:
    query = parse(text)
    assert all(0 <= p.start <= p.end <= len(text) for p in query.problems)
    assert all(fold_chunk(word) for word in query.words)
    assert all(wanted.name in FILTERS and wanted.values for wanted in query.filters)


# ── editing ──
def test_setting_a_filter() -> None:
    assert with_filter("anna", "plan", ["pro", "business"]) == "anna plan:pro,business"
    assert with_filter("anna plan:pro x", "plan", ["Scale Plus"]) == 'anna plan:"Scale Plus" x'
    assert with_filter("anna plan:pro x", "plan", []) == "anna x"
    assert with_filter("plan:pro", "plan", []) == ""
    assert with_filter("", "sort", ["-owes"]) == "sort:-owes"
    assert with_filter("plan:a -plan:b plan:c", "plan", ["d"]) == "plan:d -plan:b"


def test_filter_values() -> None:
    text = 'anna plan:"Scale Plus",pro status:frozen -plan:free'
    assert filter_values(text, "plan") == ("Scale Plus", "pro")
    assert filter_values(text, "-plan") == ("free",)
    assert filter_values(text, "status") == ("inactive",)
    assert filter_values(text, "is") == ()


_NAMES = st.sampled_from(["plan", "is", "status", "-plan", "sort"])
_VALUES = st.lists(
    st.text("abc ÄÜ,", min_size=1, max_size=8).filter(lambda t: t.strip(" ,") and '"' not in t), max_size=3
)


@settings(max_examples=examples(100))
@given(st.text(max_size=40), _NAMES, _VALUES)
def test_setting_a_filter_keeps_the_rest(text: str, name: str, values: list[str]) -> None:
    # An open quote swallows what is appended, for a person as for us.
    text = text.replace('"', "")
    before, after = parse(text), parse(with_filter(text, name, values))
    assert after.words == before.words
    bare, negated = name.removeprefix("-"), name.startswith("-")

    def others(query: Query) -> list[Filter]:
        return [f for f in query.filters if (f.name, f.negated) != (bare, negated)]

    assert others(after) == others(before)


@settings(max_examples=examples(100))
@given(st.text("ab plan:", max_size=20), st.lists(st.sampled_from(["Pro", "Scale Plus", "a,b"]), unique=True))
def test_filter_values_round_trip(text: str, values: list[str]) -> None:
    assert filter_values(with_filter(text, "plan", values), "plan") == tuple(values)


# ── folding ──
@pytest.mark.parametrize(
    "same",
    [
        ("Müller", "Mueller", "muller", "MÜLLER", "Mu\u0308ller"),
        ("Søren", "Soeren", "soren"),
        ("Straße", "STRASSE", "strasse"),
        ("Æther", "aether", "ather"),
        ("Łódź", "lodz"),
        ("ﬁne", "fine"),
        ("Σίσυφος", "ΣΊΣΥΦΟΣ"),
        ("An\u200bna", "\u202eAnna\u202c", "anna"),
    ],
)
def test_spellings_fold_to_the_same_word(same: tuple[str, ...]) -> None:
    assert len({fold_chunk(text) for text in same}) == 1


def test_punctuation_separates_words_and_may_be_omitted() -> None:
    assert fold_chunk("O'Brien") == fold_chunk("o’brien") == ("o", "brien")
    assert squash("O'Brien") == squash("obrien")
    assert fold_chunk("山田") == ("山", "田")
    assert fold_chunk("🎉*^") == ()


@settings(max_examples=examples(150))
@given(st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=12), st.integers(1, 12))
def test_folding_preserves_prefixes(word: str, typed: int) -> None:
    whole, begun = squash(word), squash(word[:typed])
    assert whole.startswith(begun)


@settings(max_examples=examples(150))
@given(st.text(max_size=100))
def test_folding_never_raises_and_is_idempotent(text: str) -> None:
    words = [word for piece in text.split() for word in fold_chunk(piece)]
    assert all(word and word.isalnum() and len(word) <= 64 for word in words)
    assert len(sort_key(text)) <= 60
