import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { asText } from "../ui/address";
import { Failing } from "../ui/Region";
import { NotFoundPage } from "./NotFoundPage";
import { ALIASES, PAGES } from "./pages";
import { Shell } from "./Shell";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFoundPage });

const routes = PAGES.flatMap(({ path, load }) => {
  const paths = [path, ...Object.keys(ALIASES).filter((alias) => ALIASES[alias] === path)];
  return paths.map((one) =>
    createRoute({ getParentRoute: () => root, path: one, component: lazyRouteComponent(load) }),
  );
});

/** The router: every view has an address, whose query is names and texts, each perhaps several times. */
export const router = createRouter({
  routeTree: root.addChildren(routes),
  parseSearch: (text) => {
    const query = new URLSearchParams(text);
    return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name)]));
  },
  stringifySearch: (record) => asText(record),
  defaultErrorComponent: ({ error, reset }) => <Failing error={error} again={reset} />,
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
