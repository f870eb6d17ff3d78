/** What the gateway restated: the old value and the new one, side by side. */

import { h } from "../dom.js";
import { moment, number, price } from "../format.js";
import { empty } from "../load.js";
import { sortable } from "../table.js";
import { t, word } from "../lang.js";

/** @param {{changes: any[]}} answer @param {{decimals: number, tick: number}} prices how prices are written */
export function revisionTable({ changes }, prices) {
  if (!changes.length) return empty(t("quality.norevisions"), t("quality.norevisions.text"));
  const written = (row, value) => (value === null ? t("quality.withdrawn") : ["volume", "count"].includes(row.field) ? number(value, 0) : price(value, prices));
  const table = sortable(
    [
      { name: "bar", title: t("column.bar"), value: (row) => row.timestamp, show: (row) => `${moment(row.timestamp)} · ${row.contract}` },
      { name: "field", title: t("column.field"), value: (row) => row.field, show: (row) => word("bar", row.field) },
      { name: "change", title: t("column.change"), number: true, value: (row) => (row.new ?? 0) - (row.old ?? 0), show: (row) => [h("del.old", {}, written(row, row.old)), h("ins", {}, written(row, row.new))] },
      { name: "at", title: t("column.replaced"), value: (row) => row.replaced_at, show: (row) => moment(row.replaced_at) },
    ],
    { caption: t("quality.revisions"), sort: "at", descending: true, most: 60 },
  );
  table.show(changes);
  return table.element;
}
