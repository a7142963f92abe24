// SPDX-FileCopyrightText: 2026 The Approdo founders
// SPDX-License-Identifier: AGPL-3.0-or-later
// Says that somebody reads the page behind an alert's link: it has been visible for a moment.
// A mail server that opens links to inspect them does not show them; without script, pressing a button says it.
(() => {
  "use strict";

  const LOOK = 1000;
  const form = document.querySelector("form[data-seen]");
  let waiting = 0;

  const watch = () => {
    clearTimeout(waiting);
    if (!document.hidden) waiting = setTimeout(tell, LOOK);
  };
  const tell = () => {
    document.removeEventListener("visibilitychange", watch);
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {});
  };

  document.addEventListener("visibilitychange", watch);
  watch();
})();
