/** People: who is here, page by page, and the names of those that the news names by id alone. */
import type { OpenRoom } from "./open_room";
import { quietly, type Server } from "./server";

const PAGE = 200;
const MOST_PAGES = 10;
const MOST_LOOKED_UP = 10;

/** Load the list of those who are here; `wanted` says whether that is still of use. */
export async function loadPeople({ code, presence }: OpenRoom, server: Server, wanted: () => boolean): Promise<void> {
  let [after, more] = ["", true];
  for (let pages = 0; pages < MOST_PAGES && more && !presence.full; pages++) {
    const page = await server.ask("members", { code, after, limit: PAGE });
    if (!wanted()) return;
    presence.page(page.members);
    presence.count = page.here;
    after = page.members.at(-1)?.id ?? after;
    more = page.more;
  }
  presence.finish(!more || presence.full);
}

/** Learn the names of some who came or went, and tell of them. */
export async function tellOf(room: OpenRoom, server: Server, news: { came: string[]; went: string[] }): Promise<void> {
  for (const id of [...news.came, ...news.went].slice(0, MOST_LOOKED_UP)) await quietly(() => meet(room, server, id));
  room.notice(news.came, "entered");
  room.notice(news.went, "left");
}

/** Members come in order of id: the first one after all but the last letter of an id is whom it names. */
async function meet({ code, presence }: OpenRoom, server: Server, id: string): Promise<void> {
  const { members } = await server.ask("members", { code, after: id.slice(0, -1), limit: 1 });
  for (const member of members) presence.meet(member, member.role);
}
