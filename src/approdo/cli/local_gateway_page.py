# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of the local gateway: what arrived, for whom, and how the channels behave."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from html import escape
from itertools import groupby
from typing import Protocol
from zoneinfo import ZoneInfo

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:; form-action 'self'"
)

_CHANNELS = {"sms": "SMS", "voice": "Telefonata", "email": "Posta", "watchdog": "Allarme"}
_MODES = {
    "ok": "funziona",
    "refuse": "rifiuta",
    "hang": "non risponde",
    "drop": "perde tutto",
    "slow": "è lento",
    "error500": "è guasto",
}
_LINK = re.compile(r"https?://[^\s<>\"']+")


class Shown(Protocol):
    """What the page needs to know of a message."""

    channel: str
    to: str
    text: str
    subject: str
    callback: str
    reference: str
    at: datetime
    said_back: str


def whole(messages: Iterable[Shown], modes: Mapping[str, str], all_modes: Iterable[str]) -> str:
    """Return the page."""
    choices = "".join(_switch(channel, mode, list(all_modes)) for channel, mode in modes.items())
    return f"""<!doctype html>
<html lang="it"><head><meta charset="utf-8"><title>Messaggi della prova</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/page.css"><script src="/page.js" defer></script></head>
<body><header><h1>Messaggi della prova</h1>
<p>Qui arriva tutto ciò che Approdo invia. Nessuno lo riceve davvero.</p></header>
<main><section aria-labelledby="behaviour"><h2 id="behaviour">Come si comportano i canali</h2>
<div class="switches">{choices}</div></section>
<section id="arrivals" aria-live="polite" aria-label="Messaggi arrivati">{arrivals(messages)}</section>
<form method="post" action="/reset"><button class="quiet">Svuota</button></form></main></body></html>"""


def _switch(channel: str, current: str, modes: Collection[str]) -> str:
    options = "".join(
        f'<option value="{escape(mode)}"{" selected" if mode == current else ""}>{escape(_MODES[mode])}</option>'
        for mode in modes
    )
    name = escape(_CHANNELS[channel])
    trouble = "" if current == "ok" else ' class="trouble"'
    return (
        f'<form method="post" action="/faults"{trouble}><input type="hidden" name="channel" value="{escape(channel)}">'
        f'<label>{name} <select name="mode">{options}</select></label><button class="quiet">Cambia</button></form>'
    )


def arrivals(messages: Iterable[Shown]) -> str:
    """Return the messages, grouped by number or mailbox; whoever heard last stands first."""
    shown = list(messages)
    if not shown:
        return '<p class="empty">Ancora nessun messaggio. Attiva la rete e guarda qui.</p>'
    order = {to: place for place, to in enumerate(dict.fromkeys(message.to for message in shown))}
    grouped = groupby(sorted(shown, key=lambda message: order[message.to]), key=lambda message: message.to)
    return "".join(f"<article><h2>{escape(to)}</h2>{''.join(map(_card, group))}</article>" for to, group in grouped)


def _card(message: Shown) -> str:
    at = message.at.astimezone(ZoneInfo("Europe/Rome"))
    channel = escape(_CHANNELS[message.channel])
    subject = f"<strong>{escape(message.subject)}</strong>" if message.subject else ""
    back = f'<p class="back">↩ {escape(message.said_back)}</p>' if message.said_back else ""
    return (
        f'<div class="message"><p class="meta"><span>{channel}</span>'
        f'<time datetime="{at.isoformat()}">{at:%H:%M:%S}</time></p>{subject}'
        f"<p>{_with_links(message.text.strip())}</p>{_button(message)}{back}</div>"
    )


def _button(message: Shown) -> str:
    if not message.callback:
        return ""
    word = "Premi 1" if message.channel == "voice" else "Rispondi 1"
    return (
        '<form method="post" action="/reply"><input type="hidden" name="reference" '
        f'value="{escape(message.reference)}"><button>{word}</button></form>'
    )


def _with_links(text: str) -> str:
    pieces = []
    end = 0
    for found in _LINK.finditer(text):
        link = escape(found.group())
        pieces.append(escape(text[end : found.start()]))
        pieces.append(f'<a href="{link}" target="_blank" rel="noopener noreferrer">{link}</a>')
        end = found.end()
    return "".join([*pieces, escape(text[end:])]).replace("\n", "<br>")


_STYLE = """
:root { color-scheme: light dark; --paper: #faf7f1; --surface: #fff; --ink: #14233c; --quiet: #4d5b73; --line: #dbd5c9;
  --edge: #737f94; --action: #17406f; --action-ink: #fff; --bar: #0f2240; --glow: #fdf0d3; --glow-edge: #a36a00; }
@media (prefers-color-scheme: dark) { :root { --paper: #0b1626; --surface: #132238; --ink: #e8edf5; --quiet: #aab7cb;
  --line: #2b3d59; --edge: #7f92b0; --action: #9ec5ff; --action-ink: #0b1626; --glow: #3a2c10; --glow-edge: #f0b03f; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.5 system-ui, sans-serif; }
header { background: var(--bar); color: #f6f1e7; padding: 1rem 1.25rem; }
header h1 { font-size: 1.35rem; margin: 0; } header p { margin: 0; color: #b9c5d8; }
main { max-width: 72rem; margin: 0 auto; padding: 1.25rem; display: grid; gap: 1.25rem; }
h2 { font-size: 1.05rem; margin: 0 0 .5rem; }
.switches { display: flex; flex-wrap: wrap; gap: .75rem; }
.switches form { display: flex; gap: .5rem; align-items: center; flex-wrap: wrap; background: var(--surface);
  border: 1px solid var(--line); border-radius: .5rem; padding: .5rem .75rem; }
.switches .trouble { background: var(--glow); border-color: var(--glow-edge); }
select, button { font: inherit; min-height: 2.75rem; border-radius: .5rem; padding: .25rem .9rem; }
select { border: 1px solid var(--edge); background: var(--surface); color: var(--ink); }
button { border: 0; background: var(--action); color: var(--action-ink); font-weight: 600; cursor: pointer; }
button.quiet { background: transparent; color: var(--ink); border: 1px solid var(--edge); font-weight: 400; }
a { color: inherit; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px; }
#arrivals { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(20rem, 100%), 1fr)); gap: 1.25rem;
  align-items: start; }
article { background: var(--surface); border: 1px solid var(--line); border-radius: .75rem; padding: 1rem; }
article h2 { overflow-wrap: anywhere; }
.message { border-top: 1px solid var(--line); padding: .75rem 0; } .message:last-child { padding-bottom: 0; }
@media (max-width: 40rem) { #arrivals { order: -1; } }
.message p { margin: 0 0 .5rem; } .meta { display: flex; justify-content: space-between; color: var(--quiet);
  font-size: .9rem; } .back { color: var(--quiet); margin-top: .5rem !important; } .empty { color: var(--quiet); }
"""

_SCRIPT = """
const place = document.getElementById('arrivals');
let last = place.innerHTML;
setInterval(async () => {
  if (document.hidden || place.contains(document.activeElement)) return;
  try {
    const text = await (await fetch('/arrivals')).text();
    if (text !== last) { place.innerHTML = text; last = text; }
  } catch { /* the next look will tell */ }
}, 1000);
"""

FILES = {"/page.css": ("text/css", _STYLE), "/page.js": ("text/javascript", _SCRIPT)}
