# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publishing without publishing: everything a text would run into in this network, errors and warnings."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from approdo.access.rules import Actor, Permission, require
from approdo.kit.words import mark
from approdo.networks import selectors as networks
from approdo.networks.rules import MunicipalityView
from approdo.protocols.rules import (
    CONTEXT_LABELS,
    Context,
    Examination,
    Problem,
    ProtocolDocument,
    Scope,
    Severity,
    digest,
    examine,
    examine_document,
    reach,
)
from approdo.protocols.rules.problem import located
from approdo.protocols.selectors.versions import (
    beginnings,
    latest_digest,
    own_network,
    scopes_in_network,
    withdrawn_numbers,
)

_ROME = ZoneInfo("Europe/Rome")
_PLACES_NAMED = 5


def rehearse(
    actor: Actor, network_code: str, text: str | bytes, effective_from: datetime, now: datetime
) -> Examination:
    """Return what publishing this text in a network would mean: every error and warning, with its line.

    Raises ``Forbidden``, and ``NotFound`` for a network that is not the actor's.
    """
    require(actor, Permission.PUBLISH_PROTOCOL)
    own_network(actor, network_code)
    return _rehearsed(examine(text), network_code, effective_from, now)


def rehearse_document(
    actor: Actor, network_code: str, document: dict[str, Any], effective_from: datetime, now: datetime
) -> Examination:
    """Return the same for a document that is no text: problems carry their path and no line."""
    require(actor, Permission.PUBLISH_PROTOCOL)
    own_network(actor, network_code)
    return _rehearsed(examine_document(document), network_code, effective_from, now)


def _rehearsed(examination: Examination, network_code: str, effective_from: datetime, now: datetime) -> Examination:
    parsed, document = examination.parsed, examination.document
    if parsed is None or document is None:
        return examination
    if parsed.network != network_code:
        wrong = Problem(
            "network",
            mark("Il documento è della rete «%(network)s», ma lo stai pubblicando in «%(here)s»."),
            {"network": parsed.network, "here": network_code},
        )
        return replace(examination, problems=located([*examination.problems, wrong], examination.lines or {}))
    territory = {place.code: place for place in networks.network_municipalities(network_code)}
    found = [
        *examination.problems,
        *_foreign_municipalities(document["municipalities"], territory),
        *_timing_problems(parsed, digest(document), effective_from, now),
        *_competing_protocols(parsed, effective_from),
    ]
    if not any(problem.severity is Severity.ERROR for problem in found):
        found += [*_uncovered_contexts(parsed, effective_from), *_unreached(parsed, territory, effective_from)]
    return replace(examination, problems=located(found, examination.lines or {}))


def _foreign_municipalities(written: str | list[str], territory: dict[str, MunicipalityView]) -> Iterator[Problem]:
    if isinstance(written, str):
        if not territory:
            yield Problem("municipalities", mark("Questa rete non ha ancora nessun comune."))
        return
    foreign = [(index, code) for index, code in enumerate(written) if code not in territory]
    names = {place.code: place.name for place in networks.municipalities_by_code([code for _, code in foreign])}
    for index, code in foreign:
        path = f"municipalities[{index}]"
        if code not in names:
            yield Problem(path, mark("Non conosciamo nessun comune con il codice %(code)s."), {"code": code})
            continue
        owner = networks.network_of(code)
        if owner is None:
            message = mark("%(name)s (%(code)s) non è di questa rete.")
        else:
            message = mark("%(name)s (%(code)s) è della rete «%(owner)s»: un comune ha una rete sola.")
        yield Problem(path, message, {"name": names[code], "code": code, "owner": owner.name if owner else ""})


def _timing_problems(
    parsed: ProtocolDocument, written: str, effective_from: datetime, now: datetime
) -> Iterator[Problem]:
    if effective_from < now:
        yield Problem("", mark("L'inizio è già passato: quello che era in vigore non si può più cambiare."))
    newest = latest_digest(parsed.network, parsed.code)
    if newest and newest[1] == written:
        yield Problem(
            "", mark("Il documento è uguale alla versione %(number)s: non c'è niente di nuovo."), {"number": newest[0]}
        )
    gone = withdrawn_numbers(parsed.network, parsed.code)
    for begins, number in sorted(beginnings(parsed.network, parsed.code).items()):
        values: dict[str, str | int] = {"number": number, "when": begins.astimezone(_ROME).strftime("%d/%m/%Y %H:%M")}
        if begins == effective_from:
            yield Problem(
                "", mark("Anche la versione %(number)s comincia il %(when)s: scegli un altro momento."), values
            )
        elif begins > effective_from and number not in gone:
            message = mark("Dal %(when)s varrà la versione %(number)s, già pubblicata, al posto di questa.")
            yield Problem("", message, values, Severity.WARNING)


def _scope(parsed: ProtocolDocument, effective_from: datetime) -> Scope:
    return Scope(0, 0, "", parsed.municipalities, parsed.contexts, effective_from)


def _competing_protocols(parsed: ProtocolDocument, effective_from: datetime) -> Iterator[Problem]:
    mine = _scope(parsed, effective_from)
    for code, other in scopes_in_network(parsed.network, effective_from).items():
        if code != parsed.code and mine.competes_with(other):
            yield Problem(
                "code",
                mark(
                    "C'è già il protocollo «%(other)s» per gli stessi comuni e contesti: usa lo stesso code per farne "
                    "una nuova versione, oppure cambia comuni o contesti."
                ),
                {"other": code},
            )


def _uncovered_contexts(parsed: ProtocolDocument, effective_from: datetime) -> Iterator[Problem]:
    """Warn when somebody who activates for a place of this document would find no protocol for her context."""
    if not parsed.contexts:
        return
    others = [s for code, s in scopes_in_network(parsed.network, effective_from).items() if code != parsed.code]
    for context in Context:
        served = context in parsed.contexts or any(
            (not other.contexts or context in other.contexts) and _covers(other, parsed) for other in others
        )
        if not served:
            message = mark("Chi attiva da «%(label)s» (%(context)s) non troverebbe nessun protocollo.")
            values = {"context": str(context), "label": CONTEXT_LABELS[context]}
            yield Problem("contexts", message, values, Severity.WARNING)


def _covers(other: Scope, parsed: ProtocolDocument) -> bool:
    """Tell whether every place of the document is also a place of the other protocol."""
    if not other.municipality_codes:
        return True
    return bool(parsed.municipalities) and parsed.municipalities <= other.municipality_codes


def _unreached(parsed: ProtocolDocument, territory: dict[str, MunicipalityView], at: datetime) -> Iterator[Problem]:
    """Ask every municipality who could answer at that instant, and say each hole once with its places."""
    places = sorted(
        (p for code, p in territory.items() if code in parsed.municipalities or not parsed.municipalities),
        key=lambda place: place.name,
    )
    holes: dict[tuple[str, str], tuple[Problem, list[str]]] = {}
    for place in places:
        for problem in reach(parsed, networks.coverage(place.code, at)):
            holes.setdefault((problem.path, problem.sentence), (problem, []))[1].append(place.name)
    for problem, names in holes.values():
        if len(names) == len(places):
            yield problem
        else:
            more = (f"+{len(names) - _PLACES_NAMED}",) if len(names) > _PLACES_NAMED else ()
            yield replace(problem, places=(*names[:_PLACES_NAMED], *more))
