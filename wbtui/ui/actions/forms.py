"""Every form by the kind of its action. A module with forms is listed here once."""

from __future__ import annotations

from wbtui.ui.actions import customer, invoice, method, money, starting, subscription
from wbtui.ui.actions.form import Form

FORMS: dict[str, Form] = {
    form.kind: form
    for module in (customer, invoice, method, money, starting, subscription)
    for form in vars(module).values()
    if isinstance(form, Form)
}
