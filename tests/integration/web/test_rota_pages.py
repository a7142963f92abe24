# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rotations, overrides, sheets, hours and local holidays as their coordinator meets them."""

from base64 import b64encode
from collections.abc import Callable
from datetime import datetime, time, timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests.factories.region import Region

from approdo.access.rules import Role
from approdo.accounts.models import Operator
from approdo.kit import clock
from approdo.networks.models import Absence, LocalHoliday, Membership, Override, Rotation, Service, Shift
from approdo.networks.rules import ROME, SHEET_BYTES, instant

SignIn = Callable[[str], Client]
DAYS = (-1, 1, 100)
HEADER = "persona;posizione;inizio;fine"


def text(response: object) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def service(region: Region) -> Service:
    """The service that the coordinator of the network edits, with two people who may be on call and no shift yet."""
    found = region.services["centre"]
    Shift.objects.filter(service=found).delete()
    for name in ("Anna Lago", "Bruna Riva"):
        operator = Operator.objects.create_user(f"{name.split()[0].lower()}@rota.example", display_name=name)
        Membership.objects.create(operator=operator, service=found, role=Role.ON_CALL_OPERATOR)
    return found


@pytest.fixture
def anna(service: Service) -> Operator:
    return Operator.objects.get(display_name="Anna Lago")


@pytest.fixture
def bruna(service: Service) -> Operator:
    return Operator.objects.get(display_name="Bruna Riva")


@pytest.fixture
def client(sign_in: SignIn, service: Service) -> Client:
    return sign_in("coordinator")


def a_day(days: int) -> str:
    return (clock.now().astimezone(ROME).date() + timedelta(days=days)).isoformat()


def an_instant(days: int, hour: int) -> datetime:
    return instant(clock.now().astimezone(ROME).date() + timedelta(days=days), time(hour))


