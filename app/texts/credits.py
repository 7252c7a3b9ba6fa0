"""Wire credits: where a text says that an agency had it first. A mention alone is none."""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from app.texts.agencies import AGENCIES


class Credit(NamedTuple):
    agency: str
    words: str
    """As they stand in the text, from `start` to `end` in code points."""
    start: int
    end: int
    score: float
    """How sure it is that the document, and not only one sentence of it, has its words from the agency."""


# What is read of a text: credits stand at either end of it; and so that no text costs more than another.
_HEAD_CHARACTERS, _TAIL_CHARACTERS = 20_000, 2_000
_MOST_OCCURRENCES: Final = 100  # of one name
# What a rule sees before and after a name.
_CHARACTERS_BEFORE, _CHARACTERS_AFTER = 120, 80

# Scores: of a dateline; of a signature, a copyright, a line of sources; of what one sentence has from an agency; and of
# what somebody told one, which others may have heard, too.
_DATELINE_SCORE, _SIGNED_SCORE, _SAYS_SCORE, _HEARSAY_SCORE = 0.9, 0.8, 0.6, 0.5
# A rule is what stands before the name and what follows it; a line begins and ends with \n, at the ends of a text, too.
# The group `c` is what belongs to the credit's words beside the name.
_PLACE: Final = r"\n[^\n]{0,80}?"
_SHORT: Final = r"\n[^\n]{0,60}"
_DASH: Final = r"[-\u2013\u2014\u2212]"
_OPENED: Final = r"(?P<c>[(\uff08\[]\s?)$"
_CLOSED: Final = r"\s?[)\uff09\]]"
_QUOTE: Final = r"[«\"„“]?"
_LINE_END: Final = r"\s{0,3}\n"
# After an English phrase, so that `according to AP exam results` is none: no word, or one that a sentence goes on with.
_GOES_ON: Final = (
    r"(?=[^\w\s]|\s+(?:[^\w\s]|(?:news|state|agency|the|a|an|that|which|who|on|in|at|by|from|to|and|as|it|he|she|they|"
    r"there|citing|quoting|reported|said|late|earlier|after|before|this|last|yesterday|today|\w+day)\b)|\s*\n)"
)


def _rule(score: float, before: str, after: str = "") -> tuple[float, re.Pattern[str], re.Pattern[str]]:
    return score, re.compile(before), re.compile(after)


def _says(
    words: str, agency: str, after: str = "", score: float = _SAYS_SCORE
) -> tuple[float, re.Pattern[str], re.Pattern[str]]:
    """A phrase, then whatever of `the news agency` a language has between it and the name."""
    return _rule(score, rf"(?P<c>(?<!\w)(?:{words})\s*(?:{agency})\s*{_QUOTE})$", after)


_EN: Final = r"(?:the\s+)?(?:(?:[\w-]+\s+){0,2}(?:news|wire|press)\s+agency)?"
_FR: Final = r"(?:une dépêche de\s+)?(?:(?:l['’]\s?)?agence(?: de presse)?|l['’])?"
_RU: Final = r"(?:\w+\s+)?(?:информ\w*\s?)?агентств\w+|ИА|(?:телеграфн\w+ )?агентств\w+|"
_UK: Final = r"(?:\w+\s+)?(?:інформ\w*\s?)?агентств\w+|ІА|"
_ES: Final = r"(?:la\s+)?(?:agencia)?(?:\s+de noticias)?"
_DE: Final = r"(?:die\s+|der\s+)?(?:(?:\w+\s+)?(?:Nachrichten|Presse)?[Aa]gentur)?"
_IT: Final = r"(?:l['’]\s?)?(?:agenzia)?"
_PT: Final = r"(?:a\s+|à\s+)?(?:agência)?"
_PL: Final = r"(?:agencja|agencji)?"
_AR: Final = r"(?:وكالة)?(?:\s?(?:الأنباء|أنباء))?"
_ZH: Final = r"(?:中国|法国|俄罗斯|英国|美国|土耳其|日本|韩国|德国)?"

