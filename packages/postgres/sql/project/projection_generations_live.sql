-- Readers look the live generation up by the name of the projection; there is at most one.
CREATE UNIQUE INDEX projection_generations_live ON refold.projection_generations (projection) WHERE status = 'Live'
