"""Who speaks by an office or a trade: people of whom a description tells no more, and bodies that every country has.

As `description_words`, and of Hebrew and Chinese, too. Of countries and their adjectives the beginnings are listed.
"""

from typing import Final

# People by what they are or do: many of them.
PEOPLE: Final = """
inhabitants sicherheitskreise sicherheitskreisen regierungskreise regierungskreisen ermittlerkreise militärkreise
diplomatenkreise kreise kreisen eingeweihte officials experts doctors medics paramedics physicians nurses
analysts specialists rescuers firefighters relatives soldiers troops workers employees protesters demonstrators
passengers neighbours neighbors students teachers parents scientists researchers observers critics politicians
diplomats lawyers spokespeople spokesmen spokespersons volunteers refugees survivors victims villagers insiders
authorities responsables médecins soignants secouristes pompiers analystes spécialistes soldats fonctionnaires
employés manifestants passagers voisins étudiants enseignants scientifiques chercheurs observateurs avocats
bénévoles réfugiés survivants victimes villageois autorités beamte experten ärzte mediziner analysten fachleute
rettungskräfte feuerwehrleute angehörige soldaten mitarbeiter demonstranten passagiere nachbarn studenten
wissenschaftler forscher beobachter politiker diplomaten anwälte freiwillige flüchtlinge überlebende behörden
funcionarios expertos médicos analistas especialistas rescatistas bomberos familiares soldados empleados
manifestantes pasajeros estudiantes científicos investigadores observadores políticos diplomáticos abogados
voluntarios refugiados supervivientes víctimas autoridades funzionari esperti medici analisti specialisti
soccorritori parenti soldati dipendenti manifestanti passeggeri studenti insegnanti scienziati ricercatori
osservatori politici diplomatici avvocati volontari rifugiati sopravvissuti vittime autorità funcionários
passageiros vizinhos estudantes cientistas pesquisadores advogados voluntários sobreviventes urzędnicy eksperci
lekarze medycy analitycy specjaliści ratownicy strażacy krewni żołnierze pracownicy protestujący pasażerowie
sąsiedzi studenci naukowcy badacze obserwatorzy politycy dyplomaci prawnicy wolontariusze uchodźcy ofiary władze
yetkililer uzmanlar doktorlar analistler askerler çalışanlar göstericiler yolcular komşular öğrenciler
araştırmacılar gözlemciler siyasetçiler diplomatlar avukatlar gönüllüler mülteciler görevliler gazeteciler чиновники
эксперты врачи медики аналитики специалисты спасатели пожарные родственники солдаты сотрудники протестующие
пассажиры соседи студенты ученые исследователи наблюдатели критики политики дипломаты адвокаты волонтеры беженцы
выжившие пострадавшие активисты журналисты власти посадовці експерти лікарі аналітики фахівці рятувальники пожежники
родичі солдати працівники протестувальники пасажири сусіди студенти науковці дослідники спостерігачі політики
дипломати адвокати волонтери біженці потерпілі активісти журналісти مسؤولون مسؤولين خبراء أطباء مسعفون مسعفين محللون
محللين مختصون أقارب جنود موظفون متظاهرون محتجون ركاب جيران طلاب علماء باحثون مراقبون سياسيون دبلوماسيون محامون
متطوعون لاجئون ناجون ضحايا صحفيون صحافيون سلطات مقامات مسئولان کارشناسان پزشکان تحلیلگران امدادگران سربازان کارکنان
معترضان مسافران دانشجویان دانشمندان پژوهشگران ناظران سیاستمداران داوطلبان پناهجویان بازماندگان قربانیان فعالان
خبرنگاران источника источниками чиновника эксперта очевидца очевидцев свидетеля свидетелей врача врачей экспертов
чиновников посадовця посадовців експерта експертів очевидця очевидців свідка лікаря лікарів beamten
regierungsvertreter augenzeugenberichte witnesses eyewitnesses residents locals bystanders civilians citizens
reporters journalists activists veterans agents aides advisers advisors ministers lawmakers senators commanders
fighters pilots prosecutors investigators detectives policemen officers guards guardsmen servicemen clerks témoins
habitants habitantes riverains riveraines voisines infirmières infirmiers ambulanciers policiers militaires
enquêteurs magistrats conseillers expertes civils citoyens journalistes militants proches officiels zeugen zeuginnen
augenzeugen augenzeuginnen anwohner anwohnern anwohnerinnen einwohner einwohnern einwohnerinnen bewohner bewohnern
bewohnerinnen ärztinnen ärzten expertinnen beamtinnen polizisten polizistinnen sanitäter sanitätern ermittler
ermittlern soldatinnen nachbarinnen krankenschwestern regierungsbeamte regierungsvertretern behördenvertreter
behördenvertretern militärs vertreter journalisten aktivisten bürger zivilisten testigos vecinas vecinos residentes
doctores doctoras médicas enfermeras enfermeros funcionarias policías militares agentes fiscales investigadoras
abogadas periodistas activistas civiles ciudadanos oficiales asesores testimoni residenti abitanti dottori
infermieri infermiere poliziotti militari agenti inquirenti giornalisti attivisti cittadini testemunhas moradores
moradoras enfermeiras funcionárias policiais jornalistas ativistas cidadãos autarcas oficiais świadkowie świadków
świadkom świadkami mieszkańcy mieszkańców mieszkańcom mieszkanki urzędników urzędnikom lekarzy lekarki pielęgniarki
policjanci policjantów żołnierzy wojskowi sąsiadki dziennikarze aktywiści obywatele cywile przedstawiciele oficjele
tanıklar tanıkları sakinler sakinleri yetkilileri görevlileri uzmanları askerleri hemşireler polisler subaylar
vatandaşlar очевидцы очевидцам очевидцами свидетели свидетелям свидетелями свидетельницы жители жителей жителям
жителями жительницы чиновникам чиновниками экспертам экспертами врачам врачами медсестры медсёстры медиков солдат
соседей соседки сотрудников сотрудницы военные военных полицейские полицейских следователи официальные должностные
представители представителей граждане военнослужащие источники спасателей прокуроры депутаты советники очевидці
очевидцям очевидцями свідки свідків свідкам свідками свідкині очевидиці жителі жителів жительки мешканці мешканців
мешканцям мешканками мешканки посадовцям посадовцями чиновників чиновниці експертам лікарям лікарки медсестри
сусідів сусідки працівників військові військових поліцейські поліцейських слідчі представники представників
громадяни військовослужбовці рятувальників посадовиці прокурори депутати радники شهود مسؤولات طبيبات مواطنون مواطنين
سكان أهالي عسكريون عسكريين ضباط ممرضات شرطيون دبلوماسيين ناشطون شاهدان شاهدین ساکنان اهالی شهروندان نظامیان افسران
پرستاران دیپلمات‌ها مقام‌های مقامهای پزشکها פקידים פקידות גורמים בכירים עדים עדות עדי תושבים תושבות תושבי רופאים
רופאות מומחים מומחיות חיילים חיילות שוטרים קצינים דיפלומטים אזרחים עיתונאים פעילים חובשים כבאים שכנים מקורות דוברים
עובדים נציגים
"""

