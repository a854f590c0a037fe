import { expect, test } from "vitest";
import { statistics } from "../../../src/parts/balancers/admin.js";
import { healthOf } from "../../../src/parts/balancers/health.js";

// As HAProxy 2.6.12 answers `show stat -1 4 -1`, cut to the columns that matter.
const answer = `# pxname,svname,status,check_status,last_chk,check_desc,
b,i-1:80,UP,L4OK,,Layer4 check passed,
b,i-2:80,DOWN,* L4CON,"Connection refused, or ""so""",Layer4 connection problem,
b,i-3:80,DRAIN,L4OK,,Layer4 check passed,
b,i-4:80,UP,INI,,Initializing,
b,i-5:80,UP 1/2,L4TOUT,,Layer4 timeout,
open-b,i-1:80,no check,,,,
`;

test("what HAProxy says of its servers is health by target", () => {
  expect(healthOf(statistics(answer))).toEqual([
    { listenerId: "b", targetId: "i-1:80", state: "healthy", reason: "Layer4 check passed" },
    { listenerId: "b", targetId: "i-2:80", state: "unhealthy", reason: 'Layer4 connection problem: Connection refused, or "so"' },
    { listenerId: "b", targetId: "i-3:80", state: "healthy", reason: "Layer4 check passed" },
    { listenerId: "b", targetId: "i-4:80", state: "checking", reason: "Initializing" },
    { listenerId: "b", targetId: "i-5:80", state: "healthy", reason: "Layer4 timeout" },
  ]);
});
