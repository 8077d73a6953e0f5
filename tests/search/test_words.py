"""Which words the search takes for the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ekograph.search.stemming import distance, fold, keys, significant, words


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("fi", "vety vedyn vetyä vedystä"),
        ("fi", "kaupunki kaupungin kaupungissa kaupunkia"),
        ("fi", "Turku Turun Turussa Turkua"),
        ("fi", "Lahti Lahden Lahdessa"),
        ("fi", "Imatra Imatran Imatralla Imatralta"),
        ("fi", "Lappeenranta Lappeenrannan Lappeenrannassa"),
        ("fi", "kierto kierron kiertoa kiertojen"),
        ("fi", "talous talouden taloutta"),
        ("fi", "koulutus koulutuksen koulutusta"),
        ("fi", "osaaminen osaamisen osaamista"),
        ("fi", "hanke hankkeen hankkeita"),
        ("sv", "prioritering prioriteringar prioriteringen"),
        ("sv", "stad stader staden"),
        ("en", "city cities"),
        ("en", "agreement agreements"),
    ],
)
def test_the_forms_of_a_word_share_a_key(language, forms):
    shared = set.intersection(*(set(keys(each, language)) for each in forms.split()))
    assert shared


@pytest.mark.parametrize(("one", "other"), [("vety", "hiili"), ("Turku", "Lahti"), ("urheilu", "uusi")])
def test_different_words_have_no_key_in_common(one, other):
    assert not keys(one) & keys(other)


@pytest.mark.parametrize(("text", "folded"), [("Åbo", "abo"), ("SÄHKÖ", "sahko"), ("é", "e"), ("Straße", "strasse")])
def test_case_and_marks_on_letters_do_not_matter(text, folded):
    assert fold(text) == folded


@pytest.mark.parametrize(
    ("typed", "left"), [("mikä sopimus koskee Imatraa", "sopimus Imatraa"), ("who", ""), ("on the", "")]
)
def test_words_that_say_nothing_are_passed_over(typed, left):
    assert significant(words(typed)) == left.split()


_letters = st.text("abcä", min_size=1, max_size=6)


@given(_letters, _letters)
def test_one_letter_apart_is_what_comparing_letter_by_letter_says(one, other):
    alphabet = "abcä"
    changed = {one[:at] + each + one[at + 1 :] for at in range(len(one)) for each in alphabet}
    longer = {one[:at] + each + one[at:] for at in range(len(one) + 1) for each in alphabet}
    shorter = {one[:at] + one[at + 1 :] for at in range(len(one))}
    swapped = {one[:at] + one[at + 1] + one[at] + one[at + 2 :] for at in range(len(one) - 1)}
    assert (distance(one, other) <= 1) == (other in {one} | changed | longer | shorter | swapped)
