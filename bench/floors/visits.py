# SPDX-FileCopyrightText: 2026 The Approdo founders
# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score as somebody writes it by hand, without the table of points: a query for two databases, and pandas.

The same rows as ``recognition/data/points.yaml`` for the columns that ``bench.recognition_speed`` invents. Answers
are asserted to be the same, visit by visit, so a row that changes there must be changed here by hand as well.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas

CODES = ("first", "second", "third", "fourth", "fifth")
FLAGS = {
    "said": r"^(9958|9955|E967|V6111|V6121|E960|E961|E962|E963|E964|E965|E966|E968|E969|V715|V716|V7181|9947)",
    "head": r"^(80[0-4]|805[01]|806[01]|807[56]|830|839[01]|8470|848[0-2]|85[0-4]|87[0-4]|900|910|918|920|921|925"
    r"|94[01]|95[01]|9520|9530|9540|9570|9590)",
    "upper": r"^(81[0-9]|83[1-4]|84[0-2]|88[0-7]|903|91[2-5]|923|927|943|944|9534|955|959[2-5])",
    "trunk": r"^(805[2-9]|806[2-9]|807[0-4]|808|809|839[2-7]|846|847[1-9]|848[3-5]|86[0-9]|87[5-8]|879[0-7]|901|902"
    r"|911|922|926|942|952[1-4]|953[1-35]|954[1-9]|9591)",
    "lower": r"^(82[0-7]|83[5-8]|84[345]|89[0-7]|904|916|917|924[0-5]|928|945|956|959[67])",
    "elsewhere": r"^(828|829|839[89]|848[89]|879[89]|919|924[89]|929|94[6-9]|952[89]|953[89]|957[1-9]|959[89])",
    "self_harm": r"^E95[0-9]",
    "psychiatric": r"^(296[23]|2980|3004|30981|311)",
    "alcohol": r"^(291|303|3050|3575|4255|5353|571[0-3]|7903|9800|E8600|V113)",
    "adjustment": r"^(3000|308|309[0-4]|30982|30983|30989|3099)",
    "pregnant": r"^(6[3-5][0-9]|66[0-9]|V22|V23|V7242)",
    "transport": r"^E8([0-3][0-9]|4[0-8])",
}
_HISTORY = ("self_harm", "psychiatric", "alcohol", "adjustment")


def query(source: str, matches: str = "regexp_matches(code, '{}')") -> str:
    """Return the query over a relation; ``matches`` is how an engine says that a code matches an expression."""
    codes = " UNION ".join(f"SELECT {column} AS code FROM {source}" for column in CODES)
    told = ", ".join(f"{matches.format(pattern)} AS {name}" for name, pattern in FLAGS.items())
    flags = ", ".join(
        f"{' OR '.join(f'coalesce({column}_code.{name}, false)' for column in CODES)} AS {name}" for name in FLAGS
    )
    joins = " ".join(f"LEFT JOIN code {column}_code ON {column}_code.code = {column}" for column in CODES)
    regions = "(head::INTEGER + upper::INTEGER + trunk::INTEGER + lower::INTEGER)"
    before = ", ".join(f"bool_or({name}) OVER two_years AS had_{name}" for name in _HISTORY)
    return f"""
    WITH code AS MATERIALIZED (SELECT code, {told} FROM ({codes}) every WHERE code IS NOT NULL),
    flagged AS (
        SELECT person, visit, arrived, trauma, {flags} FROM {source} {joins}
    ),
    injuries AS (
        SELECT *, head OR upper OR trunk OR lower OR elsewhere AS injured,
               said OR coalesce(trauma = '4', false) AS told, self_harm OR coalesce(trauma = '5', false) AS harmed
        FROM flagged
    ),
    begun AS (
        SELECT *, injured AND count(CASE WHEN injured THEN 1 END) OVER (PARTITION BY person ORDER BY arrived
                  RANGE BETWEEN INTERVAL '7 days' PRECEDING AND CURRENT ROW) = 1 AS begins
        FROM injuries
    ),
    numbered AS (
        SELECT *, sum(begins::INTEGER) OVER (PARTITION BY person ORDER BY arrived) AS episode FROM begun
    ),
    looked_back AS (
        SELECT *, {before.replace("bool_or(self_harm)", "bool_or(harmed)")},
               bool_or(told) OVER one_year AS was_told, count(*) OVER one_year AS visits,
               max(CASE WHEN injured THEN episode END) OVER two_years
               - min(CASE WHEN injured THEN episode END) OVER two_years + 1 AS episodes
        FROM numbered WINDOW
            one_year AS (PARTITION BY person ORDER BY arrived
                         RANGE BETWEEN INTERVAL '365 days' PRECEDING AND CURRENT ROW),
            two_years AS (PARTITION BY person ORDER BY arrived
                          RANGE BETWEEN INTERVAL '730 days' PRECEDING AND CURRENT ROW)
    ),
    scored AS (
        SELECT visit, was_told,
            CASE WHEN head AND NOT transport THEN 2 ELSE 0 END + CASE WHEN {regions} >= 2 THEN 1 ELSE 0 END
            - CASE WHEN lower AND NOT (head OR upper OR trunk OR elsewhere) THEN 2 ELSE 0 END
            + CASE WHEN pregnant AND injured THEN 1 ELSE 0 END
            + least(4, 2 * had_self_harm::INTEGER + 2 * had_psychiatric::INTEGER + 2 * had_alcohol::INTEGER
                       + had_adjustment::INTEGER)
            + CASE WHEN episodes >= 3 THEN 2 WHEN episodes = 2 THEN 1 ELSE 0 END
            + CASE WHEN visits >= 5 THEN 2 WHEN visits >= 3 THEN 1 ELSE 0 END AS points
        FROM looked_back
    )
    SELECT visit, points::INTEGER AS points, CASE WHEN was_told THEN 'immediate' WHEN points >= 4 THEN 'ask'
           WHEN points = 3 THEN 'quiet' ELSE 'none' END AS band
    FROM scored
    """


