-- Tables of the sandbox's billing file. Amounts are minor units beside a currency; dates and instants are text.

-- seed, customers, clock, counters: one row a key
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

-- `no` is the order of creation and the key of the snapshot; `row` is the whole CustomerRow in the wire format
-- (JSON text) on the day of the last save (views.py computes it anew on a later day); `search_text` is case-folded name, e-mails, reference, id and
-- company, one a line, for the search; `next_event` is when billing has something to do for this customer (NULL: nothing planned)
CREATE TABLE customers (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, version INTEGER NOT NULL, created TEXT NOT NULL,
  updated_at TEXT NOT NULL, name TEXT, emails TEXT NOT NULL, reference TEXT, status TEXT NOT NULL, address TEXT,
  vat_id TEXT, notes TEXT, metadata TEXT NOT NULL, billing_time TEXT NOT NULL, billing_status TEXT NOT NULL,
  next_event TEXT, billed_until TEXT NOT NULL, search_text TEXT NOT NULL, row TEXT NOT NULL);
CREATE INDEX customers_next_event ON customers (next_event) WHERE next_event IS NOT NULL;
CREATE INDEX customers_reference ON customers (reference) WHERE reference IS NOT NULL;

-- subscriptions. `units` (JSON: slug → units as text), `scheduled` (JSON: see engine/changes.py), `carried_lines` (JSON of Line),
-- `meter` (JSON: slug → simulated units a day). Dates: `cancel_at` and `ended_on` are the first day without service,
-- `trial_end` the day of the first charge, `period_end` the last day of the period. `discount_left`: cycles, NULL for ever
CREATE TABLE contracts (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  version INTEGER NOT NULL, created TEXT NOT NULL, status TEXT NOT NULL, plan_id TEXT NOT NULL REFERENCES plans(id),
  price_set_id TEXT NOT NULL REFERENCES price_sets(id), units TEXT NOT NULL, discount_id TEXT REFERENCES discounts(id),
  discount_left INTEGER, start TEXT, trial_end TEXT, cancel_at TEXT, cancel_reason TEXT, ended_on TEXT,
  period_start TEXT, period_end TEXT, period_index INTEGER, anchor_day INTEGER, automatic_payment INTEGER NOT NULL,
  validate_invoices INTEGER NOT NULL, invoice_trigger TEXT NOT NULL, notice_period_days INTEGER, scheduled TEXT,
  carried_lines TEXT NOT NULL,
  moved_from TEXT, moved_to TEXT, ended_reason TEXT, changed_by TEXT, meter TEXT NOT NULL, usage_alert_on TEXT);
CREATE INDEX contracts_customer ON contracts (customer_id);
CREATE INDEX contracts_plan ON contracts (plan_id, status);

-- `lines` (JSON: arrays, minor units; see engine/records.py Line), `mails` (JSON of Mail), `bill_to` (JSON of Address).
-- credited: account credit applied · noted: credit notes that lowered it · paid: succeeded payments · refunded: refunds
-- that did not fail · open = total − credited − noted − paid while it is owed, else 0. `next_retry` NULL: no charge planned
CREATE TABLE invoices (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  contract_id TEXT, number TEXT NOT NULL, version INTEGER NOT NULL, state TEXT NOT NULL, date TEXT NOT NULL, due TEXT,
  issued_at TEXT NOT NULL, currency TEXT NOT NULL, lines TEXT NOT NULL, subtotal INTEGER NOT NULL,
  discount INTEGER NOT NULL, tax INTEGER NOT NULL, total INTEGER NOT NULL, credited INTEGER NOT NULL,
  noted INTEGER NOT NULL, paid INTEGER NOT NULL, refunded INTEGER NOT NULL, open INTEGER NOT NULL,
  automatic INTEGER NOT NULL, attempts INTEGER NOT NULL, next_retry TEXT, dunning_paused_until TEXT, bill_to TEXT NOT NULL,
  vat_id TEXT, mails TEXT NOT NULL);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE INDEX invoices_number ON invoices (number);
CREATE INDEX invoices_owed ON invoices (state, due) WHERE state IN ('ready_for_payment', 'pending_validation');

