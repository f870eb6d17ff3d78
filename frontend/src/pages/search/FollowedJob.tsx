import { useQuery } from "@tanstack/react-query";
import { api, got } from "../../api/client";
import { LiveJob } from "../../ui/JobView";
import { Region } from "../../ui/Region";

/** The job of a search, followed while it runs. */
export function FollowedJob({ id, ended }: { id: string; ended?: () => void }) {
  const job = useQuery({
    queryKey: ["jobs", id],
    queryFn: ({ signal }) => got(api.GET("/api/v1/jobs/{job_id}", { params: { path: { job_id: id } }, signal })),
  });
  return <Region query={job}>{(one) => <LiveJob key={one.id} job={one} ended={ended} />}</Region>;
}
