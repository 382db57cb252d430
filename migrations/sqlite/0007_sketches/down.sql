DROP TABLE search_sketches;
