# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The chain as a rule: each way to damage a register is named, and what cannot be seen alone is seen by others."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from approdo.audit.rules import (
    NOTHING,
    Checkpoint,
    Damage,
    Harm,
    Link,
    checkpoints_in,
    examine,
    in_ranges,
    is_code,
    linked,
)

NOW = datetime(2026, 11, 27, 3, 0, tzinfo=UTC)
KEY = Ed25519PrivateKey.generate()
FIELDS = st.lists(st.none() | st.text(max_size=8), min_size=1, max_size=5)


def chain(length: int, start: str = "entry") -> list[Link]:
    links, previous = [], NOTHING
    for position in range(1, length + 1):
        fields = [f"{start} {position}", None, "è"]
        previous = linked(previous, fields)
        links.append(Link(position, previous, fields))
    return links


def checkpoint(link: Link) -> Checkpoint:
    return Checkpoint(link.position, link.hash.hex(), NOW).signed_by(KEY)


def found(links: Sequence[Link], *checkpoints: Checkpoint) -> list[Damage]:
    return list(in_ranges(examine(links, checkpoints)))


def test_a_whole_chain_has_no_damage_with_or_without_checkpoints() -> None:
    links = chain(20)
    assert found(links) == []
    assert found(links, checkpoint(links[4]), checkpoint(links[19])) == []
    assert found([]) == []


def test_an_edited_entry_is_named() -> None:
    links = chain(9)
    links[4] = replace(links[4], fields=["somebody else"])
    assert found(links) == [Damage(Harm.EDITED, 5, 5)]


def test_deleted_entries_that_lie_side_by_side_are_one_range() -> None:
    links = chain(9)
    links[3:6] = [replace(link, fields=None) for link in links[3:6]]
    assert found(links) == [Damage(Harm.DELETED, 4, 6)]


def test_entries_taken_out_with_their_links_leave_a_gap() -> None:
    links = chain(9)
    assert found(links[:3] + links[5:]) == [Damage(Harm.MISSING_LINKS, 4, 5)]
    assert found(links[2:]) == [Damage(Harm.MISSING_LINKS, 1, 2)]


def test_closing_the_gap_by_counting_again_does_not_hide_it() -> None:
    links = chain(9)
    closed = [replace(link, position=number) for number, link in enumerate(links[:3] + links[5:], 1)]
    assert found(closed) == [Damage(Harm.EDITED, 4, 4)]


def test_a_tail_that_was_cut_off_shows_only_against_what_others_kept() -> None:
    links = chain(9)
    assert found(links[:6]) == []
    assert found(links[:6], checkpoint(links[8])) == [Damage(Harm.CUT_TAIL, 7, 9)]


def test_a_register_written_anew_shows_only_against_what_others_kept() -> None:
    kept = chain(9)
    anew = chain(12, start="another entry")
    assert found(anew) == []
    assert found(anew, checkpoint(kept[8])) == [Damage(Harm.REWRITTEN, 1, 9)]


def test_a_register_written_anew_from_some_point_on_is_sound_before_it() -> None:
    kept = chain(9)
    previous, anew = kept[4].hash, kept[:5]
    for position in range(6, 10):
        fields = [f"another {position}"]
        previous = linked(previous, fields)
        anew.append(Link(position, previous, fields))
    assert found(anew) == []
    seen = found(anew, checkpoint(kept[2]), checkpoint(kept[4]), checkpoint(kept[6]), checkpoint(kept[8]))
    assert seen == [Damage(Harm.REWRITTEN, 6, 9)]


def test_several_harms_are_told_in_order() -> None:
    links = chain(30)
    links[3] = replace(links[3], fields=["x"])
    links[7] = replace(links[7], fields=None)
    del links[10:12]
    assert [(one.harm, one.first, one.last) for one in found(links)] == [
        (Harm.EDITED, 4, 4),
        (Harm.DELETED, 8, 8),
        (Harm.MISSING_LINKS, 11, 12),
    ]


@given(FIELDS, FIELDS)
def test_no_two_entries_read_alike(one: list[str | None], other: list[str | None]) -> None:
    assert (linked(NOTHING, one) == linked(NOTHING, other)) is (one == other)


def test_the_bytes_of_a_link_never_change() -> None:
    """What was chained ten years ago must verify: a change here is a migration of every register."""
    said = NOTHING + "1:7,-,2:è,0:".encode()
    assert linked(NOTHING, ["7", None, "è", ""]) == sha256(said).digest()


def test_a_checkpoint_is_genuine_only_as_it_was_signed() -> None:
    made = checkpoint(chain(3)[2])
    assert made.is_genuine
    for changed in (
        replace(made, position=4),
        replace(made, hash="00" * 32),
        replace(made, at=datetime(2027, 1, 1, tzinfo=UTC)),
        replace(made, key=Checkpoint(1, "", NOW).signed_by(Ed25519PrivateKey.generate()).key),
        replace(made, signature="zz"),
        replace(made, key=""),
    ):
        assert not changed.is_genuine


def test_checkpoints_come_back_from_the_lines_that_others_kept() -> None:
    links = chain(3)
    kept = [checkpoint(links[0]), checkpoint(links[2])]
    assert checkpoints_in("\n".join(one.written() for one in kept) + "\n\n") == kept


@pytest.mark.parametrize(
    "line",
    [
        "{}",
        "[]",
        "null",
        "nothing",
        '{"position": 1}',
        '{"position": "x", "hash": "", "at": "", "key": "", "signature": ""}',
    ],
)
def test_a_line_that_is_no_genuine_checkpoint_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=re.escape(line)):
        checkpoints_in(line)


def test_a_forged_line_is_refused() -> None:
    forged = replace(checkpoint(chain(3)[2]), position=2)
    with pytest.raises(ValueError, match="position"):
        checkpoints_in(forged.written())


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("help_arrived", True),
        ("2026-11-27T03:00:00+00:00", True),
        ("identity,places", True),
        (True, True),
        (7, True),
        ("", True),
        ("la signora è già stata qui", False),
        ("Maria ha detto", False),
        ("x" * 121, False),
        ("riga\nriga", False),
    ],
)
def test_a_detail_is_a_code_and_never_words(value: str | int | bool, code: bool) -> None:
    assert is_code(value) is code
