# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Nothing in a message betrays what it is about (security.md T11, P31)."""

import re
from itertools import product

import pytest

from approdo.networks.rules import Channel
from approdo.notifications.rules import ANSWERS, TEXTS, ReplyOutcome, Template, answer, render

# Beginnings of words, so that inflections are caught; several languages, because a telephone is read by anybody.
BETRAYING = re.split(
    r"\s+",
    """
    violen abus maltratt aggress stupr pericol rischi emergen urgen allarm soccors aiut protez protett rifug casa
    antiviol centr consultor cav ospedal sanit asst ats comun social servizi polizi carabin questur procur tribunal
    donn signor bambin minor figli madre mamma marit compagn partner vittim persona caso chiamat attivaz segnalaz
    rete approdo percors referent reperibil turno operat accoglienz ricover collocament denunc varese milan lombard
    abuse assault rape danger risk emergenc urgent alarm help protect refuge shelter hous centre center hospital health
    clinic municipal service police court woman women lady child minor mother husband partner victim case call activat
    alert network operator shift on-call report region lombardy person safe support
    gewalt frau kind polizei notfall hilfe violence femme enfant urgence police aide maltrato mujer violencia ayuda
    112 1522 118
""".strip(),
)
LINK = "https://avvisi.example/r/kZ3x_9QmT1uVw5yB7cDeFg"
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)

TEXT_CASES = [
    (template, channel, language)
    for template, by_language in TEXTS.items()
    for language in by_language
    for channel in Channel
]


def _betraying(text: str) -> list[str]:
    words = re.findall(r"[\w'-]+", text.casefold())
    return [word for word in words for beginning in BETRAYING if word.startswith(beginning)]


@pytest.mark.parametrize(("template", "channel", "language"), TEXT_CASES)
def test_no_message_betrays_what_it_is_about(template: Template, channel: Channel, language: str) -> None:
    subject, body = render(template, channel, language, "")
    assert _betraying(f"{subject} {body}") == []


@pytest.mark.parametrize(("outcome", "language"), list(product(ReplyOutcome, ["it", "en"])))
def test_no_answer_to_a_reply_betrays_what_it_is_about(outcome: ReplyOutcome, language: str) -> None:
    assert _betraying(answer(outcome, language)) == []


def test_the_list_of_words_does_catch_a_betraying_text() -> None:
    for text in ("Una donna ha bisogno di te", "Centro antiviolenza: chiama", "A woman at risk", "Casa rifugio"):
        assert _betraying(text)


@pytest.mark.parametrize(("template", "channel", "language"), TEXT_CASES)
def test_only_the_link_is_ever_filled_in(template: Template, channel: Channel, language: str) -> None:
    text = TEXTS[template][language][channel]
    allowed = {"code"} if template is Template.CODE else {"link"}
    assert set(re.findall(r"{(.*?)}", text.subject + text.body)) <= allowed
    assert "{" not in "".join(render(template, channel, language, LINK, "123456"))


@pytest.mark.parametrize("template", Template)
def test_every_language_says_everything_on_every_channel(template: Template) -> None:
    assert set(TEXTS[template]) == {"it", "en"}
    assert all(set(by_channel) == set(Channel) for by_channel in TEXTS[template].values())
    assert {language for texts in ANSWERS.values() for language in texts} == {"it", "en"}
    assert set(ANSWERS) == set(ReplyOutcome)


@pytest.mark.parametrize(("template", "language"), list(product(Template, ["it", "en"])))
def test_a_text_message_is_one_text_message(template: Template, language: str) -> None:
    subject, body = render(template, Channel.SMS, language, LINK)
    assert not subject
    assert len(body) <= 160
    assert set(body) <= GSM


@pytest.mark.parametrize(("template", "language"), list(product(Template, ["it", "en"])))
def test_a_voice_says_no_link_and_a_letter_has_a_subject(template: Template, language: str) -> None:
    assert LINK not in render(template, Channel.VOICE, language, LINK)[1]
    subject, body = render(template, Channel.EMAIL, language, LINK)
    assert subject
    assert "\n" not in subject
    assert (LINK in body) == (template in {Template.ALERT, Template.LETTER})


@pytest.mark.parametrize(("channel", "digit"), [(Channel.SMS, "rispondi 1"), (Channel.VOICE, "Premi 1")])
def test_an_alert_says_how_to_answer(channel: Channel, digit: str) -> None:
    assert digit in render(Template.ALERT, channel, "it", LINK)[1]


@pytest.mark.parametrize("language", ["de", "", "it-IT", "ar"])
def test_a_language_without_texts_gets_the_italian_ones(language: str) -> None:
    assert render(Template.ALERT, Channel.SMS, language, LINK) == render(Template.ALERT, Channel.SMS, "it", LINK)
    assert answer(ReplyOutcome.CONFIRMED, language) == answer(ReplyOutcome.CONFIRMED, "it")
