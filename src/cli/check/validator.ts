import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { findingsOfNotTold } from "../../analysis/others/told.js";
import { findingsOfValidator } from "../../analysis/others/validator.js";
import type { Finding } from "../../analysis/finding.js";
import { builtFolder } from "../../built.js";
import type { Environment } from "../../environment/environment.js";
import { idIn, type StackText } from "./stacks.js";

/** What the thread is given for each stack. */
export interface ValidatorWish {
  readonly name: string;
  readonly text: string;
  readonly region: string | undefined;
  /** The text was made by a program: rules about habits of writing say nothing. */
  readonly isMade: boolean;
}

/** For each stack its diagnostics as the validator gives them; or why there are none. */
export type Validation = { readonly diagnostics: readonly unknown[] } | { readonly why: string };

/**
 * Run the validator that comes with aws-cdk-lib (@aws/cloudformation-validate) over the templates, on a thread of its own: compiling its
 * rules takes seven seconds of processor and 400 MB, whatever the template. Never rejects.
 */
export function validate(stacks: readonly StackText[], region: string | undefined): Promise<Validation> {
  const wishes = stacks.map(({ name, text, made }): ValidatorWish => ({
    name,
    text,
    region: made?.region ?? region,
    isMade: made !== undefined,
  }));
  return new Promise((resolve) => {
    const worker = new Worker(join(builtFolder("cli/check"), "validator-worker.js"), { workerData: wishes });
    const unable = (error: unknown): void =>
      resolve({ why: `the CDK's validator could not be run: ${error instanceof Error ? error.message : String(error)}` });
    worker.on("message", resolve);
    worker.on("error", unable);
    worker.on("exit", (code) => unable(`it ended early (exit code ${code})`));
  });
}

export const validatorName = "@aws/cloudformation-validate";

/** What it found, as findings about our graph; what the app has acknowledged is left out. */
export function findingsOfValidation(
  validation: Validation,
  stacks: readonly StackText[],
  environment: Environment,
): readonly Finding[] {
  if ("why" in validation) return findingsOfNotTold([{ by: validatorName, why: validation.why }]);
  try {
    return stacks.flatMap((stack, index) =>
      findingsOfValidator(validation.diagnostics[index], {
        file: stack.file,
        environment,
        idOf: (logicalId) => idIn(stacks, stack, logicalId),
        isMade: stack.made !== undefined,
        acknowledged: stack.made?.acknowledged ?? {},
      }),
    );
  } catch {
    return findingsOfNotTold([{ by: validatorName, why: "the validator answers in a form that is not known here" }]);
  }
}
