"""The words by which people say yes, no, "less", and "we have paid", in three languages.

All patterns are matched against folded text (`graph.agents.plaintext.plain`).
"""

from __future__ import annotations

import re
from typing import Final

_OFFER: Final = (
    r"(?:offer|proposal|quote|quotation|price|terms|version|conditions|angebot\w*|offerte|"
    r"vorschlag|"
    r"preis\w*|konditionen|offre|devis|proposition|prix|p-\w{8})"
)
_END: Final = r"(?=\s*(?:[.!,;]|$|\band\b|\bund\b|\bet\b|\bso\b|\bgladly\b|\bgern))"

ACCEPTS: Final = re.compile(
    # English
    rf"\b(?:i|we)(?: would| will|'ll|'d)?(?: gladly| happily| hereby| both| also)? "
    rf"(?:accept|agree|agree to|take)(?: it| this| that| to that)?{_END}"
    rf"|\b(?:accept|agree to|agree with|take)\b[^.!?\n]{{0,40}}\b{_OFFER}\b"
    rf"|\b(?:offer|proposal|quote|price)\b[^.!?\n]{{0,20}}\b(?:is|are|was)? ?(?:accepted|"
    rf"agreed|approved)\b"
    rf"|^\W*(?:accepted|agreed|approved|deal|confirmed)\b(?! on\b)"
    r"|\bgo ahead\b(?! and (?:send|call|tell|ask|give|share|forward))"
    rf"|(?:^|[.!,;]\s*|\b(?:that|this|it|all|everything|offer|proposal|price)\s+)"
    r"(?:sounds|looks) (?:good|great|fine|perfect|fair)\b"
    r"|\b(?:that|this|it|which)(?:'s| is) (?:fine|ok|okay|good|great|perfect) (?:for|"
    r"with) (?:us|me)\b"
    r"|\bit'?s a deal\b|\b(?:have|got) a deal\b"
    rf"|\bplease (?:proceed|get started|start(?: the (?:work|project)| right away| now)?){_END}"
    rf"|\blet'?s (?:do (?:it|this|that)|go|go for it|go ahead|proceed|get started|start|"
    rf"make it happen|roll){_END}"
    rf"|^\W*(?:yes,? |ok,? |sure,? |please )?(?:go for it|do it|make it so|book it|"
    rf"sign (?:us|me) up){_END}|\byou(?:'re| are) (?:hired|on)\b"
    r"|\b(?:happy|glad|like|love|want|ready|pleased|delighted) to (?:proceed|accept|go ahead)\b"
    rf"|\b(?:would|we'd|i'd) like to (?:order|book|buy)(?: it| this)?{_END}"
    rf"|\b(?:go|going) with (?:your|this|the) {_OFFER}\b"
    r"|\bgreen light\b|\b(?:that|this|it|which|offer|proposal|price|quote) works for (?:us|me)\b"
    rf"|\b(?:we're|we are|count us) in{_END}"
    r"|\b(?:we|i)(?: hereby|'d like to| would like to| want to)? place (?:the|this|our|an) order\b"
    r"|\b(?:i|we)(?: hereby)? confirm (?:the|our|this|my) (?:order|acceptance)\b"
    rf"|\bconsider (?:this|it) (?:our|my|an) order\b|\b(?:i|we)(?:'ll| will)? sign{_END}"
    r"|(?:€|\beur|\beuros?) (?:is fine|are fine|works|passt|passen|ist ok|geht klar|"
    r"nous convient)\b"
    # German
    r"|\beinverstanden\b"
    rf"|\bnehmen?\b[^.!?\n]{{0,50}}\b{_OFFER}\b[^.!?\n]{{0,30}}\ban\b"
    rf"|\b{_OFFER}\b[^.!?\n]{{0,30}}\bannehmen\b"
    rf"|\bnehmen? (?:ich |wir )?(?:es |das |dies )(?:gerne? |hiermit )?an\b"
    rf"|\b{_OFFER}\b[^.!?\n]{{0,20}}\b(?:angenommen|akzeptiert|freigegeben)\b"
    rf"|\bakzeptier(?:e|en)\b(?:[^.!?\n]{{0,40}}\b{_OFFER}\b| (?:wir |ich )?(?:das |es )?{_END})"
    rf"|^\W*(?:angenommen|akzeptiert|bestellt|genehmigt)\b"
    r"|^\W*passt\b|\b(?:das|angebot|preis|uns|so) passt\b|\bpasst (?:so|fur uns|fur mich)\b"
    r"|\b(?:beauftrage|beauftragen)\b|\bauftrag\b[^.!?\n]{0,30}\b(?:erteil|bestatig|vergeb)"
    r"|\berteilen?\b[^.!?\n]{0,40}\b(?:auftrag|freigabe)\b|\bbestatigen?\b[^.!?\n]{0,30}\bauftrag\b"
    r"|\b(?:bestelle|bestellen) (?:ich|wir|hiermit)\b|\b(?:ich|wir) bestellen?\b|\bhiermit bestell"
    r"|\bsagen? (?:ich |wir )?(?:ihnen )?(?:gerne? |hiermit )?zu\b|\bso machen wir\b|"
    r"\bmachen wir so\b|^\W*(?:ja,? |ok,? |gut,? )?machen wir(?=\W*$)|\bmach(?:t|en sie)? (?:das|"
    r"es|mal) (?:bitte |gerne? )?so\b"
    r"|\bgeht klar\b|(?:^\W*|\b(?:das|angebot|preis|so) )(?:geht|ist) (?:fur uns |so )?in ordnung\b"
    r"|\blegen sie (?:bitte |gerne? )?los\b|\bkonnen sie (?:gerne )?(?:loslegen|starten)\b"
    rf"|\b(?:leg|legt|bitte|dann|gerne?|also) los\b|\bkann (?:es )?losgehen\b|\bgrunes licht\b"
    rf"|\b(?:wir sind|ich bin|bin|sind) dabei{_END}|\bnehmen? (?:wir|ich)(?: so| das| es)*{_END}"
    rf"|\bbitte (?:starten|beginnen) sie{_END}"
    rf"|\b(?:wir unterschreiben|ich unterschreibe){_END}"
    # French
    rf"|\b(?:nous signons|je signe){_END}"
    rf"|(?:^|[.!,;]\s*)(?:nous sommes |je suis )?d'accord\b(?! (?:avec vous|que|sur))"
    rf"|\b(?:je|nous|j')\s?(?:l')?accept(?:e|ons)\b(?:[^.!?\n]{{0,30}}\b{_OFFER}\b|{_END})"
    r"|\bbon pour accord\b|\bc'est (?:bon|ok|parfait) pour (?:nous|moi)\b|\bok pour (?:nous|moi)\b"
    rf"|\b(?:je|nous) (?:vous )?(?:valid|confirm)(?:e|ons)\b(?! (?:la )?(?:bonne )?"
    rf"reception)[^.!?\n]{{0,30}}"
    rf"\b(?:commande|accord|{_OFFER})\b"
    r"|\b(?:offre|prix|cela|ca|devis) (?:nous |me )convient\b|\bmarche conclu\b|\ballez-y\b"
    rf"|\b(?:on y va|vas-y|c'est parti|feu vert|(?:ca|cela) (?:nous |me )?va){_END}"
    r"|\bvous pouvez (?:commencer|demarrer|y aller)\b|\b(?:passons|passe) (?:la )?commande\b"
    r"|\b(?:je|nous) command(?:e|ons)\b",
    re.MULTILINE,
)
YES: Final = re.compile(
    r"^\W*(?:yes|yep|sure|ok|okay|great|perfect|fine|ja|jawohl|gerne|perfekt|super|prima|top|oui|"
    r"parfait|"
    r"entendu|tres bien)\b"
)
"""A yes that may be no more than a nod: it counts only where the sentence says nothing else."""

