"""What describes nobody in particular, and what only looks so."""

import pytest

from app.texts.who import description_words
from app.texts.who.descriptions import describes, is_any_country_s, is_wordless

DESCRIPTIONS = (
    "Facebook users", "Social media users", "multiple sources", "Viral post", "Internautes",
    "Utilisateurs de Facebook", "Mehrere Facebook-Nutzer", "Nutzer sozialer Netzwerke", "Redes sociales",
    "Usuarios de redes sociales", "Utenti Facebook", "Várias fontes", "Usuários do WhatsApp",
    "Użytkownicy Facebooka", "Sosyal medya kullanıcıları", "Пользователи соцсетей", "Разные источники",
    "Телеграм-каналы", "Анонімні телеграм-канали", "مستخدمو فيسبوك", "منشورات على فيسبوك",
    "وسائل التواصل الاجتماعي", "مجهول", "کاربران شبکه‌های اجتماعی", "ناشناس",
    "Several Ukrainian media outlets", "Pro-Kremlin Telegram channels",
    "Posts shared thousands of times on Facebook", "Viral posts in India", "Unknown", "Anonymous", "Various",
    "Publications partagées sur Facebook", "Sites pro-russes", "Неизвестный", "Невідомий", "Ignoto",
    "Nieznany", "Bilinmeyen", "Desconhecido", "Inconnu", "Anonymer Nutzer", "unknown person", "Facebook post",
    "a Telegram channel", "Social media", "Users on X", "TikTok videos", "Bloggers", "Some websites",
    "Varios medios", "WhatsApp messages", "Russian Telegram channels", "Posts auf Facebook",
    "Post su Facebook", "Posty na Facebooku", "Facebook paylaşımları", "مواقع إخبارية", "کانال‌های تلگرام",
    "Неизвестные", "Unidentified individuals", "User",
    # Other forms of the words, adjectives of platforms, what nobody signs, and what begins with a small letter.
    "вирусное видео", "анонимное сообщение", "анонімне джерело", "пости в соцмережах", "местные жители",
    "украинские каналы", "российские СМИ", "низка ЗМІ", "کانال‌های تلگرامی", "کاربران توییتری", "منابع محلی",
    "شهود عيان", "حسابات وهمية", "vidéo virale", "anonyme Quelle", "Kettenbrief", "perfil falso", "fonte anonima",
    "łańcuszek na WhatsAppie", "görgü tanıkları", "TikTok videosu", "áudio de WhatsApp", "pro-government accounts",
    "an old video", "a website", "un blog", "Instagram and Facebook", "someone on Facebook", "Local media",
    # People by what they do, and one of them, in small letters.
    "officials", "Senior officials", "local officials", "experts", "Medical sources", "doctors", "several officials",
    "a spokesman for the mayor", "a senior police official", "a source", "a source in the ministry", "источник",
    "источник в полиции", "представитель мэрии", "эксперты", "власти", "очевидец", "експерти", "مصادر طبية", "خبراء",
    "un témoin", "médecins", "ein Sprecher", "Rettungskräfte", "los expertos", "uzmanlar", "eksperci",
    "четыре источника", "два чиновника", "Regierungsvertreter", "He", "она", "вони",
    # People of a country or a side, whatever language says so, and one of them.
    "NATO sources", "Ukrainische Beamte", "US-Beamte", "Responsables américains", "Funcionarios estadounidenses",
    "urzędnicy amerykańscy", "Amerykańscy urzędnicy", "ABD'li yetkililer", "Украинские чиновники", "Чиновники США",
    "Українські посадовці", "مقامات آمریکایی", "פקידים אמריקאים", "גורמים ישראליים", "美国官员", "Russian soldiers",
    "Kyiv residents", "Residents of Mariupol", "Жители Киева", "سكان غزة",
    "Ministry of Health officials", "US Officials",
    "Posts ON Facebook", "pOSTS ON fACEBOOK", "Sources IN the police",
    "a US official", "US official", "a Kremlin spokesman", "a resident of Kyiv",
    "un responsable ukrainien", "مسؤول أمريكي",
    "очевидец из Киева", "ein Kiewer Arzt", "People familiar with the matter", "People briefed on the US plans",
    "люди, знакомые с ситуацией", "Mit der Sache vertraute Personen", "知情人士",
    # Feminine forms, other cases, other words for the same.
    "eine Augenzeugin", "eine Anwohnerin", "une habitante", "una vecina", "жительница", "місцеві жителі", "Ärztinnen",
    "местных жителей", "очевидцами", "świadków", "شاهدة عيان", "目击者", "多名目击者", "תושבים מקומיים", "当地居民",
    # What stands where a name is lacking.
    "N/A", "n/a", "#N/A", "n.a.", "null", "(none)", "NaN", "nil", "undefined", "[deleted]", "tbd", "Not available",
    "no name", "s/d", "k.A.", "Keine Angabe", "sans nom", "Aucun", "sin datos", "No consta", "nessuno", "sem nome",
    "não informado", "brak danych", "b.d.", "nie podano", "yok", "Belirtilmemiş", "н/д", "Н/Д", "нет данных",
    "Без имени", "немає", "не вказано", "لا يوجد", "غير محدد", "بدون نام", "هیچ‌کس", "N.N.", "xxx",
    # Signs and numbers alone.
    "-", "—", "?", "???", "…", "!!!", "1", "112", "№ 7", "#1", "٣", "2024-05-04", "👍", "(1)", "+", "´",
)  # fmt: skip
NAMES = (
    "Facebook", "Posts and Telegraph Ministry", "Telegram", "X", "The Washington Post",
    "Local News", "Mediazona", "Kanal 7", "Canal Sur", "Grupo Clarín", "The Page",
    "قناة المنار", "کانال اخبار فوری", "Старое радио", "Сайт Кремля", "Источник Новостей", "Bild", "Meta (Facebook)",
    "Users Association of Kenya", "Twitter Inc", "Jan Nowak", "Rybar", "Telegram channel Rybar", "Channel 4",
    "Channel One", "Anonymous Sudan", "Unknown Mortal Orchestra", "Source FM", "The Post", "Media Matters",
    "Facebook Users Against Corruption", "Ministry of Defence", "Ivan Posts", "Social Democratic Party",
    "Народный фронт", "Meta", "Group of Seven", "Doctors Without Borders", "Reporters sans frontières", "Bild",
    "Die Zeit", "El País", "Médecins du Monde", "Human Rights Watch", "Radio Free Europe", "Associated Press",
    "Twitter Safety", "Novaya Gazeta", "Page Six", "Netzpolitik", "VKontakte", "وزارة الدفاع", "قناة الجزيرة",
    "الجزيرة", "Kanal D", "Kyiv Post", "Bellingcat", "Al Jazeera", "Online", "People", "Internet Archive",
    "Web Foundation", "Blogger", "The Sun", "Canal+", "Fuentes Guillermo", "Carlos Fuentes",
    "Daily Mail Online", "Media", "Персона", "John Doe", "Red Cross", "Kanał Zero", "Luis Redes",
    "Andrea Post", "Persons",
    "Kremlin spokesman", "Witness", "A. Mayor", "A. Soldier", "Other OU", "Several DE", "Insider",
    "Ukrainian police", "the Russian army", "National Police",
    "People", "People in Need",
    "People's Deputy", "Officer John Smith", "a resident, Olha Kovalenko", "Mayor of Kyiv", "Bürgermeister Klitschko",
    "State Border Guard Service", "Government Accountability Office", "Polizei Berlin",
    "Hospital Clínic", "Citizens Advice",
    "جيش الإسلام", "עדי כהן", "无国界医生", "新华社", "外交部发言人毛宁", "Human Rights Observers", "МЧС России",
    "Physicians for Human Rights", "National Union of Journalists",
    "Médecins sans frontières", "Врачи без границ", "Представитель МИД", "Власти Москвы", "The Observer", "Эксперт",
    "Expert", "Military Times", "Victims Commissioner", "Student Union of Kenya",
    "1+1", "7x7", "24 Канал", "5G", "Q", "Nan", "Nil", "K. A.", "B.D.", "ND", "Null Island", "Nadie Sabe",
    "None of the Above", "3sat", "2×2", "Empty Quarter News", "Deleted Scenes", "Нет войне", "Yok TV", "Brakel",
)  # fmt: skip


