-- Times along the ledger never run backwards: where the database's clock was ahead and was set back, what is written until it has
-- caught up bears the last time that it had shown. The head keeps the stretches of time in which that may be so, each after the last
-- change whose time had come by then, to the time that was held: who asks for a time in one of them is told (docs/decisions/0050).
ALTER TABLE ledger_head ADD COLUMN held tstzmultirange DEFAULT '{}' NOT NULL;

-- What older changes tell: statements apart that bear one time. By what clock they were written, what they wrote says itself, but
-- for what was deleted. One redaction writes of records of several types.
WITH line AS (
    SELECT seq, recorded_at, lag(recorded_at) OVER w AS before, (actor, coalesce(request_id, ''), op) AS made, lag((actor, coalesce(request_id, ''), op)) OVER w AS made_before,
        CASE WHEN op <> 'delete' THEN type ELSE '' END AS type, lag(CASE WHEN op <> 'delete' THEN type ELSE '' END) OVER w AS type_before
    FROM change WINDOW w AS (ORDER BY seq)
), held AS (
    SELECT recorded_at AS until, min(seq) AS seq FROM line WHERE recorded_at = before AND (made <> made_before OR type <> type_before) GROUP BY recorded_at
), stretch AS (
    SELECT h.until, min(CASE WHEN c.op <> 'delete' THEN (c.record->>'updated_at')::timestamptz END) AS clock
    FROM held h JOIN change c ON c.recorded_at = h.until AND c.seq >= h.seq GROUP BY h.until
)
UPDATE ledger_head SET held = coalesce((
    SELECT range_agg(tstzrange((SELECT max(c.recorded_at) FROM change c WHERE c.recorded_at < s.until AND c.recorded_at <= coalesce(s.clock, s.until)), s.until, '(]'))
    FROM stretch s WHERE coalesce(s.clock < s.until - interval '1 second', true)), '{}');

-- The stretch in which times are not those of a clock that says this while the ledger has reached that: none while it is right. A
-- second is nothing: clocks are corrected, and those of two machines differ. PL/pgSQL, because it keeps its plans.
CREATE FUNCTION ledger_behind(reached timestamptz, clock timestamptz) RETURNS tstzmultirange STABLE LANGUAGE plpgsql AS $$
BEGIN
    IF reached > clock + interval '1 second' THEN
        RETURN tstzmultirange(tstzrange((SELECT max(recorded_at) FROM change WHERE recorded_at <= clock), reached, '(]'));
    END IF;
    RETURN '{}';
END $$;

CREATE FUNCTION ledger_hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.held := NEW.held + ledger_behind(NEW.recorded_at, clock_timestamp());
    -- The row is written with each change: of more than a hundred, what lies between counts, too.
    IF (SELECT count(*) > 100 FROM unnest(NEW.held)) THEN
        NEW.held := tstzmultirange(range_merge(NEW.held));
    END IF;
    RETURN NEW;
END $$;
-- Where the time moves, nothing is asked.
CREATE TRIGGER hold BEFORE UPDATE ON ledger_head FOR EACH ROW WHEN (NEW.recorded_at = OLD.recorded_at AND NEW.seq <> OLD.seq)
    EXECUTE FUNCTION ledger_hold();
