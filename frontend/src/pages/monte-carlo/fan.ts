import { number } from "../../format/format";
import type { Key } from "../../lang/words";
import type { Row } from "../../ui/study/studies";
import { numberIn } from "../../ui/study/values";

/** Return the curves of a fan from the highest quantile down, then the real path and the level of ruin. */
export function fanOf(rows: readonly Row[], simulation: string, level: number, t: (key: Key) => string) {
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
  const real = {
    name: t("mc.column.real"),
    values: own.map((one) => numberIn(one, "real")),
    colour: "--warn",
    width: 2.5,
  };
  const ruin = { name: t("mc.level"), values: own.map(() => level), colour: "--down", dashed: true };
  return {
    x: own.map((one) => Number(one.step)),
    curves: [...quantiles, real, ...(least < level * 1.5 ? [ruin] : [])],
    bands,
  };
}
