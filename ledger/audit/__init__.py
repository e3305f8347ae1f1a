from ledger.audit.entries import Entry, Trail
from ledger.audit.trail import read_trail, trail
from ledger.audit.why import Explanation, NotTaken, explain, find_step, why_not

__all__ = [
    "Entry",
    "Explanation",
    "NotTaken",
    "Trail",
    "explain",
    "find_step",
    "read_trail",
    "trail",
    "why_not",
]