class TestRotations:
    def form(self, anna: Operator, bruna: Operator, **changes: object) -> dict[str, object]:
        values = {"position": 1, "every": 1, "unit": "week", "first_day": a_day(3), "hand_over": "08:00"}
        return values | {"person_1": anna.pk, "person_2": bruna.pk} | changes

    def address(self, service: Service) -> str:
        return f"/rete/servizi/{service.pk}/rotazioni/"

    def test_an_empty_page_says_what_to_do_next(self, client, service):
        shown = text(client.get(self.address(service)))
        assert "Nessuna rotazione. Scrivi qui sotto chi si dà il cambio" in shown

    def test_first_she_sees_who_would_have_what_and_the_hole_before_it_and_nothing_is_stored(
        self, client, service, anna, bruna
    ):
        response = client.post(self.address(service), self.form(anna, bruna))
        shown = text(response)
        assert response.status_code == 200
        assert "Non è ancora cambiato niente." in shown
        assert "In questa posizione resterebbe un buco:" in shown, "from now to the first hand-over nobody is on call"
        assert shown.index("Anna Lago</td>") < shown.index("Bruna Riva</td>")
        assert not Rotation.objects.exists()
        assert not Shift.objects.filter(service=service).exists()

    def test_she_is_told_who_would_be_on_call_while_away(self, client, service, anna, bruna):
        Absence.objects.create(operator=bruna, starts_at=an_instant(11, 0), ends_at=an_instant(12, 0))
        shown = text(client.post(self.address(service), self.form(anna, bruna)))
        assert "chi li avrebbe ha scritto che è assente" in shown

    def test_confirmed_it_begins_and_its_page_says_whose_turn_comes(self, client, service, anna, bruna):
        response = client.post(self.address(service), self.form(anna, bruna, confirm="1"), follow=True)
        shown = text(response)
        assert "La rotazione è cominciata: 2" in shown
        assert "Ogni settimana, " in shown
        assert "Non è ancora cominciata. Prossimo cambio: " in shown
        assert "In ordine: Anna Lago, Bruna Riva." in shown
        assert Shift.objects.filter(service=service, operator=anna).count() == 13

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"every": 0}, "maggiore o uguale a 1"),
            ({"unit": "hour", "every": 168}, None),
            ({"unit": "month", "every": 9}, "al massimo due mesi"),
            ({"unit": "year"}, "Scegli un'opzione valida"),
            ({"first_day": "2020-01-01"}, "Il primo cambio è già passato"),
            ({"first_day": "2199-01-01"}, "troppo lontano"),
            ({"hand_over": "25:00"}, "Inserisci un'ora valida"),
            ({"person_1": ""}, "obbligatorio"),
            ({"person_1": 999_999}, "Scegli un'opzione valida"),
        ],
    )
    def test_what_makes_no_sense_is_said_and_nothing_is_stored(self, client, service, anna, bruna, changes, sentence):
        response = client.post(self.address(service), self.form(anna, bruna, **changes))
        assert response.status_code == (422 if sentence else 200)
        if sentence:
            assert sentence in text(response)
        assert not Rotation.objects.exists()

    def test_the_same_person_twice_is_refused_in_words(self, client, service, anna, bruna):
        response = client.post(self.address(service), self.form(anna, bruna, person_2=anna.pk))
        assert response.status_code == 422
        assert "una volta sola" in text(response)

    def test_a_second_rotation_of_the_position_is_refused_before_and_at_the_confirmation(
        self, client, service, anna, bruna
    ):
        client.post(self.address(service), self.form(anna, bruna, confirm="1"))
        for again in (self.form(anna, bruna), self.form(anna, bruna, confirm="1")):
            response = client.post(self.address(service), again)
            assert response.status_code == 422
            assert "c'è già una rotazione" in text(response)
        assert Rotation.objects.count() == 1

    @pytest.mark.parametrize(
        ("unit", "every", "first_day", "words"),
        [
            ("hour", 1, 3, "Ogni ora, dalle 8:00"),
            ("hour", 12, 3, "Ogni 12 ore, dalle 8:00"),
            ("day", 2, 3, "Ogni 2 giorni, alle 8:00"),
            ("week", 2, 3, "Ogni 2 settimane, "),
            ("month", 1, 3, "Ogni mese, il "),
        ],
    )
    def test_it_says_in_words_how_often_people_change(
        self, client, service, anna, bruna, unit, every, first_day, words
    ):
        form = self.form(anna, bruna, unit=unit, every=every, first_day=a_day(first_day), confirm="1")
        assert words in text(client.post(self.address(service), form, follow=True))

    def test_ending_it_tells_the_calls_that_nobody_would_hear_before_it_ends(self, client, service, anna, bruna):
        client.post(self.address(service), self.form(anna, bruna, confirm="1"))
        address = f"/rete/rotazioni/{Rotation.objects.get().pk}/"
        response = client.post(address, {"day": ""})
        if response.status_code == 422:
            assert "Salva comunque" in text(response)
            assert Shift.objects.filter(service=service).exists()
            response = client.post(address, {"day": "", "even_so": "1"})
        assert response.status_code == 302
        assert not Shift.objects.filter(service=service).exists()
        assert "Nessuna rotazione." in text(client.get(self.address(service)))

    def test_an_end_in_the_past_is_refused(self, client, service, anna, bruna):
        client.post(self.address(service), self.form(anna, bruna, confirm="1"))
        response = client.post(f"/rete/rotazioni/{Rotation.objects.get().pk}/", {"day": a_day(-2)})
        assert response.status_code == 422
        assert "già passato" in text(response)


