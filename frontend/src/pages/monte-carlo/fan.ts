import { number } from "../../format/format";
import type { Key } from "../../lang/words";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";

/** Most single paths that are drawn. */
const DRAWN = 20;

/** Return the curves of a fan from the highest quantile down, then single paths, the real one and the level of ruin. */
export function fanOf(
  rows: readonly Row[],
  paths: readonly Row[],
  simulation: string,
  level: number,
  t: (key: Key) => string,
) {
  const own = rows.filter((one) => one.simulation === simulation);
  const names = Object.keys(own[0] ?? {})
    .filter((one) => /^q[\d.]+$/.test(one))
    .sort((one, other) => Number(other.slice(1)) - Number(one.slice(1)));
  const middle = (names.length - 1) / 2;
  const quantiles = names.map((name, at) => ({
    name: `${number(Number(name.slice(1)))} %`,
    values: own.map((one) => numberIn(one, name)),
    colour: "--accent",
    width: at === middle ? 1.5 : 0.8,
    dashed: at === middle,
  }));
  const bands = names.flatMap((_, at) => (at < middle ? [[at, names.length - 1 - at] as const] : []));
  const least = Math.min(...own.map((one) => numberIn(one, names.at(-1) ?? "") ?? Infinity));
  const singles = singlesOf(
    paths.filter((one) => one.simulation === simulation),
    own.map((one) => Number(one.step)),
  ).map((values) => ({ name: t("mc.single"), values, colour: "--muted", width: 0.5, unlisted: true }));
  const real = {
    name: t("mc.column.real"),
    values: own.map((one) => numberIn(one, "real")),
    colour: "--warn",
    width: 2.5,
  };
  const ruin = { name: t("mc.level"), values: own.map(() => level), colour: "--down", dashed: true };
  return {
    x: own.map((one) => Number(one.step)),
    curves: [...quantiles, ...singles, real, ...(least < level * 1.5 ? [ruin] : [])],
    bands,
    singles: singles.length,
  };
}

/** Return the equity of the first paths at the steps of the fan. */
function singlesOf(paths: readonly Row[], steps: readonly number[]): (number | null)[][] {
  const found = new Map<number, Map<number, number | null>>();
  for (const one of paths) {
    const number = Number(one.path);
    if (number >= DRAWN) continue;
    const path = found.get(number) ?? new Map<number, number | null>();
    found.set(number, path.set(Number(one.step), numberIn(one, "equity")));
  }
  return [...found.values()].map((path) => steps.map((step) => path.get(step) ?? null));
}
