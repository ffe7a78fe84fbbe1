"""Drives clickhouse-connect against the embedded engine; argv: url. Prints one JSON object of what it saw."""
import datetime
import json
import sys
from urllib.parse import urlparse

import clickhouse_connect
from clickhouse_connect.driver.exceptions import DatabaseError
from clickhouse_connect.driver.external import ExternalData

url = urlparse(sys.argv[1])


def connect(**more):
    return clickhouse_connect.get_client(host=url.hostname, port=url.port, **more)


seen = {}
client = connect()
seen["version"] = client.server_version
seen["query"] = client.query("SELECT number, toString(number) FROM numbers(3)").result_rows
seen["bound"] = client.query(
    "SELECT {a:Array(String)} AS a, {d:Date} AS d, {n:Nullable(Int32)} AS n",
    parameters={"a": ["x", "y'z"], "d": datetime.date(2024, 2, 3), "n": None},
).first_row
seen["client_side"] = client.query("SELECT %(s)s", parameters={"s": "it's"}).first_row

types = (
    "id UInt32, s String, l LowCardinality(Nullable(String)), n Nullable(Float64), d Date, t DateTime64(3, 'UTC'),"
    " a Array(UInt8), m Map(String, UInt8), tu Tuple(x UInt8, y String), dec Decimal(18, 4), u UUID, b Bool"
)
client.command("CREATE TABLE t (" + types + ") ENGINE = MergeTree ORDER BY id")
at = datetime.datetime(2024, 1, 1, 12, 0, 0, 123000, tzinfo=datetime.timezone.utc)
rows = [
    [i, f"s{i}", None if i % 3 == 0 else f"l{i % 5}", None if i % 2 else i / 2, datetime.date(2024, 1, 1), at, [1, i % 200],
     {"k": i % 100}, (1, "q"), "12.5000", "00000000-0000-0000-0000-0000000000ff", i % 2 == 0]
    for i in range(3000)
]
names = ["id", "s", "l", "n", "d", "t", "a", "m", "tu", "dec", "u", "b"]
seen["written"] = {}
for compression in ("lz4", "zstd", "gzip", False):
    client.command("TRUNCATE TABLE t")
    packed = connect(compress=compression)
    # A hundred rows a block: lz4 and zstd send a frame for each.
    summary = packed.insert("t", rows, column_names=names, settings={"async_insert": 0})
    seen["written"][str(compression)] = [
        summary.written_rows,
        packed.query("SELECT count(), sum(id), uniqExact(s), countIf(l IS NULL), sum(n), sum(dec) FROM t").first_row,
    ]
seen["row"] = [str(value) for value in client.query("SELECT * FROM t WHERE id = 4").first_row]
with client.query_row_block_stream("SELECT number FROM numbers(300000)") as stream:
    seen["streamed"] = sum(len(block) for block in stream)
seen["summary"] = client.query("SELECT sum(number) FROM numbers(1000)").summary.get("read_rows")
client.command("CREATE TEMPORARY TABLE tmp (a UInt8)")
client.insert("tmp", [[1], [2]], column_names=["a"])
seen["session"] = client.query("SELECT sum(a) FROM tmp").first_row
seen["settings"] = client.query("SELECT getSetting('max_threads')", settings={"max_threads": 1}).first_row
external = ExternalData(file_name="ids", fmt="CSV", structure="id UInt32", data=b"1\n2\n")
seen["external"] = client.query("SELECT count() FROM t WHERE id IN (SELECT id FROM ids)", external_data=external).first_row
seen["form"] = connect(form_encode_query_params=True).query("SELECT {a:String}", parameters={"a": "f"}).first_row
for name, run in {
    "missing": lambda: client.query("SELECT * FROM nosuch"),
    "password": lambda: connect(username="me", password="no"),
    "late": lambda: client.query("SELECT throwIf(number = 2000000) FROM numbers(3000000)", settings={"max_threads": 1}),
}.items():
    try:
        run()
        seen[name] = "no error"
    except Exception as error:  # pylint: disable=broad-except
        seen[name] = [isinstance(error, DatabaseError), str(error)]
print(json.dumps(seen, default=str))
