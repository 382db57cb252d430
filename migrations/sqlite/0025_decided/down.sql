DROP TABLE decided_acts;
