# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""`python -m bench.recognition`: the product meets simulated histories and invented notes; the tables of that."""

import argparse
import json
import time
from functools import partial
from pathlib import Path

from approdo.recognition import selectors
from approdo.recognition.rules.recognising import recognise
from approdo.recognition.rules.words import read
from bench.recognition import figures, report
from bench.recognition.corpus import notes, practice
from bench.recognition.effects import Level, world
from bench.recognition.generate import Settings, histories
from bench.recognition.judge import Judged, judge, read_all
from bench.recognition.writing import write


def main() -> None:
    """Judge, print, and keep the figures where it is asked."""
    asked = _arguments()
    if asked.write:
        texts = tuple([one.note for one in notes() if one.violence is violence] for violence in (True, False))
        settings = Settings(asked.women, asked.prevalence, notes=texts)
        write(histories(settings, world(Level.CENTRAL, asked.seed), asked.seed), asked.write)
        return
    lexicon = selectors.lexicon()

    def by_whom(note: str) -> list[str]:
        return [statement.by for statement in read(lexicon, note)]

    readings = read_all(notes(), by_whom)
    if asked.errors:
        print(report.errors(readings))
        return
    of_notes = figures.of_notes(readings)
    print(report.notes_table(of_notes), report.phenomena_table(readings), sep="\n\n", end="\n\n")
    practised = figures.of_notes(read_all(practice(), by_whom))
    print("the same of the notes that the author has read, which flatters:", report.notes_table(practised), sep="\n\n")
    worlds, central = _worlds(asked)
    groups = {name: figures.of_histories(women) for name, women in figures.groups_of(central).items()}
    print(report.histories_table(worlds), report.groups_table(groups), sep="\n\n")
    if asked.json:
        asked.json.write_text(json.dumps({"notes": of_notes, "worlds": worlds, "groups": groups}, indent=1))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.recognition", description=__doc__)
    parser.add_argument("--women", type=int, default=12_000, help="women of each world")
    parser.add_argument("--prevalence", type=float, default=0.25, help="share of abused women drawn (weighed back)")
    parser.add_argument("--worlds", type=int, default=7, help="worlds whose effects are drawn, beside the fixed three")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--errors", action="store_true", help="only the numbers of the notes read wrongly")
    parser.add_argument("--write", type=Path, metavar="DIR", help="only write the histories of the central world there")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep every figure")
    return parser.parse_args()


def _worlds(asked: argparse.Namespace) -> tuple[dict[str, list[dict[str, float]]], list[Judged]]:
    """Return the figures of every world by its level, and the women of the central one."""
    levels = [Level.LOW, Level.CENTRAL, Level.HIGH, *[Level.DRAWN] * asked.worlds]
    settings, verdict = Settings(asked.women, asked.prevalence), partial(recognise, selectors.table())
    found: dict[str, list[dict[str, float]]] = {level: [] for level in Level}
    central: list[Judged] = []
    for number, level in enumerate(levels):
        begun = time.monotonic()
        seed = asked.seed * 1000 + number
        women = judge(histories(settings, world(level, seed), seed), verdict)
        found[level].append(figures.of_histories(women))
        central = women if level is Level.CENTRAL else central
        print(f"world {number} ({level}): {len(women):,} women judged in {time.monotonic() - begun:.0f} s")
    print()
    return found, central


if __name__ == "__main__":
    main()
