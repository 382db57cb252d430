DROP INDEX roster_depth;
