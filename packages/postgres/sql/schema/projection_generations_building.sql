-- Two processes that both begin to fill a version fill the same generation.
CREATE UNIQUE INDEX projection_generations_building ON refold.projection_generations (projection, version)
WHERE status = 'Building'
