/**
 * A build step that leaves out what the page never uses of three packages and no bundler can tell by itself: marked's makers of
 * HTML, the transport over WebTransport, which the server doesn't speak, and whatever of icons may be other than their size.
 * Saves 8 kB of what a first visit loads.
 */
import type { Plugin } from "vite";

const MARKED = /\/marked\/lib\/marked\.esm\.js$/;
const WEBTRANSPORT = /\/engine\.io-client\/build\/esm\/transports\/webtransport\.js$/;

/** marked's default instance and what hangs on it: its only statements with effects. */
const INSTANCE = /var (\w+)=new \w+;function (\w+)\(\w+,\w+\)\{return \1\.parse\([\s\S]*?export\{([^}]*)\}/;

const ICON = /\/@lucide\/svelte\/dist\/icons\/[\w-]+\.svelte$/;
/** The shapes of an icon, as its component has them: `"node": [["path", { "d": "M5 12h14" }], …]`. */
const SHAPES = /"node": (\[\[.*?\]\])/;
const FRAME =
  'xmlns="http://www.w3.org/2000/svg" width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" ' +
  'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"';

const NEEDED = / as (Lexer|Tokenizer|getDefaults)$/;

export function lean(): Plugin {
  return {
    name: "lean",
    apply: "build",
    enforce: "pre",
    transform(code, id) {
      if (ICON.test(id)) return { code: icon(code) ?? code, map: null };
      if (WEBTRANSPORT.test(id)) return { code: "export class WT {}", map: null };
      if (!MARKED.test(id)) return null;
      const lexer = code.replace(INSTANCE, (_whole, _instance, _function, names: string) => {
        return `export{${names.split(",").filter((name) => NEEDED.test(name))}}`;
      });
      if (lexer === code) this.warn("marked looks otherwise than before: all of it is packed.");
      return { code: lexer, map: null };
    },
  };
}

/** An icon as one piece of markup; null when its component looks otherwise than expected. */
function icon(code: string): string | null {
  const found = SHAPES.exec(code)?.[1];
  if (!found) return null;
  const shapes: [string, Record<string, string>][] = JSON.parse(found);
  const drawn = shapes.map(([tag, given]) => {
    const attributes = Object.entries(given).map(([name, value]) => ` ${name}="${value}"`);
    return `<${tag}${attributes.join("")} />`;
  });
  return `<script>const { size = 24 } = $props();</script><svg ${FRAME}>${drawn.join("")}</svg>`;
}
