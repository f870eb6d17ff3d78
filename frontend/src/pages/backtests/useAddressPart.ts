import { useRouter } from "@tanstack/react-router";
import { useCallback } from "react";
import { useQueryString } from "../../ui/address";

/** Return a function that changes a part of the query of the address, and leaves the rest as it is now. */
export function useAddressPart(): (change: (query: URLSearchParams) => void) => void {
  const router = useRouter();
  const [, set] = useQueryString();
  return useCallback(
    (change) => {
      const query = new URLSearchParams(router.history.location.search);
      change(query);
      set(query);
    },
    [router, set],
  );
}
