"""The words of which descriptions of nobody are made, of twelve languages, each class by itself: see `descriptions`.

Written as they are written; case, accents and the Arabic article do not matter. Word forms are listed, not derived.
"""

from typing import Final

# Sites where anybody may post, and what they are called in other scripts.
PLATFORMS: Final = """
facebook facebooka facebooku facebookie fb meta instagram instagrama instagramie twittera twitterze telegrama
telegramie tiktoka insta twitter x tiktok youtube telegram whatsapp viber vk vkontakte odnoklassniki reddit threads
snapchat linkedin pinterest discord bluesky mastodon weibo wechat line truth gab rumble odysee zalo kakaotalk фейсбук
фейсбука фейсбуке фейсбуку фб инстаграм инстаграма инстаграме инстаграмі твиттер твиттера твиттере твітер твітері
тикток тиктока тиктоке тіктоку тікток ютуб ютуба ютубе ютубі телеграм телеграма телеграме телеграмі телеграмм вконтакте
вк одноклассники одноклассниках вотсап ватсап вайбер فيسبوك فايسبوك الفيسبوك انستغرام إنستغرام انستجرام تويتر إكس
تيكتوك يوتيوب تيليجرام تليجرام تلغرام تيليغرام واتساب فیسبوک اینستاگرام توییتر ایکس تیک‌تاک یوتیوب تلگرام واتساپ
واتس‌اپ فيس بوك تيك توك تیک تاک واتس telegramda twitterda تلگرامی اینستاگرامی توییتری فیسبوکی یوتیوبی واتساپی
facebooktaki whatsappie tiktoku youtubie instagramda
"""

# Those who post and what they post, and places to post in: many of them; and what nobody signs.
PLURALS: Final = """
posts users sites websites pages channels accounts groups profiles blogs bloggers sources videos photos images tweets
reels memes messages screenshots clips publications netizens outlets portals forums apps platforms networks individuals
authors witnesses eyewitnesses residents locals readers viewers followers subscribers commenters influencers activists
journalists strangers perpetrators hackers bots trolls links emails letters audios recordings rumours rumors claims
stories articles quotes utilisateurs utilisatrices internautes comptes chaînes groupes profils blogueurs vidéos réseaux
personnes auteurs témoins habitants riverains plateformes partages rumeurs abonnés militants journalistes influenceurs
inconnus anonymes beiträge postings nutzer nutzerinnen user seiten webseiten internetseiten kanäle konten gruppen
profile quellen bilder fotos nachrichten netzwerke netzwerken medien personen menschen autoren zeugen augenzeugen
anwohner portale plattformen foren artikel gerüchte täter leute unbekannte sharepics kettenbriefe publicaciones
usuarios usuarias internautas sitios páginas canales cuentas grupos perfiles blogueros fuentes vídeos imágenes mensajes
redes medios personas autores testigos vecinos plataformas foros tuits artículos rumores cadenas portales activistas
periodistas desconocidos anónimos webs utenti siti pagine canali account gruppi profili fonti video immagini foto
messaggi reti persone autori testimoni residenti piattaforme forum tweet articoli internauti pubblicazioni sconosciuti
anonimi catene publicações postagens usuários utilizadores canais contas perfis blogueiros fontes imagens mensagens
mídias pessoas testemunhas moradores fóruns tuítes correntes desconhecidos anônimos boatos portais posty użytkownicy
użytkowników strony stron kanały konta grupy blogerzy źródła źródeł filmy zdjęcia wiadomości sieci osoby autorzy
świadkowie mieszkańcy platformy fora tweety artykuły internauci internautów serwisy wpisy nieznani mediach mediów
społecznościowe gönderiler gönderileri paylaşımlar paylaşımları kullanıcılar kullanıcıları siteler siteleri sayfalar
sayfaları kanallar kanalları hesaplar hesapları gruplar grupları kaynaklar videolar fotoğraflar görseller mesajlar
ağlar kişiler tanıklar haberler platformlar iddialar посты постов публикации публикаций пользователи пользователей
пользователями юзеры сайты сайтов страницы страниц каналы каналов аккаунты аккаунтов группы групп паблики пабликов
профили блогеры блогеров источники источников видео фото фотографии изображения сообщения сети сетях сетей соцсети
соцсетей соцсетях сми люди лица авторы очевидцы свидетели жители платформы форумы твиты статьи ресурсы телеграмканалы
неизвестные анонимы рассылки слухи интернетпользователи дописи дописів дописах публікації публікацій користувачі
користувачів сайти сайтів сторінки сторінок канали каналів акаунти акаунтів групи груп пабліки пабліків профілі блогери
блогерів джерела джерел відео світлини зображення повідомлення мережі мережах мереж соцмережі соцмереж соцмережах змі
особи автори очевидці свідки мешканці платформи форуми твіти статті ресурси невідомі аноніми чутки розсилки منشورات
مستخدمون مستخدمين مستخدمو مستخدموا مستخدمي مواقع صفحات قنوات حسابات مجموعات مدونون مدونين ناشطون ناشطين نشطاء مصادر
فيديوهات صور رسائل شبكات وسائل أشخاص شهود سكان منصات تغريدات مقالات أطراف جهات روابط رواد مجهولون مجهولين شائعات مقاطع
کاربران پست‌ها پستهای پست‌های سایت‌ها سایتهای سایت‌های وبسایت‌ها کانال‌ها کانالهای کانال‌های حساب‌ها حسابهای گروه‌ها
گروههای منابع ویدیوها تصاویر عکس‌ها پیام‌ها شبکه‌ها شبکه‌های شبکههای رسانه‌ها رسانه‌های افراد شاهدان ساکنان توییت‌ها
مطالب شایعات وبلاگ‌ها ناشناسان پستها کانالها سایتها شبکه forwards reports rumeur kettenbrief sharepic internauta
internaute netizen łańcuszek łańcuszki świadków посту постах постами соцсетями соцсеть ролики роликов каналах пости
постів соцмережами tanıkları kaynakları mesajları videoları görselleri فضای حساب‌های ویدیوهای عکس‌های médias
"""


