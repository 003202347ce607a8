SELECT refold.create_rows(:generation::int, :indexes::text[])
