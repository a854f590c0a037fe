import { mkdirSync, utimesSync, writeFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { DescribeDBLogFilesCommandOutput, DownloadDBLogFilePortionCommandOutput } from "@aws-sdk/client-rds";
import { expect, test } from "vitest";
import { logFiles, pruneLogFiles, readLogFile } from "../../../../src/parts/databases/logs.js";
import type { Call } from "../../../../src/region/operations/call.js";
import { rdsOperations } from "../../../../src/region/services/rds/operations.js";
import { recordsAlone, run, temporaryFolder } from "../../../support/records.js";
import { database } from "./database.js";

const rds = <O>(call: Call, name: string, input: object = {}): Promise<O> =>
  run<O>(rdsOperations, name, call, { DBInstanceIdentifier: "App", ...input });
const at = (hour: number): number => Date.UTC(2026, 10, 21, hour);

/** A server that wrote a file in each of these hours. */
function wrote(...hours: readonly number[]): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "error"));
  for (const hour of hours) {
    const file = join(folder, `error/postgresql.log.2026-11-21-${String(hour).padStart(2, "0")}`);
    writeFileSync(file, `line of ${hour}\n`.repeat(hour));
    utimesSync(file, at(hour) / 1000, at(hour) / 1000);
  }
  return folder;
}

async function withLogs(folder: string): Promise<Call> {
  const { call } = recordsAlone({
    serverLogs: {
      list: () => logFiles(folder),
      read: (_db, name, from, bytes) => readLogFile(folder, name, from, bytes),
    },
  });
  await database(call);
  return call;
}

const names = async (call: Call, input: object): Promise<(string | undefined)[]> =>
  (await rds<DescribeDBLogFilesCommandOutput>(call, "DescribeDBLogFiles", input)).DescribeDBLogFiles?.map(
    ({ LogFileName }) => LogFileName,
  ) ?? [];

test("log files are listed with their size and when they were last written", async () => {
  const call = await withLogs(wrote(9, 10));
  const { DescribeDBLogFiles } = await rds<DescribeDBLogFilesCommandOutput>(call, "DescribeDBLogFiles");
  expect(DescribeDBLogFiles).toEqual([
    { LogFileName: "error/postgresql.log.2026-11-21-09", LastWritten: at(9), Size: 9 * "line of 9\n".length },
    { LogFileName: "error/postgresql.log.2026-11-21-10", LastWritten: at(10), Size: 10 * "line of 10\n".length },
  ]);
});

test.each([
  ["with a part of the name", { FilenameContains: "-09" }, ["09"]],
  ["written since", { FileLastWritten: at(10) }, ["10"]],
  ["larger than", { FileSize: 90 }, ["10"]],
  ["all of it", { FilenameContains: "-09", FileSize: 90 }, []],
])("files are found: %s", async (_, filter, expected) => {
  const call = await withLogs(wrote(9, 10));
  expect(await names(call, filter)).toEqual(expected.map((hour) => `error/postgresql.log.2026-11-21-${hour}`));
});

test("many files come in pages", async () => {
  const call = await withLogs(wrote(...Array.from({ length: 24 }, (_, hour) => hour)));
  const first = await rds<DescribeDBLogFilesCommandOutput>(call, "DescribeDBLogFiles", { MaxRecords: 20 });
  expect(first.DescribeDBLogFiles).toHaveLength(20);
  expect(await names(call, { MaxRecords: 20, Marker: first.Marker })).toHaveLength(4);
  await expect(names(call, { MaxRecords: 5 })).rejects.toMatchObject({ code: "InvalidParameterValue" });
});

test("a file is read from its end, or from its beginning on", async () => {
  const call = await withLogs(wrote(3));
  const portion = (input: object): Promise<DownloadDBLogFilePortionCommandOutput> =>
    rds(call, "DownloadDBLogFilePortion", { LogFileName: "error/postgresql.log.2026-11-21-03", ...input });
  expect(await portion({})).toMatchObject({ LogFileData: "line of 3\n".repeat(3), AdditionalDataPending: false });
  const first = await portion({ Marker: "0", NumberOfLines: 2 });
  expect(first).toMatchObject({ LogFileData: "line of 3\n".repeat(2), AdditionalDataPending: true });
  expect(await portion({ Marker: first.Marker })).toMatchObject({ LogFileData: "line of 3\n", AdditionalDataPending: false });
});

test.each(["error/none", "../secret", "/etc/passwd", "error/../error/postgresql.log.2026-11-21-03", ""])(
  "what is not among its logs is not found: %s",
  async (LogFileName) => {
    const call = await withLogs(wrote(3));
    await expect(rds(call, "DownloadDBLogFilePortion", { LogFileName })).rejects.toMatchObject({
      code: "DBLogFileNotFoundFault",
    });
  },
);

test("files that are too old go, but never the newest", () => {
  const folder = wrote(1, 2, 3);
  pruneLogFiles(folder, at(2));
  expect(readdirSync(join(folder, "error"))).toEqual(["02", "03"].map((hour) => `postgresql.log.2026-11-21-${hour}`));
  pruneLogFiles(folder, at(9));
  expect(readdirSync(join(folder, "error"))).toEqual(["postgresql.log.2026-11-21-03"]);
});