# The first that fits is the surest: datelines first, what somebody told last.
_RULES: Final = (
    # MOSCOW (AP) — …; (ANSA) - ROMA, …; PARIS, 9 août (AFP) – …; موسكو (رويترز) -
    _rule(_DATELINE_SCORE, _PLACE + _OPENED, rf"(?P<c>{_CLOSED})\s?\.?\s?{_DASH}"),
    # MOSCOW (AP) Seven people …
    _rule(_DATELINE_SCORE, rf"\n[A-ZÀ-ÝА-ЯЁІЇЄҐ\s,./-]{{2,40}}(?:\d[^\n()]{{0,20}})?{_OPENED}", rf"(?P<c>{_CLOSED})"),
    # МОСКВА, 9 августа. /ТАСС/. …
    _rule(_DATELINE_SCORE, r"\n(?:[^\n]{0,80}[\s.])?(?P<c>/)$", r"(?P<c>/)"),
    # МОСКВА, 9 авг — РИА Новости. …
    _rule(_DATELINE_SCORE, rf"{_SHORT}(?P<c>{_DASH}\s*)$", r"(?P<c>[.,])(?=\s)"),
    # Москва. 9 августа. INTERFAX.RU - …
    _rule(_DATELINE_SCORE, r"\n[^\n]{0,30}\d[^\n]{0,20}[.,]\s+$", rf"(?P<c>\s*{_DASH})\s"),
    # Reuters - …; AFP: …
    _rule(_DATELINE_SCORE, r"\n\s{0,3}$", r"(?P<c>\s?(?:[-\u2013\u2014|:\uff1a]))\s"),
    # 新华社北京8月9日电 …; 【モスクワ共同】; [モスクワ 9日 ロイター]; (서울=연합뉴스)
    _rule(_DATELINE_SCORE, r"\n[\s（(【]{0,3}$", r"(?P<c>[^\n，。、]{0,20}?[电電])"),
    _rule(_DATELINE_SCORE, r"\n\s?(?P<c>【[^】\n]{0,20})$", r"(?P<c>】)"),
    _rule(_DATELINE_SCORE, r"\n\s?(?P<c>[\[［][^\]\n]{0,30}\s)$", r"(?P<c>[\]］])"),
    _rule(_DATELINE_SCORE, r"\n\s?(?P<c>\([^)\n]{0,20}=)$", r"(?P<c>\))"),
    # … he said. (AFP)
    _rule(_SIGNED_SCORE, rf"(?:\n|[.!?…»”\"。]\s?){_OPENED}", rf"(?P<c>{_CLOSED}){_LINE_END}"),
    # a line of its own; … he said. Reuters
    _rule(_SIGNED_SCORE, rf"\n\s{{0,3}}(?:{_DASH}\s?)?$", rf"\.?{_LINE_END}"),
    _rule(_SIGNED_SCORE, r"[.!?…»”\"]\s+$", rf"\.?{_LINE_END}"),
    # © AFP; Copyright 2023 The Associated Press
    _rule(_SIGNED_SCORE, r"(?P<c>(?:©|\([cCсС]\)|[Cc]opyright)\s*(?:\d{4}\s*)?(?:[Tt]he\s+)?)$"),
    # Source: Xinhua; Источник: ТАСС
    _rule(
        _SIGNED_SCORE,
        r"(?<!\w)(?P<c>(?:[Ss]ources?|[Qq]uellen?|[Ff]onte|[Ff]uente|[Źź]ródło|[Kk]aynak|Источник|Джерело|المصدر|来源|來源)"
        r"\s?[:：]\s*(?:[Tt]he\s+)?)$",
    ),
    # Le Monde avec AFP; (with Reuters)
    _rule(
        _SIGNED_SCORE,
        r"(?:\n[^\n]{0,60}\s|[(\n])(?P<c>(?:[Aa]vec|[Ww]ith|[Cc]on|[Cc]om|[Mm]it|[Mm]et|[Mm]ed)\s+(?:l['’])?)$",
        rf"(?:(?:,|\s+et|\s+and|\s+y|\s+und|\s+e)\s+[\w-]+)?\s?[).]?{_LINE_END}",
    ),
    _rule(
        _SIGNED_SCORE,
        r"(?<!\w)(?P<c>(?:[Ww]ith (?:files|reporting|material|information) (?:from|by)|[Bb]ased on reporting by|"
        r"[Aa]dditional reporting by|[Mm]aterials? from|[Cc]on información de|[Mm]it Material (?:von|der))"
        r"\s+(?:[Tt]he\s+)?)$",
    ),
    _rule(
        _SIGNED_SCORE,
        r"(?<![\w-])$",
        r"(?P<c>\s+(?:contributed to this (?:report|story|article)|a contribué à cet article))",
    ),
    # what one sentence has from it
    _says(r"[Aa]ccording to|[Cc]iting|[Qq]uoting|(?:[Aa]s )?[Rr]eported by|[Qq]uoted by|[Cc]ited by", _EN, _GOES_ON),
    _rule(
        _SAYS_SCORE,
        r"(?<![\w-])$",
        r"(?P<c>(?:\s+news agency)?\s+(?:has\s+|had\s+)?(?:reported|reports)|\s+news agency said)\b",
    ),
    _rule(_SAYS_SCORE, r"(?P<c>\b[Nn]ews agency\s+)$", r"(?P<c>\s+(?:said|reported|reports))\b"),
    _says(r"[Ss]elon|[Dd]['’]après|[Cc]itée?s? par|[Rr]apport(?:e|é)|[Ii]ndiqu(?:e|é)|[Aa]nnonc(?:e|é)|[Éé]crit", _FR),
    _rule(
        _SAYS_SCORE,
        r"(?P<c>(?:l['’]|\b[Aa]gence\s+))$",
        r"(?P<c>\s+(?:a\s+)?(?:rapport(?:e|é)|indiqu(?:e|é)|annonc(?:e|é)))\b",
    ),
    _says(
        r"[Пп]о данным|[Пп]о информации|[Пп]о сообщени\w+|[Сс]ообща(?:ет|ют)|[Сс]ообщил[аои]?|[Пп]ереда[её]т|"
        r"[Пп]ередал[аои]?|[Пп]ишет|[Ии]нформирует|[Уу]точня(?:ет|ют)|[Сс]о ссылкой на|[Цц]итирует",
        _RU,
    ),
    _says(
        r"[Зз]а даними|[Зз]а інформацією|[Зз]а повідомленням|[Пп]овідомля[єю](?:ть)?|[Пп]овідоми(?:в|ла|ло|ли)|"
        r"[Пп]ереда[єв](?:ть)?|[Іі]нформу[єю](?:ть)?|[Пп]ише|[Зз] посиланням на|[Цц]итує",
        _UK,
    ),
    _says(r"[Ss]egún|[Ii]nform(?:a|ó)|[Rr]eport(?:a|ó)|[Cc]itad[oa] por", _ES),
    _says(r"[Ss]egundo|[Dd]e acordo com|[Ii]nform(?:a|ou)|[Nn]oticiou", _PT),
    _says(r"[Ll]aut|[Nn]ach Angaben(?: von)?|[Mm]elde(?:t|te)|[Bb]erichte(?:t|te)|unter Berufung auf", _DE),
    _rule(
        _SAYS_SCORE,
        r"(?P<c>\b(?:[Ww]ie\s+)(?:die\s+)?(?:\w*[Aa]gentur\s+)?)$",
        r"(?P<c>\s+(?:berichtete?|meldete?|erfuhr))\b",
    ),
    _says(r"[Ss]econdo|[Rr]iferisce|[Rr]iporta|[Ss]crive|[Ll]o rende noto", _IT),
    _says(r"[Pp]odaje|[Pp]odała|[Pp]oinformował[ao]?|[Ww]edług|[Pp]rzekazał[ao]?", _PL),
    _rule(_SAYS_SCORE, r"(?<![\w-])$", r"(?P<c>['’]?\w{0,3}\s+(?:haberine göre|aktardığına göre|muhabirine))"),
    _says(r"وفقا|وفقاً|وفق|بحسب|حسب|نقلا عن|نقلاً عن|أفادت|ذكرت|نقلت|أوردت", rf"ل?{_AR}"),
    _rule(_SAYS_SCORE, rf"(?P<c>(?:据|綜合|综合|引述|援引){_ZH})$", r"(?P<c>[^\n，。]{0,8}(?:报道|報道|報導|消息)|)"),
    _rule(
        _SAYS_SCORE,
        r"$",
        r"(?P<c>(?:\d+日)?(?:报道|報道|報導)|(?:通信)?(?:によると|が(?:報じた|伝えた))|(?:에 따르면|[가는] 보도))",
    ),
    # told to it, and so through it
    _says(r"[Tt]old", _EN, _GOES_ON, _HEARSAY_SCORE),
    _says(
        r"(?:[Dd]éclaré|[Ii]ndiqué|[Cc]onfié|[Dd]it|[Pp]récisé|[Aa]ffirmé|[Aa]ssuré|[Ee]xpliqué) à",
        _FR,
        "",
        _HEARSAY_SCORE,
    ),
    _says(r"[Рр]ассказал[аио]?|[Зз]аявил[аио]?|[Сс]казал[аио]?|[Пп]одтвердил[аио]?", _RU, "", _HEARSAY_SCORE),
    _says(r"[Рр]озпові(?:в|ла|ли)|[Зз]аяви(?:в|ла|ли)|[Сс]каза(?:в|ла|ли)", _UK, "", _HEARSAY_SCORE),
    _says(r"(?:[Dd]ijo|[Dd]eclaró|[Ee]xplicó|[Ss]eñaló|[Aa]seguró) a", _ES, "", _HEARSAY_SCORE),
    _says(r"[Ss]agte(?: er| sie)?", r"der\s+(?:\w*[Aa]gentur)?", "", _HEARSAY_SCORE),
    _rule(_HEARSAY_SCORE, rf"(?:^|\s)(?P<c>ل{_AR}\s*)$"),
    _rule(_HEARSAY_SCORE, r"(?P<c>[对對向])$", r"(?P<c>(?:记者)?[说說表称])"),
)

