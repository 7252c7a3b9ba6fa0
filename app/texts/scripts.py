"""Classes of characters, for regular expressions: scripts without spaces between words, and the parts of words.

Three features cut text into words, each in its own way. Search takes every character of a script without spaces as a
word, Korean ones too, for no stemmer knows their endings. Quotations leave Korean its words, but lose the white space
around East Asian punctuation. Fingerprints leave Korean its words and know no punctuation; they are stored, so their
classes never change.
"""

from typing import Final

# --- blocks of Unicode -----------------------------------------------------------------------------------------------

# Thai and Lao, Burmese, Khmer.
SOUTHEAST_ASIAN: Final = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
_KANA: Final = "\u3041-\u30ff\u31f0-\u31ff"
_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Letters that are parts of syllables, and whole syllables.
_KOREAN: Final = "\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff"
_BOPOMOFO: Final = "\u3100-\u312f"
# What repeats a character, what closes a letter, zero.
_HAN_SIGNS: Final = "\u3005-\u3007"
_HAN_PUNCTUATION_AND_RADICALS: Final = "\u2e80-\u303e"

ACCENTS: Final = "\u0300-\u036f"
_HEBREW_POINTS: Final = "\u0591-\u05c7"
_ARABIC_VOWELS: Final = "\u064b-\u065f\u0670"
_ARABIC_HONORIFICS: Final = "\u0610-\u061a"
# Devanagari to Sinhala, without the dandas that end a sentence.
_INDIC: Final = "\u0900-\u0963\u0966-\u0dff"

# --- for search, and for claims that are alike: the same as in migrations' search.sql --------------------------------

UNSPACED: Final = SOUTHEAST_ASIAN + _KANA + _HAN + _KOREAN + _BOPOMOFO + _HAN_SIGNS
# What belongs to a letter of other scripts, and is none.
WORD_MARKS: Final = ACCENTS + _HEBREW_POINTS + _ARABIC_HONORIFICS + _ARABIC_VOWELS + _INDIC
# A word in all other scripts.
WORD: Final = rf"(?:[^\W_{UNSPACED}]|[{WORD_MARKS}])+"

# --- for quotations --------------------------------------------------------------------------------------------------

UNSPACED_IN_QUOTES: Final = SOUTHEAST_ASIAN + _KANA + _HAN + _HAN_PUNCTUATION_AND_RADICALS

# --- for fingerprints ------------------------------------------------------------------------------------------------

# Like `_KANA` and `_HAN`, but with hexagrams and without the small kana of Ainu: chance, and stored ever since.
IDEOGRAPHS: Final = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
# Taken off before words are compared.
DROPPED_MARKS: Final = ACCENTS + _HEBREW_POINTS + _ARABIC_VOWELS
