/** A strategy and fields of a spec for tests. */

import type { Schemas } from "../../api/client";
import type { SpecFieldInfo } from "./results";

type Parameter = Schemas["StrategyParameter"];

/** Return a field of a spec without bounds. */
export function field(name: string, kind: SpecFieldInfo["kind"], otherwise: unknown = null): SpecFieldInfo {
  const bounds = { minimum: null, maximum: null, above: null, below: null };
  return { name, kind, default: otherwise, description: `about ${name}`, required: false, choices: [], ...bounds };
}

/** A strategy with a number above zero and a choice. */
export const CROSS: Schemas["StrategyInfo"] = {
  name: "cross",
  summary: "",
  parameters: [parameter("fast", "integer", 5, 0), parameter("long_only", "boolean", false, null)],
};

function parameter(name: string, type: Parameter["type"], otherwise: Parameter["default"], above: number | null) {
  const bounds = { minimum: null, maximum: null, above, below: null };
  return { name, type, default: otherwise, description: "", search: null, ...bounds };
}
