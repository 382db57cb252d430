DROP INDEX revisions_shown_by_day;
