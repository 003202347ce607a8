-- Readers ask for the live generation by the projection's name; there is never a second one.
CREATE UNIQUE INDEX projection_generations_live ON refold.projection_generations (projection) WHERE status = 'Live'
