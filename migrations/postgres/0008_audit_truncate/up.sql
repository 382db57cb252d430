-- TRUNCATE passes triggers for rows by: it has one of its own.
CREATE TRIGGER audit_is_never_emptied BEFORE TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE PROCEDURE refuse_audit_change();
