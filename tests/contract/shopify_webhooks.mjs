// SPDX-License-Identifier: GPL-3.0-or-later
// What the vendor's own library says of deliveries: is the signature good, and what do the headers tell?
// node shopify_webhooks.mjs <module> <client secret>; a JSON list of {headers, body}, the body in base64, comes from standard input.
const [, , module, apiSecretKey] = process.argv;
await import(module.replace("/lib/index.mjs", "/adapters/web-api/index.mjs"));
const { shopifyApi } = await import(module);
let text = "";
for await (const chunk of process.stdin) text += chunk;
const shopify = shopifyApi({
  apiKey: "any",
  apiSecretKey,
  apiVersion: "2026-10",
  hostName: "app.example.com",
  isEmbeddedApp: false,
  logger: { log: () => {} },
});
const said = [];
for (const { headers, body } of JSON.parse(text)) {
  const rawBody = Buffer.from(body, "base64").toString("utf8");
  const rawRequest = new Request("https://app.example.com/hook", { method: "POST", headers, body: rawBody });
  said.push(await shopify.webhooks.validate({ rawBody, rawRequest }));
}
console.log(JSON.stringify(said));