class TestOverrides:
    def form(self, who: Operator, **changes: object) -> dict[str, object]:
        values = {"operator_id": who.pk, "position": 1, "first": a_day(2), "starts": "20:00"}
        values |= {"last": a_day(3), "ends": "02:00"} | changes
        return {
            name: a_day(value) if name in {"first", "last"} and value in DAYS else value
            for name, value in values.items()
        }

    def address(self, service: Service) -> str:
        return f"/rete/servizi/{service.pk}/sostituzioni/"

    @pytest.fixture
    def night(self, service: Service, anna: Operator) -> Shift:
        """Anna's night, the evening after tomorrow."""
        return Shift.objects.create(
            service=service, operator=anna, position=1, starts_at=an_instant(2, 18), ends_at=an_instant(3, 8)
        )

    def test_she_puts_one_and_the_week_shows_three_pieces(self, client, service, night, bruna):
        assert "Nessuna sostituzione." in text(client.get(self.address(service)))
        response = client.post(self.address(service), self.form(bruna) | {"even_so": "1"}, follow=True)
        shown = text(response)
        assert "ricevono un avviso" in shown
        assert "Bruna Riva al posto di Anna Lago" in shown
        rows = Shift.objects.filter(service=service).order_by("starts_at")
        assert [row.operator.display_name for row in rows] == ["Anna Lago", "Bruna Riva", "Anna Lago"]

    def test_who_would_be_away_is_told_before_anything_changes(self, client, service, night, bruna):
        Absence.objects.create(operator=bruna, starts_at=an_instant(2, 21), ends_at=an_instant(2, 22))
        response = client.post(self.address(service), self.form(bruna))
        assert response.status_code == 422
        assert "chi li avrebbe ha scritto che è assente" in text(response)
        assert not Override.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            ({"first": -1}, "L'inizio è già passato"),
            ({"last": 1}, "La fine viene prima dell'inizio"),
            ({"last": 100}, "più di due mesi"),
            ({"starts": ""}, "Scrivi giorno e ora, oppure lascia vuoti tutti e due"),
            ({"first": ""}, "Scrivi giorno e ora, oppure lascia vuoti tutti e due"),
            ({"ends": ""}, "obbligatorio"),
            ({"operator_id": 999_999}, "Scegli un'opzione valida"),
            ({"position": 3}, "Scegli un'opzione valida"),
        ],
    )
    def test_what_makes_no_sense_is_said_and_nothing_changes(self, client, service, night, bruna, changes, sentence):
        response = client.post(self.address(service), self.form(bruna, **changes))
        assert response.status_code == 422
        assert sentence in text(response)
        assert not Override.objects.exists()

    def test_left_empty_it_begins_now(self, client, service, night, bruna):
        client.post(self.address(service), self.form(bruna, first="", starts="", even_so="1"))
        assert abs(Override.objects.get().starts_at - clock.now()) < timedelta(minutes=1)

    def test_taken_back_the_week_is_as_it_was_and_she_who_stood_in_no_more_reads_it(
        self, client, service, night, bruna, sign_in
    ):
        client.post(self.address(service), self.form(bruna, even_so="1"))
        override = Override.objects.get()
        response = client.post(f"/rete/sostituzioni/{override.pk}/togli/", {"even_so": "1"}, follow=True)
        assert "quelle ore tornano a chi le aveva" in text(response)
        [row] = Shift.objects.filter(service=service)
        assert (row.starts_at, row.ends_at, row.operator) == (night.starts_at, night.ends_at, night.operator)
        gone = client.post(f"/rete/sostituzioni/{override.pk}/togli/", {"even_so": "1"})
        assert gone.status_code == 404

    def test_one_whose_shift_has_changed_is_refused_on_the_page(self, client, service, night, bruna):
        client.post(self.address(service), self.form(bruna, even_so="1"))
        Shift.objects.filter(override__isnull=False).delete()
        response = client.post(f"/rete/sostituzioni/{Override.objects.get().pk}/togli/")
        assert response.status_code == 422
        assert "correggili uno per uno" in text(response)


