# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of the guided tour: their addresses never change, whatever the seed."""

from dataclasses import dataclass

from approdo.accounts.rules import TOUR

DOMAIN = "demo.example"

(
    ED_OPERATOR,
    FIRST_ON_CALL,
    SECOND_ON_CALL,
    SHELTER_MANAGER,
    NIGHT_OPERATOR,
    SOCIAL_WORKER,
    OFFICER,
    COORDINATOR,
    CENTRE_MANAGER,
) = TOUR
"""Signing in as one of these takes one click and no password, in the demonstration only."""

MUNICIPALITY = "012133"
"""Varese, where the tour happens."""


@dataclass(frozen=True, slots=True)
class CastMember:
    """A person of the tour, and her place in a service's staff."""

    email: str
    display_name: str
    service: str
    index: int


CAST: tuple[CastMember, ...] = (
    CastMember(ED_OPERATOR, "Ada Primaluce", "laghi-ps", 0),
    CastMember(FIRST_ON_CALL, "Bice Mareterso", "laghi-centro", 0),
    CastMember(SECOND_ON_CALL, "Clelia Ventolieve", "laghi-centro", 1),
    CastMember(CENTRE_MANAGER, "Delia Pratolungo", "laghi-centro", 4),
    CastMember(SHELTER_MANAGER, "Elsa Portoquieto", "laghi-rifugio", 0),
    CastMember(COORDINATOR, "Flora Montesogno", "laghi-coordinamento", 0),
    CastMember(SOCIAL_WORKER, "Gaia Boscofiore", "laghi-sociale", 0),
    CastMember(NIGHT_OPERATOR, "Ines Lunapiena", "laghi-pis", 0),
    CastMember(OFFICER, "Livio Sassoforte", "laghi-ffoo", 0),
)
BY_PLACE: dict[tuple[str, int], CastMember] = {(member.service, member.index): member for member in CAST}