NODDING: Final = re.compile(
    r"(?:\W|\b(?:yes|yep|sure|ok|okay|great|perfect|fine|ja|jawohl|gerne?|perfekt|super|prima|top|"
    r"oui|"
    r"parfait|entendu|tres|bien|please|pls|thanks?|thx|you|many|very|so|much|danke|dank|vielen|"
    r"bitte|sehr|herzlichen|merci|beaucoup|svp|that|it|is|for|with|by|us|me|das|ist|fur|uns|mich|"
    r"pour|nous|moi|c'est|bon|gut|good|alles|klar|dann|then|all)\b)+"
)
"""A sentence that is a yes by a nod alone: "Yes, please, many thanks"."""

COURTESY: Final = re.compile(
    r"\b(?:thank\w*|thx|danke\w*|dank|merci|look(?:ing)? forward|freu\w+|hate de|au plaisir|"
    r"invoice|"
    r"rechnung|facture|hello|hi|hallo|dear|guten (?:tag|morgen)|bonjour|liebe\w*|regards|greetings|"
    r"wishes|grusse\w*|cordialement|kind|weekend|wochenende|journee)\b"
)
"""Sentences that are around a yes and change nothing about it."""

MORE: Final = re.compile(
    r"\b(?:includ(?:e|es|ed) (?!(?:the )?(?:vat|tax))|add(?:s|ed|ing|itional(?:ly)?)?\b|"
    r"as well|on top|extra\w*|"
    r"for free|free of charge|hosting|zusatzlich\w*|obendrauf|dazu|gratis|kostenlos|"
    r"inclu(?:re|ez|ant)|ajout\w+|en plus|gratuit\w*|offert\w*)"
)
"""Words that ask for something more beside a price."""
_REFUSALS: Final = (
    r"\bno,? thank|\bnein,? danke\b|\bnon,? merci\b|\bpas pour (?:nous|moi)\b|\bnot interested\b|"
    r"\bdecided (?:against|"
    r"not to|to go with (?!you))|"
    r"\bwent with (?:another|someone|a)\b"
    r"|\b(?:go|going|gone) with (?:another|someone|a different|somebody)\b|\b(?:have to|must|"
    r"i'll|we'll|will) (?:decline\b|pass\b(?! (?:this|it|that|your|the|on|along)))"
    r"|\b(?:i|we) decline\b|\bno longer (?:need|interested|require)|\bchanged our minds?\b|"
    r"\b(?:do not|don't|won't|not) want to proceed\b"
    r"|\b(?:not|won't be) (?:proceed|going ahead|moving forward)|\bcall it off\b|"
    r"\b(?:won't|will not) be (?:doing|needing|taking|using)\b|\b(?:cancel|drop) (?:the|this|our) "
    r"(?:project|order|plans?)\b|\babandonn\w+\b|\blaiss(?:ons|e) tomber\b|\bnehmen? [^.!?\n]{0,20}"
    r"abstand\b|\blassen es (?:lieber |dann )?(?:sein|bleiben)\b|"
    r"\bcannot accept\b|\bcan't accept\b|\bdo not accept\b|\bdon't accept\b"
    r"|\bkein interesse\b|\bsagen? (?:ich |wir )?(?:ihnen )?(?:hiermit |leider )?ab\b|"
    r"\babsage[n]?\b|\babzusagen\b"
    r"|\bentschieden,? (?:uns )?(?:gegen|fur einen? ander)|\b(?:gegen ihr angebot|"
    r"anderen (?:anbieter|dienstleister)) (?:entschieden|beauftrag)"
    r"|\banderen? (?:anbieter|dienstleister)\b|\bnicht mehr (?:notig|benotigt|interessiert)|"
    r"\bverzichten\b|\blehnen?\b[^.!?\n]{0,40}\bab\b|\bablehnen\b|\bdoch nicht\b"
    r"|\bpas interess|\b(?:nous|je) declin|\brefus(?:ons|e)\b|\bautre prestataire\b|"
    r"\bpas (?:donner )?suite\b|\brenonc\w+\b|\bplus besoin\b|\bnous n'acceptons pas\b"
)
REJECTS: Final = re.compile(_REFUSALS)
REFUSES_TERMS: Final = re.compile(
    r"\b(?:cannot|can't|do not|don't) accept\b|\bn'acceptons pas\b|\bablehnen\b|"
    r"\blehnen? [^.!?\n]{0,40}\bpreis\w*"
)
"""A no that may be to the price alone."""
NEGATES: Final = re.compile(
    r"\b(?:not|never|cannot|unable|nicht|kein\w*|nie|pas|jamais|ni)\b|n't\b|\bne \w+ (?:pas|plus)\b"
)
HEDGES: Final = re.compile(
    r"\b(?:might|may be|maybe|perhaps|probably|likely|considering|thinking about|think about|"
    r"let me check|"
    r"need to (?:check|discuss|ask|talk)|have to (?:check|discuss|ask)|(?:get|"
    r"come) back to you|not (?:yet )?sure|"
    r"in principle|generally|tentativ\w+|almost|would accept|could accept|would agree|could agree|"
    r"vielleicht|eventuell|wahrscheinlich|vermutlich|grundsatzlich|prinzipiell|tendenziell|"
    r"vorbehaltlich|"
    r"(?:muss|mussen)\b[^.!?\n]{0,40}\b(?:prufen|klaren|abstimmen|besprechen|fragen|"
    r"rucksprache)|melde(?:n)? (?:mich|uns)|uberleg\w*|wurde(?:n)? (?:ich|"
    r"wir)?[^.!?\n]{0,30}(?:annehmen|akzeptieren|zusagen)|"
    r"peut-etre|probablement|en principe|(?:je|nous) (?:dois|devons) (?:verifier|en parler|"
    r"voir)|revien\w+ vers vous|reflechi\w*|sous reserve|accepterions|accepterais)\b"
)
CONDITIONS: Final = re.compile(
    r"\b(?:if|but|however|provided|unless|on condition|as long as|except|although|subject to|"
    r"instead|when|once|until|assuming|whether|"
    r"sobald|aber|allerdings|jedoch|wenn|ob|falls|sofern|vorausgesetzt|unter der bedingung|"
    r"stattdessen|"
    r"statt|ausser|es sei denn|soweit|"
    r"quand(?! meme)|lorsque|des que|mais|si|s'il|s'ils|a condition|pourvu|toutefois|cependant|"
    r"sauf|"
    r"au lieu)\b"
)
BENIGN: Final = re.compile(
    r"\b(?:let me know if|if you (?:need|have|require|want)|if (?:there is|there's) anything|"
    r"should you|wenn sie (?:noch|etwas|fragen|weitere)|"
    r"(?:falls|sofern|wenn) (?:sie )?(?:noch )?(?:fragen|etwas|unklar|weitere)|bei fragen|"
    r"n'hesitez pas|si vous avez (?:des|besoin|une)|si besoin)\b"
)
HAGGLES: Final = re.compile(
    r"\b(?:discount|cheaper|lower|better (?:price|offer|deal)|best price|reduc\w+|"
    r"too (?:expensive|high|much|steep)|come down|meet (?:us|me)|"
    r"a bit less|budget|(?:could|can|would) you (?:do|take|accept|make|go|offer)|instead of|"
    r"counter-?offer|deliver(?:y)? (?:earlier|sooner|faster)|"
    r"rabatt|nachlass|gunstiger|billiger|zu (?:teuer|hoch|viel)|preislich|entgegenkomm\w*|"
    r"skonto|verhandel\w*|gegenangebot|gegenvorschlag|"
    r"(?:konnten|konnen|wurden) sie (?:uns |mir )?(?:das |es )?(?:fur|zu|auf|noch)|statt|schneller|"
    r"remise|reduction|rabais|moins cher|trop (?:cher|eleve)|meilleur prix|baisse\w*|geste|"
    r"negoci\w*|contre-?(?:offre|proposition)|pourriez-vous (?:faire|baisser|nous faire)|"
    r"au lieu de|plus rapidement)\b"
)
PAID: Final = re.compile(
    r"(?:have|has|'ve|was|were|just|already) (?:just |already |been |now )*(?:paid|transferred|"
    r"wired|settled)\b|\bpayment (?:is|was|has been|sent|made|went)\b|\bmoney is on its way\b"
    r"|\b(?:i|we) (?:paid|transferred|wired)\b|\b(?:haben|habe|wurde|"
    r"ist)\b[^.!?\n]{0,50}\b(?:uberwiesen|bezahlt|beglichen|angewiesen)\b|\b(?:zahlung|"
    r"uberweisung) (?:ist|wurde|ging|erfolgt)"
    r"|\b(?:avons|ai|a ete)\b[^.!?\n]{0,40}\b(?:paye|regle|vire|effectue (?:le|un) (?:virement|"
    r"paiement))|\bvirement (?:a ete|effectue|est parti)\b"
)
COMPLAINS: Final = re.compile(
    r"\b(?:complain\w*|disappoint\w*|unhappy|not (?:satisfied|happy)|unacceptable|refund|"
    r"wrong invoice|(?:mistake|error) (?:in|on) (?:the|your)|lawyer|"
    r"beschwer\w*|enttausch\w*|unzufrieden|reklam\w*|mangel\w*|inakzeptabel|falsche rechnung|"
    r"anwalt|"
    r"plainte|decus?|mecontent\w*|rembours\w*|inacceptable|reclamation|avocat)\b"
)
UNRELATED: Final = re.compile(
    r"\b(?:unsubscribe|guest posts?|backlinks?|seo (?:services?|agency|agentur)|"
    r"rank(?:ing)? (?:higher|#1|your)|first page of google|crypto\w*|casino|lottery|"
    r"newsletter abbestellen|abmeldelink|desabonner|desinscri\w+|referencement garanti)\b"
)
SELLS: Final = re.compile(
    r"\b(?:we|i) (?:offer|provide|specialize|specialise|sell)\b|\bour (?:services|"
    r"agency offers|prices start)\b|\bwir (?:bieten|verkaufen)\b|\bunsere (?:leistungen|"
    r"dienstleistungen)\b|\bnous (?:proposons|offrons|vendons)\b|\bnos (?:services|"
    r"prestations)\b"
)
ASKS: Final = re.compile(
    r"\?|\b(?:wondering|could you (?:tell|let|explain|confirm)|can you (?:tell|explain|"
    r"confirm)|konnten sie (?:mir|uns) (?:sagen|mitteilen)|"
    r"ich (?:wusste|hatte) gern|pourriez-vous (?:me|nous) (?:dire|preciser|confirmer))\b"
)
REQUESTS: Final = re.compile(
    r"\b(?:need\w*|want\w*|would like|looking for|interested|quote|quotation|offer|proposal|"
    r"book\w*|order\w*|pric\w+|costs?|how much|hire|enquir\w+|inquir\w+|require|request|"
    r"estimate|after a|"
    r"brauch\w*|benotig\w*|mochte\w*|hatten? (?:ich |wir )?gern|suchen?|interess\w*|angebot\w*|"
    r"anfrag\w*|kost\w*|buchen|bestell\w*|anbieten|preis\w*|planen|wunsch\w*|offerte|"
    r"besoin|voudr\w+|souhait\w*|aimer\w+|cherch\w*|devis|offre|tarifs?|prix|combien|reserver|"
    r"commander|proposition)\b"
)
PRICES: Final = re.compile(
    r"\b(?:pric(?:e|es|ed|ing)|costs?|how much|rate|rates|charge|preis|preise|kost\w*|"
    r"was (?:nehmen|verlangen|berechnen)|tarifs?|prix|combien|cout\w*)\b"
)
DEPOSIT: Final = re.compile(
    r"\b(?:skonto|escompte|deposit|upfront|up front|instal?ments?|in advance|anzahlung|"
    r"ratenzahlung|vorkasse|"
    r"zahlungsziel|acompte|en plusieurs fois|arrhes)\b"
)
