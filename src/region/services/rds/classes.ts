import { NotModelled } from "../../operations/fault.js";

/** What a DB instance class gives (https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Concepts.DBInstanceClass.Summary.html). */
export interface DBInstanceClass {
  readonly vcpus: number;
  readonly memoryMiB: number;
}

const burstable: Readonly<Record<string, DBInstanceClass>> = {
  micro: { vcpus: 2, memoryMiB: 1024 },
  small: { vcpus: 2, memoryMiB: 2048 },
  medium: { vcpus: 2, memoryMiB: 4096 },
  large: { vcpus: 2, memoryMiB: 8192 },
  xlarge: { vcpus: 4, memoryMiB: 16384 },
  "2xlarge": { vcpus: 8, memoryMiB: 32768 },
};

/** General purpose: 4 GiB a vCPU; memory optimised: 8. */
const sized = (gibPerVcpu: number): Readonly<Record<string, DBInstanceClass>> =>
  Object.fromEntries(
    Object.entries({ large: 2, xlarge: 4, "2xlarge": 8, "4xlarge": 16 }).map(([size, vcpus]) => [
      size,
      { vcpus, memoryMiB: vcpus * gibPerVcpu * 1024 },
    ]),
  );

const families: Readonly<Record<string, Readonly<Record<string, DBInstanceClass>>>> = {
  t3: burstable,
  t4g: burstable,
  m5: sized(4),
  m6g: sized(4),
  m6i: sized(4),
  m7g: sized(4),
  r5: sized(8),
  r6g: sized(8),
  r6i: sized(8),
  r7g: sized(8),
};

/** Throws `NotModelled` and names the classes there are. */
export function dbInstanceClass(name: string): DBInstanceClass {
  const [prefix, family = "", size = "", ...rest] = name.split(".");
  const found =
    prefix === "db" && rest.length === 0 && Object.hasOwn(families, family) && Object.hasOwn(families[family] ?? {}, size)
      ? families[family]?.[size]
      : undefined;
  if (found === undefined)
    throw new NotModelled(
      `the DB instance class ${name}`,
      `Modelled are ${Object.entries(families)
        .map(([each, sizes]) => `db.${each}.{${Object.keys(sizes).join(",")}}`)
        .join(", ")}.`,
    );
  return found;
}
