// Drives the server with the protocol's own TypeScript client: listing, a call, progress, and a
// call that is aborted. Prints what it saw as one JSON document.
// Run: node official_client.mjs URL TABLE

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const [url, table] = process.argv.slice(2);
const client = new Client({ name: "official-client", version: "1.0.0" });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
const seen = { tools: (await client.listTools()).tools.map((tool) => tool.name) };
const profile = await client.callTool({ name: "profile_table", arguments: { data: table } });
seen.rows = profile.structuredContent.rows;

const words = { data: table, instruction: "Predict the diagnosis", trials: 1 };
const progress = [];
const whole = await client.callTool({ name: "run_automl", arguments: words }, undefined, {
  onprogress: (told) => progress.push(told),
  resetTimeoutOnProgress: true,
  timeout: 500_000,
});
seen.status = whole.structuredContent.status;
seen.progress = progress.map((told) => told.progress);
seen.lines = progress.map((told) => told.message);

const abort = new AbortController();
const begun = client.callTool({ name: "run_automl", arguments: words }, undefined, {
  onprogress: (told) => told.progress > 0 && abort.abort("enough"), // its worker is at work
  signal: abort.signal,
  timeout: 500_000,
});
seen.aborted = await begun.then(() => false, () => true);
const { runs } = (await client.callTool({ name: "list_runs", arguments: {} })).structuredContent;
seen.runs = runs;
console.log(JSON.stringify(seen));
await client.close();
