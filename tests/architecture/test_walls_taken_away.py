# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each wall around her record is taken away once, in a copy of the source, and its tests must miss it.

FORCE, policies, views and grants are taken away in the database itself: ``test_row_security``.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

pytestmark = pytest.mark.walk
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Wall:
    """What stands in a file of the source, what is there without it, and the tests that must miss it."""

    file: str
    stands: str
    gone: str
    missed_by: str


WALLS = {
    "from high one goes down in two": Wall(
        "risk/rules/deciding.py",
        "    return lowers(standing, chosen) and at_least(standing, _ANOTHER_READS)",
        "    return False",
        "tests/integration/usecases/test_assessing.py",
    ),
    "a sheet full of noes takes nobody down from high": Wall(
        "risk/rules/deciding.py",
        "    return before if needs_reader(before, level) and not any(one.read_at for one in judged) else level",
        "    return level",
        "tests/integration/usecases/test_assessing.py",
    ),
    "a milder sheet puts off no clock of a worse one": Wall(
        "risk/rules/deciding.py",
        "for one in counted if one.instrument in whose and one.level is worst]",
        "for one in counted]",
        "tests/unit/risk/test_deciding.py tests/integration/usecases/test_assessing.py",
    ),
    "a sign that is not there is no assessment": Wall(
        "risk/rules/deciding.py",
        ".values() if not one.absent]",
        ".values()]",
        "tests/integration/usecases/test_assessing.py",
    ),
    "a visit that was asked about is not moved to another woman": Wall(
        "recognition/services/visits.py",
        "    if of_others(actor=actor, visits=[one], shown=True):",
        "    if False:",
        "tests/integration/recognition/test_attacked.py",
    ),
    "what a program brings is nobody's list": Wall(
        "recognition/services/prompting.py",
        "made_by = None if by_program else acting(actor)[0]",
        "made_by = acting(actor)[0]",
        "tests/integration/recognition/test_attacked.py",
    ),
    "figures do not tell what came of today's visit": Wall(
        "usecases/recognition_figures.py",
        "    until = _month(now)",
        "    until = now",
        "tests/integration/web/test_recognition_pages.py",
    ),
    "what is written of another is not hers": Wall(
        "recognition/gateways/bundle.py",
        '        if whose in {"", hers}:',
        "        if True:",
        "tests/unit/recognition/test_bundle.py",
    ),
    "who closes waits for who assesses": Wall(
        "usecases/pathway.py",
        "    case_services.hold(case_id=case_id)  # who assesses takes turns with who closes\n",
        "",
        "tests/integration/usecases/test_assessing.py",
    ),
    "nobody confirms what she wrote herself": Wall(
        "risk/services/assessing.py",
        "    if row.operator_id == operator_id:\n        raise Conflict(",
        "    if row.operator_id == 0:\n        raise Conflict(",
        "tests/integration/usecases/test_assessing.py",
    ),
    "what was overtaken is not read into force": Wall(
        "risk/rules/deciding.py",
        "    return any(other.holds_from is not None and other.holds_from > one.made_at",
        "    return False and any(other.holds_from is not None and other.holds_from > one.made_at",
        "tests/integration/usecases/test_assessing.py",
    ),
    "at high risk a case is closed in two": Wall(
        "usecases/pathway.py",
        "        assessing.check_closing(actor, case_id, now)\n",
        "        pass\n",
        "tests/integration/usecases/test_assessing.py",
    ),
    "who takes part without a grant assesses nothing": Wall(
        "usecases/assessing.py",
        "    if subject.slice not in may_in(actor, case, now).slices(Action.WRITE):\n        raise NotFound",
        "    if subject.slice not in may_in(actor, case, now).slices(Action.WRITE):\n        pass",
        "tests/integration/web/test_assessment_pages.py",
    ),
    "what is not known is not a no": Wall(
        "risk/rules/scoring.py",
        "        most += points[item.code][given] if given else high",
        "        most += points[item.code][given] if given else low",
        "tests/integration/usecases/test_assessing.py",
    ),
    "a prompt that sleeps is not shown again": Wall(
        "recognition/rules/prompting.py",
        " or _asleep(mode, verdict, past, now, sleep):",
        ":",
        "tests/unit/recognition/test_prompting.py",
    ),
    "only an emergency department has a door": Wall(
        "usecases/reception.py",
        "held is None or held.kind is not ServiceKind.EMERGENCY_DEPARTMENT",
        "held is None",
        "tests/integration/web/test_reception_pages.py",
    ),
    "a woman is received also while the keys are away": Wall(
        "usecases/reception.py",
        "    except KeysUnavailable:\n",
        "    except ZeroDivisionError:\n",
        "tests/integration/web/test_reception_pages.py",
    ),
    "nothing is printed that she has not said she can carry": Wall(
        "usecases/leaving.py",
        "    if not shown.may_carry or found is None:",
        "    if found is None:",
        "tests/integration/web/test_reception_pages.py",
    ),
    "nobody has assessed is not a low risk": Wall(
        "usecases/leaving.py",
        "self.level.value in LEVELS else NOT_ASSESSED",
        "self.level.value in LEVELS else Outcome.LOW.value",
        "tests/integration/web/test_reception_pages.py",
    ),
    "no protocol lets a woman leave without the centre and the information": Wall(
        "protocols/rules/leaving.py",
        "        if needed not in options:",
        "        if False:",
        "tests/unit/protocols/test_leaving.py",
    ),
    "a department proposes what the protocol in force says": Wall(
        "usecases/leaving.py",
        "exits=held.exits if held else USUAL_EXITS",
        "exits=USUAL_EXITS",
        "tests/integration/web/test_reception_pages.py",
    ),
    "a link of a chain of custody is never taken out": Wall(
        "persons/services.py",
        "    if SHAPES[Kind(entry.kind)].lasting:",
        "    if False:",
        "tests/integration/web/test_evidence_pages.py",
    ),
    "a chain shows every step and not the last alone": Wall(
        "usecases/evidence.py",
        "[Kind.EVIDENCE, Kind.EPISODE], now, every_version=True)",
        "[Kind.EVIDENCE, Kind.EPISODE], now)",
        "tests/integration/web/test_evidence_pages.py",
    ),
    "a photograph needs a yes of its own": Wall(
        "web/evidence.py",
        'text.answers.given.get("photographed") == "agreed"',
        "True",
        "tests/integration/web/test_evidence_pages.py",
    ),
    "who reads nothing of a part of the record has no page of it": Wall(
        "usecases/record.py",
        "    if not found and not any(SHAPES[kind].slice in writable for kind in kinds):\n        raise NotFound\n",
        "",
        "tests/integration/web/test_reception_pages.py tests/integration/web/test_evidence_pages.py",
    ),
    "unknown is never no": Wall(
        "persons/rules/law_53.py",
        "return str(given.get(name, UNKNOWN))",
        "return str(given.get(name, NO))",
        "tests/unit/persons/test_law_53.py",
    ),
    "a spreadsheet runs nothing of what is handed to it": Wall(
        "kit/sheets.py",
        "writerows(no_formulas(row) for row in rows)",
        "writerows(rows)",
        "tests/unit/kit/test_sheets.py",
    ),
    "only an operator of the service that leads moves a case": Wall(
        "usecases/pathway.py",
        "    if not may_in(actor, case, now).act(Action.MOVE):\n        raise NotFound\n",
        "",
        "tests/integration/usecases/test_pathway.py",
    ),
    "a task is done by the service that is to do it": Wall(
        "tasks/rules/states.py",
        "    (S.REQUESTED, Act.COMPLETE): (S.COMPLETED, _SERVICE),",
        "    (S.REQUESTED, Act.COMPLETE): (S.COMPLETED, _EITHER),",
        "tests/unit/tasks/test_states.py",
    ),
    "a step for the trained is not done by others": Wall(
        "usecases/pathway.py",
        "if step.qualification and step.qualification not in networks.qualifications_of(actor):",
        "if False:",
        "tests/integration/usecases/test_pathway.py",
    ),
    "a step that asks for a document is not done without it": Wall(
        "usecases/pathway.py",
        "    if not any(one.uploaded_at >= found.line.reached_at for one in seen):",
        "    if not seen:",
        "tests/integration/usecases/test_pathway.py",
    ),
    "whoever is kept out is not reminded of what is to do": Wall(
        "usecases/pathway.py",
        "    tell(_due_to_know(ticked) - kept_out, task_id, now)",
        "    tell(_due_to_know(ticked), task_id, now)",
        "tests/integration/usecases/test_pathway.py",
    ),
    "two sweeps at once begin a phase once": Wall(
        "usecases/pathway.py",
        "    held = case_services.hold(case_id=case_id, wait=False)",
        "    from approdo.cases.models import Case\n    held = cases.brief_of(Case.objects.get(pk=case_id))",
        "tests/integration/usecases/test_pathway.py",
    ),
    "a number on a channel that the protocol does not use rings nowhere": Wall(
        "activations/rules/proof.py",
        "    return min((message.after_seconds for message in sent if message.channel in LOUD), default=None)",
        "    return 0 if any(way.channel in LOUD for one in people for way in one.contacts) else None",
        "tests/unit/activations/test_proof.py",
    ),
    "nobody approves her own edition of the shelf": Wall(
        "protocols/services/two_people.py",
        "changed_by=row.changed_by_id, proposed_by=row.proposed_by_id)",
        "changed_by=0, proposed_by=row.proposed_by_id if row.state != 'proposed' else 0)",
        "tests/integration/protocols/test_shelf.py",
    ),
    "nobody approves an instrument that she loaded": Wall(
        "risk/rules/loading.py",
        "    return frozenset(acts - {LoadAct.APPROVE if own else LoadAct.PROPOSE})",
        "    return frozenset(acts if own else acts - {LoadAct.PROPOSE})",
        "tests/integration/usecases/test_instruments.py",
    ),
    "nobody assesses with an instrument whose licence has run out": Wall(
        "risk/rules/checks.py",
        "instrument.runs_out_before(today):",
        "instrument.runs_out_before(date.min):",
        "tests/unit/risk/test_licensed.py tests/integration/usecases/test_instruments.py",
    ),
    "what a sealed file says in clear is what is under it": Wall(
        "risk/rules/files.py",
        "    if found.document is not None and not agrees(header, found.document):",
        "    if found.document is None and not found.faults:",
        "tests/unit/risk/test_sealing.py",
    ),
    "nobody publishes alone after a network's first version": Wall(
        "protocols/services/commanding.py",
        "        if approver is None and ProtocolVersion.objects",
        "        if approver == actor and ProtocolVersion.objects",
        "tests/integration/protocols/test_publishing.py tests/integration/cli/test_protocol_command.py",
    ),
    "a file that acts is not taken for the shelf": Wall(
        "documents/rules/papers.py",
        "    if any(_ACTING_PARTS.search(name) for name in parts):",
        "    if not parts:",
        "tests/unit/documents/test_papers.py",
    ),
    "what was only another network's is not adopted": Wall(
        "protocols/rules/adopting.py",
        "        if name in _THEIRS:",
        "        if name not in value:",
        "tests/unit/protocols/test_adopting.py",
    ),
    "what was only proposed to her is not there for the service it would go to": Wall(
        "referrals/services/offering.py",
        "        service_ids=[service_id],\n",
        "        service_ids=[service_id, target_id],\n",
        "tests/integration/usecases/test_referring.py",
    ),
    "a reply link dies with the consent it rested on": Wall(
        "referrals/rules/links.py",
        "return at < self.expires_at and self.wrong < TRIES and kept",
        "return at < self.expires_at and self.wrong < TRIES",
        "tests/unit/referrals/test_links.py tests/integration/web/test_reply_links.py",
    ),
    "a reply link that is guessed at shuts": Wall(
        "usecases/reply_links.py",
        "            left = services.note_wrong(found=found, now=now)",
        "            left = 5",
        "tests/integration/web/test_reply_links.py",
    ),
    "many who guess at once at a reply link take turns": Wall(
        "usecases/reply_links.py",
        "found = services.link_by(code, hold=True)",
        "found = services.link_by(code)",
        "tests/integration/web/test_reply_links.py",
    ),
    "where she is goes through no reply link": Wall(
        "usecases/reply_links.py",
        "slices = readable(granted) & READABLE[_ROLE]",
        "slices = granted & READABLE[_ROLE]",
        "tests/integration/web/test_reply_links.py",
    ),
    "no word of her without her consent": Wall(
        "referrals/services/_steps.py",
        "    return both <= keys.holders(case_id)",
        "    return True",
        "tests/integration/usecases/test_referring.py",
    ),
    "who is kept out is told of no referral": Wall(
        "usecases/referring.py",
        "    tell(people - _kept_out(line.case_id), line.id, now)",
        "    tell(people, line.id, now)",
        "tests/integration/usecases/test_referring.py",
    ),
    "who may set which status of a referral": Wall(
        "referrals/rules/states.py",
        "(S.REQUESTED, Act.ACCEPT): (S.ACCEPTED, _TARGET),",
        "(S.REQUESTED, Act.ACCEPT): (S.ACCEPTED, _EITHER),",
        "tests/unit/referrals/test_states.py",
    ),
    "the word of a test never takes a call": Wall(
        "usecases/delivery.py",
        "    if wanted is Meant.TAKE:\n",
        "    if wanted:\n",
        "tests/integration/usecases/test_drills.py",
    ),
    "a real call keeps a test waiting": Wall(
        "notifications/services/drills.py",
        "    if around.busy and now - drill.begun_at < WAITS_AT_MOST:",
        "    if False:",
        "tests/integration/usecases/test_drills.py",
    ),
    "a real call that begins stops a test": Wall(
        "notifications/services/drills.py",
        "        _settle(pending, RingEvent.STOP, now)\n",
        "        _settle([], RingEvent.STOP, now)\n",
        "tests/integration/usecases/test_drills.py",
    ),
    "a test leaves last": Wall(
        "notifications/services/sending.py",
        "                due = due.exclude(template=Template.DRILL)\n",
        "",
        "tests/integration/notifications/test_drill_lanes.py",
    ),
    "who coordinates another organisation tries no service of this one": Wall(
        "usecases/drills.py",
        "    networks.service_for_editing(actor, service_id)\n    services.press_drill(",
        "    services.press_drill(",
        "tests/integration/usecases/test_drills.py",
    ),
    "how the services of a network answered is for who coordinates it": Wall(
        "usecases/drills.py",
        "    require(actor, Permission.SUPERVISE_NETWORK)\n",
        "",
        "tests/integration/usecases/test_drills.py",
    ),
    "a row of the permission matrix": Wall(
        "consents/rules/matrix.py",
        "Role.OFFICER: EVERYTHING - {Slice.HEALTH, Slice.PLAN},",
        "Role.OFFICER: EVERYTHING,",
        "tests/unit/consents/test_matrix.py",
    ),
    "the place stays shut behind the glass": Wall(
        "consents/rules/matrix.py",
        "BEHIND_THE_GLASS = frozenset({Slice.IDENTITY,",
        "BEHIND_THE_GLASS = frozenset({Slice.LOCATION, Slice.IDENTITY,",
        "tests/unit/consents/test_matrix.py",
    ),
    "the block list, in the table": Wall(
        "consents/rules/matrix.py",
        "if role is None or standing.blocked or standing.barred:",
        "if role is None or standing.barred:",
        "tests/unit/consents/test_matrix.py",
    ),
    "the block list, when help is called": Wall(
        "activations/rules/escalation.py",
        "if service is None or person is None or person.operator_id in kept_out:",
        "if service is None or person is None:",
        "tests/integration/usecases/test_sharing.py",
    ),
    "the block list, behind a link in a message": Wall(
        "activations/selectors/invitations.py",
        "return None if consents.blocked(alert.operator_id, alert.call.activation.case_id) else alert",
        "return alert",
        "tests/integration/activations/test_answering.py",
    ),
    "an attempt of who is kept out is written down": Wall(
        "web/middleware.py",
        "                note(actor=request.actor, named=kwargs, now=request.now)",
        "                (actor := note)",
        "tests/integration/web/test_attempt_pages.py",
    ),
    "a reading is written down": Wall(
        "usecases/record.py",
        '        audit.record(\n            actor=actor,\n            verb="record.read",\n',
        '        dict(\n            actor=actor,\n            verb="record.read",\n',
        "tests/integration/web/test_access_log.py",
    ),
    "no reading while the register is silent": Wall(
        "web/middleware.py",
        'act = audit.goes_on if getattr(view, "goes_on", False) else audit.or_refused',
        "act = audit.goes_on",
        "tests/integration/audit/test_unwritten.py tests/integration/web/test_access_log.py",
    ),
    "the chain of the register": Wall(
        "audit/rules.py",
        "elif linked(previous, link.fields) != link.hash:",
        "elif False:",
        "tests/unit/audit/test_chain.py",
    ),
    "a cut tail shows against checkpoints": Wall(
        "audit/rules.py", "    if waiting:\n", "    if False:\n", "tests/unit/audit/test_chain.py"
    ),
    "consent ends": Wall(
        "consents/selectors/grants.py",
        "Grant.objects.filter(service=service, case_id=case, valid_from__lte=at, until__gt=at, revoked_at=None)",
        "Grant.objects.filter(service=service, case_id=case, valid_from__lte=at, revoked_at=None)",
        "tests/integration/consents tests/integration/usecases/test_sharing.py",
    ),
    "a consent taken back takes the key": Wall(
        "usecases/sharing.py",
        "    keys.withdraw_case_key(case_id=case_id, organisation_ids=lost)",
        "    assert lost is not None",
        "tests/integration/usecases/test_sharing.py tests/integration/web/test_consent_pages.py",
    ),
    "what finds her is covered": Wall(
        "usecases/record.py",
        "    return not entry.private and entry.slice in SECRET and",
        "    return False and",
        "tests/integration/web/test_record_pages.py",
    ),
    "a fresh factor before it is uncovered": Wall(
        "web/middleware.py",
        "self._refuse_role(request, view) or freshness.ask(request, view, kwargs)",
        "self._refuse_role(request, view)",
        "tests/integration/web/test_freshness.py",
    ),
    "the original of a document asks for it too": Wall(
        "web/documents.py",
        '@fresh(Freshness.REVEAL, back="record")\n',
        "",
        "tests/integration/web/test_document_pages.py",
    ),
    "whoever reads very much waits": Wall(
        "usecases/reading.py",
        "    if over := beyond(spent, reading, _limits()):",
        "    if over := 0 * beyond(spent, reading, _limits()):",
        "tests/integration/usecases/test_reading.py",
    ),
    "keys open at the pace of people": Wall(
        "vault/gateways/keyring.py",
        "        self._pace.spend(organisation_id)\n",
        "",
        "tests/unit/vault/test_providers.py",
    ),
    "keys in a token open at the pace of people": Wall(
        "vault/gateways/token.py",
        "        self._pace.spend(organisation_id)\n",
        "",
        "tests/unit/vault/test_providers.py",
    ),
    "no key leaves its token": Wall(
        "vault/gateways/cryptoki.py",
        "    Attribute.EXTRACTABLE: False,\n",
        "    Attribute.EXTRACTABLE: True,\n",
        "tests/unit/vault/test_token.py",
    ),
    "a token's keys open in their place only": Wall(
        "vault/gateways/cryptoki.py",
        "GCMParams(nonce, associated_data, _TAG_BITS)",
        "GCMParams(nonce, None, _TAG_BITS)",
        "tests/unit/vault/test_providers.py",
    ),
    "a token opens no case that was erased": Wall(
        "vault/gateways/token.py",
        "        self._check_not_erased(case_id)\n        return self._using(",
        "        return self._using(",
        "tests/unit/vault/test_providers.py",
    ),
    "a token refuses a PIN once": Wall(
        "vault/gateways/cryptoki.py",
        "            self._refused = as_it_is  #",
        "            #",
        "tests/unit/vault/test_token.py",
    ),
    "a blank token gets no key": Wall(
        "vault/gateways/token.py",
        "    held.check_installed()\n    if not",
        "    if not",
        "tests/unit/vault/test_token.py",
    ),
    "a sealed value opens in its place only": Wall(
        "vault/rules/sealing.py",
        "        return place.associated()\n",
        '        return b""\n',
        "tests/unit/vault/test_sealing.py",
    ),
    "one custodian alone opens nothing": Wall(
        "vault/rules/recovery.py", "NEEDED, SHARES = 2, 3", "NEEDED, SHARES = 1, 1", "tests/unit/vault/test_recovery.py"
    ),
    "the copy people see is drawn anew": Wall(
        "documents/services/keeping.py",
        "        copy = clean_copy(content, file_type)\n",
        "        copy = content\n",
        "tests/integration/documents/test_keeping.py",
    ),
    "a silent scanner means quarantine": Wall(
        "documents/services/keeping.py",
        "    quarantined = verdict is Verdict.DOWN\n",
        "    quarantined = False\n",
        "tests/integration/documents/test_sweeping.py",
    ),
    "nobody destroys evidence in one moment": Wall(
        "documents/services/sweeping.py",
        "removed_at__lte=now - KEPT_AFTER_REMOVAL)",
        "removed_at__lte=now)",
        "tests/integration/documents/test_sweeping.py",
    ),
    "nothing stays in the browser": Wall(
        "web/middleware.py",
        '            "Cache-Control": "no-store",\n',
        "",
        "tests/integration/web/test_frame.py",
    ),
    "words never become script": Wall(
        "web/middleware.py",
        "\"require-trusted-types-for 'script'; trusted-types 'none'\"",
        '""',
        "tests/unit/web/test_files.py",
    ),
    "a session left alone ends": Wall(
        "web/middleware.py",
        "return now - seen > settings.SESSION_IDLE_SECONDS or",
        "return",
        "tests/integration/web/test_sessions.py",
    ),
    "codes are guessed a few times": Wall(
        "web/second_factor.py",
        'if not ratelimit.consume(context.request, action="second_factor", user=self.user):',
        "if False:",
        "tests/integration/web/test_sign_in_register.py",
    ),
    "a password alone is no second factor": Wall(
        "web/accounts.py",
        'return [one for one in found if one["id"] != "reauthenticate"] or found',
        "return found",
        "tests/integration/web/test_freshness.py",
    ),
    "no key goes while something is wrapped with it": Wall(
        "vault/services.py",
        "        _wrapping(exclusive=True)  #",
        "        #",
        "tests/integration/vault/test_keys.py",
    ),
    "an older keyring retires no key": Wall(
        "vault/services.py",
        "            if one.case_id not in erased:\n                raise  #",
        "            if False:\n                raise  #",
        "tests/integration/vault/test_keys.py",
    ),
    "a lent key comes back with the review": Wall(
        "usecases/breaking.py",
        "        _take_back(found, now)\n",
        "        pass\n",
        "tests/integration/usecases/test_breaking.py",
    ),
    "a second emergency keeps its key": Wall(
        "usecases/breaking.py",
        "        return True  # another emergency access",
        "        pass  # another emergency access",
        "tests/integration/usecases/test_breaking.py",
    ),
    "shares are in force when all were shown": Wall(
        "usecases/recovery.py",
        "    shown(series(public), shares)\n",
        "    vault.seal_copies_for(public)\n    shown(series(public), shares)\n",
        "tests/integration/vault/test_recovery.py",
    ),
    "an empty database destroys no files": Wall(
        "documents/services/sweeping.py",
        "    if len(orphans) > FEW + len(known) // 20:",
        "    if False:",
        "tests/integration/documents/test_sweeping.py",
    ),
    "who writes nothing there takes nothing out": Wall(
        "usecases/documents.py",
        "    if one.kind not in to_add(actor, case_id, now)[1]:",
        "    if False:",
        "tests/integration/usecases/test_documents.py",
    ),
    "a page that asks by itself keeps no session open": Wall(
        "web/middleware.py",
        "is_background(request) or is_untouched(request)",
        "is_background(request)",
        "tests/integration/web/test_sessions.py",
    ),
    "a lead that was just taken counts": Wall(
        "usecases/reading.py",
        " and not took_lead.value:",
        ":",
        "tests/integration/usecases/test_reading.py",
    ),
    "when nobody is there is for coordinators": Wall(
        "activations/selectors/proof.py",
        "    require(actor, Permission.EDIT_ORGANISATION)\n",
        "",
        "tests/integration/activations/test_proof.py",
    ),
    "a dry run plays what she supervises": Wall(
        "activations/selectors/dry_run.py",
        ".visible_to(actor)",
        "",
        "tests/integration/activations/test_dry_run.py",
    ),
    "how a network goes is for who supervises it": Wall(
        "activations/selectors/conformance.py",
        "    require(actor, Permission.SUPERVISE_NETWORK)\n",
        "",
        "tests/integration/activations/test_conformance.py",
    ),
    "side by side for who compares": Wall(
        "activations/selectors/conformance.py",
        "    require(actor, Permission.COMPARE_NETWORKS)\n",
        "",
        "tests/integration/activations/test_conformance.py",
    ),
    "only her own network's figures": Wall(
        "activations/selectors/conformance.py",
        "    network = protocols.own_network(actor, network_code)\n",
        "    (network,) = [one for one in networks.networks() if one.code == network_code]\n",
        "tests/integration/activations/test_conformance.py",
    ),
    "of few no figure is told": Wall(
        "web/conformance.py",
        "    if kept_back or activations < FEWEST:\n",
        "    if kept_back:\n",
        "tests/integration/web/test_conformance_pages.py",
    ),
    "a call made for few women tells nothing": Wall(
        "web/conformance.py",
        "    gone = hidden(made) if guarded else frozenset()\n",
        "    gone: frozenset[int] = frozenset()\n",
        "tests/integration/web/test_conformance_pages.py",
    ),
    "nor what would give the few away": Wall(
        "kit/counts.py",
        "        if size >= FEWEST and not 0 < together < FEWEST:\n",
        "        if size >= FEWEST:\n",
        "tests/unit/activations/test_conformance.py",
    ),
    "a change that leaves a call unheard is asked about first": Wall(
        "web/rota.py",
        "        self.foretold = coverage.unless_foretold([self.service_id], act, now, sure=self.sure)\n",
        "        act()\n",
        "tests/integration/web/test_coverage_pages.py",
    ),
    "a rotation never looks back at what it has made": Wall(
        "networks/services/rotations.py",
        "    rotation.made_until = max(until, rotation.made_until)\n",
        "",
        "tests/integration/networks/test_rotations.py",
    ),
    "what a person did to a shift is hers, and no rotation or override takes it away": Wall(
        "networks/services/_shifts.py",
        "    Shift.objects.filter(pk__in=shift_ids).update(rotation=None, override=None)\n",
        "",
        "tests/integration/networks/test_rotations.py tests/integration/networks/test_overrides.py",
    ),
    "of a sheet with a wrong line nothing is stored": Wall(
        "networks/services/spreadsheet.py",
        "    if sheet.wrong:\n",
        "    if False:\n",
        "tests/integration/networks/test_spreadsheet.py",
    ),
    "of a shelter no local holiday says where it is": Wall(
        "networks/services/holidays.py",
        "if days and service.kind == ServiceKind.SHELTER:",
        "if False:",
        "tests/integration/networks/test_holidays.py",
    ),
    "who wrote a protocol does not approve it": Wall(
        "protocols/rules/drafting.py",
        "(S.PROPOSED, DraftAct.APPROVE): (S.PUBLISHED, _OTHER),",
        "(S.PROPOSED, DraftAct.APPROVE): (S.PUBLISHED, _HAND | _OTHER),",
        "tests/unit/protocols/test_drafting.py",
    ),
    "what is approved is what was read": Wall(
        "protocols/services/two_people.py",
        "    row.state = draft_moved(DraftState(row.state), act, part).value\n    if row.counter != counter:\n",
        "    row.state = draft_moved(DraftState(row.state), act, part).value\n    if False:\n",
        "tests/integration/protocols/test_drafts.py",
    ),
    "who saves a draft second is told": Wall(
        "protocols/services/two_people.py",
        "    if row.counter != counter and row.state == DraftState.EDITING:\n        raise Overtaken\n",
        "    counter = row.counter\n",
        "tests/integration/protocols/test_drafts.py",
    ),
    "the access log goes to whom the table says": Wall(
        "usecases/accesses.py",
        "    if not may_in(actor, case, now).act(Action.DISCLOSE_LOG):\n        raise NotFound\n",
        "",
        "tests/integration/web/test_access_log.py",
    ),
    "a note is private to its organisation": Wall(
        "persons/services.py",
        "        private=kind in PRIVATE,\n",
        "        private=False,\n",
        "tests/integration/persons",
    ),
}


@pytest.mark.parametrize("wall", WALLS.values(), ids=WALLS)
def test_a_wall_taken_away_is_missed(wall: Wall, tmp_path: Path) -> None:
    source = tmp_path / "src"
    shutil.copytree(ROOT / "src", source, ignore=shutil.ignore_patterns("__pycache__"))
    file = source / "approdo" / wall.file
    text = file.read_text()
    assert text.count(wall.stands) == 1, "the wall does not stand where this test looks for it"
    file.write_text(text.replace(wall.stands, wall.gone))
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += ["-o", f"pythonpath={source} {ROOT}", "-m", "not process and not walk", *wall.missed_by.split()]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    said = found.stdout.splitlines()[-1:]
    assert found.returncode == 1, f"nobody missed it: {said} {found.stderr[-500:]}"
    assert "failed" in found.stdout.splitlines()[-1], f"the tests could not run: {said}"
