"""The items of a bulk action before it is confirmed, for the sheet and the command line."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from wbtui.models.actions import Action
from wbtui.models.bulk import BulkItem, LeftOut
from wbtui.services.actions.bulk import BulkService
from wbtui.services.actions.bulk_targets import BulkTarget
from wbtui.ui.actions.catalogue import Entry
from wbtui.ui.actions.data import name_of


async def preview_targets(
    bulks: BulkService,
    entry: Entry,
    targets: Sequence[BulkTarget],
    make_action: Callable[[BulkTarget], Action],
    on_progress: Callable[[int, int], object] = lambda _done, _count: None,
) -> list[BulkItem | LeftOut]:
    """Return every target as an item, with `trouble` where it would be refused, or as left out.

    `on_progress` is called with the number of previews and of all that are asked for. Raises what
    `BulkService.preview` raises.
    """
    possible = [target for target in targets if target.reason is None]
    actions = [make_action(target) for target in possible]
    previews = await bulks.preview(actions, lambda done: on_progress(done, len(actions)))
    rows: list[BulkItem | LeftOut] = [one.left_out(one.reason) for one in targets if one.reason is not None]
    for target, action, preview in zip(possible, actions, previews, strict=True):
        if isinstance(preview, str):
            rows.append(target.left_out(preview))
            continue
        name, customer = name_of(target.subject), target.customer.title
        rows.append(
            BulkItem(
                action,
                preview,
                customer,
                entry.summary_of(preview.amount, customer=customer, subject=name, target=""),
                None if entry.about == "customer" else name,
                trouble=bulks.refusal(action, preview),
            )
        )
    return rows
