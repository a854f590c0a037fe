import type {
  DescribeDBLogFilesCommandInput,
  DescribeDBLogFilesCommandOutput,
  DownloadDBLogFilePortionCommandInput,
  DownloadDBLogFilePortionCommandOutput,
} from "@aws-sdk/client-rds";
import type { Call } from "../../operations/call.js";
import { ServiceFault } from "../../operations/fault.js";
import { enforced } from "../../operations/members.js";
import { operation, type Operation, type Output } from "../../operations/operation.js";
import { theDBInstance } from "./instances.js";
import { logPortion } from "./logportion.js";
import { pageOf } from "./pages.js";

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBLogFiles.html */
function describe(call: Call, input: DescribeDBLogFilesCommandInput): Output<DescribeDBLogFilesCommandOutput> {
  const { FilenameContains = "", FileLastWritten = 0, FileSize = -1 } = input;
  const db = theDBInstance(call, input.DBInstanceIdentifier ?? "");
  const found = call.serverLogs
    .list(db)
    .filter(({ name, writtenAt, bytes }) => name.includes(FilenameContains) && writtenAt >= FileLastWritten && bytes > FileSize);
  const page = pageOf(found, ({ name }) => name, input);
  return {
    Marker: page.NextToken,
    DescribeDBLogFiles: page.items.map(({ name, writtenAt, bytes }) => ({
      LogFileName: name,
      LastWritten: writtenAt,
      Size: bytes,
    })),
  };
}

/** https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DownloadDBLogFilePortion.html */
function download(call: Call, input: DownloadDBLogFilePortionCommandInput): Output<DownloadDBLogFilePortionCommandOutput> {
  const db = theDBInstance(call, input.DBInstanceIdentifier ?? "");
  const { LogFileName: wanted = "" } = input;
  const missing = new ServiceFault(
    "DBLogFileNotFoundFault",
    `DBLog File: ${wanted}, is not found on the DB instance ${db.identifier}. DescribeDBLogFiles lists those there are.`,
    404,
  );
  const file = call.serverLogs.list(db).find(({ name }) => name === wanted);
  if (file === undefined) throw missing;
  const read = (from: number, bytes: number): Buffer => {
    const found = call.serverLogs.read(db, wanted, from, bytes);
    // Deleted for its age just now.
    if (found === undefined) throw missing;
    return found;
  };
  const { text, marker, pending } = logPortion({ size: file.bytes, read }, { marker: input.Marker, lines: input.NumberOfLines });
  return { LogFileData: text, Marker: marker, AdditionalDataPending: pending };
}

export const logOperations: readonly Operation[] = [
  operation<DescribeDBLogFilesCommandInput, DescribeDBLogFilesCommandOutput>(
    "rds",
    "DescribeDBLogFiles",
    {
      DBInstanceIdentifier: enforced,
      FilenameContains: enforced,
      FileLastWritten: enforced,
      FileSize: enforced,
      MaxRecords: enforced,
      Marker: enforced,
    },
    describe,
  ),
  operation<DownloadDBLogFilePortionCommandInput, DownloadDBLogFilePortionCommandOutput>(
    "rds",
    "DownloadDBLogFilePortion",
    { DBInstanceIdentifier: enforced, LogFileName: enforced, Marker: enforced, NumberOfLines: enforced },
    download,
  ),
];
