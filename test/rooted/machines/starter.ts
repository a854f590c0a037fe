import { regionLabel } from "../../../src/parts/host/label.js";
import type { Folders } from "../../../src/parts/host/folders.js";
import { Machines } from "../../../src/parts/machines/machines.js";
import type { MachineSpec } from "../../../src/parts/machines/spec.js";

// Stands for a region: starts a machine and lives on until it is killed.
const { folders, spec } = JSON.parse(process.argv[2] ?? "") as { folders: Folders; spec: MachineSpec };
await new Machines(regionLabel(folders.state), folders).start(spec);
process.stdout.write("started\n");
setInterval(() => {}, 60_000);
