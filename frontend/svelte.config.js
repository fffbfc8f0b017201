/** How Svelte compiles: runes everywhere. Vite itself strips the types. */
export default {
  compilerOptions: { runes: true },
};
