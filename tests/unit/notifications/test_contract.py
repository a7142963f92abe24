# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import json
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from approdo.kit.errors import Invalid, Refusal
from approdo.networks.rules import Channel
from approdo.notifications.rules import (
    FRESHNESS,
    Meant,
    ReceiptState,
    is_genuine,
    meant,
    outbound,
    read_receipt,
    read_reply,
    sign,
)

NOW = datetime(2026, 11, 24, 2, 12, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))
SECRET, BODY = "a secret of both sides", b'{"state": "delivered"}'
IDENTIFIER = uuid4()


def test_what_the_gateway_signed_is_genuine() -> None:
    assert is_genuine(SECRET, STAMP, BODY, sign(SECRET, STAMP, BODY), NOW)


@pytest.mark.parametrize(
    ("secret", "stamp", "body", "signature"),
    [
        ("", STAMP, BODY, sign("", STAMP, BODY)),
        ("another", STAMP, BODY, sign(SECRET, STAMP, BODY)),
        (SECRET, STAMP, BODY + b" ", sign(SECRET, STAMP, BODY)),
        (SECRET, str(int(STAMP) + 1), BODY, sign(SECRET, STAMP, BODY)),
        (SECRET, STAMP, BODY, ""),
        (SECRET, STAMP, BODY, "v1="),
        (SECRET, STAMP, BODY, sign(SECRET, STAMP, BODY).removeprefix("v1=")),
        (SECRET, STAMP, BODY, "è"),
        (SECRET, "", BODY, sign(SECRET, "", BODY)),
        (SECRET, "yesterday", BODY, sign(SECRET, "yesterday", BODY)),
        (SECRET, "٣٤", BODY, sign(SECRET, "٣٤", BODY)),
        (SECRET, "9" * 400, BODY, sign(SECRET, "9" * 400, BODY)),
    ],
)
def test_anything_else_is_not(secret: str, stamp: str, body: bytes, signature: str) -> None:
    assert not is_genuine(secret, stamp, body, signature, NOW)


@pytest.mark.parametrize("direction", [-1, 1])
def test_a_signature_is_good_for_five_minutes_either_way(direction: int) -> None:
    signature = sign(SECRET, STAMP, BODY)
    assert is_genuine(SECRET, STAMP, BODY, signature, NOW + direction * FRESHNESS)
    assert not is_genuine(SECRET, STAMP, BODY, signature, NOW + direction * (FRESHNESS + timedelta(seconds=1)))


@pytest.mark.parametrize("text", ["1", " 1 ", "1.", "1\n", "«1»", '"1"', "1!"])
def test_a_one_is_a_yes_whatever_a_telephone_puts_around_it(text: str) -> None:
    assert meant(text) is Meant.TAKE


@pytest.mark.parametrize("text", ["", "2", "11", "10", "1 no", "no 1", "ok", "uno", "STOP", "-1", "1?"])
def test_anything_else_is_no_yes(text: str) -> None:
    assert meant(text) is None


@pytest.mark.parametrize("text", ["PROVA", "prova", " Prova. ", "«prova»", "Test", "TEST!"])
def test_the_word_of_a_test_never_takes_a_call(text: str) -> None:
    assert meant(text) is Meant.TEST


@pytest.mark.parametrize("text", ["1 prova", "prova 1", "prove", "non è una prova", "provare"])
def test_anything_around_that_word_means_nothing(text: str) -> None:
    assert meant(text) is None


def _json(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def test_a_receipt_is_read() -> None:
    receipt = read_receipt(_json(reference="abc", state="delivered", id=str(IDENTIFIER), nonce="ignored"))
    assert (receipt.reference, receipt.state, receipt.message_id) == ("abc", ReceiptState.DELIVERED, IDENTIFIER)
    assert read_receipt(_json(reference="abc", state="failed")).message_id is None


def test_a_reply_and_a_key_are_read() -> None:
    reply = read_reply(_json(channel="sms", **{"from": "+390012345678"}, text="1"))
    assert (reply.channel, reply.sender, reply.text, reply.message_id) == (Channel.SMS, "+390012345678", "1", None)
    key = read_reply(_json(channel="voice", **{"from": "+390012345678"}, text="1", id=str(IDENTIFIER)))
    assert key.message_id == IDENTIFIER


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"reference", "state"}),
        ({"reference": "", "state": "delivered"}, {"reference"}),
        ({"reference": "a" * 201, "state": "delivered"}, {"reference"}),
        ({"reference": 7, "state": "delivered"}, {"reference"}),
        ({"reference": "a\x00b", "state": "delivered"}, {"reference"}),
        ({"reference": "\ud800", "state": "delivered"}, {"reference"}),
        ({"reference": "a", "state": "lost"}, {"state"}),
        ({"reference": "a", "state": ["delivered"]}, {"state"}),
        ({"reference": "a", "state": "delivered", "id": "nobody"}, {"id"}),
        ({"reference": "a", "state": "delivered", "id": 12}, {"id"}),
    ],
)
def test_a_receipt_that_is_wrong_is_told_which_field(fields: dict[str, object], wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        read_receipt(_json(**fields))
    assert set(refusal.value.problems) == wrong


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({}, {"channel", "from", "text"}),
        ({"channel": "email", "from": "+390012345678", "text": "1"}, {"channel"}),
        ({"channel": "sms", "from": "nobody", "text": "1"}, {"from"}),
        ({"channel": "sms", "from": "+390012345678", "text": "1" * 1_001}, {"text"}),
        ({"channel": "voice", "from": "+390012345678", "text": "1"}, {"id"}),
    ],
)
def test_a_reply_that_is_wrong_is_told_which_field(fields: dict[str, object], wrong: set[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        read_reply(_json(**fields))
    assert set(refusal.value.problems) == wrong


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"7", b'"x"', b"[" * 8_000])
def test_a_body_that_is_no_object_is_malformed(body: bytes) -> None:
    for read in (read_receipt, read_reply):
        with pytest.raises(Refusal) as refusal:
            read(body)
        assert (refusal.value.status, refusal.value.code) == (400, "malformed")


_anything = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
_names = st.sampled_from(["reference", "state", "id", "channel", "from", "text"]) | st.text()


@given(st.binary() | st.dictionaries(_names, _anything).map(lambda document: json.dumps(document).encode()))
@example(b'{"reference": "a", "state": "delivered", "id": {}}')
def test_whatever_comes_is_read_or_refused_in_words(body: bytes) -> None:
    for read in (read_receipt, read_reply):
        status = 200
        try:
            read(body)
        except Refusal as refusal:
            status = refusal.status
        assert status in {200, 400, 422}


def test_what_the_gateway_is_asked_holds_nothing_but_what_it_needs() -> None:
    request = outbound(
        message_id=IDENTIFIER,
        channel=Channel.SMS,
        to="+390012345678",
        text="Hai un aggiornamento.",
        language="it",
        callback="https://x.example/gateway",
    )
    assert set(request) == {"id", "channel", "to", "text", "language", "callback"}
