/**
 * Writes `src/api/schema.d.ts` and `src/api/spec_schemas.json` from `openapi.json`, the document of the API. What the
 * fields of specs are stands in the words of the pages, and not here.
 * With `--check` it writes nothing, and fails if one of them would change.
 */

import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const SPECS = ["BacktestSpec", "SearchSpec", "WalkForwardSpec", "MonteCarloSpec", "PortfolioSpec"];
const document = JSON.parse(await readFile("openapi.json", "utf-8"));

/** The schemas that the specs are made of, by name. */
function specSchemas(schemas) {
  const [wanted, found] = [[...SPECS], {}];
  while (wanted.length) {
    const name = wanted.pop();
    if (found[name] || !schemas[name]) continue;
    found[name] = schemas[name];
    for (const [, other] of JSON.stringify(schemas[name]).matchAll(/#\/components\/schemas\/(\w+)/g))
      wanted.push(other);
  }
  return Object.fromEntries(
    Object.keys(found)
      .sort()
      .map((name) => [name, found[name]]),
  );
}

/** Leave descriptions out; a property may have that name. */
function undescribed(key, value) {
  return key === "description" && typeof value === "string" ? undefined : value;
}

const made = {
  "src/api/schema.d.ts": astToString(await openapiTS(document, { defaultNonNullable: true })),
  "src/api/spec_schemas.json": `${JSON.stringify(specSchemas(document.components.schemas), undescribed, 1)}\n`,
};
const check = process.argv.includes("--check");
for (const [path, text] of Object.entries(made)) {
  const before = await readFile(path, "utf-8").catch(() => "");
  if (before === text) continue;
  if (check) throw new Error(`${path} is not that of openapi.json: run npm run types.`);
  await writeFile(path, text);
}
