/** Begin: read the words, and hand over to the page that the address names. */

import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { makeQueries } from "./api/queries";
import { router } from "./app/router";
import { loadWords } from "./lang/words";
import "./styles/base.css";
import "./styles/parts.css";
import "./styles/pages.css";

const place = document.getElementById("app");
if (!place) throw new Error("The page has no place for the application.");
await loadWords();
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={makeQueries()}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
);
