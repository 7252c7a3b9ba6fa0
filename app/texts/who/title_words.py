"""Titles, ranks and offices that stand before a person's name, beside those that `nameparser` lists: see `titles`.

Written as they are written; case does not matter. Left out is what is a given name, too ("Rey", "Amir", "Imad").
"""

from typing import Final

# Those of which most begin the names of bodies, too, and those that only stand before an office.
NO_PERSON: Final = """
press deputy acting former ex ret retd brig dipl вице пресс прес заместитель заступник бывший бывшая колишній колишня
экс екс ehemaliger ehemalige früherer frühere ancien ancienne prima primer primera primeiro primeira primo były była
eski dışişleri içişleri savunma adalet ראש שר πρώην آیت حجت سابق السابق السابقة
"""

PERSONS: Final = """
sen rep gov lt sgt cpt major marshal spokesman spokeswoman spokesperson

герр генерал полковник майор капитан президент министр губернатор мэр доктор профессор сэр подполковник лейтенант
адмирал маршал глава секретарь представитель депутат председатель премьер канцлер спикер советник советница начальник
начальница уполномоченный омбудсмен посол директор гендиректор командир командующий главком комбриг комбат сенатор
прокурор генпрокурор генсек патриарх митрополит отец шейх имам король королева принц князь господин госпожа товарищ
академик доцент старшина сержант прапорщик рядовой солдат кардинал полк подполк ген лейт проф акад журналист
журналистка военкор

речник речниця міністр премєр мер голова капітан підполковник адмірал секретар спікер радник радниця представник
представниця командувач нардеп патріарх отець пан пані академік інженер начальниця посадовець підполк

général colonel commandant président ministre maire docteur professeur monsieur madame capitaine préfet préfète député
députée sénateur sénatrice procureur procureure juge ambassadeur ambassadrice chancelier reine évêque abbé maître
sergent amiral maréchal adjudant mme mlle

herr frau oberst präsident präsidentin minister ministerin bürgermeister kanzler sprecher sprecherin bundeskanzler
hauptmann leutnant feldmarschall admiral ing graf gräfin freiherr fürst prinz prinzessin botschafter botschafterin
senatorin abgeordneter abgeordnete pfarrer bischof könig königin richter richterin staatsanwalt staatsanwältin leiter
leiterin direktor direktorin

presidente presidenta ministro ministra alcalde alcaldesa doctor coronel portavoz señor señora gobernador gobernadora
senador senadora diputado diputada juez jueza fiscal comandante teniente capitán almirante sargento vocero vocera
embajador embajadora padre obispo doña srta licenciado doctora

generale colonnello sindaco sindaca portavoce signor signora onorevole senatore senatrice deputato prefetto questore
procuratore giudice ammiraglio capitano maggiore tenente maresciallo sottosegretario governatore cancelliere cardinale
vescovo dott dottor dottore dottoressa avv avvocato

senhor senhora doutor doutora prefeito prefeita governador governadora vereador deputado deputada juiz juíza delegado
capitão embaixador bispo

rzecznik rzeczniczka prezydent premier premierka płk ppłk mjr kpt pułkownik podpułkownik generał kapitan porucznik
marszałek wojewoda starosta burmistrz poseł posłanka prokurator sędzia ksiądz ks biskup pan pani inż mgr hab dyrektor
komendant wiceminister wicepremier

bay bayan sayın bakan bakanı başkan başkanı albay yarbay binbaşı yüzbaşı teğmen orgeneral korgeneral tümgeneral
tuğgeneral amiral oramiral cumhurbaşkanı başbakan valisi kaymakam milletvekili sözcüsü profesör doç avukat şeyh

الرئيس الوزير اللواء العميد العقيد السيد السيدة المتحدث الناطق رئيس وزير الفريق أول المشير العماد المقدم الرائد النقيب
الشيخ الأمير الأميرة الملك الملكة الإمام القاضي الأستاذ المهندس المحامي النائب السفير دكتور شيخ لواء عميد عقيد فريق مشير

سردار سرلشکر سرهنگ سرتیپ سرگرد سپهبد دریادار دکتر مهندس الله الاسلام شیخ وزیر رئیس سخنگوی ژنرال حاج استاندار آقای خانم

דר פרופ גב מר השר השרה נשיא הנשיא הממשלה אלוף תאל סאל אלם רסן סרן רמטכל הרמטכל הרב חכ דובר דוברת

στρατηγός συνταγματάρχης ταγματάρχης ναύαρχος δρ καθηγητής καθηγήτρια υπουργός πρωθυπουργός πρόεδρος δήμαρχος
βουλευτής εκπρόσωπος κύριος κυρία κος
"""

# In German an office is one word, whatever it is of.
OFFICES: Final = """
minister ministerin kanzler kanzlerin präsident präsidentin sprecher sprecherin bürgermeister bürgermeisterin kommissar
kommissarin sekretär sekretärin beauftragter beauftragte vorsitzender vorsitzende
"""

# What stands behind a name: degrees, and which house somebody is a member of.
AFTER: Final = """
phd dphil md mba llm mp mep mdb mdl mda msp esq qc kc obe cbe mbe kbe rn cpa dsc bsc msc usn usaf
"""

# What a title is short for, each with its word: "Gov. Olsen" is Governor Olsen.
SHORT: Final = """
gov governor sen senator rep representative pres president gen general col colonel capt captain cpt captain maj major
lt lieutenant sgt sergeant cmdr commander adm admiral dr doctor prof professor rev reverend amb ambassador

ген генерал полк полковник подполк подполковник лейт лейтенант кап капитан проф профессор акад академик губ губернатор
підполк підполковник

gral general cnel coronel cap capitán tte teniente dra doctora gob gobernador sra señora srta señorita
dott dottor avv avvocato mme madame mlle mademoiselle płk pułkownik ppłk podpułkownik mjr major kpt kapitan ks ksiądz
"""
