# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
import uuid
from enum import StrEnum

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import Deferrable, F, Func, Q

from approdo.access.rules import Role
from approdo.networks.rules import (
    NOTE_LENGTH,
    POSITIONS,
    Channel,
    ContactHours,
    OrganisationKind,
    Qualification,
    RotationUnit,
    ServiceKind,
    SwapState,
)

_SHIFT_STRETCH = Func("starts_at", "ends_at", RangeBoundary(), function="TSTZRANGE", output_field=DateTimeRangeField())


def _values(words: type[StrEnum]) -> list[str]:
    return [word.value for word in words]  # plain strings, so that migrations name no enum


class Municipality(models.Model):
    """A municipality of the Region, by its ISTAT code; ISTAT data (CC BY)."""

    istat_code = models.CharField(max_length=6, primary_key=True)
    name = models.CharField(max_length=80)
    folded_name = models.CharField(max_length=80)
    province_code = models.CharField(max_length=3)
    province_name = models.CharField(max_length=60)
    province_acronym = models.CharField(max_length=2)
    cadastral_code = models.CharField(max_length=4)
    population_2011 = models.PositiveIntegerField()
    latitude = models.FloatField()
    longitude = models.FloatField()


class Network(models.Model):
    """A territorial network; a municipality belongs to one, so that its protocol is never in doubt."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    lead_organisation = models.ForeignKey("Organisation", on_delete=models.PROTECT, null=True, related_name="leads")
    municipalities = models.ManyToManyField(Municipality, through="NetworkTerritory", related_name="networks")


class NetworkTerritory(models.Model):
    """A municipality of a network."""

    network = models.ForeignKey(Network, on_delete=models.CASCADE)
    municipality = models.OneToOneField(Municipality, on_delete=models.PROTECT)


class Organisation(models.Model):
    """Who answers for services: an ASST, a municipality, an association."""

    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    networks = models.ManyToManyField(Network, related_name="organisations")
    evidence_days = models.PositiveSmallIntegerField(
        null=True, help_text="for how many days its departments keep evidence; nobody has said"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_values(OrganisationKind)), name="organisation_kind_known"),
        ]


class Service(models.Model):
    """A door of the network; of a shelter the place is written nowhere."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="services")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=30)
    code = models.CharField(max_length=20, blank=True)
    capabilities = ArrayField(models.CharField(max_length=40), default=list)
    languages = ArrayField(models.CharField(max_length=3), default=list)
    phone = models.CharField(max_length=20)
    active = models.BooleanField(default=True)
    always_open = models.BooleanField(default=False)
    rank = models.PositiveSmallIntegerField(default=100)
    seat = models.ForeignKey(Municipality, on_delete=models.PROTECT, null=True, related_name="+")
    address = models.CharField(max_length=200, blank=True)
    territory = models.ManyToManyField(Municipality, through="ServiceTerritory", related_name="services")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=_values(ServiceKind)), name="service_kind_known"),
            models.CheckConstraint(
                condition=~Q(kind=ServiceKind.SHELTER.value) | (Q(seat=None, address="") & ~Q(code="")),
                name="shelter_has_a_code_and_no_place",
            ),
            models.CheckConstraint(condition=~Q(phone=""), name="service_can_be_telephoned"),
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="service_code_is_of_one"),
        ]


class ServiceTerritory(models.Model):
    """A municipality that a service serves."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE)
    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [
            # municipality first: "who serves this place" is asked in an emergency, and answered from this index alone
            models.UniqueConstraint(fields=["municipality", "service"], name="service_serves_a_place_once"),
        ]


class OpeningHours(models.Model):
    """One line of opening hours on Rome's clock; it closes on the next day when ``closes`` is not after ``opens``."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="opening_hours")
    days = ArrayField(models.SmallIntegerField())
    opens = models.TimeField()
    closes = models.TimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(days__contained_by=list(range(8))) & Q(days__len__gte=1), name="opening_days_known"
            ),
        ]


class LocalHoliday(models.Model):
    """A day of each year that a service keeps as a holiday, as the patron saint of its place."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="local_holidays", db_index=False)
    month = models.PositiveSmallIntegerField()
    day = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["service", "month", "day"], name="local_holiday_once_a_year"),
            models.CheckConstraint(
                condition=Q(month__range=(1, 12)) & Q(day__range=(1, 31)), name="local_holiday_is_a_day"
            ),
        ]


class ContactPoint(models.Model):
    """A way to reach a person for a service, or, without a person, the service's own line."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="contact_points", db_index=False)
    operator = models.ForeignKey("accounts.Operator", on_delete=models.CASCADE, null=True, related_name="+")
    position = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=10)
    address = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=10, default=ContactHours.ALWAYS.value)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["service", "operator", "position"], nulls_distinct=False, name="contact_point_has_its_place"
            ),
            models.CheckConstraint(condition=Q(channel__in=_values(Channel)), name="contact_channel_known"),
            models.CheckConstraint(condition=Q(hours__in=_values(ContactHours)), name="contact_hours_known"),
            models.CheckConstraint(
                condition=Q(channel=Channel.APP.value, address="") | (~Q(channel=Channel.APP.value) & ~Q(address="")),
                name="contact_has_an_address",
            ),
        ]


