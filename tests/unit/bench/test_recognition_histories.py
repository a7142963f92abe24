# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The generator does what it says, and knows nothing of what it is to judge."""

import ast
import statistics
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import duckdb
import pytest
from bench.recognition import effects, generate
from bench.recognition.effects import Effect, Feature, Level, World, features, groups, world
from bench.recognition.generate import Row, Settings, Truth, histories
from bench.recognition.writing import write

WOMEN = 12_000
PACKAGE = Path(effects.__file__).parent
ABUSE = {"99580", "99581", "99582", "99583", "E9670", "E9673", "V6111", "T741", "T742", "T743", "T749", "Y070"}
DEPRESSION = {"311", "29620", "3004", "F329", "F339", "F341"}
ALCOHOL = {"30500", "30390", "9800", "F100", "F102", "T510"}
HEAD = {"920", "95901", "8730", "87342", "8020", "9210", "8500", "87343", "87363", "95909", "80220", "87261", "9181"}

Lives = list[tuple[Truth, list[Row]]]


@cache
def lives(**changes: object) -> Lives:
    settings = Settings(WOMEN, conditions_lost=False, **changes)
    return list(histories(settings, world(Level.CENTRAL, 1), 7))


def codes(rows: Sequence[Row]) -> set[str]:
    return {code.rpartition(" ")[2].replace(".", "") for row in rows for code in row.codes}


def part(women: Lives, holds: Callable[[Truth, list[Row]], bool]) -> float:
    return statistics.mean(holds(truth, rows) for truth, rows in women)


def odds(share: float) -> float:
    return share / (1 - share)


def split(women: Lives) -> tuple[Lives, Lives]:
    return [one for one in women if one[0].abused], [one for one in women if not one[0].abused]


def test_as_many_women_are_abused_as_was_asked():
    assert part(lives(), lambda truth, _: truth.abused) == pytest.approx(0.25, abs=0.015)
    assert part(lives(prevalence=0.02), lambda truth, _: truth.abused) == pytest.approx(0.02, abs=0.004)


def test_of_abuse_seventy_seven_in_a_hundred_are_not_coded():
    abused, others = split(lives())
    assert part(abused, lambda _, rows: not codes(rows) & ABUSE) == pytest.approx(0.77, abs=0.025)
    assert part(others, lambda _, rows: bool(codes(rows) & ABUSE)) == 0


def test_foreign_women_s_abuse_is_coded_less_often():
    abused, _ = split(lives())
    foreign = [one for one in abused if one[1][0].citizenship == "foreign"]
    italian = [one for one in abused if one[1][0].citizenship == "italian"]
    ratio = part(foreign, lambda truth, _: truth.coded) / part(italian, lambda truth, _: truth.coded)
    assert ratio == pytest.approx(0.65, abs=0.15)


@pytest.mark.parametrize(("name", "codes_of_it"), [("depression", DEPRESSION), ("alcohol", ALCOHOL)])
def test_a_published_effect_comes_back_out(name: str, codes_of_it: set[str]):
    abused, others = (part(some, lambda _, rows: bool(codes(rows) & codes_of_it)) for some in split(lives()))
    effect = features()[name].effect
    assert effect.low <= odds(abused) / odds(others) <= effect.high
    assert others == pytest.approx(features()[name].baseline, rel=0.2)


def test_violence_shows_on_head_and_face_as_published():
    """An index visit with an injury is by violence in an abused woman, an accident in any other."""

    def head_odds(women: Lives) -> float:
        index = [row for _, rows in women for row in rows[-1:] if row.signs.count("pregnant") == 0]
        nine = [codes([row]) for row in index if all(code.startswith("ICD-9-CM") for code in row.codes)]
        injured = [one for one in nine if any((code[0] in "89" and len(code) > 2) or code in HEAD for code in one)]
        return odds(statistics.mean(bool(one & HEAD) for one in injured))

    abused, others = split(lives())
    effect = features()["head"].effect
    assert effect.low <= head_odds(abused) / head_odds(others) <= effect.high


def test_abused_women_come_about_as_often_as_in_the_cohort_of_lazio():
    abused, others = split(lives())
    assert statistics.mean(len(rows) for _, rows in abused) == pytest.approx(5.0, abs=0.6)
    assert statistics.mean(len(rows) for _, rows in others) < 3.5


def test_visits_grow_more_frequent_towards_the_index_visit():
    abused, others = split(lives())

    def last_year_over_the_one_before(women: Lives) -> float:
        days = [(truth.index_at - row.arrived_at).days for truth, rows in women for row in rows[:-1]]
        return sum(day < 365 for day in days) / sum(365 <= day < 730 for day in days)

    long = [one for one in abused if (one[0].index_at - one[0].first_violence_at).days > 3 * 365]
    assert last_year_over_the_one_before(long) > 1.15
    assert last_year_over_the_one_before(others) == pytest.approx(1.0, abs=0.1)


def test_what_no_source_tells_apart_is_alike():
    alike = ("delayed_care", "left_before_seen", "intrusive_companion")
    abused, others = (
        statistics.mean(len({*alike} & {*row.signs}) for _, rows in some for row in rows) for some in split(lives())
    )
    assert abused == pytest.approx(others, rel=0.17)
    assert others == pytest.approx(0.07, rel=0.1)


