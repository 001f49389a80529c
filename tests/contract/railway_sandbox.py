# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the sandbox's Railway; every document must be valid for the vendor's schema too."""

from __future__ import annotations

import typing as t

import requests
from graphql import parse, validate

from ansible_collections.saasops.runbooks.tests.contract import vendor_schemas

Json = dict[str, t.Any]

DEPLOYMENTS = """
query Deployments($input: DeploymentListInput!, $first: Int, $after: String) {
  deployments(input: $input, first: $first, after: $after) {
    edges { cursor node { id status statusUpdatedAt createdAt canRollback canRedeploy deploymentStopped snapshotId meta instances { id status } } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}
"""
INSTANCE = """
query Instance($serviceId: String!, $environmentId: String!) {
  serviceInstance(serviceId: $serviceId, environmentId: $environmentId) {
    latestDeployment { id status }
    activeDeployments { id status deploymentStopped instances { id status } }
  }
}
"""
ROLLBACK = "mutation Rollback($id: String!) { deploymentRollback(id: $id) }"


class Railway:
    """Sends documents; each of them must be valid for the vendor's schema too."""

    def __init__(self, run: Json) -> None:
        self.run = run
        self._session = requests.Session()
        self.headers = {"Project-Access-Token": run["railway"]["token"]}
        self.environment = run["railway"]["environment_id"]
        self.service = run["components"]["api"]["service_id"]

    def ask(self, document: str, **variables: t.Any) -> Json:
        assert validate(vendor_schemas.railway(), parse(document)) == []
        answer = self._session.post(self.run["railway"]["url"], json={"query": document, "variables": variables}, headers=self.headers, timeout=20)
        assert answer.status_code == 200, answer.text
        return t.cast(Json, answer.json())

    def data(self, document: str, **variables: t.Any) -> Json:
        answer = self.ask(document, **variables)
        assert "errors" not in answer, answer
        return t.cast(Json, answer["data"])

    def error(self, document: str, **variables: t.Any) -> str:
        """The message of an answer that carries errors with status 200."""
        answer = self.ask(document, **variables)
        assert answer["data"] is None and answer["errors"][0]["traceId"]
        return str(answer["errors"][0]["message"])

    def volume(self) -> Json:
        """Names and values for calls about the volume of the service: its instance, and one of its backups."""
        document = "query($e: String!) { environment(id: $e) { volumeInstances(first: 1) { edges { node { id } } } } }"
        instance = self.data(document, e=self.environment)["environment"]["volumeInstances"]["edges"][0]["node"]["id"]
        listed = self.data("query($v: String!) { volumeInstanceBackupList(volumeInstanceId: $v) { id } }", v=instance)
        now = "2099-01-01T00:00:00Z"
        window = {"startDate": "2026-01-01T00:00:00Z", "endDate": now, "anchorDate": now, "stepSeconds": 86400, "measurements": ["CPU_USAGE"]}
        more = {**window, "limit": 2, "beforeLimit": 2, "sampleRateSeconds": 86400, "kinds": ["WEEKLY"], "targetTimestamp": now, "workflowId": instance}
        return {"volumeInstanceId": instance, "volumeInstanceBackupId": listed["volumeInstanceBackupList"][0]["id"], **more}

    def deployments(self, **wish: t.Any) -> list[Json]:
        wanted = {"environmentId": self.environment, "serviceId": self.service, **wish}
        return [edge["node"] for edge in self.data(DEPLOYMENTS, input=wanted, first=100)["deployments"]["edges"]]

    def tagged(self, tag: str) -> Json:
        return next(it for it in self.deployments() if it["meta"]["image"].endswith(f":{tag}"))

    def instance(self) -> Json:
        return t.cast(Json, self.data(INSTANCE, serviceId=self.service, environmentId=self.environment)["serviceInstance"])
