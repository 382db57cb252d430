-- By how long their paths are, the lines directly below a place are found without a look at those further down.
CREATE INDEX roster_depth ON roster (year, length(path), path);
