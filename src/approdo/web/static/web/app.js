// SPDX-FileCopyrightText: 2026 The Approdo founders
// SPDX-License-Identifier: AGPL-3.0-or-later
// Small conveniences; every page works without them.
(() => {
  "use strict";

  // A summary of errors is read first.
  document.querySelector("[data-focus]")?.focus();

  // One press sends once; the server is idempotent anyway.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
  });

  // Coming back with the browser's button must not find a form that looks sent.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("form[data-sent]").forEach((form) => {
      delete form.dataset.sent;
      form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
    });
  });

  // A select marked data-go sends its form when it changes; without script there is a button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
  });
})();
