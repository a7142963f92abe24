# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The register of personal data: every column says about whom it is; a new one without a place here is red.

To write the page again: ``APPRODO_WRITE_DOCS=1 pytest tests/architecture/test_personal_data.py``.
"""

import os
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

from approdo.persons.rules import PRIVATE, SHAPES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "personal-data.md"

# model → who it is about → columns. "her": the woman and her children, by pseudonym or sealed; "people": who works here
REGISTER: dict[str, dict[str, str]] = {
    "recognition.SiteMode": {
        "public": "service_id mode since",
        "people": "reason operator_id",
        "technical": "id number",
    },
    "recognition.Reading": {
        "her": "visit_id age_band citizenship prompted answer answered_at read_at",
        "people": "service_id answered_by_id",
        "technical": "silent",
    },
    "recognition.Prompt": {
        "her": "reading_id band points evidence shown_at",
        "people": "service_id made_by_id",
        "technical": "id",
    },
    "recognition.StoredVisit": {
        "her": "person visit arrived_at codes signs said infant child age_band citizenship birth_year",
        "technical": "id organisation_id service_id recorded_at expires_at",
    },
    "recognition.VisitImport": {
        "people": "organisation_id service_id operator_id begun_at ended_at",
        "technical": "id file_digest mapping_digest state records new replaced unchanged rejected"
        " a_man not_emergency too_old expires_at",
    },
    "recognition.RejectedLine": {"technical": "id visit_import_id line column reason message"},
    "referrals.Referral": {
        "her": "case_id alias reason urgency slices status progress offered_at sent_at asked_at answered_at owed_since"
        " taken_at met_at ended_at end_reason",
        "people": "requested_by_id",
        "technical": "id exercise requester_id target_id service_ids clock reminded_at escalated_at due_at",
    },
    "referrals.ReplyLink": {
        "her": "referral_id",
        "technical": "id code_digest pin_digest made_at expires_at wrong opened_at replaced_at",
    },
    "referrals.Step": {
        "her": "referral_id happened_at act code words",
        "people": "service_id operator_id",
        "technical": "id number organisation_id",
    },
    "risk.InstrumentVersion": {"public": "code version digest document", "technical": "id kept_at"},
    "risk.LoadedInstrument": {
        "public": "network_id code version document digest remarks licensee state",
        "people": "loaded_by_id loaded_at proposed_at approved_by_id approved_at withdrawn_by_id withdrawn_at reason",
        "technical": "id",
    },
    "risk.Assessment": {
        "her": "case_id slice child_id sealed instrument_id assessed_at",
        "people": "organisation_id service_id operator_id",
        "technical": "id",
    },
    "risk.Judgement": {
        "her": "case_id slice child_id sealed assessment_id made_at needs_reader read_at",
        "people": "organisation_id service_id operator_id reader_id",
        "technical": "id",
    },
    "risk.Happening": {
        "her": "case_id slice child_id sealed happened_at noted_at",
        "people": "organisation_id service_id operator_id",
        "technical": "id",
    },
    "tasks.Stretch": {"her": "case_id phase begun_at ended_at", "technical": "id protocol_version_id"},
    "tasks.Task": {
        "her": "case_id stretch_id step key status reached_at ended_at end_reason instrument",
        "people": "operator_id service_id",
        "technical": "id exercise for_lead due_at escalate_at reminded_at escalated_at act_at",
    },
    "vault.WrappedKey": {"her": "case_id organisation_id private key_id sealed made_at", "technical": "id"},
    "audit.Entry": {
        "her": "case_id subject detail",
        "people": "operator_id organisation_id service_id role happened_at purpose verb",
        "technical": "id",
    },
    "audit.Heartbeat": {"technical": "name beaten_at"},
    "audit.Link": {"technical": "position entry_id hash"},
    "audit.Checkpoint": {"technical": "position hash at key signature"},
    "accounts.Operator": {
        "people": "password last_login email display_name language is_active joined_at",
        "technical": "id",
    },
    "accounts.ServiceToken": {
        "people": "service_id operator_id label digest created_at expires_at revoked_at last_used_at",
        "technical": "id",
    },
    "networks.Municipality": {
        "public": "istat_code name folded_name province_code province_name province_acronym cadastral_code"
        " population_2011 latitude longitude"
    },
    "networks.Network": {"public": "code name lead_organisation_id", "technical": "id"},
    "networks.NetworkTerritory": {"public": "network_id municipality_id", "technical": "id"},
    "networks.Organisation": {"public": "name kind", "technical": "id evidence_days"},
    "networks.Service": {
        "public": "organisation_id name kind code capabilities languages phone active always_open rank seat_id",
        "secret": "address",
        "technical": "id",
    },
    "networks.ServiceTerritory": {"public": "service_id municipality_id", "technical": "id"},
    "networks.OpeningHours": {"public": "service_id days opens closes", "technical": "id"},
    "networks.ContactPoint": {"people": "service_id operator_id position channel address hours", "technical": "id"},
    "networks.LocalHoliday": {"public": "service_id month day name", "technical": "id"},
    "networks.Rotation": {
        "people": "service_id position unit every first_day hand_over ends_at",
        "technical": "id made_until",
    },
    "networks.RotationPerson": {"people": "rotation_id operator_id place", "technical": "id"},
    "networks.Override": {
        "people": "service_id position operator_id starts_at ends_at made_at removed_at",
        "technical": "id",
    },
    "networks.OverriddenShift": {
        "people": "override_id operator_id starts_at ends_at rotation_id note",
        "technical": "id",
    },
    "networks.Shift": {
        "people": "service_id operator_id position starts_at ends_at rotation_id override_id note",
        "technical": "id",
    },
    "networks.Absence": {"people": "operator_id starts_at ends_at", "technical": "id"},
    "networks.Swap": {
        "people": "shift_id in_return_id asker_id state asked_at ended_at accepted_by_id",
        "technical": "id",
    },
    "networks.SwapAsked": {"people": "swap_id operator_id refused_at", "technical": "id"},
    "networks.CalendarFeed": {"people": "operator_id digest made_at"},
    "networks.Membership": {"people": "operator_id service_id role active qualifications", "technical": "id"},
    "notifications.Message": {
        "people": "recipient_operator_id service_id channel address language code read_at",
        "technical": "id reference wave template state attempts written_at due_at lease_until provider_reference"
        " sent_at delivered_at failed_at failure closed_at",
    },
    "notifications.DrillPlan": {"public": "service_id week weekday at both due_at"},
    "notifications.Drill": {
        "people": "pressed_by_id mended_at mended_by_id",
        "technical": "id service_id both state begun_at due_at ended_at",
    },
    "notifications.DrillRing": {
        "people": "operator_id position state rung_at delivered_at answered_at",
        "technical": "id drill_id code_digest",
    },
    "notifications.HoleWatch": {"technical": "network_id due_at"},
    "notifications.HolesTold": {"people": "operator_id network_id holes told_on", "technical": "id"},
    "notifications.InboundRequest": {"technical": "signature received_at"},
    "protocols.Protocol": {"public": "network_id code", "technical": "id"},
    "protocols.ProtocolVersion": {
        "public": "protocol_id number name source document digest municipality_codes contexts"
        " effective_from published_at",
        "people": "published_by_id",
        "technical": "id",
    },
    "protocols.ShelfItem": {
        "public": "network_id kind title language withdrawn_at withdrawn_reason",
        "people": "withdrawn_by_id",
        "technical": "id",
    },
    "protocols.Edition": {
        "public": "item_id number note file_type content digest entries state approved_at",
        "people": "begun_by_id begun_at changed_by_id changed_at proposed_by_id proposed_at returned_by_id returned_at"
        " reason approved_by_id",
        "technical": "id counter",
    },
    "protocols.Withdrawal": {
        "public": "version_id why state approved_at",
        "people": "begun_by_id begun_at changed_by_id changed_at proposed_by_id proposed_at returned_by_id returned_at"
        " reason approved_by_id",
        "technical": "id counter",
    },
    "protocols.Draft": {
        "public": "network_id document based_on_id adopted_from_id state effective_from version_id",
        "people": "begun_by_id begun_at changed_by_id changed_at proposed_by_id proposed_at returned_by_id returned_at"
        " reason approved_by_id",
        "technical": "id counter",
    },
    "persons.Entry": {
        "her": "case_id kind slice private entered_at removed_at",
        "people": "organisation_id service_id",
        "technical": "id",
    },
    "persons.Version": {
        "her": "sealed",
        "people": "organisation_id service_id operator_id written_at",
        "technical": "id entry_id number based_on",
    },
    "persons.Keeping": {"her": "entry_id case_id kept_until over", "technical": "service_id"},
    "persons.NameToken": {"her": "organisation_id token case_id entry_id", "technical": "id"},
    "documents.Document": {
        "her": "case_id kind slice state digest file_type size uploaded_at quarantined_at scanned_at removed_at",
        "people": "organisation_id service_id operator_id",
        "technical": "id original_id copy_id",
    },
    "documents.File": {"technical": "name"},
    "consents.Grant": {
        "her": "case_id service_id slices purpose basis valid_from until recorded_at language how proof norm reason"
        " renews_id revoked_at",
        "people": "recorded_by_id decided_by_id revoked_by_id",
        "technical": "id",
    },
    "consents.Block": {
        "her": "case_id",
        "people": "operator_id reason blocked_at blocked_by_id lifted_at lifted_by_id",
        "technical": "id",
    },
    "consents.Masking": {
        "her": "case_id service_id slice entry_id masked_at lifted_at",
        "people": "masked_by_id lifted_by_id",
        "technical": "id",
    },
    "consents.BreakGlass": {
        "her": "case_id reason",
        "people": "operator_id service_id organisation_id opened_at until manager_told_at reviewer_told_at reminded_at"
        " reviewed_at reviewed_by_id outcome",
        "technical": "id",
    },
    "consents.NotShared": {
        "her": "case_id service_id slice reason recorded_at",
        "people": "recorded_by_id",
        "technical": "id",
    },
    "cases.Case": {
        "her": "id alias state municipality_id arrival opened_at closed_at closing_reason exercise lead_service_id"
        " offered_service_id next_contact_at service_ids supervising_ids",
        "people": "lead_operator_id",
    },
    "cases.Reception": {
        "her": "case_id arrived_at see_by seen_at",
        "people": "service_id operator_id received_at",
        "technical": "idempotency_key",
    },
    "cases.Participation": {"her": "case_id service_id since until open led", "technical": "id"},
    "cases.Event": {"her": "case_id happened_at kind service_id subject detail", "technical": "id"},
    "activations.Activation": {
        "her": "case_id municipality_id context needs consent exercise activated_at service_id supervising_service_id"
        " service_ids state ended_at end_reason",
        "people": "operator_id ended_by_id",
        "technical": "id protocol_version_id protocol_copy idempotency_key request_digest",
    },
    "activations.Call": {
        "her": "activation_id service_id service_ids state started_at answer_by taken_at taken_service_id",
        "people": "taken_by_id",
        "technical": "id key position step due_at reached",
    },
    "activations.Alert": {
        "her": "call_id service_id target",
        "people": "operator_id created_at seen_at declined_at decline_reason",
        "technical": "id step code_digest code_expires_at",
    },
}
WHO = {
    "her": "the woman: a pseudonym, a code or a sealed value; goes with the case",
    "people": "who works in a service; kept as long as what she did must be known",
    "secret": "the address of a shelter; its own service only",
    "public": "the directory and the procedures",
    "technical": "nobody",
}
INTRODUCTION = """\
<!--
SPDX-FileCopyrightText: 2026 The Approdo founders
SPDX-License-Identifier: CC-BY-4.0
-->
# Personal data

