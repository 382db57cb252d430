-- What everybody sees is listed by when it was published without being sorted; the year is passed over within the index.
CREATE INDEX revisions_shown_by_day ON revisions (published_at, report_id, year) WHERE published_at IS NOT NULL;