class Rotation(models.Model):
    """People who take turns in a position; shifts say what came of it, and it makes each of them once."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="rotations")
    position = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10)
    every = models.PositiveSmallIntegerField()
    first_day = models.DateField()
    hand_over = models.TimeField()
    people = models.ManyToManyField("accounts.Operator", through="RotationPerson", related_name="+")
    made_until = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(position__in=list(POSITIONS)), name="rotation_position_known"),
            models.CheckConstraint(condition=Q(unit__in=_values(RotationUnit)), name="rotation_unit_known"),
            models.CheckConstraint(condition=Q(every__gte=1), name="rotation_turn_is_long"),
            models.UniqueConstraint(
                fields=["service", "position"], condition=Q(ends_at=None), name="one_rotation_per_position"
            ),
        ]


class RotationPerson(models.Model):
    """Whose turn comes after whose."""

    rotation = models.ForeignKey(Rotation, on_delete=models.CASCADE, related_name="turns", db_index=False)
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+")
    place = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rotation", "place"], name="rotation_place_of_one"),
            models.UniqueConstraint(fields=["rotation", "operator"], name="in_a_rotation_once"),
        ]


class Override(models.Model):
    """Somebody else is on call in a position, from one instant to another; the shifts it cut are kept to give back."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="overrides", db_index=False)
    position = models.PositiveSmallIntegerField()
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    made_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="override_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(position__in=list(POSITIONS)), name="override_position_known"),
            # its index also answers which overrides a service has
            ExclusionConstraint(
                name="overridden_once_at_a_time",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    (_SHIFT_STRETCH, RangeOperators.OVERLAPS),
                ],
                condition=Q(removed_at=None),
            ),
        ]


class OverriddenShift(models.Model):
    """A shift as it was before an override cut it or took its place."""

    override = models.ForeignKey(Override, on_delete=models.CASCADE, related_name="replaced")
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="overridden_ends_after_it_starts"),
        ]


class Shift(models.Model):
    """Who is first or second on call for a service, from when to when; made by what, as long as nobody touched it."""

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="shifts", db_index=False)
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    rotation = models.ForeignKey(Rotation, on_delete=models.PROTECT, null=True, related_name="shifts")
    override = models.ForeignKey(Override, on_delete=models.PROTECT, null=True, related_name="shifts")
    note = models.CharField(max_length=NOTE_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="shift_ends_after_it_starts"),
            models.CheckConstraint(condition=Q(position__in=list(POSITIONS)), name="shift_position_known"),
            ExclusionConstraint(
                name="one_person_per_position",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("position", RangeOperators.EQUAL),
                    (_SHIFT_STRETCH, RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
            # the second person is there for when the first does not answer: she must be another
            ExclusionConstraint(
                name="one_position_per_person",
                expressions=[
                    ("service", RangeOperators.EQUAL),
                    ("operator", RangeOperators.EQUAL),
                    (_SHIFT_STRETCH, RangeOperators.OVERLAPS),
                ],
                deferrable=Deferrable.IMMEDIATE,
            ),
        ]
        indexes = [
            # who is on call now: past shifts pile up behind, only those not yet over are looked at
            models.Index(fields=["service", "ends_at"], name="shift_of_service"),
            models.Index(fields=["operator", "ends_at"], name="shift_of_operator"),
        ]


class Absence(models.Model):
    """When an operator is away, in all her services; why is written nowhere."""

    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+", db_index=False)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="absence_ends_after_it_starts"),
            # its index also answers who is away when
            ExclusionConstraint(
                name="away_once_at_a_time",
                expressions=[("operator", RangeOperators.EQUAL), (_SHIFT_STRETCH, RangeOperators.OVERLAPS)],
            ),
        ]


_OPEN, _ACCEPTED = SwapState.OPEN.value, SwapState.ACCEPTED.value


class Swap(models.Model):
    """One colleague asks others to take a shift of hers, or one of them to change it with one of hers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    shift = models.ForeignKey(Shift, on_delete=models.CASCADE, related_name="swaps")
    in_return = models.ForeignKey(Shift, on_delete=models.CASCADE, null=True, related_name="+")
    asker = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=_values(SwapState)), name="swap_state_known"),
            models.UniqueConstraint(fields=["shift"], condition=Q(state=_OPEN), name="one_open_swap_per_shift"),
            models.CheckConstraint(
                condition=Q(state=_OPEN, ended_at=None) | (~Q(state=_OPEN) & Q(ended_at__isnull=False)),
                name="swap_ended_says_when",
            ),
            models.CheckConstraint(
                condition=Q(state=_ACCEPTED, accepted_by__isnull=False) | (~Q(state=_ACCEPTED) & Q(accepted_by=None)),
                name="swap_accepted_says_by_whom",
            ),
            models.CheckConstraint(
                condition=Q(accepted_by=None) | ~Q(accepted_by=F("asker")), name="swap_accepted_by_another"
            ),
            models.CheckConstraint(
                condition=Q(in_return=None) | ~Q(in_return=F("shift")), name="swap_of_two_different_shifts"
            ),
        ]


class SwapAsked(models.Model):
    """A colleague who was asked, and when she said that she cannot."""

    swap = models.ForeignKey(Swap, on_delete=models.CASCADE, related_name="asked", db_index=False)
    operator = models.ForeignKey("accounts.Operator", on_delete=models.PROTECT, related_name="+")
    refused_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["swap", "operator"], name="asked_once"),
        ]


class CalendarFeed(models.Model):
    """The secret address at which an operator's own calendar reads when she is on call; only its hash is kept."""

    operator = models.OneToOneField("accounts.Operator", on_delete=models.PROTECT, primary_key=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()


class Membership(models.Model):
    """As what an operator works for a service."""

    operator = models.ForeignKey(
        "accounts.Operator", on_delete=models.PROTECT, related_name="memberships", db_index=False
    )
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=40)
    active = models.BooleanField(default=True)
    qualifications = ArrayField(models.CharField(max_length=30), default=list, db_default=[])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "service"], name="member_once"),
            models.CheckConstraint(
                condition=Q(qualifications__contained_by=_values(Qualification)), name="membership_qualifications_known"
            ),
            models.CheckConstraint(condition=Q(role__in=_values(Role)), name="membership_role_known"),
        ]
