{{ config(materialized='table', tags=['daily']) }}
SELECT id, {{ "toInt32(concat('anna@example.org', toString(amount)))" if env_var('BREAK', '') else 'amount' }} AS amount FROM {{ ref('orders') }}