@pytest.mark.parametrize("words", DESCRIPTIONS)
def test_a_description_is_no_name(words: str) -> None:
    assert describes(words) is not None
    assert describes(f"  {words} ") == describes(words.replace(" ", "  ")) == describes(words)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_with_such_words_in_it_is_a_name(name: str) -> None:
    assert describes(name) is None


def test_signs_and_numbers_may_name_a_channel() -> None:
    assert all(map(is_wordless, ("!!!", "112", "-", "№ 7")))
    assert not any(map(is_wordless, ("1+1", "7x7", "N/A", "24 Канал", "н/д")))


BODIES = (
    "police", "the police", "The Police", "Polizei", "die Polizei", "la policía", "la police",
    "policja", "полиция", "поліція",
    "الشرطة", "پلیس", "המשטרה", "警方", "the local police", "military", "army", "the army",
    "government", "el gobierno", "rząd",
    "hükümet", "政府", "президент", "Премьер-министр",
)  # fmt: skip
BODIES_OF_A_PLACE = (
    "the ministry", "the hospital", "l'hôpital", "governor", "Bürgermeister", "the mayor",
    "المستشفى", "医院", "мэрия",
)  # fmt: skip


@pytest.mark.parametrize("name", BODIES + BODIES_OF_A_PLACE)
def test_a_body_of_which_nothing_tells_which_it_is_has_no_name(name: str) -> None:
    assert describes(name) == describes(name.upper()) == "role_only"
    assert is_any_country_s(name) == (name in BODIES)


