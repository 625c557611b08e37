PRAGMA application_id=1818583396;
PRAGMA user_version=3;
BEGIN TRANSACTION;
CREATE TABLE arrival (
    run INTEGER NOT NULL,
    row INTEGER NOT NULL,
    lead TEXT NOT NULL,
    score INTEGER,
    at INTEGER,
    model TEXT,
    based_on TEXT,
    verdict TEXT,
    reason TEXT,
    message TEXT,
    previous INTEGER,
    previous_at INTEGER,
    PRIMARY KEY (run, row)
) WITHOUT ROWID;
INSERT INTO "arrival" VALUES(1,1,'L-1',87,1795427997000,'v1',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "arrival" VALUES(1,2,'L-2',40,1795427998000,'',NULL,'unknown_lead','unknown_lead','not on the list',NULL,NULL);
INSERT INTO "arrival" VALUES(1,3,'L-3',NULL,NULL,NULL,NULL,'rejected','score_out_of_range','priority_score 101 is outside 1 to 100',NULL,NULL);
INSERT INTO "arrival" VALUES(1,4,'L-4',12,1795427991000,'','-',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "arrival" VALUES(2,1,'L-1',90,1795428001000,'v2',NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE claim (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    destination TEXT NOT NULL
);
CREATE TABLE ledger (
    lead TEXT NOT NULL,
    destination TEXT NOT NULL,
    at INTEGER NOT NULL,
    score INTEGER NOT NULL,
    model TEXT NOT NULL,
    previous INTEGER,
    previous_at INTEGER,
    run INTEGER NOT NULL,
    correlation TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    settled INTEGER,
    outcome TEXT NOT NULL,
    PRIMARY KEY (lead, destination, at)
) WITHOUT ROWID;
INSERT INTO "ledger" VALUES('L-1','list',1795427997000,87,'v1',5,1795427901000,1,'batch-1',1795428000002,1795428000003,'delivered');
INSERT INTO "ledger" VALUES('L-2','list',1795427998000,40,'',5,1795427901000,1,'batch-1',1795428000002,1795428000003,'unknown_lead');
CREATE TABLE pending (
    destination TEXT NOT NULL,
    lead TEXT NOT NULL,
    score INTEGER NOT NULL,
    at INTEGER NOT NULL,
    model TEXT NOT NULL,
    based_on TEXT,
    run INTEGER NOT NULL,
    row INTEGER NOT NULL,
    lane TEXT NOT NULL,
    due INTEGER,
    claim INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    parked TEXT,
    message TEXT,
    PRIMARY KEY (destination, lead)
) WITHOUT ROWID;
INSERT INTO "pending" VALUES('list','L-1',90,1795428001000,'v2',NULL,2,1,'',1795428000006,NULL,0,NULL,NULL);
INSERT INTO "pending" VALUES('list','L-2',40,1795427998000,'',NULL,1,2,'',NULL,NULL,1,'unknown_lead','not on the list');
INSERT INTO "pending" VALUES('list','L-4',12,1795427991000,'','-',1,4,'',1795428000000,NULL,0,NULL,NULL);
CREATE TABLE rewritten (
    lead TEXT NOT NULL,
    destination TEXT NOT NULL,
    at INTEGER NOT NULL,
    score INTEGER NOT NULL,
    model TEXT NOT NULL,
    previous INTEGER,
    previous_at INTEGER,
    run INTEGER NOT NULL,
    correlation TEXT NOT NULL,
    recorded INTEGER NOT NULL,
    settled INTEGER,
    outcome TEXT NOT NULL
);
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    source TEXT NOT NULL,
    destination TEXT NOT NULL,
    started INTEGER NOT NULL,
    finished INTEGER
);
INSERT INTO "run" VALUES(1,'monday.csv','list',1795428000000,1795428000004);
INSERT INTO "run" VALUES(2,'tuesday.csv','list',1795428000005,NULL);
CREATE INDEX arrival_of_lead ON arrival (lead, run) WHERE verdict IS NOT NULL;
CREATE INDEX pending_due ON pending (destination, lane, due) WHERE due IS NOT NULL;
CREATE INDEX rewritten_of_lead ON rewritten (lead, destination, at);
CREATE TRIGGER keep_rewritten AFTER UPDATE OF recorded ON ledger BEGIN
    INSERT INTO rewritten VALUES (
        old.lead, old.destination, old.at, old.score, old.model, old.previous, old.previous_at,
        old.run, old.correlation, old.recorded, old.settled, old.outcome
    ); END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('claim',1);
COMMIT;
