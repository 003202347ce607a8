SELECT refold.promote_generation(:generation::int) AS promoted
