"""What can be wrong with a Weaviate server, in words."""

from __future__ import annotations

from typing import Final

from ledger.domain.errors import CooError, NotNow
from memory.generations import GenerationLost

OLDEST: Final = (1, 38)
"""The oldest server whose alias never makes a collection by itself."""


class WeaviateAway(NotNow):
    """The server does not answer, or not in time, or takes nothing in just now."""

    def __init__(self, host: str, cause: str) -> None:
        super().__init__(
            f"Weaviate at {host} does not answer: {cause}.",
            "Nothing is lost: what is to be remembered waits in the ledger, and goes in when the "
            "server is back. See that it runs, and that COO_WEAVIATE_URL and COO_WEAVIATE_GRPC "
            "lead to it.",
        )


class WeaviateEmptied(GenerationLost):
    """The company's part of the server was removed while Coo worked."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Weaviate at {host} has lost this company's episodes.",
            "They are made again from the ledger now; nothing needs to be done.",
        )


class WeaviateRefused(CooError):
    """The server answered, and said no."""

    def __init__(self, host: str, what: str, cause: str) -> None:
        super().__init__(
            f"Weaviate at {host} refused to {what}: {cause}.",
            "Nothing is lost: the ledger has it. `coo doctor` looks at the server; its own log "
            "says more.",
        )


class WeaviateNotAllowed(NotNow):
    """The key is missing, wrong, or may not do this."""

    def __init__(self, host: str) -> None:
        super().__init__(
            f"Weaviate at {host} does not accept the key.",
            "Set COO_WEAVIATE_KEY to one that may read and write collections, tenants and "
            "aliases, and start Coo again; what is to be remembered waits in the ledger.",
        )


class WeaviateTooOld(NotNow):
    """An older server would make collections by itself, or cannot filter as asked."""

    def __init__(self, host: str, version: str) -> None:
        wanted = ".".join(map(str, OLDEST))
        super().__init__(
            f"Weaviate at {host} is version {version or 'unknown'}; Coo needs {wanted} or newer.",
            f"Run semitechnologies/weaviate:{wanted}.0 or newer there, or unset COO_WEAVIATE_URL; "
            "what is to be remembered waits in the ledger.",
        )


class WeaviateElsewhere(CooError):
    """A connection belongs to the event loop in which it was opened."""

    def __init__(self) -> None:
        super().__init__(
            "The connection to Weaviate is used in another event loop than it was opened in.",
            "Open a store in each loop.",
        )
