/** What every unit test begins with: matchers for elements, and the words of the pages in English. */

import "@testing-library/jest-dom/vitest";
import { cleanup } from "@testing-library/react";
import { loadWords } from "./lang/words";

document.documentElement.lang = "en";
await loadWords();
afterEach(cleanup);
