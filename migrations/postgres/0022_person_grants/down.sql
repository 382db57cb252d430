DROP TABLE person_grants;
