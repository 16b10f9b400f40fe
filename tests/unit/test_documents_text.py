"""Is what cannot be shown on paper replaced visibly, and is everything else left as it was written?"""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from documents.formats.glyphs import SHOWABLE
from documents.formats.text import REPLACEMENT, fit, paragraphs, printable, readable, tame
from engine.core.text import TURNING


def test_norwegian_sami_and_european_letters_stay_as_they_are() -> None:
    words = (
        "Ærlig talt, Øystein: «på» tvers – čáhppes ŋ Đ ŧ ž, Łódź, naïve, Ελλάδα, Москва, 1 200 000 − 5 % ≥ ½"
    )
    assert printable(words) == (words, 0)


def test_han_and_emoji_become_one_square_for_each_sign_a_reader_sees() -> None:
    assert printable("漢字 og 👍🏽 og 👨‍👩‍👧‍👦!") == ("□□ og □ og □!", 4)


def test_a_mark_that_turns_the_writing_is_shown_on_paper_and_on_screen() -> None:
    for mark in TURNING:
        assert printable(f"Kari{mark}nasroN") == (f"Kari{REPLACEMENT}nasroN", 1)
        assert readable(f"Kari{mark}nasroN") == (f"Kari{REPLACEMENT}nasroN", 1)


def test_a_screen_shows_all_writing() -> None:
    assert readable("漢 👨‍👩‍👧 שלום مرحبا") == ("漢 👨‍👩‍👧 שלום مرحبا", 0)


def test_letters_with_loose_accents_are_put_together_and_never_lost() -> None:
    assert printable("A\u030arstall") == ("Årstall", 0)
    assert printable("x\u0489") == (f"x{REPLACEMENT}", 1)


def test_invisible_characters_leave_no_trace() -> None:
    assert printable("\ufeffvel\u00adferds\u200bteknologi\u200d") == ("velferdsteknologi", 0)


def test_line_ends_inside_a_line_are_blanks() -> None:
    assert printable("a\nb\u2028c\td") == ("a b c d", 0)
    assert readable("a\r\nb") == ("a  b", 0)
    assert paragraphs(" a \n\n\tb\r\n") == ("a", "b")


def test_every_text_in_the_content_is_looked_through_and_counted() -> None:
    fitted = fit({"a": ["漢", {"b": "\u202e"}], "c": True, "d": 3, "e": None})
    assert fitted.content == {"a": ["□", {"b": "□"}], "c": True, "d": 3, "e": None}
    assert fitted.replaced == 2
    assert tame({"a": ["漢", {"b": "\u202e"}]}).replaced == 1


@given(st.text())
def test_whatever_is_written_only_characters_of_the_fonts_come_out(text: str) -> None:
    shown, replaced = printable(text)
    assert set(shown) <= SHOWABLE
    assert replaced == 0 or REPLACEMENT in shown


@given(st.text(alphabet=sorted(SHOWABLE)))
def test_what_can_be_shown_is_only_normalised(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    if set(composed) <= SHOWABLE:
        assert printable(text) == (composed, 0)
