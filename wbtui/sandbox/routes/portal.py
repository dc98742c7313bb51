"""/portal/{token}: what a link to the self-serve portal opens; the sandbox has no portal."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

PREFIX = "/portal/"
_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Self-serve portal</title>
<h1>Self-serve portal</h1>
<p>This link was made in the demo of wbtui, which has no portal. A link of a real account opens the
customer's billing portal: invoices, payment methods and contact data.</p></html>
"""


async def _page(_request: Request) -> Response:
    return HTMLResponse(_PAGE)


ROUTES = [Route(f"{PREFIX}{{token}}", _page, methods=["GET"])]
