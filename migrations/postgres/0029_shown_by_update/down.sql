DROP INDEX revisions_shown_by_update;
