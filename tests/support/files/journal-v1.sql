-- journal.db as wbtui 0.1.0 (commit 9d1cde5) wrote it.
PRAGMA application_id=2002941002;
PRAGMA user_version=1;
CREATE TABLE entries (
        n INTEGER PRIMARY KEY,
        key TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        customer_id TEXT NOT NULL,
        customer TEXT NOT NULL,
        summary TEXT NOT NULL,
        minor INTEGER,
        currency TEXT,
        agent TEXT NOT NULL,
        ticket TEXT,
        reason TEXT,
        invoice_id TEXT,
        payment_id TEXT,
        status TEXT NOT NULL,
        created INTEGER NOT NULL,
        sent_at INTEGER,
        settled_at INTEGER,
        today TEXT,
        rule TEXT,
        trouble TEXT,
        customer_sentence TEXT,
        objects TEXT NOT NULL,
        attempts INTEGER NOT NULL,
        purpose TEXT,
        owner TEXT NOT NULL,
        action TEXT NOT NULL,
        basis TEXT NOT NULL,
        observed TEXT NOT NULL,
        body BLOB NOT NULL
    );
INSERT INTO entries VALUES (1, 'key-intended', 'refund', 'cus_0', 'Anna Schmidt', 'Refund €22.40 of INV-0000', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_0', 'intended', 1795344120000000, NULL, NULL, '2026-11-22', NULL, NULL, NULL, '[]', 0, 'refund:pay_0', 'host|boot|1|1', '{"customer_id":"cus_0","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_0","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (2, 'key-sent', 'refund', 'cus_1', 'Anna Schmidt', 'Refund €22.40 of INV-0001', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_1', 'sent', 1795344120000000, 1795344120000000, NULL, '2026-11-22', NULL, NULL, NULL, '[]', 1, 'refund:pay_1', 'host|boot|1|1', '{"customer_id":"cus_1","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_1","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (3, 'key-unknown', 'refund', 'cus_2', 'Anna Schmidt', 'Refund €22.40 of INV-0002', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_2', 'unknown', 1795344120000000, 1795344120000000, NULL, '2026-11-22', NULL, 'The server did not answer within 30 s.', NULL, '[]', 1, 'refund:pay_2', 'host|boot|1|1', '{"customer_id":"cus_2","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_2","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (4, 'key-done', 'refund', 'cus_3', 'Anna Schmidt', 'Refund €22.40 of INV-0003', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_3', 'done', 1795344120000000, 1795344120000000, 1795344120000000, '2026-11-22', NULL, NULL, 'Anna receives €22.40.', '[{"type":"refund","id":"ref_1","label":"€22.40"}]', 1, 'refund:pay_3', 'host|boot|1|1', '{"customer_id":"cus_3","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_3","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (5, 'key-refused', 'refund', 'cus_4', 'Anna Schmidt', 'Refund €22.40 of INV-0004', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_4', 'refused', 1795344120000000, 1795344120000000, 1795344120000000, '2026-11-22', NULL, NULL, 'Anna receives €22.40.', '[{"type":"refund","id":"ref_1","label":"€22.40"}]', 1, 'refund:pay_4', 'host|boot|1|1', '{"customer_id":"cus_4","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_4","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (6, 'key-pending', 'refund', 'cus_5', 'Anna Schmidt', 'Refund €22.40 of INV-0005', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_5', 'pending', 1795344120000000, 1795344120000000, 1795344120000000, '2026-11-22', NULL, NULL, 'Anna receives €22.40.', '[{"type":"refund","id":"ref_1","label":"€22.40"}]', 1, 'refund:pay_5', 'host|boot|1|1', '{"customer_id":"cus_5","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_5","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (7, 'key-not_sent', 'refund', 'cus_6', 'Anna Schmidt', 'Refund €22.40 of INV-0006', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_6', 'not_sent', 1795344120000000, 1795344120000000, 1795344120000000, '2026-11-22', NULL, 'The connection was refused.', NULL, '[]', 1, 'refund:pay_6', 'host|boot|1|1', '{"customer_id":"cus_6","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_6","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
INSERT INTO entries VALUES (8, 'key-withdrawn', 'refund', 'cus_7', 'Anna Schmidt', 'Refund €22.40 of INV-0007', 2240, 'eur', 'Bø', 'ZD-1189', 'service_issue', 'inv_1', 'pay_7', 'withdrawn', 1795344120000000, NULL, 1795344120000000, '2026-11-22', NULL, NULL, NULL, '[]', 0, 'refund:pay_7', 'host|boot|1|1', '{"customer_id":"cus_7","context":{"agent":"Bø","ticket":"ZD-1189","reason":"service_issue","comment":null,"notify":false},"kind":"refund","payment_id":"pay_7","invoice_id":"inv_1","mode":"amount","amount":{"amount":"22.40","currency":"eur"},"percent":null,"lines":[],"adjust_invoice":false}', 'basis-1', '[{"path":"invoice/inv_1/refundable","label":"Left","before":"49.00 eur","after":"26.60 eur"}]', X'7b226b696e64223a22726566756e64222c22c3b8223a317d');
CREATE INDEX entries_by_customer ON entries (customer_id);
CREATE INDEX entries_open ON entries (status) WHERE status IN ('intended', 'sent', 'unknown');
CREATE TRIGGER entries_stay BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'a journal entry is never removed'); END;
CREATE TRIGGER entries_as_confirmed
        BEFORE UPDATE OF key, kind, customer_id, action, body, basis, created ON entries
        BEGIN SELECT RAISE(ABORT, 'a journal entry keeps what was confirmed'); END;
CREATE TRIGGER entries_settled BEFORE UPDATE OF status ON entries
        WHEN old.status IN ('done', 'refused', 'not_sent', 'withdrawn') AND new.status <> old.status
        BEGIN SELECT RAISE(ABORT, 'a settled journal entry stays settled'); END;
