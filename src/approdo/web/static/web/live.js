// SPDX-FileCopyrightText: 2026 The Approdo founders
// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps the parts marked data-live fresh, and says honestly how old they are when it cannot.
// An event only says that something changed; what is shown always comes from the server.
(() => {
  "use strict";

  const POLL = 10_000; // while the stream is silent
  const CALM = 60_000; // while it speaks
  const RETRY = 3_000; // after a refresh that failed
  const STALE = 25_000; // from here on the page says that it is old
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const { live: topics, liveUrl, liveSrc, wordsAge, wordsNow, wordsStale, wordsOut } = part.dataset;
  const bar = document.querySelector("[data-live-bar]");
  const barWords = document.querySelector("[data-live-bar-words]");

  let fresh = performance.now(); // when we last knew that what is shown is true
  let heard = -Infinity; // when the stream last spoke
  let fetched = performance.now();
  let asked = -Infinity;
  let waiting = 0;
  let busy = false;
  let again = false;
  let missed = false; // something changed, or may have, and we could not read it
  let out = false;

  // What she has opened, chosen and focused must survive a refresh.
  const remember = () => ({
    open: [...part.querySelectorAll("details[open]")].map((each) => each.id),
    chosen: [...part.querySelectorAll("input:checked")].map((each) => each.id),
    focus: part.contains(document.activeElement) ? where(document.activeElement) : null,
  });
  const where = (element) => {
    if (element.id) return `#${CSS.escape(element.id)}`;
    const form = element.closest("form");
    if (form && element.type === "submit") return `form[action="${form.getAttribute("action")}"] [type=submit]`;
    const details = element.closest("details");
    return element.tagName === "SUMMARY" && details.id ? `#${CSS.escape(details.id)} > summary` : null;
  };
  const recall = (kept) => {
    kept.open.forEach((id) => id && document.getElementById(id)?.setAttribute("open", ""));
    kept.chosen.forEach((id) => {
      const input = id && document.getElementById(id);
      if (input) input.checked = true;
    });
    if (kept.focus) part.querySelector(kept.focus)?.focus({ preventScroll: true });
  };

  // The first change is read at once; of a burst, at most four readings a second.
  const soon = () => {
    if (waiting) return;
    const gap = missed ? 1000 : 250;
    waiting = setTimeout(
      () => {
        waiting = 0;
        refresh();
      },
      Math.max(0, gap - (performance.now() - asked)),
    );
  };

  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    if (part.querySelector("form[data-sent]")) return; // a press is on its way: leave the page alone
    busy = true;
    asked = performance.now();
    const began = asked;
    try {
      const headers = document.hidden || part.hasAttribute("data-live-now") ? { "X-Approdo-Background": "1" } : {};
      headers["X-Approdo-Refresh"] = "1";
      const response = await fetch(liveSrc, { headers, cache: "no-store", signal: AbortSignal.timeout(8000) });
      out = response.status === 401 || response.redirected;
      if (!out && response.ok) {
        const text = await response.text();
        if (!part.querySelector("form[data-sent]")) {
          const kept = remember();
          part.innerHTML = text;
          recall(kept);
          watchUndo();
        }
        fresh = began;
        missed = false;
      } else {
        missed = true;
      }
    } catch {
      missed = true; // the age keeps growing, and the bar says so
    }
    fetched = performance.now();
    busy = false;
    tell();
    if (again) {
      again = false;
      soon();
    }
  };

  // The chance to undo ends by the server's clock; ask again when it should have.
  const watchUndo = () => {
    const undo = part.querySelector("[data-until]");
    if (undo) setTimeout(refresh, Math.max(0, new Date(undo.dataset.until) - new Date(undo.dataset.at)) + 300);
  };

  const tell = () => {
    const old = performance.now() - fresh;
    const seconds = Math.round(old / 1000);
    const age = document.querySelector("[data-live-age]");
    if (age) age.textContent = seconds < 2 ? wordsNow : wordsAge.replace("{n}", seconds);
    if (bar) {
      const words = out ? wordsOut : wordsStale.replace("{n}", seconds);
      if (out || old > STALE) {
        barWords.textContent = words;
        bar.hidden = false;
      } else {
        bar.hidden = true;
      }
    }
  };

  const listen = () => {
    const address = `${liveUrl}/stream?topics=${encodeURIComponent(topics)}`;
    const stream = new EventSource(address, { withCredentials: true });
    const speak = () => {
      heard = performance.now();
      if (!missed && !out && !busy) fresh = heard; // nothing has changed since what is shown
    };
    const change = () => {
      heard = performance.now();
      soon();
    };
    stream.addEventListener("change", change);
    stream.addEventListener("resync", change);
    stream.addEventListener("message", change);
    stream.addEventListener("beat", speak);
    stream.addEventListener("ended", () => {
      stream.close();
      refresh();
    });
    stream.addEventListener("error", () => {
      heard = -Infinity;
      if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
    });
  };

  listen();
  watchUndo();
  if (part.hasAttribute("data-live-now")) refresh();
  setInterval(() => {
    tell();
    const now = performance.now();
    const quiet = now - heard > 20_000;
    if (!out && now - fetched > (missed ? RETRY : quiet ? POLL : CALM)) refresh();
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
})();
