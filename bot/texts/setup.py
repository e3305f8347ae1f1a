"""Settings, `company.yaml` and `coo init`."""

from __future__ import annotations

from typing import Final

from bot.texts.trouble import Trouble

# --- settings -------------------------------------------------------------------------------------

SETTING_NOT_SECONDS: Final = Trouble(
    "{name} is {value!r}, which is no number of seconds between 0 and 600.",
    "Set it to a number such as 30, or unset it.",
)
SETTING_NOT_URL: Final = Trouble(
    "{name} is no web address.",
    "Set it to something like http://localhost:11434/v1 (or https://…), or unset it.",
)
SETTING_NO_PRICE: Final = Trouble(
    "{name} has {part!r}, which is no model with its two prices.",
    "Write NAME=READ/WRITTEN in USD for a million tokens, such as gpt-5-mini=0.25/2.",
)
SETTING_NO_DATABASE: Final = Trouble(
    "{name} is no address of a PostgreSQL database.",
    "Set it to postgresql+psycopg://USER:PASSWORD@HOST/DATABASE, or unset it.",
)
SETTING_NO_MAIL_SERVER: Final = Trouble(
    "{name} is no address of a mail server.",
    "Write {scheme}://USER@HOST, with :PORT behind it where it is not the usual one, or unset it.",
)
SETTING_NO_LOGIN: Final = Trouble(
    "{name} names no user, or there is no password for it.",
    "Write the user before the host, and the password into {name}_PASSWORD.",
)
SETTING_NO_FILE: Final = Trouble(
    "{name} is {value!r}, and there is no such file.",
    "Name a file of certificates (PEM), or unset it.",
)
SETTING_NO_EMBEDDER: Final = Trouble(
    "{name} is {value!r}; there is no such embedder.",
    "Use `bundled`, `openai:MODEL:DIMENSIONS` (such as openai:text-embedding-3-small), or `none` "
    "to find episodes by their words only.",
)
SETTING_NO_SIZE: Final = Trouble(
    "{name} names the model {model!r}, and nobody knows how many numbers its vectors have.",
    "Say it behind the name, such as openai:{model}:768.",
)
SETTING_SIZE: Final = Trouble(
    "{name} wants vectors of {size} numbers; this model makes at most {most}.",
    "Name a smaller size, or leave it out where the model is one of OpenAI's.",
)
SETTING_MODEL_TAKEN: Final = Trouble(
    "{name} is {value!r}, which is how Coo names work that no model did.",
    "Give the model another name at your endpoint, and set that.",
)
SETTING_NO_TOKEN: Final = Trouble(
    "{name} does not look like what belongs there ({looks}).",
    "Copy it again, all of it and nothing else (docs/chat.md shows where), or unset it.",
)
SETTING_NO_LISTEN: Final = Trouble(
    "{name} is {value!r}, which is no place to listen at.",
    "Write HOST:PORT, such as 127.0.0.1:8080, or just the port.",
)
SETTING_IN_CLEAR: Final = Trouble(
    "{name} would send your customers' words and your key in the clear to {host!r}.",
    "Use https, or http only for this machine or a private network.",
)
SETTING_URL_SECRET: Final = Trouble(
    "{name} carries a user name, a password or a query.",
    "Give the bare address; keys and tokens have variables of their own.",
)

# --- the data folder ------------------------------------------------------------------------------

FOLDER_IS_FILE: Final = Trouble(
    "{path} is no folder.", "Name a folder, with --data or COO_DATA; `coo init` makes it."
)
FOLDER_NO_MAILBOX: Final = Trouble(
    "The mailbox {path} (COO_MAIL) is not there.",
    "Mount or make it first, so that no copy of the company acts without the others.",
)
FOLDER_SHUT: Final = Trouble(
    "The data folder {path} cannot be written to.",
    "Give yourself the right to write there, or name another with --data or COO_DATA.",
)

# --- company.yaml ---------------------------------------------------------------------------------

YAML_BROKEN: Final = Trouble(
    "this is no valid YAML: {reason}.", "Mend that line; `coo init` shows what a good file is."
)
YAML_NO_MAPPING: Final = Trouble(
    "the file holds no `key: value` lines.", "Run `coo init` to write a complete file."
)
YAML_MISSING: Final = Trouble("{path} is missing.", "Add a line `{key}: …` there.")
YAML_NO_TEXT: Final = Trouble("{path} is no text.", "Put the value in quotes.")
YAML_NO_TEXTS: Final = Trouble(
    "{path} is no list of texts.", 'Write it as `{key}: ["one", "two"]`.'
)
YAML_NO_WHOLE: Final = Trouble(
    "{path} is no whole number from {low} to {high}.", "Write digits only, without quotes."
)
YAML_NO_BOOL: Final = Trouble("{path} is neither true nor false.", "Write true or false.")
YAML_NO_CHOICE: Final = Trouble("{path} is {value!r}, which is no choice.", "Choose: {allowed}.")
YAML_NO_SECTION: Final = Trouble(
    "{path} has no `key: value` lines below it.", "Indent them by two spaces below `{key}:`."
)
YAML_NO_SECTIONS: Final = Trouble(
    "{path} is no list of entries.", "Begin each entry with `- id: …` below `{key}:`."
)
YAML_UNKNOWN_KEY: Final = Trouble("{path} is no key that Coo knows.", "Did you mean {offer}?")
YAML_FLOAT: Final = Trouble(
    "{path} is {value}, which a computer does not keep exactly.",
    'Put it in quotes, with all its digits: `{key}: "2400.00"`.',
)
COMPANY_BAD_BILLING: Final = Trouble(
    "{path} cannot be understood: {reason}", "For example `billing: deposit 40% final`."
)
YAML_INEXACT: Final = Trouble(
    "{path} cannot be read exactly: {reason}.", 'Write it in quotes, like `{key}: "2400.00"`.'
)

