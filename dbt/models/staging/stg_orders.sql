-- Each order once, as its last change left it: the row with the greatest version is the order, a deletion is a row too. Written
-- without FINAL, so that it is right over any engine that keeps versions.
SELECT
    order_id,
    tupleElement(last, 1) AS ordered_at,
    tupleElement(last, 2) AS user_id,
    tupleElement(last, 3) AS amount,
    tupleElement(last, 4) AS currency,
    tupleElement(last, 5) AS refunded_amount,
    tupleElement(last, 6) AS refunded_at
FROM (
    SELECT
        order_id,
        argMax((ordered_at, user_id, amount, currency, refunded_amount, refunded_at, _deleted), _version) AS last
    FROM {{ source('raw', 'orders') }}
    GROUP BY order_id
)
WHERE tupleElement(last, 7) = 0
