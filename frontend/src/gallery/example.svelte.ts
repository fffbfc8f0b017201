/** A room out of thin air: what a component asks of it happens here and nowhere else. */
import type {
  Connection,
  Ending,
  Here,
  Lifetime,
  MessageLine,
  Person,
  RoomInList,
  RoomView,
  Row,
} from "../models/view";

export const ann: Person = { id: "u-ann", name: "Ann" };

export class ExampleRoom implements RoomView {
  code = $state("WXYZ");
  title = $state("Physics, period 3");
  lifetime = $state<Lifetime>("kept");
  expiresDays = $state<number | null>(null);
  me = $state<Person>(ann);
  loaded = $state(true);
  ending = $state<Ending | null>(null);
  endingWords = $state<string | null>(null);
  connection = $state<Connection>({ state: "live" });
  hereCount = $state(1);
  here = $state.raw<readonly Here[]>([{ ...ann, role: "owner", me: true }]);
  rows = $state.raw<readonly Row[]>([]);
  older = $state(false);
  loadingOlder = $state(false);
  unread = $state(0);
  typing = $state.raw<RoomView["typing"]>({ names: [], more: 0 });
  draft = $state("");
  newVersion = $state(false);
  rooms = $state.raw<readonly RoomInList[]>([]);
  entries = $state(1);
  said = $state(0);
  status = $state.raw({ words: "" });
  #sent = 0;

  constructor(given: Partial<RoomView> = {}) {
    Object.assign(this, given);
  }

  send(text: string): void {
    this.#sent += 1;
    this.said += 1;
    const line: MessageLine = {
      kind: "message",
      key: `sent-${this.#sent}`,
      seq: null,
      number: null,
      at: Date.now(),
      by: this.me,
      mine: true,
      text,
      status: "pending",
      why: null,
    };
    this.rows = [...this.rows, { kind: "group", key: `g-${line.key}`, by: this.me, mine: true, lines: [line] }];
    setTimeout(() => this.#change(line.key, { status: "sent" }), 700);
  }

  /** Somebody else says something. */
  hear(by: Person, text: string): void {
    this.#sent += 1;
    const line = message(by, text, Date.now(), { key: `heard-${this.#sent}` });
    this.rows = [...this.rows, group([line])];
  }

  retry(key: string): void {
    this.#change(key, { status: "pending", why: null });
  }

  discard(key: string): void {
    this.rows = this.rows.filter((row) => row.kind !== "group" || row.lines.every((line) => line.key !== key));
  }

  async loadOlder(): Promise<void> {
    this.loadingOlder = true;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const at = (this.rows[0]?.kind === "group" ? this.rows[0].lines[0]?.at : undefined) ?? Date.now() - 864e5;
    const lines = Array.from({ length: 40 }, (_, i) =>
      group([
        message({ id: `o${i % 5}`, name: `Older ${i % 5}` }, `Something older, number ${i}`, at - (40 - i) * 6e4),
      ]),
    );
    this.rows = [...lines, ...this.rows];
    this.loadingOlder = false;
  }

  retryNow(): void {
    this.connection = { state: "live" };
    this.status = { words: "Reconnected." };
  }

  seesEnd(sees: boolean): void {
    document.documentElement.dataset.seesEnd = String(sees);
  }

  open(code: string): void {
    this.code = code;
  }

  async leave(): Promise<string | null> {
    location.search = "";
    return null;
  }

  async rename(name: string): Promise<string | null> {
    if (name === "Ben") return "Somebody here is called Ben already. How about Ben 2?";
    this.me = { ...this.me, name };
    return null;
  }

  #change(key: string, change: Partial<MessageLine>): void {
    this.rows = this.rows.map((row) =>
      row.kind === "group"
        ? { ...row, lines: row.lines.map((line) => (line.key === key ? { ...line, ...change } : line)) }
        : row,
    );
  }
}

let made = 0;

export function message(by: Person, text: string | null, at: number, more: Partial<MessageLine> = {}): MessageLine {
  made += 1;
  return {
    kind: "message",
    key: `m-${made}`,
    seq: made,
    number: made,
    at,
    by,
    mine: by.id === ann.id,
    text,
    status: "sent",
    why: null,
    ...more,
  };
}

export function group(lines: readonly [MessageLine, ...MessageLine[]]): Row {
  const [first] = lines;
  return { kind: "group", key: `g-${first.key}`, by: first.by, mine: first.mine, lines };
}
