import "../../styles/search.css";
import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { api, got } from "../../api/client";
import { useWords } from "../../lang/words";
import { useQueryString } from "../../ui/address";
import { PageHead } from "../../ui/Card";
import { PageLink } from "../../ui/Link";
import { FollowedJob } from "./FollowedJob";
import { SearchForm } from "./SearchForm";
import { SearchList } from "./SearchList";
import { SearchView } from "./SearchView";

const LOOK_AGAIN = 1_000;

/** Searches: the form of a new one, the list of all, and one with its trials, at `?id=`. */
export default function SearchPage() {
  const { t } = useWords();
  const [query, setQuery] = useQueryString();
  const [id, job, name] = [query.get("id"), query.get("job"), query.get("name")];
  if (id) return <SearchView key={id} id={id} job={job} />;
  if (job) return <Begun job={job} name={name ?? ""} />;
  return (
    <>
      <PageHead title={t("nav.search")} about={t("search.about")} />
      <SearchForm
        started={(work) => setQuery(new URLSearchParams({ job: work.id, name: work.name }), { entry: true })}
      />
      <SearchList />
    </>
  );
}

/** A search whose job was started: shown as soon as there is something of it. */
function Begun({ job, name }: { job: string; name: string }) {
  const { t } = useWords();
  const [, setQuery] = useQueryString();
  const found = useQuery({
    queryKey: ["searches", "named", name],
    queryFn: ({ signal }) => got(api.GET("/api/v1/searches", { params: { query: { name, limit: 1 } }, signal })),
    refetchInterval: LOOK_AGAIN,
  }).data?.searches[0]?.id;
  useEffect(() => {
    if (found) setQuery(new URLSearchParams({ id: found, job }));
  }, [found, job, setQuery]);
  return (
    <>
      <PageHead title={name || t("nav.search")} />
      <p>
        <PageLink href="/search">{t("search.back")}</PageLink>
      </p>
      <section className="card">
        <FollowedJob id={job} />
      </section>
    </>
  );
}
