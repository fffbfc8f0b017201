/// <reference types="vitest/config" />
/** How the page is built: two entries, hashed files and a manifest, all into the folder that the server hands out. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { lean } from "./build/lean.ts";

const testing = process.env.VITEST !== undefined;

export default defineConfig({
  plugins: [svelte(), lean()],
  base: "/",
  build: {
    outDir: "../src/hubbub/web/static",
    emptyOutDir: true,
    assetsDir: "assets",
    manifest: "manifest.json",
    modulePreload: { polyfill: false },
    target: ["safari16.4", "chrome111", "edge111", "firefox114"],
    // The Content-Security-Policy takes fonts and styles from files alone, images from data: too.
    assetsInlineLimit: (path, content) => path.endsWith(".svg") && content.length < 2048,
    reportCompressedSize: false,
    rolldownOptions: { input: { home: "src/home.ts", room: "src/room.ts" } },
  },
  // Tests run in Node, but try the runtime of browsers: on a server runes do nothing.
  ...(testing && { resolve: { conditions: ["browser"] } }),
  test: {
    include: ["src/**/*.test.ts", "tests/**/*.test.ts"],
    environment: "node",
  },
});
