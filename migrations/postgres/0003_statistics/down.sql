DROP TABLE sums;
DROP TABLE contributions;