# The same, one of them.
SINGULARS: Final = """
post user site website page channel account group profile blog blogger source video photo image tweet reel meme message
screenshot clip publication netizen outlet portal forum network person individual author witness rumour rumor story
article email chain letter app poster media медіа caller sender man woman people persons utilisateur utilisatrice
internaute compte chaîne groupe profil blogueur vidéo réseau média personne auteur individu homme femme beitrag posting
nutzer nutzerin seite webseite internetseite kanal konto gruppe quelle bild foto nachricht netzwerk medium autor mann
frau kettenbrief publicación usuario usuaria internauta sitio página canal cuenta grupo perfil bloguero fuente vídeo
imagen mensaje red persona cadena web hombre mujer utente sito pagina canale gruppo profilo fonte immagine messaggio
rete autore catena publicação postagem usuário utilizador conta blogueiro imagem mensagem rede mídia pessoa corrente
użytkownik strona kanał grupa bloger źródło film zdjęcie wiadomość sieć osoba serwis wpis gönderi paylaşım kullanıcı
kullanıcısı sitesi sayfa sayfası kanalı hesap hesabı grup kaynak fotoğraf görsel mesaj ağ kişi medya пост публикация
пользователь юзер сайт страница канал аккаунт группа паблик профиль блогер источник фото изображение сообщение сеть
соцсеть лицо автор ролик ресурс рассылка телеграмканал человек мужчина женщина допис публікація користувач сторінка
акаунт група паблік профіль джерело зображення повідомлення мережа соцмережа особа людина чоловік жінка منشور مستخدم
موقع صفحة قناة حساب مجموعة مدون ناشط مصدر فيديو صورة رسالة شبكة شخص تغريدة مقطع رجل امرأة کاربر پست سایت وبسایت صفحه
کانال گروه منبع ویدیو تصویر عکس پیام رسانه فرد توییت audio áudio wideo paylaşımı mesajı videosu görseli fotoğrafı
profili ویدیوی аудио аудіо видеоролик відео скриншот скріншот
"""


