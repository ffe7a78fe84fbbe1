{{ config(materialized='table') }}
SELECT id, amount FROM {{ source('raw', 'orders') }}
