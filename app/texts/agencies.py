"""The news agencies whose credits are looked for, and the names that they go by in texts."""

from typing import Final, NamedTuple


class Agency(NamedTuple):
    """What one agency is called."""

    name: str
    """As its source is called where there is none yet."""
    aliases: tuple[str, ...] = ()
    """Stored with it: each is nobody else's name."""
    forms: tuple[str, ...] = ()
    """What else texts call it: other cases, and short names that others bear, too."""


AGENCIES: Final = (
    Agency("Associated Press", ("AP", "Ассошиэйтед Пресс", "أسوشيتد برس", "美联社", "AP通信"), ("أسوشييتد برس", "أ ب")),
    Agency(
        "Agence France-Presse",
        ("AFP", "Франс Пресс", "Франс-Пресс", "وكالة فرانس برس", "法新社", "AFP通信"),
        ("АФП", "France-Presse", "فرانس برس", "أ ف ب", "ا ف ب", "أ.ف.ب"),
    ),
    Agency(
        "Reuters",
        ("Рейтер", "Рейтерс", "رويترز", "路透社", "ロイター"),
        ("REUTERS", "Thomson Reuters", "Рейтера", "Рейтеру", "ロイター通信"),
    ),
    Agency("United Press International", ("UPI", "合众国际社"), ("ЮПИ",)),
    Agency("Bloomberg", ("Bloomberg News", "Блумберг", "彭博社"), ("بلومبرغ",)),
    Agency("dpa", ("Deutsche Presse-Agentur", "德新社"), ("DPA", "Deutschen Presse-Agentur", "дпа", "ДПА")),
    Agency("EFE", ("Agencia EFE", "埃菲社"), ("Efe", "ЭФЭ")),
    Agency("Europa Press"),
    Agency("ANSA", ("Agenzia ANSA", "安莎社"), ("Ansa", "АНСА")),
    Agency("Lusa", ("Agência Lusa",), ("LUSA",)),
    Agency("Belga", ("Agence Belga",), ("BELGA",)),
    Agency("Keystone-ATS", ("Agence télégraphique suisse",), ("ATS", "ats", "Keystone-SDA", "SDA")),
    Agency("Austria Presse Agentur", (), ("APA",)),
    Agency("Algemeen Nederlands Persbureau", (), ("ANP",)),
    Agency("Polska Agencja Prasowa", (), ("PAP", "Polskiej Agencji Prasowej", "ПАП")),
    Agency("ČTK", ("Česká tisková kancelář",), ("CTK",)),
    Agency("Magyar Távirati Iroda", (), ("MTI",)),
    Agency("Agerpres", ("AGERPRES",)),
    Agency("Tanjug", ("Танјуг",), ("Tanjuga", "TANJUG")),
    Agency("Tidningarnas Telegrambyrå", ("TT Nyhetsbyrån",), ("TT",)),
    Agency("Norsk Telegrambyrå", (), ("NTB",)),
    Agency("Ritzau"),
    Agency("Suomen Tietotoimisto", (), ("STT",)),
    Agency("Baltic News Service", (), ("BNS",)),
    Agency("Press Association", ("PA Media",)),
    Agency("Canadian Press", ("La Presse canadienne", "The Canadian Press")),
    Agency("Australian Associated Press", (), ("AAP",)),
    Agency("TASS", ("ТАСС", "ITAR-TASS", "ИТАР-ТАСС", "塔斯社", "タス通信"), ("تاس",)),
    Agency(
        "RIA Novosti",
        ("РИА Новости", "РІА Новини", "俄新社"),
        ("RIA", "РИА «Новости»", 'РИА "Новости"', "РИА НОВОСТИ"),
    ),
    Agency("Sputnik", (), ("Спутник",)),
    Agency(
        "Interfax",
        ("Интерфакс", "Інтерфакс", "国际文传电讯社"),
        ("INTERFAX.RU", "INTERFAX", "ИНТЕРФАКС", "Интерфакса", "Интерфаксу", "Интерфаксом"),
    ),
    Agency(
        "Interfax-Ukraine",
        ("Интерфакс-Украина", "Інтерфакс-Україна"),
        ("ИНТЕРФАКС-УКРАИНА", "ІНТЕРФАКС-УКРАЇНА", "Інтерфаксу-Україна"),
    ),
    Agency("Ukrinform", ("Укрінформ", "Укринформ"), ("Укрінформу", "Укрінформом", "Укринформу", "УКРІНФОРМ")),
    Agency("UNIAN", ("УНИАН", "УНІАН")),
    Agency("Ukrainian News Agency", ("Українські новини",)),
    Agency("BelTA", ("БелТА", "БЕЛТА"), ("BELTA", "БелТа")),
    Agency("Anadolu", ("Anadolu Agency", "Anadolu Ajansı", "Анадолу", "الأناضول", "阿纳多卢通讯社"), ("AA",)),
    Agency("IRNA", ("ИРНА", "伊通社"), ("إرنا",)),
    Agency("WAFA", ("وكالة وفا",), ("وفا",)),
    Agency("Syrian Arab News Agency", (), ("SANA", "САНА", "سانا")),
    Agency("Middle East News Agency", ("وكالة أنباء الشرق الأوسط",)),
    Agency("Saudi Press Agency", (), ("واس",)),
    Agency("Xinhua", ("新华社", "新華社", "Синьхуа", "Сіньхуа", "شينخوا"), ("XINHUA", "Chine nouvelle")),
    Agency("China News Service", ("中新社", "中国新闻社")),
    Agency("Kyodo", ("Kyodo News", "共同通信", "共同社"), ("共同",)),
    Agency("Jiji Press", ("時事通信",), ("Jiji", "時事")),
    Agency("Yonhap", ("Yonhap News Agency", "연합뉴스", "韩联社", "Ёнхап")),
    Agency("KCNA", ("조선중앙통신", "朝中社", "ЦТАК")),
    Agency("Press Trust of India", (), ("PTI",)),
    Agency("Asian News International", (), ("ANI",)),
    Agency("Antara", ("ANTARA",)),
)
BY_NAME: Final = {agency.name: agency for agency in AGENCIES}