class TestSheet:
    def address(self, service: Service) -> str:
        return f"/rete/servizi/{service.pk}/turni/foglio/"

    def bring(self, client: Client, service: Service, content: bytes) -> object:
        sheet = SimpleUploadedFile("turni di Anna.csv", content, content_type="text/csv")
        return client.post(self.address(service), {"act": "judge", "sheet": sheet})

    def confirm(self, client: Client, service: Service, content: bytes, **more: str) -> object:
        form = {"act": "confirm", "content": b64encode(content).decode()}
        return client.post(self.address(service), form | more, follow=True)

    def sheet(self, *lines: str) -> bytes:
        days = {f"d{n}": (clock.now().astimezone(ROME) + timedelta(days=n)).strftime("%d/%m/%Y") for n in range(9)}
        return "\n".join([HEADER, *lines]).format(**days).encode()

    @property
    def good(self) -> bytes:
        return self.sheet("Anna Lago;1;{d2} 20:00;{d3} 08:00", "bruna@rota.example;prima;{d3} 20:00;{d4} 08:00")

    def test_the_template_can_be_filled_and_its_name_says_nothing(self, client, service):
        response = client.get(f"/rete/servizi/{service.pk}/turni/modello.csv")
        assert response["Content-Disposition"] == 'attachment; filename="modello.csv"'
        assert response.content.decode("utf-8-sig") == HEADER + "\r\n"

    def test_judged_it_is_read_line_by_line_with_its_holes_and_nothing_is_stored(self, client, service):
        response = self.bring(client, service, self.good)
        shown = text(response)
        assert response.status_code == 200
        assert "Si possono aggiungere 2 turni" in shown
        assert "Fra una riga e l'altra resta un buco:" in shown
        assert shown.count("va bene") == 2
        assert not Shift.objects.filter(service=service).exists()

    def test_confirmed_it_is_stored_whole_and_confirmed_again_nothing_twice(self, client, service):
        assert "Aggiunti 2 turni." in text(self.confirm(client, service, self.good))
        assert "Aggiunti 0 turni. 2 c'erano già." in text(self.confirm(client, service, self.good))
        assert Shift.objects.filter(service=service).count() == 2
        assert "Ci sono già tutti" in text(self.bring(client, service, self.good))

    def test_with_a_wrong_line_there_is_nothing_to_confirm_and_a_forged_confirmation_stores_nothing(
        self, client, service
    ):
        bad = self.good + self.sheet("Nessuna;1;{d5} 20:00;{d6} 08:00").partition(b"\n")[2].join([b"\n", b""])
        response = self.bring(client, service, bad)
        shown = text(response)
        assert response.status_code == 422
        assert "Non è stato salvato nessun turno. Correggi la riga segnalata" in shown
        assert "persona: </strong>Nessuno in questo servizio si chiama così" in shown
        assert "Aggiungi i turni" not in shown
        forged = self.confirm(client, service, bad)
        assert forged.status_code == 422
        assert "non è stato salvato nessun turno" in text(forged)
        assert not Shift.objects.filter(service=service).exists()

    def test_a_shift_in_the_way_is_named(self, client, service, bruna):
        Shift.objects.create(
            service=service, operator=bruna, position=1, starts_at=an_instant(2, 22), ends_at=an_instant(3, 10)
        )
        shown = text(self.bring(client, service, self.good))
        assert "Si sovrappone a un turno che c'è già:" in shown
        assert "22:00–10:00" in shown

    def test_who_would_be_away_is_told_with_the_lines(self, client, service, anna):
        Absence.objects.create(operator=anna, starts_at=an_instant(2, 21), ends_at=an_instant(2, 22))
        shown = text(self.bring(client, service, self.good))
        assert "chi li avrebbe ha scritto che è assente" in shown
        assert "Aggiungi i turni" in shown

    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"PK\x03\x04", "Questo non è un file CSV"),
            (b"x" * (SHEET_BYTES + 5), "troppo grande"),
            (b"persona;fine\n", "manca la colonna «posizione»"),
        ],
    )
    def test_what_is_no_rota_is_refused_with_what_to_do(self, client, service, content, sentence):
        response = self.bring(client, service, content)
        assert response.status_code == 422
        assert sentence in text(response)

    def test_no_file_and_a_confirmation_that_came_apart_are_refused(self, client, service):
        for form, sentence in (
            ({"act": "judge"}, "Scegli il file con i turni."),
            ({"act": "judge", "sheet": "turni.csv"}, "Scegli il file con i turni."),
            ({"act": "confirm", "content": "è rotto"}, "non è arrivato intero"),
            ({"act": "confirm"}, "vuoto"),
        ):
            response = client.post(self.address(service), form)
            assert response.status_code == 422
            assert sentence in text(response)

    def test_words_of_a_sheet_are_words_and_never_a_page(self, client, service):
        content = self.sheet("<script>alert(1)</script>;1;{d2} 20:00;{d3} 08:00")
        assert "<script>alert" not in self.bring(client, service, content).content.decode()


