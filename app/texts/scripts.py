"""Classes of characters, for regular expressions; the same as in migrations' search.sql."""

from typing import Final

# Written without spaces between words: Chinese, Japanese, Thai, Lao, Khmer, Burmese; and Korean, for its endings.
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff\u3005-\u3007\u3041-\u318f\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff"
)
# A word in all other scripts: letters and digits, with the marks that belong to them.
WORD: Final = (
    f"(?:[^\\W_{UNSPACED}]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0963\u0966-\u0dff])+"
)
