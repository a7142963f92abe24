# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Her yes and her no, seen from two services; and the one for whom the case does not exist."""

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Actor, Role
from approdo.activations.models import Alert, Call
from approdo.activations.services import advance_due
from approdo.audit.models import Entry as AuditEntry
from approdo.cases.models import Case
from approdo.consents.models import Block, Grant, Masking, NotShared
from approdo.consents.selectors import live_slices
from approdo.kit import clock
from approdo.persons import selectors as persons

SignIn = Callable[[str], Client]
pytestmark = pytest.mark.django_db


@pytest.fixture
def centre(sign_in: SignIn, case: str) -> Client:
    """The centre's operator, who leads and has written something in three slices."""
    client = sign_in("centre")
    client.post(f"{case}conduce/", {"act": "take"})
    for kind, field in (("health", "needs"), ("contact", "hours"), ("measure", "reference")):
        client.post(f"{case}scheda/{kind}/nuova/", {field: f"Canarina {kind}"})
    return client


def yes(client: Client, case: str, region: Region, *slices: str, **changes: object) -> int:
    sent = {
        "service_id": region.services["ed"].pk,
        "slices": slices or ("health",),
        "purpose": "health_care",
        "how": "read_aloud",
        "proof": "noted_by_operator",
        "language": "it",
        "days": "30",
    }
    return client.post(f"{case}consensi/", sent | changes).status_code


def sees(client: Client, case: str) -> set[str]:
    response = client.get(f"{case}scheda/")
    assert response.status_code == 200
    return set(re.findall(r"Canarina (\w+)", response.content.decode()))


def test_a_service_reads_what_she_agreed_to_and_not_a_slice_more(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    assert sees(nurse, case) == set()
    assert yes(centre, case, region, "health", "legal") == 302
    assert sees(nurse, case) == {"health", "measure"}
    assert sees(centre, case) == {"health", "contact", "measure"}


def test_the_page_says_to_whom_what_for_and_until_when(centre: Client, case: str, region: Region) -> None:
    yes(centre, case, region, "health")
    page = centre.get(f"{case}consensi/").content.decode()
    until = (clock.now() + timedelta(days=30)).astimezone(clock.ROME)
    for word in ("vale adesso", "Salute", "Cure", f"fino al {until.day} ", "Togli"):
        assert word in page


def test_a_consent_that_is_taken_back_ends_with_the_next_request(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "health")
    assert sees(nurse, case) == {"health"}
    grant = Grant.objects.get()
    assert centre.post(f"{case}consensi/togli/", {"grant": str(grant.pk)}).status_code == 302
    assert sees(nurse, case) == set()
    assert centre.post(f"{case}consensi/togli/", {"grant": str(grant.pk)}).status_code == 302, "again, calmly"
    assert "revocato" in centre.get(f"{case}consensi/").content.decode()
    assert yes(centre, case, region, "health") == 302
    assert sees(nurse, case) == {"health"}, "and she may say yes again"


def test_one_press_takes_everything_back(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "health")
    yes(centre, case, region, "legal", purpose="legal_protection")
    assert sees(nurse, case) == {"health", "measure"}
    centre.post(f"{case}consensi/togli/", {"grant": "all"})
    assert sees(nurse, case) == set()


def test_a_consent_ends_by_the_clock_of_the_database_and_the_wall_agrees(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "health")
    service = region.services["ed"]
    case_id = Case.objects.get().pk
    until = Grant.objects.get().until
    moment = timedelta(seconds=1)
    assert live_slices(service_id=service.pk, case_id=case_id, at=until - moment)
    assert not live_slices(service_id=service.pk, case_id=case_id, at=until)
    now = clock.now()
    Grant.objects.update(until=now)
    assert sees(nurse, case) == set()
    # the application forgets to ask: the database still shows nothing
    from approdo.access.rules import Slice
    from approdo.access.services import entered

    actor = Actor(region.operators["ed"].pk, service.organisation_id, service.pk, Role.EMERGENCY_OPERATOR)
    with entered(actor=actor):
        assert persons.entries(actor, case_id, frozenset(Slice)) == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"service_id": ""}, "service_id"),
        ({"service_id": "999999"}, "service_id"),
        ({"service_id": "²"}, "service_id"),
        ({"slices": []}, "slices"),
        ({"slices": ["everything"]}, "slices"),
        ({"purpose": "curiosity"}, "purpose"),
        ({"how": ""}, "how"),
        ({"proof": "none"}, "proof"),
        ({"language": "xx"}, "language"),
        ({"days": "0"}, "days"),
        ({"days": "-3"}, "days"),
        ({"days": "tanti"}, "days"),
        ({"days": "900"}, "until"),
    ],
)
def test_a_consent_that_cannot_be_is_told_and_leaves_nothing(
    centre: Client, case: str, region: Region, changes: dict[str, object], field: str
) -> None:
    joined = Case.objects.get().service_ids
    assert yes(centre, case, region, "health", **changes) == 422
    assert not Grant.objects.exists()
    assert Case.objects.get().service_ids == joined