# The same, one of them.
PERSONS: Final = """
official expert doctor medic paramedic physician nurse analyst specialist rescuer firefighter relative soldier
worker employee protester passenger neighbour neighbor student teacher scientist researcher observer politician
diplomat lawyer spokesman spokeswoman spokesperson volunteer refugee survivor villager insider eyewitness resident
reader viewer responsable médecin secouriste pompier soldat fonctionnaire voisin habitant riverain témoin avocat
experte arzt ärztin sprecher sprecherin beamter zeuge zeugin augenzeuge anwohner funcionario experto médico portavoz
soldado testigo vecino abogado funzionario esperto medico portavoce soldato testimone residente funcionário
especialista testemunha morador urzędnik ekspert lekarz rzecznik żołnierz świadek mieszkaniec yetkili uzman doktor
sözcü asker tanık чиновник эксперт врач медик представитель представительница очевидец свидетель свидетельница
житель жительница солдат посадовець експерт лікар речник речниця очевидець свідок мешканець мешканка مسؤول خبير طبيب
متحدث جندي مقام کارشناس پزشک سخنگو bystander civilian citizen reporter journalist activist veteran agent aide
adviser advisor policeman policewoman officer guard serviceman lawmaker habitante riveraine voisine avocate
infirmière infirmier policier policière militaire enquêteur officiel conseiller journaliste civil augenzeugin
anwohnerin einwohner einwohnerin bewohner bewohnerin expertin beamtin polizist polizistin sanitäter sanitäterin
ermittler soldatin nachbar nachbarin krankenschwester regierungsbeamter regierungsvertreter behördenvertreter
vertreter vertreterin journalistin aktivist mediziner vecina doctora médica enfermera enfermero funcionaria experta
policía militar agente fiscal abogada periodista oficial abitante dottore dottoressa infermiera infermiere
poliziotto militare esperta avvocato vicino vicina moradora enfermeira enfermeiro funcionária policial perito
vizinho vizinha advogada mieszkanka lekarka pielęgniarka urzędniczka policjant policjantka wojskowy sąsiad sąsiadka
przedstawiciel przedstawicielka sakin hemşire polis subay görevli gazeteci vatandaş komşu очевидица чиновница
медсестра сотрудник сотрудница сосед соседка военный полицейский следователь военнослужащий гражданин гражданка
очевидиця свідкиня жителька лікарка посадовиця чиновниця сусід сусідка працівник працівниця військовий поліцейський
слідчий представник представниця військовослужбовець شاهد شاهدة مسؤولة طبيبة خبيرة مواطن مواطنة ضابط شرطي ممرضة
عسكري ساکن شهروند افسر پرستار دیپلمات פקיד פקידה גורם בכיר עד עדה תושב תושבת רופא רופאה מומחה מומחית חייל חיילת שוטר
שוטרת קצין אזרח עיתונאי
"""

