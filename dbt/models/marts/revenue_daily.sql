{{ config(
    materialized='table',
    order_by=['day', 'currency'],
    grants={'select': [var('reader')]} if var('reader') else {}
) }}
-- Counted anew as a whole with each build. Incremental by days would be wrong: a deletion carries nothing but its key, so nobody
-- knows any more which day it changes. Where that takes too long, Tidemark's rollups (order_day) keep the same numbers as they come.
SELECT
    toDate(ordered_at) AS day,
    currency,
    count() AS orders,
    uniqExact(user_id) AS customers,
    sum(amount) AS gross,
    sum(refunded_amount) AS refunded,
    gross - refunded AS net
FROM {{ ref('stg_orders') }}
GROUP BY day, currency