# Nobody knows who.
UNKNOWN: Final = """
unknown anonymous unidentified unspecified unnamed undisclosed untraceable na none nobody uncredited inconnu inconnue
inconnus inconnues anonyme anonymes indéterminé unbekannt unbekannte unbekannter unbekanntes unbekannten anonym
anonymer anonymen ungenannt namenlos desconocido desconocida desconocidos desconocidas anónimo anónima anónimos
anónimas sconosciuto sconosciuta sconosciuti ignoto ignota ignoti anonimo anonima anonimi desconhecido desconhecida
desconhecidos anônimo anônima anônimos nieznany nieznana nieznani nieznane nieznanych anonim anonimowy anonimowa
anonimowe anonimowi anonimowych bilinmeyen bilinmiyor isimsiz meçhul неизвестный неизвестная неизвестные неизвестных
неизвестно неизвестен неизвестное аноним анонимный анонимная анонимные анонимных анонимно безымянный неустановленный
неустановленные невідомий невідома невідомі невідомих невідомо невідоме анонім анонімний анонімна анонімні анонімних
مجهول مجهولة مجهولون مجهولين مجهولو غير معروف معروفة معلوم معلومة معروفين ناشناس ناشناخته نامعلوم نامشخص someone
somebody jemand alguien qualcuno alguém ktoś birisi хтось неустановленная неустановленных неизвестного неизвестной
безымянная анонимного анонімного анонімне анонімну невстановлений невстановлена невстановлені невстановлене
אנונימי אנונימיים אלמוני bilinmeyenler анонимное неустановленное невстановленого
"""

# How many, never who.
QUANTIFIERS: Final = """
several multiple many various numerous different diverse some other others countless certain few dozens hundreds
thousands plusieurs multiples divers diverses différents différentes différent nombreux nombreuses quelques certains
certaines autres mehrere viele verschiedene zahlreiche einige manche andere unterschiedliche mehreren vielen
verschiedenen varios varias muchos muchas múltiples diversos diversas diferentes numerosos numerosas algunos algunas
otros otras distintos distintas vari varie diversi molti molte numerosi numerose alcuni alcune altri altre più
molteplici differenti vários várias muitos muitas múltiplos múltiplas alguns algumas outros outras różne różni różnych
wiele wielu kilka kilku liczne niektóre niektórzy inne inni birçok çeşitli çok pek bazı farklı muhtelif birkaç diğer
sayıda многие много многочисленные разные различные несколько ряд некоторые другие множество множественные прочие
багато численні різні декілька кілька деякі інші низка чимало عدة عدّة متعددة متعددون مختلفة مختلفون كثيرة العديد عدد
بعض كثير مصادرعدة چندین چند متعدد مختلف بسیاری برخی بعضی عده تعدادی گوناگون
כמה מספר רבים אחדים שני שלושה
"""

# Where they were met: no names, either. With these a single post or user is nobody's name.
SETTINGS: Final = """
social socials viral online internet web circulating widespread shared unverified fake digital anti sociaux sociale
sociales virale virales viraux ligne numérique numériques soziale sozialen sozialer soziales viraler viralen netz línea
red sociali virali rete sociais virais społecznościowe społecznościowych społecznościowy społecznościowa internetowe
internetowa internetowy internetowych internecie sieci sosyal çevrimiçi medya medyada medyası социальные социальных
социальная вирусные вирусный интернет интернета интернете интернетпользователь онлайн сетевые соціальні соціальних
соціальна вірусні вірусний інтернет інтернету інтернеті мережеві اجتماعي اجتماعية الاجتماعي الإجتماعي تواصل التواصل
إنترنت الانترنت الإنترنت متداولة متداول إلكترونية إلكتروني اجتماعی مجازی اینترنت اینترنتی فضای local old edited
doctored manipulated altered forwarded chain rumoured fakes faux fausse fausses falso falsa falsos falsas falsi false
gefälscht gefälschte gefälschtes fałszywe fałszywy fałszywa sahte фейковый фейковая фейковое фейковые фейкові фейковий
поддельные местный местная местное местные місцевий місцева місцеві місцеве вирусное вірусне вірусна wiralowe wiralowy
wiralowa yerel görgü wirusowe lokale lokaler locaux locales locali locais lokalne lokalni محلی محلية محليون عینی عيان
جعلی وهمية مزيفة مزورة منتشر شده منتشرشده вирусная вирусной
senior top ranking high security medical military government hospital health regional western foreign
طبية طبي أمنية أمني حكومية حكومي عسكرية عسكري رسمية رسمي مطلعة
مطلع پزشکی امنیتی دولتی نظامی آگاه
місцевих місцевим місцевими местных местным местными lokalnych lokalnym örtliche örtlicher örtlichen
sache angelegenheit vertraute vertrauten kenntnis konuya konu hakkında bilgi sahibi yakın مطلعون مطلعين الأمر
מקומי מקומית מקומיים מקומיות מעורים בפרטים מעורה ביטחוני ביטחוניים
"""

