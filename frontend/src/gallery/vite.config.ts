/** The gallery, built as the page is: `npx vite build --config src/gallery/vite.config.ts --outDir /tmp/gallery`. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  base: "/",
  build: {
    target: ["safari16.4", "chrome111", "edge111", "firefox114"],
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: ["gallery.html", "src/gallery/home.html", "src/gallery/name.html", "src/gallery/notice.html"],
    },
  },
});