@pytest.mark.parametrize("words", ["officials", "two officials", "US officials", "a senior official", "מקורות, פקידים"])
def test_who_speaks_for_a_body_is_known_by_his_office_only(words: str) -> None:
    assert describes(words) == "role_only"
    assert describes("an anonymous official") == "anonymous"


@pytest.mark.parametrize("people", ["Refugees", "Doctors", "Witnesses"])
def test_people_with_a_country_s_name_behind_them_in_a_title_have_a_name(people: str) -> None:
    assert describes(f"{people} Libya") is describes(f"{people} Saudi Arabia") is None
    for description in (f"{people} in Libya", f"Libyan {people}", f"{people}, Libya", f"{people.lower()} Libya"):
        assert describes(description) == "group"
    assert describes("Experts Ukrainiens") == "group"


def test_who_is_one_and_who_are_several() -> None:
    assert describes("Unknown") == describes("анонимный автор") == "anonymous"
    for one in ("anonymous user", "A Facebook user", "an unknown account", "ein anonymer Nutzer", "un account anonimo"):
        assert describes(one) == "anonymous"
    assert describes("several anonymous accounts") == describes("Facebook-Nutzer") == "group"
    assert describes("Unknown users") == describes("несколько источников") == "group"


def test_every_language_has_words_of_every_class() -> None:
    """A line of each class for each: who adds a language, adds it to all."""
    for name in ("PLURALS", "SINGULARS", "UNKNOWN", "QUANTIFIERS"):
        words = getattr(description_words, name)
        assert len(words.split()) == len(set(words.split())), f"a word stands twice in {name}"
    for quantifier, many, unknown in zip(
        [
            "several",
            "plusieurs",
            "mehrere",
            "varios",
            "vari",
            "vários",
            "kilka",
            "birçok",
            "многие",
            "багато",
            "عدة",
            "چندین",
        ],
        [
            "posts",
            "internautes",
            "beiträge",
            "cuentas",
            "utenti",
            "contas",
            "wpisy",
            "hesaplar",
            "посты",
            "дописи",
            "منشورات",
            "کاربران",
        ],
        [
            "unknown",
            "inconnu",
            "unbekannt",
            "desconocido",
            "ignoto",
            "desconhecido",
            "nieznany",
            "meçhul",
            "неизвестный",
            "невідомий",
            "مجهول",
            "ناشناس",
        ],
        strict=True,
    ):
        assert describes(f"{quantifier} {many}") == describes(many) == "group"
        assert describes(unknown) is not None