def test_only_who_leads_sees_or_changes_consents(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "health")
    grant = str(Grant.objects.get().pk)
    assert nurse.get(f"{case}consensi/").status_code == 404
    assert yes(nurse, case, region, "legal") == 404
    assert nurse.post(f"{case}consensi/togli/", {"grant": grant}).status_code == 404
    assert nurse.post(f"{case}consensi/escludi/", {"operator": "1", "reason": "she_asked"}).status_code == 404
    assert Grant.objects.get().revoked_at is None


def keep_out(client: Client, case: str, operator: int, reason: str = "knows_him") -> int:
    return client.post(f"{case}consensi/escludi/", {"operator": operator, "reason": reason, "act": "out"}).status_code


def test_for_whoever_is_kept_out_the_case_is_nowhere(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse, alias = sign_in("ed"), Case.objects.get().alias
    activation = Call.objects.values_list("activation_id", flat=True)[0]
    board = f"/attivazioni/{activation}/"
    for address in (case, board, "/casi/", "/"):
        assert nurse.get(address).status_code == 200
    assert alias in nurse.get("/casi/").content.decode()
    assert keep_out(centre, case, region.operators["ed"].pk) == 302
    absent = nurse.get(f"/casi/{uuid4()}/")
    for address in (case, f"{case}scheda/", board, f"{board}lavagna/", f"{case}accessi/"):
        hidden = nurse.get(address)
        assert hidden.status_code == 404
        assert hidden.content == absent.content
    for address in ("/casi/", "/", "/oggi/avviso/"):
        assert alias not in nurse.get(address).content.decode()
    assert nurse.post(f"{board}annulla/").status_code == 404
    centre.post(f"{case}consensi/escludi/", {"operator": region.operators["ed"].pk, "act": "back"})
    assert nurse.get(case).status_code == 200


def test_the_attempt_leaves_a_trace_that_the_leader_finds_and_he_does_not(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    keep_out(centre, case, region.operators["ed"].pk)
    nurse.get(case)
    assert AuditEntry.objects.filter(verb="block.attempt", case_id=Case.objects.get().pk).count() == 1
    nurse.get(f"/casi/{uuid4()}/")
    assert AuditEntry.objects.filter(verb="block.attempt").count() == 1
    assert "una persona esclusa ha provato a entrare" in centre.get(f"{case}accessi/").content.decode()


def test_nobody_alerts_whoever_is_kept_out(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    advance_due(now=clock.now())
    first = Alert.objects.filter(operator_id__isnull=False).order_by("created_at").first()
    assert first is not None
    Alert.objects.all().delete()
    colleague = first.operator_id
    Block.objects.create(
        case_id=Case.objects.get().pk,
        operator_id=colleague,
        reason="knows_him",
        blocked_at=clock.now(),
        blocked_by_id=region.operators["centre"].pk,
    )
    Call.objects.update(step=0, due_at=clock.now(), state="calling", started_at=None)
    advance_due(now=clock.now())
    assert not Alert.objects.filter(operator_id=colleague).exists()


def test_the_only_case_manager_is_not_kept_out_of_her_own_case(centre: Client, case: str, region: Region) -> None:
    assert keep_out(centre, case, region.operators["centre"].pk) == 409
    assert not Block.objects.exists()
    assert centre.get(case).status_code == 200


def hide(client: Client, case: str, region: Region, slice_: str = "health", **changes: object) -> HttpResponse:
    sent = {"service_id": region.services["ed"].pk, "slice_": slice_}
    return client.post(f"{case}consensi/nascondi/", sent | changes)


def record_of(client: Client, case: str) -> str:
    """The record page as it is shown, without what differs from one request to the next."""
    page = client.get(f"{case}scheda/").content.decode()
    return re.sub(r'(csrfmiddlewaretoken" value|nonce|X-CSRFToken)[="\': ]+[\w+/=-]+', "", page)


def entry_of(client: Client, case: str, kind: str) -> str:
    page = client.get(f"{case}scheda/").content.decode()
    found = re.search(
        rf'<section class="card" id="{kind}">.*?(/casi/[0-9a-f-]+/scheda/[0-9a-f-]{{36}}/nascondi/)', page, re.DOTALL
    )
    assert found
    return found[1]


def test_a_hidden_part_is_as_if_it_had_never_been_shared(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "legal")
    without = record_of(nurse, case)
    yes(centre, case, region, "health")
    assert record_of(nurse, case) != without
    chronology = nurse.get(case).content.decode().count("<li>")
    assert hide(centre, case, region).status_code == 302
    assert record_of(nurse, case) == without
    assert nurse.get(case).content.decode().count("<li>") == chronology, "the chronology does not tell either"
    page = centre.get(f"{case}consensi/").content.decode()
    assert "Mostra di nuovo" in page
    sent = {"service": region.services["ed"].pk, "slice": "health", "entry": ""}
    assert centre.post(f"{case}consensi/mostra/", sent).status_code == 302
    assert sees(nurse, case) == {"health", "measure"}
    assert "Mostra di nuovo" not in centre.get(f"{case}consensi/").content.decode()


def test_a_hidden_entry_is_as_if_it_had_never_been_written(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse, service = sign_in("ed"), region.services["ed"].pk
    yes(centre, case, region, "health", "legal", "risk")
    never = record_of(nurse, case)
    centre.post(f"{case}scheda/episode/nuova/", {"account": "Canarina episode"})
    assert sees(nurse, case) == {"health", "measure", "episode"}
    address = entry_of(centre, case, "episode")
    assert "Nascondi a un servizio" in centre.get(address).content.decode()
    assert centre.post(address, {"service_id": service}).status_code == 302
    assert record_of(nurse, case) == never
    assert sees(centre, case) >= {"episode"}
    entry = address.split("/")[4]
    for hidden in (f"{case}scheda/{entry}/", address):
        answer, absent = nurse.get(hidden), nurse.get(hidden.replace(entry, str(uuid4())))
        assert answer.status_code == 404
        assert answer.content == absent.content
    assert "una voce: " in centre.get(f"{case}consensi/").content.decode()
    assert centre.post(f"{case}consensi/mostra/", {"service": service, "entry": entry}).status_code == 302
    assert sees(nurse, case) == {"health", "measure", "episode"}


@pytest.mark.parametrize(
    "changes",
    [
        {"service_id": ""},
        {"service_id": "999999"},
        {"service_id": "²"},
        {"slice_": ""},
        {"slice_": "everything"},
        {"slice_": "chronology"},
    ],
)
def test_what_cannot_be_hidden_is_said_beside_its_field_and_what_was_chosen_stays(
    centre: Client, case: str, region: Region, changes: dict[str, object]
) -> None:
    answer = hide(centre, case, region, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{next(iter(changes))}_error"' in page
    assert page.count("selected") >= 1, "the other field stays as it was chosen"
    assert not Masking.objects.exists()


def test_nothing_is_hidden_from_who_leads_nor_from_who_wrote_it(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    assert hide(centre, case, region, service_id=region.services["centre"].pk).status_code == 422
    yes(centre, case, region, "health", "legal")
    sign_in("ed").post(f"{case}scheda/health/nuova/", {"needs": "Canarina health"})
    before = entry_of(centre, case, "health")
    page = centre.get(f"{case}scheda/").content.decode()
    health = page[page.index('id="health"') :].split("</section>")[0]
    (address,) = set(re.findall(r"/casi/[0-9a-f-]+/scheda/[0-9a-f-]{36}/nascondi/", health)) - {before}
    assert centre.post(address, {"service_id": region.services["ed"].pk}).status_code == 422
    assert not Masking.objects.exists()


def test_only_who_leads_hides_or_shows(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    nurse = sign_in("ed")
    yes(centre, case, region, "health")
    address = entry_of(centre, case, "health")
    assert "Nascondi a" not in nurse.get(f"{case}scheda/").content.decode()
    assert nurse.get(address).status_code == nurse.get(f"{case}consensi/nascondi/").status_code == 404
    assert hide(nurse, case, region).status_code == 404
    assert nurse.post(address, {"service_id": region.services["shelter"].pk}).status_code == 404
    sent = {"service": region.services["ed"].pk, "slice": "health"}
    assert nurse.post(f"{case}consensi/mostra/", sent).status_code == 404
    for wrong in ({"service": "1"}, {"service": "1", "entry": "x"}, {"service": "1", "slice": "x"}):
        assert centre.post(f"{case}consensi/mostra/", wrong).status_code == 422
    assert not Masking.objects.exists()


def by_law(client: Client, case: str, region: Region, **changes: object) -> HttpResponse:
    sent = {
        "norm": "child_protection",
        "reason": "child_at_risk",
        "decided_by": region.operators["centre"].pk,
        "service_id": region.services["ed"].pk,
        "slices": ["health"],
        "purpose": "children",
        "days": "5",
    }
    return client.post(f"{case}consensi/legge/", sent | changes)


def test_what_a_norm_shares_is_read_and_is_never_called_her_consent(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    assert f"{case}consensi/legge/" in centre.get(f"{case}consensi/").content.decode()
    form = centre.get(f"{case}consensi/legge/").content.decode()
    assert "Questo non è un consenso" in form
    assert f'<option value="{region.operators["centre"].pk}" selected' in form, "she who is signed in"
    assert by_law(centre, case, region).status_code == 302
    assert sees(sign_in("ed"), case) == {"health"}
    page = centre.get(f"{case}consensi/").content.decode()
    assert "per legge: Protezione urgente di minori" in page
    grant = Grant.objects.get()
    assert (grant.basis, grant.how, grant.decided_by_id) == ("legal", "", region.operators["centre"].pk)
    assert AuditEntry.objects.filter(verb="consent.by_law").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"norm": ""},
        {"norm": "habit"},
        {"reason": "because"},
        {"decided_by": "999999"},
        {"service_id": ""},
        {"service_id": "999999"},
        {"slices": []},
        {"slices": ["everything"]},
        {"purpose": ""},
        {"days": ""},
        {"days": "0"},
        {"days": "tanti"},
        {"days": "900"},
    ],
)
def test_what_no_norm_shares_is_said_beside_its_field_and_what_was_chosen_stays(
    centre: Client, case: str, region: Region, changes: dict[str, object]
) -> None:
    answer = by_law(centre, case, region, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{next(iter(changes))}_error"' in page
    chosen = "Tutela delle figlie e dei figli" if "purpose" not in changes else "Protezione urgente di minori"
    assert re.search(rf"<option [^>]*selected[^>]*>{chosen}", page)
    assert not Grant.objects.exists()


def test_only_the_case_manager_or_the_coordinator_shares_by_law(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    nurse = sign_in("ed")
    assert nurse.get(f"{case}consensi/legge/").status_code == by_law(nurse, case, region).status_code == 404
    Case.objects.update(lead_operator_id=region.operators["ed"].pk)
    assert f"{case}consensi/legge/" not in centre.get(f"{case}consensi/").content.decode()
    assert centre.get(f"{case}consensi/legge/").status_code == by_law(centre, case, region).status_code == 403
    assert not Grant.objects.exists()


def not_shared(client: Client, case: str, region: Region, **changes: object) -> HttpResponse:
    sent = {"service_id": region.services["ed"].pk, "slices": ["health", "children"], "reason": "she_said_no"}
    return client.post(f"{case}consensi/non-condivisi/", sent | changes)


def test_what_is_not_shared_is_listed_with_its_reason_and_takes_nothing_away(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    yes(centre, case, region, "health")
    assert "resta scritto" in centre.get(f"{case}consensi/non-condivisi/").content.decode()
    assert not_shared(centre, case, region).status_code == 302
    page = centre.get(f"{case}consensi/").content.decode()
    assert page.count("Ha detto di no") == 2
    assert sees(sign_in("ed"), case) == {"health"}
    assert AuditEntry.objects.filter(verb="consent.not_shared").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"service_id": ""},
        {"service_id": "999999"},
        {"slices": []},
        {"slices": ["everything"]},
        {"reason": ""},
        {"reason": "because"},
    ],
)
def test_a_no_that_is_not_whole_is_said_beside_its_field_and_what_was_chosen_stays(
    centre: Client, case: str, region: Region, changes: dict[str, object]
) -> None:
    answer = not_shared(centre, case, region, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{next(iter(changes))}_error"' in page
    chosen = "Ha detto di no" if "reason" not in changes else "Pronto soccorso del Lago"
    assert re.search(rf"<option [^>]*selected[^>]*>{chosen}", page)
    assert not NotShared.objects.exists()


def test_only_who_leads_says_what_is_not_shared(sign_in: SignIn, centre: Client, case: str, region: Region) -> None:
    nurse = sign_in("ed")
    address = f"{case}consensi/non-condivisi/"
    assert nurse.get(address).status_code == not_shared(nurse, case, region).status_code == 404
    assert not NotShared.objects.exists()


def renew(client: Client, case: str, grant: object, **changes: object) -> HttpResponse:
    sent = {"days": "40", "how": "written", "proof": "signed_form", "language": "it"}
    return client.post(f"{case}consensi/{grant}/rinnova/", sent | changes)


def test_a_consent_near_its_end_is_renewed_with_the_same_terms(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    yes(centre, case, region, "health")
    grant = Grant.objects.get().pk
    assert "/rinnova/" not in centre.get(f"{case}consensi/").content.decode(), "its end is far"
    yes(centre, case, region, "legal", days="9")
    near = Grant.objects.exclude(pk=grant).get().pk
    page = centre.get(f"{case}consensi/").content.decode()
    assert f"{case}consensi/{near}/rinnova/" in page
    assert f"{case}consensi/{grant}/rinnova/" not in page
    form = centre.get(f"{case}consensi/{near}/rinnova/").content.decode()
    for word in ("Pronto soccorso del Lago", "Aspetti legali", "Cure", "Può dire di no"):
        assert word in form
    assert renew(centre, case, near).status_code == 302
    made = Grant.objects.get(renews=near)
    assert (made.slices, made.how, made.proof) == (["legal"], "written", "signed_form")
    assert sees(sign_in("ed"), case) == {"health", "measure"}
    assert "/rinnova/" not in centre.get(f"{case}consensi/").content.decode()
    assert renew(centre, case, near).status_code == 409, "once"
    assert renew(centre, case, uuid4()).status_code == 404


@pytest.mark.parametrize(
    "changes",
    [
        {"days": ""},
        {"days": "0"},
        {"days": "tanti"},
        {"days": "900"},
        {"how": ""},
        {"how": "by_letter"},
        {"proof": "none"},
        {"language": "xx"},
    ],
)
def test_a_renewal_that_is_not_whole_is_said_beside_its_field_and_what_was_chosen_stays(
    centre: Client, case: str, region: Region, changes: dict[str, object]
) -> None:
    yes(centre, case, region, "health", days="9")
    answer = renew(centre, case, Grant.objects.get().pk, **changes)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="{next(iter(changes))}_error"' in page
    chosen = "Modulo firmato" if "proof" not in changes else "Per iscritto"
    assert re.search(rf"<option [^>]*selected[^>]*>{chosen}", page)
    assert Grant.objects.count() == 1


def test_only_who_leads_renews_and_nobody_renews_what_a_norm_shares(
    sign_in: SignIn, centre: Client, case: str, region: Region
) -> None:
    by_law(centre, case, region)
    grant = Grant.objects.get().pk
    nurse = sign_in("ed")
    assert nurse.get(f"{case}consensi/{grant}/rinnova/").status_code == renew(nurse, case, grant).status_code == 404
    assert "/rinnova/" not in centre.get(f"{case}consensi/").content.decode()
    assert renew(centre, case, grant).status_code == 409
    assert Grant.objects.count() == 1
