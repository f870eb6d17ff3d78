import react from "@vitejs/plugin-react";
import type { IncomingHttpHeaders } from "node:http";
import type { Plugin, ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env.G4QC_API_URL ?? "http://127.0.0.1:8000";

/** Pass a request on as if the server's own page had made it: the server refuses those of other origins. */
const proxied: ProxyOptions = {
  target: server,
  changeOrigin: true,
  configure: (proxy) => proxy.on("proxyReq", (request) => request.setHeader("origin", server)),
};

/** Give the shell the language and the theme of its visitor, as the server does with its own. */
function visitorsShell(): Plugin {
  let headers: IncomingHttpHeaders = {};
  const cookie = (name: string) => new RegExp(`(?:^|; )${name}=(\\w+)`).exec(headers.cookie ?? "")?.[1];
  return {
    name: "visitors-shell",
    configureServer: ({ middlewares }) => {
      middlewares.use((request, _, next) => {
        if (request.headers.accept?.includes("text/html")) headers = request.headers;
        next();
      });
    },
    transformIndexHtml: (html) => {
      const language = cookie("g4qc_lang") ?? headers["accept-language"]?.slice(0, 2);
      return html
        .replace('lang="en"', `lang="${language === "es" ? "es" : "en"}"`)
        .replace('data-theme="auto"', `data-theme="${cookie("g4qc_theme") ?? "auto"}"`);
    },
  };
}

export default defineConfig({
  base: "./",
  plugins: [react(), visitorsShell()],
  build: {
    outDir: "../g4qc_core/api/bundle",
    emptyOutDir: true,
    target: "es2022",
    manifest: "manifest.json",
    license: { fileName: "LICENSES.md" },
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      // `format` and `backtests/spec` are modules of the pages that can also be loaded alone.
      input: { main: "src/main.tsx", format: "src/format/format.ts", "backtest/spec": "src/pages/backtests/spec.ts" },
      preserveEntrySignatures: "allow-extension",
      output: {
        entryFileNames: "js/[name].js",
        chunkFileNames: "js/[name].js",
        assetFileNames: "assets/[name][extname]",
      },
    },
  },
  server: {
    proxy: Object.fromEntries(["/api/v1", "/health", "/reports", "/openapi.json"].map((path) => [path, proxied])),
  },
  test: {
    environment: "jsdom",
    globals: true,
    setupFiles: ["src/testing.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    // One window for all files: making one takes longer than most files run.
    isolate: false,
    maxWorkers: 1,
  },
});