COMPANY_MISSING: Final = Trouble(
    "There is no {path}.",
    "Run `coo init --data {folder}` to write one, with `--defaults` to try Coo out.",
)
COMPANY_NO_UTF8: Final = "it is no text in UTF-8"
COMPANY_UNREADABLE: Final = Trouble(
    "{path} cannot be read: {why}.", "Make it a UTF-8 text file that you may read."
)
COMPANY_EXISTS: Final = Trouble(
    "There is already a {path}; it was left as it is.",
    "Edit it, or run `coo init --force`, which keeps the old one beside it.",
)
COMPANY_NOT_WRITTEN: Final = Trouble(
    "{path} could not be written: {why}.",
    "Name a folder that you may write to, with --data or COO_DATA.",
)
COMPANY_BAD_ID: Final = Trouble(
    "{path} is {value!r}, which is no id.", "Use small letters, digits and hyphens: studio-nord."
)
COMPANY_BAD_CURRENCY: Final = Trouble(
    "{path} is {value!r}, which is no ISO 4217 currency.", "Use a code such as EUR, CHF or USD."
)
COMPANY_BAD_COUNTRY: Final = Trouble(
    "{path} is {value!r}, which is no country code.", "Use two letters such as DE, FR or US."
)
COMPANY_BAD_ZONE: Final = Trouble(
    "{path} is {value!r}, which is no time zone.",
    "Write a name such as Europe/Berlin, or leave the line out: then this machine's zone counts.",
)
COMPANY_BAD_REGION: Final = Trouble(
    "{path} is {value!r}, which is no region of {country} whose holidays are known.",
    "Write its code such as BY for Bavaria, or leave the line out: then the country's days count.",
)
COMPANY_BAD_QUIET: Final = Trouble(
    "{path} is {value!r}, which are no quiet hours.",
    'Write from when to when: `{key}: "22:00-07:00"`, or `{key}: none`.',
)
COMPANY_BAD_CLOCK: Final = Trouble(
    "{path} is {value!r}, which is no time of day.", 'Write it as `{key}: "18:00"`, or `none`.'
)
COMPANY_BAD_MAIL: Final = Trouble(
    "{path} is {value!r}, which is no mail address.", "Write it bare: nora@studio-nord.example."
)
COMPANY_NO_EXEMPT_NOTE: Final = Trouble(
    "{path} is true, but tax.exempt_note is empty.",
    "Write the sentence your invoices must carry, in `exempt_note`.",
)
COMPANY_BAD_IBAN: Final = Trouble(
    "{path} is {value!r}, and its check digits are wrong.", "Copy it again from your bank."
)
COMPANY_TWICE: Final = Trouble(
    "{path} is {value!r}, which another item already has.", "Give each item an id of its own."
)
COMPANY_FLOOR_ABOVE: Final = Trouble(
    "{path} is higher than the price.", "Lower the floor, or raise the price."
)
COMPANY_NOT_POSITIVE: Final = Trouble("{path} is not above zero.", "Write a positive amount.")
COMPANY_BAD_FORMAT: Final = Trouble(
    "{path} does not work: {reason}.", 'Use "{{year}}-{{number:04d}}" or a variation of it.'
)

# --- coo init -------------------------------------------------------------------------------------

ASK_NAME: Final = "What is your company called?"
ASK_OPERATOR: Final = "And you?"
ASK_MAIL: Final = "At which address do customers write to you?"
ASK_COUNTRY: Final = "In which country (two letters)?"
ASK_CURRENCY: Final = "In which currency do you bill?"
ASK_TAX: Final = "VAT in percent, or `none` for a small business?"
ASK_IBAN: Final = "To which IBAN shall customers pay?"
ASK_DISCOUNT: Final = "How many percent may an offer lie below your list price at most?"
ASK_ALONE: Final = "May Coo answer a counter-offer alone within these limits (yes or no)?"
ASK_FIRST_ITEM: Final = "What do you sell? One thing at a time (empty: an example price list)"
ASK_NEXT_ITEM: Final = "What else (empty: that is all)?"
ASK_PRICE: Final = "Net price of {title}?"
ASK_FLOOR: Final = "The lowest net price you would ever take?"
ASK_WORDS: Final = "Which words do customers use for it, separated by commas?"
ASK_AGAIN: Final = "That does not work: {reason}. Once more:"

INIT_LEFT: Final = Trouble(
    "You left before the last question, so nothing was written.",
    "Start again, or run `coo init --defaults`, which asks nothing.",
)

EXEMPT_NOTE: Final = "No VAT is charged (small business)."
EXEMPT_NOTES: Final = {
    "DE": "Gemäß § 19 UStG wird keine Umsatzsteuer berechnet.",
    "AT": "Umsatzsteuerfrei aufgrund der Kleinunternehmerregelung (§ 6 Abs. 1 Z 27 UStG).",
    "FR": "TVA non applicable, art. 293 B du CGI.",
}
