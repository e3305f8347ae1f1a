"""From any text to the words of a full-text query."""

from __future__ import annotations

import re
import unicodedata

MOST_WORDS = 64
"""Words of a query that are searched for; the rest of a long text adds cost, not meaning."""

_WORD = re.compile(r"[^\W_]+")

_STOP_WORDS = """
a about after all also am an and any are as at be because been before being between both but by
can could did do does doing don down during each few for from further had has have having he her
here hers him his how i if in into is it its just let me more most my no nor not now of off on
once only or other our ours out over own please same she should so some such than that the their
them then there these they this those through to too under until up us very was we were what
when where which while who whom why will with would you your yours aber als am an auch auf aus
bei bin bis bitte da damit dann das dass daß dem den denn der des dich die dies diese dieser dir
doch du durch ein eine einem einen einer eines er es euch euer für habe haben hat hatte ich ihm
ihn ihnen ihr ihre im in ist ja kann können man mein meine mich mir mit nach nicht noch nur ob
oder ohne sehr sein seine sich sie sind so über um und uns unser unsere unter vom von vor war
waren was wenn wer werden wie wir wird wo würde zu zum zur ai alors au aux avec avez avons bien
c ce ces cet cette ci comme d dans de des donc du elle elles en est et étaient était été être eu
fait il ils j je l la le les leur leurs lui là m ma mais me merci mes moi mon n ne nos notre
nous on ont ou où par pas peut plus pour pourriez qu que qui s sa sans se ses si soit son sont
sous sur t ta te tes toi ton tous tout très tu un une vos votre vous y à
"""
STOP_WORDS = frozenset(_STOP_WORDS.split())
"""Words of English, German and French that say nothing about what is wanted."""


def plain(text: str) -> str:
    """Text the index can hold: compatibility forms folded, nothing that is no character."""
    whole = text.encode("utf-8", "replace").decode()
    return unicodedata.normalize("NFKC", whole).replace("\x00", " ")


def words_of(text: str) -> list[str]:
    """The words of a text that are worth looking for, in lower case, each once; letters and
    digits only, so that nothing in a text can act as an operator.
    """
    found = (word for word in _WORD.findall(plain(text).lower()) if word not in STOP_WORDS)
    return list(dict.fromkeys(found))[:MOST_WORDS]
