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


@pytest.mark.parametrize(
    ("short", "written"),
    [
        ("er pos", "ER positive"),
        ("node neg", "node negative"),
        ("hp w/o chemo", "HP without chemo"),
        ("q3w", "every 3 weeks"),
        ("ILD gr 2", "ILD grade 2"),
        ("ALT 8x", "ALT 8"),
        ("ihc 2 plus", "IHC 2+"),
        ("89Zr t1/2", "89Zr half life"),
        ("stage two", "stage II"),
        ("us label", "USA label"),
        ("mri vs us", "MRI vs ultrasound"),
        ("us cortex 4 mm", "ultrasound cortex 4 mm"),
        ("5mm", "5 mm"),
        ("six months", "6 months"),
    ],
)
def test_shorthand_is_written_out(library: Library, short: str, written: str) -> None:
    read = [[word.tokens for word in library.vocabulary.read(each).words] for each in (short, written)]
    assert read[0] == read[1]


def test_a_pronoun_is_no_country(library: Library) -> None:
    assert "usa" not in {
        token for word in library.vocabulary.read("tell us more").words for token in word.tokens
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("MG", "mg"),  # mammography, milligram
        ("SUVmax", "SUVpeak"),
        ("CPS+EG", "Neo-Bioscore"),
        ("HER2 PET", "FDG PET"),
        ("metabolic response", "PHERGain"),
        ("complete response", "pCR"),
        ("EFS", "overall survival"),
        ("PFS", "DFS"),
        ("gene test", "FISH"),
        ("taxane", "paclitaxel"),
    ],
)
def test_two_things_are_not_read_as_one(library: Library, one: str, other: str) -> None:
    read = [{word.tokens[0] for word in library.vocabulary.read(each).words} for each in (one, other)]
    assert read[0] != read[1]


@pytest.mark.parametrize("name", ["shortHER", "GeparSepto", "HERnata"])
def test_an_unknown_name_is_not_made_into_an_english_word(library: Library, name: str) -> None:
    assert library.vocabulary.read(f"what did {name} find").corrections == ()


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
