/** How this browser likes things: theme, density and what Enter does. Cookies where the server must know before it draws. */

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

const YEAR = 31_536_000;
const ENTER = "hubbub.enter";

class Preferences {
  theme = $state<Theme>(readTheme());
  density = $state<Density>(document.documentElement.dataset.density === "compact" ? "compact" : "comfortable");
  /** On phones Enter makes a line, as everywhere there; a keyboard's Enter sends. */
  enterSends = $state(readEnter());

  setTheme(theme: Theme): void {
    this.theme = theme;
    keep("theme", theme, theme === "system");
  }

  setDensity(density: Density): void {
    this.density = density;
    keep("density", density, density === "comfortable");
  }

  setEnterSends(sends: boolean): void {
    this.enterSends = sends;
    try {
      localStorage.setItem(ENTER, sends ? "sends" : "breaks");
    } catch {
      // A browser that stores nothing still obeys until it is closed.
    }
  }
}

function readTheme(): Theme {
  const { theme } = document.documentElement.dataset;
  return theme === "light" || theme === "dark" ? theme : "system";
}

function readEnter(): boolean {
  try {
    const kept = localStorage.getItem(ENTER);
    if (kept) return kept === "sends";
  } catch {
    // As if nothing was kept.
  }
  return !matchMedia("(pointer: coarse)").matches;
}

function keep(name: "theme" | "density", value: string, isDefault: boolean): void {
  if (isDefault) delete document.documentElement.dataset[name];
  else document.documentElement.dataset[name] = value;
  // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store API isn't everywhere.
  document.cookie = `${name}=${value}; path=/; max-age=${isDefault ? 0 : YEAR}; SameSite=Lax`;
}

export const preferences = new Preferences();
