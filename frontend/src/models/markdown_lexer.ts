/** marked's lexer, cut down to what people write in a chat, and bounded in depth. */
import { getDefaults, Lexer, type Token, Tokenizer } from "marked";

const DEEPEST = 8;

/** Returning nothing means that it is ordinary text. */
class ChatTokenizer extends Tokenizer {
  #depth = 0;

  // Headings, rules, tables, indented code, HTML, images and references aren't for chat: they stay as they were typed.
  override heading(): undefined {}
  override lheading(): undefined {}
  override hr(): undefined {}
  override table(): undefined {}
  override code(): undefined {}
  override html(): undefined {}
  override tag(): undefined {}
  override def(): undefined {}
  override reflink(): undefined {}

  override blockquote(src: string): ReturnType<Tokenizer["blockquote"]> {
    return this.#deeper(() => super.blockquote(src));
  }

  override list(src: string): ReturnType<Tokenizer["list"]> {
    return this.#deeper(() => super.list(src));
  }

  override emStrong(src: string, masked: string, previous = ""): ReturnType<Tokenizer["emStrong"]> {
    return this.#deeper(() => super.emStrong(src, masked, previous));
  }

  override del(src: string, masked: string, previous = ""): ReturnType<Tokenizer["del"]> {
    return this.#deeper(() => super.del(src, masked, previous));
  }

  override link(src: string): ReturnType<Tokenizer["link"]> {
    return src.startsWith("!") ? undefined : this.#deeper(() => super.link(src));
  }

  #deeper<T>(read: () => T): T | undefined {
    if (this.#depth >= DEEPEST) return undefined;
    this.#depth++;
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }
}

const options = { ...getDefaults(), gfm: true, breaks: true };

/** Return a text's tokens. May throw for what is hostile. */
export function lex(text: string): Token[] {
  return new Lexer({ ...options, tokenizer: new ChatTokenizer(options) }).lex(text);
}
