import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api/client";

/** Names that forms of studies offer: of backtests and of searches that there are. */
export function useOffers(): { backtests: string[]; searches: string[] } {
  const backtests = useQuery({
    queryKey: ["results", "names"],
    queryFn: async ({ signal }) =>
      namesOf((await got(api.GET("/api/v1/backtests", { params: { query: { limit: 200 } }, signal }))).backtests),
  });
  const searches = useQuery({
    queryKey: ["searches", "names"],
    queryFn: async ({ signal }) =>
      namesOf((await got(api.GET("/api/v1/searches", { params: { query: { limit: 200 } }, signal }))).searches),
  });
  return { backtests: backtests.data ?? [], searches: searches.data ?? [] };
}

function namesOf(all: readonly { name: string }[]): string[] {
  return [...new Set(all.map((one) => one.name))].sort();
}