# Whoever lives somewhere, wherever that is: «жители Киева», `Residents of Kherson`.
RESIDENTS: Final = """
residents locals inhabitants bystanders habitants habitantes riverains riveraines einwohner einwohnern bewohner
bewohnern anwohner vecinos vecinas abitanti residenti moradores moradoras mieszkańcy mieszkańców жители жителей
жителям мешканці мешканців жителі жителів سكان أهالي ساکنان اهالی תושבי
"""

# Of these those who speak for a body: which of them spoke is not told, and each may be another.
IN_OFFICE: Final = """
official officials spokesman spokeswoman spokesperson spokesmen spokespeople spokespersons authorities insider
insiders aide aides adviser advisers diplomat diplomats minister ministers lawmakers prosecutors investigators
responsable responsables officiel officiels autorités fonctionnaire fonctionnaires diplomates conseillers beamte
beamten beamter beamtin sprecher sprecherin regierungsvertreter regierungsvertretern regierungsbeamte
regierungsbeamter behörden behördenvertreter diplomaten vertreter ermittler funcionario funcionaria funcionarios
funcionarias portavoz autoridades diplomáticos oficiales fiscales funzionario funzionari portavoce autorità
diplomatici funcionário funcionários urzędnik urzędniczka urzędnicy urzędników rzecznik rzeczniczka władze dyplomaci
przedstawiciel przedstawiciele oficjele yetkili yetkililer yetkilileri sözcü sözcüsü görevliler diplomatlar чиновник
чиновница чиновники чиновников чиновника власти дипломаты представитель представительница представители официальные
должностные посадовець посадовиця посадовці посадовців посадовця влада речник речниця дипломати представник
представники مسؤول مسؤولة مسؤولون مسؤولين سلطات متحدث دبلوماسيون مقام مقامات مقام‌های مسئولان سخنگو פקיד פקידה פקידים
גורם גורמים בכיר בכירים דובר דוברת רשויות
"""

