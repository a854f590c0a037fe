import { readTemplate } from "../../template/template.js";
import type { Described, Description } from "../described.js";
import type { NodeId, Unexamined } from "../node.js";
import { objectivesOf } from "../template/objectives.js";
import { namingOf } from "./names.js";
import type { Stacks } from "./stacks.js";

/** What only the templates of an account's stacks say. */
export interface Stated {
  readonly objectives?: NonNullable<Description["objectives"]>;
  readonly unexamined: readonly Unexamined[];
  /** With what its stack does to it in the end. */
  withPolicy(resource: Described): Described;
}

/** Read what the stacks' templates promise, and which resources outlive them. Pure. */
export function statedIn({ templates, resources }: Stacks, isMade: (id: NodeId) => boolean): Stated {
  const read = templates.flatMap(({ stack, text }) => {
    const { template } = readTemplate(text);
    return template === undefined ? [] : [{ file: stack, template }];
  });
  const nameOf = namingOf(resources);
  const policies = new Map(
    read.flatMap(({ file: stack, template }) =>
      [...template.resources.values()].map(({ logicalId, deletionPolicy }) => [nameOf({ stack, logicalId }), deletionPolicy]),
    ),
  );
  const { said, problems } = objectivesOf(read);
  return {
    // The place is of no file that the reader has.
    ...(said === undefined || problems.length > 0 ? {} : { objectives: { value: said.value } }),
    unexamined: problems.map(({ file, message }) => ({
      id: "objectives",
      type: "Sandtable::Objectives",
      why: `the template of ${file}: ${message}; look at one stack (--stack)`,
    })),
    withPolicy: (resource) => {
      const deletionPolicy = isMade(resource.id) ? policies.get(resource.id) : undefined;
      return deletionPolicy === undefined ? resource : { ...resource, deletionPolicy };
    },
  };
}
