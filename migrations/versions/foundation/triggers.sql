-- Every record table under the ledger, and what a CHECK can't see.

SELECT ledger_keep(kept::regclass) FROM unnest(ARRAY[
    'document', 'document_link', 'report', 'event', 'event_link', 'question', 'claim', 'claim_link', 'statement',
    'appearance', 'appearance_hop', 'assessment', 'assessment_document']) AS kept;
SELECT ledger_keep('source', 'names');
SELECT ledger_keep('document_version', 'text');

-- What was read at one moment never changes.
CREATE FUNCTION version_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a document version never changes; store another' USING ERRCODE = 'feature_not_supported';
END $$;
CREATE TRIGGER a_guard BEFORE UPDATE ON document_version FOR EACH ROW EXECUTE FUNCTION version_guard();

-- Parents, merge targets and the like make no circle, however long.
CREATE FUNCTION no_cycle() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE up text := TG_ARGV[0];  found boolean;
BEGIN
    EXECUTE format(
        'WITH RECURSIVE above(id) AS (SELECT ($1).%1$I UNION SELECT t.%1$I FROM above JOIN %2$s t USING (id) WHERE t.%1$I IS NOT NULL)
         SELECT EXISTS (SELECT FROM above WHERE id = ($1).id)', up, TG_RELID::regclass) INTO found USING NEW;
    IF found THEN
        RAISE EXCEPTION 'this % would go round in a circle', up
            USING ERRCODE = 'check_violation', CONSTRAINT = format('ck_%s_%s_cycle', TG_TABLE_NAME, up);
    END IF;
    RETURN NULL;
END $$;
DO $$
DECLARE pair text[];
BEGIN
    FOREACH pair SLICE 1 IN ARRAY ARRAY[
        ['source', 'parent_id'], ['source', 'merged_into'], ['document', 'merged_into'], ['event', 'parent_id'],
        ['event', 'merged_into'], ['claim', 'of_id'], ['claim', 'merged_into'], ['statement', 'supersedes_id'],
        ['assessment', 'supersedes_id']] LOOP
        EXECUTE format(
            'CREATE TRIGGER no_cycle_%2$s AFTER INSERT OR UPDATE OF %2$I ON %1$I FOR EACH ROW WHEN (NEW.%2$I IS NOT NULL)
             EXECUTE FUNCTION no_cycle(%2$L)', pair[1], pair[2]);
    END LOOP;
END $$;

-- Only a quantity is answered by a figure, and only by figures.
CREATE FUNCTION claim_answers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT answer = 'quantity' FROM question WHERE id = NEW.question_id) <> (NEW.qualifier IS NOT NULL) THEN
        RAISE EXCEPTION 'a quantity is answered by figures, an open question by texts'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_claim_answers';
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION question_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM claim WHERE question_id = NEW.id) THEN
        RAISE EXCEPTION 'a question that has claims stays open, or a quantity'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ck_question_answered';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER answered AFTER UPDATE OF answer ON question FOR EACH ROW WHEN (NEW.answer <> OLD.answer)
    EXECUTE FUNCTION question_answered();
CREATE TRIGGER answers AFTER INSERT OR UPDATE OF question_id, qualifier ON claim FOR EACH ROW WHEN (NEW.question_id IS NOT NULL)
    EXECUTE FUNCTION claim_answers();
