-- At most one live generation of a projection; readers look it up by the name of the projection.
CREATE UNIQUE INDEX projection_generations_live ON refold.projection_generations (projection) WHERE status = 'Live'
