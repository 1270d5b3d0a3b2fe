"""Asks DuckDB what `fettle-bench --only comparison` asks Fettle.

Reads a plan, one JSON document, from standard input:

    {"database": file to make, "memory": "8GB", "threads": 2,
     "schema": [statement, …], "tables": [[name, file.csv.zst], …],
     "runs": most runs of a question, "least": fewest, "seconds": after which no further run begins,
     "questions": [{"name": …, "statements": [statement, …]}, …]}

and prints one JSON document:

    {"version": …, "loadSeconds": …, "bytes": size of the database,
     "questions": [{"name": …, "first": ms, "times": [ms, …], "answer": [[cell, …], …]}, …]}

Cells are texts or null; nulls at the end of a row are left out. The first run of each question is told apart from the
others, which are warm.
"""

import json
import os
import sys
import time

import duckdb


def load(connection, plan):
    for statement in plan["schema"]:
        connection.execute(statement)
    for table, file in plan["tables"]:
        path = file.replace("'", "''")
        connection.execute(f"COPY {table} FROM '{path}' (FORMAT csv, HEADER false, DELIMITER ',', COMPRESSION zstd)")
        print(f"  DuckDB has {table}", file=sys.stderr, flush=True)
    connection.execute("CHECKPOINT")
    connection.execute("ANALYZE")


def cells(row):
    texts = [None if value is None else str(value) for value in row]
    while texts and texts[-1] is None:
        texts.pop()
    return texts


def ask(connection, statements):
    """Milliseconds, and the rows of all statements."""
    begun = time.perf_counter()
    rows = [row for statement in statements for row in connection.execute(statement).fetchall()]
    return (time.perf_counter() - begun) * 1_000, rows


def measure(connection, plan, question):
    first, rows = ask(connection, question["statements"])
    answer = [cells(row) for row in rows]
    times = []
    begun = time.perf_counter()
    while len(times) < plan["runs"]:
        if len(times) >= plan["least"] and time.perf_counter() - begun > plan["seconds"]:
            break
        taken, rows = ask(connection, question["statements"])
        times.append(taken)
        if [cells(row) for row in rows] != answer:
            raise SystemExit(f"DuckDB answers {question['name']} now in one way and now in another")
    return {"name": question["name"], "first": first, "times": times, "answer": answer}


def main():
    plan = json.load(sys.stdin)
    connection = duckdb.connect(plan["database"])
    connection.execute(f"SET threads = {int(plan['threads'])}")
    connection.execute(f"SET memory_limit = '{plan['memory']}'")
    begun = time.perf_counter()
    load(connection, plan)
    loaded = time.perf_counter() - begun
    questions = [measure(connection, plan, question) for question in plan["questions"]]
    size = os.path.getsize(plan["database"])
    json.dump(
        {"version": duckdb.__version__, "loadSeconds": loaded, "bytes": size, "questions": questions}, sys.stdout
    )


if __name__ == "__main__":
    main()
