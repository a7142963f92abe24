// SPDX-FileCopyrightText: 2026 The Approdo founders
// SPDX-License-Identifier: AGPL-3.0-or-later
// Keeps the parts marked data-live fresh, and says honestly how old they are when it cannot.
// An event only says that something changed; what is shown always comes from the server.
(() => {
  "use strict";

  const POLL = 10_000; // while the stream is silent
  const CALM = 60_000; // while it speaks
  const RETRY = 3_000; // after a refresh that failed
  const LISTEN = 5_000; // after the stream was refused or ended
  const STALE = 25_000; // from here on the page says that it is old
  const part = document.querySelector("[data-live]");
  if (!part) return;
  const english = document.documentElement.lang.startsWith("en");
  const { live: topics, liveUrl, liveSrc, wordsAge, wordsNow } = part.dataset;
  const wordsStale = part.dataset.wordsStale || (english ? "Not updated for {n} s." : "Non aggiornata da {n} s.");
  const wordsOut =
    part.dataset.wordsOut ||
    (english ? "Your session is over: sign in again." : "La sessione è finita: accedi di nuovo.");

  let fresh = performance.now(); // when we last knew that what is shown is true
  let heard = -Infinity; // when the stream last spoke
  let stream;
  let listened; // when the stream was last opened, or ended
  let bar = document.querySelector("[data-live-bar]");
  let said = ""; // by the bar
  let fetched = performance.now();
  let asked = -Infinity;
  let waiting = 0;
  let undoing = 0;
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

  // A page that refreshes itself is nobody: only somebody who touches it keeps the session alive.
  let touched = false;
  for (const sign of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
    addEventListener(sign, () => (touched = true), { passive: true, capture: true });
  }

  // The browser parses the answer as it arrives: no script of ours ever turns words into a page.
  const answer = () =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("GET", liveSrc);
      request.responseType = "document";
      request.timeout = 8000;
      if (document.hidden || part.hasAttribute("data-live-now")) request.setRequestHeader("X-Approdo-Background", "1");
      if (!touched) request.setRequestHeader("X-Approdo-Untouched", "1");
      touched = false;
      request.setRequestHeader("X-Approdo-Refresh", "1");
      request.addEventListener("load", () => resolve(request));
      for (const end of ["error", "timeout", "abort"]) request.addEventListener(end, reject);
      request.send();
    });

  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    if (part.querySelector("form[data-sent]")) {
      missed = true; // a press is on its way: leave the page alone, and do not call it fresh
      return;
    }
    busy = true;
    asked = performance.now();
    const began = asked;
    try {
      const { status, responseURL, response } = await answer();
      out = status === 401 || responseURL !== new URL(liveSrc, location.href).href;
      if (out) stream.close(); // a browser would try again by itself
      if (!out && status === 200) {
        if (!part.querySelector("form[data-sent]")) {
          const kept = remember();
          part.replaceChildren(...response.body.childNodes);
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
    clearTimeout(undoing);
    const undo = part.querySelector("[data-until]");
    const left = undo && Math.max(0, new Date(undo.dataset.until) - new Date(undo.dataset.at));
    if (undo) undoing = setTimeout(() => out || refresh(), left + 300);
  };

  const tell = () => {
    const seconds = Math.round((performance.now() - fresh) / 1000);
    const age = document.querySelector("[data-live-age]");
    if (age) age.textContent = seconds < 2 ? wordsNow : wordsAge.replace("{n}", seconds);
    const stale = seconds * 1000 >= STALE && !part.hasAttribute("data-live-now");
    // in steps of ten seconds, rounded up: the bar is read aloud each time that it changes
    const words = out ? wordsOut : stale ? wordsStale.replace("{n}", Math.ceil(seconds / 10) * 10) : "";
    if (words === said) return;
    said = words;
    bar ??= made();
    bar.querySelector("[data-live-bar-words]").replaceChildren(out ? wayBack() : words);
    bar.hidden = !words;
  };

  // Most pages have no bar of their own.
  const made = () => {
    const element = document.createElement("div");
    element.className = "live-bar";
    element.setAttribute("role", "alert");
    const words = document.createElement("span");
    words.dataset.liveBarWords = "";
    element.append(words);
    document.querySelector("main").prepend(element);
    return element;
  };

  const wayBack = () => {
    const link = document.createElement("a");
    link.href = `/accesso/?next=${encodeURIComponent(location.pathname + location.search)}`;
    link.textContent = wordsOut;
    return link;
  };

  const listen = () => {
    listened = performance.now();
    stream = new EventSource(`${liveUrl}/stream?topics=${encodeURIComponent(topics)}`, { withCredentials: true });
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
      listened = performance.now(); // the refresh says first whether she is still signed in
      heard = -Infinity;
      refresh();
    });
    stream.addEventListener("error", () => {
      heard = -Infinity;
    });
  };

  listen();
  watchUndo();
  if (part.hasAttribute("data-live-now")) refresh();
  setInterval(() => {
    tell();
    if (out) return; // until she signs in again there is nothing to ask
    const now = performance.now();
    const quiet = now - heard > 20_000;
    if (now - fetched > (missed ? RETRY : quiet ? POLL : CALM)) refresh();
    if (stream.readyState === EventSource.CLOSED && now - listened > LISTEN) listen();
  }, 1000);
  document.addEventListener("visibilitychange", () => document.hidden || refresh());
})();
