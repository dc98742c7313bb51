-- Tables and indexes of the sandbox's billing file beside the tables of engine/records.py.
-- Amounts are minor units beside a currency; dates and instants are text.

-- seed, clock, counters, preferences: one row a key
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- the catalogue; `version` grows with every change
CREATE TABLE plans (
  id TEXT PRIMARY KEY, position INTEGER NOT NULL, slug TEXT NOT NULL UNIQUE, name TEXT NOT NULL, description TEXT,
  status TEXT NOT NULL, trial_days INTEGER, version INTEGER NOT NULL DEFAULT 1);

-- what a pricing of a plan costs from `valid_from` on, with its features (JSON). A contract points at the one it signed;
-- `current` marks today's (at most one a pricing, none of an archived plan)
CREATE TABLE price_sets (
  id TEXT PRIMARY KEY, plan_id TEXT NOT NULL REFERENCES plans(id), pricing_id TEXT NOT NULL, currency TEXT NOT NULL,
  cycle TEXT NOT NULL, strategy TEXT NOT NULL, price INTEGER NOT NULL, tax_mode TEXT NOT NULL, features TEXT NOT NULL,
  valid_from TEXT NOT NULL, current INTEGER NOT NULL);

-- discounts that can be set: percent (decimal text) or amount + currency; cycles NULL means for ever
CREATE TABLE discounts (
  id TEXT PRIMARY KEY, name TEXT NOT NULL, percent TEXT, amount INTEGER, currency TEXT, cycles INTEGER);

-- what changed, in order, for /x/v1/changes; empty after seeding
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, customer_id TEXT, op TEXT NOT NULL,
  at TEXT NOT NULL);

-- outcomes by idempotency key, written in the transaction of their effect; `fingerprint` of the body, `outcome` JSON
CREATE TABLE actions (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, kind TEXT NOT NULL, customer_id TEXT, status TEXT NOT NULL,
  outcome TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;

CREATE INDEX customers_next_event ON customers (next_event) WHERE next_event IS NOT NULL;
CREATE INDEX customers_reference ON customers (reference) WHERE reference IS NOT NULL;
CREATE INDEX contracts_customer ON contracts (customer_id);
CREATE INDEX contracts_plan ON contracts (plan_id, status);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE INDEX invoices_number ON invoices (number);
CREATE INDEX invoices_owed ON invoices (state, due) WHERE state IN ('ready_for_payment', 'pending_validation');
CREATE INDEX payments_customer ON payments (customer_id);
CREATE INDEX refunds_customer ON refunds (customer_id);
CREATE INDEX refunds_status ON refunds (status);
CREATE INDEX credits_customer ON credits (customer_id);
CREATE INDEX credit_notes_customer ON credit_notes (customer_id);
CREATE INDEX wallets_customer ON wallets (customer_id);
CREATE INDEX methods_customer ON methods (customer_id);
CREATE INDEX usage_reports_customer ON usage_reports (customer_id);
CREATE INDEX events_customer ON events (customer_id, at, no);
