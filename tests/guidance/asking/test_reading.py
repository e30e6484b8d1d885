"""Questions are read as the things they name, whatever the spelling, brand or sign."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neoher.guidance.asking.finding.library import Library
from neoher.guidance.asking.reading.spelling import folded_words, stem
from neoher.guidance.knowledge import load_knowledge


@pytest.fixture(scope="module")
def library() -> Library:
    """Everything that can be answered."""
    return Library(load_knowledge())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("tumour", "tumor"),
        ("oestrogen", "estrogen"),
        ("randomised", "randomized"),
        ("diarrhoea", "diarrhea"),
        ("HR+", "HR positive"),
        ("HER2-negative", "HER2 negative"),
        ("1,486 patients", "1486 patients"),
        (".47", "0.47"),
        ("5-year", "5 years"),
    ],
)
def test_two_ways_of_writing_are_read_alike(one: str, other: str) -> None:
    assert [stem(word) for word in folded_words(one)] == [stem(word) for word in folded_words(other)]


@pytest.mark.parametrize(
    ("written", "thing"),
    [
        ("Enhertu", "T-DXd"),
        ("fam-trastuzumab deruxtecan-nxki", "T-DXd"),
        ("TDM1", "T-DM1"),
        ("Kadcylla", "T-DM1"),
        ("Taxotere", "docetaxel"),
        ("DB05", "DESTINY-Breast05"),
        ("Destiny Breast 11", "DESTINY-Breast11"),
        ("TCbHP", "TCHP"),
        ("ejection fraction", "term.LVEF"),
        ("perjetta", "pertuzumab"),
    ],
)
def test_a_thing_is_known_by_all_its_names(library: Library, written: str, thing: str) -> None:
    assert thing in [named.id for named in library.vocabulary.read(f"what about {written}?").named()]


@pytest.mark.parametrize("word", ["price", "wine", "capecitabine", "insurance", "vaccine", "zanidatamab"])
def test_a_word_that_nothing_holds_is_not_made_into_one_that_something_does(
    library: Library, word: str
) -> None:
    reading = library.vocabulary.read(f"{word} of trastuzumab")
    assert word in [each.text for each in reading.words if not library.holds(each.tokens[0])]


@given(st.text(max_size=200))
def test_any_text_can_be_read(text: str) -> None:
    reading = (
        Library(load_knowledge()).vocabulary.read(text) if not _LIBRARY else _LIBRARY[0].vocabulary.read(text)
    )
    assert all(word.tokens for word in reading.words)


_LIBRARY: list[Library] = []


@pytest.fixture(autouse=True, scope="module")
def _one_library(library: Library) -> None:
    _LIBRARY.append(library)


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=20))
def test_a_stem_begins_as_its_word_does(word: str) -> None:
    found = stem(word)
    assert found
    assert word.startswith(found[: max(1, len(found) - 1)])
