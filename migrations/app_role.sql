-- What the role that serves may do: read and write records, and nothing to the ledger's past. The owner of the tables grants it.
REVOKE CREATE ON SCHEMA {schema} FROM PUBLIC, {role};
REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC, {role};
GRANT CONNECT ON DATABASE {database} TO {role};
GRANT USAGE ON SCHEMA {schema} TO {role};
REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role};
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role};
-- The ledger and its heads are written by a trigger, which does it as the owner.
REVOKE INSERT, UPDATE, DELETE ON change, ledger_head, event_head, instance, alembic_version FROM {role};
-- What was redacted does not come back.
REVOKE UPDATE, DELETE ON redaction_key FROM {role};
GRANT EXECUTE ON FUNCTION ledger_redact(uuid[], uuid[]) TO {role};
-- Keys are revoked, and stay in the list.
REVOKE DELETE ON api_key FROM {role};
