-- The live generation, kept from being dropped until the end of the transaction. Its owner and its successor go on.
SELECT g.id, g.has_tables FROM refold.projection_generations g
WHERE g.projection = :projection::text AND g.status = 'Live'
FOR KEY SHARE
