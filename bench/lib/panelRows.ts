/** Rows of the answers that decoding is measured with. */
export const panelRows = 1_000_000;

/** A panel's usual columns: a time, a label of 20 values, a counter as 64-bit integer, an amount. */
const statement = (label: string) => `
SELECT
    toDateTime('2026-01-01 00:00:00', 'UTC') + number AS time,
    ${label} AS region,
    toUInt64(cityHash64(number) % 1000000007) AS events,
    round((cityHash64(number, 1) % 100000000) / 1000 + 0.5, 3) AS amount
FROM numbers(${panelRows})
SETTINGS output_format_arrow_compression_method = 'none'`;

const label = `concat('r', toString(cityHash64(number, 2) % 20))`;

/** The same rows with the label as plain and as LowCardinality text. */
export const panelStatements = [
  { name: 'String', sql: statement(label) },
  { name: 'LowCardinality(String)', sql: statement(`toLowCardinality(${label})`) },
];
