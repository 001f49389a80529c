// SPDX-License-Identifier: GPL-3.0-or-later
// Asks the sandbox through the vendor's own client, and prints what it made of each answer.
// node shopify_admin.mjs <module> <url> <shop> <token> <version>; a JSON object of documents by name comes from standard input.
const [, , module, url, storeDomain, accessToken, apiVersion] = process.argv;
const { createAdminApiClient } = await import(module);
let text = "";
for await (const chunk of process.stdin) text += chunk;
const warnings = [];
const client = createAdminApiClient({
  storeDomain,
  accessToken,
  apiVersion,
  logger: (entry) => warnings.push(entry.type),
  // The client knows https alone.
  customFetchApi: (address, options) => fetch(address.replace(`https://${storeDomain}`, url), options),
});
const said = {};
for (const [name, { document, variables }] of Object.entries(JSON.parse(text))) {
  const { data, errors, extensions, headers } = await client.request(document, { variables });
  said[name] = {
    data: data ?? null,
    status: errors?.networkStatusCode ?? 200,
    errors: errors ? [errors.message, ...(errors.graphQLErrors ?? []).map((one) => one.extensions?.code ?? "")] : [],
    left: extensions?.cost?.throttleStatus?.currentlyAvailable ?? null,
    version: headers?.get("X-Shopify-API-Version") ?? null,
  };
}
console.log(JSON.stringify(said));
