import { useWords } from "../../lang/words";
import { PageHead } from "../../ui/Card";
import { PageLink } from "../../ui/Link";
import { Empty } from "../../ui/Region";

/** The place of positions, orders and fills. This version trades nothing, and says so. */
export default function TradingPage() {
  const { t } = useWords();
  return (
    <>
      <PageHead title={t("nav.trading")} />
      <section className="card" aria-label={t("nav.trading")}>
        <Empty title={t("trading.none")} text={t("trading.none.text")}>
          <PageLink className="button" href="/portfolio">
            {t("nav.portfolio")}
          </PageLink>
          <PageLink className="button" href="/backtests">
            {t("nav.backtests")}
          </PageLink>
        </Empty>
      </section>
    </>
  );
}