_FORMS: Final = tuple(
    (agency.name, form) for agency in AGENCIES for form in (agency.name, *agency.aliases, *agency.forms)
)
_NAME_OF: Final = {form: name for name, form in _FORMS}
# A name that is also a person's: `Michael Bloomberg reported` is no credit.
_SURNAMES: Final = frozenset({"Bloomberg"})
_FIRST_NAME: Final = re.compile(r"\b[A-Z][a-z]+\s$")
# To, and, with: written in one with the name.
_ARABIC_PREFIXES: Final = "لوب"
_BY: Final = re.compile(
    r"^(?:(?:[Bb]y|[Pp]ar|[Vv]on|[Pp]or|[Dd]i|[Dd]e|От|Від|[Tt]he|[Aa]gence|[Aa]gencia)\s+|[Ll]['’])"
)
_BYLINE_PARTS: Final = re.compile(
    r"\s*(?:[,;/|&+•·()]|\s[-\u2013\u2014]\s|\s(?:and|et|y|und|e|и|і|та|avec|with|con|mit)\s)\s*"
)


def in_text(text: str) -> list[Credit]:
    """The credits of a text, the surest first."""
    if len(text) <= _HEAD_CHARACTERS + _TAIL_CHARACTERS:
        return _surest(_credits(text))
    offset = len(text) - _TAIL_CHARACTERS
    in_tail = (
        credit._replace(start=credit.start + offset, end=credit.end + offset)
        for credit in _credits(text[offset:], begins=False)
    )
    return _surest([*_credits(text[:_HEAD_CHARACTERS], ends=False), *in_tail])


