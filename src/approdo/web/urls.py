# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page, by feature; each feature module lists its own."""

from allauth.account import views as account
from django.urls import URLPattern, URLResolver, include, path, re_path

from approdo.web import (
    absences,
    accounts,
    activations,
    assessments,
    breaking,
    calendar,
    cases,
    conformance,
    consents,
    coverage,
    documents,
    draft_approval,
    draft_exits,
    draft_pathway,
    draft_reviews,
    drafts,
    drills,
    evidence,
    gateway,
    health,
    instruments,
    law_53,
    leaving,
    networks,
    own_shifts,
    papers,
    pathway,
    protocols,
    reading,
    reception,
    recognition,
    record,
    referral_figures,
    referrals,
    reply_links,
    shelf,
    today,
    visits,
    workload,
)
from approdo.web.guards import public

sign_in: list[URLPattern | URLResolver] = [
    path("", account.login, name="account_login"),
    path("esci/", account.logout, name="account_logout"),
    path("chiuso/", account.account_inactive, name="account_inactive"),
    path("conferma/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/prima/", account.password_set, name="account_set_password"),
    path("password/nuova/", account.password_reset, name="account_reset_password"),
    path("password/nuova/inviata/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/nuova/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path("password/fatto/", account.password_reset_from_key_done, name="account_reset_password_from_key_done"),
    path("secondo/", include("allauth.mfa.urls")),
    path("sessioni/", include("allauth.usersessions.urls")),
    path("sessioni/tutte/", accounts.end_all_sessions, name="end_all_sessions"),
    # The library names these; here they do not exist.
    path("nessuno/", accounts.nowhere, name="account_signup"),
    path("nessuno/posta/", accounts.nowhere, name="account_email"),
    path("nessuno/verifica/", accounts.nowhere, name="account_email_verification_sent"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("accesso/", include(sign_in)),
    path("io/", accounts.own_account, name="own_account"),
    path("servizio/", accounts.choose_service, name="choose_service"),
    path("accessibilita/", accounts.accessibility, name="accessibility"),
    path("prova/", accounts.demo_sign_ins, name="demo_sign_ins"),
    path("stile/", accounts.style, name="style"),
    path("healthz", public(health.healthz), name="healthz"),
    path("readyz", public(health.readyz), name="readyz"),
]
RECORD = (cases, record, documents, reading, papers, consents, referrals, referral_figures, reply_links)
CARE = (today, activations, breaking, *RECORD, pathway, assessments)
HOSPITAL = (reception, evidence, law_53, leaving, visits, recognition)
PROTOCOLS = (protocols, drafts, draft_pathway, draft_reviews, draft_exits, draft_approval, shelf, instruments)
SHIFTS = (own_shifts, absences, calendar, workload, drills)
for feature in (*CARE, *HOSPITAL, networks, *PROTOCOLS, coverage, conformance, *SHIFTS, gateway):
    urlpatterns += feature.urlpatterns
