# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain of the register: what each link proves, and how damage shows (security.md, P21; ADR 0013)."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from approdo.kit.errors import Refusal
from approdo.kit.words import mark as _

NOTHING = bytes(32)
"""What the first link follows."""

COUNTED = ("record.read", "record.reveal", "record.go_on")
"""Verbs that the reading budget counts; an index holds them."""
FREE = "free"
"""The detail that says why a reading does not count."""
TOLD = ("block.attempt", "block.tell", "reading.report")
"""Rare verbs of which somebody is told; an index holds them."""


@dataclass(frozen=True, slots=True)
class Readings:
    """What an operator has read lately, as far as it counts, beside one case; and when she read that one."""

    others_in_an_hour: int
    others_in_a_day: int
    uncovered_in_an_hour: int
    in_an_hour: bool
    in_a_day: bool
    first_at: datetime | None
    last_at: datetime | None
    last_uncovered_at: datetime | None
    went_on_at: datetime | None
    """When she last said why she goes on, about this case."""


_CODE = re.compile(r"[\w.:+,/-]{0,120}", re.ASCII)


class AuditUnavailable(Refusal):
    """What must be written down cannot be: so it is not shown (security.md, P20)."""

    status = 503
    code = "audit_unavailable"
    sentence = _(
        "In questo momento gli accessi non si possono annotare, e senza annotarli non si mostra niente. "
        "Non è andato perso nulla: riprova tra poco. Attivare la rete e prendere in carico funzionano lo stesso."
    )


def is_code(value: str | int | bool) -> bool:
    """Tell whether a detail of an entry is a code, an identifier or an instant: never words about a person (P23)."""
    return not isinstance(value, str) or _CODE.fullmatch(value) is not None


def linked(previous: bytes, fields: Sequence[str | None]) -> bytes:
    """Return the hash of an entry after the one before it: the same bytes as ``audit_chain()`` in the database.

    Each field goes with its length in bytes, so that no two entries read alike; a missing one is a dash.
    """
    said = ",".join("-" if field is None else f"{len(field.encode())}:{field}" for field in fields)
    return hashlib.sha256(previous + said.encode()).digest()


@dataclass(frozen=True, slots=True)
class Link:
    """One link, and the fields of its entry as the database writes them; None when the entry is not there."""

    position: int
    hash: bytes
    fields: Sequence[str | None] | None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """How far the chain had come at an instant, signed: whoever keeps it elsewhere can tell when it was rewritten."""

    position: int
    hash: str
    at: datetime
    key: str = ""
    signature: str = ""

    @property
    def _signed(self) -> bytes:
        return f"approdo checkpoint|{self.position}|{self.hash}|{self.at.isoformat()}".encode()

    def signed_by(self, key: Ed25519PrivateKey) -> "Checkpoint":
        """Return the checkpoint with the signature of an installation."""
        public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw).hex()
        return Checkpoint(self.position, self.hash, self.at, public, key.sign(self._signed).hex())

    @property
    def is_genuine(self) -> bool:
        """Tell whether the signature is of the key it names."""
        try:
            Ed25519PublicKey.from_public_bytes(bytes.fromhex(self.key)).verify(
                bytes.fromhex(self.signature), self._signed
            )
        except (InvalidSignature, ValueError):
            return False
        return True

    def written(self) -> str:
        """Return it as one line of JSON, to be kept by others."""
        return json.dumps(
            {
                "position": self.position,
                "hash": self.hash,
                "at": self.at.isoformat(),
                "key": self.key,
                "signature": self.signature,
            }
        )


def checkpoints_in(text: str) -> list[Checkpoint]:
    """Read checkpoints from lines of JSON. Raises ``ValueError`` when one is not a genuine checkpoint."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            said: Mapping[str, str] = json.loads(line)
            one = Checkpoint(
                int(said["position"]), said["hash"], datetime.fromisoformat(said["at"]), said["key"], said["signature"]
            )
        except (LookupError, TypeError, ValueError) as error:
            raise ValueError(line[:80]) from error
        if not one.is_genuine:
            raise ValueError(line[:80])
        found.append(one)
    return found


class Harm(StrEnum):
    """What was done to the register."""

    EDITED = "edited"
    DELETED = "deleted"
    MISSING_LINKS = "missing_links"
    CUT_TAIL = "cut_tail"
    REWRITTEN = "rewritten"


@dataclass(frozen=True, slots=True)
class Damage:
    """A range of the register that is not what was written, first and last position included."""

    harm: Harm
    first: int
    last: int


def examine(links: Iterable[Link], checkpoints: Iterable[Checkpoint] = ()) -> Iterator[Damage]:
    """Go along the chain in order and tell each damaged range.

    An edit and a deletion show by themselves. A tail that was cut off and a register written anew from some point on
    show only against checkpoints that others kept: the chain alone stays whole.
    """
    waiting = sorted(checkpoints, key=lambda one: one.position)
    previous, position, sound = NOTHING, 0, 0
    rewritten: int | None = None
    for link in links:
        if link.position != position + 1:
            yield Damage(Harm.MISSING_LINKS, position + 1, link.position - 1)
        elif link.fields is None:
            yield Damage(Harm.DELETED, link.position, link.position)
        elif linked(previous, link.fields) != link.hash:
            yield Damage(Harm.EDITED, link.position, link.position)
        previous, position = link.hash, link.position
        while waiting and waiting[0].position <= position:
            checkpoint = waiting.pop(0)
            if checkpoint.position == position and checkpoint.hash != link.hash.hex():
                rewritten = position
            elif checkpoint.position == position and rewritten is None:
                sound = position
    if rewritten is not None:
        yield Damage(Harm.REWRITTEN, sound + 1, rewritten)
    if waiting:
        yield Damage(Harm.CUT_TAIL, position + 1, waiting[-1].position)


def in_ranges(damages: Iterable[Damage]) -> Iterator[Damage]:
    """Join damages of one kind that lie side by side into one range."""
    held: Damage | None = None
    for one in damages:
        if held is not None and held.harm is one.harm and one.first == held.last + 1:
            held = Damage(held.harm, held.first, one.last)
            continue
        if held is not None:
            yield held
        held = one
    if held is not None:
        yield held
