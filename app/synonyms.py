"""What others write for the words of the closed lists: taken where it can mean one of them only."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from app import vocabulary

# By closed list of `vocabulary` and word, with commas. Spaces, hyphens, underscores and case don't matter.
SYNONYMS: Final[Mapping[str, Mapping[str, str]]] = {
    "Stance": {
        "support": "supports, supported, supporting, for, in favour, in favor, agree, agrees, agreed, confirm, "
        "confirms, confirmed, affirm, affirms, affirmed, assert, asserts, asserted, endorse, endorses, endorsed, say, "
        "says, said, claim, claims, claimed, state, states, stated",
        "deny": "denies, denied, denying, denial, against, disagree, disagrees, disagreed, reject, rejects, rejected, "
        "refute, refutes, refuted, dispute, disputes, disputed, contradict, contradicts, contradicted, oppose, opposes",
        "query": "queries, question, questions, questioned, questioning, ask, asks, asked, appeal for more information",
        "comment": "comments, commented, observing, observe, observes, discuss, discusses, discussed",
        "no_comment": "declines to comment, declined to comment, refuses to comment, refused to comment, "
        "would not comment, did not comment, not commenting, did not respond, didn't respond, does not respond, "
        "has not responded, had not responded, not responding, no response, did not answer, didn't answer, "
        "does not answer, has not answered, had not answered, not answered, no answer, did not reply, didn't reply, "
        "has not replied, no reply",
        "no_information": "no info, does not know, did not know, don't know, has no information, had no information, "
        "could not confirm, couldn't confirm, can not confirm, cannot confirm, can't confirm, unable to confirm, "
        "was unable to confirm, unknown, unclear, not clear, not known, not yet known, not yet clear, too early to say",
    },
    # In the words of eleven languages that stand before a number.
    "Qualifier": {
        "exact": "exactly, precise, precisely, equal, equals, =, ==, exactement, genau, exactamente, esattamente, "
        "exatamente, ровно, рівно, dokładnie, بالضبط",
        "about": "approximately, approximate, approx, approx., around, roughly, circa, ca, ca., c., estimated, ~, ≈, "
        "nearly, almost, close to, environ, près de, presque, autour de, etwa, ungefähr, rund, fast, knapp, cerca "
        "de, alrededor de, aproximadamente, casi, unos, unas, intorno a, quasi, por volta de, quase, około, prawie, "
        "niemal, yaklaşık, около, примерно, приблизительно, порядка, почти, близько, приблизно, майже, حوالي, نحو, "
        "قرابة, تقريبا, تقريبًا, ما يقارب, ما يقرب من",
        "at_least": "minimum, min, no fewer than, not fewer than, no less than, not less than, or more, ≥, >=, au "
        "moins, au minimum, pas moins de, mindestens, wenigstens, zumindest, nicht weniger als, al menos, por lo "
        "menos, como mínimo, no menos de, almeno, non meno di, pelo menos, ao menos, no mínimo, co najmniej, "
        "przynajmniej, nie mniej niż, en az, не менее, не меньше, не менее чем, как минимум, минимум, по меньшей "
        "мере, по крайней мере, щонайменше, не менше, не менш як, не менше ніж, принаймні, як мінімум, мінімум, على "
        "الأقل, ما لا يقل عن, لا يقل عن",
        "more_than": "over, above, exceeding, greater than, upwards of, >, plus de, mehr als, über, más de, più di, "
        "oltre, mais de, ponad, więcej niż, более, больше, более чем, больше чем, свыше, понад, більше, більше ніж, "
        "більш як, більш ніж, أكثر من, ما يزيد عن, ما يزيد على",
        "at_most": "up to, maximum, max, no more than, not more than, as many as, or fewer, or less, ≤, <=, jusqu'à, "
        "au plus, au maximum, pas plus de, bis zu, höchstens, maximal, nicht mehr als, hasta, como máximo, a lo "
        "sumo, no más de, fino a, al massimo, non più di, até, no máximo, do, najwyżej, nie więcej niż, en fazla, "
        "до, не более, не больше, максимум, не більше, не більш як, не більше ніж, щонайбільше, ما يصل إلى, لا يزيد "
        "عن, على الأكثر",
        "fewer_than": "less than, under, below, <, moins de, weniger als, unter, menos de, meno di, mniej niż, "
        "poniżej, менее, меньше, менее чем, меньше чем, менше, менше ніж, менш як, أقل من",
        "between": "range",
        "several": "a few, plusieurs, quelques, mehrere, einige, varios, varias, alcuni, alcune, vários, várias, "
        "kilka, несколько, кілька, декілька, عدة",
        "tens": "tens of, dizaines, des dizaines, decenas, decine, dezenas, dziesiątki, десятки, عشرات, العشرات",
        "dozens": "dozens of, douzaines, des douzaines, dutzende, docenas, dozzine, dúzias, дюжины, дюжини",
        "hundreds": "hundreds of, centaines, des centaines, hunderte, cientos, centenares, centinaia, centenas, "
        "setki, сотни, сотні, مئات, المئات",
        "thousands": "thousands of, milliers, des milliers, tausende, millares, migliaia, milhares, tysiące, тысячи, "
        "тисячі, آلاف, الآلاف",
        "unknown": "not known, unspecified, undisclosed, inconnu, unbekannt, desconocido, неизвестно, невідомо",
        "none": "no, zero, nobody, no one, nil",
        "all": "all of, everyone, everybody, every one",
    },
    "Measure": {
        "killed": "dead, death, deaths, death toll, toll, died, deceased, fatality, fatalities, kills",
        "injured": "injury, injuries, wounded, wounds, hurt",
        "seriously_injured": "severely injured, gravely injured, seriously wounded, severely wounded, serious injuries",
        "hospitalised": "hospitalized, hospitalisations, hospitalizations, in hospital, taken to hospital",
        "in_intensive_care": "intensive care, icu, in icu",
        "sought_help": "sought medical help, sought medical care, asked for medical help",
        "missing": "missing persons, missing people, unaccounted for",
        "trapped": "trapped people, under rubble, under the rubble",
        "detained": "arrested, arrests, detentions, detainees",
        "displaced": "displaced persons, displaced people, idps",
        "buildings_damaged": "damaged buildings, building damage",
        "buildings_destroyed": "destroyed buildings",
        "launched": "launches, fired",
        "intercepted": "interceptions, shot down, downed",
    },
    "QuestionKind": {
        "cause": "causes",
        "responsibility": "responsible, perpetrator, perpetrators, blame",
        "casualties": "casualty, toll, death toll",
        "damage": "damages",
        "place": "location",
        "time": "date",
        "intent": "intention, motive, purpose",
    },
    "AnswerKind": {"quantity": "number, numeric, figure", "open": "text"},
    "SourceKind": {
        "person": "individual, people, journalist, journalists, reporter, reporters, correspondent, blogger, activist",
        "official": "officials, government official, minister, ministers, prime minister, president, politician, "
        "politicians, spokesman, spokeswoman, spokesperson, spokespersons, mayor, governor, diplomat, ambassador, "
        "lawmaker, senator",
        "authority": "authorities, government, ministry, government agency, public authority, police",
        "military": "army, armed forces",
        "court": "tribunal, courts",
        "company": "business, corporation, firm, enterprise",
        "ngo": "non governmental organisation, non governmental organization, nonprofit, non profit, charity",
        "expert": "experts, analyst, specialist",
        "witness": "witnesses, eyewitness, eyewitnesses, eye witness, survivor, survivors",
        "group": "groups",
        "outlet": "newspaper, news outlet, news site, news website, media outlet, media, broadcaster, tv channel, "
        "radio station, magazine",
        "agency": "news agency, wire, wire service, newswire, news wire",
        "channel": "telegram channel, youtube channel",
        "account": "social media account, twitter account, x account, user account",
        "sensor": "sensors, instrument, satellite",
    },
    "Disclosure": {
        "named": "identified",
        "role_only": "role, by role",
        "anonymous": "unnamed, unidentified, anon",
        "group": "collective",
    },
    "DocumentKind": {
        "article": "news article, newspaper article, news story, news",
        "post": "tweet, social media post, telegram post, facebook post",
        "video": "video clip, clip, footage",
        "image": "photo, photograph, picture",
        "audio": "audio recording, podcast",
        "press_release": "pressrelease, news release, communique, communiqué",
        "transcript": "transcription",
        "court_record": "court document, judgment, judgement, verdict, court ruling, ruling",
        "dataset": "data set, data",
    },
    "Lifecycle": {
        "live": "online",
        "edited": "updated, modified, changed",
        "deleted": "removed, taken down",
        "unreachable": "offline, unavailable",
        "retracted": "retraction, taken back, withdrawn",
    },
    "WithdrawnBy": {
        "source": "speaker",
        "document": "publisher, outlet, newspaper, paper, report, article, publication",
    },
    "DocumentRelation": {
        "syndicated_from": "copy of, reprint of, reprinted from, republished from",
        "translation_of": "translated from, translates",
        "quotes": "cites, quoting",
        "rewrites": "rewrite of, rewritten from",
        "revision_of": "revises, version of, update of",
        "reply_to": "in reply to, replies to",
    },
    "HowKnown": {"similarity": "similar, likeness", "editor": "edited, by hand, manual"},
    "LinkState": {
        "proposed": "pending, suggested",
        "confirmed": "accepted, approved",
        "rejected": "refused, dismissed",
    },
    "SourceRelation": {"same_as": "same, identical"},
    "SourceLinkKnown": {"editor": "by hand, manual"},
    "Visibility": {"restricted": "private"},
    "PlacePrecision": {
        "exact": "precise, exactly",
        "vicinity": "nearby, near",
        "town": "city",
        "region": "province, oblast",
    },
    "EventRelation": {"same_site": "same place", "follow_up": "followup", "related": "related to"},
    "Act": {
        "accuse": "accuses, accused, accusation",
        "claim_responsibility": "claims responsibility, claimed responsibility, responsibility claim",
        "predict": "predicts, predicted, prediction, forecast",
        "warn": "warns, warned, warning",
        "correct": "corrects, corrected, correction",
    },
    "Explicitness": {"implied": "implicit", "explicit": "stated"},
    "Certainty": {
        "certain": "sure, confident",
        "somewhat_certain": "likely, probable, probably",
        "uncertain": "unsure, not sure, not certain",
    },
    "Basis": {
        "first_hand": "firsthand, first hand knowledge, eyewitness",
        "official_record": "official records, official document",
        "hearsay": "second hand, secondhand",
        "picture": "pictures, photo, image, video, footage",
        "reasoning": "inference, deduction, analysis",
        "unknown": "not known, unspecified",
    },
    "Location": {"headline": "title", "body": "text", "caption": "captions"},
    "Framing": {
        "doubting": "doubtful, sceptical, skeptical",
        "scare_quoted": "scare quotes",
        "insinuating": "insinuation",
    },
    "Attribution": {"ambiguous": "unclear"},
    "ClaimRelation": {
        "contradicts": "contradict, contradicting, incompatible",
        "supports": "support, supporting",
        "refines": "refine, refining",
        "compatible": "compatible with, consistent, consistent with",
        "same_as": "same, identical, equivalent, duplicate of",
    },
    "AnswerLanguage": {
        "en": "english",
        "fr": "french, français",
        "ru": "russian, русский",
        "uk": "ukrainian, українська",
    },
    "Rating": {"mixture": "mixed, half true"},
}
_PERSONS_COUNTED: Final = 'this is told as {"measure": "other", "subject": "%s", "unit": "persons"}'
# By closed list and words, with commas: those that mean no word of it, or two, and what a refusal says of them.
REFUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "Stance": {
        "retracted, retracts, retract, retraction, withdrawn, withdraws, withdrew, withdraw, withdrawal, took back, "
        "taken back, takes back, recanted, recants": "what was taken back is told with `withdrawn`, the time, beside "
        "the stance that it had",
        "refused, refuses, refuse, declined, declines, decline": "who refuses to comment is told as `no_comment`, who "
        "rejects what is said as `deny`",
        "denounces, denounced, denounce, condemns, condemned, condemn, accuses, accused, accuse, blames, blamed": (
            "who says that somebody did it supports a claim that says so, with `act`: accuse beside, and the claim's "
            "`accuses` names the party; who only denounces what happened comments on it: `comment`"
        ),
        "unconfirmed, not confirmed": "who can't confirm it is told as `no_information`, who rejects it as `deny`",
    },
    "Measure": {
        "casualties, casualty": "casualties are killed and injured: give each its own figure",
        "victims, victim": "victims may be killed or injured: say which",
        "affected": "say how: killed, injured, displaced",
        "survivors, survivor, survived, alive": _PERSONS_COUNTED % "survivors",
        "aboard, on board, people aboard, persons aboard, people on board": _PERSONS_COUNTED % "aboard",
        "passengers": _PERSONS_COUNTED % "passengers",
        "crew": _PERSONS_COUNTED % "crew",
        "rescued, rescues, saved": _PERSONS_COUNTED % "rescued",
        "evacuated, evacuees, evacuations, evacuation": _PERSONS_COUNTED % "evacuated",
        "hostages": _PERSONS_COUNTED % "hostages",
    },
    "SourceKind": {
        "website, web site, site, websites, page, web page": "a site that reports news is an `outlet`; on any other it "
        "is whose site it is that says it: the `company`, `ngo`, `authority` or `person`",
    },
}
_BETWEEN_WORDS: Final = re.compile(r"[\s_\-\u2010-\u2015]+")


def folded(words: str) -> str:
    """How a word of a closed list is compared: without case, with one space where words part."""
    if not words.isascii():
        words = unicodedata.normalize("NFC", words)
    return _BETWEEN_WORDS.sub(" ", words.replace("\u2019", "'").casefold()).strip()


@lru_cache
def spellings(closed_list: str) -> Mapping[str, str]:
    """By what may be written, folded, the word of the list."""
    synonyms = SYNONYMS.get(closed_list, {})
    return {
        **{folded(spelling): word for word, written in synonyms.items() for spelling in written.split(", ")},
        **{folded(word): word for word in vocabulary.words(getattr(vocabulary, closed_list))},
    }


@lru_cache
def _refused(closed_list: str) -> Mapping[str, str]:
    by_words = REFUSED.get(closed_list, {})
    return {folded(word): why for written, why in by_words.items() for word in written.split(", ")}


def why_refused(closed_list: str, words: str) -> str | None:
    """What is right in place of words that others use and that mean no word of the list, or two."""
    return _refused(closed_list).get(folded(words))


def meant(closed_list: str, words: str) -> str | None:
    """The word of the list that is meant; None: none, or it can't be told."""
    return spellings(closed_list).get(folded(words))
