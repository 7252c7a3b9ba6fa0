"""Descriptions of nobody in particular in Chinese, which has no spaces: they are known by how they end.

«美国官员», «多名目击者», «知情人士». What has the word of a body in it («无国界医生»), or another end, is a name.
"""

import re
from typing import Final, Literal

from app.texts.who import people_words

_HAN: Final = re.compile(r"[\u3400-\u9fff0-9]+")
_ENDS: Final = tuple(people_words.CHINESE.split())
_IN_OFFICE: Final = ("官员", "官員", "外交官", "警官")
_OF_BODIES: Final = ("无国界", "協會", "协会", "联盟", "联合会", "组织", "学会", "基金会", "日报", "晚报", "公司")
_UNKNOWN: Final = ("匿名", "不明", "未知", "不愿透露")
_ONE: Final = ("一名", "一位", "一个", "某")
_PLACE: Final = re.compile(r"^(?:当地|地方|本地|该)")
_OF_A_COUNTRY, _OF_A_PLACE = (
    frozenset(words.split()) for words in (people_words.CHINESE_OF_A_COUNTRY, people_words.CHINESE_OF_A_PLACE)
)


def describes(name: str) -> Literal["role_only", "group", "anonymous"] | None:
    """What is described where this is no name; None: it is one, or is not in Chinese."""
    words = "".join(name.split())
    if not _HAN.fullmatch(words):
        return None
    if is_any_body(name):
        return "role_only"
    if not words.endswith(_ENDS) or any(word in words for word in _OF_BODIES):
        return None
    if any(word in words for word in _UNKNOWN):
        return "anonymous"
    if words.endswith(_IN_OFFICE):
        return "role_only"
    return "anonymous" if any(word in words for word in _ONE) else "group"


def is_any_body(name: str) -> bool:
    """As in `descriptions`."""
    return _bare("".join(name.split())) in _OF_A_COUNTRY | _OF_A_PLACE


def is_any_country_s(name: str) -> bool:
    """As in `descriptions`."""
    return _bare("".join(name.split())) in _OF_A_COUNTRY


def _bare(name: str) -> str:
    """Without what says that it is a body of the place, and not of which."""
    return _PLACE.sub("", name)
