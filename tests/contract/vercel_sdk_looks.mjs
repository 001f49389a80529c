// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the sandbox for variables, the firewall, domains and tokens through the vendor's own SDK, which checks every answer against its schemas.
// node vercel_sdk_looks.mjs <module> <url> <token> <team> <project> <deployment>
const [, , module, serverURL, bearerToken, teamId, project, deployment] = process.argv;
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

const place = { idOrName: project, teamId };
const variable = { key: "API_KEY", value: "a-value", type: "sensitive", target: ["production"] };
let made;
await ask("create env", async () => {
  made = await vercel.projects.createProjectEnv({ ...place, upsert: "true", requestBody: [variable] });
});
const id = made?.created?.[0]?.id;
await ask("list env", () => vercel.projects.filterProjectEnvs(place));
await ask("read env", () => vercel.projects.getProjectEnv({ ...place, id }));
await ask("edit env", () => vercel.projects.editProjectEnv({ ...place, id, requestBody: { value: "other" } }));
await ask("remove env", () => vercel.projects.batchRemoveProjectEnv({ ...place, requestBody: { ids: [id] } }));
await ask("unknown env", () => vercel.projects.getProjectEnv({ ...place, id }));
await ask("attack mode", () => vercel.security.updateAttackChallengeMode({ teamId, requestBody: { projectId: project, attackModeEnabled: false } }));
await ask("bypass", () => vercel.security.addBypassIp({ projectId: project, teamId, requestBody: { projectScope: true, sourceIp: "203.0.113.7" } }));
await ask("bypasses", () => vercel.security.getBypassIp({ projectId: project, teamId }));
await ask("remove bypass", () => vercel.security.removeBypassIp({ projectId: project, teamId, requestBody: { projectScope: true, sourceIp: "203.0.113.7" } }));
await ask("domains", () => vercel.projects.getProjectDomains(place));
await ask("domain", () => vercel.domains.getDomainConfig({ domain: "app.example.com", teamId }));
await ask("token", () => vercel.authentication.getAuthToken({ tokenId: "current" }));
await ask("events", () => vercel.deployments.getDeploymentEvents({ idOrUrl: deployment, teamId }));
console.log(JSON.stringify(said));
