"""Every form by the kind of its action."""

from __future__ import annotations

from wbtui.ui.actions.customer import APPEND_NOTE, EDIT_CUSTOMER, PORTAL_LINK
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.money import GRANT_CREDIT, REFUND
from wbtui.ui.actions.subscription import CHANGE_PLAN

FORMS: dict[str, Form] = {
    str(form.model.model_fields["kind"].default): form
    for form in (REFUND, GRANT_CREDIT, CHANGE_PLAN, EDIT_CUSTOMER, APPEND_NOTE, PORTAL_LINK)
}