# Where what somebody is stands last, with whom he belongs to before: `Pentagon officials`, `ABD'li yetkililer`.
AT_THE_END: Final = """
officials experts doctors medics paramedics physicians nurses analysts specialists rescuers firefighters relatives
soldiers troops workers employees protesters demonstrators passengers neighbours neighbors students teachers parents
scientists researchers observers critics politicians diplomats lawyers volunteers refugees survivors victims villagers
insiders witnesses eyewitnesses residents locals bystanders civilians citizens reporters journalists activists
veterans agents aides advisers advisors ministers lawmakers senators commanders fighters pilots prosecutors
investigators detectives policemen officers guards guardsmen servicemen sources yetkililer yetkilileri uzmanlar
uzmanları doktorlar askerler askerleri tanıklar tanıkları sakinler sakinleri görevliler görevlileri diplomatlar
gazeteciler polisler subaylar
"""
ONE_AT_THE_END: Final = """
official expert doctor medic paramedic nurse analyst rescuer firefighter soldier worker employee passenger neighbour
neighbor diplomat lawyer resident eyewitness bystander civilian reporter journalist policeman policewoman serviceman
villager yetkili yetkilisi uzman doktor asker tanık sakini
"""

# How the names of countries and their adjectives begin; and sides that are called by where they are.
COUNTRIES: Final = """
ukrain ucrain ucran russ ruso rusa rusk rosyj americ amerik ameryk estadounidens statunitens brit israel izrael israil
palest filist iran irani syri siri suriye liban leban lubnan libanes chines kitaj chiń cinese çin french français
franz franc fransız german deutsch allemand aleman tedesc niemiec alman polish polni polac poln polon polsk turk turc
turco türk ital spani spanis españ belarus bielorus bialorus biélorus georg gruz armen ermen azer kazak kasach moldov
moldaw iraq irak afghan afgan pakist indian indisch indien egypt ägypt egipt egizi mısır saud jemen yemen yémen qatar
katar jordan jordán ürdün libya liby libij sudan ethiop äthiop éthiop etiop kenya keni nigeri japan japon giappon
korea korean coré taiwan venezuel mexic mexik meksyk brazil brasil colomb kolumb argent europ avrup western occident
westlich zachodn batılı arab kiew kyiv kiev donezk donetsk donbas crim krim украин украї росси россий росій америк
британ англи англій израил ізраїл палест иран іран сири сирій ливан ліван китай франц немец німец німе герман польс
поляк турец турк грузин армян вірмен азерб казах белорус білорус молд ирак ірак афган пакист индий індій египет єгипет
сауд катар йемен єменс иордан япон коре европ європ запад захід московск киевск київськ донецк донецьк луганс крым
крим أمريك امريك أميرك بريطان روس أوكران اوكران إسرائيل فلسطين إيران سوري لبنان عراق مصري سعودي يمني قطري أردن ترك
فرنس ألمان صين هندي باكستان أفغان ليبي سودان أوروب غربي عرب آمریک اوکراین اسرائیل اسراییل فلسطین ایران سوری انگلیس
بریتانیا فرانس آلمان چین ترک اروپا غربی אמריק רוס אוקראינ ישראל פלסטינ איראנ סורי לבנונ בריט צרפת גרמנ סינ טורק מצר
סעוד עיראק תימנ קטר ירדנ אירופ מערב ערב
"""
SIDES: Final = "us usa u s uk eu un uno nato onu ue otan abd ab bm uae сша фрг снг ес нато оон єс أمريكا ארהב"

