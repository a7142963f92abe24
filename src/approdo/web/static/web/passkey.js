// SPDX-FileCopyrightText: 2026 The Approdo founders
// SPDX-License-Identifier: AGPL-3.0-or-later
// Says in words what went wrong with a passkey; allauth only writes it to the console.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const note = document.querySelector("[data-passkey-error]") || document.createElement("p");
  note.dataset.passkeyError = "";
  note.className = "note warn";
  note.setAttribute("role", "alert");
  const english = document.documentElement.lang.startsWith("en");
  note.textContent = english
    ? "The passkey was not read. Try again, or use your password and code."
    : "La passkey non è stata letta. Riprova, oppure usa password e codice.";
  document.querySelector("main .page-header")?.after(note);
});