def in_byline(byline: str) -> list[Credit]:
    """The agencies that a byline names, alone or beside others: `Le Monde avec AFP`."""
    agency_credits, offset = [], 0
    for part in _BYLINE_PARTS.split(byline):
        name = part
        while name != (shorter := _BY.sub("", name)):
            name = shorter
        name = name.removesuffix(" Staff").removesuffix(" news agency")
        offset = byline.index(part, offset)
        if (agency := _NAME_OF.get(name)) is not None:
            start = byline.index(name, offset)
            agency_credits.append(Credit(agency, name, start, start + len(name), _DATELINE_SCORE))
    return _surest(agency_credits)


def in_headline(headline: str) -> list[Credit]:
    """`Seven killed in blast - Reuters`; and whatever is a credit in a text."""
    name = re.split(r"\s[-\u2013\u2014|]\s|[(]", headline)[-1].rstrip(") ")
    signed = []
    if name != headline and (agency := _NAME_OF.get(name)) is not None:
        start = headline.rindex(name)
        signed = [Credit(agency, name, start, start + len(name), _SIGNED_SCORE)]
    return _surest([*signed, *_credits(headline)])


def _surest(candidates: Iterable[Credit]) -> list[Credit]:
    """Each agency's surest credit, in their order."""
    surest: dict[str, Credit] = {}
    for credit in sorted(candidates, key=lambda credit: (-credit.score, credit.start, -credit.end)):
        surest.setdefault(credit.agency, credit)
    return list(surest.values())


