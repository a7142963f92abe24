# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nobody is told to ask because of a line that has no words."""

from datetime import UTC, datetime

import pytest

from approdo.recognition import selectors
from approdo.recognition.rules import AgeBand, Band, Citizenship, Detector, Evidence, Sign
from approdo.recognition.rules.labels import (
    AGE_LABELS,
    BAND_SENTENCES,
    CITIZENSHIP_LABELS,
    NOTE_SAYS,
    OTHERWISE,
    ROW_LABELS,
    SIGN_LABELS,
    WORD_LABELS,
)
from approdo.recognition.rules.prompting import ANSWER_LABELS, ASKS, MODE_LABELS, Answer, Mode

NOW = datetime(2026, 11, 24, 1, 12, tzinfo=UTC)


def line(key: str, what: str, detector: Detector = Detector.SHOWN, points: int = 2) -> selectors.Line:
    (found,) = selectors.explained([Evidence(NOW, "v1", key, what, detector, points)])
    return found


def test_every_row_and_count_of_the_table_has_words_and_a_source() -> None:
    shipped = selectors.table()
    keys = {row.key for row in shipped.rows} | {count.key for count in shipped.counts}
    assert keys - {"words"} == set(ROW_LABELS)
    for key in keys - {"words"}:
        found = line(key, "ICD-9-CM 873.0")
        assert found.sentence not in {OTHERWISE, NOTE_SAYS}
        assert found.source


def test_every_row_of_the_lexicon_has_words_and_its_own_source() -> None:
    keys = set(selectors.lexicon().sources)
    assert keys <= set(WORD_LABELS)
    assert set(WORD_LABELS) - keys == {"history", "suspected", "weapon"}, "what the reader makes of a row"
    (of_words,) = (row.source for row in selectors.table().rows if row.key == "words")
    for key in WORD_LABELS:
        found = line(f"words:{key}", key, Detector.SAID, 0)
        assert found.source == selectors.lexicon().sources.get(key, of_words)


def test_every_sign_and_answer_and_group_has_words() -> None:
    assert set(SIGN_LABELS) == set(Sign)
    assert set(ANSWER_LABELS) == set(Answer)
    assert set(MODE_LABELS) == set(Mode)
    assert set(AGE_LABELS) == set(AgeBand)
    assert set(CITIZENSHIP_LABELS) == set(Citizenship)
    assert set(BAND_SENTENCES) == ASKS <= set(Band)


def test_a_code_is_shown_beside_its_words_and_a_sign_or_a_key_of_the_note_is_not() -> None:
    assert line("head_face_neck", "ICD-9-CM 873.0").what == "ICD-9-CM 873.0"
    assert line("emergency_visits", "5").what == "5"
    assert line("delayed_care", Sign.DELAYED_CARE).what == ""
    said = line("words:threat", "threat", Detector.SAID, 0)
    assert (said.what, said.sentence, said.rule) == ("", WORD_LABELS["threat"], True)
    assert said.source


@pytest.mark.parametrize("key", ["words:something_new", "row_of_tomorrow"])
def test_a_line_that_was_kept_before_its_words_changed_still_says_something(key: str) -> None:
    assert line(key, key.rpartition(":")[2]).sentence in {NOTE_SAYS, OTHERWISE}


def test_no_sentence_calls_her_a_victim_or_tells_what_happened_as_certain() -> None:
    for sentence in (*ROW_LABELS.values(), *SIGN_LABELS.values(), *BAND_SENTENCES.values()):
        assert not any(word in sentence.lower() for word in ("vittima", "maltrattata", "positiva", "rischio"))
