/** The pages, in the order of the navigation. A new page is a line here, a room in `pages/`, and its words. */

import type { ComponentType } from "react";
import type { IconName } from "../ui/Icon";

/** A page of the application. */
export interface PageEntry {
  path: string;
  /** Name of its picture and, after `nav.`, of its title in the dictionary. */
  name: IconName;
  load: () => Promise<{ default: ComponentType }>;
}

export const PAGES: readonly PageEntry[] = [
  { path: "/", name: "overview", load: () => import("../pages/overview/OverviewPage") },
  { path: "/extract", name: "extract", load: () => import("../pages/extract/ExtractPage") },
  { path: "/chart", name: "chart", load: () => import("../pages/chart/ChartPage") },
  { path: "/quality", name: "quality", load: () => import("../pages/quality/QualityPage") },
  { path: "/backtests", name: "backtests", load: () => import("../pages/backtests/BacktestsPage") },
  { path: "/explore", name: "explore", load: () => import("../pages/explore/ExplorePage") },
  { path: "/search", name: "search", load: () => import("../pages/search/SearchPage") },
  { path: "/walk-forward", name: "walk-forward", load: () => import("../pages/walk-forward/WalkForwardPage") },
  { path: "/monte-carlo", name: "monte-carlo", load: () => import("../pages/monte-carlo/MonteCarloPage") },
  { path: "/portfolio", name: "portfolio", load: () => import("../pages/portfolio/PortfolioPage") },
  { path: "/trading", name: "trading", load: () => import("../pages/trading/TradingPage") },
  { path: "/runs", name: "runs", load: () => import("../pages/runs/RunsPage") },
  { path: "/api", name: "api", load: () => import("../pages/api-reference/ApiPage") },
];

/** Other addresses of a page. */
export const ALIASES: Readonly<Record<string, string>> = { "/docs": "/api" };
