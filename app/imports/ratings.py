"""What fact-checkers call their ratings, and which of ours is the same: the whole table.

The words are compared exactly, after folding (case, accents of Arabic, quotation marks, punctuation). What is not in
the table is `other`; its words always stay beside it, as the assessment's label. Words under `other` are known to have
no equal: "misleading" is 3 of 5 to one desk and 2 of 5 to another, "altered" says something of a picture and nothing of
the claim.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from app.texts import folding

TABLE: Final[dict[str, tuple[str, ...]]] = {
    "true": (
        "True", "Correct", "Correct attribution", "Accurate", "Confirmed", "Verified", "Fact", "Real", "Vrai",
        "Exact", "C'est vrai", "Avéré", "Verdadero", "Cierto", "Correcto", "Verdadeiro", "Correto", "Certo", "Vero",
        "Wahr", "Richtig", "Stimmt", "Waar", "Sant", "Sandt", "Prawda", "Pravda", "Правда", "Верно", "Doğru", "Benar",
        "सच", "সত্য", "صحيح", "حقيقي", "حقيقة", "صحيحة",
        "Completely true", "Entirely true", "Totally true", "Absolutely true", "Factual", "It's true",
        "Geppetto Checkmark", "Checks out", "Verdad", "Es verdad", "Verdade", "É verdade", "Fato", "Verità", "È vero",
        "Korrekt", "Sann", "Helt sant", "Riktig", "Rétt", "Satt", "Totta", "Tõsi", "Patiesi", "Patiesība", "Tiesa",
        "Pravdivé", "Pravdivý výrok", "Istina", "Tačno", "Točno", "Istinito", "Resnično", "Igaz", "Adevărat",
        "Corect", "Вярно", "Истина", "Вистина", "Точно", "Правдиво", "Праўда", "E vërtetë", "Αληθές", "Αλήθεια",
        "Doğrulandı", "Gerçek", "Həqiqət", "სიმართლე", "Ճիշտ է", "درست", "صحت دارد", "واقعی", "درست ہے", "سچ", "אמת",
        "נכון", "सत्य", "सही", "ঠিক", "সত্যি", "உண்மை", "నిజం", "സത്യം", "Betul", "Totoo", "Đúng", "Sự thật",
        "จริง", "ข่าวจริง", "正確", "正确", "真实", "真實", "属实", "屬實", "正しい", "사실", "Kweli",
    ),
    "mostly_true": (
        "Mostly true", "Mostly correct", "Mostly accurate", "Largely true", "Largely correct", "Largely accurate",
        "Plutôt vrai", "En grande partie vrai", "Mayormente cierto", "Mayormente verdadero", "Maiormente verdadeiro",
        "Größtenteils richtig", "Überwiegend richtig", "Grotendeels waar", "Mestendels sant",
        "Преимущественно правда", "صحيح في الغالب", "صحيح غالبا", "صحيح إلى حد كبير",
        "Mainly true", "Nearly true", "One Pinocchio", "Globalement vrai", "Presque vrai", "Praticamente vero",
        "Quasi vero", "Weitgehend richtig", "Weitgehend wahr", "Grotendeels juist", "Stort set sandt",
        "Overveiende sant", "W większości prawda", "Większościowo prawda", "Převážně pravda", "Prevažne pravda",
        "Većinom točno", "Većinom tačno", "Uglavnom točno", "Uglavnom tačno", "Többnyire igaz",
        "Mai degrabă adevărat", "Скорее правда", "Большей частью правда", "Переважно правда", "По-скоро вярно",
        "Büyük ölçüde doğru", "მეტწილად სიმართლე", "נכון ברובו", "عمدتاً درست", "ほぼ正確", "大部分正確",
        "大部分正确", "대체로 사실",
    ),
    "mixture": (
        "Mixture", "Mixed", "Half true", "Half truth", "Half right", "Partly true", "Partially true",
        "Partly correct", "Partially correct", "Partly false", "Partially false", "Part false", "Mi-vrai mi-faux",
        "Partiellement vrai", "Partiellement faux", "En partie vrai", "En partie faux", "Mixto", "Verdad a medias",
        "Medias verdades", "Parcialmente cierto", "Parcialmente verdadero", "Parcialmente falso",
        "Verdadero a medias", "Parcialmente verdadeiro", "Meia verdade", "Misto", "Parzialmente vero",
        "Parzialmente falso", "Teilweise wahr", "Teilweise richtig", "Teilweise falsch", "Halb wahr", "Gemischt",
        "Deels waar", "Gedeeltelijk waar", "Delvist sandt", "Delvis sant", "Полуправда", "Частично правда",
        "Напівправда", "Kısmen doğru", "Sebagian benar", "आंशिक सच", "صحيح جزئيا", "صحيح جزئي", "غير صحيح جزئيا",
        "زائف جزئيا", "زائف جزئي", "خطأ جزئي", "خاطئ جزئيا", "نصف حقيقي", "نص حقيقي", "نصف صحيح", "نصف حقيقة",
        "Half-truths", "Partly accurate", "Partially accurate", "Partly incorrect", "Partially incorrect",
        "Partly wrong", "Partly right", "True and false", "Two Pinocchios", "À moitié vrai", "Vrai et faux",
        "Vrai et faux à la fois", "En parte cierto", "En parte falso", "A medias", "Verdad parcial", "Metade verdade",
        "Em parte verdade", "Em parte falso", "Vero a metà", "Mezza verità", "In parte vero", "In parte falso",
        "Halbwahr", "Zum Teil richtig", "Zum Teil falsch", "Teils richtig", "Teils falsch", "Deels onwaar",
        "Deels juist", "Half waar", "Gedeeltelijk onwaar", "Delvist rigtigt", "Delvist forkert", "Delvis feil",
        "Delvis falskt", "Delvis riktig", "Osittain totta", "Osin totta", "Półprawda", "Częściowa prawda",
        "Częściowy fałsz", "Częściowo prawda", "Częściowo fałsz", "Polopravda", "Částečná pravda", "Zčásti pravda",
        "Čiastočná pravda", "Poluistina", "Poluistinito", "Djelomično točno", "Djelimično tačno", "Delimično tačno",
        "Delno resnično", "Polresnica", "Részben igaz", "Részben hamis", "Féligazság", "Parțial adevărat",
        "Parțial fals", "Частично вярно", "Полуистина", "Полувистина", "Делумно точно", "Частично верно",
        "Частково правда", "Частково неправда", "Μισή αλήθεια", "Εν μέρει αληθές", "Kısmen yanlış", "Karma",
        "ნახევრად სიმართლე", "חצי אמת", "נכון חלקית", "نیمه درست", "تا حدی درست", "جزوی طور پر درست", "आधा सच",
        "आंशिक रूप से सच", "आंशिक रूप से गलत", "Sebahagian benar", "Sebagian salah", "Đúng một phần", "Sai một phần",
        "部分正確", "部分正确", "部分錯誤", "部分错误", "部分不實", "一部誤り", "一部正しい", "절반의 사실",
        "부분 사실",
    ),
    "mostly_false": (
        "Mostly false", "Mostly incorrect", "Mostly inaccurate", "Largely false", "Largely incorrect", "Barely true",
        "Plutôt faux", "En grande partie faux", "Mayormente falso", "Maiormente falso", "Größtenteils falsch",
        "Überwiegend falsch", "Grotendeels onwaar", "Преимущественно ложь", "خاطئ في الغالب", "خطأ في الغالب",
        "زائف في الغالب",
        "Mainly false", "Mostly fiction", "Mostly untrue", "Mostly wrong", "Three Pinocchios", "Globalement faux",
        "Presque faux", "Casi falso", "Mayormente incorrecto", "Quasi falso", "Weitgehend falsch",
        "Größtenteils unwahr", "Grotendeels onjuist", "Stort set falsk", "W większości fałsz", "Převážně nepravda",
        "Većinom netočno", "Većinom netačno", "Uglavnom netočno", "Uglavnom netačno", "Többnyire hamis",
        "Mai degrabă fals", "Скорее неправда", "Большей частью неправда", "Переважно неправда", "По-скоро невярно",
        "Büyük ölçüde yanlış", "მეტწილად ტყუილი", "לא נכון ברובו", "عمدتاً نادرست", "ほぼ誤り", "大部分錯誤",
        "大部分错误",
        "대체로 사실 아님",
    ),
    "false": (
        "False", "Incorrect", "Inaccurate", "Wrong", "Not true", "Untrue", "Fake", "Fabricated", "Fabrication",
        "Hoax", "Pants on Fire", "Fiction", "Bogus", "Fake quote", "Misattributed", "Incorrect attribution", "Faux",
        "C'est faux", "Totalement faux", "Inexact", "Infox", "Falso", "Bulo", "Falso total", "Es falso", "Fabricado",
        "É falso", "É #FAKE", "Incorreto", "Incorrecto", "Bufala", "Falsch", "Unwahr", "Erfunden", "Onwaar", "Falskt",
        "Falsk", "Falskt/Fejk", "Fałsz", "Nepravda", "Ложь", "Фейк", "Неправда", "Yanlış", "Sahte", "Salah", "Hoaks",
        "झूठ", "फर्जी", "মিথ্যা", "خطأ", "خاطئ", "خاطئة", "زائف", "زائفة", "كاذب", "كاذبة", "كذب", "خبر كاذب",
        "خبر زائف", "غير صحيح", "غير صحيحة", "مفبرك", "مفبركة", "مزيف", "مزيفة", "مختلق", "ملفق", "مش حقيقي",
        "غير حقيقي", "ليس صحيحا",
        "Not correct", "Not accurate", "Not factual", "Not real", "Pants fire", "Completely false", "Entirely false",
        "Totally false", "Absolutely false", "Completely untrue", "Completely fabricated", "Fake news", "False news",
        "False claim", "Lie", "A lie", "Made up", "It's false", "Debunked", "Four Pinocchios", "Mensonge",
        "C'est un mensonge", "Fausse information", "Mentira", "Es mentira", "Falsa", "Falsedad", "No es cierto",
        "No es verdad", "Bulos", "É mentira", "Falsidade", "Não é verdade", "Errado", "Falsa notizia",
        "Notizia falsa", "Non è vero", "Errato", "Inventato", "Fals", "Mentida", "Nicht wahr", "Stimmt nicht",
        "Unzutreffend", "Gefälscht", "Frei erfunden", "Fälschung", "Lüge", "Falschmeldung", "Niet waar", "Onjuist",
        "Vals", "Nep", "Verzonnen", "Forkert", "Ikke sandt", "Usandt", "Usant", "Ikke sant", "Feil", "Helt feil",
        "Faktisk helt feil", "Fel", "Felaktigt", "Inte sant", "Osant", "Ósatt", "Rangt", "Väärin",
        "Ei pidä paikkaansa", "Valhetta", "Nepatiesi", "Nepatiesība", "Meli", "Melas", "Netiesa", "Melagiena",
        "Nieprawda", "Fałszywe", "Fałszywa informacja", "Kłamstwo", "Nepravdivé", "Nepravdivý výrok", "Lež",
        "Neistina", "Neistinito", "Netačno", "Netočno", "Laž", "Lažno", "Lažna vijest", "Lažna vest", "Izmišljeno",
        "Neresnično", "Neresnica", "Hamis", "Álhír", "Nem igaz", "Incorect", "Minciună", "Neadevărat", "Știre falsă",
        "Невярно", "Лъжа", "Фалшиво", "Фалшива новина", "Невистина", "Лага", "Лажна вест", "Неистина", "Нетачно",
        "Лажно", "Измишљено", "Неверно", "Не соответствует действительности", "Враньё", "Выдумка", "Неправдиво",
        "Брехня", "Вигадка", "Хлусня", "Няпраўда", "Фэйк", "E rreme", "E pavërtetë", "Gënjeshtër", "Ψευδές", "Ψέμα",
        "Ψευδής είδηση", "Λάθος", "Doğru değil", "Uydurma", "Gerçek değil", "Yalan", "Yalan haber",
        "Yanlışdır", "ტყუილი", "მცდარი", "ყალბი", "სიცრუე", "Սուտ", "Կեղծ", "نادرست", "غلط", "دروغ", "جعلی", "ساختگی",
        "صحت ندارد", "واقعیت ندارد", "جھوٹ", "جھوٹا", "غلط ہے", "جعلی ہے", "שקר", "לא נכון", "שגוי", "כוזב", "שקרי",
        "פייק", "गलत", "असत्य", "झूठा", "फेक", "फ़र्ज़ी", "খবরটি মিথ্যা", "ভুয়া", "ভুল", "অসত্য", "பொய்",
        "தவறு", "தவறானது", "అబద్ధం", "తప్పు", "വ്യാജം", "തെറ്റ്", "ખોટું", "ਝੂਠ", "අසත්‍ය", "අසත්‍යයි", "ව්‍යාජ",
        "Keliru", "Tidak benar", "Palsu", "Dusta", "Bohong", "Hindi totoo", "Kasinungalingan", "Peke", "Sai",
        "Sai sự thật", "Tin giả", "Bịa đặt", "เท็จ", "ปลอม", "ข่าวปลอม", "ไม่จริง", "錯誤", "错误", "假",
        "虚假", "虛假", "不實",
        "不实", "假的", "假消息", "假新闻", "假訊息", "誤り", "虚偽", "不正確", "誤情報", "間違い", "偽",
        "거짓", "사실 아님",
        "사실이 아님", "전혀 사실 아님", "허위", "가짜", "Uongo", "Si kweli", "Sio kweli", "Vals nuus",
    ),
    "unproven": (
        "Unproven", "Unverified", "Unsupported", "Unsubstantiated", "No evidence", "Not proven",
        "Insufficient evidence", "Unconfirmed", "Non prouvé", "Non vérifié", "Invérifiable", "Sans preuve",
        "Sin pruebas", "No probado", "No verificado", "Sem provas", "Não comprovado", "Non dimostrato", "Unbelegt",
        "Unbewiesen", "Onbewezen", "Не доказано", "Belum terbukti", "غير مثبت", "غير مثبتة", "غير مؤكد", "لم يثبت",
        "بلا دليل",
        "Inconclusive", "Unverifiable", "Cannot be verified", "Can't be verified", "Not verified", "Not verifiable",
        "No proof", "Lacks evidence", "Insufficient information", "Not enough evidence", "Non vérifiable",
        "Pas de preuve", "Pas prouvé", "Indémontrable", "Sin evidencia", "Sin evidencias", "Inverificable",
        "No comprobado", "No comprobable", "No hay pruebas", "Sem evidência", "Sem evidências", "Inverificável",
        "Não verificável", "Senza prove", "Non verificabile", "Non provato", "Nicht belegt", "Nicht überprüfbar",
        "Nicht bewiesen", "Unüberprüfbar", "Ohne Beleg", "Niet bewezen", "Niet te verifiëren", "Udokumenteret",
        "Ikke bevist", "Ubevist", "Obevisat", "Går inte att verifiera", "Ikke dokumentert", "Udokumentert",
        "Todistamaton", "Nieweryfikowalne", "Brak dowodów", "Niepotwierdzone", "Neověřitelné", "Neoveriteľné",
        "Nedoloženo", "Neprovjerljivo", "Neproverljivo", "Nedokazano", "Nem bizonyított",
        "Nem ellenőrizhető", "Neverificabil", "Nedovedit", "Непотвърдено", "Недоказано", "Непроверливо",
        "Нет доказательств", "Недоказуемо", "Не подтверждено", "Недоведено", "Не підтверджено", "Непідтверджено",
        "Αναπόδεικτο", "Μη επαληθεύσιμο", "Kanıtlanmamış", "Kanıt yok", "Doğrulanamadı", "დაუდასტურებელი",
        "اثبات نشده", "تأیید نشده", "تایید نشده", "غیر مصدقہ", "לא מוכח", "לא ניתן לאימות", "अपुष्ट",
        "Tidak terbukti", "Belum terverifikasi", "Tidak ada bukti", "Chưa xác thực", "Chưa kiểm chứng", "證據不足",
        "证据不足", "尚无定论", "未經證實", "未经证实", "根拠不明", "根拠なし", "未確認", "証拠不十分",
        "판단 유보", "사실 확인 불가",
    ),
    "satire": (
        "Satire", "Satirical", "Labeled satire", "Originated as satire", "Sarcastic", "Sarcasm", "Parody", "Parodie",
        "Satirique", "Sátira", "Satira", "Satyra", "Сатира", "Hiciv", "Satir", "ساخر", "ساخرة", "سخرية", "محتوى ساخر",
        "Satirisch", "Satirico", "Satírico", "Satirická", "Satiira", "Satiră", "Szatíra", "Satyryczne", "Σάτιρα",
        "Hiciv içerik", "Parodia", "Parodi", "Paródia", "Пародия", "Пародія", "Сатирично", "व्यंग्य", "طنز", "סאטירה",
        "Satire oder Parodie", "Satire or parody", "諷刺", "讽刺", "風刺", "풍자", "เสียดสี",
    ),
    "other": (
        "Other", "Misleading", "Deceptive", "Missing context", "Lacks context", "Needs context", "Out of context",
        "Altered", "Altered image", "Altered photo", "Altered video", "Altered media", "Manipulated", "Doctored",
        "Edited", "Photo out of context", "AI-generated", "Outdated", "Old", "Exaggerated", "Cherry-picked",
        "Excitement", "Selective", "Commotion", "Suspicious", "Myth", "Scam", "Legend", "Rumour", "Rumor",
        "Clarification", "Explainer", "Opinion", "Trompeur", "Trompeuse", "Hors contexte", "Détourné", "Détournée",
        "Photomontage", "Montage", "À nuancer", "Imprécis", "Exagéré", "Engañoso", "Engañosa", "Fuera de contexto",
        "Sin contexto", "Falta contexto", "Enganador", "Enganoso", "Fora de contexto", "Fuorviante", "Irreführend",
        "Fehlender Kontext", "Ohne Kontext", "Manipuliert", "Misleidend", "Vilseledande", "Вводит в заблуждение",
        "Манипуляция", "Yanıltıcı", "Menyesatkan", "भ्रामक", "مضلل", "مضللة", "تضليل", "محتوى مضلل", "سياق مجتزأ",
        "مجتزأ", "خارج السياق", "محتوى ناقص", "سياق مفقود", "وليدة ذكاء إصطناعي", "وليدة ذكاء اصطناعي",
        "مولد بالذكاء الاصطناعي", "صورة معدلة", "فيديو معدل", "معدل", "محتوى معدل", "قديم", "اشاعة", "إشاعة", "شائعة",
        "توضيح", "رأي", "انتقائي", "إثارة", "مبالغ فيه", "خرافة",
        "Distorts the facts", "Spin", "Spins the facts", "Cherry picks", "Full flop", "Half flop", "No flop",
        "Miscaptioned", "Mislabeled", "Misrepresented", "Misinterpreted", "Deepfake", "Digitally altered",
        "Not the whole story", "Context needed", "Oversimplified", "Manipulé", "Altéré", "Contexte manquant",
        "Descontextualizado", "Manipulado", "Imagen manipulada", "Distorcido", "Descontextualizada", "Exagerado",
        "Impreciso", "Decontestualizzato", "Manipolato", "Esagerato", "Kontext fehlt", "Aus dem Kontext gerissen",
        "Übertrieben", "Verdreht", "Uit context", "Ontbrekende context", "Manglende kontekst", "Misvisende",
        "Vildledende", "Villedende", "Missvisande", "Harhaanjohtava", "Manipulacja", "Wprowadza w błąd",
        "Zmanipulowane", "Zavádějící", "Zavádzajúce", "Manipulace", "Obmanjujuće", "Manipulacija",
        "Manipuliranje činjenicama", "Pogrešno predstavljanje", "Zavajajoče", "Félrevezető", "Manipuláció",
        "Înșelător", "Trunchiat", "Подвеждащо", "Манипулация", "Маніпуляція", "Вводить в оману", "Перекручено",
        "Παραπλανητικό", "Παραποιημένο", "Çarpıtma", "Bağlamından koparılmış", "Montaj", "მანიპულაცია",
        "შეცდომაში შემყვანი", "گمراه‌کننده", "گمراہ کن", "מטעה", "מוטה", "מניפולציה", "भ्रामक दावा", "संदर्भ से बाहर",
        "বিভ্রান্তিকর", "বিকৃত", "தவறாக வழிநடத்துவது", "Mengelirukan", "Menyesatkan publik", "Nakaliligaw",
        "Gây hiểu lầm", "บิดเบือน", "誤導", "误导", "斷章取義", "断章取义", "移花接木", "事實釐清",
        "ミスリード", "ミスリーディング", "왜곡", "과장",
        "Inapotosha",
    ),
}  # fmt: skip

# Where there are no words, a number that stands exactly on one of five steps from worst to best (Google's guideline:
# 1 is false, 5 is true, of 5). Where there are words, the number says nothing: of 54 rows of one desk, six call "False"
# what their number has as the best.
STEPS: Final = {0.0: "false", 0.25: "mostly_false", 0.5: "mixture", 0.75: "mostly_true", 1.0: "true"}
# schema.org's own: what holds where a scale does not say its ends.
DEFAULT_WORST, DEFAULT_BEST = 1.0, 5.0
_ENDS: Final = {"true": 1.0, "false": 0.0}

NO_EQUAL: Final = "rating: these words have no equal among ours, so `other`"
UNKNOWN: Final = "rating: these words are not in the table, so `other`"
CONTRADICTED: Final = "rating: the number says the opposite of the words, which are taken"
NOTHING: Final = "rating: neither words nor a number on one of five steps, so `other`"
BY_NUMBER: Final = "rating: there are no words, so by its number"


def folded(words: str) -> str:
    """The words as they are compared: without case, punctuation, Arabic vowel signs and extra space."""
    return " ".join(folding.fold(words).words_only.split())


_RATINGS: Final = {folded(words): rating for rating, all_of in TABLE.items() for words in all_of}


class Rated(NamedTuple):
    rating: str
    why: str | None
    """What there is to note, in the same words each time."""


def rate(
    label: str | None,
    value: float | None = None,
    best: float | None = None,
    worst: float | None = None,
    added: Mapping[str, str] | None = None,
) -> Rated:
    """Which of our ratings of the scheme `claimreview` it is; `own`: additions to the table, by folded words."""
    share = _share(value, best, worst)
    words = folded(label or "")
    if not words:
        rating = STEPS.get(share) if share is not None else None
        return Rated(rating, BY_NUMBER) if rating else Rated("other", NOTHING)
    if added and words in added:
        return Rated(added[words], None)
    if words not in _RATINGS:
        return Rated("other", UNKNOWN)
    rating = _RATINGS[words]
    if rating == "other":
        return Rated(rating, None if words == "other" else NO_EQUAL)
    opposite = rating in _ENDS and share == 1 - _ENDS[rating]
    return Rated(rating, CONTRADICTED if opposite else None)


def _share(value: float | None, best: float | None, worst: float | None) -> float | None:
    """How far from worst (0) to best (1), also on a scale that is upside down; None: off the scale, or no scale."""
    if value is None:
        return None
    best = DEFAULT_BEST if best is None else best
    worst = DEFAULT_WORST if worst is None else worst
    share = (value - worst) / (best - worst) if best != worst else -1.0
    return share if 0 <= share <= 1 else None