# Bodies and offices of which every country has one or a few: alone they tell not which. Each whole, between semicolons.
OF_A_COUNTRY: Final = """
police; military; army; armed forces; air force; navy; government; parliament; president; prime minister;
security forces; security services; emergency services; rescue services; rescue service; emergency service;
border guards; border guard; coast guard; intelligence; intelligence services; opposition; policiers; armée;
militaires; forces armées; gouvernement; parlement; président; premier ministre; forces de sécurité; secours;
services de secours; polizei; militär; armee; streitkräfte; regierung; parlament; präsident; ministerpräsident;
sicherheitskräfte; rettungsdienst; rettungsdienste; katastrophenschutz; feuerwehr; policía; ejército; militares;
fuerzas armadas; gobierno; parlamento; presidente; primer ministro; fuerzas de seguridad; servicios de emergencia;
polizia; esercito; militari; forze armate; governo; protezione civile; forze di sicurezza; polícia; exército;
forças armadas; primeiro ministro; forças de segurança; policja; wojsko; armia; siły zbrojne; rząd; prezydent;
premier; służby ratunkowe; służby; straż pożarna; polis; ordu; silahlı kuvvetler; hükümet; meclis; cumhurbaşkanı;
başbakan; güvenlik güçleri; полиция; милиция; военные; армия; вооруженные силы; правительство; парламент; президент;
премьер министр; силовики; спасательные службы; экстренные службы; спецслужбы; разведка; поліція; міліція;
військові; військо; армія; збройні сили; уряд; премєр міністр; рятувальні служби; екстрені служби; спецслужби;
розвідка; شرطة; جيش; قوات المسلحة; قوات مسلحة; حكومة; برلمان; رئيس; رئيس الوزراء; قوات الأمن; أجهزة الأمنية;
دفاع المدني; پلیس; ارتش; نیروهای مسلح; دولت; رئیس جمهور; نخست وزیر; نیروهای امنیتی; משטרה; צבא; ממשלה; נשיא;
ראש הממשלה; כוחות הביטחון; כוחות ההצלה
"""
OF_A_PLACE: Final = """
ministry; hospital; hospitals; court; governor; mayor; minister; municipality; city council; city hall; town hall;
council; embassy; consulate; university; school; prosecutor; prosecutors; prosecutors office; prosecutor s office;
fire department; fire brigade; fire service; company; airline; spokesman; spokeswoman;
spokesperson; ministère; hôpital; tribunal; gouverneur; maire; mairie; ministre; ambassade; parquet; pompiers;
compagnie; entreprise; porte parole; ministerium; krankenhaus; klinik; gericht; bürgermeister; bürgermeisterin;
ministerin; botschaft; staatsanwaltschaft; stadtverwaltung; unternehmen; sprecher; sprecherin; ministerio;
gobernador; gobernadora; alcalde; alcaldesa; alcaldía; ayuntamiento; ministro; ministra; embajada; fiscalía;
bomberos; empresa; portavoz; ministero; ospedale; tribunale; governatore; sindaco; prefetto; procura; comune;
ambasciata; vigili del fuoco; portavoce; ministério; governador; prefeito; prefeitura; câmara municipal; embaixada;
promotoria; porta voz; ministerstwo; szpital; sąd; gubernator; burmistrz; prezydent miasta; wojewoda; ambasada;
prokuratura; rzecznik; bakanlık; hastane; mahkeme; valilik; belediye; belediye başkanı; bakan; büyükelçilik;
savcılık; sözcü; министерство; больница; суд; губернатор; мэр; мэрия; министр; посольство; прокуратура;
городские власти; администрация; пресс служба; пресс секретарь; компания; міністерство; лікарня; мер; мерія;
міністр; адміністрація; пресслужба; компанія; وزارة; مستشفى; محكمة; محافظ; حاكم; عمدة; وزير; بلدية; سفارة; نيابة;
نيابة العامة; متحدث; شركة; وزارتخانه; بیمارستان; دادگاه; استاندار; شهردار; شهرداری; وزیر; سفارت; دادستان; دادستانی;
سخنگو; משרד; בית החולים; בית חולים; בית משפט; בית המשפט; מושל; ראש העיר; עירייה; שר; שגרירות; פרקליטות; דובר
"""

# Adjectives and articles that say no more of which body it is.
ANY_OF_THEM: Final = """
the a an local regional provincial la le les l une un locale locaux régional régionale
die der das den dem ein eine örtliche örtlicher lokale el los las una il lo i gli o os as um uma lokalna lokalny
miejscowa yerel bir местная местный местное региональный местные місцева місцевий місцеве місцеві
محلية محلي محلی
"""

# What descriptions end with in Chinese.
CHINESE: Final = """
官员 官員 目击者 目擊者 居民 村民 消息人士 知情人士 人士 消息来源 专家 專家 医生 醫生 医护人员 护士 士兵 军人 记者 網友
网友 网民 用户 学者 分析师 外交官 警察 警官 工作人员 救援人员 消防员 市民 民众 平民 幸存者 家属 乘客 邻居 学生 志愿者
"""
CHINESE_OF_A_COUNTRY: Final = "警方 警察 军方 军队 政府 议会 总统 总理 当局 安全部队"
CHINESE_OF_A_PLACE: Final = "医院 法院 市长 省长 州长 部长 大使馆 检察院 公司 消防部门 发言人"
