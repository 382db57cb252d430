DROP TABLE pending_acts;
