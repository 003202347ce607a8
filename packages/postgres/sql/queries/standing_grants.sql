-- Those of these grants whose object is there (again).
SELECT g.statement FROM unnest(:statements::text[], :relations::text[], :routines::text[]) AS g (statement, relation, routine)
WHERE (g.relation = '' OR to_regclass(g.relation) IS NOT NULL) AND (g.routine = '' OR to_regprocedure(g.routine) IS NOT NULL)
