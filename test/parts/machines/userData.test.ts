import { expect, test } from "vitest";
import { userDataVerdict } from "../../../src/parts/machines/userData.js";

const log = `Cloud-init v. 22.4.2 running 'modules:final' at Sat, 21 Nov 2026 13:21:17 +0000. Up 2605.55 seconds.
ci-info: |  eth0  | True |
+ systemctl start app
Job for app.service failed.

2026-11-21 13:21:18,000 - util.py[WARNING]: Running module scripts-user failed
Cloud-init v. 22.4.2 finished at Sat, 21 Nov 2026 13:21:18 +0000. Datasource DataSourceEc2Local.  Up 2605.71 seconds
`;

test("a script that fails is told with the lines that explain it", () => {
  const result = JSON.stringify({
    v1: { datasource: "DataSourceEc2Local", errors: ["('scripts-user', RuntimeError('Runparts: 1 failures'))"] },
  });
  expect(userDataVerdict(result, log)).toEqual({
    finished: true,
    failed: true,
    log: [
      "+ systemctl start app",
      "Job for app.service failed.",
      "2026-11-21 13:21:18,000 - util.py[WARNING]: Running module scripts-user failed",
    ],
  });
});

test("nothing is failed before cloud-init has ended, nor without errors", () => {
  expect(userDataVerdict(undefined, log)).toMatchObject({ finished: false, failed: false });
  expect(userDataVerdict(JSON.stringify({ v1: { errors: [] } }), "")).toEqual({ finished: true, failed: false, log: [] });
});

test("a half-written result counts as not finished", () => {
  expect(userDataVerdict('{"v1": {"err', log)).toMatchObject({ finished: false, failed: false });
});
