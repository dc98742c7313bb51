"""`python -m tests.support.fuzz [option …]`: Schemathesis against a sandbox, for both API descriptions.

The options are those of `schemathesis run`, such as `--max-examples 2000 --seed 7`. Requests name existing
objects, so that they reach more than the look-up. Calls that the sandbox does not have are left out.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import yaml

from tests.support.patience import PATIENCE
from tests.support.sandbox import NOW, Sandbox, make_template, running
from wbtui.sandbox.actions.runner import KINDS

PORTAL, WINGBACK = "portal-openapi.yaml", "wingback-openapi.yaml"
CHECKS = {
    PORTAL: "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,"
    "unsupported_method,allow_header_conformance,negative_data_rejection,ignored_auth",
    WINGBACK: "not_a_server_error,content_type_conformance,response_schema_conformance,unsupported_method,"
    "allow_header_conformance",  # it describes no errors, and Wingback ignores unknown members
}
_API = Path(__file__).parent / "api"
_NOBODY = "Nobody_00000000-0000-4000-8000-000000000000"
Ids = dict[str, list[str]]
"""Name of a parameter or member → ids of existing objects, and one of none."""


def existing(box: Sandbox) -> Ids:
    """The ids of one customer with refundable payments and an active subscription, and of the catalogue."""
    with httpx.Client(base_url=f"{box.url}/x/v1", headers=box.headers, timeout=PATIENCE) as client:

        def get(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        rows = get("/snapshot?kind=customers")["rows"]
        row = next(
            row
            for row in rows
            if row["status"] == "active"
            and any(contract["status"] == "active" for contract in row["contracts"])
            and any(payment["refundable"] for payment in get(f"/customers/{row['id']}/payments"))
        )
        parts = {
            name: [each["id"] for each in get(f"/customers/{row['id']}/{name}s")][:5]
            for name in ("contract", "payment", "method", "refund")
        }
        invoices = [each["id"] for each in get(f"/customers/{row['id']}/invoices")["rows"]][:5]
        plans = get("/plans")
        discounts = [each["id"] for each in get("/discounts")]
    ids = {f"{name}_id": found for name, found in parts.items()}
    ids |= {"customer_id": [row["id"]], "invoice_id": invoices, "discount_id": discounts}
    ids["plan_id"] = [plan["id"] for plan in plans]
    ids["pricing_id"] = [pricing["id"] for plan in plans for pricing in plan["pricings"]]
    ids = {name: [*found, _NOBODY] for name, found in ids.items()}
    return ids | {"customer": ids["customer_id"], "plan": ids["plan_id"]}


def described(name: str, ids: Ids) -> dict[str, Any]:
    """The description of the calls that the sandbox has, with ids of existing objects in requests."""
    document: dict[str, Any] = yaml.safe_load((_API / name).read_text("utf-8"))
    for path, item in document["paths"].items():
        for method in [m for m, each in item.items() if _inferred(each)]:
            del item[method]
        owner = "invoice_id" if "/invoices/{id}" in path else "customer_id"
        for holder in (item, *(each for each in item.values() if isinstance(each, dict))):
            parameters = [_resolved(document, each) for each in holder.get("parameters", [])]
            for parameter in parameters:
                known = ids.get(owner if parameter["name"] == "id" else parameter["name"])
                if known and parameter["in"] == "path":
                    parameter["schema"] = {"type": "string", "enum": known}
            if parameters:
                holder["parameters"] = parameters
    previews = document["paths"].get("/x/v1/previews")
    if previews is not None:
        schema = previews["post"]["requestBody"]["content"]["application/json"]["schema"]
        mapping = {kind: schema["discriminator"]["mapping"][kind] for kind in KINDS}
        schema["oneOf"] = [{"$ref": target} for target in mapping.values()]
        schema["discriminator"]["mapping"] = mapping
    for schema in _request_schemas(document):
        for member in schema.get("properties", {}).keys() & ids.keys():
            schema["properties"][member] = {"enum": ids[member]}
    return document


def _inferred(operation: Any) -> bool:
    """Whether nothing but a guess says that Wingback has the operation."""
    return isinstance(operation, dict) and operation.get("x-confidence") == "inferred"


def _resolved(document: dict[str, Any], node: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return dict(node)


def _request_schemas(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Named schemas that request bodies refer to, directly or not."""
    schemas, seen = document["components"]["schemas"], set[str]()
    waiting: list[Any] = [
        each["requestBody"]
        for item in document["paths"].values()
        for each in item.values()
        if isinstance(each, dict) and "requestBody" in each
    ]
    while waiting:
        text = json.dumps(waiting.pop(), default=str)
        for name in schemas.keys() - seen:
            if f'"#/components/schemas/{name}"' in text:
                seen.add(name)
                waiting.append(schemas[name])
                yield schemas[name]


def fuzz(box: Sandbox, name: str, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run Schemathesis with one description; its exit code is 0 when nothing was found."""
    document = folder / f"{name}.json"
    document.write_text(json.dumps(described(name, existing(box)), default=str), "utf-8")
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", box.url]
    command += [
        "--header",
        f"wb-key: {box.key}",
        "--checks",
        CHECKS[name],
        "--phases",
        "examples,coverage,fuzzing",
    ]
    command += ["--generation-database", "none", "--no-color", "--warnings", "off", *options]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)


def main() -> int:
    failed = False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(make_template(folder / "sandbox.db"), wall_clock=lambda: NOW) as box:
            for description in (PORTAL, WINGBACK):
                done = fuzz(box, description, folder, *sys.argv[1:])
                print(done.stdout, done.stderr)
                failed |= done.returncode != 0
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
