-- excludes before 0033
-- Since this step whoever changes an agency's code or the day a report is due by takes away what was rendered with the
-- old one, and nobody compares them again when it is read. Older programs would leave it standing.
UPDATE ledger SET excludes_before = 33;
