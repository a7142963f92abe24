# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from approdo.access.rules import Actor, Permission, require
from approdo.kit.errors import NotFound
from approdo.kit.rows import Statement
from approdo.networks import selectors as networks
from approdo.networks.rules import NetworkView, Period
from approdo.protocols.models import Protocol, ProtocolVersion, Withdrawal
from approdo.protocols.rules import Change, Context, DraftState, ProtocolDocument, Scope, choose, compare, parse

DATA = Path(__file__).parent.parent / "data"


@dataclass(frozen=True, slots=True)
class InForce:
    """The version that holds; ``document`` is shared by everybody who asks: copy it, never change it."""

    version_id: int
    number: int
    document: dict[str, Any]
    parsed: ProtocolDocument


@dataclass(frozen=True, slots=True)
class Origin:
    """Another network's version from which a model was adopted."""

    version_id: int
    network_name: str
    code: str
    number: int
    name: str
    digest: str


@dataclass(frozen=True, slots=True)
class WithdrawalView:
    """Who asks to withdraw a version, why, and who did so when; ``withdrawn_at`` is None while nobody did."""

    id: int
    counter: int
    why: str
    asked_by: str
    asked_by_id: int
    asked_at: datetime
    approved_by: str
    withdrawn_at: datetime | None


@dataclass(frozen=True, slots=True)
class VersionView:
    """One published version, without its text."""

    id: int
    network_code: str
    network_name: str
    code: str
    number: int
    name: str
    effective_from: datetime
    published_at: datetime
    published_by: str
    municipality_codes: frozenset[str]
    contexts: frozenset[Context]
    proposed_by: str
    """Who proposed it; who published it is then who approved it. Empty for a network's very first."""
    origin: Origin | None = None
    """From which other network's version the model was adopted, in this version or in an earlier one."""
    withdrawal: "WithdrawalView | None" = None
    """When it was withdrawn, or is to be."""

    def holds_from(self, at: datetime) -> bool:
        """Tell whether it may hold at an instant or later: it was not withdrawn by then."""
        gone = self.withdrawal.withdrawn_at if self.withdrawal else None
        return gone is None or gone > at


@dataclass(frozen=True, slots=True)
class ProtocolView:
    """A protocol with its versions, newest first; ``in_force`` is None while the first is still to come."""

    network_code: str
    network_name: str
    code: str
    versions: tuple[VersionView, ...]
    in_force: VersionView | None
    coming: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class VersionText:
    """A version to be read: as values, as data, and as the YAML that was published."""

    view: VersionView
    parsed: ProtocolDocument
    document: dict[str, Any]
    source: str


def in_force(municipality_code: str, context: Context, at: datetime) -> InForce | None:
    """Return the version that holds for a municipality, a context and an instant; system-internal, one query.

    None: no network holds the municipality, or it has no protocol for that context yet. A protocol written for some
    municipalities beats one for all of the network. Raises ``ValueError`` for an unknown context.
    """
    if not (len(municipality_code) == 6 and municipality_code.isdecimal() and municipality_code.isascii()):
        return None
    scope = choose(_latest_for(municipality_code, at), municipality_code, Context(context))
    if scope is None:
        return None
    document, parsed = _content(scope.version_id, scope.digest)
    return InForce(scope.version_id, scope.number, document, parsed)


@dataclass(frozen=True, slots=True)
class Reign:
    """How long a version holds within a stretch of time, and for which municipalities, whatever the context."""

    period: Period
    version_id: int
    parsed: ProtocolDocument
    municipality_codes: tuple[str, ...]


def reigns(network_code: str, municipality_codes: Iterable[str], whole: Period) -> tuple[Reign, ...]:
    """Return which versions of a network hold when and where through a stretch of time; system-internal.

    A municipality is in two reigns at once when its protocol depends on the context.
    """
    versions = ProtocolVersion.objects.filter(protocol__network__code=network_code)
    coming = versions.filter(effective_from__gt=whole.starts_at, effective_from__lt=whole.ends_at)
    within = {"approved_at__gt": whole.starts_at, "approved_at__lt": whole.ends_at}
    ends = Withdrawal.objects.filter(version__in=versions, **within).values_list("approved_at", flat=True)
    moments = {*coming.values_list("effective_from", flat=True), *filter(None, ends)}
    edges = sorted({whole.starts_at, whole.ends_at, *moments})
    found = []
    for starts_at, ends_at in pairwise(edges):
        scopes = {scope.version_id: scope for scope in map(_scope, _latest_rows(versions, starts_at))}
        where: dict[int, list[str]] = {}
        for code in municipality_codes:
            chosen = (choose(scopes.values(), code, context) for context in Context)
            for version_id in {scope.version_id for scope in chosen if scope}:
                where.setdefault(version_id, []).append(code)
        for version_id, codes in sorted(where.items()):
            _document, parsed = _content(version_id, scopes[version_id].digest)
            found.append(Reign(Period(starts_at, ends_at), version_id, parsed, tuple(codes)))
    return tuple(found)


