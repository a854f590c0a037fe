import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** A file of bytes that never changes. */
export interface ObjectFile {
  /** Its name in the folder. */
  readonly id: string;
  /** Bytes. */
  readonly size: number;
}

/** Bytes first..last of a file, both included. */
export interface Section {
  readonly id: string;
  readonly first: number;
  readonly last: number;
}

const draftEnd = ".draft";

/** Bytes read at once. */
const piece = 256 << 10;

/**
 * The bytes of objects, each in a file of its own in one folder: written beside and renamed when whole, so that a name stands for
 * all of it or for nothing; never changed afterwards. Memory is bounded by the pieces that come. What no record names is rubbish of a
 * process that was killed, and `sweep` takes it away before anybody asks for anything.
 */
export class ObjectFiles {
  constructor(
    private readonly folder: string,
    /** Resolves when the records that have been committed are on the disk. */
    private readonly durable: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** Keep what comes; on the disk when this resolves. `look` sees every piece. Nothing is left when it rejects. */
  async keep(source: AsyncIterable<Uint8Array>, look: (piece: Uint8Array) => void = () => undefined): Promise<ObjectFile> {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const id = randomUUID();
    const draft = `${this.path(id)}${draftEnd}`;
    let size = 0;
    const handle = await open(draft, "wx", 0o600);
    try {
      for await (const bytes of source) {
        look(bytes);
        for (let done = 0; done < bytes.length;) done += (await handle.write(bytes, done)).bytesWritten;
        size += bytes.length;
      }
      await handle.datasync();
      await handle.close();
      await rename(draft, this.path(id));
      await this.settle();
    } catch (error) {
      await handle.close().catch(() => undefined); // closed already
      await rm(draft, { force: true });
      await rm(this.path(id), { force: true });
      throw error;
    }
    return { id, size };
  }

  /** Another name for the same bytes: the one goes without the other. */
  async again({ id, size }: ObjectFile): Promise<ObjectFile> {
    const other = randomUUID();
    await link(this.path(id), this.path(other));
    await this.settle();
    return { id: other, size };
  }

  /** One section after another. The files must be there when their turn comes. */
  async *read(sections: readonly Section[]): AsyncGenerator<Uint8Array> {
    for (const { id, first, last } of sections) {
      const handle = await open(this.path(id), "r");
      try {
        for (let at = first; at <= last;) {
          const buffer = Buffer.allocUnsafe(Math.min(piece, last - at + 1));
          const { bytesRead } = await handle.read(buffer, 0, buffer.length, at);
          if (bytesRead === 0) throw new Error(`the file ${this.path(id)} is shorter than its record says`);
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    }
  }

  /** Remove what the records no longer name, once that is on the disk. What is gone is gone. */
  async remove(files: readonly ObjectFile[]): Promise<void> {
    if (files.length === 0) return;
    await this.durable();
    for (const { id } of files) await rm(this.path(id), { force: true });
  }

  /** Remove everything but the files named. For the start, before anybody writes. */
  sweep(known: ReadonlySet<string>): void {
    if (!existsSync(this.folder)) return;
    for (const name of readdirSync(this.folder)) if (!known.has(name)) rmSync(join(this.folder, name), { force: true });
  }

  private path(id: string): string {
    return join(this.folder, id);
  }

  /** A new name is on the disk when its folder is. */
  private async settle(): Promise<void> {
    const handle = await open(this.folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}
