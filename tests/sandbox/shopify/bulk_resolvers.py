# SPDX-License-Identifier: GPL-3.0-or-later
"""What is answered about bulk operations and about the uploads that some of them read."""

from __future__ import annotations

import typing as t

from . import bulk, bulk_walk, searching
from .state import App, Json, connection, number_of, user_error

if t.TYPE_CHECKING:
    from .vendor import Shopify

LARGEST_UPLOAD = 100 * 1024 * 1024


class BulkResolvers:
    """One per request, in the version of the API that serves it."""

    _shopify: Shopify
    _app: App
    version: str
    searches: list[Json]

    # -- queries
    def bulkOperation(self, _info: t.Any, id: str) -> Json | None:
        it = self._bulk(id)
        return self._shopify.bulk.render(it) if it else None

    def bulkOperations(self, _info: t.Any, query: str | None = None, sortKey: str = "CREATED_AT", **arguments: t.Any) -> Json:
        now = self._shopify.world.now()
        matches: dict[str, searching.Match] = {
            "id": lambda it, value: str(it.number) == value,
            "status": lambda it, value: it.state(now).lower() == value.lower(),
            "operation_type": lambda it, value: it.type.lower() == value.lower(),
        }
        mine = [it for it in self._shopify.bulk.every.values() if it.app == self._app]
        found, warnings = searching.chosen(mine, query, matches, {"created_at": lambda it: it.created})
        if warnings:
            self.searches.append({"path": ["bulkOperations"], "query": query, "warnings": warnings})
        key = (lambda it: (it.completed or float("inf"), it.number)) if sortKey == "COMPLETED_AT" else (lambda it: (it.created, it.number))
        return connection(sorted(found, key=key), self._shopify.bulk.render, arguments)

    def currentBulkOperation(self, _info: t.Any, type: str = "QUERY") -> Json | None:
        """The newest one, whoever began it: with several at a time nobody knows which that is."""
        found = [it for it in self._shopify.bulk.every.values() if it.app == self._app and it.type == type]
        return self._shopify.bulk.render(found[-1]) if found else None

    # -- mutations
    def bulkOperationRunQuery(self, _info: t.Any, query: str, groupObjects: bool = False) -> Json:
        from .routes import schema

        operations = self._shopify.bulk

        def refused(code: str, message: str, *field: str) -> Json:
            return {"bulkOperation": None, "userErrors": [{**user_error(message, *field), "code": code}]}

        try:
            root = bulk_walk.prepared(schema(self.version), query)
        except bulk_walk.Unfit as wrong:
            return refused("INVALID", str(wrong), "query")
        full = operations.refused(self._app, "QUERY", self.version)
        if full is not None:
            return refused(*full)
        # Before 2026-01 they were grouped unless that was refused; here the default is the newer one.
        it = operations.begin(self._app, "QUERY", query, self._most(root), bulk.of_query(root, self), groupObjects)
        return {"bulkOperation": operations.render(it), "userErrors": []}

    def _most(self, root: bulk_walk.Field) -> int:
        held = getattr(self._shopify, root.name, ())
        return len(held) if hasattr(held, "__len__") else 1

    def bulkOperationRunMutation(self, _info: t.Any, mutation: str, stagedUploadPath: str, clientIdentifier: str | None = None, **_old: t.Any) -> Json:
        operations = self._shopify.bulk

        def refused(code: str, message: str, *field: str) -> Json:
            return {"bulkOperation": None, "userErrors": [{**user_error(message, *field), "code": code}]}

        wrong = _unfit(mutation, self.version)
        if wrong is not None:
            return refused("INVALID_MUTATION", wrong, "mutation")
        upload = operations.uploads.get(stagedUploadPath)
        if upload is None or upload.content is None:
            return refused("NO_SUCH_FILE", "The JSONL file could not be found. Try uploading the file again.", "stagedUploadPath")
        try:
            lines = bulk.variables_of(upload.content)
        except ValueError:
            return refused("INVALID_STAGED_UPLOAD_FILE", "The JSONL file is invalid. Check the file and try again.", "stagedUploadPath")
        full = operations.refused(self._app, "MUTATION", self.version)
        if full is not None:
            return refused(*full)
        it = operations.begin(self._app, "MUTATION", mutation, len(lines), bulk.of_mutation(lines, lambda variables: _run(self, mutation, variables)))
        return {"bulkOperation": operations.render(it), "userErrors": []}

    def bulkOperationCancel(self, _info: t.Any, id: str) -> Json:
        it = self._bulk(id)
        if it is None:
            return {"bulkOperation": None, "userErrors": [user_error("Bulk operation does not exist", "id")]}
        wrong = self._shopify.bulk.cancel(it)
        return {"bulkOperation": self._shopify.bulk.render(it), "userErrors": [user_error(wrong)] if wrong else []}

    def stagedUploadsCreate(self, _info: t.Any, input: list[Json]) -> Json:
        targets, errors = [], []
        for place, wish in enumerate(input):
            is_variables = wish["resource"] == "BULK_MUTATION_VARIABLES"
            if is_variables and (wish["mimeType"] != "text/jsonl" or wish.get("httpMethod", "PUT") != "POST"):
                errors.append(user_error("Variables of a bulk mutation are uploaded as text/jsonl, by POST", "input", str(place), "mimeType"))
            elif int(wish.get("fileSize") or 0) > LARGEST_UPLOAD:
                errors.append(user_error("The file is too large", "input", str(place), "fileSize"))
            else:
                targets.append(self._target(wish))
        return {"stagedTargets": None if errors else targets, "userErrors": errors}

    def _target(self, wish: Json) -> Json:
        shopify, world = self._shopify, self._shopify.world
        key = f"tmp/{self._app.number}/bulk/{world.uuid()}/{wish['filename']}"
        signature = world.made("shopify.upload", world.word(40))
        parameters = {"key": key, "Content-Type": wish["mimeType"], "success_action_status": "201", "acl": "private", "signature": signature}
        shopify.bulk.uploads[key] = bulk.Upload(key, parameters)
        world.changed()
        return {
            "url": f"{shopify.origin}/staged-uploads",
            "resourceUrl": f"{shopify.origin}/staged-uploads/{key}",
            "parameters": [{"name": name, "value": value} for name, value in parameters.items()],
        }

    def _bulk(self, identity: str) -> bulk.Bulk | None:
        it = self._shopify.bulk.every.get(number_of("BulkOperation", identity) or 0)
        return it if it is not None and it.app == self._app else None


def _unfit(mutation: str, version: str) -> str | None:
    """Why the document cannot run for each line of an upload."""
    from graphql import GraphQLError, OperationType, get_operation_ast

    from .routes import parsed

    try:
        operation = get_operation_ast(parsed(mutation, version), None)
    except GraphQLError as wrong:
        return f"Invalid bulk mutation: {wrong.message}"
    if operation is None or operation.operation is not OperationType.MUTATION or len(operation.selection_set.selections) != 1:
        return "A bulk mutation must hold one mutation and nothing else."
    return None


def _run(resolvers: BulkResolvers, mutation: str, variables: Json) -> Json:
    from graphql import execute_sync

    from .routes import parsed, schema

    result = execute_sync(schema(resolvers.version), parsed(mutation, resolvers.version), root_value=resolvers, variable_values=variables)
    said: Json = {"data": result.data}
    return {**said, "errors": [{"message": error.message} for error in result.errors]} if result.errors else said
