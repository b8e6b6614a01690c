import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { resolve } from "node:path";
import { defineConfig } from "electron-vite";
import type { Plugin as VitePlugin } from "vite";
import { build, type Plugin } from "rolldown";
import { lean, withoutUndici, workers } from "./rolldown.config.ts";

/** Bundles of their own beside the one of the app: a thread starts from a file. */
const withWorkers: Plugin = {
  name: "with-workers",
  async writeBundle({ dir = "" }) {
    await build(workers(dir));
  },
};

/** electron-vite leaves whatever is Node's outside, and no plugin is asked about that. */
const httpInside: VitePlugin = {
  name: "http-inside",
  configResolved: ({ build: { rolldownOptions } }) => {
    const { external } = rolldownOptions;
    if (!Array.isArray(external)) throw new Error("electron-vite leaves nothing outside");
    rolldownOptions.external = external.filter((id) => id !== "http" && id !== "node:http");
  },
};

/**
 * The three bundles of the app. Each is whole: only Electron itself and better-sqlite3, which loads
 * a native binary from its own package, stay outside. Targets are those of the oldest Electron that
 * the app is run on (docs/architecture.md, runtime).
 */
export default defineConfig({
  main: {
    plugins: [httpInside, { ...withoutUndici, enforce: "pre" }, withWorkers],
    build: {
      outDir: "out/main",
      target: "node20",
      externalizeDeps: false,
      rolldownOptions: {
        input: "src/main/index.ts",
        external: ["electron", "better-sqlite3"],
        output: { ...lean, entryFileNames: "index.mjs", codeSplitting: false },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      target: "node20",
      externalizeDeps: false,
      rolldownOptions: {
        input: "src/preload/index.ts",
        external: ["electron"],
        // A sandboxed preload script is loaded as CommonJS.
        output: { format: "cjs", entryFileNames: "index.cjs" },
      },
    },
  },
  renderer: {
    root: "src/renderer",
    build: {
      outDir: "out/renderer",
      target: "chrome130",
      minify: true,
      // Fonts and icons stay files: the page's policy allows its own origin and little else.
      assetsInlineLimit: 0,
      // One page, loaded from the disk: splitting it where no page asks for it would only add files.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: {
        input: resolve("src/renderer/index.html"),
        output: { charset: lean.charset },
      },
    },
    plugins: [react(), tailwindcss()],
  },
});
