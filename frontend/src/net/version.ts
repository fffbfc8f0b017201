/** Versions: whether the server has a newer page than the one that is open. */

export type Fetch = (url: string, method?: "GET" | "HEAD") => Promise<{ ok: boolean; json(): Promise<unknown> }>;

/** The version of the page on the server; null when it doesn't say. */
export async function pageOnServer(fetch: Fetch): Promise<string | null> {
  try {
    const answer = await fetch("/api/version");
    const said = answer.ok ? ((await answer.json()) as { page?: unknown } | null) : null;
    return typeof said?.page === "string" ? said.page : null;
  } catch {
    return null;
  }
}