def _credits(text: str, *, begins: bool = True, ends: bool = True) -> Iterator[Credit]:
    """Every credit. `begins`, `ends`: the document's text does so here, and not somewhere beyond."""
    for agency, form in _FORMS:
        if form not in text:  # asked first: nearly all are not
            continue
        for start in _occurrences(text, form):
            name_end = start + len(form)
            before = text[max(0, start - _CHARACTERS_BEFORE) : start]
            if begins and start <= _CHARACTERS_BEFORE:
                before = f"\n{before}"
            after = text[name_end : name_end + _CHARACTERS_AFTER] + (
                "\n" if ends and name_end + _CHARACTERS_AFTER >= len(text) else ""
            )
            if agency in _SURNAMES and _FIRST_NAME.search(before):
                continue
            if (fit := _first_fit(before, after)) is not None:
                score, size_before, size_after = fit
                credit_start, credit_end = start - size_before, name_end + size_after
                yield Credit(agency, text[credit_start:credit_end], credit_start, credit_end, score)


def _occurrences(text: str, form: str) -> Iterator[int]:
    """Where the name stands as a word of its own. `Interfax-Ukraine` is another agency than `Interfax`."""
    start, count = -1, 0
    is_unspaced = form[-1] >= "\u3040"  # of all that agencies are called by: kana, Chinese characters and Korean
    while count < _MOST_OCCURRENCES and (start := text.find(form, start + 1)) >= 0:
        previous, following = text[start - 1 : start] if start else "", text[start + len(form) : start + len(form) + 2]
        joined = previous.isalnum() and not (form[0] >= "\u0600" and previous in _ARABIC_PREFIXES)
        goes_on = following[:1].isalnum() or (following[:1] in ("-", "\u2011") and following[1:].isalnum())
        if is_unspaced or not (joined or goes_on):
            count += 1
            yield start


def _first_fit(before: str, after: str) -> tuple[float, int, int] | None:
    """The score of the first rule that fits, and how many characters before and after the name are of the credit."""
    for score, stands_before, follows in _RULES:
        if (match_before := stands_before.search(before)) and (match_after := follows.match(after)):
            return score, _credit_size(match_before), _credit_size(match_after)
    return None


def _credit_size(match: re.Match[str]) -> int:
    return len(match["c"] or "") if "c" in match.re.groupindex else 0
