/** Presence: how many are here and who, from pages of members and from the news since. */
import type { MemberView, Presence as PresenceEvent } from "../protocol.gen";
import type { Here, Person } from "./view";

const MOST_SHOWN = 100;
const MOST_KEPT = 300;
const MOST_KNOWN = 2_000;
const collator = new Intl.Collator(undefined, { numeric: true });

type Role = Here["role"];

/** Whether news that could name who came and went doesn't: one was behind, and some of them have been missed. */
export function isAfterAGap({ here, came, went }: PresenceEvent): boolean {
  return here <= MOST_SHOWN && came.length + went.length === 0;
}

export class Presence {
  readonly #me: () => string;
  #list: readonly Here[] | null = null;
  #known = new Map<string, { name: string; role: Role }>();
  #here = new Set<string>();
  #fresh: Set<string> | null = null;
  /** All who are here are in the list, as far as one has been told. */
  #whole = false;
  count = 0;

  constructor(me: () => string) {
    this.#me = me;
  }

  /** Oneself first, then by name. */
  get here(): readonly Here[] {
    this.#list ??= this.#sorted();
    return this.#list;
  }

  #sorted(): readonly Here[] {
    const people = [...this.#here].flatMap((id): Here[] => {
      const known = this.#known.get(id);
      return known ? [{ id, name: known.name, role: known.role, me: id === this.#me() }] : [];
    });
    people.sort((one, other) => Number(other.me) - Number(one.me) || collator.compare(one.name, other.name));
    return people.slice(0, MOST_SHOWN);
  }

  /** The list and the count differ: something was missed, or not told one by one. Those who are listed are asked for again. */
  get outdated(): boolean {
    return this.#whole && this.#fresh === null && this.count <= MOST_SHOWN && this.#here.size !== this.count;
  }

  get full(): boolean {
    return (this.#fresh ?? this.#here).size >= MOST_SHOWN;
  }

  person(id: string): Person | null {
    const known = this.#known.get(id);
    return known ? { id, name: known.name } : null;
  }

  /** Somebody was named by an event. */
  meet(person: Person, role?: Role): void {
    const known = this.#known.get(person.id);
    if (!known && this.#known.size >= MOST_KNOWN) return;
    this.#list = null;
    this.#known.set(person.id, { name: person.name, role: role ?? known?.role ?? "guest" });
  }

  /** The pages of members follow; until the last of them, the old list stands. */
  begin(count: number, me: MemberView): void {
    this.count = count;
    this.#fresh = new Set();
    this.#add(me);
  }

  /** The same once more, since some news was missed. */
  again(): void {
    this.#fresh = new Set([this.#me()]);
  }

  page(members: readonly MemberView[]): void {
    for (const member of members) this.#add(member);
  }

  /** `whole`: no page is left that could name somebody else. */
  finish(whole = true): void {
    this.#list = null;
    this.#whole = whole;
    if (this.#fresh) this.#here = this.#fresh;
    this.#fresh = null;
  }

  /** Take the news; return who came and went, of those whose going or coming is news. */
  hear(event: PresenceEvent): { came: string[]; went: string[] } {
    this.#list = null;
    this.count = event.here;
    const came = event.came.filter((id) => id !== this.#me() && !this.#here.has(id));
    const went = event.went.filter((id) => id !== this.#me() && this.#here.has(id));
    for (const set of [this.#here, this.#fresh]) {
      for (const id of event.came) if (set && set.size < MOST_KEPT) set.add(id);
      for (const id of event.went) if (id !== this.#me()) set?.delete(id);
    }
    return { came, went };
  }

  #add(member: MemberView): void {
    this.meet(member, member.role);
    if (member.here || member.id === this.#me()) this.#fresh?.add(member.id);
  }
}
