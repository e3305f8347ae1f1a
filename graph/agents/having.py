"""Whether a customer's mail speaks as one who has the work: it arrived, it is live. Pure.

It only decides that the operator is asked; so it rather hears too much than too little.
"""

from __future__ import annotations

import re
from typing import Final

from graph.agents.plaintext import plain
from graph.agents.quoting import new_text

_HAVING: Final = re.compile(
    r"\b(?:received|arrived|delivered|launched|got (?:it|them|the|everything|all)|"
    r"(?:is|are|went|goes|gone|now|all) (?:live|online)|up and running|works? (?:well|great|fine|"
    r"perfectly|now)|looks? (?:great|good|perfect)|handover|handed over|"
    r"erhalten|angekommen|eingetroffen|geliefert|abgenommen|abnahme|bekommen|ubergeben|"
    r"(?:ist|sind|jetzt|nun|alles) (?:live|online|da|fertig)|lauft|funktioniert|"
    r"recue?s?|arrivee?s?|livree?s?|livraison|en ligne|fonctionne|receptionnee?s?)\b"
)


def speaks_of_having(text: str) -> bool:
    """Whether it says so in the sender's own words; what they quote does not count."""
    return bool(_HAVING.search(plain(new_text(text))))
