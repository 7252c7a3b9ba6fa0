-- The database's own limits, for whoever connects: a transaction left open may hold the ledger's lock, so it
-- ends after 5 s. JIT is off: compiling our short statements takes longer than running them.
DO $$
DECLARE setting text;
BEGIN
    FOREACH setting IN ARRAY ARRAY['idle_in_transaction_session_timeout = ''5s''', 'lock_timeout = ''10s''', 'statement_timeout = ''10s''', 'timezone = ''UTC''', 'jit = off'] LOOP
        EXECUTE format('ALTER DATABASE %I SET %s', current_database(), setting);
    END LOOP;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'this role does not own the database: have its owner set idle_in_transaction_session_timeout = ''5s'', lock_timeout = ''10s'', statement_timeout = ''10s'', jit = off for it';
END $$;

INSERT INTO instance (secret) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
