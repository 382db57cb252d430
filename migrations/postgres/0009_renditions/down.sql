DELETE FROM positions WHERE name = 'renditions';
DROP TABLE renditions;
