# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""Code lists of the emergency department: how she arrives, what is seen on her, what is kept, how she leaves."""

from collections.abc import Mapping
from types import MappingProxyType

from approdo.kit.words import mark as _
from approdo.protocols.rules import EXIT_LEVEL_LABELS, EXIT_OPTION_LABELS

COMPANIONS: Mapping[str, str] = MappingProxyType(
    {
        "nobody": _("nessuno"),
        "partner": _("il partner o l'ex"),
        "relative": _("un parente"),
        "friend": _("un'amica o un amico"),
        "police": _("forze dell'ordine"),
        "other": _("un'altra persona"),
    }
)
"""Who came with her; a companion is never taken for an aggressor, nor for a friend."""

TRIAGE: Mapping[str, str] = MappingProxyType(
    {
        "red": _("rosso"),
        "orange": _("arancione"),
        "yellow": _("giallo"),
        "azure": _("azzurro"),
        "green": _("verde"),
        "white": _("bianco"),
    }
)
"""Five national colours, and the yellow of the guideline (DPCM 24/11/2017) where a department still uses it."""

CHILDREN: Mapping[str, str] = MappingProxyType(
    {"0": _("nessuno"), "1": _("uno"), "2": _("due"), "3": _("tre"), "4": _("più di tre")}
)
"""How many children came with her."""

HER_ANSWER: Mapping[str, str] = MappingProxyType({"agreed": _("sì"), "refused": _("no"), "later": _("non adesso")})
"""What she said to one act that was proposed; what is left empty was not asked."""

SIDES: Mapping[str, str] = MappingProxyType(
    {"left": _("sinistra di lei"), "right": _("destra di lei"), "middle": _("al centro"), "both": _("da tutte e due")}
)
VIEWS: Mapping[str, str] = MappingProxyType({"front": _("davanti"), "back": _("dietro")})
REGIONS: Mapping[str, str] = MappingProxyType(
    {
        "head": _("testa"),
        "eye": _("occhio"),
        "ear": _("orecchio"),
        "cheek": _("guancia"),
        "mouth": _("bocca"),
        "neck": _("collo"),
        "shoulder": _("spalla"),
        "chest": _("torace"),
        "breast": _("seno"),
        "abdomen": _("addome"),
        "upper_back": _("schiena, in alto"),
        "lower_back": _("schiena, in basso"),
        "buttock": _("gluteo"),
        "pelvis": _("bacino e genitali"),
        "upper_arm": _("braccio"),
        "forearm": _("avambraccio"),
        "hand": _("mano"),
        "thigh": _("coscia"),
        "knee": _("ginocchio"),
        "lower_leg": _("gamba"),
        "foot": _("piede"),
    }
)
"""Regions of the body as people name them; own list, which joins to the chapters of injuries by region of ICD-10."""

INJURIES: Mapping[str, str] = MappingProxyType(
    {
        "bruise": _("livido"),
        "abrasion": _("escoriazione"),
        "cut": _("ferita da taglio o da punta"),
        "laceration": _("ferita lacera"),
        "burn": _("ustione"),
        "bite": _("morso"),
        "grip_mark": _("segno di presa"),
        "ligature_mark": _("segno di laccio o di strozzamento"),
        "petechiae": _("petecchie"),
        "swelling": _("gonfiore"),
        "fracture": _("frattura, sospetta o vista"),
        "hair_loss": _("capelli strappati"),
        "pain": _("dolore senza segni"),
        "other": _("altro"),
    }
)
"""What is seen, and pain that shows no sign; own list."""

EVIDENCE: Mapping[str, str] = MappingProxyType(
    {
        "swab": _("tampone"),
        "blood": _("sangue"),
        "urine": _("urine"),
        "hair": _("capelli o peli"),
        "nails": _("sotto le unghie"),
        "clothing": _("vestiti"),
        "object": _("un oggetto"),
        "images": _("fotografie su supporto"),
        "other": _("altro"),
    }
)
"""What is collected and sealed (DPCM 24/11/2017, annex B, in our words)."""

CUSTODY: Mapping[str, str] = MappingProxyType(
    {
        "collected": _("raccolto e sigillato"),
        "moved": _("spostato"),
        "handed_over": _("consegnato"),
        "taken_back": _("ripreso"),
        "corrected": _("corretto ciò che era scritto"),
        "destroyed": _("distrutto"),
    }
)
"""What happened to a piece of evidence, one step after another."""

GONE = frozenset({"handed_over", "destroyed"})
"""Steps after which it is not kept here any more, and no end of keeping is to be told."""

LEAVING: Mapping[str, str] = MappingProxyType(
    {
        "home": _("torna a casa"),
        "trusted": _("va da una persona di fiducia"),
        "safe_place": _("va in un posto sicuro"),
        "admitted": _("resta ricoverata"),
        "observation": _("resta in osservazione"),
        "other_hospital": _("va in un altro ospedale"),
        "with_police": _("va con le forze dell'ordine"),
        "before_seen": _("è andata via prima di essere visitata"),
        "during": _("è andata via durante la visita"),
    }
)
"""How she leaves the department; going away before anybody saw her is a way of leaving too."""

LEVELS = EXIT_LEVEL_LABELS
"""The class of risk with which she leaves; not assessed is not low."""

OPTIONS: Mapping[str, str] = MappingProxyType({option.value: label for option, label in EXIT_OPTION_LABELS.items()})
"""What is proposed on leaving; a protocol says what comes first (ADR 0031), and both know the same codes."""
