"""Language and form of address, and the gist of what somebody wrote."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

WRITTEN_TO: Final = "Written to in {language}: {why}"
TONGUE_THEIRS: Final = "they write it"
TONGUE_OURS: Final = "it is yours, and theirs is not known"
ADDRESSED: Final = "Addressed as {form}: {why}"
FORM_WHY: Final = {
    "said": "you said so ({handle})",
    "written": "as in the last mail to them",
    "voice": "as `voice` in company.yaml says",
    "custom": "as is the custom",
}
THEY_ADDRESS: Final = "They write {form} to you; `contact NAME address {form}` does so too."
ROW_ORIGINAL: Final = "They wrote"
ROW_GIST: Final = "In short"
GIST_BY: Final = "gist by the model {by}, unchecked; nothing rests on it"
SAY_GIST: Final = "In short, what {who} wrote: {gist} ({by})"
ROW_FORM: Final = "Address"
FORM_DIFFERS: Final = (
    "They write {theirs} to you, this mail says {ours}. `tell {number} per {theirs}` alters it."
)
FORM_DIFFERS_BRIEF: Final = "they write {theirs}, this says {ours}"
VERB_FORM: Final = "Say {theirs}"
NO_FORM: Final = Trouble(
    "That is no form of address. Nothing was changed.",
    "Write `contact NAME address du`, `Sie`, `tu`, `vous`, `first name`; `form none` ends it.",
)
NO_TONGUE: Final = Trouble(
    "That is no language Coo writes. Nothing was changed.",
    "Write `contact NAME language de`, `en` or `fr`; `none` takes it away.",
)
