import type {
  ListExportsCommandInput,
  ListExportsCommandOutput,
  ListImportsCommandInput,
  ListImportsCommandOutput,
} from "@aws-sdk/client-cloudformation";
import { enforced } from "../../operations/members.js";
import { operation, type Operation } from "../../operations/operation.js";
import { exportsOf, importersOf } from "../exports.js";
import { validationError } from "../validation/prepare.js";
import { page, requiredName } from "./common.js";

export const exportOperations: readonly Operation[] = [
  operation<ListExportsCommandInput, ListExportsCommandOutput>(
    "cloudformation",
    "ListExports",
    { NextToken: enforced },
    (call, input) => {
      const { items, NextToken } = page(exportsOf(call), ({ name }) => name, input.NextToken);
      return {
        Exports: items.map(({ name, value, stackId }) => ({ ExportingStackId: stackId, Name: name, Value: value })),
        NextToken,
      };
    },
  ),
  operation<ListImportsCommandInput, ListImportsCommandOutput>(
    "cloudformation",
    "ListImports",
    { ExportName: enforced, NextToken: enforced },
    (call, input) => {
      const name = requiredName(input.ExportName, "exportName");
      const users = importersOf(call, name);
      if (users.length === 0)
        throw validationError(
          exportsOf(call).some((known) => known.name === name)
            ? `Export '${name}' is not imported by any stack.`
            : `Export '${name}' does not exist.`,
        );
      const { items, NextToken } = page(users, (stackName) => stackName, input.NextToken);
      return { Imports: items, NextToken };
    },
  ),
];
