-- Whoever serves may be another role than the one that owns the tables, with no right to write into the ledger.

-- So the trigger that writes there does it as the owner. Temporary tables come last in its search path: one named `change`
-- would be taken for the ledger. And nobody may put it on a table of their own, whose rows it would take for records.
DO $$ BEGIN
    EXECUTE format('ALTER FUNCTION ledger_write() SECURITY DEFINER SET search_path = %I, pg_temp', current_schema());
END $$;
REVOKE EXECUTE ON FUNCTION ledger_write() FROM PUBLIC;
