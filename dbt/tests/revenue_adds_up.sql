-- What the mart has is what the orders are, currency by currency, to the cent: no row may come back.
SELECT coalesce(nullIf(mart.currency, ''), orders.currency) AS currency, mart.gross AS counted, orders.gross AS really
FROM (SELECT currency, sum(gross) AS gross FROM {{ ref('revenue_daily') }} GROUP BY currency) AS mart
FULL JOIN (SELECT currency, sum(amount) AS gross FROM {{ ref('stg_orders') }} GROUP BY currency) AS orders ON mart.currency = orders.currency
WHERE mart.gross != orders.gross
