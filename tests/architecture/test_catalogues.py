# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""English is complete: every sentence of the interface has one, with the same things filled in."""

import re

from babel.messages.catalog import Message
from tools.catalogues import collected, english

PLACE = re.compile(r"%\(\w+\)[sd]|\{\w*\}|%s|%d")


def texts(message: Message) -> list[tuple[str, str]]:
    """Pairs of Italian and English, one per plural form."""
    italian = message.id if isinstance(message.id, tuple | list) else (message.id,)
    english_ = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return list(zip(italian, english_, strict=True))


SENTENCES = [message for message in english() if message.id]


def test_the_catalogue_holds_exactly_the_sentences_of_the_code() -> None:
    said = {(message.context, message.id) for message in collected() if message.id}
    translated = {(message.context, message.id) for message in SENTENCES}
    assert translated == said, "run: make catalogues"


def test_every_sentence_has_its_english() -> None:
    without = [italian for message in SENTENCES for italian, translated in texts(message) if not translated.strip()]
    assert without == []


def test_english_fills_in_the_same_things() -> None:
    pairs = [pair for message in SENTENCES for pair in texts(message)]
    other = [
        italian for italian, translated in pairs if sorted(PLACE.findall(translated)) != sorted(PLACE.findall(italian))
    ]
    assert other == []
