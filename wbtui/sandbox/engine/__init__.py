"""The billing engine: pure rules on one customer's account, and loading and saving it.

Usage::

    with store.write() as tx:
        at = clock.now(tx)                         # "2026-11-22T10:00:00Z"
        account = repository.load(tx, customer_id)  # everything of one customer (raises NotFound)
        billing.advance(account, at)                # bill what is due before acting
        refund = refunds.create_refund(account, at, account.payment(id), 2240, actor=…, reason=…)
        repository.save(tx, account, at)            # versions, snapshot row, change log

    with store.read() as tx:
        views.customer_row(tx, customer_id)
        views.invoices(tx, state="paid")            # pages by keyset

Functions raise store.SandboxError when one of their rules is broken.
"""
