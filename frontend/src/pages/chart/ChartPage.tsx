import { useWords } from "../../lang/words";
import { PageHead } from "../../ui/Card";

/** Not written yet. */
export default function ChartPage() {
  const { t } = useWords();
  return <PageHead title={t("nav.chart")} />;
}
