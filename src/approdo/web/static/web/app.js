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

  // What nobody needs to read the page comes when it has been painted: `load` may come before that, and
  // a frame is painted between two animation frames. A hidden tab paints nothing and does not wait.
  const painted = (then) => {
    if (document.hidden) then();
    else requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(then, 0)));
  };

  // What she has tapped meanwhile counts.
  const bring = () => {
    document.querySelectorAll("template[data-later]").forEach((later) => {
      const script = later.content.querySelector("script").cloneNode();
      script.addEventListener("load", () => {
        const tapped = document.querySelector('[hx-trigger="change"] :checked');
        if (script.src.includes("htmx")) tapped?.dispatchEvent(new Event("change", { bubbles: true }));
      });
      document.head.append(script);
    });
  };
  window.addEventListener("load", () => painted(bring));

  // htmx would parse words, which the policy forbids to every script: the browser parses the answer as it arrives.
  document.addEventListener("htmx:beforeSend", (event) => {
    event.detail.xhr.responseType = "document";
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const parsed = new DocumentFragment();
    parsed.append(...(event.detail.xhr.response?.body.childNodes ?? []));
    event.detail.serverResponse = parsed;
  });

  // What was uncovered covers itself again, and Back does not bring it back.
  const hides = document.querySelector("[data-hides]");
  if (hides) setTimeout(() => location.replace(hides.href), hides.dataset.hides * 1000);

  // A select marked data-go sends its form when it changes; without script there is a button.
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-go]")) event.target.form.requestSubmit();
  });
})();
