import react from "@vitejs/plugin-react";
import type { ProxyOptions } from "vite";
import { defineConfig } from "vitest/config";

const server = process.env.G4QC_API_URL ?? "http://127.0.0.1:8000";

/** Pass a request on as if the server's own page had made it: the server refuses those of other origins. */
const proxied: ProxyOptions = {
  target: server,
  changeOrigin: true,
  configure: (proxy) => proxy.on("proxyReq", (request) => request.setHeader("origin", server)),
};

export default defineConfig({
  base: "./",
  plugins: [react()],
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
