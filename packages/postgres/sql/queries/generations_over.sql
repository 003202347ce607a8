SELECT id FROM refold.generations_over(:projection::text) AS id
