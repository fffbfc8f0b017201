/** The home page's enhancement: code tiles, the theme switch, and one submit for each press of a button. */
import "./styles/home.css";
import { codeIn, tileCount } from "./home/code";

function drawTiles(field: HTMLElement, input: HTMLInputElement): void {
  const tiles = field.querySelector<HTMLElement>(".tiles");
  if (!tiles) return;
  const letters = input.value;
  const count = tileCount(letters.length);
  field.classList.toggle("six", count === 6);
  field.classList.toggle("eight", count === 8);
  while (tiles.children.length < count) tiles.append(newTile());
  while (tiles.children.length > count) tiles.lastChild?.remove();
  const focused = document.activeElement === input;
  const at = Math.min(input.selectionStart ?? letters.length, count - 1);
  for (const [i, tile] of [...tiles.children].entries()) {
    const letter = letters[i] ?? "";
    if (tile.textContent !== letter) tile.replaceChildren(...(letter ? [newLetter(letter)] : []));
    tile.classList.toggle("at", focused && i === at);
  }
}

function newTile(): HTMLElement {
  const tile = document.createElement("span");
  tile.className = "tile";
  return tile;
}

function newLetter(letter: string): HTMLElement {
  const span = document.createElement("span");
  span.textContent = letter;
  return span;
}

function enhanceCode(field: HTMLElement): void {
  const input = field.querySelector("input");
  if (!input) return;
  const draw = (): void => drawTiles(field, input);
  const clean = (): void => {
    const code = codeIn(input.value);
    if (code !== input.value) {
      const caret = input.selectionStart ?? code.length;
      input.value = code;
      input.setSelectionRange(caret, caret);
    }
    draw();
  };
  field.classList.add("drawn");
  input.addEventListener("input", (event) => {
    if (!(event instanceof InputEvent && event.isComposing)) clean();
  });
  input.addEventListener("compositionend", clean);
  input.addEventListener("paste", (event) => {
    const code = codeIn(event.clipboardData?.getData("text") ?? "");
    event.preventDefault();
    if (!code) return;
    input.value = code;
    draw();
  });
  for (const name of ["focus", "blur", "keyup", "click", "select"]) input.addEventListener(name, draw);
  document.addEventListener("selectionchange", draw);
  clean();
}

function enhanceTheme(group: HTMLElement): void {
  const root = document.documentElement;
  const buttons = [...group.querySelectorAll("button")];
  const show = (): void => {
    for (const each of buttons) each.ariaPressed = String(each.value === (root.dataset.theme ?? "system"));
  };
  group.addEventListener("click", (event) => {
    const theme = event.target instanceof HTMLButtonElement ? event.target.value : "";
    if (!theme) return;
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    const age = theme === "system" ? 0 : 31536000;
    // biome-ignore lint/suspicious/noDocumentCookie: the server reads it; the Cookie Store API isn't everywhere.
    document.cookie = `theme=${theme}; path=/; max-age=${age}; SameSite=Lax`;
    show();
  });
  show();
}

function submitOnce(form: HTMLFormElement): void {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
    form.ariaBusy = "true";
  });
  // Coming back with the Back button must find a form that works.
  addEventListener("pageshow", () => {
    sent = false;
    form.ariaBusy = null;
  });
}

function focusFirst(): void {
  const wrong = document.querySelector<HTMLInputElement>('[aria-invalid="true"]');
  const first = wrong ?? document.querySelector<HTMLInputElement>("#code, #name");
  first?.focus();
  first?.select();
}

/** A link to a message leads there also after the name was asked. */
function keepPlace(form: HTMLFormElement): void {
  if (location.hash.startsWith("#m")) form.setAttribute("action", form.getAttribute("action") + location.hash);
}

document.querySelectorAll<HTMLFormElement>("[data-form]").forEach(keepPlace);
document.querySelectorAll<HTMLElement>("[data-code]").forEach(enhanceCode);
document.querySelectorAll<HTMLElement>("[data-theme-switch]").forEach(enhanceTheme);
document.querySelectorAll<HTMLFormElement>("[data-form]").forEach(submitOnce);
focusFirst();
