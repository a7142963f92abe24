# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which municipality belongs to which network and which service: the nearest, on the real map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

_EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Place:
    """A real municipality."""

    code: str
    name: str
    province: str
    population: int
    latitude: float
    longitude: float


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a network reaches from its seat, in the provinces it works in."""

    seat: str
    provinces: frozenset[str]
    radius_km: float


def distance_km(one: Place, other: Place) -> float:
    """Return the distance as the crow flies."""
    north = radians(other.latitude - one.latitude)
    east = radians(other.longitude - one.longitude)
    chord = sin(north / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(east / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(chord))


def partition(places: Mapping[str, Place], reaches: Mapping[str, Reach]) -> dict[str, tuple[str, ...]]:
    """Give each municipality to the nearest network that reaches it; those that none reaches stay uncovered."""
    result: dict[str, list[str]] = {name: [] for name in reaches}
    for code, place in sorted(places.items()):
        reaching = [
            (distance_km(place, places[reach.seat]), name)
            for name, reach in reaches.items()
            if place.province in reach.provinces and distance_km(place, places[reach.seat]) <= reach.radius_km
        ]
        if reaching:
            result[min(reaching)[1]].append(code)
    return {name: tuple(codes) for name, codes in result.items()}


def zones(places: Mapping[str, Place], territory: Iterable[str], seats: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Divide a territory among seats by nearness."""
    result: dict[str, list[str]] = {seat: [] for seat in seats}
    for code in territory:
        nearest = min(result, key=lambda seat: (distance_km(places[code], places[seat]), seat))
        result[nearest].append(code)
    return {seat: tuple(codes) for seat, codes in result.items()}
