"""The billing engine: pure rules on one customer's account, and the doors to the file.

How it is used, from outside::

    with store.write() as tx:
        at = clock.now(tx)                         # "2026-11-22T10:00:00Z"
        account = unit.load(tx, customer_id)       # everything of one customer (raises NotFound)
        billing.advance(account, at)               # bill what is due before acting
        refund = refunds.create_refund(account, at, account.payment(id), 2240, actor=…, reason=…)
        unit.save(tx, account, at)                 # versions, snapshot row, change log

    with store.read() as tx:
        views.customer_row_text(tx, id) · views.contracts(tx, id) · views.invoice(tx, id) …
        views.invoices(tx, state=…) · views.search_customers(tx, …)   # pages by keyset

Who does what: unit (load, save) · clock (now, move, bill_until) · billing (what is next for an account) ·
subscriptions · invoices · payments · refunds · credit_notes · ledger · notes · rows (the snapshot row) ·
views, shapes, wire (reads as the extension writes them) · pricing, lines, tax, periods, meter (arithmetic) ·
catalogue · records and account (the rows, and one customer's) · actions* (what agents may do, once).
Functions raise store.SandboxError when a rule of theirs is broken; callers check the agent's rules before.
"""
