-- Ensures that two processes that both begin to build a version build the same generation.
CREATE UNIQUE INDEX projection_generations_building ON refold.projection_generations (projection, version)
WHERE status = 'Building'
