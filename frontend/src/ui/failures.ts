/** Sentences for failures. */

import { Problem } from "../api/problem";
import { language, t, word } from "../lang/words";

/** The language of sentences for which the server has no other words. */
const SERVERS = "en";

/** Return the sentence of a failure; where the server has it in English only, its kind is said before it. */
export function sentence(error: unknown): string {
  if (!(error instanceof Problem)) return error instanceof Error ? error.message : String(error);
  if (error.status === 0) return t("state.unreachable.text");
  const kind = kindOf(error);
  return kind && language() !== SERVERS && !error.translated ? `${kind}: ${error.message}` : error.message;
}

/** Return the title of a failure. */
export function titleOf(error: unknown): string {
  if (!(error instanceof Problem)) return t("state.defect");
  if (error.status === 0) return t("state.unreachable");
  const kind = kindOf(error);
  if (kind) return kind;
  if (error.status === 401 || error.status === 403) return t("state.key");
  if (error.status === 404) return t("state.missing");
  return error.passing ? t("state.unavailable") : t("state.failed");
}

function kindOf(problem: Problem): string {
  const said = word("problem", problem.kind);
  return said === problem.kind ? "" : said;
}
