/** Whether the parts behind the pages answer, asked every few seconds. */

import { useQuery } from "@tanstack/react-query";
import { KEY_WANTED, type Schemas } from "./client";

/** What is known of the server and its parts. */
export interface HealthNow extends Partial<Schemas["Health"]> {
  unreachable?: boolean;
  down: string[];
}

const CALM = 10_000;
const WORRIED = 2_000;

/** The query of the server's health; it never fails. */
export function useHealth() {
  return useQuery({
    queryKey: ["health"],
    queryFn: ask,
    refetchInterval: (query) => (query.state.data && isDown(query.state.data) ? WORRIED : CALM),
  });
}

/** True while the server or a part of it does not answer. */
export function isDown(health: HealthNow): boolean {
  return Boolean(health.unreachable) || health.down.length > 0;
}

async function ask({ signal }: { signal: AbortSignal }): Promise<HealthNow> {
  try {
    const response = await fetch("/api/v1/health", { signal });
    if (response.status === 401) document.dispatchEvent(new Event(KEY_WANTED));
    const health = (await response.json()) as Schemas["Health"];
    if (!health.parts) return { down: [] };
    return { ...health, down: Object.entries(health.parts).flatMap(([name, part]) => (part.up ? [] : [name])) };
  } catch {
    return { unreachable: true, down: [] };
  }
}
