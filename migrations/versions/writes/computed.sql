-- Marks of texts and mentions of reports are written some thirty rows at a time, of one text or one report. A foreign
-- key asks for every row whether what it points at is there: two thirds of what writing them took. This asks once for
-- each text, event and report of a statement, and takes away what belonged to what goes.
ALTER TABLE text_mark DROP CONSTRAINT fk_text_mark_event_id, DROP CONSTRAINT fk_text_mark_version_id;
ALTER TABLE mention DROP CONSTRAINT fk_mention_report_id;

CREATE FUNCTION text_mark_points() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT version_id FROM after_rows) n
               WHERE NOT EXISTS (SELECT FROM text_print WHERE version_id = n.version_id OFFSET 0)) THEN
        RAISE foreign_key_violation USING CONSTRAINT = 'fk_text_mark_version_id', TABLE = 'text_mark',
            MESSAGE = 'a mark is of a text whose fingerprint is kept';
    END IF;
    IF EXISTS (SELECT FROM (SELECT DISTINCT event_id FROM after_rows) n
               WHERE NOT EXISTS (SELECT FROM event WHERE id = n.event_id OFFSET 0)) THEN
        RAISE foreign_key_violation USING CONSTRAINT = 'fk_text_mark_event_id', TABLE = 'text_mark',
            MESSAGE = 'a mark is under an event that is there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER e_points_insert AFTER INSERT ON text_mark REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION text_mark_points();
CREATE TRIGGER e_points_update AFTER UPDATE ON text_mark REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION text_mark_points();

CREATE FUNCTION mention_points() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT report_id FROM after_rows) n
               WHERE NOT EXISTS (SELECT FROM report WHERE id = n.report_id OFFSET 0)) THEN
        RAISE foreign_key_violation USING CONSTRAINT = 'fk_mention_report_id', TABLE = 'mention',
            MESSAGE = 'a mention is of a report that is there';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER e_points_insert AFTER INSERT ON mention REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mention_points();
CREATE TRIGGER e_points_update AFTER UPDATE ON mention REFERENCING NEW TABLE AS after_rows
    FOR EACH STATEMENT EXECUTE FUNCTION mention_points();

CREATE FUNCTION event_unmark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM text_mark m USING before_rows b WHERE m.event_id = b.id;
    RETURN NULL;
END $$;
CREATE TRIGGER e_unmark AFTER DELETE ON event REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION event_unmark();

CREATE FUNCTION text_print_unmark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM text_mark m USING before_rows b WHERE m.version_id = b.version_id;
    RETURN NULL;
END $$;
CREATE TRIGGER e_unmark AFTER DELETE ON text_print REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION text_print_unmark();

CREATE FUNCTION report_unmention() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM mention m USING before_rows b WHERE m.report_id = b.id;
    RETURN NULL;
END $$;
CREATE TRIGGER e_unmention AFTER DELETE ON report REFERENCING OLD TABLE AS before_rows
    FOR EACH STATEMENT EXECUTE FUNCTION report_unmention();
