"""What stands before a person's name: titles, ranks and offices.

The library's list has every word that may stand in a title, of which many begin the names of bodies, too: "National",
"US", "Federal". Such words are a title only before one that is a person's: "US Secretary of State Jo Doe" has one, "US
Defence Ministry" has none.
"""

from collections.abc import Sequence
from typing import Final

from nameparser.config.titles import TITLES


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Of the library's, those that say what kind of office it is, and name nobody by themselves.
_NO_PERSON: Final = _listed(
    "a1c advertising air analytics appellate army award-winning ballet banner baseball behavioral bench biblical blues"
    " british burlesque business celebrity charge chargé civil classical computer corporate credit criminal customs"
    " d'affaires designated discovery district division docket english excellent exec executive familie family federal"
    " field film financial first flag flying foreign grand group hereditary high information intelligence judicial"
    " king's kingdom knowledge law legal literary marketing mathematics met military most municipal mystery national"
    " navy operating opera petty police political presiding prime private pro queen's radio rear right risk rock royal"
    " saint sainte security social soccer software special st staff state states strategy supreme tax technical"
    " television theater theatre travel uk united us vice voice warrant wing"
)
# Not in the library's list.
_NO_PERSON_EITHER: Final = _listed("press deputy acting former ex вице пресс заместитель заступник бывший колишній")
_PERSONS: Final = {title for title in TITLES if not title[0].isdigit()} - _NO_PERSON - _NO_PERSON_EITHER | _listed(
    "sen rep gov lt sgt cpt major marshal spokesman spokeswoman spokesperson герр генерал полковник майор капитан"
    " президент министр губернатор мэр доктор профессор сэр подполковник лейтенант адмирал маршал глава секретарь"
    " представитель депутат председатель речник речниця міністр прем'єр премьер губернатор мер голова капітан"
    " підполковник адмірал général colonel commandant président ministre maire docteur professeur monsieur madame"
    " capitaine herr frau oberst präsident präsidentin minister ministerin bürgermeister kanzler sprecher sprecherin"
    " presidente ministro alcalde doctor coronel generale colonnello sindaco portavoz portavoce señor señora signor"
    " signora senhor senhora doutor bay bayan sayın bakan başkan rzecznik prezydent premier الرئيس الوزير اللواء العميد"
    " العقيد السيد السيدة المتحدث الناطق رئيس وزير"
)
_LEADING: Final = _PERSONS | _NO_PERSON | _NO_PERSON_EITHER
_KEPT: Final = 2  # words of a name that no title takes away


def length(words: Sequence[str]) -> int:
    """How many words, given in lower case, are a title before the name of a person. Two are always left."""
    title = 0
    for nth, word in enumerate(words[:-_KEPT]):
        if word not in _LEADING:
            break
        if word in _PERSONS:
            title = nth + 1
    return title
