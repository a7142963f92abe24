# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Another network's protocol as a draft of one's own: what is only of the other network is left out, and said."""

from collections.abc import Collection, Mapping
from typing import Any

from approdo.kit.words import mark
from approdo.networks.rules import ServiceKind, label_of
from approdo.protocols.rules.composing import Document, for_network
from approdo.protocols.rules.document import ALL
from approdo.protocols.rules.problem import Problem, Severity, join

_THEIRS = {
    "service_code": mark("Chiamava un servizio solo di quella rete: ora vale per ogni servizio di questo tipo."),
    "stay_hours": mark("Le ore in ospedale erano di quella rete: non si dicono, finché non scrivete le vostre."),
    "fallback_phone": mark("C'era un numero di quella rete: ora si mostra quello del servizio."),
}
_KINDS = ("kind", "backup_kind")
_NO_SUCH_KIND = mark("Nella tua rete manca un servizio «%(kind)s»: scegline un altro, oppure togli questa parte.")


def adopted(
    document: Mapping[str, Any], network_code: str, kinds: Collection[ServiceKind]
) -> tuple[Document, list[Problem]]:
    """Return the document for a network that has services of these kinds, and what was left out of it, in words.

    A kind of service that the network has not is left out too, so that the checks of every draft ask for another
    before it can be proposed; municipalities become all those of the network.
    """
    found: list[Problem] = []
    made: Document = _without_theirs(dict(for_network(document, network_code)), "", set(kinds), found)
    if made["municipalities"] != ALL:
        message = mark("Valeva per alcuni comuni di quella rete: ora vale per tutti quelli della tua.")
        found.insert(0, Problem("municipalities", message, severity=Severity.WARNING))
        made["municipalities"] = ALL
    return made, found


def _without_theirs(value: Any, path: str, kinds: Collection[ServiceKind], found: list[Problem]) -> Any:
    if isinstance(value, list):
        return [_without_theirs(one, join(path, place), kinds, found) for place, one in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    made = {}
    for name, inner in value.items():
        here = join(path, name)
        if name in _THEIRS:
            found.append(Problem(here, _THEIRS[name], severity=Severity.WARNING))
        elif name in _KINDS and inner in set(ServiceKind) - set(kinds):
            found.append(Problem(here, _NO_SUCH_KIND, {"kind": label_of(ServiceKind(inner))}, Severity.WARNING))
        else:
            made[name] = _without_theirs(inner, here, kinds, found)
    return made