def by_pandas(source: Path) -> "pandas.DataFrame":
    """Return visit, points and band of a Parquet file by rolling windows of groups."""
    import duckdb
    import pandas

    with duckdb.connect() as connection:
        frame = connection.execute(f"SELECT * FROM '{source}' ORDER BY person, arrived").df()
    distinct = pandas.unique(frame[list(CODES)].to_numpy().ravel())
    known = pandas.Series([code for code in distinct if isinstance(code, str)])
    for name, pattern in FLAGS.items():
        found = set(known[known.str.match(pattern)])
        frame[name] = frame[list(CODES)].isin(found).any(axis=1)
    frame["said"] |= frame["trauma"] == "4"
    frame["self_harm"] |= frame["trauma"] == "5"
    frame["injured"] = frame[["head", "upper", "trunk", "lower", "elsewhere"]].any(axis=1)
    injuries = frame.loc[frame["injured"], ["person", "arrived"]]
    begins = ~(injuries.groupby("person")["arrived"].diff() <= pandas.Timedelta(days=7))
    frame["episode"] = begins.groupby(injuries["person"]).cumsum()
    one, two = (_windows(frame, days) for days in (365, 730))
    history = sum(two(name, "max") * weight for name, weight in zip(_HISTORY, (2, 2, 2, 1), strict=True))
    episodes = (two("episode", "max") - two("episode", "min") + 1).fillna(0)
    visits = one("injured", "count")
    regions = frame[["head", "upper", "trunk", "lower"]].sum(axis=1)
    only_lower = frame["lower"] & ~frame[["head", "upper", "trunk", "elsewhere"]].any(axis=1)
    points = (
        2 * (frame["head"] & ~frame["transport"]) + (regions >= 2) - 2 * only_lower
        + (frame["pregnant"] & frame["injured"]) + history.clip(upper=4)
        + (episodes >= 2).astype(int) + (episodes >= 3) + (visits >= 3).astype(int) + (visits >= 5)
    ).astype(int)  # fmt: skip
    band = pandas.cut(points, [-99, 2, 3, 99], labels=["none", "quiet", "ask"]).astype(object)
    return pandas.DataFrame(
        {"visit": frame["visit"], "points": points, "band": band.where(one("said", "max") == 0, "immediate")}
    )


def _windows(frame: Any, days: int) -> Any:
    """Return a function that looks so far back at a column of a frame in order of person and instant."""

    def look(column: str, how: str) -> Any:
        values = frame.set_index("arrived").groupby("person")[column].rolling(f"{days}D", closed="both")
        return getattr(values, how)().reset_index(drop=True)

    return look
