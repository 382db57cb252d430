DELETE FROM positions WHERE name = 'fill.sketches';
UPDATE search_sketches SET band = substr(band, 6) WHERE band LIKE '____.%';
