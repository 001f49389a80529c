// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the sandbox through the vendor's own SDK, which checks every answer against its schemas, and prints what was said.
// node vercel_sdk.mjs <module> <url> <token> <team> <project> <good deployment> <bad deployment> <canary>
const [, , module, serverURL, bearerToken, teamId, project, good, bad, canary] = process.argv;
const { Vercel } = await import(module);
const vercel = new Vercel({ bearerToken, serverURL });
const said = {};

async function ask(name, call) {
  try {
    await call();
    said[name] = "valid";
  } catch (error) {
    said[name] = `${error.name} ${error.statusCode ?? ""}: ${String(error.message).slice(0, 300)}`;
  }
}

async function settled() {
  for (;;) {
    const { lastAliasRequest } = await vercel.projects.getProject({ idOrName: project, teamId });
    if (!["pending", "in-progress"].includes(lastAliasRequest?.jobStatus)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

await ask("user", () => vercel.user.getAuthUser());
await ask("teams", () => vercel.teams.getTeams({}));
await ask("team", () => vercel.teams.getTeam({ teamId }));
await ask("deployments", () => vercel.deployments.getDeployments({ projectId: project, teamId, limit: 50 }));
await ask("deployment", () => vercel.deployments.getDeployment({ idOrUrl: good, teamId }));
await ask("projects", () => vercel.projects.getProjects({ teamId }));
await ask("project", () => vercel.projects.getProject({ idOrName: project, teamId }));
await ask("update", () => vercel.projects.updateProject({ idOrName: project, teamId, requestBody: {} }));
await ask("rollback", () => vercel.projects.requestRollback({ projectId: project, deploymentId: good, teamId, description: "checkout 500s" }));
await settled();
await ask("promote", () => vercel.projects.requestPromote({ projectId: project, deploymentId: bad, teamId }));
await ask("promote aliases", () => vercel.projects.listPromoteAliases({ projectId: project, teamId }));
await settled();
await ask("rolling release", () => vercel.rollingRelease.getRollingRelease({ idOrName: project, teamId }));
await ask("rolling release config", () => vercel.rollingRelease.getRollingReleaseConfig({ idOrName: project, teamId }));
await ask("aliases", () => vercel.aliases.listAliases({ teamId, limit: 20 }));
await ask("alias", () => vercel.aliases.getAlias({ idOrAlias: "app.example.com", teamId }));
await ask("deployment aliases", () => vercel.aliases.listDeploymentAliases({ id: bad, teamId }));
let created;
await ask("create", async () => {
  created = await vercel.deployments.createDeployment({ teamId, requestBody: { name: "hydrogen", deploymentId: good, target: "production" } });
});
await ask("cancel", () => vercel.deployments.cancelDeployment({ id: created.id, teamId }));
await ask("pause", () => vercel.projects.pauseProject({ projectId: project, teamId }));
await ask("unpause", () => vercel.projects.unpauseProject({ projectId: project, teamId }));
await ask("unknown deployment", () => vercel.deployments.getDeployment({ idOrUrl: "dpl_unknown", teamId }));
await ask("rollback to what serves", () => vercel.projects.requestRollback({ projectId: project, deploymentId: bad, teamId }));
// The settings are written by hand: the SDK's call for that has no body.
const stages = [{ targetPercentage: 10 }, { targetPercentage: 50 }, { targetPercentage: 100 }];
await fetch(`${serverURL}/v1/projects/${project}/rolling-release/config?teamId=${teamId}`, {
  method: "PATCH",
  headers: { Authorization: `Bearer ${bearerToken}`, "Content-Type": "application/json" },
  body: JSON.stringify({ enabled: true, advancementType: "manual-approval", stages }),
});
const release = { idOrName: project, teamId };
const canaryDeploymentId = canary;
await ask("rolling release config, on", () => vercel.rollingRelease.getRollingReleaseConfig(release));
await ask("rolling release billing", () => vercel.rollingRelease.getRollingReleaseBillingStatus(release));
await ask("rolling release start", () => vercel.rollingRelease.startRollingRelease({ ...release, requestBody: { canaryDeploymentId } }));
await ask("rolling release, active", () => vercel.rollingRelease.getRollingRelease({ ...release, state: "ACTIVE" }));
await ask("rolling release approve", () =>
  vercel.rollingRelease.approveRollingReleaseStage({ ...release, requestBody: { nextStageIndex: 1, canaryDeploymentId } }));
await ask("rolling release complete", () => vercel.rollingRelease.completeRollingRelease({ ...release, requestBody: { canaryDeploymentId } }));
await ask("rolling release, complete", () => vercel.rollingRelease.getRollingRelease(release));
await ask("assign alias", () => vercel.aliases.assignAlias({ id: good, teamId, requestBody: { alias: "next.example.com" } }));
await ask("delete alias", () => vercel.aliases.deleteAlias({ aliasId: "next.example.com", teamId }));
await ask("delete", () => vercel.deployments.deleteDeployment({ id: created.id, teamId }));
await ask("deleted deployment", () => vercel.deployments.getDeployment({ idOrUrl: created.id, teamId }));
console.log(JSON.stringify(said));
