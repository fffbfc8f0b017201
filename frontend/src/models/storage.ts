/** What a browser keeps between page loads. It may be full, blocked or gone: whatever is kept there may be lost. */

export interface Keep {
  get(key: string): string | null;
  /** Tells whether it was kept. */
  set(key: string, value: string): boolean;
  remove(key: string): void;
  keys(prefix: string): string[];
}

/** The browser's storage; `storage` throws where it is blocked, and a method may at any time. */
export function browserKeep(storage: () => Storage): Keep {
  return {
    get: (key) => attempt(() => storage().getItem(key), null),
    set: (key, value) =>
      attempt(() => {
        storage().setItem(key, value);
        return true;
      }, false),
    remove: (key) => attempt(() => storage().removeItem(key), undefined),
    keys: (prefix) => attempt(() => Object.keys(storage()).filter((key) => key.startsWith(prefix)), []),
  };
}

/** The twin in memory, for tests and for browsers that keep nothing. */
export function memoryKeep(): Keep {
  const kept = new Map<string, string>();
  return {
    get: (key) => kept.get(key) ?? null,
    set: (key, value) => kept.set(key, value) === kept,
    remove: (key) => void kept.delete(key),
    keys: (prefix) => [...kept.keys()].filter((key) => key.startsWith(prefix)),
  };
}

function attempt<T>(deed: () => T, otherwise: T): T {
  try {
    return deed();
  } catch {
    return otherwise;
  }
}