def scopes_in_network(network_code: str, at: datetime) -> dict[str, Scope]:
    """Return, by protocol code, the scope of the version in force at an instant; system-internal."""
    versions = ProtocolVersion.objects.filter(protocol__network__code=network_code)
    codes = dict(Protocol.objects.filter(network__code=network_code).values_list("pk", "code"))
    return {codes[row[0]]: _scope(row) for row in _latest_rows(versions, at)}


def my_networks(actor: Actor) -> tuple[NetworkView, ...]:
    """Return the networks that the actor's organisation belongs to, in order of name."""
    return networks.networks_of(actor.organisation_id)


def own_network(actor: Actor, network_code: str) -> NetworkView:
    """Return one of the actor's networks; raises ``NotFound`` for any other."""
    for network in my_networks(actor):
        if network.code == network_code:
            return network
    raise NotFound


def protocols(actor: Actor, at: datetime) -> tuple[ProtocolView, ...]:
    """Return the protocols of the actor's networks. Raises ``Forbidden``."""
    require(actor, Permission.READ_PROTOCOL)
    return _grouped(_readable(actor), at)


def protocols_of_network(network_code: str, at: datetime) -> tuple[ProtocolView, ...]:
    """Return the protocols of one network; system-internal."""
    return _grouped(_rows().filter(protocol__network__code=network_code), at)


def in_force_elsewhere(actor: Actor, at: datetime) -> tuple[VersionView, ...]:
    """Return what holds in networks that are not the actor's, by network and code; system-internal."""
    others = _rows().exclude(protocol__network__organisations=actor.organisation_id)
    return tuple(one.in_force for one in _grouped(others, at) if one.in_force)


def source(network_code: str, code: str, number: int) -> str | None:
    """Return the YAML of one version as it was published, or None; system-internal."""
    row = _rows().filter(protocol__network__code=network_code, protocol__code=code, number=_numbered(number)).first()
    return None if row is None else row.source


def protocol(actor: Actor, network_code: str, code: str, at: datetime) -> ProtocolView:
    """Return one protocol with all its versions. Raises ``Forbidden``, ``NotFound``."""
    for found in protocols(actor, at):
        if (found.network_code, found.code) == (network_code, code):
            return found
    raise NotFound


def version(actor: Actor, network_code: str, code: str, number: int) -> VersionText:
    """Return one version to be read. Raises ``Forbidden``; ``NotFound`` also for another network's."""
    require(actor, Permission.READ_PROTOCOL)
    row = (
        _readable(actor)
        .filter(protocol__network__code=network_code, protocol__code=code, number=_numbered(number))
        .first()
    )
    if row is None:
        raise NotFound
    return VersionText(_view(row), parse(row.document), row.document, row.source)


def difference(actor: Actor, network_code: str, code: str, older: int, newer: int) -> list[Change]:
    """Return what changed from one version to another. Raises ``Forbidden``, ``NotFound``."""
    before = version(actor, network_code, code, older)
    return compare(before.document, version(actor, network_code, code, newer).document)


def latest_digest(network_code: str, code: str) -> tuple[int, str] | None:
    """Return number and digest of the newest published version that was not withdrawn; system-internal."""
    newest = ProtocolVersion.objects.filter(protocol__network__code=network_code, protocol__code=code)
    newest = newest.exclude(withdrawals__state=DraftState.PUBLISHED)
    return newest.order_by("-number").values_list("number", "digest").first()


def beginnings(network_code: str, code: str) -> dict[datetime, int]:
    """Return the number of each published version by the instant it begins; system-internal."""
    published = ProtocolVersion.objects.filter(protocol__network__code=network_code, protocol__code=code)
    return dict(published.values_list("effective_from", "number"))


def withdrawn_numbers(network_code: str, code: str) -> frozenset[int]:
    """Return the numbers of the versions that were withdrawn; system-internal."""
    rows = ProtocolVersion.objects.filter(protocol__network__code=network_code, protocol__code=code)
    return frozenset(rows.filter(withdrawals__state=DraftState.PUBLISHED).values_list("number", flat=True))