-- one row an attempt to collect (or a payment recorded by hand: method_id NULL, external_reference set).
-- `settle_at`: when a processing one succeeds or fails; `outcome`: the decline code it will end with, NULL for success
CREATE TABLE payments (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  invoice_id TEXT, method_id TEXT, status TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, at TEXT NOT NULL,
  attempt INTEGER NOT NULL, decline_code TEXT, disputed INTEGER NOT NULL, settled INTEGER NOT NULL,
  refunded INTEGER NOT NULL, settle_at TEXT, outcome TEXT, external_reference TEXT);
CREATE INDEX payments_customer ON payments (customer_id);

-- `lines` (JSON: line id → minor units of this refund on that line). `settle_at` NULL on a pending one: stuck at the bank
CREATE TABLE refunds (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  payment_id TEXT NOT NULL, invoice_id TEXT, amount INTEGER NOT NULL, currency TEXT NOT NULL, status TEXT NOT NULL,
  pending_reason TEXT, failure_reason TEXT, reference TEXT, reason TEXT NOT NULL, comment TEXT, ticket TEXT,
  external INTEGER NOT NULL, cancelable INTEGER NOT NULL, at TEXT NOT NULL, made_by TEXT, expected_by TEXT,
  settle_at TEXT, lines TEXT NOT NULL);
CREATE INDEX refunds_customer ON refunds (customer_id);
CREATE INDEX refunds_status ON refunds (status);

-- the append-only credit ledger; positive: the customer gains. `remaining`: what is left of a grant or proration
CREATE TABLE credits (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  at TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, balance_after INTEGER NOT NULL, kind TEXT NOT NULL,
  reason TEXT, comment TEXT, made_by TEXT, expires TEXT, invoice_id TEXT, remaining INTEGER NOT NULL);
CREATE INDEX credits_customer ON credits (customer_id);

CREATE TABLE credit_notes (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  number TEXT NOT NULL, invoice_id TEXT NOT NULL, amount INTEGER NOT NULL, tax INTEGER NOT NULL, currency TEXT NOT NULL,
  target TEXT NOT NULL, reason TEXT NOT NULL, at TEXT NOT NULL, made_by TEXT, lines TEXT NOT NULL);
CREATE INDEX credit_notes_customer ON credit_notes (customer_id);

-- virtual wallets only (balance as decimal text): the wallet of real money is the credit ledger's balance
CREATE TABLE wallets (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  name TEXT NOT NULL, currency TEXT NOT NULL, balance TEXT NOT NULL);
CREATE INDEX wallets_customer ON wallets (customer_id);

-- `position`: smallest is tried first. `behaviour` (JSON): see engine/payments.py
CREATE TABLE methods (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  version INTEGER NOT NULL, kind TEXT NOT NULL, brand TEXT, last_digits TEXT NOT NULL, expires TEXT, status TEXT NOT NULL,
  holder TEXT, position INTEGER NOT NULL, provider TEXT NOT NULL, created TEXT NOT NULL, behaviour TEXT NOT NULL);
CREATE INDEX methods_customer ON methods (customer_id);

-- usage reported by calls, added to the simulated usage; units as decimal text
CREATE TABLE usage_reports (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  contract_id TEXT NOT NULL, feature TEXT NOT NULL, date TEXT NOT NULL, units TEXT NOT NULL);
CREATE INDEX usage_reports_customer ON usage_reports (customer_id);

-- the timeline; `no` breaks ties of `at`. `refs` (JSON of Ref). Nothing looks an event up by its id: no index on it
CREATE TABLE events (
  no INTEGER PRIMARY KEY, id TEXT NOT NULL, customer_id TEXT NOT NULL REFERENCES customers(id) ON DELETE CASCADE,
  at TEXT NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL, actor TEXT NOT NULL, actor_name TEXT, amount INTEGER,
  currency TEXT, reason TEXT, comment TEXT, ticket TEXT, refs TEXT NOT NULL);
CREATE INDEX events_customer ON events (customer_id, at, no);

-- what changed, in order, for /x/v1/changes; empty after seeding
CREATE TABLE changes (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, id TEXT NOT NULL, customer_id TEXT, op TEXT NOT NULL,
  at TEXT NOT NULL);

-- outcomes by idempotency key, written in the transaction of their effect; `fingerprint` of the body, `outcome` JSON
CREATE TABLE actions (
  key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, kind TEXT NOT NULL, customer_id TEXT, status TEXT NOT NULL,
  outcome TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID;
