import { main } from "./setup/main.mjs";
import { ready } from "./setup/ready.mjs";
import { run, sandtable, say } from "./setup/run.mjs";

const example = "examples/flask-ha";

// npm start: from a clone and Node.js to an address in the browser. Each step is quick when it was done before.
await main(async () => {
  await ready();
  for (const verb of [
    ["doctor", "--fix", "--brief"],
    ["region", "start"],
    ["up", example, "--yes"],
  ]) {
    const { code } = await run(sandtable(...verb));
    if (code !== 0) return code;
  }
  say(`
What to try next (npx sandtable --help lists everything):
  npx sandtable status                          stacks, addresses, health of the targets
  npx sandtable connect app-instance-1          a shell on a real Linux host
  npx sandtable internet -- curl -s ADDRESS     ask from the simulated internet
  npx sandtable check ${example}       what it promises and cannot keep, what is open, what it costs
  npx sandtable aws ec2 describe-instances      your own aws CLI, against the region
  npx sandtable down ${example}        delete it all, and prove that nothing is left`);
});
