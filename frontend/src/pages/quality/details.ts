/** What validation says of a bar, in the language of the pages: a sentence by the bar's reason, with the values in it. */

import type { Gaps, Key } from "../../lang/words";
import { t, word } from "../../lang/words";

type Rule = readonly [pattern: RegExp, key: Key];

const VALUE: Rule = [/^(?<field>[a-z]+) is (?<value>\S+)$/, "detail.value"];

/** By reason, the sentences of `g4qc_core.bars.validation`. */
const RULES: Readonly<Record<string, readonly Rule[]>> = {
  schema: [
    VALUE,
    [/^the bar has no timestamp$/, "detail.notime"],
    [/^starts at (?<time>\S+), not on a whole minute$/, "detail.minute"],
  ],
  unknown_contract: [[/^(?<symbol>\S+) has no contract '(?<contract>.*)' in its chain$/, "detail.contract"]],
  negative_volume: [VALUE],
  ohlc_order: [[/^open (?<open>\S+), high (?<high>\S+), low (?<low>\S+), close (?<close>\S+)$/, "detail.order"]],
  off_tick: [[/^(?<field>[a-z]+) (?<value>\S+) is not a multiple of (?<step>\S+)$/, "detail.tick"]],
  after_expiry: [[/^trading in (?<contract>.+) ended at (?<time>.+) UTC$/, "detail.expiry"]],
  outside_session: [[/^the (?<calendar>\S+) market is closed or halted at that minute$/, "detail.closed"]],
  duplicate: [[/^(?<contract>\S+) has another bar of (?<time>.+) UTC$/, "detail.duplicate"]],
  volume_limit: [[/^volume (?<value>\S+), where up to (?<most>\S+) would be believed$/, "detail.volume"]],
  price_limit: [
    [
      /^(?<move>\S+) away from (?<price>.+), the close before its session, where up to (?<most>\S+) would be believed$/,
      "detail.far",
    ],
  ],
  spike: [
    [
      /^stands (?<ticks>\S+) ticks away from both neighbours, where up to (?<most>\S+) would be believed$/,
      "detail.spike",
    ],
  ],
  flat_run: [[/^one of (?<minutes>\d+) minutes in a row without a trade or a new price$/, "detail.flat"]],
};

/** Return the sentence in the language of the pages; null where the pages have no words for it. */
export function detailOf(reason: string, detail: string): string | null {
  for (const [pattern, key] of RULES[reason] ?? []) {
    const found = pattern.exec(detail);
    if (found) return t(key, gapsOf(found.groups ?? {}));
  }
  return null;
}

function gapsOf(groups: Record<string, string>): Gaps {
  return groups.field ? { ...groups, field: word("bar", groups.field).toLowerCase() } : groups;
}