def together(women: Lives) -> float:
    """How much oftener alcohol and depression are in one record than if one had nothing to do with the other."""
    alcohol, depression = (part(women, lambda _, rows, of=of: bool(codes(rows) & of)) for of in (ALCOHOL, DEPRESSION))
    both = part(women, lambda _, rows: bool(codes(rows) & ALCOHOL) and bool(codes(rows) & DEPRESSION))
    return both / (alcohol * depression)


def test_conditions_go_together_as_far_as_is_asked():
    loose, tied = (split(lives(correlation=value))[1] for value in (0.0, 0.6))
    assert together(tied) > 1.8 * max(together(loose), 0.5)


def test_classifications_are_mixed_with_dots_and_without():
    written = [code for _, rows in lives() for row in rows for code in row.codes]
    icd10 = statistics.mean(code.startswith("ICD-10 ") for code in written)
    bare = statistics.mean("." not in code for code in written)
    assert 0.15 < icd10 < 0.4
    assert 0.25 < bare < 0.7
    assert all(code.startswith(("ICD-9-CM ", "ICD-10 ")) for code in written)
    assert part(lives(), lambda _, rows: any(not row.codes for row in rows)) > 0.05


def test_the_index_visit_ends_the_history_and_violence_begins_before_it():
    for truth, rows in lives()[:2000]:
        assert rows[-1].arrived_at == truth.index_at
        assert [row.arrived_at for row in rows] == sorted(row.arrived_at for row in rows)
        assert (truth.first_violence_at is not None) is truth.abused
        assert truth.first_violence_at is None or truth.first_violence_at <= truth.index_at


def test_the_same_seed_is_the_same_world_and_another_is_not():
    once, again, other = (list(histories(Settings(50), world(Level.DRAWN, n), n)) for n in (3, 3, 4))
    assert once == again
    assert once != other


def test_an_effect_stays_within_its_interval_and_weak_means_nearer_to_none():
    for name, feature in features().items():
        drawn = [world(Level.DRAWN, seed).ratios[name] for seed in range(60)]
        assert feature.effect.low <= min(drawn) < max(drawn) <= feature.effect.high, name
    assert world(Level.LOW, 1).ratios["lower"] == 0.56
    assert world(Level.HIGH, 1).ratios["lower"] == 0.04
    assert world(Level.LOW, 1).ratios["head"] == 3.76


def test_a_ratio_becomes_a_share_by_its_measure():
    assert Feature(Effect("OR", 3, 2, 4), 0.2).among_abused(3.0) == pytest.approx(0.4286, abs=1e-4)
    assert Feature(Effect("RR", 3, 2, 4), 0.2).among_abused(3.0) == pytest.approx(0.6)
    assert Feature(Effect("RR", 9, 2, 9), 0.2).among_abused(9.0) == 0.95


def test_groups_add_up_to_everybody():
    for kind in ("age_band", "citizenship"):
        assert sum(group.share for group in groups(kind)) == pytest.approx(1.0)


def test_notes_say_violence_only_at_visits_for_violence():
    settings = Settings(400, prevalence=0.5, notes=(("says",), ("none",)))
    women = list(histories(settings, world(Level.CENTRAL, 1), 1))
    assert any(row.note == "says" for truth, rows in women if truth.abused for row in rows)
    assert not any(row.note == "says" for truth, rows in women if not truth.abused for row in rows)


def test_the_files_hold_what_was_drawn_and_the_truth_stands_apart(tmp_path: Path):
    women = list(histories(Settings(60), world(Level.CENTRAL, 1), 1))
    write(women, tmp_path)
    every = [row for _, rows in women for row in rows]
    engine = duckdb.connect()
    read = engine.execute(
        "SELECT visit, codes, signs, infant, epoch(arrived_at) FROM read_parquet(?) ORDER BY visit",
        [str(tmp_path / "visits.parquet")],
    ).fetchall()
    wanted = [(row.visit, [*row.codes], [*row.signs], False, row.arrived_at.timestamp()) for row in every]
    assert read == sorted(wanted)
    assert "abused" not in (tmp_path / "visits.csv").read_text(encoding="utf-8").splitlines()[0]
    assert len((tmp_path / "truth.csv").read_text(encoding="utf-8").splitlines()) == 61


@pytest.mark.parametrize("name", ["generate", "effects", "corpus", "measures", "writing"])
def test_what_draws_knows_nothing_of_what_it_judges(name: str):
    source = (PACKAGE / f"{name}.py").read_text(encoding="utf-8")
    imported = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
    assert not {one for one in imported if one.split(".")[0] in {"approdo", "importlib"}}
    assert not {word for word in ("points.yaml", "lexicon.yaml", "lr_used") if word in source}


def test_the_published_effects_are_kept_without_anybody_s_points():
    assert set(effects.rows("effects.csv")[0]) == {"feature", "population", "measure", "value", "ci", "source"}


def test_every_reason_for_a_visit_has_codes_to_write():
    reasons = {row["reason"] for row in effects.rows("codes.csv")}
    assert {*generate.CONDITIONS, *generate.REGIONS, "head", "multiple", "accident", "other", "pregnancy"} <= reasons


def test_a_world_has_a_value_for_every_assumption():
    assert set(World({}, {}).assumed) < set(world(Level.CENTRAL, 1).assumed)
    assert {row["key"] for row in effects.rows("assumptions.csv")} == set(world(Level.DRAWN, 2).assumed)
