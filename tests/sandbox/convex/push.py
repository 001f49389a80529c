# SPDX-License-Identifier: GPL-3.0-or-later
"""Deploying code, as the vendor's client does it: evaluate, start, wait for the schema, finish.

No JavaScript runs here: whether a schema fits the data is what a test says it is, and a push does not change which functions
there are. What is served afterwards is a new release, whose message is the client's.
"""

from __future__ import annotations

import hashlib
import json

from .routes import Answer, Asked, Route
from .state import ConvexError, Json, Push

DEPLOY = "deployment:deploy"
CLIENT = "1.48.0"


def _schema_change(id: str) -> Json:
    return {"allocatedComponentIds": {}, "schemaIds": {"": id}, "indexDiffs": {}}


def config_hashes(asked: Asked) -> Answer:
    """Which modules are there: a client sends the others only."""
    modules = [{"path": path, **facts} for path, facts in sorted(asked.deployment.modules.items())]
    return 200, {"config": {"functions": "convex/"}, "moduleHashes": modules, "nodeDependencies": [], "udfServerVersion": CLIENT}


def evaluate_schema(asked: Asked) -> Answer:
    prediction = {"definitionPath": "", "schemaValidation": False, "tables": [], "indexes": [], "discardedStagedValidators": []}
    return 200, {"componentSchemaEvaluations": {"": prediction}, "newComponentDefinitions": []}


def evaluate_push(asked: Asked) -> Answer:
    return 200, {"schemaChange": _schema_change("")}


def start_push(asked: Asked) -> Answer:
    convex = asked.convex
    app = asked.field("appDefinition", dict)
    modules: dict[str, Json] = {}
    for module in [*app.get("functions", []), *app.get("changedModules", [])]:
        digest = hashlib.sha256(module["source"].encode()).hexdigest()
        modules[module["path"]] = {"environment": module["environment"], "sha256": digest}
    for module in app.get("unchangedModuleHashes", []):
        modules[module["path"]] = {"environment": module["environment"], "sha256": module["sha256"]}
    if app.get("schema"):
        modules["schema.js"] = {"environment": "isolate", "sha256": hashlib.sha256(app["schema"]["source"].encode()).hexdigest()}
    id = convex.new_id("x")
    convex.started[id] = modules
    definition = {"path": "", "definitionType": {"type": "app"}, "childComponents": [], "httpMounts": {}, "exports": {"type": "branch", "branch": []}}
    udf = {"serverVersion": CLIENT, "importPhaseRngSeed": "00", "importPhaseUnixTimestamp": {"$integer": "AQAAAAAAAAA="}}
    analyzed: Json = {path: {"functions": [], "httpRoutes": None, "cronSpecs": None, "sourceMapped": None} for path in modules if path != "schema.js"}
    routes: Json = {"httpModuleRoutes": None, "mounts": []}
    return 200, {
        "environmentVariables": dict(asked.deployment.env),
        "externalDepsId": None,
        "componentDefinitionPackages": {},
        "appAuth": [],
        "analysis": {"": {"definition": definition, "schema": None, "functions": analyzed, "udfConfig": udf}},
        "app": {"definitionPath": "", "componentPath": "", "args": {}, "childComponents": {}, "httpRoutes": routes, "exports": {}},
        "schemaChange": _schema_change(id),
    }


def wait_for_schema(asked: Asked) -> Answer:
    error = asked.deployment.schema_error
    if error == "race":
        return 200, {"type": "raceDetected"}
    if error is not None:
        return 200, {"type": "failed", "error": error, "componentPath": "", "tableName": None}
    return 200, {"type": "complete"}


def finish_push(asked: Asked) -> Answer:
    convex, deployment = asked.convex, asked.deployment
    id = asked.field("startPush", dict).get("schemaChange", {}).get("schemaIds", {}).get("")
    modules = convex.started.pop(id, None)
    if modules is None:
        raise ConvexError(400, "InvalidPush", "This push was not started, or is finished")
    before = set(deployment.modules)
    difference = {
        "authDiff": {"added": [], "removed": []},
        "definitionDiffs": {},
        "componentDiffs": {
            "": {
                "diffType": {"type": "modify"},
                "moduleDiff": {"added": sorted(set(modules) - before), "removed": sorted(before - set(modules))},
                "udfConfigDiff": None,
                "cronDiff": {"added": [], "updated": [], "deleted": []},
                "indexDiff": {"added_indexes": [], "removed_indexes": []},
                "schemaDiff": None,
            }
        },
    }
    if asked.body.get("dryRun"):
        return 200, difference
    deployment.modules = modules
    deployment.effects.pushes += 1
    message = asked.body.get("message")
    commit = hashlib.sha1(json.dumps(modules, sort_keys=True).encode(), usedforsecurity=False).hexdigest()
    push = Push(convex.new_id("p"), f"push-{len(deployment.pushes)}", commit, False, convex.world.now(), message)
    deployment.pushes.append(push)
    convex.record(asked.identity, "push_config_with_components", {"message": message, "component_diffs": difference["componentDiffs"]})
    convex.changed()
    return 200, difference


def report(asked: Asked) -> Answer:
    return 200, {}


ROUTES: tuple[Route, ...] = (
    Route("POST", "/api/get_config_hashes", config_hashes, DEPLOY),
    Route("POST", "/api/deploy2/evaluate_schema", evaluate_schema, DEPLOY),
    Route("POST", "/api/deploy2/evaluate_push", evaluate_push, DEPLOY),
    # Nothing is served differently before a push is finished.
    Route("POST", "/api/deploy2/start_push", start_push, DEPLOY),
    Route("POST", "/api/deploy2/wait_for_schema", wait_for_schema, DEPLOY),
    Route("POST", "/api/deploy2/finish_push", finish_push, DEPLOY, True),
    Route("POST", "/api/deploy2/report_push_completed", report, DEPLOY),
)
