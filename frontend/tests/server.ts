/** A real server in a process of its own, that tests may kill, stop and start again on the same port. */
import { type ChildProcess, spawn } from "node:child_process";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const python = process.env.HUBBUB_PYTHON ?? "python3";
const root = new URL("../..", import.meta.url).pathname;

export class ServerProcess {
  readonly #folder: string;
  readonly #port: number;
  #process: ChildProcess | null = null;

  private constructor(folder: string, port: number) {
    this.#folder = folder;
    this.#port = port;
  }

  static async make(): Promise<ServerProcess> {
    return new ServerProcess(await mkdtemp(join(tmpdir(), "hubbub-page-")), await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(): Promise<void> {
    const args = ["-m", "hubbub", "serve", "--port", String(this.#port), "--data", join(this.#folder, "data")];
    const path = [join(root, "src"), process.env.PYTHONPATH].filter(Boolean).join(":");
    const usual = Object.entries(process.env).filter(([name]) => !name.startsWith("HUBBUB_") && name !== "PORT");
    const env = {
      ...Object.fromEntries(usual),
      PYTHONPATH: path,
      HUBBUB_THROTTLE: "off",
      XDG_CONFIG_HOME: "/dev/null",
    };
    const server = spawn(python, args, { env, cwd: root, stdio: ["ignore", "pipe", "ignore"] });
    this.#process = server;
    await new Promise<void>((resolve, reject) => {
      server.stdout.on("data", (said: Buffer) => said.includes(" is on http") && resolve());
      server.once("exit", (code) => reject(new Error(`The server ended with ${code}.`)));
    });
  }

  /** As a power cut would. */
  kill(): Promise<void> {
    return this.#end("SIGKILL");
  }

  stop(): Promise<void> {
    return this.#end("SIGTERM");
  }

  /** Copy the database away, or back: the rest of the folder knows that something is wrong then. */
  async copyDatabase(direction: "away" | "back"): Promise<void> {
    const [there, here] = [join(this.#folder, "copy"), join(this.#folder, "data")];
    if (direction === "away") await cp(here, there, { recursive: true });
    else await cp(there, here, { recursive: true, filter: (path) => !path.endsWith("/start") });
  }

  async remove(): Promise<void> {
    await this.kill();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (!server || server.exitCode !== null) return;
    const gone = new Promise((resolve) => server.once("exit", resolve));
    server.kill(signal);
    await gone;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
