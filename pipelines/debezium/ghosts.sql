-- After a new snapshot, once the consumer groups have no lag: rows that were deleted in Postgres while nobody listened are still here,
-- since a snapshot tells what there is and not what is gone. All rows of a snapshot have one LSN; what is older and was not sent
-- again is gone. Can be run again.
INSERT INTO ${DATABASE}.orders (order_id, _version, _op, _deleted)
SELECT order_id, (SELECT max(_version) FROM ${DATABASE}.orders WHERE _op = 'r') AS snapshot, 'd', 1
FROM ${DATABASE}.orders FINAL WHERE _version < snapshot;

INSERT INTO ${DATABASE}.customers (user_id, _version, _op, _deleted)
SELECT user_id, (SELECT max(_version) FROM ${DATABASE}.customers WHERE _op = 'r') AS snapshot, 'd', 1
FROM ${DATABASE}.customers FINAL WHERE _version < snapshot;

INSERT INTO ${DATABASE}.articles (article_id, _version, _op, _deleted)
SELECT article_id, (SELECT max(_version) FROM ${DATABASE}.articles WHERE _op = 'r') AS snapshot, 'd', 1
FROM ${DATABASE}.articles FINAL WHERE _version < snapshot;