Made by `tests/architecture/test_personal_data.py`, which is red while a column has no place in it. What is not done
yet: retention that ends by itself, and a period for each line; today a case is erased by destroying its keys
(`vault.services.erase_case`), addresses of messages are forgotten after `APPRODO_MESSAGE_ADDRESS_DAYS`, visits to an
emergency department after `APPRODO_VISIT_DAYS`, lines of files that were refused after `APPRODO_REJECTED_LINE_DAYS`.
"""


def models() -> dict[str, type[Model]]:
    return {model._meta.label: model for model in apps.get_models() if model.__module__.startswith("approdo")}


def page() -> str:
    """The page as the register and the shapes have it."""
    lines = [INTRODUCTION, "## What the record may say", ""]
    lines += ["Each is optional and may be declined; all of it is sealed, and erased with the keys of the case.", ""]
    lines += ["| entry | slice | read by | fields |", "|---|---|---|---|"]
    for kind, shape in SHAPES.items():
        readers = "its own service" if kind in PRIVATE else "who leads, whom she agreed to"
        fields = ", ".join(f"`{field.name}`" for field in shape.fields)
        lines += [f"| `{kind}` ({shape.label}) | `{shape.slice}` | {readers} | {fields} |"]
    lines += ["", "## Every column", "", "| about | what that means |", "|---|---|"]
    lines += [f"| {who} | {meaning} |" for who, meaning in WHO.items()]
    lines += ["", "| table | about | columns |", "|---|---|---|"]
    for label, places in REGISTER.items():
        lines += [
            f"| `{label}` | {who} | {', '.join(f'`{name}`' for name in names.split())} |"
            for who, names in places.items()
        ]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("label", sorted(models()))
def test_every_column_says_about_whom_it_is_and_only_once(label: str) -> None:
    placed = [name for names in REGISTER[label].values() for name in names.split()]
    assert sorted(placed) == sorted(field.attname for field in models()[label]._meta.concrete_fields)
    assert set(REGISTER[label]) <= set(WHO)


def test_no_table_of_the_register_is_gone() -> None:
    assert set(REGISTER) == set(models())


def test_the_page_says_what_the_register_says() -> None:
    if os.environ.get("APPRODO_WRITE_DOCS"):
        PAGE.write_text(page())
    assert PAGE.read_text() == page()
