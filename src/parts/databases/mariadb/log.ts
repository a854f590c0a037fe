import type { ServerPlace } from "../place.js";
export function shipLog(_id: string, _place: ServerPlace, _folder: string): Promise<{ until: number } | undefined> {
  return Promise.reject(new Error("not yet"));
}
export function pruneLog(_folder: string, _backups: readonly string[]): void {}