def shipped() -> dict[str, str]:
    """Return the protocols that come with the product, as YAML text by file name without ending."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(DATA.glob("*.yaml"))}


def _latest_rows(versions: Any, at: datetime) -> Any:
    """Ask, for each protocol, for the newest version that has begun and was not withdrawn."""
    gone = Withdrawal.objects.filter(version=OuterRef("pk"), state=DraftState.PUBLISHED.value, approved_at__lte=at)
    return (
        versions.filter(~Exists(gone), effective_from__lte=at)
        .order_by("protocol_id", "-effective_from")
        .distinct("protocol_id")
        .values_list("protocol_id", "pk", "number", "digest", "municipality_codes", "contexts", "effective_from")
    )


def _scope(row: tuple[Any, ...]) -> Scope:
    _protocol_id, pk, number, digest, municipality_codes, contexts, effective_from = row
    named = frozenset(Context(word) for word in contexts)
    return Scope(pk, number, digest, frozenset(municipality_codes), named, effective_from)


_LATEST = Statement(
    lambda place, at: _latest_rows(ProtocolVersion.objects.filter(protocol__network__municipalities=place), at),
    place=str,
    at=datetime,
)


def _latest_for(municipality_code: str, at: datetime) -> list[Scope]:
    return [_scope(row) for row in _LATEST.read(place=municipality_code, at=at)]


@lru_cache(maxsize=256)
def _content(version_id: int, digest: str) -> tuple[dict[str, Any], ProtocolDocument]:
    """Read a version's document once per process: it can never change. The digest is part of the key on purpose."""
    document: dict[str, Any] = ProtocolVersion.objects.values_list("document", flat=True).get(pk=version_id)
    return document, parse(document)


def _numbered(number: int) -> int:
    return min(max(number, 0), 2**31 - 1)  # what the column can hold


def _rows() -> Any:
    origin = "draft__adopted_from__protocol__network"
    rows = ProtocolVersion.objects.select_related("protocol__network", "published_by", "draft__proposed_by", origin)
    live = Withdrawal.objects.exclude(state=DraftState.WITHDRAWN).select_related("begun_by", "approved_by")
    return rows.prefetch_related(Prefetch("withdrawals", live))


def _readable(actor: Actor) -> Any:
    if actor.organisation_id is None:
        return _rows().none()
    return _rows().filter(protocol__network__organisations=actor.organisation_id)


def _grouped(rows: Any, at: datetime) -> tuple[ProtocolView, ...]:
    views = [_view(row) for row in rows.order_by("protocol__network__name", "protocol__code", "-number")]
    grouped = groupby(views, key=lambda view: (view.network_code, view.network_name, view.code))
    return tuple(_protocol(key, tuple(versions), at) for key, versions in grouped)


def _view(row: ProtocolVersion) -> VersionView:
    draft = getattr(row, "draft", None)
    return VersionView(
        id=row.pk,
        network_code=row.protocol.network.code,
        network_name=row.protocol.network.name,
        code=row.protocol.code,
        number=row.number,
        name=row.name,
        effective_from=row.effective_from,
        published_at=row.published_at,
        published_by=row.published_by.display_name,
        municipality_codes=frozenset(row.municipality_codes),
        contexts=frozenset(Context(word) for word in row.contexts),
        proposed_by=draft.proposed_by.display_name if draft else "",
        origin=origin_of(draft.adopted_from) if draft else None,
        withdrawal=_withdrawal(row),
    )


def _withdrawal(row: ProtocolVersion) -> WithdrawalView | None:
    for one in row.withdrawals.all():
        return WithdrawalView(
            id=one.pk,
            counter=one.counter,
            why=one.why,
            asked_by=one.begun_by.display_name,
            asked_by_id=one.begun_by_id,
            asked_at=one.begun_at,
            approved_by=one.approved_by.display_name if one.approved_by else "",
            withdrawn_at=one.approved_at,
        )
    return None


def origin_of(row: ProtocolVersion | None) -> Origin | None:
    """Return where a model was adopted from, of a version read with its network; None for none."""
    if row is None:
        return None
    network = row.protocol.network
    return Origin(row.pk, network.name, row.protocol.code, row.number, row.name, row.digest)


def _protocol(key: tuple[str, str, str], versions: tuple[VersionView, ...], at: datetime) -> ProtocolView:
    begun = [view for view in versions if view.effective_from <= at and view.holds_from(at)]
    return ProtocolView(
        *key,
        versions=versions,
        in_force=max(begun, key=lambda view: view.effective_from, default=None),
        coming=tuple(view for view in versions if view.effective_from > at and view.holds_from(at)),
    )
