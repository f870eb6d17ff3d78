import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { api, got } from "../../api/client";
import { t } from "../../lang/words";
import { sentence } from "../../ui/failures";
import type { Command } from "./queries";

const AGAIN = 500;

/** Follow a wish for the trader until it is answered; `said` is its answer, or that it was asked. */
export function useWish(): { said: string; follow: (command: Command) => void } {
  const queries = useQueryClient();
  const [said, setSaid] = useState("");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const follow = useCallback(
    (command: Command) => {
      clearTimeout(timer.current);
      setSaid(t("trading.asked"));
      const look = async () => {
        try {
          const path = { number: command.id };
          const { answer } = await got(api.GET("/api/v1/trading/commands/{number}", { params: { path } }));
          if (answer !== null) {
            setSaid(answer);
            void queries.invalidateQueries({ queryKey: ["trading"] });
            return;
          }
        } catch (error) {
          setSaid(sentence(error));
          return;
        }
        timer.current = setTimeout(() => void look(), AGAIN);
      };
      void look();
    },
    [queries],
  );
  return { said, follow };
}
