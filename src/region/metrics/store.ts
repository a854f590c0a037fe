import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  appendFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  segmentLength,
  segmentStart,
  tidying,
  withoutDoubles,
  type Resolution,
  type SegmentChange,
  type SegmentFile,
} from "./keeping.js";
import { sameMetric, type Metric, type Sample, type Unit } from "./metric.js";
import { coarser, readSegment, sampleLines, seriesNumbers, type SeriesNumbers } from "./segment.js";
import { byPeriod, datapoint, type Datapoint, type StatisticsAt } from "./statistics.js";

export interface MetricStoreOptions {
  /** Bytes of all segments together; the oldest go for it. Default 256 MiB. */
  readonly largest?: number;
}

/** The segment that is written to. */
interface OpenSegment {
  readonly start: number;
  readonly numbers: SeriesNumbers;
  bytes: number;
}

/**
 * What was measured, for 15 days: one file an hour (see `segment.ts`), coarser with its age (see `keeping.ts`). Samples are written
 * at once but not flushed: a `kill -9` loses none, a power cut the last seconds.
 */
export class MetricStore {
  private readonly largest: number;
  private open: OpenSegment | undefined;
  private tidiedAt = 0;
  /** What is in the folder, the oldest first; read when it is not known. Nobody else writes there. */
  private known: readonly SegmentFile[] | undefined;

  constructor(
    private readonly folder: string,
    options: MetricStoreOptions = {},
  ) {
    this.largest = options.largest ?? 256 * 1024 * 1024;
  }

  /**
   * Keep samples of one moment. Those of an hour that is over and put together already are left out, as are all while the newest hour
   * alone fills the store. @throws when they cannot be written (a full disk, say): none of them is kept then
   */
  add(samples: readonly Sample[], now: number): void {
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const start of new Set(samples.map(({ at }) => segmentStart(at))))
      this.append(
        start,
        samples.filter(({ at }) => segmentStart(at) === start),
      );
    if (segmentStart(now) === this.tidiedAt && this.total() <= this.largest) return;
    this.tidy(now);
    this.tidiedAt = segmentStart(now);
  }

  /**
   * Datapoints of a metric that begin in `from` <= t < `to` (milliseconds since the epoch), of `periodSeconds` each, in ascending order;
   * a period without samples has none. What is older than three hours has one a minute at most, than a day one in five.
   */
  read(
    metric: Metric,
    {
      from,
      to,
      periodSeconds,
      unit,
    }: { readonly from: number; readonly to: number; readonly periodSeconds: number; readonly unit?: Unit },
  ): readonly (Datapoint & { readonly unit: Unit })[] {
    const byUnit = new Map<Unit, StatisticsAt[]>();
    for (const file of withoutDoubles(this.files())) {
      if (file.start >= to || file.start + segmentLength <= from) continue;
      for (const series of readSegment(this.textOf(file)).values()) {
        if (!sameMetric(series.metric, metric) || (unit ?? series.unit) !== series.unit) continue;
        const sets = byUnit.get(series.unit) ?? [];
        byUnit.set(series.unit, sets);
        for (const set of series.sets) if (set.at >= from && set.at < to) sets.push(set);
      }
    }
    return [...byUnit].flatMap(([each, sets]) => byPeriod(sets, periodSeconds).map((set) => ({ ...datapoint(set), unit: each })));
  }

  private append(start: number, samples: readonly Sample[]): void {
    const files = this.files();
    if (files.some((file) => file.start === start && file.resolution !== 0)) return;
    if (this.open?.start !== start) this.open = this.reopen(start);
    const { open } = this;
    if (open.bytes > this.largest) return;
    const numbers: SeriesNumbers = new Map(open.numbers);
    const text = sampleLines(samples, numbers);
    const file = this.path({ start, resolution: 0 });
    try {
      appendFileSync(file, text, { mode: 0o600 });
    } catch (error) {
      // What was written of it would be the beginning of the next line.
      this.open = undefined;
      this.known = undefined;
      if (existsSync(file)) truncateSync(file, open.bytes);
      throw error;
    }
    this.open = { start, numbers, bytes: open.bytes + Buffer.byteLength(text) };
    this.known = inOrder([...files.filter((each) => each.start !== start), { start, resolution: 0, bytes: this.open.bytes }]);
  }

  /** Go on with a segment; without its last line where that is torn. */
  private reopen(start: number): OpenSegment {
    const file = this.path({ start, resolution: 0 });
    if (!existsSync(file)) return { start, numbers: new Map(), bytes: 0 };
    const bytes = readFileSync(file);
    const whole = bytes.lastIndexOf("\n") + 1;
    if (whole < bytes.length) truncateSync(file, whole);
    return { start, numbers: seriesNumbers(readSegment(bytes.toString("utf8", 0, whole))), bytes: whole };
  }

  private tidy(now: number): void {
    // Of a process that died while it wrote them.
    for (const name of readdirSync(this.folder).filter((each) => each.endsWith(".making"))) rmSync(join(this.folder, name));
    // Again, because what was put together may have more bytes than before where samples are few.
    for (let changes = this.wanted(now); changes.length > 0; changes = this.wanted(now))
      for (const change of changes) this.apply(change);
    if (this.open !== undefined && !existsSync(this.path({ start: this.open.start, resolution: 0 }))) this.open = undefined;
  }

  private wanted(now: number): readonly SegmentChange[] {
    return tidying(this.files(), now, this.largest);
  }

  private apply(change: SegmentChange): void {
    this.known = undefined;
    if (change.do === "coarsen") {
      const text = coarser([...readSegment(this.textOf(change.file)).values()], change.to);
      const made = this.path({ start: change.file.start, resolution: change.to });
      writeFileSync(`${made}.making`, text, { mode: 0o600 });
      renameSync(`${made}.making`, made);
    }
    rmSync(this.path(change.file), { force: true });
  }

  private total(): number {
    return this.files().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  private files(): readonly SegmentFile[] {
    this.known ??= existsSync(this.folder) ? inOrder(readdirSync(this.folder).flatMap((name) => this.segment(name))) : [];
    return this.known;
  }

  private segment(name: string): readonly SegmentFile[] {
    const [, start, resolution] = /^(\d+)-(0|60|300)\.jsonl$/.exec(name) ?? [];
    if (start === undefined) return [];
    const bytes = statSync(join(this.folder, name)).size;
    return [{ start: Number(start), resolution: Number(resolution) as Resolution, bytes }];
  }

  private textOf(file: SegmentFile): string {
    return readFileSync(this.path(file), "utf8");
  }

  private path({ start, resolution }: Pick<SegmentFile, "start" | "resolution">): string {
    return join(this.folder, `${start}-${resolution}.jsonl`);
  }
}

const inOrder = (files: readonly SegmentFile[]): readonly SegmentFile[] =>
  files.toSorted((one, other) => one.start - other.start);
