-- Until the end of the transaction, names without a schema mean the generation's own tables. Gives the path to go back to.
WITH before AS MATERIALIZED (SELECT current_setting('search_path') AS path)
SELECT path, set_config('search_path', quote_ident(refold.namespace_of(:generation::int)) || ', public, pg_temp', true) FROM before
