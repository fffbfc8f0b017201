/** Errors of the page, told to the server's log: each once, a few at most, and never what people have said. */

const MOST = 10;
const LONGEST = 300;

export interface PageError {
  readonly message: string;
  readonly source: string;
  readonly line: number;
}

/** Return what takes an error in and tells it by `send`. */
export function errorTeller(
  send: (error: PageError) => void,
): (error: unknown, source?: string, line?: number) => void {
  const told = new Set<string>();
  return (error, source = "", line = 0) => {
    const message = withoutQuotes(nameOf(error));
    const known = `${message} ${source}:${line}`;
    if (told.size >= MOST || told.has(known)) return;
    told.add(known);
    send({ message, source: source.slice(0, LONGEST), line });
  };
}

/** Tell the server what goes wrong in a window. */
export function tellErrorsOf(window: Window): void {
  const tell = errorTeller((error) => {
    const body = new Blob([JSON.stringify(error)], { type: "application/json" });
    window.navigator.sendBeacon?.("/page-errors", body);
  });
  window.addEventListener("error", (event) => tell(event.error ?? event.message, event.filename, event.lineno));
  window.addEventListener("unhandledrejection", (event) => tell(event.reason));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

/** Quoted is what somebody may have written, such as in `"Hello" is not valid JSON`. */
function withoutQuotes(message: string): string {
  return message.replace(/"[^"]*"?|`[^`]*`?|'[^']{30,}'?/g, "…").slice(0, LONGEST);
}