class TestHours:
    @pytest.fixture
    def month(self, service: Service, anna: Operator) -> Shift:
        """The October night of 2026, from Saturday at 20 to Sunday at 8: thirteen hours."""
        starts, ends = (datetime(2026, 10, day, hour, tzinfo=ROME) for day, hour in ((24, 20), (25, 8)))
        return Shift.objects.create(
            service=service, operator=anna, position=1, starts_at=starts, ends_at=ends, note="recupero venerdì"
        )

    def test_the_month_is_told_person_by_person_with_its_notes(self, client, service, month):
        shown = text(client.get(f"/rete/servizi/{service.pk}/ore/?month=2026-10"))
        assert "Anna Lago" in shown
        assert "recupero venerdì" in shown
        assert [shown.count(figure) for figure in (">13:00<", ">0:00<", ">9:00<")] == [1, 1, 2]

    @pytest.mark.parametrize("month", ["", "2026-13", "ieri", "9999-12", "0001-01"])
    def test_a_month_that_is_none_is_this_one(self, client, service, month):
        response = client.get(f"/rete/servizi/{service.pk}/ore/?month={month}")
        assert response.status_code == 200
        assert "In questo mese non c'è nessun turno" in text(response)

    def test_the_sheet_says_the_same_and_runs_nothing(self, client, service, month, anna):
        Operator.objects.filter(pk=anna.pk).update(display_name="=SOMMA(A1)")
        response = client.get(f"/rete/servizi/{service.pk}/ore.csv?month=2026-10")
        assert response["Content-Disposition"] == 'attachment; filename="ore.csv"'
        _header, row = response.content.decode("utf-8-sig").splitlines()
        assert row.startswith("'=SOMMA(A1);13:00;0:00;9:00;9:00;")
        assert "recupero venerdì" in row

    def test_a_note_is_written_on_the_shift_also_when_it_is_over_and_taken_away_again(self, client, month):
        for note in ("riposo lunedì", ""):
            client.post(f"/rete/turni/{month.pk}/", {"act": "note", "note": note})
            assert Shift.objects.get(pk=month.pk).note == note

    def test_a_note_too_long_is_refused(self, client, month):
        response = client.post(f"/rete/turni/{month.pk}/", {"act": "note", "note": "x" * 201})
        assert response.status_code == 422
        assert Shift.objects.get(pk=month.pk).note == "recupero venerdì"

    def test_each_reads_her_own_hours_of_this_month_and_nobody_elses(self, sign_in, service, region, anna):
        now = clock.now().replace(minute=0, second=0, microsecond=0)
        hers = region.operators["centre"]
        for operator, position, note in ((hers, 1, "mio recupero"), (anna, 2, "recupero di Anna")):
            Shift.objects.create(
                service=service,
                operator=operator,
                position=position,
                starts_at=now,
                ends_at=now + timedelta(minutes=61),
                note=note,
            )
        shown = text(sign_in("centre").get("/io/turni/"))
        assert "Le tue ore di questo mese" in shown
        assert "mio recupero" in shown
        assert "recupero di Anna" not in shown


class TestLocalHolidays:
    def address(self, service: Service) -> str:
        return f"/rete/servizi/{service.pk}/festivi/"

    def test_the_patron_of_the_seat_is_proposed_and_counts_only_when_saved(self, client, service):
        Service.objects.filter(pk=service.pk).update(seat="012133")
        shown = text(client.get(self.address(service)))
        assert "San Vittore" in shown
        assert not LocalHoliday.objects.exists()
        client.post(self.address(service), {"name_1": "San Vittore", "day_1": 8, "month_1": 5})
        assert list(LocalHoliday.objects.values_list("month", "day", "name")) == [(5, 8, "San Vittore")]
        client.post(self.address(service), {"name_1": "", "day_1": "", "month_1": ""})
        assert not LocalHoliday.objects.exists()

    @pytest.mark.parametrize(
        ("form", "sentence"),
        [
            ({"name_1": "Santa", "day_1": 31, "month_1": 6}, "non esiste nel calendario"),
            ({"name_1": "Santa", "day_1": 32, "month_1": 5}, "minore o uguale a 31"),
            ({"name_1": "Santa", "day_1": 3}, "Completa la festa"),
            ({"day_1": 3, "month_1": 3}, "Completa la festa"),
            (
                {"name_1": "A", "day_1": 3, "month_1": 3, "name_2": "B", "day_2": 3, "month_2": 3},
                "una volta sola",
            ),
        ],
    )
    def test_a_day_that_is_none_is_refused_in_words(self, client, service, form, sentence):
        response = client.post(self.address(service), form)
        assert response.status_code == 422
        assert sentence in text(response)
        assert not LocalHoliday.objects.exists()

    def test_the_week_names_it(self, client, service):
        day = clock.now().astimezone(ROME).date()
        LocalHoliday.objects.create(service=service, month=day.month, day=day.day, name="Santa Prova")
        assert "Santa Prova" in text(client.get(f"/rete/servizi/{service.pk}/turni/"))
