# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from approdo.access.rules import Actor, Slice, acting
from approdo.documents.models import Document
from approdo.documents.rules import KEPT_AFTER_REMOVAL, FileType, Kind, State
from approdo.kit.rows import Statement

_DOCUMENTS = Statement(
    lambda service, case: (
        Document.objects.filter(Q(service_id=service) & ~Q(state=State.DESTROYED) | Q(state=State.KEPT), case_id=case)
        .order_by("uploaded_at", "id")
        .values_list(
            "id", "kind", "slice", "state", "service_id", "uploaded_at", "file_type", "digest", "removed_at", named=True
        )
    ),
    service=int,
    case=UUID,
)


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document as a page lists it; nothing of it is opened."""

    id: UUID
    kind: Kind
    slice: Slice
    state: State
    service_id: int
    own: bool
    uploaded_at: datetime
    file_type: FileType
    digest: str
    removed_at: datetime | None

    @property
    def opens(self) -> bool:
        """Tell whether anybody may open it now: what waits for the scanner is opened by nobody."""
        return self.state is State.KEPT

    @property
    def destroyed_at(self) -> datetime | None:
        """When one that was taken out is destroyed, if nobody puts it back."""
        return self.removed_at and self.removed_at + KEPT_AFTER_REMOVAL


def ask_documents(actor: Actor, case_id: UUID) -> Callable[[Collection[Slice]], tuple[DocumentView, ...]]:
    """Ask for what the actor may see of a case's documents, oldest first: her own service's, and what slices share.

    What waits for the scanner, was refused by it or taken out is told to the service that brought it only. What is
    returned waits for the answer, and keeps what some slices share.
    """
    _operator_id, service_id = acting(actor)
    asked = _DOCUMENTS.ask(service=service_id, case=case_id)

    def shown(slices: Collection[Slice]) -> tuple[DocumentView, ...]:
        return tuple(
            DocumentView(
                one.id,
                Kind(one.kind),
                Slice(one.slice),
                State(one.state),
                one.service_id,
                one.service_id == service_id,
                one.uploaded_at,
                FileType(one.file_type),
                one.digest,
                one.removed_at,
            )
            for one in asked.value
            if one.service_id == service_id or one.slice in slices
        )

    return shown


def writers(case_id: UUID) -> frozenset[int]:
    """Return the organisations that brought a document whose files are still there, as far as the reader sees it."""
    found = Document.objects.filter(case_id=case_id, original__isnull=False)
    return frozenset(found.values_list("organisation_id", flat=True))
