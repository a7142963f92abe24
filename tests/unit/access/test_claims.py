# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is claimed, and the proof that goes with it."""

import hmac
from hashlib import sha256

import pytest

from approdo.access.rules import SYSTEM, Actor, Purpose, Role, claim_key, claim_of, pads

KEY = claim_key("a secret")
NURSE = Actor(7, 3, 12, Role.EMERGENCY_OPERATOR)


def test_a_claim_names_service_organisation_and_operator_and_proves_it() -> None:
    said, _bar, proof = claim_of(NURSE, 4321, KEY).rpartition("|")
    assert said == "{12}|3|7"
    assert proof == hmac.new(KEY, b"4321|{12}|3|7", sha256).hexdigest()


@pytest.mark.parametrize(
    ("actor", "said"),
    [
        (SYSTEM, "{0}|0|0"),
        (Actor(7, 3, None, Role.SYSTEM_ADMINISTRATOR), "{}|3|7"),
        (Actor(None, None, None, None, Purpose.CARE), "{}|0|0"),
        (Actor(None, 3, 12, None, Purpose.OPERATION), "{12}|3|0"),
    ],
)
def test_only_the_system_claims_everything(actor: Actor, said: str) -> None:
    assert claim_of(actor, 1, KEY).rpartition("|")[0] == said


def test_the_proof_differs_by_connection_actor_and_installation() -> None:
    other = Actor(8, 3, 12, Role.EMERGENCY_OPERATOR)
    claims = {
        claim_of(NURSE, 1, KEY),
        claim_of(NURSE, 2, KEY),
        claim_of(other, 1, KEY),
        claim_of(NURSE, 1, claim_key("another secret")),
    }
    assert len({claim.rpartition("|")[2] for claim in claims}) == 4


@pytest.mark.parametrize("length", [1, 32, 64, 65, 200])
def test_with_the_two_pads_a_plain_hash_verifies_a_proof(length: int) -> None:
    key = bytes(range(length % 256)) or b"k"
    inner, outer = pads(key)
    assert len(inner) == len(outer) == 64
    by_hand = sha256(outer + sha256(inner + b"what is said").digest()).hexdigest()
    assert by_hand == hmac.new(key, b"what is said", sha256).hexdigest()
