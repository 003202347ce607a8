SELECT refold.create_namespace(:generation::int)