# Small words, and what adds nothing.
FILLERS: Final = """
a an the of on in at by from to and or via with for across over as is this that such alleged news so called le la les l
un une des du de d sur dans en et ou par aux au avec d'actualité information actualités der die das den dem ein eine
einer eines auf im von vom und oder bei über aus mit el los las una unos unas del por y o e al con lo noticias il i gli
dei degli delle della di da su sui sulle nei nelle sul sulla ed notizie os um uma uns umas do dos em no na nos nas pelo
pela com notícias w we z ze oraz lub od przez za bir ve veya ile üzerinde üzerinden ten kadar haber в во на с со и или
о об от по из через для у новостные новостной з із і та й або про від новинні новинний على في من عن و أو عبر إلى ال
إخبارية إخباري خبري خبرية در از یا به بر روی با را های خبری
"""

# What only a name of a body has.
BODIES: Final = """
ministry ministère ministerium ministerio ministero ministério ministerstwo bakanlığı министерство міністерство وزارة
وزارت association associazione asociación associação stowarzyszenie verein derneği ассоциация асоціація جمعية انجمن
union federation foundation institute institut instituto istituto fundación fondation stiftung fundacja vakfı фонд
фундація institution university université universität universidad università uniwersytet üniversitesi университет
університет جامعة دانشگاه company corporation corp inc ltd llc gmbh ag plc sa srl spa bv oy ab ооо тов оао пао شركة
شرکت council committee commission department office bureau authority agency court bank party club society press
service services police army centre center school laboratory lab alliance coalition league syndicate congress
parliament times herald tribune gazette observatory monitor watch conseil comité direction agence cour banque parti
société presse armée ligue behörde agentur gericht partei gesellschaft polizei armee zentrum bund rat amt consejo
comisión agencia tribunal banco partido sociedad prensa policía ejército centro liga комитет комиссия агентство суд
банк партия общество полиция армия центр союз совет управление служба комітет комісія партія товариство поліція армія
спілка рада управління
"""

# Before such a word stands anyone of a kind.
INDEFINITE: Final = "a an un une ein eine einer una um uma bir"

# What joins two.
AND: Final = "and et und y e i ve и та і و"

# What is written where a name is lacking, whole, each on its line: in tables, by programs, by those who know none.
LACKING: Final = """
null
undefined
empty
missing
deleted
removed
deleted user
deleted account
name withheld
withheld
unavailable
not available
not applicable
not specified
not given
not known
not named
not stated
not disclosed
not identified
no name
no name given
no source
no author
no data
no one
tbd
tba
tbc
to be determined
xxx
n n
aucun
aucune
aucun nom
sans nom
sans objet
non disponible
non applicable
non précisé
non renseigné
non communiqué
pas de nom
personne
néant
kein
keine
keiner
kein name
ohne name
ohne namen
keine angabe
keine angaben
nicht bekannt
nicht verfügbar
nicht angegeben
nicht genannt
niemand
entfällt
ninguno
ninguna
nadie
nulo
sin nombre
sin datos
sin fuente
no disponible
no aplica
no consta
no identificado
no identificada
no especificado
no se sabe
nessuno
nessuna
nessun nome
senza nome
non disponibile
non applicabile
non specificato
non noto
non indicato
nenhum
nenhuma
ninguém
sem nome
sem dados
sem fonte
não disponível
não informado
não se aplica
não identificado
não identificada
não especificado
brak
brak danych
brak nazwy
bez nazwy
bez imienia
nie dotyczy
nie podano
nikt
yok
hiç
adı yok
isim yok
veri yok
belirsiz
belirtilmemiş
mevcut değil
adsız
нет
нет данных
нет имени
без имени
без названия
не указан
не указана
не указано
не известно
не установлен
не установлена
не установлено
не применимо
отсутствует
никто
нема
немає
немає даних
немає імені
без імені
без назви
не вказано
не вказаний
не відомо
не встановлено
не застосовно
відсутній
відсутня
відсутнє
ніхто
لا يوجد
لا أحد
لا شيء
لا ينطبق
بدون اسم
بلا اسم
دون اسم
غير متوفر
غير متاح
غير محدد
غير مذكور
غير معلن
ندارد
هیچ
هیچکس
هیچ کس
بدون نام
بی نام
نامشخص
موجود نیست
ذکر نشده
مشخص نیست
he
she
they
he/she
он
она
они
він
вона
вони
"""
# The same in two letters, of which the second follows a slash or a point.
LACKING_SHORT: Final = "na nd sd sn ka oa bd bn нд бд би"
