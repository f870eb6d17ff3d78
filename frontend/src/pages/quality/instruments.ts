import { useQuery } from "@tanstack/react-query";
import { api, got, type Schemas } from "../../api/client";

/** The instruments that the server knows, by their symbols. */
export function useInstruments() {
  return useQuery({
    queryKey: ["instruments"],
    queryFn: ({ signal }) => got(api.GET("/api/v1/instruments", { signal })),
    select: bySymbol,
  });
}

function bySymbol(all: readonly Schemas["InstrumentInfo"][]): Map<string, Schemas["InstrumentInfo"]> {
  return new Map(all.map((one) => [one.symbol, one]));
}
