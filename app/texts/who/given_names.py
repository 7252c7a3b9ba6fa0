"""Given names that each language has in a form of its own, which no rule of letters makes of each other.

The press of one language takes them over, that of another translates them: Володимир is Владимир in a Russian paper,
and Джон is John only to the ear. In Latin letters, as they are written first; `texts/sounds` finds every other spelling
by how these sound.
"""

from typing import Final

# One person's name a line; its first word stands for the others.
_SETS: Final = """
vladimir volodymyr uladzimir
aleksandr oleksandr aliaksandr alexander aleksander
aleksei oleksii aliaksei alexey
sergei serhii siarhei
dmitri dmytro dzmitry
mikhail mykhailo mikhas
pavel pavlo paval
nikolai mykola mikalai
evgeni yevhen yauhen
piotr petro piatro pyotr
grigori hryhorii ryhor
vasili vasyl vasil
konstantin kostiantyn kanstantsin
anton antin
igor ihor ihar
oleg oleh aleh
viktor viktar
artem artsiom
kirill kyrylo kiryl
daniil danylo
fedor fedir fiodar fyodor
timofei tymofii tsimafei
iosif yosyp yazep
yuri yurii yury
elena olena alena
ekaterina kateryna katsiaryna
tatiana tetiana tatsiana
svetlana svitlana sviatlana
nadezhda nadiia nadzeya
irina iryna
anna hanna
olga olha volha
galina halyna halina
larisa larysa
natalia nataliia
john dzhon
james dzheims
george dzhordzh georgios giorgos yorgos
joe dzho
michael maikl
charles sharl charlz
william uiliam uilyam
anthony antony entoni
andrew endriu
matthew metiu
thomas tomas
theresa tereza
giorgia dzhordzha
stephen steven stiven
recep redzhep
"""
SETS: Final = tuple(tuple(line.split()) for line in _SETS.strip().splitlines())
