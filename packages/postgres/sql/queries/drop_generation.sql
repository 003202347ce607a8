SELECT refold.drop_generation(:generation::int, :only_if_over::boolean, :patience::int) AS dropped
