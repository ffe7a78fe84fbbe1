SELECT sum(amount) AS amount FROM {{ ref('orders_daily') }}
