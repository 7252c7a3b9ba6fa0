-- What is public, and the mask of a confidential source: asked for each row of a page, and so planned once.
CREATE OR REPLACE FUNCTION is_public(event_id uuid) RETURNS boolean STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT visibility = 'public' FROM event e WHERE e.id = is_public.event_id);
END $$;

CREATE OR REPLACE FUNCTION masked(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN (SELECT overlay(overlay(encode(substring(sha256(secret || uuid_send(event_id) || uuid_send(source_id)) FROM 1 FOR 16), 'hex')
        PLACING '8' FROM 13 FOR 1) PLACING '8' FROM 17 FOR 1)::uuid FROM instance);
END $$;

CREATE OR REPLACE FUNCTION shown_source(event_id uuid, source_id uuid) RETURNS uuid STABLE LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN (SELECT NOT confidential FROM source s WHERE s.id = shown_source.source_id) THEN source_id ELSE masked(event_id, source_id) END;
END $$;
