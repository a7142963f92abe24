# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from django.db.models import Case, IntegerField, Value, When

from approdo.access.rules import Actor, Permission, require
from approdo.kit.rows import Statement, read
from approdo.networks.models import Municipality, Network
from approdo.networks.rules import (
    LocalHoliday,
    MunicipalityView,
    NetworkView,
    UnknownMunicipality,
    folded,
    is_istat_code,
    patron_of,
)

_FIELDS = ("istat_code", "name", "province_acronym")


def municipality(code: str) -> MunicipalityView:
    """Return a municipality by its ISTAT code; raises ``UnknownMunicipality``."""
    if not is_istat_code(code):
        raise UnknownMunicipality
    found = read("SELECT istat_code, name, province_acronym FROM networks_municipality WHERE istat_code = %s", [code])
    if not found:
        raise UnknownMunicipality
    return MunicipalityView(*found[0])


def municipalities(text: str, limit: int = 20) -> tuple[MunicipalityView, ...]:
    """Return municipalities whose name holds a text, those that begin with it first, larger ones before smaller."""
    wanted = folded(text[:80])
    if not wanted:
        return ()
    begins = Case(
        When(folded_name=wanted, then=Value(0)),
        When(folded_name__startswith=wanted, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    rows = Municipality.objects.filter(folded_name__contains=wanted).order_by(begins, "-population_2011")
    return tuple(MunicipalityView(*row) for row in rows.values_list(*_FIELDS)[:limit])


def municipalities_by_code(codes: list[str]) -> tuple[MunicipalityView, ...]:
    """Return municipalities by ISTAT code, in order of name; unknown codes are left out."""
    rows = (
        Municipality.objects.filter(pk__in=filter(is_istat_code, codes)).order_by("folded_name").values_list(*_FIELDS)
    )
    return tuple(MunicipalityView(*row) for row in rows)


def municipality_coordinates() -> tuple[tuple[str, str, str, int, float, float], ...]:
    """Return (code, name, province, population, latitude, longitude) of every municipality, by code."""
    fields = ("istat_code", "name", "province_acronym", "population_2011", "latitude", "longitude")
    return tuple(Municipality.objects.order_by("pk").values_list(*fields))


_NETWORK = Statement(
    lambda place: (
        Network.objects.filter(networkterritory__municipality=place)
        .order_by("pk")
        .values_list("pk", "code", "name")[:1]
    ),
    place=str,
)


def network_of(municipality_code: str) -> NetworkView | None:
    """Return the network a municipality belongs to, or None."""
    found = _NETWORK.read(place=municipality_code)
    return NetworkView(*found[0]) if found else None


def networks() -> tuple[NetworkView, ...]:
    """Return every network, in order of name."""
    return tuple(NetworkView(*row) for row in Network.objects.order_by("name").values_list("pk", "code", "name"))


def networks_of(organisation_id: int | None) -> tuple[NetworkView, ...]:
    """Return the networks an organisation belongs to, in order of name."""
    rows = Network.objects.filter(organisations=organisation_id).order_by("name").values_list("pk", "code", "name")
    return tuple(NetworkView(*row) for row in rows) if organisation_id is not None else ()


def networks_served_by(service_id: int) -> tuple[NetworkView, ...]:
    """Return the networks with a municipality that a service serves, in order of name."""
    rows = Network.objects.filter(municipalities__services=service_id).distinct().order_by("name")
    return tuple(NetworkView(*row) for row in rows.values_list("pk", "code", "name"))


def network_municipalities(network_code: str) -> tuple[MunicipalityView, ...]:
    """Return the municipalities of a network, in order of name."""
    rows = Municipality.objects.filter(networks__code=network_code).order_by("folded_name").values_list(*_FIELDS)
    return tuple(MunicipalityView(*row) for row in rows)


def own_network_municipalities(actor: Actor) -> tuple[MunicipalityView, ...]:
    """Return the municipalities of the networks in which the actor's organisation takes part, in order of name."""
    require(actor, Permission.EDIT_ORGANISATION)
    rows = Municipality.objects.filter(networks__organisations=actor.organisation_id).distinct().order_by("folded_name")
    return tuple(MunicipalityView(*row) for row in rows.values_list(*_FIELDS))


def proposed_patron(seat_code: str | None, year: int) -> LocalHoliday | None:
    """Return the patron saint's day of a municipality that is the capital of its province, or None for any other."""
    row = Municipality.objects.filter(pk=seat_code).values_list("name", "province_name", "province_acronym").first()
    if row is None or not f"{row[1]} ".startswith(f"{row[0]} "):
        return None
    return patron_of(row[2], year)
