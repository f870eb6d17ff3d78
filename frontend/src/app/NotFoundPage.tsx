import { useWords } from "../lang/words";
import { PageHead } from "../ui/Card";
import { PageLink } from "../ui/Link";
import { Empty } from "../ui/Region";

/** An address that is none of a page. */
export function NotFoundPage() {
  const { t } = useWords();
  return (
    <>
      <PageHead title={t("state.nopage")} />
      <Empty title={location.pathname} text={t("state.nopage.text")}>
        <PageLink className="button" href="/">
          {t("nav.overview")}
        </PageLink>
      </Empty>
    </>
  );
}
